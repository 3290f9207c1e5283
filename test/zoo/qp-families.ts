/** @file The collection of quadratic programs: from the literature, from applications, and from hard corners. */
import * as apps from './qp/applications.js';
import {eye, Grid, ones, qpCase, type QPCase} from './qp/case.js';
import {FAILING} from './qp/failing.js';
import {HOCK_SCHITTKOWSKI} from './qp/hock-schittkowski.js';
import {planted} from './qp/planted.js';
import {addSumRows, duplicateRows, fixVariables, scale, shift} from './qp/transforms.js';

const APPLICATIONS: QPCase[] = [
  apps.dualLike(5, 5),
  apps.dualLike(30, 10),
  apps.dualLike(85, 85),
  apps.primalLike(10, 40),
  apps.primalLike(40, 150),
  apps.mpc('double integrator', 10),
  apps.mpc('double integrator', 40),
  apps.mpc('mass-spring', 10),
  apps.mpc('mass-spring', 60),
  apps.portfolio(20, 3, false),
  apps.portfolio(20, 3, true),
  apps.portfolio(100, 10, false),
  apps.portfolio(100, 10, true),
  apps.svmDual(10, 2, 1),
  apps.svmDual(40, 3, 8),
  apps.svmDual(120, 10, 1),
  apps.lasso(5, 10, 1),
  apps.lasso(20, 15, 4),
  apps.lasso(60, 30, 2),
  apps.transport(2, 2),
  apps.transport(3, 4),
  apps.transport(8, 10),
  apps.assignment(4),
  apps.assignment(9),
  apps.leastAbsoluteDeviations(3, 12),
  apps.leastAbsoluteDeviations(8, 60),
  apps.isotonic(10),
  apps.isotonic(100),
  apps.kleeMinty(3),
  apps.kleeMinty(8),
  apps.boxedLP(2, 2, 0),
  apps.boxedLP(8, 12, 2),
  apps.boxedLP(30, 60, 5),
  apps.boxedLP(100, 100, 10),
];

const SHAPES: QPCase[] = [
  {n: 1},
  {n: 1, m: 1, active: 1},
  {n: 1, k: 1},
  {n: 2, m: 0, rank: 2},
  {n: 50},
  {n: 5, k: 5},
  {n: 30, k: 12},
  {n: 30, k: 12, rank: 20},
  {n: 20, m: 25},
  {n: 20, m: 25, k: 5, rank: 0, active: 15},
  {n: 20, m: 25, k: 5, rank: 3, active: 15},
  {n: 5, m: 50, active: 3},
  {n: 5, m: 200, k: 2, active: 1},
  {n: 60, m: 100, k: 10, density: 0.1},
  {n: 120, m: 80, k: 20},
  {n: 200, m: 300, k: 40},
].map((recipe) => planted(recipe));

const DEGENERATE: QPCase[] = [
  // More active rows than variables, all with a positive multiplier.
  planted({n: 2, m: 6, active: 5}),
  planted({n: 5, m: 12, active: 10, rank: 0}),
  planted({n: 10, m: 30, active: 20, k: 2}),
  // Active rows without a multiplier.
  planted({n: 1, m: 1, active: 1, weak: 1}),
  planted({n: 3, m: 3, active: 3, weak: 1}),
  planted({n: 6, m: 8, active: 4, weak: 4}),
  planted({n: 10, m: 20, active: 10, weak: 5, k: 2}),
  planted({n: 10, m: 30, active: 20, weak: 10, rank: 5}),
  planted({n: 40, m: 60, active: 30, weak: 10, rank: 0}),
  // Many solutions.
  qpCase({
    name: 'no objective in a box',
    p: [0, 0, 0],
    G: [...eye(3), ...eye(3, -1)],
    h: ones(6),
    optimum: 0,
  }),
  qpCase({name: 'an edge of solutions', p: [-1, -1], G: [[1, 1], ...eye(2, -1)], h: [1, 0, 0], optimum: -1}),
  qpCase({name: 'a cone', Q: eye(2), p: [1, 1], G: eye(2, -1), h: [0, 0], optimum: 0}),
  qpCase({
    name: 'a row of zeros',
    Q: eye(2),
    p: [1, 1],
    G: [[0, 0]],
    h: [0],
    A: [[0, 0]],
    b: [0],
    optimum: -1,
  }),
];

const base = planted({n: 8, m: 12, k: 3, active: 4});
const linear = planted({n: 6, m: 14, k: 1, active: 5, rank: 0});
const small = planted({n: 3, m: 4, active: 2});

const REDUNDANT: QPCase[] = [base, linear].flatMap((problem) => [
  duplicateRows(problem, 'equality'),
  duplicateRows(problem, 'equality', -4),
  duplicateRows(problem, 'inequality'),
  duplicateRows(problem, 'inequality', 1 / 64),
  duplicateRows(duplicateRows(problem, 'inequality', 2), 'equality', 1 / 2),
  addSumRows(problem),
]);

const FIXED: QPCase[] = [
  fixVariables(qpCase({name: 'a distance', Q: eye(3), p: [1, 2, 3], optimum: -6.25}), [0.5, -1]),
  fixVariables(qpCase({name: 'a point', Q: eye(2), p: [1, 2], optimum: 4.625}), [0.5, 1.25]),
  fixVariables(qpCase({name: 'a plane', Q: eye(3), p: [0, 0, 0], A: [[1, 1, 1]], b: [2], optimum: 1.5}), [1]),
].map((problem) => ({...problem, optimum: undefined}));

const SCALED: QPCase[] = [
  base,
  linear,
  small,
  apps.mpc('double integrator', 10),
  apps.svmDual(10, 2, 1),
].flatMap((problem) => [
  scale(problem, {rows: 20}),
  scale(problem, {columns: 20}),
  scale(problem, {weight: 20}),
  scale(problem, {columns: 10, rows: 20, weight: 10}),
  scale(problem, {columns: 20, rows: 20, weight: 20}),
]);

const grid = new Grid('shifts');
const SHIFTED: QPCase[] = [small, base, planted({n: 10, m: 15, active: 5})].flatMap((problem) =>
  [2 ** 13, 2 ** 17].map((size) =>
    shift(
      problem,
      Array.from({length: problem.n}, () => size * grid.integer(-1, 1)),
      `${size}`,
    ),
  ),
);

const FAR: QPCase[] = [
  qpCase({
    name: 'bounds far away',
    Q: eye(3),
    p: [1, -2, 3],
    G: [...eye(3), ...eye(3, -1)],
    h: ones(6, 1e5),
    optimum: -7,
  }),
  qpCase({name: 'a sum far away', Q: eye(4), p: ones(4), A: [ones(4)], b: [4e4], optimum: 200040000}),
  qpCase({
    name: 'one bound far away',
    Q: eye(2),
    p: [1, 1],
    G: [[-1, 0], eye(2)[1]],
    h: [-1e5, 1],
    optimum: 5000100000 - 0.5,
  }),
];

/** Everything with a solution, and everything without. */
export const QP_COLLECTION: QPCase[] = [
  ...HOCK_SCHITTKOWSKI,
  ...APPLICATIONS,
  ...SHAPES,
  ...DEGENERATE,
  ...REDUNDANT,
  ...FIXED,
  ...SCALED,
  ...SHIFTED,
  ...FAR,
  ...FAILING,
];

/** Small, solvable, not scaled badly: those that another solver has solved too. */
export const REFERENCE_QPS: QPCase[] = [
  ...HOCK_SCHITTKOWSKI,
  ...APPLICATIONS,
  ...SHAPES,
  ...DEGENERATE,
].filter(({n, k}) => n <= 40 && n >= 2 && k < n);

/** Large ones, built when asked for. */
export const LONG_QPS: {name: string; build: () => QPCase}[] = [
  {name: 'planted n=500 m=1000', build: () => planted({n: 500, m: 1000, k: 50, active: 200})},
  {name: 'primal-like n=500 m=1000', build: () => apps.primalLike(500, 1000)},
  {name: 'svm n=500', build: () => apps.svmDual(500, 10, 1)},
];
