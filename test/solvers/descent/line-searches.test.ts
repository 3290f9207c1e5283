/** @file Line searches on functions of one variable: the step has what its conditions promise, by the closed form in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {solvers} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectNoLeak, messageOf} from '../../helpers/expect.js';

const {backtracking, hagerZhang, zoom} = solvers.lineSearches;

/** φ and φ' in f64, φ'(0) < 0. */
interface Line {
  value: (t: number) => number;
  slope: (t: number) => number;
}

/** Values nearer than this share of |φ(0)| are one value in f32, and each is rounded on its own. */
const ALIKE = 1.2e-6;
/** The rounding of a slope. */
const SLOPE = 1e-5;

const logUniform = (low: number, high: number) =>
  fc.double({min: Math.log(low), max: Math.log(high), noNaN: true}).map(Math.exp);

const quadratic = fc
  .record({curvature: logUniform(1e-6, 1e6), minimum: logUniform(1e-3, 1e3)})
  .map(({curvature, minimum}) => ({
    value: (t: number) => 0.5 * curvature * (t - minimum) ** 2,
    slope: (t: number) => curvature * (t - minimum),
  }));

const quartic = fc
  .record({scale: logUniform(1e-3, 1e3), minimum: logUniform(0.1, 10)})
  .map(({scale, minimum}) => ({
    value: (t: number) => scale * (t - minimum) ** 4,
    slope: (t: number) => 4 * scale * (t - minimum) ** 3,
  }));

const coordinate = fc.double({min: -2, max: 2, noNaN: true});

/** Rosenbrock's function downhill, though not always along the gradient. */
const rosenbrock = fc
  .record({x: coordinate, y: coordinate, tilt: fc.double({min: -1, max: 1, noNaN: true})})
  .map(({x, y, tilt}) => {
    const gradient = (a: number, b: number) => [2 * (a - 1) - 400 * a * (b - a * a), 200 * (b - a * a)];
    const [gx, gy] = gradient(x, y);
    const size = Math.hypot(gx, gy);
    const [dx, dy] = [(-gx + tilt * gy) / size, (-gy - tilt * gx) / size];
    const at = (t: number) => [x + t * dx, y + t * dy];
    return {
      value: (t: number) => {
        const [a, b] = at(t);
        return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
      },
      slope: (t: number) => {
        const [ga, gb] = gradient(...(at(t) as [number, number]));
        return dx * ga + dy * gb;
      },
    };
  })
  .filter(({slope}) => slope(0) < -1e-2);

/** −log(wall − t) − pull·t, which is NaN beyond the wall. */
const barrier = fc
  .record({wall: logUniform(1e-2, 1e2), steepness: logUniform(1.5, 1e2)})
  .map(({wall, steepness}) => ({
    value: (t: number) => -Math.log(wall - t) - (steepness / wall) * t,
    slope: (t: number) => (t < wall ? 1 / (wall - t) - steepness / wall : NaN),
  }));

const LINES: Record<string, fc.Arbitrary<Line>> = {quadratic, quartic, rosenbrock, barrier};

/** The lines as a batch: f64 inside, f32 out. */
function phiOf(lines: Line[]): solvers.lineSearches.LineFunction {
  return (t) => {
    const ts = Array.from(t.dataSync());
    return {
      value: tf.tensor1d(ts.map((at, i) => lines[i].value(at))),
      slope: tf.tensor1d(ts.map((at, i) => lines[i].slope(at))),
    };
  };
}

function stepsOf(search: solvers.lineSearches.LineSearch, lines: Line[], trial = 1): number[] {
  let steps: number[] = [];
  tf.tidy(() => {
    const phi = phiOf(lines);
    const t = search.search(phi, {...phi(tf.zeros([lines.length])), trial: tf.fill([lines.length], trial)});
    assert.deepEqual(t.shape, [lines.length]);
    steps = Array.from(t.dataSync());
  });
  return steps;
}

/** How far each condition is from being met at t, negative if it is met; rounding is forgiven by `slack` of 1, demanded by −1. */
function excess({value, slope}: Line, t: number, c1: number, c2: number, slack: 1 | -1) {
  const [f, df, f0, df0] = [value(t), slope(t), value(0), slope(0)];
  const near = slack * ALIKE * Math.max(Math.abs(f0), Math.abs(f));
  const steep = slack * SLOPE * Math.abs(df0);
  return {
    armijo: f - (f0 + c1 * t * df0) - near,
    goldstein: f0 + (1 - c1) * t * df0 - f - near,
    wolfe: c2 * df0 - df - steep,
    strongWolfe: Math.abs(df) + c2 * df0 - steep,
  };
}

// A run of the search costs the same for one line and for many.
const batch = (line: fc.Arbitrary<Line>) => fc.array(line, {minLength: 8, maxLength: 16});
const mixture = fc.array(fc.oneof(...Object.values(LINES)), {minLength: 2, maxLength: 5});

describeAnyBackend('line searches', () => {
  for (const [name, line] of Object.entries(LINES)) {
    for (const [search, c1, make] of [
      ['zoom', 1e-4, zoom],
      ['hagerZhang', 0.1, hagerZhang],
    ] as const) {
      for (const c2 of [0.9, 0.2]) {
        it(`${search} with c2 = ${c2} finds a step with the strong Wolfe conditions: ${name}`, () =>
          expectNoLeak(() =>
            fc.assert(
              fc.property(batch(line), (lines) =>
                stepsOf(make({c2}), lines).forEach((t, i) => {
                  assert.isAbove(t, 0);
                  const {armijo, strongWolfe} = excess(lines[i], t, c1, c2, 1);
                  assert.isAtMost(armijo, 0, `sufficient decrease at ${t}`);
                  assert.isAtMost(strongWolfe, 0, `curvature at ${t}`);
                }),
              ),
              {numRuns: 4},
            ),
          ));
      }
    }

    for (const condition of ['armijo', 'goldstein', 'wolfe', 'strongWolfe'] as const) {
      it(`backtracking takes the first step that has the condition '${condition}', or else the first that decreases: ${name}`, () =>
        expectNoLeak(() =>
          fc.assert(
            fc.property(batch(line), logUniform(0.1, 1e3), (lines, trial) => {
              const [c1, c2] = [0.25, 0.7];
              const first = Math.fround(trial);
              const trials = Array.from({length: 30}, (_, k) => first * 0.5 ** k);
              const search = backtracking({condition, c1, c2});
              stepsOf(search, lines, first).forEach((t, i) => {
                const met = (at: number, slack: 1 | -1) => {
                  const by = excess(lines[i], at, c1, c2, slack);
                  return by.armijo <= 0 && by[condition] <= 0;
                };
                const lower = (at: number, slack: 1 | -1) => excess(lines[i], at, c1, c2, slack).armijo <= 0;
                const longer = trials.filter((at) => at > t);
                assert.include(trials, t);
                assert.isTrue(lower(t, 1), `sufficient decrease at ${t}`);
                if (met(t, 1)) {
                  assert.isFalse(
                    longer.some((at) => met(at, -1)),
                    'a longer step is good',
                  );
                } else {
                  assert.isFalse(
                    trials.some((at) => met(at, -1)),
                    'another step is good',
                  );
                  assert.isFalse(
                    longer.some((at) => lower(at, -1)),
                    'a longer step decreases',
                  );
                }
              });
            }),
            {numRuns: 4},
          ),
        ));
    }
  }

  for (const search of [
    backtracking(),
    backtracking({condition: 'goldstein', c1: 0.25}),
    backtracking({condition: 'wolfe'}),
    backtracking({condition: 'strongWolfe'}),
    zoom(),
    hagerZhang(),
  ]) {
    const {className} = search;

    it(`${className} gives each sample of a batch the step that it has alone`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(mixture, (lines) =>
            assert.deepEqual(
              stepsOf(search, lines),
              lines.map((line) => stepsOf(search, [line])[0]),
            ),
          ),
          {numRuns: 4},
        ),
      ));

    it(`${className} gives 0 where no step decreases, and the neighbours their own`, () =>
      expectNoLeak(() => {
        const parabola = {value: (t: number) => (t - 1) ** 2, slope: (t: number) => 2 * (t - 1)};
        // Whoever asked was wrong about the slope at zero.
        const wrong = {value: (t: number) => t, slope: (t: number) => (t === 0 ? -1 : 1)};
        const walled = {
          value: (t: number) => (t === 0 ? 1 : NaN),
          slope: (t: number) => (t === 0 ? -1 : NaN),
        };
        const endless = {
          value: (t: number) => (t === 0 ? 1 : Infinity),
          slope: (t: number) => (t === 0 ? -1 : Infinity),
        };
        assert.deepEqual(stepsOf(search, [parabola, wrong, walled, endless, parabola]), [1, 0, 0, 0, 1]);
      }));
  }

  it('backtracking stops after maxIterations', () => {
    const line = {value: (t: number) => (t - 1e-3) ** 2, slope: (t: number) => 2 * (t - 1e-3)};
    assert.deepEqual(stepsOf(backtracking({maxIterations: 3, decreaseFactor: 0.1}), [line]), [0]);
    assert.approximately(
      stepsOf(backtracking({maxIterations: 4, decreaseFactor: 0.1}), [line])[0],
      1e-3,
      1e-9,
    );
  });

  it('refuse options out of range', () => {
    for (const [make, name] of [
      [backtracking, 'backtracking'],
      [zoom, 'zoom'],
      [hagerZhang, 'hagerZhang'],
    ] as const) {
      for (const constants of [{c1: 0}, {c2: 1}, {c1: 0.95}, {c1: NaN}, {c1: 0.5, c2: 0.5}]) {
        assert.match(
          messageOf(() => make(constants)),
          new RegExp(`^${name}: c1 and c2 must satisfy 0 < c1 < c2 < 1`),
        );
      }
      for (const maxIterations of [0, -1, 1.5, NaN]) {
        assert.match(
          messageOf(() => make({maxIterations})),
          new RegExp(`^${name}: maxIterations must be a positive integer, got`),
        );
      }
    }
    for (const decreaseFactor of [0, 1, -0.5, NaN]) {
      assert.match(
        messageOf(() => backtracking({decreaseFactor})),
        /^backtracking: decreaseFactor must lie between 0 and 1/,
      );
    }
    for (const increaseFactor of [1, 0, NaN]) {
      assert.match(
        messageOf(() => zoom({increaseFactor})),
        /^zoom: increaseFactor must be greater than 1/,
      );
    }
    assert.match(
      messageOf(() => backtracking({condition: 'exact' as never})),
      /^backtracking: condition must be 'armijo', 'goldstein', 'wolfe' or 'strongWolfe', got 'exact'/,
    );
  });
});
