/** @file Reports that a solver of symmetric systems was given a system that is not symmetric: its x is then no solution. */
import * as tf from '@tensorflow/tfjs-core';
import {readF64} from '../kernels/index.js';
import type {LinearMap} from './rows.js';
import type {SolveInfo} from './types.js';

/** With a residual up to this, x counts as a solution for any A. */
const UNSOLVED = 1e-3;

/** If ‖Av − Aᵀv‖ is more than this fraction of ‖Av‖ + ‖Aᵀv‖, the difference is not rounding. */
const UNLIKE = 1e-2;

/** Of the samples that were not solved, the first one whose matrix is not symmetric, found by one more product with A and with Aᵀ. */
export function firstUnsymmetric(
  {A, At}: {A: LinearMap; At: LinearMap},
  {converged, residual}: SolveInfo,
  [batch, n]: [batch: number, n: number],
): number | null {
  const [solved, left] = [converged.dataSync(), residual.dataSync()];
  const failed = Array.from(solved, (flag, i) => flag === 0 && left[i] > UNSOLVED);
  if (!failed.includes(true)) return null;
  const noise = Float32Array.from({length: batch * n}, (_, i) => Math.sin(12.9898 * i + 78.233));
  const images = tf.tidy(() => {
    const probe = tf.tensor2d(noise, [batch, n]);
    return [A(probe), At(probe)];
  });
  const [forward, backward] = images.map((image) => readF64(image));
  tf.dispose(images);
  const sizeOf = (sample: number, entry: (i: number) => number) =>
    Math.hypot(...Array.from({length: n}, (_, j) => entry(sample * n + j)));
  const sample = failed.findIndex((flag, s) => {
    if (!flag) return false;
    const whole = sizeOf(s, (i) => forward[i]) + sizeOf(s, (i) => backward[i]);
    return sizeOf(s, (i) => forward[i] - backward[i]) > UNLIKE * whole;
  });
  return sample < 0 ? null : sample;
}

/** The message of the solver with this name. */
export function warnOfUnsymmetric(className: string): (sample: number) => void {
  return (sample) =>
    console.warn(
      `linsolve.${className}: the matrix of sample ${sample} is not symmetric, so that ${className} cannot solve it; its x is the ` +
        `best that was found (info.converged says which samples are solved). Take linsolve.gmres(), lu() or auto(). (A solver says this once.)`,
    );
}
