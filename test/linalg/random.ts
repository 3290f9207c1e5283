/** @file Random matrices whose entries f32 holds exactly, and random batches of them that broadcast. */
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import {seededRandom} from '../zoo/linear-systems.js';
import {build, diagonal, fromFlat, multiply, transpose, type Matrix} from './dense.js';

export type Random = () => number;

/** Entries in (−1, 1). */
export const randomMatrix = (rows: number, columns: number, random: Random): Matrix =>
  rounded(build(rows, columns, () => 2 * random() - 1));

/** Diagonally dominant, hence well conditioned, and not symmetric. */
export const randomInvertible = (n: number, random: Random): Matrix =>
  rounded(build(n, n, (i, j) => (2 * random() - 1) / n + (i === j ? (random() < 0.5 ? -1.5 : 1.5) : 0)));

/** Symmetric positive definite, well conditioned. */
export function randomDefinite(n: number, random: Random): Matrix {
  const half = build(n, n, () => (2 * random() - 1) / Math.sqrt(n));
  const product = multiply(half, transpose(half, n));
  return rounded(build(n, n, (i, j) => product[Math.max(i, j)][Math.min(i, j)] + Number(i === j)));
}

/** Symmetric, with the given eigenvalues up to the rounding of f32. */
export function randomSymmetric(eigenvalues: number[], random: Random): Matrix {
  const n = eigenvalues.length;
  let Q = diagonal(eigenvalues.map(() => 1));
  for (let k = 0; k < n; k++) {
    const v = build(n, 1, () => random() - 0.5);
    const square = v.reduce((sum, [x]) => sum + x * x, 0);
    Q = multiply(
      build(n, n, (i, j) => Number(i === j) - (2 * v[i][0] * v[j][0]) / square),
      Q,
    );
  }
  const A = multiply(multiply(Q, diagonal(eigenvalues)), transpose(Q, n));
  return rounded(build(n, n, (i, j) => A[Math.max(i, j)][Math.min(i, j)]));
}

export const rounded = (A: Matrix): Matrix => A.map((row) => row.map(Math.fround));

/** Two batches of matrices whose batch axes broadcast against each other. */
export interface Pair {
  n: number;
  columns: number;
  random: Random;
  /** The broadcast batch shape, and those of the two. */
  batch: number[];
  ofA: number[];
  ofB: number[];
}

const sizes = fc.array(fc.record({size: fc.integer({min: 1, max: 3}), a: fc.boolean(), b: fc.boolean()}), {
  maxLength: 2,
});

export const pairs: fc.Arbitrary<Pair> = fc
  .record({
    n: fc.integer({min: 1, max: 12}),
    columns: fc.integer({min: 1, max: 4}),
    seed: fc.nat(),
    axes: sizes,
    dropA: fc.boolean(),
    dropB: fc.boolean(),
  })
  .map(({n, columns, seed, axes, dropA, dropB}) => {
    // An axis may be there in both, be 1 in one of them, or, leading, be missing in one of them.
    const own = (has: 'a' | 'b', drop: boolean) => {
      const shape = axes.map((axis) => (axis[has] ? axis.size : 1));
      while (drop && shape[0] === 1) shape.shift();
      return shape;
    };
    const [ofA, ofB] = [own('a', dropA), own('b', dropB)];
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(ofA, ofB);
    return {n, columns, random: seededRandom(seed), batch, ofA, ofB};
  });

/** A batch of matrices as a tensor and, one for each sample of a broadcast batch, as arrays. */
export class Batch {
  readonly matrices: Matrix[];
  readonly shape: number[];

  constructor(
    readonly own: number[],
    make: () => Matrix,
    columns?: number,
  ) {
    this.matrices = Array.from({length: tf.util.sizeFromShape(own)}, make);
    this.shape = [...own, this.matrices[0].length, columns ?? this.matrices[0][0].length];
  }

  tensor(): tf.Tensor {
    return tf.tensor(this.matrices.flat(2), this.shape);
  }

  broadcast(batch: number[]): Matrix[] {
    const count = tf.util.sizeFromShape(batch);
    const padded = [...Array<number>(batch.length - this.own.length).fill(1), ...this.own];
    return Array.from({length: count}, (_, sample) => {
      let [rest, index, stride] = [sample, 0, 1];
      for (let axis = batch.length - 1; axis >= 0; axis--) {
        if (padded[axis] > 1) index += (rest % batch[axis]) * stride;
        stride *= padded[axis];
        rest = Math.floor(rest / batch[axis]);
      }
      return this.matrices[index];
    });
  }
}

/** A tensor [..., rows, columns] as arrays. */
export function matricesOf(tensor: tf.Tensor): Matrix[] {
  const [rows, columns] = tensor.shape.slice(-2);
  const values = tensor.dataSync();
  return Array.from({length: values.length / (rows * columns)}, (_, i) =>
    fromFlat(values.subarray(i * rows * columns, (i + 1) * rows * columns), rows, columns),
  );
}
