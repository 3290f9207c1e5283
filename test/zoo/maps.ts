/** @file What a projection or proximal operator is tested with: the map on tensors, and the same in f64 for one sample. */
import * as tf from '@tensorflow/tfjs-core';
import {seededRandom} from './linear-systems.js';

/** One input of a map: x first, then its parameters. */
export interface Input {
  /** Of one sample. */
  shape: number[];
  values: number[];
}

export interface MapCase {
  name: string;
  /** Inputs in general position, away from kinks: one list a sample. */
  samples: Input[][];
  /** On tensors with the samples stacked in front; the result is shaped like x. */
  run: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** In double precision, for one sample, by another method than the library's. */
  reference: (...inputs: number[][]) => number[];
  /** A second derivative that is not zero. */
  curved?: boolean;
}

/** The inputs of all samples, stacked. */
export function stacked({samples}: MapCase): tf.Tensor[] {
  return samples[0].map(({shape}, i) =>
    tf.tensor(
      samples.flatMap((sample) => sample[i].values),
      [samples.length, ...shape],
    ),
  );
}

/** dᵀ∂f in double precision, one list an input: central differences of fourth order in f64. */
export function vjpInF64(
  f: (...inputs: number[][]) => number[],
  inputs: number[][],
  d: number[],
): number[][] {
  const product = (at: number[][]) => f(...at).reduce((sum, value, i) => sum + value * d[i], 0);
  return inputs.map((values, k) =>
    values.map((value, i) => {
      const at = (h: number) =>
        product(inputs.map((list, j) => (j === k ? list.map((v, l) => (l === i ? value + h : v)) : list)));
      const h = 2e-4;
      return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    }),
  );
}

/** Bisection: the root of a growing function. */
export function bisect(f: (t: number) => number, low = -1e3, high = 1e3): number {
  for (let k = 0; k < 200; k++) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
export const dot = (a: number[], b: number[]): number => sum(a.map((value, i) => value * b[i]));
export const norm = (a: number[]): number => Math.hypot(...a);
export const clip = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);
export const soft = (value: number, t: number): number => Math.sign(value) * Math.max(Math.abs(value) - t, 0);

/** Projection onto the simplex, by bisection on the threshold. */
export function simplexInF64(x: number[], scale = 1): number[] {
  const tau = bisect((t) => scale - sum(x.map((value) => Math.max(value - t, 0))), -1e2, 1e2);
  return x.map((value) => Math.max(value - tau, 0));
}

/** argmin ‖y − x‖² with y₁ ≥ … ≥ yₙ, by the min–max formula. */
export function fallingInF64(x: number[]): number[] {
  const mean = (a: number, b: number) => sum(x.slice(a, b + 1)) / (b - a + 1);
  const range = (from: number, to: number) => Array.from({length: to - from}, (_, i) => from + i);
  return x.map((_, i) =>
    Math.min(...range(0, i + 1).map((a) => Math.max(...range(i, x.length).map((b) => mean(a, b))))),
  );
}

/** Random inputs that f32 holds. */
export function inputsFrom(seed: number) {
  const random = seededRandom(seed);
  const between = (shape: number[], low: number, high: number): Input => ({
    shape,
    values: Array.from({length: shape.reduce((a, b) => a * b, 1)}, () =>
      Math.fround(low + (high - low) * random()),
    ),
  });
  return {
    /** Entries in (−size, size). */
    entries: (shape: number[], size = 2): Input => between(shape, -size, size),
    positive: (shape: number[], low = 0.5, high = 1.5): Input => between(shape, low, high),
  };
}

export const samples = (make: () => Input[], count = 3): Input[][] => Array.from({length: count}, make);
