/** @file Quadratic programs solved on their dual: planted solutions, and what is left to the interior point. */
import {assert} from 'chai';
import {ConstraintRows} from '../../../../src/kernels/algorithms/qp/constraint-rows.js';
import {dualMethod} from '../../../../src/kernels/algorithms/qp/dual-method.js';
import {DualPivoting} from '../../../../src/kernels/algorithms/qp/dual-pivoting.js';
import {DualSystem} from '../../../../src/kernels/algorithms/qp/dual-system.js';
import {denseSolver} from '../../../../src/kernels/algorithms/qp/dense-solver.js';
import {copyProblem, type Problem} from '../../../../src/kernels/algorithms/qp/types.js';
import type {DenseKernels} from '../../../../src/kernels/contracts/dense.js';
import {seededRandom} from '../../../zoo/linear-systems.js';
import {apart, DENSE, kktError, noise, planted, times, type Shape} from './planted.js';

const SHAPES: Shape[] = [
  {n: 36, p: 0, active: 12, idle: 16},
  {n: 33, p: 6, active: 10, idle: 11},
  {n: 40, p: 1, active: 0, idle: 20},
  {n: 30, p: 0, active: 18, idle: 26},
  {n: 34, p: 7, active: 27, idle: 0},
];
const SEEDS = [0, 1, 2];
/** The shape that is changed so that the method cannot be used. */
const USUAL: Shape = {n: 32, p: 3, active: 12, idle: 12};

function rowsOf(dense: DenseKernels, {n, p, m, C: {values}}: Problem): ConstraintRows {
  const rows = new ConstraintRows(dense, p + m, n, values);
  rows.read();
  return rows;
}

/** Row i of C becomes a combination of two others. */
function combine({n, C: {values}}: Problem, i: number, [j, k]: [number, number], factor = 1): void {
  for (let l = 0; l < n; l++) values[i * n + l] = factor * (values[j * n + l] + values[k * n + l]);
}

function eachKernel(work: (dense: DenseKernels) => void): void {
  for (const dense of DENSE) dense.scope(() => work(dense));
}

describe('the system of the dual', () => {
  for (const shape of SHAPES) {
    it(`gives slacks for multipliers, and corrections: ${JSON.stringify(shape)}`, () =>
      eachKernel((dense) => {
        const {problem, solution} = planted(dense, shape, 4);
        const {n, p, m} = problem;
        const system = new DualSystem(dense, problem, rowsOf(dense, problem));
        // Twice, because nothing of another problem may remain.
        for (let time = 0; time < 2; time++) assert.isTrue(system.eliminate());
        const y = solution.y.subarray(p);
        const slacks = Array.from({length: m}, (_, i) => {
          const row = system.S.subarray(i * system.stride, i * system.stride + m);
          return system.e[i] + times(row, y)[0];
        });
        assert.isAtMost(apart(slacks, solution.s.subarray(p)), 1e-10);

        const w = Float64Array.from({length: p + m}, (_, i) => (i < p + shape.active ? 0 : Infinity));
        assert.isTrue(system.factor(w));
        const [x, allY, total] = [dense.vector(n), dense.vector(p + m), dense.vector(p + m)];
        const minusQ = dense.vector(n);
        for (let j = 0; j < n; j++) minusQ[j] = -problem.q[j];
        system.correct(x, allY, minusQ, problem.d, total);
        assert.isAtMost(apart(x, solution.x), 1e-10);
        assert.isAtMost(apart(allY, solution.y), 1e-10);
        assert.isAtMost(apart(total, times(problem.C.values, x)), 1e-10);
      }));
  }

  it('is refused without clear curvature, and for equalities that depend on each other', () =>
    eachKernel((dense) => {
      const isUsable = (change: (problem: Problem) => void) => {
        const {problem} = planted(dense, USUAL, 2);
        change(problem);
        return new DualSystem(dense, problem, rowsOf(dense, problem)).eliminate();
      };
      const {n} = USUAL;
      assert.isTrue(isUsable(() => undefined));
      assert.isFalse(
        isUsable(({P}) => P.values.fill(0, (n - 1) * n)),
        'no curvature',
      );
      assert.isFalse(
        isUsable((problem) => combine(problem, 2, [0, 1])),
        'dependent',
      );
      assert.isFalse(
        isUsable(({C}) => (C.values[5] = NaN)),
        'NaN',
      );
      assert.isFalse(
        isUsable(({P}) => P.values.fill(1e-20, n * n - 1)),
        'almost no curvature',
      );
    }));

  it('knows which rows depend on a set and on the equalities', () =>
    eachKernel((dense) => {
      const {problem} = planted(dense, USUAL, 3);
      const {p, m} = problem;
      // Counted without equalities: row 5 is made of rows 0 and 2, row 6 of a row and an equality, row 7 of equalities alone.
      combine(problem, p + 5, [p, p + 2]);
      combine(problem, p + 6, [p + 1, 0]);
      combine(problem, p + 7, [1, 2], 1e6);
      const system = new DualSystem(dense, problem, rowsOf(dense, problem));
      assert.isTrue(system.eliminate());
      const factors = (...rows: number[]) => {
        const w = new Float64Array(p + m).fill(Infinity);
        w.fill(0, 0, p);
        for (const i of rows) w[p + i] = 0;
        return system.factor(w);
      };
      assert.deepEqual([factors(0, 2, 5), factors(1, 6), factors(7)], [false, false, false]);
      assert.isTrue(factors(0, 1, 2, 3));
      assert.deepEqual([4, 5, 6, 7].map((i) => system.isIndependent(i)), [true, false, false, false]); // prettier-ignore
    }));
});

describe('block principal pivoting', () => {
  it('ends at a set without wrong signs if the rows are independent, even where blocks go in circles', () =>
    eachKernel((dense) => {
      const n = 4;
      let most = 0;
      const {problem} = planted(dense, {n, p: 0, active: 0, idle: n}, 1);
      problem.P.values.fill(0);
      problem.q.fill(0);
      for (let j = 0; j < n; j++) problem.P.values[j * (n + 1)] = 1;
      const system = new DualSystem(dense, problem, rowsOf(dense, problem));
      const pivoting = new DualPivoting(dense, problem, system);
      for (let seed = 0; seed < 300; seed++) {
        const random = seededRandom(seed);
        const common = noise(n, random);
        for (let i = 0; i < n; i++) {
          const side = random() < 0.5 ? -1 : 1;
          for (let j = 0; j < n; j++) problem.C.values[i * n + j] = side * common[j] + 2 * random() - 1;
        }
        problem.d.set(noise(n, random));
        assert.isTrue(system.eliminate());
        assert.isTrue(pivoting.find(Infinity), `seed ${seed}`);
        const {y, s, active, rounds} = pivoting;
        for (let i = 0; i < n; i++) {
          assert.isAtLeast(active[i] === 1 ? y[i] : s[i], -1e-9);
          assert.isAtMost(Math.abs(active[i] === 1 ? s[i] : y[i]), 1e-9);
        }
        most = Math.max(most, rounds);
        assert.isFalse(pivoting.find(rounds - 1));
        assert.isTrue(pivoting.find(rounds));
      }
      // Then rows have moved one by one.
      assert.isAbove(most, 12);
    }));
});

describe('the method of the dual', () => {
  for (const shape of SHAPES) {
    it(`finds planted solutions, without an iteration of another method: ${JSON.stringify(shape)}`, () =>
      eachKernel((dense) => {
        const {n, p, active, idle} = shape;
        const solver = denseSolver(dense, {n, p, m: active + idle});
        for (const seed of SEEDS) {
          const {problem, solution} = planted(dense, shape, seed);
          copyProblem(problem, solver.problem);
          const result = solver.solve(1e-9, 100);
          assert.equal(result.outcome, 'solved');
          assert.isAtMost(apart(result.x, solution.x), 1e-10);
          assert.isAtMost(apart(result.y, solution.y), 1e-9);
          assert.isAtMost(kktError(problem, result), 1e-10);
          assert.deepEqual(
            [...result.activity],
            Array.from({length: p + active + idle}, (_, i) => Number(i < p + active)),
          );
          const method = dualMethod(dense, problem, rowsOf(dense, problem))!;
          assert.isTrue(method.findsActiveSet(100));
          assert.equal(result.iterations, method.rounds);
          assert.isFalse(method.findsActiveSet(method.rounds - 1));
        }
      }));
  }

  it('is not for small problems, many rows, or rows with few entries', () =>
    eachKernel((dense) => {
      const methodOf = (shape: Shape, change: (problem: Problem) => void = () => undefined) => {
        const {problem} = planted(dense, shape, 1);
        change(problem);
        return dualMethod(dense, problem, rowsOf(dense, problem));
      };
      assert.isTrue(methodOf(USUAL)!.findsActiveSet(100));
      for (const shape of [
        {n: 12, p: 0, active: 6, idle: 6},
        {n: 32, p: 0, active: 9, idle: 50},
        {n: 40, p: 20, active: 0, idle: 0},
      ]) {
        assert.isNull(methodOf(shape), JSON.stringify(shape));
      }
      const bounds = methodOf(USUAL, ({n, C: {values}}) => {
        for (let at = 0; at < values.length; at++) if (at % n !== Math.floor(at / n)) values[at] = 0;
      });
      assert.isFalse(bounds!.findsActiveSet(100));
    }));

  it('leaves multipliers that are not unique to the interior point, which divides them', () =>
    eachKernel((dense) => {
      const {problem, solution} = planted(dense, USUAL, 5);
      const {n, p, m} = problem;
      // The last row says what an active one does.
      problem.C.values.copyWithin((p + m - 1) * n, p * n, (p + 1) * n);
      problem.d[p + m - 1] = problem.d[p];
      const solver = denseSolver(dense, problem);
      copyProblem(problem, solver.problem);
      const result = solver.solve(1e-9, 100);
      assert.equal(result.outcome, 'solved');
      assert.isAtMost(apart(result.x, solution.x), 1e-9);
      assert.closeTo(result.y[p], solution.y[p] / 2, 1e-6);
      assert.closeTo(result.y[p + m - 1], solution.y[p] / 2, 1e-6);
    }));
});
