/** @file Quadratic programs with rows of one variable as `lower` and `upper`, and multipliers in the order of the rows again. */
import * as tf from '@tensorflow/tfjs-core';
import type {QPData} from './qp-tensors.js';

type Rows = Pick<QPData, 'n' | 'm' | 'G' | 'h'>;

/** The row of G that is the bound of each variable, or −1; null where no variable has a bound on that side. */
export interface BoundPlaces {
  lower: number[] | null;
  upper: number[] | null;
  /** The rows that stay in G. */
  rest: number[];
}

/** The first rows ±eⱼ of each variable j, in samples of one shape: only those that are the same row in all of them. */
export function boundPlaces(samples: readonly Rows[]): BoundPlaces {
  const [{n, m, G}] = samples;
  const rows = Array.from({length: m}, (_, i) => i);
  const placesOf = (sign: number) => {
    const isBound = (i: number, j: number) =>
      samples.every((sample) => sample.G[i].every((value, l) => value === (l === j ? sign : 0)));
    const places = Array.from(
      {length: n},
      (_, j) => rows.find((i) => G[i][j] === sign && isBound(i, j)) ?? -1,
    );
    return places.some((row) => row >= 0) ? places : null;
  };
  const [lower, upper] = [placesOf(-1), placesOf(1)];
  const taken = new Set([...(lower ?? []), ...(upper ?? [])]);
  return {lower, upper, rest: rows.filter((i) => !taken.has(i))};
}

/** The numbers of a sample by the names of `solveQP`; without those that are empty. */
export function withBounds({G, h}: Pick<Rows, 'G' | 'h'>, {lower, upper, rest}: BoundPlaces) {
  return {
    ...(rest.length > 0 && {G: rest.map((i) => G[i]), h: rest.map((i) => h[i])}),
    ...(lower && {lower: lower.map((i) => (i < 0 ? -Infinity : -h[i]))}),
    ...(upper && {upper: upper.map((i) => (i < 0 ? Infinity : h[i]))}),
  };
}

/** Values of all rows, from those of the rest and of the bounds. */
export function inRows(
  {lower, upper, rest}: BoundPlaces,
  ofRest: readonly number[],
  ofLower: readonly number[],
  ofUpper: readonly number[],
): number[] {
  const all: number[] = [];
  rest.forEach((row, at) => (all[row] = ofRest[at]));
  lower?.forEach((row, j) => row >= 0 && (all[row] = ofLower[j]));
  upper?.forEach((row, j) => row >= 0 && (all[row] = ofUpper[j]));
  return all;
}

export const BOUNDED_NAMES = ['Q', 'p', 'G', 'h', 'A', 'b', 'lower', 'upper'] as const;
export type BoundedName = (typeof BOUNDED_NAMES)[number];
export type BoundedTensors = Partial<Record<BoundedName, tf.Tensor>> & {Q: tf.Tensor; p: tf.Tensor};

/** A problem as tensors without a batch axis, its rows of one variable as bounds. */
export function boundedTensors({Q, p, A, b, ...rows}: QPData): BoundedTensors {
  const data: Partial<Record<BoundedName, number[] | number[][]>> = {
    ...{Q, p},
    ...(b.length > 0 && {A, b}),
    ...withBounds(rows, boundPlaces([rows])),
  };
  return Object.fromEntries(
    Object.entries(data).map(([name, values]) => [name, tf.tensor(values, undefined, 'float32')]),
  ) as BoundedTensors;
}

/** The names of the tensors of a problem, in the order of `BOUNDED_NAMES`. */
export function boundedNames(tensors: BoundedTensors): BoundedName[] {
  return BOUNDED_NAMES.filter((name) => tensors[name]);
}
