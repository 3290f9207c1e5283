/** @file How much work quadratic programs take: iterations, and factorisations of all attempts together. */
import {assert} from 'chai';
import type {DenseKernels} from '../../../../src/kernels/contracts/dense.js';
import {denseSolver} from '../../../../src/kernels/algorithms/qp/dense-solver.js';
import {copyProblem} from '../../../../src/kernels/algorithms/qp/types.js';
import {apart, DENSE, kktError, largest, planted, type Shape} from './planted.js';

type Planted = ReturnType<typeof planted>;

/** Changes a problem, and the point that solves it. */
type Change = (planted: Planted) => void;

const SHAPES: Shape[] = [
  {n: 8, p: 0, active: 3, idle: 5},
  {n: 8, p: 2, active: 2, idle: 6},
  {n: 8, p: 1, active: 7, idle: 9, rank: 3},
  {n: 5, p: 0, active: 5, idle: 9, rank: 0},
  {n: 4, p: 2, active: 0, idle: 0},
  {n: 12, p: 0, active: 0, idle: 9},
];
const SEEDS = [0, 1, 2, 3, 4, 5];

/** Row i of (C, d) times factor(i). */
const scaleRows =
  (factor: (i: number) => number): Change =>
  ({
    problem: {
      n,
      C: {values: C},
      d,
    },
    solution: {y, s},
  }) => {
    for (let i = 0; i < d.length; i++) {
      for (let j = 0; j < n; j++) C[i * n + j] *= factor(i);
      for (const values of [d, s]) values[i] *= factor(i);
      y[i] /= factor(i);
    }
  };

const scaleVariables =
  (factor: (j: number) => number): Change =>
  ({
    problem: {
      n,
      P: {values: P},
      q,
      C: {values: C},
    },
    solution: {x},
  }) => {
    for (let at = 0; at < P.length; at++) P[at] *= factor(Math.floor(at / n)) * factor(at % n);
    for (let at = 0; at < C.length; at++) C[at] *= factor(at % n);
    for (let j = 0; j < n; j++) {
      q[j] *= factor(j);
      x[j] /= factor(j);
    }
  };

/** The last inequality says what the first does. */
const repeat: Change = ({
  problem: {
    n,
    p,
    m,
    C: {values: C},
    d,
  },
}) => {
  if (m < 2) return;
  C.copyWithin((p + m - 1) * n, p * n, (p + 1) * n);
  d[p + m - 1] = d[p];
};

const moveAway: Change = ({problem: {d}, solution: {s}}) =>
  s.forEach((value, i) => {
    if (value === 0) return;
    d[i] += 1e7;
    s[i] += 1e7;
  });

/** What cannot make a problem harder; iterations and factorisations of all shapes and seeds together, as measured. */
const FAMILIES: Record<string, {changes: Change[]; work: [iterations: number, factorisations: number]}> = {
  'as they are': {changes: [], work: [111, 183]},
  'rows of many sizes': {changes: [scaleRows((i) => 10 ** ((i * 5) % 7))], work: [111, 183]},
  'variables of many sizes': {changes: [scaleVariables((j) => 10 ** -((j * 3) % 5))], work: [115, 195]},
  both: {
    changes: [scaleRows((i) => 10 ** ((i * 5) % 7)), scaleVariables((j) => 10 ** -((j * 3) % 5))],
    work: [113, 185],
  },
  'with a row twice': {changes: [repeat], work: [114, 186]},
  'with idle rows that are far away': {changes: [moveAway], work: [135, 274]},
};
/** For kernels that round in another way. */
const ROOM = 1.03;

/** Iterations and factorisations of a family together. */
function workOf(
  base: DenseKernels,
  changes: Change[],
  warm: boolean,
): [iterations: number, factorisations: number] {
  let factorisations = 0;
  const dense: DenseKernels = {
    ...base,
    signedCholesky: (...data) => (factorisations++, base.signedCholesky(...data)),
  };
  let iterations = 0;
  for (const shape of SHAPES) {
    for (const seed of SEEDS) {
      dense.scope(() => {
        const all = planted(dense, shape, seed);
        for (const change of changes) change(all);
        const {problem, solution} = all;
        const solver = denseSolver(dense, {n: problem.n, p: problem.p, m: problem.m});
        copyProblem(problem, solver.problem);
        const found = solver.solve(1e-6, 100, warm ? solution : undefined);
        assert.equal(found.outcome, 'solved');
        const {x, y, s} = found;
        assert.isAtMost(found.residual, 1e-6);
        if (changes.length === 0) assert.isAtMost(kktError(problem, {x, y, s}), 1e-9 * (1 + largest(x, y)));
        if (!changes.includes(repeat)) assert.isAtMost(apart(x, solution.x), 1e-6 * largest(solution.x));
        iterations += found.iterations;
      });
    }
  }
  return [iterations, factorisations];
}

for (const dense of DENSE) {
  describe(`the work of quadratic programs, by ${dense.name} kernels`, () => {
    for (const [name, {changes, work}] of Object.entries(FAMILIES)) {
      it(`is little, ${name}`, () => {
        const [iterations, factorisations] = workOf(dense, changes, false);
        assert.isAtMost(iterations, ROOM * work[0]);
        assert.isAtMost(factorisations, ROOM * work[1]);
      });

      it(`is one factorisation from the solution, ${name}`, () =>
        assert.deepEqual(workOf(dense, changes, true), [0, SHAPES.length * SEEDS.length]));
    }
  });
}
