/** @file Small quadratic programs: planted solutions, and what is left to the other solver. */
import {assert} from 'chai';
import {DualActiveSet} from '../../../../src/kernels/algorithms/small-qp/dual-active-set.js';
import {SmallAdjoint} from '../../../../src/kernels/algorithms/small-qp/small-adjoint.js';
import {isSmall, perShape} from '../../../../src/kernels/algorithms/small-qp/small-batch.js';
import {SmallSolver} from '../../../../src/kernels/algorithms/small-qp/small-solver.js';
import {copyProblem, type Problem} from '../../../../src/kernels/algorithms/qp/types.js';
import {referenceDense} from '../../../../src/kernels/twins/reference/dense.js';
import {noise, planted, times, transposedTimes, vectorOf, type Shape} from '../qp/planted.js';
import {seededRandom} from '../../../zoo/linear-systems.js';

const SHAPES: Shape[] = [
  {n: 8, p: 0, active: 3, idle: 5},
  {n: 8, p: 2, active: 2, idle: 6},
  {n: 10, p: 5, active: 5, idle: 3},
  {n: 4, p: 2, active: 0, idle: 0},
  {n: 12, p: 0, active: 0, idle: 9},
  {n: 3, p: 0, active: 2, idle: 20},
  {n: 1, p: 0, active: 0, idle: 0},
];
const SEEDS = [0, 1, 2, 3, 4, 5];

function solverOf(problem: Problem): SmallSolver {
  const solver = new SmallSolver(problem.n, problem.p, problem.m);
  copyProblem(problem, solver.problem);
  solver.readMatrices();
  return solver;
}

const close = (found: ArrayLike<number>, expected: ArrayLike<number>, bound: number) => {
  for (let i = 0; i < expected.length; i++) assert.closeTo(found[i], expected[i], bound);
};

describe('SmallSolver', () => {
  for (const shape of SHAPES) {
    it(`finds planted solutions: ${JSON.stringify(shape)}`, () => {
      for (const seed of SEEDS) {
        const {problem, solution} = planted(referenceDense, shape, seed);
        const found = solverOf(problem).solve(1e-9, 100)!;
        assert.equal(found.outcome, 'solved');
        close(found.x, solution.x, 1e-10);
        close(found.y, solution.y, 1e-10);
        close(found.s, solution.s, 1e-10);
        const expected = Array.from(solution.y, (_, i) => Number(i < shape.p + shape.active));
        assert.deepEqual([...found.activity], expected);
        assert.isAtLeast(found.iterations, 1 + shape.active);
      }
    });
  }

  it('removes rows that block the way, and forgets the problem before', () => {
    const {problem} = planted(referenceDense, {n: 6, p: 1, active: 3, idle: 14}, 1);
    const [same, other] = [solverOf(problem), solverOf(problem)];
    let blocked = false;
    for (const seed of SEEDS) {
      const q = noise(6, seededRandom(seed)).map((value) => 9 * value);
      for (const solver of [same, other]) solver.problem.q.set(q);
      const fresh = solverOf({...problem, q: vectorOf(referenceDense, q)});
      const [found, again] = [same.solve(1e-9, 100), fresh.solve(1e-9, 100)];
      if (!again) continue;
      assert.deepEqual([...found!.x], [...again.x]);
      const active = again.activity.slice(1).reduce((sum, state) => sum + Number(state > 0), 0);
      blocked ||= again.iterations > 1 + active;
    }
    assert.isTrue(blocked);
  });

  it('leaves to the other solver what it is not for', () => {
    const change = (edit: (problem: Problem) => void, maxIterations = 100) => {
      const {problem} = planted(referenceDense, {n: 4, p: 1, active: 2, idle: 2}, 3);
      edit(problem);
      return solverOf(problem).solve(1e-9, maxIterations);
    };
    assert.isNotNull(change(() => undefined));
    const cases: Record<string, (problem: Problem) => void> = {
      'no curvature': ({P: {values: P}}) => P.fill(0),
      'negative curvature': ({P: {values: P}}) => (P[0] = -1),
      'not symmetric': ({P: {values: P}}) => (P[1] += 1),
      'NaN in P': ({P: {values: P}}) => (P[5] = NaN),
      'NaN in q': ({q}) => (q[1] = NaN),
      'NaN in C': ({C: {values: C}}) => (C[3] = NaN),
      'NaN in d': ({d}) => (d[2] = NaN),
      'a row of zeros': ({C: {values: C}}) => C.fill(0, 4, 8),
      'equal rows that hold': ({C: {values: C}, d}) => {
        C.copyWithin(8, 4, 8);
        d[2] = d[1];
      },
      contradiction: ({C: {values: C}, d}) => {
        for (let j = 0; j < 4; j++) C[8 + j] = -C[4 + j];
        d[2] = -d[1] - 1;
      },
    };
    for (const [name, edit] of Object.entries(cases)) assert.isNull(change(edit), name);
    assert.isNull(change(() => undefined, 2));
  });

  it('takes rows without a bound as absent', () => {
    const {problem, solution} = planted(referenceDense, {n: 4, p: 0, active: 2, idle: 2}, 3);
    problem.d[3] = Infinity;
    const found = solverOf(problem).solve(1e-9, 100)!;
    close(found.x, solution.x, 1e-10);
    assert.equal(found.s[3], Infinity);
    assert.equal(found.activity[3], 0);
  });
});

describe('SmallAdjoint', () => {
  it('solves on the rows that count, and refuses weights in between and dependent rows', () => {
    const {problem} = planted(referenceDense, {n: 7, p: 2, active: 3, idle: 4}, 2);
    const {
      n,
      p,
      m,
      P: {values: P},
      C: {values: C},
    } = problem;
    const adjoint = new SmallAdjoint(n, p, m);
    copyProblem(problem, adjoint.problem);
    assert.isTrue(adjoint.readMatrices());
    const weight = [9, 1, 0, 1, 0, 0, 0, 1];
    const [right, rightY] = [noise(n, seededRandom(4)), noise(p + m, seededRandom(5))];
    assert.isTrue(adjoint.solve(weight, 1, right, rightY));
    assert.isAtMost(adjoint.residual, 1e-13);
    const {u, y} = adjoint;
    const pull = transposedTimes(C, y, n);
    close(
      times(P, u).map((value, j) => value + pull[j]),
      right,
      1e-12,
    );
    const image = times(C, u);
    for (let i = 0; i < p + m; i++) {
      if (i < p || weight[1 + i - p] === 1) assert.closeTo(image[i], rightY[i], 1e-12);
      else assert.equal(y[i], 0);
    }
    assert.isFalse(adjoint.solve([0.5, 0, 0, 0, 0, 0, 0], 0, right, rightY));
    assert.isFalse(adjoint.solve([1, 1, 1, 1, 1, 1, 0], 0, right, rightY), 'more rows than variables');
    adjoint.problem.C.values.copyWithin(3 * n, 2 * n, 3 * n);
    assert.isFalse(adjoint.solve([1, 1, 0, 0, 0, 0, 0], 0, right, rightY), 'equal rows');
    assert.isFalse(adjoint.solve(weight, 1, right.fill(NaN), rightY), 'NaN');
  });

  it('is zero, exactly, at a vertex that does not move', () => {
    for (const seed of SEEDS) {
      const {problem} = planted(referenceDense, {n: 7, p: 2, active: 5, idle: 4}, seed);
      const {n, p, m, C} = problem;
      const adjoint = new SmallAdjoint(n, p, m);
      copyProblem(problem, adjoint.problem);
      adjoint.readMatrices();
      const right = noise(n, seededRandom(seed + 10));
      const weight = [1, 1, 1, 1, 1, 0, 0, 0, 0];
      assert.isTrue(adjoint.solve(weight, 0, right, new Float64Array(p + m)), 'solved');
      assert.isTrue(adjoint.u.every((value) => value === 0));
      close(transposedTimes(C.values, adjoint.y, n), right, 1e-9);
      // If it moves, u is what C says.
      const moves = noise(p + m, seededRandom(seed + 20));
      assert.isTrue(adjoint.solve(weight, 0, right, moves), 'solved');
      const image = times(C.values, adjoint.u);
      for (let i = 0; i < p + 5; i++) assert.closeTo(image[i], moves[i], 1e-9);
    }
  });
});

describe('DualActiveSet', () => {
  it('knows which rows are no combination of its set', () => {
    const {problem} = planted(referenceDense, {n: 3, p: 0, active: 2, idle: 2}, 1);
    // Row 2 becomes the sum of the active ones.
    for (let j = 0; j < 3; j++) problem.C.values[6 + j] = problem.C.values[j] + problem.C.values[3 + j];
    problem.d[2] = problem.d[0] + problem.d[1] + 1;
    const kkt = new SmallAdjoint(3, 0, 4);
    copyProblem(problem, kkt.problem);
    kkt.readMatrices();
    const set = new DualActiveSet(kkt);
    set.readMatrices();
    assert.isTrue(set.solve(new Uint8Array(4)));
    assert.deepEqual([...set.active], [1, 1, 0, 0]);
    assert.deepEqual(
      [0, 2, 3].map((i) => set.isIndependent(i)),
      [false, false, true],
    );
  });
});

describe('small batches', () => {
  it('are those of few products', () => {
    assert.deepEqual(
      [
        [10, 15],
        [20, 20],
        [5, 40],
        [32, 0],
        [33, 0],
        [24, 50],
        [0, 3],
      ].map(([n, rows]) => isSmall(n, rows)),
      [true, true, true, true, false, false, false],
    );
  });

  it('keep one object for each of the last shapes', () => {
    const of = perShape((n, p, m) => ({n, p, m}));
    const first = of(1, 2, 3);
    assert.strictEqual(of(1, 2, 3), first);
    for (let n = 2; n < 12; n++) assert.deepEqual(of(n, 0, 0), {n, p: 0, m: 0});
    assert.notStrictEqual(of(1, 2, 3), first);
  });
});
