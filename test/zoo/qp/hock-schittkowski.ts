/**
 * @file The convex quadratic programs among the test problems of Hock & Schittkowski (1981), and three from the collection of
 * Maros & Mészáros (1999), by their published formulas and optimal values.
 */
import {box, gram, ones, qpCase, transposedTimes, zeros, type QPCase} from './case.js';

/** Σ weightᵢ (rowᵢ·x − targetᵢ)² as Q, p and constant. */
function squares(n: number, terms: [row: Record<number, number>, target?: number, weight?: number][]) {
  const rows = terms.map(([row, , weight = 1]) =>
    sparse(n, row).map((value) => Math.sqrt(2 * weight) * value),
  );
  const targets = terms.map(([, target = 0, weight = 1]) => -Math.sqrt(2 * weight) * target);
  const constant = terms.reduce((sum, [, target = 0, weight = 1]) => sum + weight * target * target, 0);
  return {Q: gram(rows, n), p: transposedTimes(rows, targets, n), constant};
}

/** A row by its entries, counted from one as in the book. */
function sparse(n: number, entries: Record<number, number>): number[] {
  const row = new Array<number>(n).fill(0);
  for (const [index, value] of Object.entries(entries)) row[Number(index) - 1] = value;
  return row;
}

/** Rows row·x ≤ bound, on top of a box. */
function inequalities(
  n: number,
  rows: [Record<number, number>, number][],
  bounds: {G: number[][]; h: number[]},
) {
  return {
    G: [...rows.map(([row]) => sparse(n, row)), ...bounds.G],
    h: [...rows.map(([, bound]) => bound), ...bounds.h],
  };
}

function nonNegative(n: number) {
  return {G: box(n, 0, 0).G.slice(n), h: ones(n, 0)};
}

const HS35 = {
  Q: [
    [4, 2, 2],
    [2, 4, 0],
    [2, 0, 2],
  ],
  p: [-8, -6, -4],
  constant: 9,
  ...inequalities(3, [[{1: 1, 2: 1, 3: 2}, 3]], nonNegative(3)),
};

/** The equalities of HS51, 52 and 53. */
const HS51_ROWS = [sparse(5, {3: 1, 4: 1, 5: -2}), sparse(5, {2: 1, 5: -1})];

function hs118(): QPCase {
  const n = 15;
  const each = <T>(f: (block: number) => T) => Array.from({length: 5}, (_, block) => f(block));
  const Q = zeros(n, n);
  each((block) => [0.0002, 0.0002, 0.0003].forEach((value, i) => (Q[3 * block + i][3 * block + i] = value)));
  const steps = [1, 2, 3, 4].flatMap((block) =>
    [13, 14, 13].flatMap((width, i): [Record<number, number>, number][] => {
      const [now, before] = [3 * block + i + 1, 3 * block + i - 2];
      return [
        [{[now]: -1, [before]: 1}, 7],
        [{[now]: 1, [before]: -1}, width - 7],
      ];
    }),
  );
  const sums = [60, 50, 70, 85, 100].map((total, block): [Record<number, number>, number] => [
    {[3 * block + 1]: -1, [3 * block + 2]: -1, [3 * block + 3]: -1},
    -total,
  ]);
  const low = [8, 43, 3, ...ones(12, 0)];
  const high = [21, 57, 16, ...each(() => [90, 120, 60]).flat()].slice(0, n);
  return qpCase({
    name: 'HS118',
    Q,
    p: each(() => [2.3, 1.7, 2.2]).flat(),
    ...inequalities(n, [...steps, ...sums], box(n, low, high)),
    optimum: 664.82045,
  });
}

export const HOCK_SCHITTKOWSKI: QPCase[] = [
  qpCase({
    name: 'HS3',
    ...squares(2, [[{1: -1, 2: 1}, 0, 1e-5]]),
    p: [0, 1],
    G: [[0, -1]],
    h: [0],
    optimum: 0,
  }),
  qpCase({
    name: 'HS21',
    ...squares(2, [[{1: 1}, 0, 0.01], [{2: 1}]]),
    constant: -100,
    ...inequalities(2, [[{1: -10, 2: 1}, -10]], box(2, [2, -50], [50, 50])),
    optimum: -99.96,
  }),
  qpCase({
    name: 'HS28',
    ...squares(3, [[{1: 1, 2: 1}], [{2: 1, 3: 1}]]),
    A: [[1, 2, 3]],
    b: [1],
    optimum: 0,
  }),
  qpCase({name: 'HS35', ...HS35, optimum: 1 / 9}),
  qpCase({
    name: 'HS35MOD',
    ...HS35,
    G: [...HS35.G, [0, 1, 0], [0, -1, 0]],
    h: [...HS35.h, 0.5, -0.5],
    optimum: 0.25,
  }),
  qpCase({
    name: 'HS48',
    ...squares(5, [[{1: 1}, 1], [{2: 1, 3: -1}], [{4: 1, 5: -1}]]),
    A: [ones(5), sparse(5, {3: 1, 4: -2, 5: -2})],
    b: [5, -3],
    optimum: 0,
  }),
  qpCase({
    name: 'HS51',
    ...squares(5, [[{1: 1, 2: -1}], [{2: 1, 3: 1}, 2], [{4: 1}, 1], [{5: 1}, 1]]),
    A: [sparse(5, {1: 1, 2: 3}), ...HS51_ROWS],
    b: [4, 0, 0],
    optimum: 0,
  }),
  qpCase({
    name: 'HS52',
    ...squares(5, [[{1: 4, 2: -1}], [{2: 1, 3: 1}, 2], [{4: 1}, 1], [{5: 1}, 1]]),
    A: [sparse(5, {1: 1, 2: 3}), ...HS51_ROWS],
    b: [0, 0, 0],
    optimum: 1859 / 349,
  }),
  qpCase({
    name: 'HS53',
    ...squares(5, [[{1: 1, 2: -1}], [{2: 1, 3: 1}, 2], [{4: 1}, 1], [{5: 1}, 1]]),
    ...box(5, -10, 10),
    A: [sparse(5, {1: 1, 2: 3}), ...HS51_ROWS],
    b: [0, 0, 0],
    optimum: 176 / 43,
  }),
  qpCase({
    name: 'HS76',
    Q: [
      [2, 0, -1, 0],
      [0, 1, 0, 0],
      [-1, 0, 2, 1],
      [0, 0, 1, 1],
    ],
    p: [-1, -3, 1, -1],
    ...inequalities(
      4,
      [
        [{1: 1, 2: 2, 3: 1, 4: 1}, 5],
        [{1: 3, 2: 1, 3: 2, 4: -1}, 4],
        [{2: -1, 3: -4}, -1.5],
      ],
      nonNegative(4),
    ),
    optimum: -103 / 22,
  }),
  hs118(),
  qpCase({
    name: 'HS224',
    ...squares(2, [[{1: 1}, 0, 2], [{2: 1}]]),
    p: [-48, -40],
    ...inequalities(
      2,
      [
        [{1: -1, 2: -3}, 0],
        [{1: 1, 2: 3}, 18],
        [{1: -1, 2: -1}, 0],
        [{1: 1, 2: 1}, 8],
      ],
      box(2, 0, 6),
    ),
    optimum: -304,
  }),
  qpCase({
    name: 'GENHS28',
    ...squares(
      10,
      Array.from({length: 9}, (_, i) => [{[i + 1]: 1, [i + 2]: 1}]),
    ),
    A: Array.from({length: 8}, (_, i) => sparse(10, {[i + 1]: 1, [i + 2]: 2, [i + 3]: 3})),
    b: ones(8),
    optimum: 0.92717369,
  }),
  qpCase({
    name: 'TAME',
    ...squares(2, [[{1: 1, 2: -1}]]),
    ...nonNegative(2),
    A: [[1, 1]],
    b: [1],
    optimum: 0,
  }),
];
