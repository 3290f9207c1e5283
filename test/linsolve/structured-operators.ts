/** @file Structured operators of random sizes, each with its matrices entry by entry, in plain numbers. */
import * as tf from '@tensorflow/tfjs-core';
import {sparseMatrix} from '../../src/index.js';
import {operators, type Operator} from '../../src/linsolve/public.js';
import {seededRandom} from '../zoo/linear-systems.js';

export interface Recipe {
  seed: number;
  /** Samples, `null` for what has no batch axis. */
  batch: number | null;
  options: {batched?: boolean};
}

export interface Example {
  n: number;
  operator: Operator;
  /** Entry (i, j) of the matrix of a sample. */
  entry: (sample: number, i: number, j: number) => number;
}

type Random = (...shape: number[]) => tf.Tensor;

/** Entry `at` of a sample of a tensor that has `rank` axes without the batch. */
function reader(tensor: tf.Tensor, rank: number): (sample: number, ...at: number[]) => number {
  const values = tensor.dataSync();
  const shape = tensor.shape.slice(-rank);
  const size = tensor.rank > rank ? tf.util.sizeFromShape(shape) : 0;
  return (sample, ...at) =>
    values[sample * size + at.reduce((sum, index, axis) => sum * shape[axis] + index, 0)];
}

/** Which block of what sizes index i lies in, and where in it. */
function locate(sizes: number[], i: number): [block: number, at: number] {
  for (let block = 0; ; block++) {
    if (i < sizes[block]) return [block, i];
    i -= sizes[block];
  }
}

const makers = {
  diagonal(random: Random, batch: number[], size: () => number, options) {
    const n = size();
    const d = random(...batch, n);
    const of = reader(d, 1);
    return {n, operator: operators.diagonal(d, options), entry: (s, i, j) => (i === j ? of(s, i) : 0)};
  },
  blockDiagonal(random, batch, size, options) {
    const sizes = Array.from({length: size()}, size);
    // The last has no batch axis, unless it is the only one.
    const blocks = sizes.map((n, i) => random(...(i > 0 && i === sizes.length - 1 ? [] : batch), n, n));
    const of = blocks.map((block) => reader(block, 2));
    return {
      n: sizes.reduce((sum, n) => sum + n),
      operator: operators.blockDiagonal(blocks, options),
      entry(s, i, j) {
        const [[row, a], [column, b]] = [locate(sizes, i), locate(sizes, j)];
        return row === column ? of[row](s, a, b) : 0;
      },
    };
  },
  kronecker(random, batch, size, options) {
    const [p, q] = [size(), size()];
    const [A, B] = [random(...batch, p, p), random(q, q)];
    const [a, b] = [reader(A, 2), reader(B, 2)];
    return {
      n: p * q,
      operator: operators.kronecker(A, B, options),
      entry: (s, i, j) => a(s, Math.floor(i / q), Math.floor(j / q)) * b(s, i % q, j % q),
    };
  },
  lowRankPlusDiagonal(random, batch, size, options) {
    const [n, k] = [size() + 1, size()];
    const [diagonal, U, V] = [random(n), random(...batch, n, k), random(...batch, n, k)];
    const [d, u, v] = [reader(diagonal, 1), reader(U, 2), reader(V, 2)];
    const low = (s: number, i: number, j: number) =>
      Array.from({length: k}, (_, c) => u(s, i, c) * v(s, j, c)).reduce((sum, term) => sum + term);
    return {
      n,
      operator: operators.lowRankPlusDiagonal({diagonal, U, V}, options),
      entry: (s, i, j) => low(s, i, j) + (i === j ? d(s, i) : 0),
    };
  },
  csr(random, _batch, size, options) {
    const n = size() + 1;
    // Any columns, so that some places occur twice and some rows are empty.
    const counts = Array.from({length: n}, (_, i) => (i === 0 ? size() : size() - 1));
    const indptr = counts.reduce((sums, count) => [...sums, sums[sums.length - 1] + count], [0]);
    const nnz = indptr[n];
    const indices = Array.from({length: nnz}, () => (size() * 7 + size()) % n);
    const data = random(nnz);
    const values = data.dataSync();
    return {
      n,
      operator: operators.csr({data, indices: Int32Array.from(indices), indptr, shape: [n, n]}, options),
      entry: (_s, i, j) =>
        indices.reduce(
          (sum, column, e) => (column === j && indptr[i] <= e && e < indptr[i + 1] ? sum + values[e] : sum),
          0,
        ),
    };
  },
  sparse(random, batch, size, options) {
    const n = size() + 1;
    // Any places, so that some occur twice.
    const places = Array.from({length: 2 * n}, () => (size() * 7 + size()) % n);
    const [rows, columns] = [places.slice(0, n), places.slice(n)];
    const values = random(...batch, n);
    const of = reader(values, 1);
    return {
      n,
      operator: operators.sparse(sparseMatrix({shape: [n, n], rows, columns, values}), options),
      entry: (s, i, j) =>
        rows.reduce((sum, row, e) => (row === i && columns[e] === j ? sum + of(s, e) : sum), 0),
    };
  },
} satisfies Record<
  string,
  (random: Random, batch: number[], size: () => number, options: {batched?: boolean}) => Example
>;

export type StructuredName = keyof typeof makers;
export const STRUCTURED = Object.keys(makers) as StructuredName[];

export function structuredExample(name: StructuredName, {seed, batch, options}: Recipe): Example {
  const next = seededRandom(seed);
  const random: Random = (...shape) =>
    tf.tensor(
      Array.from({length: tf.util.sizeFromShape(shape)}, () => 2 * next() - 1),
      shape,
    );
  const size = () => 1 + Math.floor(3 * next());
  return makers[name](random, batch === null ? [] : [batch], size, options);
}
