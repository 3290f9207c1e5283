/** @file Two classification tasks with few samples, each as two sets of data: one to choose settings, one to measure. */
import {permutation, type Random} from '../support/random.js';

export interface Samples {
  rows: number[][];
  /** 0 or 1. */
  labels: number[];
}

export interface Task {
  name: string;
  /** Only settings are chosen on these. */
  choosing: Samples;
  /** Only scores are measured on these. */
  measuring: Samples;
  /** The samples that each model is trained on; it is tested on the others. */
  trained: number;
}

/** The deviation of the noise on each pixel; a pixel has values from 0 to 1. */
const PIXEL_NOISE = 0.5;

/** Threes against eights of the digits data, 64 pixels with noise: two halves of the images. */
export function digitsTask(table: readonly number[][], random: Random): Task {
  const chosen = table.filter((row) => row[64] === 3 || row[64] === 8);
  const order = permutation(chosen.length, random).map((i) => chosen[i]);
  const half = order.length >> 1;
  const samplesOf = (rows: readonly number[][]) => ({
    rows: rows.map((row) => row.slice(0, 64).map((pixel) => pixel / 16 + PIXEL_NOISE * random.normal())),
    labels: rows.map((row) => (row[64] === 8 ? 1 : 0)),
  });
  return {
    name: 'noisy digits 3 and 8',
    choosing: samplesOf(order.slice(0, half)),
    measuring: samplesOf(order.slice(half)),
    trained: 30,
  };
}

/** The synthetic task: sizes, and the strength of what the label depends on. */
const FEATURES = 300;
const STRONG = 8;
const WEAK = 3;
const STRENGTH = {strong: 3, weak: 2};
const ACTIVE = 0.5;
const NOISE = 0.35;

/**
 * Each sample is a mixture of patterns, as gene expression is one of programs that are switched on or off, plus noise. Eight strong
 * patterns say nothing about the label. It depends on three weaker ones: 1 if their sum is above its median.
 */
export function mixtureTask(random: Random): Task {
  const patterns = Array.from({length: STRONG + WEAK}, (_, k) => {
    const raw = Array.from({length: FEATURES}, () => random.normal());
    const scale = (k < STRONG ? STRENGTH.strong : STRENGTH.weak) / Math.hypot(...raw);
    return raw.map((value) => value * scale);
  });
  const draw = (count: number): Samples => {
    const amounts = Array.from({length: count}, () =>
      patterns.map(() => (random.uniform() < ACTIVE ? random.normal() : 0)),
    );
    const rows = amounts.map((weights) =>
      Array.from({length: FEATURES}, (_, j) =>
        weights.reduce((sum, weight, k) => sum + weight * patterns[k][j], NOISE * random.normal()),
      ),
    );
    const signals = amounts.map((weights) => weights.slice(STRONG).reduce((sum, weight) => sum + weight, 0));
    const median = [...signals].sort((a, b) => a - b)[count >> 1];
    return {rows, labels: signals.map((signal) => (signal >= median ? 1 : 0))};
  };
  return {name: 'mixtures', choosing: draw(300), measuring: draw(300), trained: 60};
}
