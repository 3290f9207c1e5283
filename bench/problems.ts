/** @file The quadratic programs of the benchmarks: random, strictly convex, feasible, as OptNet's profile makes them. */
import seedrandom from 'seedrandom';
import * as tf from '@tensorflow/tfjs';

export interface Setup {
  n: number;
  /** Equalities. */
  k: number;
  /** Inequalities. */
  m: number;
  batch: number;
}

export type Problem = Record<'Q' | 'p' | 'G' | 'h' | 'A' | 'b', tf.Tensor>;

/** Q = LLᵀ + 1e-3·I, G and A normal, h = Gz₀ + s₀ with s₀ in [0, 1), b = Az₀; every sample has tensors of its own. */
export function makeProblem({n, k, m, batch}: Setup): Problem {
  const random = seedrandom(`${n} ${k} ${m} ${batch}`);
  const normal = (...shape: number[]) => {
    const values = Float32Array.from(
      {length: tf.util.sizeFromShape(shape)},
      () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
    );
    return tf.tensor(values, shape);
  };
  return tf.tidy(() => {
    const L = normal(batch, n, n) as tf.Tensor3D;
    const Q = tf.add(tf.div(tf.matMul(L, L, false, true), n), tf.mul(1e-3, tf.eye(n)));
    const z = normal(batch, n, 1) as tf.Tensor3D;
    const G = normal(batch, m, n) as tf.Tensor3D;
    const A = normal(batch, k, n) as tf.Tensor3D;
    const slack = tf.tensor(Float32Array.from({length: batch * m}, random), [batch, m]);
    const times = (M: tf.Tensor3D, rows: number) =>
      rows === 0 ? tf.zeros([batch, 0]) : tf.reshape(tf.matMul(M, z), [batch, rows]);
    return {Q, p: normal(batch, n), G, h: tf.add(times(G, m), slack), A, b: times(A, k)};
  });
}
