/** @file Entrywise functions with their first two derivatives in double precision. */
import * as tf from '@tensorflow/tfjs-core';
import type {Unary} from './derivative.js';

export interface ClosedForm {
  name: string;
  f: Unary;
  first: (x: number) => number;
  second: (x: number) => number;
}

/** Points on which every function below is smooth: none at a kink, those of log and sqrt positive. */
export const POINTS = [0.3, 0.7, 1.25, 2.5];
export const SIGNED_POINTS = [-1.5, -0.4, 0.6, 1.25];

const sech2 = (x: number) => 1 - Math.tanh(x) ** 2;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const slope = (x: number) => sigmoid(x) * (1 - sigmoid(x));

/** Right in plain tfjs at second order, or repaired by the order of the private tape. */
export const SMOOTH: ClosedForm[] = [
  {name: 'square', f: (x) => tf.square(x), first: (x) => 2 * x, second: () => 2},
  {name: 'log', f: (x) => tf.log(x), first: (x) => 1 / x, second: (x) => -1 / x ** 2},
  {name: 'sqrt', f: (x) => tf.sqrt(x), first: (x) => 0.5 * x ** -0.5, second: (x) => -0.25 * x ** -1.5},
  {name: 'sin', f: (x) => tf.sin(x), first: Math.cos, second: (x) => -Math.sin(x)},
  {name: 'reciprocal', f: (x) => tf.div(1, x), first: (x) => -(x ** -2), second: (x) => 2 * x ** -3},
  {name: 'softplus', f: (x) => tf.softplus(x), first: sigmoid, second: slope},
  {name: 'exp', f: (x) => tf.exp(x), first: Math.exp, second: Math.exp},
  {name: 'tanh', f: (x) => tf.tanh(x), first: sech2, second: (x) => -2 * Math.tanh(x) * sech2(x)},
  {name: 'sigmoid', f: (x) => tf.sigmoid(x), first: slope, second: (x) => slope(x) * (1 - 2 * sigmoid(x))},
  {
    name: 'x * exp x',
    f: (x) => tf.mul(x, tf.exp(x)),
    first: (x) => (1 + x) * Math.exp(x),
    second: (x) => (2 + x) * Math.exp(x),
  },
  {
    name: 'x * tanh x',
    f: (x) => tf.mul(x, tf.tanh(x)),
    first: (x) => Math.tanh(x) + x * sech2(x),
    second: (x) => 2 * sech2(x) * (1 - x * Math.tanh(x)),
  },
  {
    name: 'pow(2, x)',
    f: (x) => tf.pow(2, x),
    first: (x) => Math.LN2 * 2 ** x,
    second: (x) => Math.LN2 ** 2 * 2 ** x,
  },
  {name: 'pow(x, 3)', f: (x) => tf.pow(x, 3), first: (x) => 3 * x ** 2, second: (x) => 6 * x},
  {
    name: 'exp of exp',
    f: (x) => tf.exp(tf.exp(tf.mul(0.5, x))),
    first: (x) => 0.5 * Math.exp(0.5 * x + Math.exp(0.5 * x)),
    second: (x) => 0.25 * Math.exp(0.5 * x + Math.exp(0.5 * x)) * (1 + Math.exp(0.5 * x)),
  },
];

const ELU_TAIL = (x: number) => (x > 0 ? 0 : Math.exp(x));
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

/** Severed in tfjs at second order; `enableHigherOrderGradients` mends them. */
export const MENDED: ClosedForm[] = [
  {name: 'elu', f: (x) => tf.elu(x), first: (x) => (x > 0 ? 1 : Math.exp(x)), second: ELU_TAIL},
  {
    name: 'selu',
    f: (x) => tf.selu(x),
    first: (x) => SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x)),
    second: (x) => SELU_SCALE * SELU_ALPHA * ELU_TAIL(x),
  },
  {
    name: 'maximum(x³, x)',
    f: (x) => tf.maximum(tf.mul(x, tf.square(x)), x),
    first: (x) => (x ** 3 > x ? 3 * x ** 2 : 1),
    second: (x) => (x ** 3 > x ? 6 * x : 0),
  },
  {
    name: 'minimum(x³, x)',
    f: (x) => tf.minimum(tf.mul(x, tf.square(x)), x),
    first: (x) => (x ** 3 < x ? 3 * x ** 2 : 1),
    second: (x) => (x ** 3 < x ? 6 * x : 0),
  },
  {
    name: 'square of clipByValue(x, -1, 1)',
    f: (x) => tf.square(tf.clipByValue(x, -1, 1)),
    first: (x) => (Math.abs(x) < 1 ? 2 * x : 0),
    second: (x) => (Math.abs(x) < 1 ? 2 : 0),
  },
  {
    name: 'square of leakyRelu(x, 0.25)',
    f: (x) => tf.square(tf.leakyRelu(x, 0.25)),
    first: (x) => 2 * x * (x > 0 ? 1 : 0.0625),
    second: (x) => 2 * (x > 0 ? 1 : 0.0625),
  },
  {
    name: 'square of relu6(4x)',
    f: (x) => tf.square(tf.relu6(tf.mul(4, x))),
    first: (x) => (x > 0 && x < 1.5 ? 32 * x : 0),
    second: (x) => (x > 0 && x < 1.5 ? 32 : 0),
  },
  {
    name: 'where(x > 0, x³, x²)',
    f: (x) => tf.where(tf.greater(x, 0), tf.mul(x, tf.square(x)), tf.square(x)),
    first: (x) => (x > 0 ? 3 * x ** 2 : 2 * x),
    second: (x) => (x > 0 ? 6 * x : 2),
  },
];

/** ∇⟨w, softmax(x)⟩ and its product with v, by hand. */
export function softmaxForms(x: number[], w: number[], v: number[]) {
  const p = softmax(x);
  const mean = dot(w, p);
  const dp = p.map((pi, i) => pi * (v[i] - dot(v, p)));
  return {
    gradient: p.map((pi, i) => pi * (w[i] - mean)),
    hessianProduct: p.map((pi, i) => dp[i] * (w[i] - mean) - pi * dot(w, dp)),
  };
}

/** The same for ⟨w, log softmax(x)⟩; ∇ logSumExp and its product are those with w summing to −1, up to w. */
export function logSoftmaxForms(x: number[], w: number[], v: number[]) {
  const p = softmax(x);
  const total = w.reduce((a, b) => a + b, 0);
  return {
    gradient: w.map((wi, i) => wi - total * p[i]),
    hessianProduct: p.map((pi, i) => -total * pi * (v[i] - dot(v, p))),
  };
}

export function softmax(x: number[]): number[] {
  const total = x.reduce((sum, xi) => sum + Math.exp(xi), 0);
  return x.map((xi) => Math.exp(xi) / total);
}

export function dot(a: number[], b: number[]): number {
  return a.reduce((sum, ai, i) => sum + ai * b[i], 0);
}
