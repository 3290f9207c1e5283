/** @file Days with features and costs of streets. */
import * as tf from '@tensorflow/tfjs';
import type {Random} from '../support/random.js';
import {shortestPath, type Grid} from './graph.js';

export const FEATURES = 5;
const NOISE = 0.25;

/** How costs follow from features: M of zeros and ones, a row per street, and how curved it is. */
export interface Law {
  mix: number[][];
  degree: number;
}

export interface Data {
  features: tf.Tensor2D;
  costs: tf.Tensor2D;
  /** The costs again, and the cost of the best path. */
  rows: number[][];
  best: number[];
}

export function makeLaw(grid: Grid, degree: number, random: Random): Law {
  const mix = grid.streets.map(() => Array.from({length: FEATURES}, () => Number(random.uniform() < 0.5)));
  return {mix, degree};
}

/** Costs without noise, (Mf/√5 + 3)^degree / 3.5^degree, of one day with features f. */
export const costsOf = ({mix, degree}: Law, features: number[]): number[] =>
  mix.map((row) => {
    const linear = row.reduce((sum, m, j) => sum + m * features[j], 0) / Math.sqrt(FEATURES) + 3;
    return (Math.max(linear, 0) ** degree + 1) / 3.5 ** degree;
  });

/** Days with normal features, and costs with noise. As in Elmachtoub & Grigas 2022, section 6.1. */
export function makeData(grid: Grid, law: Law, count: number, random: Random): Data {
  const features = Array.from({length: count}, () => Array.from({length: FEATURES}, () => random.normal()));
  const rows = features.map((f) =>
    costsOf(law, f).map((cost) => cost * (1 + NOISE * (2 * random.uniform() - 1))),
  );
  const best = rows.map((costs) => dot(shortestPath(grid, costs), costs));
  return {features: tf.tensor2d(features), costs: tf.tensor2d(rows), rows, best};
}

export const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** How much more the paths cost that are shortest for the predicted costs than the best ones, as a share of what the best ones cost. */
export function regretOf(grid: Grid, predicted: number[][], {rows, best}: Data): number {
  const chosen = predicted.map((costs, i) => dot(shortestPath(grid, costs), rows[i]));
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return sum(chosen) / sum(best) - 1;
}
