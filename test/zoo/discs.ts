/** @file Soft discs in a periodic square, at rest: a system whose Jacobian is singular by its symmetries, in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {seededRandom} from './linear-systems.js';

/** Of `count` discs half have diameter d and half 1.4 d; the last touches nobody (a rattler). */
export interface Discs {
  count: number;
  /** Positions at rest for d = 1, [2·count]. */
  x: Float64Array;
  /** The Hessian of the energy, row-major, and the derivative of its gradient in d. */
  hessian: Float64Array;
  mixed: Float64Array;
  /** The energy ½ Σ (1 − distance/(mean diameter))² over the pairs that overlap, in tfjs. */
  energy(x: tf.Tensor, d: tf.Tensor): tf.Tensor;
}

export function discs(count: number, width: number, seed: number): Discs {
  const diameter = (i: number) => (i < count / 2 ? 1 : 1.4);
  const pairs: [number, number, number][] = [];
  for (let i = 0; i < count - 1; i++) {
    for (let j = 0; j < i; j++) pairs.push([i, j, (diameter(i) + diameter(j)) / 2]);
  }
  const n = 2 * count;
  const derivatives = (x: Float64Array) => {
    const [gradient, mixed, hessian] = [new Float64Array(n), new Float64Array(n), new Float64Array(n * n)];
    for (const [i, j, s] of pairs) {
      const d = [0, 1].map((a) => x[2 * i + a] - x[2 * j + a]).map((v) => v - width * Math.round(v / width));
      const r = Math.hypot(...d);
      if (r >= s) continue;
      const force = (r / s - 1) / s;
      const forceInSize = (1 - r / s - r / s) / s;
      for (let a = 0; a < 2; a++) {
        for (const [k, sign] of [
          [i, 1],
          [j, -1],
        ]) {
          gradient[2 * k + a] += (sign * force * d[a]) / r;
          mixed[2 * k + a] += (sign * forceInSize * d[a]) / r;
          for (let b = 0; b < 2; b++) {
            const along = (d[a] * d[b]) / (r * r);
            const h = along / (s * s) + (force / r) * (Number(a === b) - along);
            const other = k === i ? j : i;
            hessian[(2 * k + a) * n + 2 * k + b] += h;
            hessian[(2 * k + a) * n + 2 * other + b] -= h;
          }
        }
      }
    }
    return {gradient, mixed, hessian};
  };
  const random = seededRandom(seed);
  const x = Float64Array.from({length: n}, () => random() * width);
  relax(x, (at) => derivatives(at).gradient);
  const {mixed, hessian} = derivatives(x);
  const incidence = pairs.flatMap(([i, j]) =>
    Array.from({length: count}, (_, k) => Number(k === i) - Number(k === j)),
  );
  return {
    ...{count, x, hessian, mixed},
    energy: (at, d) =>
      tf.tidy(() => {
        const apart = tf.matMul(tf.tensor2d(incidence, [pairs.length, count]), at as tf.Tensor2D);
        const nearest = tf.sub(apart, tf.mul(width, tf.round(tf.div(apart, width))));
        const distance = tf.sqrt(tf.sum(tf.square(nearest), 1));
        const size = tf.mul(tf.tensor1d(pairs.map(([, , s]) => s)), d);
        return tf.mul(0.5, tf.sum(tf.square(tf.relu(tf.sub(1, tf.div(distance, size))))));
      }),
  };
}

/** FIRE (Bitzek et al. 2006): to rest, in place. */
function relax(x: Float64Array, gradientAt: (x: Float64Array) => Float64Array): void {
  const v = new Float64Array(x.length);
  let [dt, mixing, downhill] = [0.05, 0.1, 0];
  for (let k = 0; k < 40000; k++) {
    const g = gradientAt(x);
    const [force, speed] = [Math.hypot(...g), Math.hypot(...v)];
    if (force < 1e-14) return;
    const power = -g.reduce((sum, value, i) => sum + value * v[i], 0);
    if (power > 0) {
      downhill++;
      for (let i = 0; i < v.length; i++) v[i] = (1 - mixing) * v[i] - (mixing * speed * g[i]) / force;
      if (downhill > 5) [dt, mixing] = [Math.min(dt * 1.1, 0.5), mixing * 0.99];
    } else if (k > 0) {
      v.fill(0);
      [dt, mixing, downhill] = [dt / 2, 0.1, 0];
    }
    for (let i = 0; i < v.length; i++) x[i] += dt * (v[i] -= dt * g[i]);
  }
}
