/** @file Packings of soft discs that FIRE brings to rest, as a user writes it, with references in f64 (scripts/reference/particles.py). */
import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import {conditions, solvers} from '../../src/index.js';

export interface Packing {
  side: number;
  start: number[][];
  /** How many discs touch no other. */
  touchingNone: number;
  /** The smallest eigenvalue that is not zero, relative to the largest. */
  smallest: number;
  x: number[][];
  dx: number[][];
}

const file = new URL('../fixtures/particles.json', import.meta.url);
const given = JSON.parse(readFileSync(file, 'utf8')) as {theta: number; grid: number; packings: Packing[]};

export const {packings, theta: THETA} = given;

export const startOf = ({start}: Packing): tf.Tensor2D => tf.mul(tf.tensor2d(start), given.grid);

/** The energy of k discs at x [k, 2] in a periodic square, half of diameter 1, half of diameter theta. */
export const energyOf =
  ({side, start: {length: k}}: Packing) =>
  (x: tf.Tensor, theta: tf.Tensor): tf.Tensor => {
    const direct = tf.sub(tf.expandDims(x, 1), tf.expandDims(x, 0));
    const d = tf.sub(direct, tf.mul(side, tf.round(tf.div(direct, side))));
    const small = tf.cast(tf.greaterEqual(tf.range(0, k), k / 2), 'float32');
    const diameter = tf.add(1, tf.mul(small, tf.sub(theta, 1)));
    const s = tf.div(tf.add(tf.expandDims(diameter, 1), tf.expandDims(diameter, 0)), 2);
    const squared = tf.sum(tf.square(d), 2);
    const touch = tf.logicalAnd(tf.less(squared, tf.square(s)), tf.greater(squared, 0));
    const r = tf.sqrt(tf.where(touch, squared, tf.onesLike(squared)));
    const overlap = tf.where(touch, tf.sub(1, tf.div(r, s)), tf.zerosLike(r));
    // Each pair is there twice.
    return tf.mul(0.25, tf.sum(tf.square(overlap)));
  };

/** FIRE with the constants of JAX MD. */
export function fire(
  energy: (x: tf.Tensor, theta: tf.Tensor) => tf.Tensor,
  options: solvers.SolverOptions<tf.Tensor, [tf.Tensor]> = {},
): solvers.IterativeSolver<tf.Tensor, [tf.Tensor]> {
  const slope = conditions.stationary(energy);
  const force = (x: tf.Tensor, theta: tf.Tensor) => tf.neg(slope(x, theta));
  return solvers.fromStep(
    {
      start: (x: tf.Tensor, theta: tf.Tensor) => ({
        v: tf.zerosLike(x),
        f: force(x, theta),
        dt: tf.scalar(0.1),
        alpha: tf.scalar(0.1),
        downhill: tf.scalar(0),
      }),
      step(x: tf.Tensor, memory, theta: tf.Tensor) {
        const {dt, alpha} = memory;
        const moved = tf.add(x, tf.add(tf.mul(dt, memory.v), tf.mul(tf.mul(0.5, tf.square(dt)), memory.f)));
        const f = force(moved, theta);
        const pushed = tf.add(memory.v, tf.mul(tf.mul(0.5, dt), tf.add(memory.f, f)));
        const power = tf.sum(tf.mul(f, pushed));
        const [fast, strong] = [pushed, f].map((a) => tf.sum(tf.square(a)));
        const along = tf.mul(f, tf.div(tf.sqrt(fast), tf.sqrt(tf.add(strong, 1e-6))));
        const v = tf.add(pushed, tf.mul(alpha, tf.sub(along, pushed)));
        const [up, down] = [tf.less(power, 0), tf.greater(power, 0)];
        const downhill = tf.where(up, tf.zerosLike(dt), tf.add(memory.downhill, 1));
        const long = tf.logicalAnd(down, tf.greater(downhill, 5));
        const pick = (hastened: tf.Tensor, kept: tf.Tensor, braked: tf.Tensor) =>
          tf.where(up, braked, tf.where(long, hastened, kept));
        return {
          x: moved,
          memory: {
            v: tf.mul(v, tf.where(up, tf.zerosLike(dt), tf.onesLike(dt))),
            f,
            dt: pick(tf.minimum(tf.mul(dt, 1.1), 0.4), dt, tf.mul(dt, 0.5)),
            alpha: pick(tf.mul(alpha, 0.99), alpha, tf.scalar(0.1)),
            downhill,
          },
          residual: tf.max(tf.abs(memory.f)),
        };
      },
      condition: slope,
    },
    {batched: false, maxIterations: 5000, tolerance: 1e-12, ...options},
  );
}
