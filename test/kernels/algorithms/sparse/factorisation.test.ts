/** @file Factors of sparse symmetric matrices: solutions against the matrix, and the two implementations against each other. */
import {assert} from 'chai';
import fc from 'fast-check';
import {planFactorisation} from '../../../../src/kernels/algorithms/sparse/plan.js';
import type {DenseKernels} from '../../../../src/kernels/contracts/dense.js';
import {sparseFactors, sparseKernels} from '../../../../src/kernels/twins/current-sparse.js';
import {createHostDense} from '../../../../src/kernels/twins/host/dense.js';
import {referenceDense} from '../../../../src/kernels/twins/reference/dense.js';
import {effort} from '../../../helpers/effort.js';
import {randomOf} from '../../../helpers/random.js';

/** Entries of a symmetric matrix, one of each pair, and the signs that its pivots have. */
interface Sparse {
  n: number;
  rows: number[];
  columns: number[];
  values: number[];
  signs: number[];
}

/** Adds entries to a matrix whose diagonal makes it quasi-definite. */
function quasiDefinite(n: number, pairs: [number, number][], random: () => number): Sparse {
  const signs = Array.from({length: n}, () => (random() < 0.6 ? 1 : -1));
  const [rows, columns, values]: [number[], number[], number[]] = [[], [], []];
  const add = (i: number, j: number, value: number) => {
    rows.push(i);
    columns.push(j);
    values.push(value);
  };
  const diagonal = signs.map((sign) => sign * (0.1 + random()));
  for (const [i, j] of pairs) {
    if (i === j) continue;
    const value = 2 * random() - 1;
    add(i, j, value);
    // Within a block the diagonal must outweigh it.
    for (const k of signs[i] === signs[j] ? [i, j] : []) diagonal[k] += signs[k] * Math.abs(value);
  }
  diagonal.forEach((value, i) => add(i, i, value));
  return {n, rows, columns, values, signs};
}

/** The largest entry of A x − b relative to |A||x| + |b|. */
function residualOf({n, rows, columns, values}: Sparse, x: ArrayLike<number>, b: number[]): number {
  const sum = b.map((value) => -value);
  const terms = b.map(Math.abs);
  rows.forEach((i, e) => {
    const j = columns[e];
    for (const [to, from] of i === j
      ? [[i, j]]
      : [
          [i, j],
          [j, i],
        ]) {
      // prettier-ignore
      sum[to] += values[e] * x[from];
      terms[to] += Math.abs(values[e] * x[from]);
    }
  });
  return Array.from({length: n}, (_, i) => Math.abs(sum[i]) / terms[i]).reduce((a, q) => Math.max(a, q), 0);
}

function solve(dense: DenseKernels, {n, rows, columns, values, signs}: Sparse, b: number[], least = 1e-30) {
  return dense.scope(() => {
    const plan = planFactorisation(n, rows, columns);
    const factors = sparseFactors(dense, plan);
    for (let k = 0; k < n; k++) factors.signs[k] = signs[plan.order[k]];
    const kernels = sparseKernels(dense);
    const numbers = dense.vector(values.length);
    numbers.set(values);
    // Whatever is left there from before must not matter.
    for (const room of [factors.panels, factors.stack, factors.packed, factors.ordered, factors.part]) {
      room.fill(NaN);
    }
    const replaced = kernels.factor(factors, numbers, least, 1e-8);
    const x = dense.vector(n);
    x.set(b);
    kernels.solve(factors, x);
    return {x: Array.from(x), replaced, plan};
  });
}

const FAMILIES: Record<string, (size: number, random: () => number) => [number, number][]> = {
  'no entries off the diagonal': () => [],
  'a chain': (n) => Array.from({length: n - 1}, (_, i) => [i, i + 1]),
  'a band, in a random order': (n, random) => {
    const order = Array.from({length: n}, (_, i) => i).sort(() => random() - 0.5);
    return Array.from({length: 3 * n}, (_, e) => [
      order[e % n],
      order[((e % n) + 1 + Math.floor(e / n)) % n],
    ]);
  },
  'a dense row': (n) => Array.from({length: n}, (_, i) => [i, n >> 1]),
  'a full matrix': (n) => Array.from({length: n * n}, (_, e) => [Math.floor(e / n), e % n] as [number, number]).filter(([i, j]) => i < j), // prettier-ignore
  'blocks': (n) => Array.from({length: n}, (_, i) => [i, 7 * Math.floor(i / 7)]), // prettier-ignore
  'random entries, some repeated': (n, random) =>
    Array.from({length: 2 * n}, () => [Math.floor(n * random()), Math.floor(n * random())]),
};

describe('factors of sparse symmetric matrices', () => {
  let twins: DenseKernels[];
  beforeEach(() => (twins = [referenceDense, createHostDense()!]));

  for (const [name, pairs] of Object.entries(FAMILIES)) {
    it(`${name}: the solution satisfies the system, in both implementations`, () =>
      fc.assert(
        fc.property(fc.integer({min: 1, max: 90}), fc.string(), (n, seed) => {
          const random = randomOf(`${name} ${seed}`);
          const matrix = quasiDefinite(n, pairs(n, random), random);
          const b = Array.from({length: n}, () => random() - 0.5);
          const [reference, host] = twins.map((dense) => solve(dense, matrix, b));
          for (const {x, replaced} of [reference, host]) {
            assert.equal(replaced, 0);
            assert.isBelow(residualOf(matrix, x, b), 1e-12);
          }
          reference.x.forEach((value, i) => assert.closeTo(host.x[i], value, 1e-9 * (1 + Math.abs(value))));
        }),
        {numRuns: effort(20, 300)},
      ));
  }

  it('on a grid of 60 × 60, the factors have few entries, and the solution is right', () => {
    const side = 60;
    const pairs = Array.from({length: side * side}, (_, i) =>
      [i + 1, i + side].map((j) => [i, j] as [number, number]),
    )
      .flat() // prettier-ignore
      .filter(([i, j]) => j < side * side && (j !== i + 1 || j % side > 0));
    const random = randomOf('grid');
    const matrix = quasiDefinite(side * side, pairs, random);
    const b = Array.from({length: side * side}, () => random() - 0.5);
    for (const dense of twins) {
      const {x, plan} = solve(dense, matrix, b);
      assert.isBelow(residualOf(matrix, x, b), 1e-12);
      // In the given order, the band alone has 60 · 3600 entries.
      assert.isBelow(plan.panelStarts[plan.supernodes], 0.75 * side ** 3);
    }
  });

  it('a chain costs no more than a constant for each row, in any order', () => {
    const sizes = [1000, 4000].map((n) => {
      const random = randomOf(`chain ${n}`);
      const matrix = quasiDefinite(n, FAMILIES['a band, in a random order'](n, random), random);
      const {panelStarts, supernodes, stackSize} = planFactorisation(n, matrix.rows, matrix.columns);
      return panelStarts[supernodes] + stackSize;
    });
    assert.isBelow(sizes[1], 4.6 * sizes[0]);
  });

  it('a pivot that is zero or has the wrong sign is replaced, and counted', () => {
    for (const dense of twins) {
      const matrix = {n: 3, rows: [0, 1, 2], columns: [0, 1, 2], values: [2, 0, 3], signs: [1, 1, -1]};
      const {x, replaced} = solve(dense, matrix, [1, 0, 0]);
      assert.equal(replaced, 2);
      assert.closeTo(x[0], 0.5, 1e-15);
    }
  });

  it('a number that is not finite is told', () => {
    for (const dense of twins) {
      for (const bad of [NaN, Infinity]) {
        const matrix = {n: 2, rows: [0, 1, 0], columns: [0, 1, 1], values: [1, 1, bad], signs: [1, 1]};
        assert.equal(solve(dense, matrix, [1, 1]).replaced, -1);
      }
    }
  });
});
