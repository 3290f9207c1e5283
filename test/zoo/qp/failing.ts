/** @file Problems without a solution, by the reason. */
import {eye, ones, qpCase, zeros, type QPCase} from './case.js';
import {planted, plantedInfeasible, plantedUnbounded} from './planted.js';
import {duplicateRows, scale} from './transforms.js';

const infeasible: QPCase[] = [
  qpCase({name: 'x ≤ 0 and x ≥ 1', Q: eye(1), p: [0], G: [[1], [-1]], h: [0, -1]}),
  qpCase({name: 'x ≤ 0 and x ≥ 1, Q = 0', p: [1], G: [[1], [-1]], h: [0, -1]}),
  qpCase({name: 'x ≤ 0 and x ≥ 1/1024', Q: eye(1), p: [1], G: [[1], [-1]], h: [0, -1 / 1024]}),
  qpCase({
    name: 'contradicting equalities',
    Q: eye(2),
    p: [1, 1],
    A: [
      [1, 1],
      [1, 1],
    ],
    b: [1, 2],
  }),
  qpCase({
    name: 'contradicting equalities, one times −4',
    Q: eye(3),
    p: [1, 1, 1],
    A: [
      [1, 1, 2],
      [-4, -4, -8],
    ],
    b: [1, 4],
  }),
  qpCase({name: 'one equality too many', Q: eye(2), p: [0, 0], A: [...eye(2), [1, 1]], b: [1, 1, 3]}),
  qpCase({name: 'an equality outside an inequality', p: [1, 1], G: [[1, 1]], h: [1], A: [[1, 1]], b: [2]}),
  qpCase({name: '0 ≤ −1', Q: eye(2), p: [1, 1], G: [[0, 0]], h: [-1]}),
  qpCase({name: '0 = 1', Q: eye(2), p: [1, 1], A: [[0, 0]], b: [1]}),
  qpCase({
    name: 'a simplex with caps too low',
    Q: eye(8),
    p: ones(8),
    G: [...eye(8), ...eye(8, -1)],
    h: [...ones(8, 1 / 16), ...ones(8, 0)],
    A: [ones(8)],
    b: [1],
  }),
].map((problem) => ({...problem, expectedStatus: 1}));

const unbounded: QPCase[] = [
  qpCase({name: 'a linear objective alone', p: [1, -2]}),
  qpCase({name: 'an LP without bounds above', p: [-1, -1], G: eye(2, -1), h: [0, 0]}),
  qpCase({name: 'an LP along an equality', p: [1, 1, 0], A: [[1, -1, 1]], b: [3]}),
  qpCase({
    name: 'a null direction of Q',
    Q: [
      [1, -1],
      [-1, 1],
    ],
    p: [1, 1],
  }),
  qpCase({
    name: 'a null direction of Q inside a cone',
    Q: [
      [1, -1],
      [-1, 1],
    ],
    p: [-1, -1],
    G: eye(2, -1),
    h: [5, 5],
  }),
  qpCase({
    name: 'a variable that is in nothing',
    Q: eye(3).with(2, ones(3, 0)),
    p: [1, 1, 1],
    G: [[1, 1, 0]],
    h: [1],
  }),
].map((problem) => ({...problem, expectedStatus: 2}));

const shapes = [
  {n: 1, m: 3},
  {n: 3, m: 4, rank: 0},
  {n: 4, m: 3, k: 2},
  {n: 5, m: 20, rank: 2},
  {n: 10, m: 15, k: 3, rank: 4},
  {n: 20, m: 30, k: 5, rank: 0},
  {n: 40, m: 60, k: 10},
  {n: 100, m: 150, k: 20, rank: 50},
];

const farkas = shapes.flatMap((shape) => [
  plantedInfeasible(shape),
  plantedInfeasible({...shape, margin: 1 / 8}),
]);
const rays = shapes.flatMap((shape) => [plantedUnbounded(shape), plantedUnbounded({...shape, seed: '2'})]);

/** Rows that say the same of a problem that has a solution, but for one right-hand side. */
function oneDuplicateOff(): QPCase {
  const twice = duplicateRows(planted({n: 6, m: 4, k: 3}), 'equality', 2);
  return {
    ...twice,
    name: `${twice.name}, one of them off`,
    b: twice.b.with(0, twice.b[0] + 1),
    expectedStatus: 1,
    optimum: undefined,
  };
}

export const FAILING: QPCase[] = [
  ...infeasible,
  ...unbounded,
  ...farkas,
  ...rays,
  oneDuplicateOff(),
  ...farkas.slice(4, 12).map((problem) => scale(problem, {columns: 8, rows: 8, weight: 4})),
  ...rays.slice(4, 12).map((problem) => scale(problem, {columns: 8, rows: 8, weight: 4})),
  qpCase({
    name: 'no point at all in many variables',
    Q: zeros(50, 50),
    p: ones(50),
    A: [ones(50)],
    b: [-1],
    G: eye(50, -1),
    h: ones(50, 0),
    expectedStatus: 1,
  }),
];
