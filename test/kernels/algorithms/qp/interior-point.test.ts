/** @file The interior-point method by itself: solutions, rays, what it says of where it stands, and how many iterations it takes. */
import {DOUBLE, SINGLE} from '../../../../src/kernels/contracts/qp-limits.js';
import {assert} from 'chai';
import {Acceptance, type Demands} from '../../../../src/kernels/algorithms/qp/acceptance.js';
import {equilibrateMatrices} from '../../../../src/kernels/algorithms/qp/equilibrate.js';
import {scaleProblem} from '../../../../src/kernels/algorithms/qp/scale-problem.js';
import {InteriorPoint, type Stage} from '../../../../src/kernels/algorithms/qp/interior-point.js';
import {denseKkt} from '../../../../src/kernels/algorithms/qp/kkt.js';
import {denseSolver} from '../../../../src/kernels/algorithms/qp/dense-solver.js';
import {
  copyPoint,
  copyProblem,
  emptyPoint,
  emptyProblem,
  type Point,
} from '../../../../src/kernels/algorithms/qp/types.js';
import {apart, DENSE, kktError, largest, planted, times, transposedTimes, vectorOf, type Shape} from './planted.js'; // prettier-ignore

const SHAPES: Shape[] = [
  {n: 8, p: 0, active: 3, idle: 5},
  {n: 8, p: 2, active: 2, idle: 6},
  {n: 8, p: 1, active: 7, idle: 9, rank: 3},
  {n: 5, p: 0, active: 5, idle: 9, rank: 0},
  {n: 4, p: 2, active: 0, idle: 0},
];
const DEMANDS = {enough: SINGLE, exactness: DOUBLE, consistent: true};

for (const dense of DENSE) {
  type Planted = ReturnType<typeof planted>['problem'];
  const methodOf = (problem: Planted) => {
    const kkt = denseKkt(dense, problem.P, problem.C);
    kkt.readMatrices();
    return new InteriorPoint(dense, problem, kkt);
  };

  describe(`the interior-point method, by ${dense.name} kernels`, () => {
    for (const shape of SHAPES) {
      it(`solves in few iterations: ${JSON.stringify(shape)}`, () => {
        for (let seed = 0; seed < 4; seed++) {
          const {problem, solution} = planted(dense, shape, seed);
          const method = methodOf(problem);
          const {outcome, iterations} = method.solve(1e-9, 100);
          assert.equal(outcome, 'solved');
          // Who asks for no more takes what has converged.
          assert.isAtMost(iterations, 16);
          assert.isAtMost(kktError(problem, method.point), 1e-7);
          assert.isAtMost(apart(method.point.x, solution.x), 1e-5);
        }
      });
    }

    it('asks for a guess as the error falls, then when it has converged, then in each of the last iterations', () => {
      const {problem, solution} = planted(dense, SHAPES[1], 2);
      const method = methodOf(problem);
      const stages: Stage[] = [];
      const errors: number[] = [];
      method.solve(1e-9, 100, (point, stage) => {
        stages.push(stage);
        errors.push(apart(point.x, solution.x));
        return false;
      });
      const guesses = stages.lastIndexOf('guess') + 1;
      assert.isAtLeast(guesses, 2);
      assert.isAtMost(guesses, 8);
      assert.deepEqual(
        stages.map((stage) => stage),
        [...Array<Stage>(guesses).fill('guess'), 'converged', ...Array<Stage>(30).fill('last')],
      );
      assert.isAtMost(errors[guesses], 1e-7);
      assert.isBelow(errors[guesses - 1], errors[0]);
      for (const error of errors.slice(guesses + 1)) assert.isAtMost(error, 1e-6);
      // Whoever takes a point ends it.
      let asked = 0;
      const {iterations} = method.solve(1e-9, 100, () => ++asked === 2);
      assert.equal(asked, 2);
      assert.isAtMost(iterations, 12);
      const last = method.solve(1e-9, 100, (_, stage) => stage === 'last');
      assert.equal(last.outcome, 'solved');
    });

    it('stops where it is told to, with the best point', () => {
      const {problem} = planted(dense, SHAPES[0], 1);
      const method = methodOf(problem);
      for (const most of [0, 1, 3]) {
        assert.deepEqual(method.solve(1e-9, most), {outcome: 'iterationLimit', iterations: most});
        assert.isTrue([...method.point.x, ...method.point.y].every(Number.isFinite));
      }
    });

    it('says that it cannot where a number is none', () => {
      const {problem} = planted(dense, SHAPES[0], 1);
      problem.q[0] = NaN;
      assert.equal(methodOf(problem).solve(1e-9, 50).outcome, 'numericalError');
      const other = planted(dense, SHAPES[0], 1).problem;
      other.P.values[0] = NaN;
      assert.deepEqual(methodOf(other).solve(1e-9, 50), {outcome: 'numericalError', iterations: 0});
    });

    it('finds rays where there is no solution', () => {
      // Where it creeps, as at seed 2, the solver asks linear programs.
      for (const seed of [0, 3, 4]) {
        const {problem} = planted(dense, {n: 4, p: 1, active: 1, idle: 2}, seed);
        const {
          n,
          C: {values: C},
          d,
          P: {values: P},
          q,
        } = problem;
        const even = emptyProblem(dense, problem);
        const solve = () => {
          scaleProblem(dense, problem, equilibrateMatrices(dense, problem), even);
          const method = methodOf(even);
          return {...method.solve(1e-9, 100), ...method.point};
        };
        for (let j = 0; j < n; j++) C[3 * n + j] = -C[2 * n + j];
        d[3] = -d[2] - 1;
        const {outcome, iterations, y} = solve();
        assert.equal(outcome, 'primalInfeasible');
        assert.isAtMost(iterations, 30);
        assert.approximately(times(even.d, y)[0], -1, 1e-6);
        assert.isAtMost(largest(transposedTimes(even.C.values, y, n)), 1e-6);
        // Down along the first variable, in which nothing bends or bounds.
        for (let j = 0; j < n; j++) P[j] = P[j * n] = C[j * n] = 0;
        d[3] = 5 - d[2];
        q[0] = 1;
        const down = solve();
        assert.equal(down.outcome, 'dualInfeasible');
        assert.isAtMost(down.iterations, 30);
        assert.approximately(times(even.q, down.x)[0], -1, 1e-6);
        assert.isAtMost(largest(times(even.P.values, down.x)), 1e-6);
      }
    });
  });

  describe(`acceptance, by ${dense.name} kernels`, () => {
    const {problem, solution} = planted(dense, {n: 4, p: 1, active: 2, idle: 2}, 6);
    const scaled = emptyProblem(dense, problem);
    const scaling = scaleProblem(dense, problem, equilibrateMatrices(dense, problem), scaled);
    /** A point in scaled units. */
    const inside = (change: (point: Point) => void = () => undefined) => {
      const point = emptyPoint(dense, problem);
      copyPoint(solution, point);
      change(point);
      for (let j = 0; j < 4; j++) point.x[j] *= scaling.beta / scaling.D[j];
      for (let i = 0; i < 5; i++) {
        point.y[i] *= (scaling.c * scaling.beta) / scaling.E[i];
        point.s[i] *= scaling.E[i] * scaling.beta;
      }
      return point;
    };

    it('takes a solution as it is, with what each row does', () => {
      const acceptance = new Acceptance(dense, problem);
      assert.isTrue(acceptance.accept(inside(), scaling, DEMANDS));
      const {found} = acceptance;
      assert.equal(found.outcome, 'solved');
      assert.isAtMost(apart(found.x, solution.x), 1e-13);
      assert.isAtMost(apart(found.y, solution.y), 1e-13);
      assert.isAtMost(apart(found.s, solution.s), 1e-13);
      assert.deepEqual([...found.activity], [1, 1, 1, 0, 0]);
      assert.isTrue(found.residual > 0 && found.residual <= 2 ** -22);
      acceptance.forget();
      assert.deepEqual([found.outcome, found.residual, found.iterations], ['numericalError', Infinity, 0]);
    });

    it('takes no point that is off by more than is asked, and no negative multiplier', () => {
      const accepts = (change: (point: Point) => void, demands = DEMANDS) =>
        new Acceptance(dense, problem).accept(inside(change), scaling, demands);
      assert.isTrue(accepts(({x}) => (x[0] += 1e-11)));
      assert.isFalse(accepts(({x}) => (x[0] += 1e-7)));
      const loose = {enough: 1e-4, exactness: 1e-4, consistent: false};
      assert.isTrue(accepts(({x}) => (x[0] += 1e-6), loose));
      assert.isFalse(accepts(({x}) => (x[0] += 1e-6), {...loose, consistent: true}));
      // What f32 rounds away is no contradiction.
      assert.isTrue(accepts(({x}) => (x[0] += 1e-7), {...loose, consistent: true}));
      assert.isFalse(accepts(({x}) => (x[0] += 0.1), loose));
      assert.isFalse(accepts(({y}) => (y[1] = -y[1])));
      assert.isTrue(accepts(({y}) => (y[3] = -1e-3)));
    });

    it('asks what is zero by cancellation for less, as far as it is told to', () => {
      // x₃ = x₁ − x₂ − d with a curvature that is nothing beside the others.
      const accepts = (x3: number, d: number, demands: Partial<Demands>) => {
        const of = emptyProblem(dense, {n: 3, p: 1, m: 0});
        of.P.values.set([1, 0, 0, 0, 1, 0, 0, 0, 1e-4]);
        of.q.set([-1, -1, 0]);
        of.C.values.set([1, -1, -1]);
        of.d.set([d]);
        const own = {
          ...{D: vectorOf(dense, [1, 1, 1]), E: vectorOf(dense, [1]), isEmpty: new Uint8Array(1)},
          ...{absent: new Uint8Array(1), curvature: 1, c: 1, beta: 1},
        };
        const point = {...emptyPoint(dense, of), x: vectorOf(dense, [1, 1, x3])};
        return new Acceptance(dense, of).accept(point, own, {...DEMANDS, ...demands});
      };
      // An entry that only f32 takes for zero: not where doubles are asked for.
      assert.isFalse(accepts(1e-10, 0, {}));
      assert.isTrue(accepts(1e-10, 0, {sized: true}));
      assert.isTrue(accepts(1e-10, 0, {exactness: 2e-9}));
      assert.isTrue(accepts(1e-14, 0, {}));
      // An entry that counts: beside its neighbours, unless a given number is missed by it.
      const loose = {enough: 1e-6, exactness: 1e-6, consistent: false};
      assert.isFalse(accepts(1e-7, 0, loose));
      assert.isTrue(accepts(1e-7, 0, {...loose, sized: true}));
      assert.isFalse(accepts(1e-7, 1e-11, {...loose, sized: true}));
    });

    it('takes no point that loses what was given, nor one whose multipliers only cancel by rounding', () => {
      const loose = {enough: 1e-6, exactness: 1e-6, consistent: false};
      const accepts = (C: number[], q: number[], d: number[], p: number, x: number[], y: number[]) => {
        const of = emptyProblem(dense, {n: 2, p, m: d.length - p});
        of.C.values.set(C);
        of.q.set(q);
        of.d.set(d);
        const one = {...scaling, D: vectorOf(dense, [1, 1]), E: vectorOf(dense, d.map(() => 1)), c: 1, beta: 1}; // prettier-ignore
        const own = {...one, absent: new Uint8Array(d.length)};
        const point = {...emptyPoint(dense, of), x: vectorOf(dense, x), y: vectorOf(dense, y)};
        return new Acceptance(dense, of).accept(point, own, loose);
      };
      // x₁ − x₂ = 1, missed by 1 far out; and 1 + y₁ − y₂ = 0 by multipliers of 2²².
      assert.isFalse(accepts([1, -1], [0, 0], [1], 1, [1e6, 1e6], [0]));
      assert.isTrue(accepts([1, -1], [0, 0], [1], 1, [1e6 + 1, 1e6], [0]));
      assert.isFalse(accepts([1, 1, -1, -1], [1, 1], [0, 0], 0, [0, 0], [2 ** 22, 2 ** 22 + 1]));
      assert.isTrue(accepts([1, 1, -1, -1], [1, 1], [0, 0], 0, [0, 0], [2 ** 18, 2 ** 18 + 1]));
    });

    it('keeps the first spare point that will do for f32, and takes it when it is asked to', () => {
      const acceptance = new Acceptance(dense, problem);
      assert.isFalse(acceptance.takeSpare());
      const [bad, good, other] = [0.1, 1e-8, 0].map((by) => inside(({x}) => (x[0] += by)));
      acceptance.keepSpare([bad], scaling, DEMANDS);
      assert.isFalse(acceptance.takeSpare());
      acceptance.keepSpare([bad, good], scaling, DEMANDS);
      assert.equal(acceptance.found.outcome, 'numericalError');
      acceptance.keepSpare([other], scaling, DEMANDS);
      assert.isTrue(acceptance.takeSpare());
      assert.approximately(acceptance.found.x[0], solution.x[0] + 1e-8, 1e-12);
      acceptance.forget();
      assert.isFalse(acceptance.takeSpare());
    });

    it('scales rays such that the value along them is −1, without their noise', () => {
      const of = emptyProblem(dense, {n: 2, p: 0, m: 3});
      of.C.values.set([1, 0, -1, 0, 0, 1]);
      of.d.set([1, -3, Infinity]);
      of.q.set([0, -4]);
      const own = scaleProblem(dense, of, equilibrateMatrices(dense, of), emptyProblem(dense, of));
      const acceptance = new Acceptance(dense, of);
      const point = (x: number[], y: number[]) => ({
        ...emptyPoint(dense, of),
        x: vectorOf(dense, x),
        y: vectorOf(dense, y),
      });
      assert.isTrue(acceptance.provesInfeasible(point([0, 0], [8, 8, 1e-13]), own));
      assert.equal(acceptance.found.outcome, 'primalInfeasible');
      assert.isAtMost(apart(acceptance.found.y, [0.5, 0.5, 0]), 1e-12);
      assert.isTrue(acceptance.provesInfeasible(point([0, 0], [8, 8, -1e-3]), own));
      assert.isFalse(acceptance.provesInfeasible(point([0, 0], [8, 0, 0]), own));
      assert.isFalse(acceptance.provesInfeasible(point([0, 0], [-8, -8, 0]), own));
      assert.isTrue(acceptance.provesUnbounded(point([1e-12, 5], [0, 0, 0]), own));
      assert.equal(acceptance.found.outcome, 'dualInfeasible');
      assert.isAtMost(apart(acceptance.found.x, [0, 0.25]), 1e-12);
      assert.isFalse(acceptance.provesUnbounded(point([0, -5], [0, 0, 0]), own));
      assert.isFalse(acceptance.provesUnbounded(point([1, 5], [0, 0, 0]), own));
      acceptance.takeEmptyRow(1);
      assert.deepEqual([acceptance.found.outcome, ...acceptance.found.y], ['primalInfeasible', 0, 1 / 3, 0]);
    });
  });

  describe(`the solver of quadratic programs, by ${dense.name} kernels`, () => {
    for (const shape of SHAPES) {
      it(`finds the solution to the last digits, also from where it stands: ${JSON.stringify(shape)}`, () => {
        const {n, p, active, idle} = shape;
        const solver = denseSolver(dense, {n, p, m: active + idle});
        for (let seed = 0; seed < 4; seed++) {
          const {problem, solution} = planted(dense, shape, seed);
          copyProblem(problem, solver.problem);
          const found = solver.solve(1e-6, 100);
          assert.equal(found.outcome, 'solved');
          assert.isAtMost(apart(found.x, solution.x), 1e-9);
          assert.isAtMost(apart(found.y, solution.y), 1e-9);
          assert.isAtMost(found.iterations, 16);
          if (p + active + idle > p) assert.isAbove(found.iterations, 0);
          copyProblem(problem, solver.problem);
          assert.equal(solver.solve(1e-6, 100, solution).iterations, 0);
        }
      });
    }
  });
}
