/**
 * @file Discs that FIRE brings to rest, and how they move with a diameter: forward mode, as in the paper's fourth experiment.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), section 4.4.
 */
import * as tf from '@tensorflow/tfjs';
import {fire} from '../../examples/dynamics/fire.js';
import {energyOf} from '../../examples/dynamics/packing.js';
import {readReferences, type Reference} from '../../examples/dynamics/references.js';
import type {Case, Contender} from './case.js';

/** Of the largest force. */
const TOLERANCE = 1e-12;

const {theta: THETA, packings} = readReferences();

const startOf = ({start}: Reference) => tf.tensor2d(start);

function ours(packing: Reference, start: tf.Tensor2D): Contender {
  const energy = energyOf(packing);
  const solver = fire(energy, {tolerance: TOLERANCE, onFailure: 'ignore'});
  return {
    name: 'fromStep, and the tangent',
    run: () =>
      tf.tidy(() => {
        const theta = tf.scalar(THETA);
        const {x} = solver.run(start, theta);
        const tangent = solver.jvp(x, [theta], [tf.scalar(1)]);
        return [energy(x, theta).dataSync()[0], tf.norm(tangent).dataSync()[0]];
      }),
  };
}

/** What a reference in f64 found. */
function reference(packing: Reference): number[] {
  const energy = tf.tidy(() => energyOf(packing)(tf.tensor2d(packing.x), tf.scalar(THETA)).dataSync()[0]);
  return [energy, Math.hypot(...packing.dx.flat())];
}

/** FIRE as a loop over plain arrays with the forces written out, each pair once. */
function byHand(packing: Reference): Contender {
  const {side} = packing;
  const k = packing.start.length;
  const half = (i: number) => (i < k / 2 ? 1 : THETA) / 2;
  const start = Float64Array.from(startOf(packing).dataSync());
  const forces = (x: Float64Array, f: Float64Array) => {
    f.fill(0);
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < i; j++) {
        let [dx, dy] = [x[2 * i] - x[2 * j], x[2 * i + 1] - x[2 * j + 1]];
        dx -= side * Math.round(dx / side);
        dy -= side * Math.round(dy / side);
        const [s, squared] = [half(i) + half(j), dx * dx + dy * dy];
        if (squared >= s * s || squared === 0) continue;
        const r = Math.sqrt(squared);
        const push = (1 - r / s) / (s * r);
        f[2 * i] += push * dx;
        f[2 * i + 1] += push * dy;
        f[2 * j] -= push * dx;
        f[2 * j + 1] -= push * dy;
      }
    }
  };
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const solve = () => {
    const [v, f, before] = [0, 1, 2].map(() => new Float64Array(2 * k));
    const x = start.slice();
    let [dt, alpha, downhill] = [0.1, 0.1, 0];
    forces(x, f);
    for (let step = 0; step < 5000; step++) {
      if (f.every((value) => Math.abs(value) <= TOLERANCE)) break;
      for (let i = 0; i < x.length; i++) x[i] += dt * v[i] + 0.5 * dt * dt * f[i];
      before.set(f);
      forces(x, f);
      for (let i = 0; i < x.length; i++) v[i] += 0.5 * dt * (before[i] + f[i]);
      const power = dot(f, v);
      const along = Math.sqrt(dot(v, v)) / Math.sqrt(dot(f, f) + 1e-6);
      for (let i = 0; i < x.length; i++) v[i] += alpha * (f[i] * along - v[i]);
      if (power < 0) {
        v.fill(0);
        [dt, alpha, downhill] = [0.5 * dt, 0.1, 0];
        continue;
      }
      downhill++;
      if (power > 0 && downhill > 5) [dt, alpha] = [Math.min(1.1 * dt, 0.4), 0.99 * alpha];
    }
    return x;
  };
  const energy = energyOf(packing);
  return {
    name: 'by hand in plain arrays, forward only',
    forwardOnly: true,
    run: () =>
      tf.tidy(() => [
        energy(tf.tensor2d(Float32Array.from(solve()), [k, 2]), tf.scalar(THETA)).dataSync()[0],
      ]),
  };
}

/** Packings whose answers in f64 are known. */
export function particleCases(small: boolean): Case[] {
  return packings.slice(0, small ? 1 : 2).map((packing): Case => {
    const start = startOf(packing);
    return {
      name: `Molecular dynamics, ${packing.start.length} discs`,
      answer: 'energy, |tangent|',
      contenders: [byHand(packing), ours(packing, start)],
      known: reference(packing),
      bound: 1e-5,
    };
  });
}
