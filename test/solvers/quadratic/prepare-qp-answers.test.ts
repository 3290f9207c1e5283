/** @file The answers of `prepareQP`, judged in f64 row by row, and compared with those of `solveQP` on its problems. */
import {assert} from 'chai';
import fc from 'fast-check';
import {prepareQP, type PreparedQPInput} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {effort, FUZZ} from '../../helpers/effort.js';
import {expectClose} from '../../helpers/expect.js';
import {copied, inputOf, prepared, type Copied} from '../../helpers/prepared.js';
import {solveInF64} from '../../helpers/qp-certificate.js';
import {solve as solveDense} from '../../helpers/qp-jacobian.js';
import {residualOf, type Data} from '../../helpers/qp-judge.js';
import {judgeNasty, judgeSolved, type Judgement} from '../../helpers/qp-verdicts.js';
import {solveWithGradients} from '../../helpers/qp-solved.js';
import {EDGE_CASES} from '../../robustness/edge-case-rows.js';
import {qpCase, type QPCase} from '../../zoo/qp/case.js';
import {metamorphicBatch} from '../../zoo/qp/metamorphic.js';
import {NASTY_KINDS, nastyBatch} from '../../zoo/qp/nasty.js';
import {CHANGES} from '../../zoo/qp/unchanged.js';
import {QP_COLLECTION} from '../../zoo/qp-families.js';
import {QP_ZOO} from '../../zoo/quadratic-programs.js';

/** What f64 can meet on problems that are not hard on purpose. */
const EXACT = 1e-9;
/** What is demanded where f64 leaves nothing better: as of `solveQP`. */
const SINGLE = 2 ** -20;

const answer = (problem: Data): Copied => copied(prepared(problem).solve());

/** Numbers with few digits, so that rows are often equal, parallel, zero, or weakly active. */
const coarse = fc.integer({min: -3, max: 3});
/** Numbers with many digits. (Of the numbers that fast-check prefers, most are nearly zero.) */
const fine = fc.noBias(fc.integer({min: -3e6, max: 3e6})).map((value) => value * 1e-6);

/** A feasible problem with a definite Q: around a point, with some rows through it. */
function problems(entry: fc.Arbitrary<number>): fc.Arbitrary<QPCase> {
  return fc
    .record({
      n: fc.integer({min: 1, max: 6}),
      m: fc.integer({min: 0, max: 8}),
      k: fc.integer({min: 0, max: 3}),
    })
    .chain(({n, m, k}) => {
      const row = fc.array(entry, {minLength: n, maxLength: n});
      const rows = (count: number) => fc.array(row, {minLength: count, maxLength: count});
      return fc.record({
        L: rows(n),
        p: row,
        G: rows(m),
        A: rows(k),
        x: row,
        slack: fc.array(fc.constantFrom(0, 0, 0.5, 1, 4, Infinity), {minLength: m, maxLength: m}),
      });
    })
    .map(({L, p, G, A, x, slack}) => {
      const dot = (a: number[], b: number[]) => a.reduce((sum, value, j) => sum + value * b[j], 0);
      const Q = L.map((a, i) => L.map((b, j) => dot(a, b) + Number(i === j)));
      return qpCase({
        name: 'drawn',
        Q,
        p,
        G,
        h: G.map((g, i) => dot(g, x) + slack[i]),
        A,
        b: A.map((a) => dot(a, x)),
      });
    });
}

function expectSolved(problem: QPCase, got: Copied, bound = EXACT): void {
  assert.equal(got.status, 0, problem.name);
  assert.isAtMost(residualOf(problem, got), bound, problem.name);
  assert.isAtMost(got.residual, bound, problem.name);
  assert.isTrue(got.ineqDual.every((value) => value >= 0) && got.slack.every((value) => value >= 0));
}

describeAnyBackend('prepareQP on the edge cases of solveQP', () => {
  for (const {name, problem, status = 0, x, ineqDual, eqDual, gradients} of EDGE_CASES) {
    it(name, () => {
      const qp = prepareQP(problem as PreparedQPInput);
      const got = qp.solve();
      const zeros = (values: ArrayLike<number>) => Array.from(values, () => 0);
      assert.equal(got.status, status);
      expectClose(got.x, x ?? zeros(got.x), 1e-9);
      if (ineqDual) expectClose(got.ineqDual, ineqDual, 1e-9, 1e-12);
      if (eqDual) expectClose(got.eqDual, eqDual, 1e-9);
      const cotangent = Float64Array.from(got.x, (_, i) => i + 1);
      for (const [parameter, actual] of Object.entries(qp.gradient(cotangent))) {
        const expected = gradients?.[parameter as 'p'];
        if (status === 0 && !expected) continue;
        expectClose(actual as Float64Array, expected ?? zeros(actual as Float64Array), 1e-9, 1e-12);
      }
    });
  }
});

describe('prepareQP on the collection of quadratic programs', () => {
  it('has the status of each, and solves to 1e-9', () => {
    for (const problem of QP_COLLECTION) {
      const got = answer(problem);
      assert.equal(got.status, problem.expectedStatus, problem.name);
      if (got.status === 0) expectSolved(problem, got);
    }
  });

  it('finds the known solutions to 1e-9', () => {
    for (const problem of QP_ZOO) {
      const got = answer(problem);
      assert.equal(got.status, 0);
      expectClose(got.x, problem.x, EXACT);
      if (problem.m > 0) expectClose(got.ineqDual, problem.ineqDual, EXACT, 1e-12);
      if (problem.k > 0) expectClose(got.eqDual, problem.eqDual, EXACT);
    }
  });
});

describeAnyBackend('prepareQP beside solveQP', () => {
  it('has the same values to f32, multipliers of dependent rows too', () => {
    const drawn = fc.sample(problems(coarse), effort(60, 1000));
    for (const problem of drawn) {
      const got = answer(problem);
      const other = solveWithGradients(inputOf(problem));
      assert.deepEqual([got.status], other.status);
      const scale = 1 + Math.max(...got.x.map(Math.abs), ...got.ineqDual, ...got.eqDual.map(Math.abs), 0);
      expectClose(got.x, other.x, 0, 1e-6 * scale);
      expectClose(got.ineqDual, other.ineqDual, 0, 1e-6 * scale);
      expectClose(got.eqDual, other.eqDual, 0, 1e-6 * scale);
    }
  });

  for (const degenerate of ['leastNorm', 'oneSided'] as const) {
    it(`has the same gradients: ${degenerate}`, () => {
      for (const problem of fc.sample(problems(coarse), effort(60, 1000))) {
        const qp = prepared(problem, {degenerate});
        qp.solve();
        const got = qp.gradient(Float64Array.from(problem.p, (_, i) => i + 1));
        const other = solveWithGradients(inputOf(problem), {degenerate});
        const scale = 1 + Math.max(...Object.values(other.gradients).flat().map(Math.abs));
        for (const [name, expected] of Object.entries(other.gradients)) {
          expectClose(got[name as 'Q'], expected, 0, 1e-6 * scale);
        }
      }
    });
  }
});

describe('the smoothed gradient of prepareQP', () => {
  // `solveQP` computes the weights of rows in f32, where those of large multipliers round to 1.
  it('is that of a dense system in f64', () => {
    const kappa = 1e-3;
    const free = problems(coarse).filter(({k, h}) => k === 0 && h.every(Number.isFinite));
    for (const problem of fc.sample(free, effort(60, 1000))) {
      const {m, Q, G} = problem;
      const qp = prepared(problem, {degenerate: 'smooth', smoothing: kappa});
      const {x, ineqDual, slack} = copied(qp.solve());
      const weights = x.map((_, j) => j + 1);
      const got = qp.gradient(weights);
      // Slack over multiplier of the smoothed pair, whose product is κ and whose difference is kept.
      const ratio = ineqDual.map((value, i) => {
        const a = value - slack[i];
        const larger = (Math.abs(a) + Math.sqrt(a * a + 4 * kappa)) / 2;
        return a > 0 ? kappa / larger ** 2 : larger ** 2 / kappa;
      });
      // Rows divided by 1 + ratio, so that inactive ones do not drown the others.
      const K = [
        ...Q.map((row, j) => [...row, ...G.map((g) => g[j])]),
        ...G.map((g, i) =>
          [...g, ...G.map((_, l) => (l === i ? -ratio[i] : 0))].map((v) => v / (1 + ratio[i])),
        ),
      ];
      const right = [...weights.map((v) => -v), ...new Array<number>(m).fill(0)];
      const u = Array.from(got.p);
      const v = Array.from(got.h, (value) => 0 - value);
      // How far that is from the solution depends on the condition of K.
      K.forEach((row, i) => {
        const terms = row.map((value, j) => value * [...u, ...v][j]);
        const size = terms.reduce((sum, term) => sum + Math.abs(term), Math.abs(right[i]));
        const left = terms.reduce((sum, term) => sum + term, -right[i]);
        assert.isAtMost(Math.abs(left), 1e-9 * size);
      });
      const solution = solveDense(K, right);
      const scale = 1 + Math.max(...solution.map(Math.abs));
      expectClose([...u, ...v], solution, 0, 1e-6 * scale);
      const dG = G.flatMap((_, i) => u.map((value, j) => ineqDual[i] * value + v[i] * x[j]));
      expectClose(got.G, dG, 0, 1e-12 * scale * (1 + Math.max(...dG.map(Math.abs), 0)));
    }
  });
});

describe('prepareQP on numbers of every size', () => {
  it('gives a tested answer, or none, and nothing that is not finite', () => {
    const extreme = fc.oneof(fc.double({noNaN: true, noDefaultInfinity: true}), fine);
    fc.assert(
      fc.property(problems(extreme), (problem) => {
        const qp = prepared(problem);
        const got = copied(qp.solve());
        const gradient = qp.gradient(new Float64Array(problem.n).fill(1));
        for (const values of [
          got.x,
          got.ineqDual,
          got.eqDual,
          got.slack,
          [got.residual],
          ...(Object.values(gradient) as Float64Array[]),
        ]) {
          assert.isTrue(Array.from(values as Float64Array).every(Number.isFinite));
        }
        if (got.status === 0) assert.isAtMost(got.residual, SINGLE);
      }),
      {numRuns: effort(100, 1000)},
    );
  });
});

describe('prepareQP on random problems', () => {
  const runs = {numRuns: effort(200, 5000)};
  for (const [kind, entry] of [
    ['with equal, parallel and empty rows', coarse],
    ['in general position', fine],
  ] as const) {
    it(`solves them row by row: ${kind}`, () => {
      fc.assert(
        fc.property(problems(entry), (problem) => expectSolved(problem, answer(problem))),
        runs,
      );
    });

    it(`a sequence of problems has the answers of cold starts: ${kind}`, () => {
      const step = fc.record({
        what: fc.constantFrom('p', 'h', 'b', 'Q', 'G', 'A', 'all'),
        size: fc.constantFrom(1e-4, 0.01, 0.3, 2),
      });
      fc.assert(
        fc.property(problems(entry), fc.array(step, {minLength: 1, maxLength: 6}), (problem, steps) => {
          const qp = prepared(problem);
          qp.solve();
          let now = problem;
          steps.forEach(({what, size}, t) => {
            now = moved(now, what, size, t);
            const got = copied(qp.solve(what === 'all' ? inputOf(now) : pick(now, what)));
            const cold = answer(now);
            assert.equal(got.status, cold.status);
            if (cold.status !== 0) return;
            if (got.residual > 2e-9) {
              // Rows that contradict each other by less than the rounding of f32: no point is as good as demanded.
              assert.isAtMost(got.residual, SINGLE);
              assert.isAbove(residualOf(now, solveInF64(now)), EXACT);
              return;
            }
            expectSolved(now, got, 2e-9);
            expectClose(got.x, cold.x, 1e-7, 1e-9);
          });
        }),
        runs,
      );
    });
  }

  it('a long walk loses no digits', () => {
    const n = 8;
    const entry = (i: number, j: number) => Math.sin(3.7 * i * i + 1.3 * j * (i + 2) + 0.4);
    const rows = (count: number, from: number) =>
      Array.from({length: count}, (_, i) => Array.from({length: n}, (__, j) => entry(i + from, j)));
    const L = rows(n, 0);
    const Q = L.map((a, i) => L.map((b, j) => a.reduce((sum, v, l) => sum + v * b[l], Number(i === j) / 2)));
    const qp = prepareQP({Q, p: new Float64Array(n), G: rows(12, 20), h: new Float64Array(12).fill(1)});
    let switches = 0;
    for (let t = 0; t < effort(2000, 100_000); t++) {
      const p = Float64Array.from({length: n}, (_, j) => 6 * Math.sin(0.01 * t * (j + 1) + j));
      const got = qp.solve({p});
      assert.equal(got.status, 0);
      assert.isAtMost(got.residual, 1e-12);
      switches += got.iterations;
    }
    // More than `WorkingSet` allows before it makes its factors anew.
    assert.isAbove(switches, 250, 'the walk must change the active set');
  });

  it('a row that x = 0 touches by rounding only is weakly active', () => {
    const problem = qpCase({
      ...{name: 'pinned', Q: [[10, 3, 9], [3, 7, 1], [9, 1, 18]], p: [0, -1, 1]}, // prettier-ignore
      ...{G: [[-3, 0, 3], [-3, -2, 0], [-2, 0, 0]], h: [0, -5, Infinity]}, // prettier-ignore
      ...{A: [[0, -1, -2], [0, -1, -1], [1, -1, -2]], b: [-3, -3, -3]}, // prettier-ignore
    });
    const got = answer(problem);
    expectClose(got.x, [0, 3, 0], 1e-15);
    const other = solveWithGradients(inputOf(problem));
    expectClose(got.ineqDual, other.ineqDual, 1e-6);
    expectClose(got.eqDual, other.eqDual, 1e-6);
  });

  it('rows that only together leave x no room share their multipliers, as in solveQP', () => {
    const problem = qpCase({
      name: 'pinned',
      Q: [[2]],
      p: [-2],
      G: [[-3], [1], [2]],
      h: [-3, 1, 2],
      A: [],
      b: [],
    });
    const other = solveWithGradients(inputOf(problem));
    expectClose(answer(problem).ineqDual, other.ineqDual, 1e-6);
    // x is held from both sides, although no multiplier is needed for it.
    const qp = prepared(problem, {degenerate: 'oneSided'});
    assert.equal(qp.solve().status, 0);
    expectClose(qp.gradient([1]).p, [0], 0, 1e-12);
  });
});

/** The problem with some of its data a little different, but still feasible as a rule. */
function moved(problem: QPCase, what: string, size: number, t: number): QPCase {
  const shift = (i: number) => size * Math.sin(1.3 * t + 2.7 * i);
  const vector = (values: number[]) => values.map((value, i) => value + shift(i));
  const matrix = (rows: number[][]) => rows.map((row, i) => row.map((value, j) => value + shift(i + 3 * j)));
  const is = (name: string) => what === name || what === 'all';
  return {
    ...problem,
    Q: is('Q') ? problem.Q.map((row, i) => row.map((value, j) => value + Number(i === j) * size)) : problem.Q,
    p: is('p') ? vector(problem.p) : problem.p,
    G: is('G') ? matrix(problem.G) : problem.G,
    h: is('h') ? vector(problem.h) : problem.h,
    A: is('A') ? matrix(problem.A) : problem.A,
    b: is('b') ? vector(problem.b) : problem.b,
  };
}

function pick(problem: QPCase, name: string): Partial<PreparedQPInput> {
  const input = inputOf(problem);
  return name in input ? {[name]: input[name as 'p']} : {};
}

/** Fails with the first of the cases that are neither right nor unknown. */
function assertAllRight(cases: {name: string; judgement: Judgement}[]): void {
  const bad = cases.filter(({judgement: {verdict}}) => verdict !== 'right' && verdict !== 'unknown');
  const lines = bad.slice(0, 5).map(({name, judgement: {verdict, why}}) => `${verdict}: ${name}: ${why}`);
  assert.equal(bad.length, 0, `of ${cases.length}\n${lines.join('\n')}\n`);
}

/** The answer for the judges, which also look at proofs: those that there is no solution are `solveQP`'s, whose status must be the same. */
function outcomeOf(problem: QPCase) {
  const {x, ineqDual, eqDual, status, iterations} = answer(problem);
  const other = solveInF64(problem);
  assert.equal(status, other.status, problem.name);
  return {...{x, ineqDual, eqDual, status, iterations}, certificate: other};
}

describe('prepareQP on the problems of the robustness suites', () => {
  const BATCHES = 3 * FUZZ;
  for (const change of ['', ...Object.keys(CHANGES)]) {
    it(`changes that cannot change the solution: ${change || 'none'}`, () =>
      assertAllRight(
        Array.from({length: BATCHES}, (_, i) => metamorphicBatch(`${change} ${i}`, 4, change)).flatMap(
          ({name, samples}) =>
            samples.map((sample) => ({name, judgement: judgeSolved(sample, outcomeOf(sample))})),
        ),
      ));
  }
  for (const kind of NASTY_KINDS) {
    it(`hard on purpose: ${kind}`, () =>
      assertAllRight(
        Array.from({length: BATCHES}, (_, i) => nastyBatch(`${kind} ${i}`, 4, kind))
          .flat()
          .map((sample) => ({name: sample.name, judgement: judgeNasty(sample, outcomeOf(sample))})),
      ));
  }
});
