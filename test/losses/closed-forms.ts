/** @file The losses and their slopes in f64, as they are defined and not as they are computed. */
import type * as tf from '@tensorflow/tfjs-core';
import * as losses from '../../src/losses/index.js';

const sum = (v: number[]) => v.reduce((a, b) => a + b, 0);
const dot = (a: number[], b: number[]) => sum(a.map((value, i) => value * b[i]));
const xlogx = (x: number) => (x > 0 ? x * Math.log(x) : 0);
const clip = (x: number) => Math.min(Math.max(x, 0), 1);

export function softmax(theta: number[]): number[] {
  const top = Math.max(...theta);
  const e = theta.map((value) => Math.exp(value - top));
  return e.map((value) => value / sum(e));
}

/** max(c·θ − τ, 0)^power with the sum 1, τ by bisection: sparsemax (1, 1) and 1.5-entmax (½, 2). */
function sparse(theta: number[], c: number, power: number): number[] {
  const z = theta.map((value) => c * (value - Math.max(...theta)));
  const at = (tau: number) => z.map((value) => Math.max(value - tau, 0) ** power);
  let [low, high] = [-1, 0];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (sum(at(middle)) > 1) low = middle;
    else high = middle;
  }
  return at(high);
}
export const sparsemax = (theta: number[]) => sparse(theta, 1, 1);
export const entmax15 = (theta: number[]) => sparse(theta, 0.5, 2);

type Tensors = (target: tf.Tensor, prediction: tf.Tensor) => tf.Tensor;

interface Pointwise {
  name: string;
  f: Tensors;
  value: (y: number, z: number) => number;
  slope: (y: number, z: number) => number;
  targetSlope: (y: number, z: number) => number;
  curvature: (y: number, z: number) => number;
  /** Whether an entry is close to where the slope or the curvature jumps. */
  kink: (y: number, z: number) => boolean;
}

const near = (a: number, b: number) => Math.abs(a - b) < 1e-3;
const sign = (y: number) => 2 * y - 1;

const sparsePlus = (z: number) => (z <= -1 ? 0 : z >= 1 ? z : (z + 1) ** 2 / 4);

/** Logistic function. */
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

export const POINTWISE: Pointwise[] = [
  {
    name: 'huber',
    f: (y, p) => losses.huber(y, p),
    value: (y, p) => (Math.abs(p - y) <= 1 ? (p - y) ** 2 / 2 : Math.abs(p - y) - 0.5),
    slope: (y, p) => Math.max(-1, Math.min(1, p - y)),
    targetSlope: (y, p) => -Math.max(-1, Math.min(1, p - y)),
    curvature: (y, p) => (Math.abs(p - y) < 1 ? 1 : 0),
    kink: (y, p) => near(Math.abs(p - y), 1),
  },
  {
    name: 'binaryLogistic',
    f: losses.binaryLogistic,
    value: (y, z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - y * z + xlogx(y) + xlogx(1 - y),
    slope: (y, z) => sigmoid(z) - y,
    targetSlope: (y, z) => (y > 0 ? Math.log(y) : 0) - (y < 1 ? Math.log1p(-y) : 0) - z,
    curvature: (_, z) => sigmoid(z) * sigmoid(-z),
    kink: () => false,
  },
  {
    name: 'binarySparsemax',
    f: losses.binarySparsemax,
    value: (y, z) => sparsePlus(z) - y * z - y * (1 - y),
    slope: (y, z) => clip((z + 1) / 2) - y,
    targetSlope: (y, z) => sign(y) - z,
    curvature: (_, z) => (Math.abs(z) < 1 ? 0.5 : 0),
    kink: (_, z) => near(Math.abs(z), 1),
  },
  {
    name: 'binaryHinge',
    f: losses.binaryHinge,
    value: (y, z) => Math.max(1 - sign(y) * z, 0),
    slope: (y, z) => (sign(y) * z < 1 ? -sign(y) : 0),
    targetSlope: (y, z) => (sign(y) * z < 1 ? -2 * z : 0),
    curvature: () => 0,
    kink: (y, z) => near(sign(y) * z, 1),
  },
  {
    name: 'binaryPerceptron',
    f: losses.binaryPerceptron,
    value: (y, z) => Math.max(-sign(y) * z, 0),
    slope: (y, z) => (sign(y) * z < 0 ? -sign(y) : 0),
    targetSlope: (y, z) => (sign(y) * z < 0 ? -2 * z : 0),
    curvature: () => 0,
    kink: (y, z) => near(sign(y) * z, 0),
  },
];

interface Multiclass {
  name: string;
  f: Tensors;
  value: (y: number[], theta: number[]) => number;
  /** What the slope in θ subtracts y from. */
  prediction: (y: number[], theta: number[]) => number[];
  targetSlope: (y: number[], theta: number[]) => number[];
  /** Lead of the target from which the loss is zero. */
  margin: number;
}

/** One where v is largest. */
const best = (v: number[]) => v.map((value) => (value === Math.max(...v) ? 1 : 0));

/** ⟨θ, p⟩ − Ω(p) + Ω(y) − ⟨θ, y⟩ */
const gap = (omega: (p: number[]) => number, p: number[], y: number[], theta: number[]) =>
  dot(theta, p) - omega(p) + omega(y) - dot(theta, y);

const entropies = {
  shannon: (p: number[]) => sum(p.map(xlogx)),
  gini: (p: number[]) => dot(p, p) / 2,
  tsallis15: (p: number[]) => (4 / 3) * sum(p.map((value) => value ** 1.5 - value)),
};

export const MULTICLASS: Multiclass[] = [
  {
    name: 'multiclassLogistic',
    f: losses.multiclassLogistic,
    value: (y, theta) => {
      const top = Math.max(...theta);
      const logSum = top + Math.log(sum(theta.map((value) => Math.exp(value - top))));
      return logSum + entropies.shannon(y) - dot(theta, y);
    },
    prediction: (_, theta) => softmax(theta),
    targetSlope: (y, theta) => y.map((value, i) => (value > 0 ? Math.log(value) + 1 : 0) - theta[i]),
    margin: Infinity,
  },
  {
    name: 'multiclassHinge',
    f: losses.multiclassHinge,
    value: (y, theta) => Math.max(...theta.map((value, i) => value + 1 - y[i])) - dot(theta, y),
    prediction: (y, theta) => best(theta.map((value, i) => value + 1 - y[i])),
    targetSlope: (y, theta) => best(theta.map((value, i) => value + 1 - y[i])).map((b, i) => -b - theta[i]),
    margin: 1,
  },
  {
    name: 'multiclassPerceptron',
    f: losses.multiclassPerceptron,
    value: (y, theta) => Math.max(...theta) - dot(theta, y),
    prediction: (_, theta) => best(theta),
    targetSlope: (_, theta) => theta.map((value) => -value),
    margin: 0,
  },
  {
    name: 'multiclassSparsemax',
    f: losses.multiclassSparsemax,
    value: (y, theta) => gap(entropies.gini, sparsemax(theta), y, theta),
    prediction: (_, theta) => sparsemax(theta),
    targetSlope: (y, theta) => y.map((value, i) => value - theta[i]),
    margin: 1,
  },
  {
    name: 'multiclassEntmax15',
    f: losses.multiclassEntmax15,
    value: (y, theta) => gap(entropies.tsallis15, entmax15(theta), y, theta),
    prediction: (_, theta) => entmax15(theta),
    targetSlope: (y, theta) =>
      y.map((value, i) => (value > 0 ? 2 * Math.sqrt(value) - 4 / 3 : -4 / 3) - theta[i]),
    margin: 2,
  },
];

/** Products of the Hessian in θ of those losses that have one, with v; away from the edge of the support. */
export const HESSIANS: Record<string, (theta: number[], v: number[]) => number[]> = {
  multiclassLogistic: (theta, v) => centred(softmax(theta), v),
  multiclassSparsemax: (theta, v) =>
    centred(
      sparsemax(theta).map((p) => (p > 0 ? 1 : 0)),
      v,
    ),
  multiclassEntmax15: (theta, v) => centred(entmax15(theta).map(Math.sqrt), v),
  multiclassHinge: (_, v) => v.map(() => 0),
  multiclassPerceptron: (_, v) => v.map(() => 0),
};

/** (diag(s) − ssᵀ/Σs)·v */
function centred(s: number[], v: number[]): number[] {
  const mean = dot(s, v) / sum(s);
  return s.map((value, i) => value * (v[i] - mean));
}
