/** @file Conic programs in f64: how many iterations they take, where an iterate says that it stands, and units of rows that came last. */
import {assert} from 'chai';
import {coneBlocks, type Cones} from '../../../../src/kernels/algorithms/conic/cones.js';
import {interiorPoint} from '../../../../src/kernels/algorithms/conic/interior-point.js';
import {scaled, type ConicProblem} from '../../../../src/kernels/algorithms/conic/problem.js';
import {solveConic} from '../../../../src/kernels/algorithms/conic/solve.js';
import {conicCase} from '../../../zoo/conic-programs.js';
import {largest, times, transposedTimes} from '../qp/planted.js';

function problemOf(c: number[], E: number[][], d: number[], cones: Cones): ConicProblem {
  const [cost, rows, right] = [c, E.flat(), d].map((values) => Float64Array.from(values));
  return {p: c.length, m: d.length, c: cost, E: rows, d: right, blocks: coneBlocks(cones)};
}

const planted = (seed: number, cones: Cones, p: number, binding?: number) => {
  const {c, E, d, cones: all} = conicCase(seed, cones, p, binding);
  return problemOf(c, E, d, all);
};

const SEEDS = [1, 2, 3, 4, 5];
/** Of five problems together, as measured: iterations of `solveConic`. */
const ITERATIONS: [Cones, number, number | undefined, number][] = [
  [{}, 3, undefined, 16],
  [{zero: 1}, 4, 3, 16],
  [{secondOrder: [3, 4]}, 3, 1, 47],
  [{psd: [2]}, 3, 1, 33],
  [{zero: 1, secondOrder: [4], psd: [3, 1]}, 6, 2, 50],
];

const SIGNS = [[-1, 0], [0, -1]]; // prettier-ignore
const solve = (problem: ConicProblem) => solveConic(problem, 1e-6, 100);

describe('the work of conic programs', () => {
  for (const [cones, p, binding, iterations] of ITERATIONS) {
    it(`is few iterations: ${JSON.stringify(cones)}`, () => {
      const all = SEEDS.map((seed) => solve(planted(seed, cones, p, binding)));
      for (const {outcome} of all) assert.equal(outcome, 'solved');
      const sum = all.reduce((sum, one) => sum + one.iterations, 0);
      assert.isAtMost(sum, 1.05 * iterations);
    });

    it(`is told by each iterate, against the largest terms: ${JSON.stringify(cones)}`, () => {
      const problem = planted(7, cones, p, binding);
      const {c, d, E} = problem;
      let [looks, last] = [0, 1];
      interiorPoint(problem, 60, ({point: {z, y, s}, error}) => {
        const [pull, image] = [transposedTimes(E, y, problem.p), times(E, z)];
        const [cost, gain] = [times(c, z)[0], times(d, y)[0]];
        const expected = Math.max(
          largest(pull.map((value, j) => value + c[j])) / Math.max(1, largest(pull)),
          largest(image.map((value, i) => value + s[i] - d[i])) / Math.max(1, largest(image, s)),
          Math.abs(cost + gain) / Math.max(1, Math.abs(cost)),
        );
        assert.approximately(error, expected, 1e-9 * expected + 1e-15);
        looks++;
        last = error;
        return error < 1e-9;
      });
      assert.isAtMost(last, 1e-9);
      assert.isAbove(looks, 3);
    });
  }

  it('is one stage after the other where near rows alone have no end', () => {
    // max z₁ + z₂ with z₁ ≤ 1, and far away a row that holds z₂.
    const problem = problemOf([-1, -1], [...SIGNS, [1, 0], [0.01, 1]], [0, 0, 1, 1e6], {nonNegative: 4});
    const {outcome, z, iterations} = solve(problem);
    assert.equal(outcome, 'solved');
    assert.approximately(z[0], 1, 1e-9);
    assert.approximately(z[1], 1e6 - 0.01, 1e-3);
    assert.isAtMost(iterations, 12);
  });

  it('leaves rows in units in which their largest entry is one, also those that were far away or held', () => {
    for (const [c, E, d] of [
      [
        [-1, -2],
        [...SIGNS, [1, 0], [0, 1], [3, 5], [1, -1]],
        [0, 0, 1, 1, 1e6, 1e12],
      ],
      [
        [-1, -2],
        [...SIGNS, [1, 0], [0, 1], [3, 5], [1, -1]],
        [0, 0, 1e3, 2e3, 1e9, 1e15],
      ],
      [
        [-1, -2],
        [...SIGNS, [8, 0], [0, 1], [1e5, 5]],
        [0, 0, 1e-3, 2e-3, 1e6],
      ],
      [
        [1, 2],
        [
          [2, 0],
          [-2, 0],
          [3, 1],
          [0, -1],
        ],
        [4, -4, 90, 0],
      ],
    ] as [number[], number[][], number[]][]) {
      // prettier-ignore
      const problem = problemOf(c, E, d, {nonNegative: d.length});
      const found = solve(problem);
      assert.equal(found.outcome, 'solved');
      const even = scaled(problem, found.units);
      d.forEach((_, i) => {
        const most = largest(even.E.subarray(2 * i, 2 * i + 2), even.d.subarray(i, i + 1));
        assert.isTrue(most > 0.7 && most < 1.42, `row ${i}: ${most}`);
      });
    }
  });
});
