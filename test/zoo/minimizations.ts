/** @file Small minimisation problems, with their solutions in f64: what every solver and condition is tested on. */
import * as tf from '@tensorflow/tfjs-core';
import {clip, inputsFrom, simplexInF64, soft, type Input} from './maps.js';

/** f(x; A, b, θ) = ½‖Ax − b‖² + ½θ‖x‖² for A [B, 4, 3], b [B, 4], θ [B, 1]; and a set or a penalty. */
export interface Minimization {
  name: string;
  samples: Input[][];
  /** The solution for one sample, by the proximal-gradient method in f64. */
  reference: (A: number[], b: number[], theta: number[]) => number[];
}

const ROWS = 4;
const SIZE = 3;

/** One value a sample. */
export const ridge = (x: tf.Tensor, A: tf.Tensor, b: tf.Tensor, theta: tf.Tensor): tf.Tensor =>
  tf.tidy(() => {
    const r = tf.sub(tf.squeeze(tf.matMul(A, tf.expandDims(x, 2)), [2]), b);
    const square = tf.mul(tf.squeeze(theta, [1]), tf.sum(tf.square(x), 1));
    return tf.mul(0.5, tf.add(tf.sum(tf.square(r), 1), square));
  });

/** ∇₁f. */
export const ridgeGradient = (x: tf.Tensor, A: tf.Tensor, b: tf.Tensor, theta: tf.Tensor): tf.Tensor =>
  tf.tidy(() => {
    const r = tf.sub(tf.matMul(A, tf.expandDims(x, 2)), tf.expandDims(b, 2));
    return tf.add(tf.squeeze(tf.matMul(A, r, true), [2]), tf.mul(theta, x));
  });

function minimize(
  A: number[],
  b: number[],
  [theta]: number[],
  prox: (y: number[], eta: number) => number[],
): number[] {
  const eta = 1 / (A.reduce((total, value) => total + value * value, 0) + theta);
  let x = Array<number>(SIZE).fill(1 / SIZE);
  for (let k = 0, change = 1; k < 20000 && change > 1e-15; k++) {
    const r = b.map((value, i) => x.reduce((total, v, j) => total + A[i * SIZE + j] * v, 0) - value);
    const gradient = x.map((v, j) =>
      r.reduce((total, value, i) => total + A[i * SIZE + j] * value, theta * v),
    );
    const next = prox(
      x.map((v, j) => v - eta * gradient[j]),
      eta,
    );
    change = Math.max(...next.map((v, j) => Math.abs(v - x[j])));
    x = next;
  }
  return x;
}

const {entries, positive} = inputsFrom(21);
const samples = (shift: number): Input[][] =>
  Array.from({length: 2}, () => [
    entries([ROWS, SIZE], 1),
    {shape: [ROWS], values: entries([ROWS], 1).values.map((value) => Math.fround(value + shift))},
    positive([1]),
  ]);

export const UNCONSTRAINED: Minimization = {
  name: 'ridge',
  samples: samples(0),
  reference: (A, b, theta) => minimize(A, b, theta, (y) => y),
};

export const ON_SIMPLEX: Minimization = {
  name: 'least squares on the simplex',
  samples: samples(0.3),
  reference: (A, b, theta) => minimize(A, b, theta, (y) => simplexInF64(y)),
};

export const IN_BOX: Minimization = {
  name: 'least squares in a box',
  samples: samples(1),
  reference: (A, b, theta) =>
    minimize(A, b, theta, (y) => y.map((value) => clip(value, Math.fround(-0.2), Math.fround(0.3)))),
};

export const SPARSE: Minimization = {
  name: 'lasso',
  samples: samples(0.5),
  reference: (A, b, theta) =>
    minimize(A, b, theta, (y, eta) => y.map((value) => soft(value, Math.fround(0.2) * eta))),
};
