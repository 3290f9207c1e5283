/** @file What cannot change the solution of a conic program does not change it, at any size; statuses on both sides of their bounds. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {ConicLayer, projections, solvers} from '../../../src/index.js';
import {coneBlocks} from '../../../src/kernels/algorithms/conic/cones.js';
import {solveConic} from '../../../src/kernels/algorithms/conic/solve.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {once} from '../../helpers/once.js';
import {conicCase, HARMLESS, inSingle, withRow, type ConicCase} from '../../zoo/conic-programs.js';
import {seededRandom} from '../../zoo/linear-systems.js';

const solverOf = ({cones}: Pick<ConicCase, 'cones'>) =>
  new solvers.ConicSplitting((v) => projections.dualConeProduct(v, cones));

/** The first two axes of [3, 4] over the unit disc: (−.6, −.8). */
const disc: ConicCase = {
  c: [3, 4],
  E: [
    [0, 0],
    [-1, 0],
    [0, -1],
  ],
  d: [1, 0, 0],
  cones: {secondOrder: [3]},
};

function tensorsOf({c, E, d}: ConicCase) {
  return {c: tf.tensor2d([c]), E: tf.tensor3d([E]), d: tf.tensor2d([d])};
}

/** Status, solution and ∂⟨w, z⟩/∂(c, d) of one problem. */
function solve(problem: ConicCase, w?: number[]) {
  return tf.tidy(() => {
    const {c, E, d} = tensorsOf(problem);
    const solver = solverOf(problem);
    const {x, state} = solver.run(null, {c, E, d});
    const [z, dual, slack, residual] = [x.x, x.dual, x.slack, state.residual].map((v) =>
      Array.from(v.dataSync()),
    );
    const found = {z, dual, slack, residual: residual[0], status: state.status.dataSync()[0]};
    if (!w) return {...found, slopes: []};
    const along = (at: tf.Tensor[]) =>
      tf.sum(tf.mul(solver.run(null, {c: at[0], E: at[1], d: at[2]}).x.x, tf.tensor1d(w))) as tf.Scalar;
    const slopes = tf.grads((...at: tf.Tensor[]) => along(at))([c, E, d]);
    return {...found, slopes: slopes.map((slope) => Array.from(slope.dataSync()))};
  });
}

/** The solution in f64. */
function solveF64({c, E, d, cones}: ConicCase): Float64Array {
  const [p, m] = [c.length, d.length];
  const [cost, rows, bounds] = [c, E.flat(), d].map((values) => Float64Array.from(values));
  return solveConic({p, m, c: cost, E: rows, d: bounds, blocks: coneBlocks(cones)}, 1e-6, 500).z;
}

const CASES: [string, ConicCase][] = [
  ['a linear program', conicCase(1, {}, 3)],
  ['a linear program with an equality', conicCase(2, {zero: 1}, 4)],
  ['second-order cones', conicCase(3, {secondOrder: [3, 2]}, 3)],
  ['matrices of order 2', conicCase(4, {psd: [2]}, 3)],
  ['matrices of order 3, and all others', conicCase(5, {zero: 1, secondOrder: [4], psd: [3, 1]}, 4)],
  ['a disc', disc],
];

/** As many rows bind as move the solution. */
const SMOOTH: typeof CASES = [
  ['a linear program', conicCase(1, {}, 3)],
  ['a linear program with an equality', conicCase(2, {zero: 1}, 4, 3)],
  ['second-order cones', conicCase(3, {secondOrder: [3, 4]}, 3, 1)],
  ['a matrix of order 2', conicCase(14, {psd: [2]}, 3, 1)],
  ['a matrix of order 3, and all others', conicCase(6, {zero: 1, secondOrder: [4], psd: [3, 1]}, 6, 1)],
  ['a disc', disc],
];

/** The weights of a loss. */
const weightsOf = ({c}: ConicCase) => c.map((_, j) => Math.cos(1 + 2 * j));

/** The slopes of ⟨w, z⟩ in c, E and d, by differences of solutions in f64. */
const slopesOf = once((problem: ConicCase) => {
  const w = weightsOf(problem);
  const loss = (at: ConicCase) => solveF64(at).reduce((sum, value, j) => sum + w[j] * value, 0);
  const h = 2e-5;
  const slope = (move: (by: number) => ConicCase) => (loss(move(h)) - loss(move(-h))) / (2 * h);
  const moved = (values: number[], k: number, by: number) => values.map((v, i) => (i === k ? v + by : v));
  return [
    problem.c.map((_, j) => slope((by) => ({...problem, c: moved(problem.c, j, by)}))),
    problem.E.flatMap((row, i) =>
      row.map((_, j) =>
        slope((by) => ({...problem, E: problem.E.map((r, k) => (k === i ? moved(r, j, by) : r))})),
      ),
    ),
    problem.d.map((_, i) => slope((by) => ({...problem, d: moved(problem.d, i, by)}))),
  ];
});

describeAnyBackend('conic programs', (backend) => {
  for (const [name, problem] of CASES) {
    it(`have the same solution whatever cannot change it: ${name}`, () => {
      const {z, status} = solve(problem);
      assert.equal(status, 0);
      const size = Math.max(...z.map(Math.abs));
      fc.assert(
        fc.property(fc.constantFrom(...Object.keys(HARMLESS)), fc.nat(1e6), (change, seed) => {
          if (change === 'a row twice' && !problem.cones.nonNegative) return;
          const [changed, back = (same: number[]) => same] = HARMLESS[change](problem, seededRandom(seed));
          const other = solve(inSingle(changed));
          assert.equal(other.status, 0, change);
          assert.isAtMost(other.residual, 1e-6, change);
          expectClose(back(other.z), z, 1e-6, 1e-6 * size);
          for (const values of [other.dual, other.slack])
            assert.isTrue(values.every(Number.isFinite), change);
        }),
        {numRuns: backend === 'cpu' ? 26 : 10, seed: 1},
      );
    });
  }

  it('on a disc, with rows of any size beside it', () => {
    for (const far of [1e5, 1e7, 1e10, 1e19, 1e20, Infinity]) {
      const {z, status, slopes} = solve(withRow(disc, [1, 1], far), [1, 2]);
      assert.equal(status, 0);
      expectClose(z, [-0.6, -0.8], 1e-6);
      // −(w − ĉ(ĉ·w))/‖c‖, and −ĉ·w, −w for the rows of the disc.
      expectClose(slopes[0], [0.064, -0.048], 2e-6);
      expectClose(slopes[2], [0, -2.2, -1, -2], 2e-6);
      const layer = new ConicLayer({
        cones: {nonNegative: 1, secondOrder: [3]},
        constants: {E: [[1, 1], ...disc.E], d: [far, ...disc.d]},
      });
      expectClose(
        tf.tidy(() => (layer.apply(tf.tensor2d([disc.c])) as tf.Tensor).dataSync()),
        [-0.6, -0.8],
        1e-6,
      );
      layer.dispose();
    }
  });

  for (const [name, problem] of SMOOTH) {
    it(`have the gradient of an f64 reference in c, E and d: ${name}`, () => {
      const {slopes} = solve(problem, weightsOf(problem));
      slopesOf(problem).forEach((expected, k) => expectClose(slopes[k], expected, 3e-6, 1e-6));
    });
  }

  it('keep the gradient where a row is far away or does not exist', () => {
    const problem = SMOOTH[4][1];
    const w = problem.c.map((_, j) => Math.sin(1 + j));
    const {slopes} = solve(problem, w);
    for (const far of [1e6, 1e12, 1e19, Infinity]) {
      const row = problem.c.map(() => 1);
      const other = solve(withRow(problem, row, far), w);
      const p = problem.c.length;
      expectClose(other.slopes[0], slopes[0], 2e-6);
      // The row stands behind the equality.
      expectClose(
        other.slopes[1].slice(p, 2 * p),
        row.map(() => 0),
        0,
      );
      expectClose([...other.slopes[1].slice(0, p), ...other.slopes[1].slice(2 * p)], slopes[1], 2e-6);
      expectClose(other.slopes[2].slice(1, 2), [0], 0);
    }
  });

  it('are told apart from those without a solution on both sides of what rounding can make', () => {
    const between = (low: number, high: number): ConicCase => ({
      ...{c: [1], E: [[1], [-1]], d: [high, -low]},
      cones: {nonNegative: 2},
    });
    const statusOf = (problem: ConicCase) => solve(inSingle(problem)).status;
    for (const size of [1e-8, 1, 1e10]) {
      for (const [gap, status] of [
        [1e-7, 0],
        [5e-7, 0],
        [1e-5, 1],
        [1e-3, 1],
        [1, 1],
      ]) {
        assert.equal(statusOf(between(size * (1 + gap), size)), status, `${size}, ${gap}`);
      }
      // −z₁ + (1 + g) z₂ along z₁ = z₂ ≥ 0: falls for g < 0.
      const ray = (gap: number): ConicCase => ({
        c: [-size, size * (1 + gap)],
        E: [
          [1, -1],
          [-1, 1],
          [-1, 0],
        ],
        d: [0, 0, 0],
        cones: {zero: 0, nonNegative: 3},
      });
      for (const [gap, status] of [
        [1e-3, 0],
        [-1e-7, 0],
        [-1e-5, 2],
        [-1e-3, 2],
      ]) {
        assert.equal(statusOf(ray(gap)), status, `${size}, ${gap}`);
      }
    }
    const shrunk = (radius: number): ConicCase => ({...withRow(disc, [1, 0], -1), d: [-1, radius, 0, 0]});
    for (const [radius, status] of [
      [1, 0],
      [1 - 1e-7, 0],
      [1 - 1e-4, 1],
      [1.5, 0],
    ]) {
      assert.equal(statusOf(shrunk(radius)), status, `radius ${radius}`);
    }
  });

  it('take equalities that agree up to rounding, and no others', () => {
    const program = (E: number[][], d: number[], rest: Partial<ConicCase> = {}): ConicCase => ({
      ...{c: [1, 2], E, d, cones: {zero: d.length}},
      ...rest,
    });
    const three = [
      [1, 0],
      [0, 1],
      [1, 1],
    ];
    const consistent = solve(program(three, [0.1, 0.2, 0.3]));
    assert.equal(consistent.status, 0);
    expectClose(consistent.z, [0.1, 0.2], 1e-6);
    assert.equal(solve(program(three, [0.1, 0.2, 0.301])).status, 1);
    const same = Array.from({length: 3}, () => [1, 1]);
    const signs = [
      [-1, 0],
      [0, -1],
    ];
    const cones = {zero: 3, nonNegative: 2};
    const repeated = solve(program([...same, ...signs], [0.1, 0.1, 0.1, 0, 0], {cones}));
    assert.equal(repeated.status, 0);
    expectClose(repeated.z, [0.1, 0], 1e-6);
  });

  it('judge rows of zeros by themselves, and numbers that are none by the sample', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {c, E, d} = tensorsOf(withRow(disc, [0, 0], 0));
        const bounds = [0, -1e-17, -1, 1e19, Infinity, -Infinity, NaN];
        const rows = bounds.map((value) => [value, 1, 0, 0]);
        const {x, state} = solverOf(withRow(disc, [0, 0], 0)).run(null, {
          c: tf.tile(c, [bounds.length, 1]),
          E,
          d: tf.tensor2d(rows),
        });
        assert.deepEqual(Array.from(state.status.dataSync()), [0, 0, 1, 0, 0, 5, 5]);
        const right = [0, 0, 1, 0, 0, 1, 1].flatMap((fails) => (fails ? [0, 0] : [-0.6, -0.8]));
        expectClose(x.x, right, 1e-6);
        for (const values of [...Object.values(x), state.residual]) {
          assert.isTrue(Array.from(values.dataSync()).every(Number.isFinite));
        }
        const slope = tf.grad((at: tf.Tensor) =>
          tf.sum(solverOf(withRow(disc, [0, 0], 0)).run(null, {c: at, E, d: tf.tensor2d(rows)}).x.x),
        )(tf.tile(c, [bounds.length, 1]));
        assert.isTrue(Array.from(slope.dataSync()).every(Number.isFinite));
        expectClose(tf.slice(slope, [5, 0], [2, 2]), [0, 0, 0, 0]);
        d.dispose();
      }),
    ));

  it('whose cones are known by their projection alone are solved by splitting, or said not to be', () => {
    tf.tidy(() => {
      const unnamed = (cones: ConicCase['cones']) =>
        new solvers.ConicSplitting((v) => tf.mul(1, projections.dualConeProduct(v, cones)), {
          maxIterations: 400,
        });
      const {c, E, d} = tensorsOf(disc);
      const {x, state} = unnamed(disc.cones).run(null, {c, E, d});
      assert.equal(state.status.dataSync()[0], 0);
      expectClose(x.x, [-0.6, -0.8], 1e-5);
      const far = tensorsOf(withRow(disc, [1, 1], 1e7));
      const other = unnamed({nonNegative: 1, secondOrder: [3]}).run(null, far);
      if (other.state.status.dataSync()[0] === 0) expectClose(other.x.x, [-0.6, -0.8], 1e-4);
      else expectClose(other.x.x, [0, 0]);
    });
  });
});
