/** @file Soft discs in a periodic square, half of them of diameter 1, half of diameter θ. */
import * as tf from '@tensorflow/tfjs';

/** The square, and where the discs are at the start. The second half of them are the small ones. */
export interface Packing {
  side: number;
  start: number[][];
}

/** An energy of the positions x [k, 2] and of the small diameter. */
export type Energy = (x: tf.Tensor, theta: tf.Tensor) => tf.Tensor;

/** Two discs at the distance r have the energy ½(1 − r/s)² if r < s, the mean of their diameters. */
export const energyOf =
  ({side, start: {length: k}}: Packing): Energy =>
  (x, theta) => {
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

/** Which discs touch no other. Those may lie anywhere in their gap. */
export function loose({side, start}: Packing, x: ArrayLike<number>, theta: number): boolean[] {
  const k = start.length;
  const diameter = (i: number) => (i < k / 2 ? 1 : theta);
  const apart = (i: number, j: number) => {
    const [a, b] = [0, 1].map((axis) => {
      const d = x[2 * i + axis] - x[2 * j + axis];
      return d - side * Math.round(d / side);
    });
    return Math.hypot(a, b) - (diameter(i) + diameter(j)) / 2;
  };
  return start.map((_, i) => start.every((_other, j) => j === i || apart(i, j) >= 0));
}
