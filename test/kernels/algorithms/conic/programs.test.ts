/** @file Conic programs in f64: solutions in few iterations, units, held variables, and proofs that there is no solution. */
import {assert} from 'chai';
import {
  conicError,
  provesInfeasible,
  provesUnbounded,
} from '../../../../src/kernels/algorithms/conic/certificate.js';
import {coneBlocks, type Cones} from '../../../../src/kernels/algorithms/conic/cones.js';
import {dependentEqualities} from '../../../../src/kernels/algorithms/conic/equalities.js';
import {unitsOf} from '../../../../src/kernels/algorithms/conic/equilibrate.js';
import {heldColumns, priceHeld, withoutHeld} from '../../../../src/kernels/algorithms/conic/held.js';
import {interiorPoint} from '../../../../src/kernels/algorithms/conic/interior-point.js';
import {balanceOf, newtonStep, pointOf} from '../../../../src/kernels/algorithms/conic/polish.js';
import {
  partOf,
  rescaled,
  scaled,
  unscaled,
  type ConicProblem,
} from '../../../../src/kernels/algorithms/conic/problem.js';
import {distance} from '../../../../src/kernels/algorithms/conic/projection.js';
import {solveConic} from '../../../../src/kernels/algorithms/conic/solve.js';
import {conicCase} from '../../../zoo/conic-programs.js';
import {seededRandom} from '../../../zoo/linear-systems.js';
import {apart, largest, noise, times, transposedTimes} from '../qp/planted.js';

function problemOf(c: number[], E: number[][], d: number[], cones: Cones): ConicProblem {
  const [cost, rows, right] = [c, E.flat(), d].map((values) => Float64Array.from(values));
  return {p: c.length, m: d.length, c: cost, E: rows, d: right, blocks: coneBlocks(cones)};
}

const CASES: [Cones, number, number?][] = [
  [{}, 3],
  [{zero: 1}, 4, 3],
  [{secondOrder: [3, 4]}, 3, 1],
  [{psd: [2]}, 3, 1],
  [{zero: 1, secondOrder: [4], psd: [3, 1]}, 6, 2],
];
const caseOf = ([cones, p, binding]: (typeof CASES)[number], seed: number) => {
  const {c, E, d, cones: all} = conicCase(seed, cones, p, binding);
  return problemOf(c, E, d, all);
};

/** The largest violation of the optimality conditions. */
function violation(problem: ConicProblem, {z, y, s}: Record<'z' | 'y' | 's', Float64Array>): number {
  const {p, c, E, d, blocks} = problem;
  const pull = transposedTimes(E, y, p);
  let worst = Math.max(largest(c.map((value, j) => value + pull[j])), Math.abs(times(s, y)[0]));
  times(E, z).forEach((value, i) => (worst = Math.max(worst, Math.abs(value + s[i] - d[i]))));
  for (const block of blocks) {
    worst = Math.max(worst, distance(block, partOf(block, s)), distance(block, partOf(block, y), true));
  }
  return worst;
}

describe('conic programs in f64', () => {
  for (const one of CASES) {
    it(`are solved, of f32 numbers, beyond f32: ${JSON.stringify(one)}`, () => {
      for (const seed of [1, 2, 3]) {
        const problem = caseOf(one, seed);
        const found = solveConic(problem, 1e-6, 200);
        assert.equal(found.outcome, 'solved');
        assert.isAtMost(violation(problem, found), 1e-7 * Math.max(1, largest(found.z, found.y)));
        assert.approximately(found.residual, conicError(problem, found), 1e-15);
        assert.isAtMost(found.residual, 1e-7);
        assert.isTrue(found.iterations > 0 && found.iterations <= 16);
      }
    });

    it(`have units in which entries are about one, and points with them: ${JSON.stringify(one)}`, () => {
      const problem = caseOf(one, 4);
      const {p, m, E, c, d, blocks} = problem;
      const random = seededRandom(2);
      const [rows, columns] = [m, p].map((size) => Float64Array.from({length: size}, () => 2 ** Math.round(16 * random() - 8))); // prettier-ignore
      for (const {start, size} of blocks) rows.fill(rows[start], start, start + size);
      const uneven = scaled({...problem, E, c, d}, {rows, columns, ofC: 2 ** 9, ofD: 2 ** -7});
      const units = unitsOf(uneven);
      const all = [...units.rows, ...units.columns, units.ofC, units.ofD];
      for (const unit of all) assert.isTrue(Number.isInteger(Math.log2(unit)));
      const even = scaled(uneven, units);
      for (const {start, size} of blocks) {
        const most = largest(
          even.E.subarray(start * p, (start + size) * p),
          even.d.subarray(start, start + size),
        );
        assert.isTrue(most >= Math.SQRT1_2 - 1e-9 && most <= Math.SQRT2 + 1e-9, `${most}`);
      }
      const cost = largest(even.c);
      assert.isTrue(cost >= Math.SQRT1_2 && cost <= Math.SQRT2);
      const found = solveConic(uneven, 1e-6, 200);
      assert.equal(found.outcome, 'solved');
      const point = rescaled(found, units);
      assert.isAtMost(violation(even, point), 1e-7 * Math.max(1, largest(point.z, point.y)));
      const back = unscaled(point, units);
      for (const part of ['z', 'y', 's'] as const) assert.isAtMost(apart(back[part], found[part]), 1e-12 * largest(found[part])); // prettier-ignore
    });

    it(`a step of Newton’s method squares the error: ${JSON.stringify(one)}`, () => {
      const problem = caseOf(one, 5);
      const {z, y, s} = solveConic(problem, 1e-6, 200);
      const random = seededRandom(3);
      const near = (values: Float64Array, by: number) => values.map((v, i) => v + by * noise(i + 1, random)[i]); // prettier-ignore
      const start = {z: near(z, 1e-4), v: near(y.map((value, i) => value - s[i]), 1e-4)}; // prettier-ignore
      const before = violation(problem, pointOf(problem, start.z, start.v));
      const next = newtonStep(problem, start);
      const after = violation(problem, pointOf(problem, next.z, next.v));
      assert.isAtMost(after, 1e-2 * before);
      assert.isAtMost(apart(next.z, z), 1e-6);
    });
  }

  it('the interior point tells where it stands at each iterate', () => {
    const problem = caseOf(CASES[2], 1);
    const errors: number[] = [];
    const iterations = interiorPoint(problem, 100, ({point, ray, tau, kappa, error}) => {
      assert.isAtMost(apart(point.z, ray.z.map((value) => value / tau)), 1e-9 * (1 + largest(point.z))); // prettier-ignore
      assert.isTrue(tau > 0 && kappa > 0);
      errors.push(error);
      return error < 1e-8;
    });
    assert.equal(errors.length, iterations + 1);
    assert.isAtMost(iterations, 24);
    assert.equal(
      interiorPoint(problem, 3, () => false),
      3,
    );
    // Without an end it stops by itself.
    assert.isBelow(
      interiorPoint(problem, 1000, () => false),
      100,
    );
  });

  it('a balance makes y and s equally long where both are on the boundary', () => {
    const problem = problemOf([0], [[0], [0], [0], [0]], [0, 0, 0, 0], {nonNegative: 1, secondOrder: [3]});
    const balance = (y: number[], s: number[]) =>
      Array.from(
        balanceOf(problem, {z: new Float64Array(1), y: Float64Array.from(y), s: Float64Array.from(s)}),
      );
    assert.deepEqual(balance([1, 16, 16, 0], [1, 1, -1, 0]), [1, 4, 4, 4]);
    assert.deepEqual(balance([64, 1, 0, 1], [0, 4, 0, -4]), [1, 0.5, 0.5, 0.5]);
    assert.deepEqual(balance([1, 16, 8, 0], [1, 1, -1, 0]), [1, 1, 1, 1]);
    assert.deepEqual(balance([1, 0, 0, 0], [1, 1, -1, 0]), [1, 1, 1, 1]);
  });
});

describe('certificates of conic programs', () => {
  const problem = problemOf([1, 1], [[-1, 0], [0, -1], [1, 1]], [0, 0, 4], {nonNegative: 3}); // prettier-ignore
  const error = (z: number[], y: number[], of = problem) =>
    conicError(of, {z: Float64Array.from(z), y: Float64Array.from(y)});

  it('have each error beside its own terms', () => {
    assert.equal(error([0, 0], [1, 1, 0]), 0);
    // |c| + |E|ᵀ|y| = 2 + h.
    assert.approximately(error([0, 0], [1 + 1e-3, 1, 0]), 1e-3 / 2.001, 1e-9);
    assert.approximately(error([0, 0], [1 - 1e-3, 1, 0]), 1e-3 / 1.999, 1e-9);
    // A multiplier of the wrong sign, and a slack.
    assert.isAtLeast(error([0, 0], [1, 1, -1e-3]), 4.9e-4);
    assert.equal(error([-1e-3, 0], [1, 1, 0]), 1);
    assert.isAtLeast(error([3, 2], [0, 0, 0]), 0.1);
    // Both of a row: the lesser of what the multiplier moves and the slack beside its terms.
    const off = error([1e-3, 0], [1, 1, 0], problemOf([1, 1], [[-1, 0], [0, -1], [1, 1]], [1, 0, 4], {nonNegative: 3})); // prettier-ignore
    assert.approximately(off, 0.5, 1e-3);
    assert.equal(error([NaN, 0], [1, 1, 0]), 1e9);
    assert.equal(error([0, 0], [NaN, 1, 0]), 1e9);
  });

  it('have an error beside the number given, where that is lost in its terms', () => {
    const column = (cost: number, y: number[]) =>
      error([0], y, problemOf([cost], [[1], [-1]], [0, 0], {nonNegative: 2}));
    assert.approximately(column(1, [1e8, 1e8 + 0.5]), 0.5, 1e-9);
    assert.approximately(column(-1, [1e8 + 0.5, 1e8]), 0.5, 1e-9);
    // It is nearly right; it is not that small; there is none; f64 itself cannot tell.
    assert.isAtMost(column(1, [1e8, 1e8 + 1 - 5e-4]), 1e-11);
    assert.approximately(column(1, [4e4, 4e4 + 0.5]), 0.5 / 80001.5, 1e-9);
    assert.approximately(column(0, [1e8, 1e8 + 0.5]), 0.5 / 2e8, 1e-13);
    assert.isAtMost(column(1e-9, [1e8, 1e8]), 1e-16);
    const row = (bound: number, z: number[]) =>
      error(z, [0], problemOf([0, 0], [[1, -1]], [bound], {zero: 1}));
    assert.approximately(row(1, [1e8, 1e8 - 0.5]), 0.5, 1e-9);
    assert.isAtMost(row(1, [1e8, 1e8 - 1 + 5e-4]), 1e-11);
    assert.approximately(row(1, [4e4, 4e4 - 0.5]), 0.5 / 80000.5, 1e-9);
  });

  it('prove that there is no point, or call it rounding, or say nothing', () => {
    const verdict = (bound: number, y: number[]) =>
      provesInfeasible(problemOf([0], [[1], [-1]], [1, bound], {nonNegative: 2}), Float64Array.from(y));
    assert.equal(verdict(-2, [1, 1]), 'proof');
    assert.equal(verdict(-1 - 2.1 * 2 ** -20, [1, 1]), 'proof');
    assert.equal(verdict(-1 - 1.9 * 2 ** -20, [1, 1]), 'rounding');
    assert.equal(verdict(-1, [1, 1]), 'nothing');
    assert.equal(verdict(-2, [1, 1 + 1e-8]), 'nothing');
    assert.equal(verdict(-2, [1, 1 + 1e-9]), 'proof');
    assert.equal(verdict(2, [-1, -1]), 'nothing');
    // Also where some rows take no part.
    const more = problemOf([0], [[1], [-1], [1], [0], [0]], [1, -2, 5, 1, 1], {nonNegative: 3, secondOrder: [2]}); // prettier-ignore
    assert.equal(provesInfeasible(more, Float64Array.of(1, 1, 0, 0, 0)), 'proof');
    assert.equal(verdict(-2, [NaN, 1]), 'nothing');
  });

  it('prove that the costs fall, or call it rounding, or say nothing', () => {
    const verdict = (c: number[], z: number[]) =>
      provesUnbounded(problemOf(c, [[1, -1], [0, -1]], [0, 0], {nonNegative: 2}), Float64Array.from(z)); // prettier-ignore
    assert.equal(verdict([-1, 0], [1, 1]), 'proof');
    assert.equal(verdict([-1 - 2.1 * 2 ** -20, 1], [1, 1]), 'proof');
    assert.equal(verdict([-1 - 1.9 * 2 ** -20, 1], [1, 1]), 'rounding');
    assert.equal(verdict([1, -1], [1, 1]), 'nothing');
    assert.equal(verdict([-1, 0], [1 + 1e-8, 1]), 'nothing');
    assert.equal(verdict([-1, 0], [1 + 1e-9, 1]), 'proof');
    assert.equal(verdict([-1, 0], [-1, -1]), 'nothing');
  });

  it('come with programs that have no solution', () => {
    const infeasible = problemOf([1, 1], [[1, 1], [-1, 0], [0, -1]], [-1, 0, 0], {nonNegative: 3}); // prettier-ignore
    assert.equal(solveConic(infeasible, 1e-6, 200).outcome, 'infeasible');
    assert.equal(solveConic({...infeasible, d: Float64Array.of(1, 0, 0)}, 1e-6, 200).outcome, 'solved');
    const falling = {...infeasible, c: Float64Array.of(-1, 0), E: Float64Array.of(-1, 1, -1, 0, 0, -1)};
    assert.equal(solveConic(falling, 1e-6, 200).outcome, 'unbounded');
    const cone = problemOf([0, 1], [[0, 0], [-1, 0], [0, 0]], [1, 0, 2], {secondOrder: [3]}); // prettier-ignore
    assert.equal(solveConic(cone, 1e-6, 200).outcome, 'infeasible');
  });
});

describe('equalities that depend on each other', () => {
  const of = (E: number[][], d: number[]) => dependentEqualities(problemOf([1, 2], E, d, {zero: d.length}));

  it('are none where each says its own', () => {
    assert.isNull(of([[1, 0], [1, 1]], [1, 2])); // prettier-ignore
    assert.isNull(of([[1, 0]], [1]));
    assert.isNull(of([[0, 0], [1, 1]], [0, 2])); // prettier-ignore
  });

  it('are moved to what they can be together, and share their multipliers', () => {
    const delta = 1e-7;
    const together = of([[1, 1], [0, 1], [2, 2]], [1, 3, 2 + 2 * delta])!; // prettier-ignore
    const {d, spare, contradict} = together;
    assert.isFalse(contradict);
    assert.approximately(d[2], 2 * d[0], 1e-13);
    assert.approximately(d[0], 1 + delta / 2, 1e-12);
    assert.approximately(d[1], 3, 1e-12);
    assert.equal(spare.filter(Boolean).length, 1);
    assert.isFalse(spare[1]);
    const y = together.spread(Float64Array.of(5, 7, 0));
    assert.isAtMost(apart(transposedTimes([1, 1, 0, 1, 2, 2], y, 2), [5, 12]), 1e-12);
    // Of least norm among rows of size one.
    assert.isAtMost(apart(y, [2.5, 7, 1.25]), 1e-12);
    assert.isTrue(of([[1, 1], [2, 2]], [1, 2.001])!.contradict); // prettier-ignore
  });

  it('are solved together, and not where they contradict each other', () => {
    const solved = (delta: number) =>
      solveConic(problemOf([-5, -12, -7], [[1, 1, 0], [0, 1, 1], [2, 2, 0]], [1, 3, 2 + 2 * delta], {zero: 3}), 1e-6, 100); // prettier-ignore
    for (const delta of [0, 1e-7]) {
      const {outcome, z, y} = solved(delta);
      assert.equal(outcome, 'solved');
      assert.isAtMost(apart([z[0] + z[1], z[1] + z[2]], [1 + delta / 2, 3]), 1e-12);
      assert.isAtMost(apart(y, [2.5, 7, 1.25]), 1e-9);
    }
    assert.equal(solved(1e-3).outcome, 'infeasible');
  });
});

describe('rows and variables that do not matter, or matter late', () => {
  const signs = [[-1, 0], [0, -1]]; // prettier-ignore

  it('variables in no row are zero, or fall without end', () => {
    const of = (cost: number) =>
      solveConic(problemOf([1, cost], [[-1, 0]], [-2], {nonNegative: 1}), 1e-6, 100);
    assert.equal(of(0).outcome, 'solved');
    assert.isAtMost(apart(of(0).z, [2, 0]), 1e-12);
    assert.equal(of(1).outcome, 'unbounded');
    assert.equal(of(-1).outcome, 'unbounded');
  });

  it('rows that are far away join where they bind, or where nothing else holds', () => {
    // max z₁ + z₂ with z ≤ 1, a row at 1e6 that is met, one at 1e12 and a cone of its own.
    const E = [...signs, [1, 0], [0, 1], [1, 1], [1, -1]];
    const near = problemOf([-1, -2], E, [0, 0, 1, 1, 1e6, 1e12], {nonNegative: 6});
    const found = solveConic(near, 1e-6, 100);
    assert.equal(found.outcome, 'solved');
    assert.isAtMost(apart(found.z, [1, 1]), 1e-9);
    assert.isAtMost(apart(found.y, [0, 0, 1, 2, 0, 0]), 1e-9);
    assert.isAtMost(apart(found.s, [1, 1, 0, 0, 1e6 - 2, 1e12]), 1e-3);
    // Without the bounds of 1 the far row holds both.
    const far = problemOf([-1, -2], [...signs, [1, 1], [1, -1]], [0, 0, 1e6, 1e12], {nonNegative: 4});
    const held = solveConic(far, 1e-6, 100);
    assert.equal(held.outcome, 'solved');
    assert.isAtMost(apart(held.z, [0, 1e6]), 1e-3);
    assert.isAtMost(apart(held.y, [1, 0, 2, 0]), 1e-9);
    // Near rows alone would go too far along z₂: the far cone cuts that off.
    const cut = problemOf([0, -1], [...signs, [1, 0], [0, 1], [0, 0], [0, 1]], [0, 0, 1, 1e9, 2e5, 0], {nonNegative: 4, secondOrder: [2]}); // prettier-ignore
    const within = solveConic(cut, 1e-6, 100);
    assert.equal(within.outcome, 'solved');
    assert.approximately(within.z[1], 2e5, 1e-3);
  });

  it('rows that a solution of the others violates join', () => {
    // z₂ ≤ 1 + 1e7 z₁, z₁ ≤ 1, and far away z₂ ≤ 1e6.
    const late = problemOf([0, -1], [...signs, [1, 0], [-1e7, 1], [0, 1]], [0, 0, 1, 1, 1e6], {
      nonNegative: 5,
    });
    const found = solveConic(late, 1e-6, 100);
    assert.equal(found.outcome, 'solved');
    assert.approximately(found.z[1], 1e6, 1e-3);
    assert.isAtLeast(found.z[0], 0.0999);
  });

  it('a bound that a price suggests is let go where nothing else fits', () => {
    // 1e5 z₁ + z₂ with z₁ + z₂ ≥ 3 and z₂ ≤ 1: z₁ is dear, and still 2.
    const problem = problemOf([1e5, 1], [...signs, [0, 1], [-1, -1]], [0, 0, 1, -3], {nonNegative: 4});
    assert.equal(heldColumns(problem).length, 1);
    const found = solveConic(problem, 1e-6, 100);
    assert.equal(found.outcome, 'solved');
    assert.isAtMost(apart(found.z, [2, 1]), 1e-9);
  });

  it('variables that only their sum tells apart are found by some of their values', () => {
    const found = solveConic(problemOf([1, 1], [[-1, -1], [2, 2]], [-2, 9], {nonNegative: 2}), 1e-6, 100); // prettier-ignore
    assert.equal(found.outcome, 'solved');
    assert.approximately(found.z[0] + found.z[1], 2, 1e-9);
    assert.isAtMost(apart(found.y, [1, 0]), 1e-9);
  });

  it('rows of zeros hold or do not, by themselves', () => {
    const of = (d: number) => solveConic(problemOf([1], [[-1], [0]], [-2, d], {nonNegative: 2}), 1e-6, 100).outcome; // prettier-ignore
    assert.deepEqual([1, 0, -0.9e-10, -1.1e-10, -1].map(of), [
      'solved',
      'solved',
      'solved',
      'infeasible',
      'infeasible',
    ]);
  });

  it('contradictions of the size of rounding are reconciled, of bounds and of costs', () => {
    // z ≤ 1 and z ≥ 1 + g; then −z₁ + (1 + g) z₂ along z₁ = z₂.
    for (const [gap, outcome] of [
      [1e-7, 'solved'],
      [6e-7, 'solved'],
      [1e-5, 'infeasible'],
    ] as const) {
      // prettier-ignore
      const found = solveConic(problemOf([1, 0], [[1, 1], [-1, -1], [0, 1], [0, -1]], [1, -1 - gap, 0.5, 0], {nonNegative: 4}), 1e-6, 200); // prettier-ignore
      assert.equal(found.outcome, outcome);
      if (outcome === 'solved') assert.approximately(found.z[0] + found.z[1], 1 + gap / 2, gap);
    }
    for (const [gap, outcome] of [
      [1e-7, 'solved'],
      [6e-7, 'solved'],
      [1e-5, 'unbounded'],
    ] as const) {
      // prettier-ignore
      const found = solveConic(problemOf([-1, 1 - gap], [[1, -1], [-1, 1], [-1, 0]], [0, 0, 0], {nonNegative: 3}), 1e-6, 200); // prettier-ignore
      assert.equal(found.outcome, outcome);
    }
  });

  it('an entry that is zero by cancellation is measured beside its neighbours', () => {
    // z₃ = z₁ − z₂ at (1, 1, 1e-9), which the last row says to be zero.
    const of = problemOf([0, 0, 0], [[1, 0, 0], [0, 1, 0], [1, -1, -1], [0, 0, 1]], [1, 1, 0, 0], {zero: 3, nonNegative: 1}); // prettier-ignore
    const off = conicError(of, {z: Float64Array.of(1, 1, 1e-9), y: new Float64Array(4)});
    assert.isAtMost(off, 1e-6);
    // Zeros beside it make no error smaller: the second column is off by a part in a thousand.
    const sparse = problemOf([1, 1.001, 1], [[-1, 0, 0], [0, -1, 0], [0, 0, -1], [-1, -1, 0]], [0, 0, 0, 0], {nonNegative: 4}); // prettier-ignore
    const beside = conicError(sparse, {z: new Float64Array(3), y: Float64Array.of(0.5, 0.5, 1, 0.5)});
    assert.approximately(beside, 1e-3 / 2.001, 1e-9);
    const alone = {...of, E: of.E.slice(9), d: of.d.slice(3), m: 1, blocks: coneBlocks({nonNegative: 1})};
    assert.equal(conicError(alone, {z: Float64Array.of(1, 1, 1e-9), y: new Float64Array(1)}), 1);
  });
});

describe('variables that a bound holds', () => {
  it('are those that are fixed, and those whose price stands out', () => {
    const E = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [1, 1, 1], [0, 0, -1]]; // prettier-ignore
    const held = (c: number[], d: number[]) => heldColumns(problemOf(c, E, d, {nonNegative: 6}));
    assert.deepEqual(held([1, 1, 1], [2, 2, 5, 5, 9, 0]), []);
    assert.deepEqual(held([1, 1, 1], [2, -2, 5, 5, 9, 0]), [{column: 0, row: 0, value: 2, opposite: 1}]);
    assert.deepEqual(held([1, 2000, 1], [2, 2, 5, 3, 9, 0]), [
      {column: 1, row: 3, value: -3, opposite: null},
    ]);
    assert.deepEqual(held([1, -2000, 1], [2, 2, 5, 3, 9, 0]), [
      {column: 1, row: 2, value: 5, opposite: null},
    ]);
    assert.deepEqual(held([1, 900, 1], [2, 2, 5, 3, 9, 0]), []);
    const equal = heldColumns(problemOf([1, 1], [[2, 0], [1, 1], [1, 0]], [6, 1, 9], {zero: 2, nonNegative: 1})); // prettier-ignore
    assert.deepEqual(equal, [{column: 0, row: 0, value: 3, opposite: 0}]);
    assert.deepEqual(heldColumns(problemOf([1], [[2], [1]], [6, 3], {zero: 2})), []);
    // Not where another bound says otherwise.
    assert.deepEqual(heldColumns(problemOf([1, 1], [[2, 0], [1, 1], [1, 0]], [6, 1, 2], {zero: 2, nonNegative: 1})), []); // prettier-ignore
  });

  it('leave a problem without them, and get their multipliers back', () => {
    const problem = problemOf([1, 2], [[1, 0], [-1, 0], [3, 1], [0, -1]], [2, -2, 9, 0], {nonNegative: 4}); // prettier-ignore
    const held = heldColumns(problem);
    const {reduced, columns, rows} = withoutHeld(problem, held);
    assert.deepEqual([columns, rows], [[1], [2, 3]]);
    assert.deepEqual([[...reduced.c], [...reduced.E], [...reduced.d]], [[2], [1, -1], [3, 0]]);
    assert.deepEqual(reduced.blocks.map(({start}) => start), [0, 1]); // prettier-ignore
    const y = Float64Array.of(0, 0, 0, 2);
    assert.deepEqual(priceHeld(problem, held, y), []);
    assert.deepEqual([...y], [0, 1, 0, 2]);
    const found = solveConic(problem, 1e-6, 100);
    assert.equal(found.outcome, 'solved');
    assert.isAtMost(apart([...found.z, ...found.y], [2, 0, 0, 1, 0, 2]), 1e-9);
    const inHalves = problemOf([1, 2], [[2, 0], [-4, 0], [3, 1], [0, -1]], [4, -8, 9, 0], {nonNegative: 4}); // prettier-ignore
    const prices = new Float64Array(4);
    priceHeld(inHalves, heldColumns(inHalves), prices);
    assert.deepEqual([...prices], [0, 0.25, 0, 0]);
    inHalves.c[0] = -1;
    prices.fill(0);
    priceHeld(inHalves, heldColumns(inHalves), prices);
    assert.deepEqual([...prices], [0.5, 0, 0, 0]);
    // One that only a price suggested is let go where the multiplier has the wrong sign.
    const suggested = [{column: 0, row: 0, value: 2, opposite: null}];
    assert.deepEqual(priceHeld(problem, suggested, Float64Array.of(0, 0, 0, 2)), suggested);
  });
});
