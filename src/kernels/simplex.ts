/** @file The kernel 'ImplicitSimplex': Euclidean projection of rows onto scaled probability simplices. */
import * as tf from '@tensorflow/tfjs-core';
import {registerHostKernel} from './host-kernel.js';
import {projectSimplex} from './reference/simplex.js';

const SIMPLEX = 'ImplicitSimplex';

/**
 * Projects each row of x [B, n] onto {y ≥ 0, Σy = scale}, scale [B, 1]. Differentiable in both.
 *
 * The Jacobian of a row with support S is diag(S) − SSᵀ/|S|, its derivative in the scale is S/|S|.
 */
export function runSimplex(x: tf.Tensor2D, scale: tf.Tensor2D): tf.Tensor2D {
  if (!tf.getKernel(SIMPLEX, tf.getBackend())) return composed(x, scale);
  return tf.engine().runKernel(SIMPLEX, {x, scale} as unknown as tf.NamedTensorMap);
}

registerHostKernel<'x' | 'scale'>(SIMPLEX, ({x, scale}) => {
  const [batch, n] = x.shape;
  const values = new Float32Array(batch * n);
  for (let i = 0; i < batch; i++) projectSimplex(x.values, i * n, n, scale.values[i], values);
  return [{values, shape: x.shape, dtype: 'float32'}];
});

tf.registerGradient({
  kernelName: SIMPLEX,
  outputsToSave: [true],
  gradFunc: (dy, saved) => {
    const support = tf.cast(tf.greater((saved as tf.Tensor[])[0], 0), 'float32');
    const inside = tf.mul(support, dy as tf.Tensor);
    const mean = tf.div(tf.sum(inside, -1, true), tf.maximum(tf.sum(support, -1, true), 1));
    return {x: () => tf.sub(inside, tf.mul(support, mean)), scale: () => tf.clone(mean)};
  },
});

/** The same with tensor operations, by sorting: for a backend without the kernel. */
function composed(x: tf.Tensor2D, scale: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const n = x.shape[1];
    const {values} = tf.topk(x, n);
    const rank = tf.range(1, n + 1);
    const excess = tf.sub(tf.cumsum(values, 1), scale);
    const support = tf.sum(tf.cast(tf.greater(tf.mul(rank, values), excess), 'float32'), 1, true);
    // The set is known now; the threshold is written with operations that have a gradient.
    const last = tf.sum(tf.mul(values, tf.cast(tf.equal(rank, support), 'float32')), 1, true);
    const inside = tf.cast(tf.greaterEqual(x, last), 'float32');
    const tau = tf.div(tf.sub(tf.sum(tf.mul(inside, x), 1, true), scale), tf.sum(inside, 1, true));
    return tf.relu(tf.sub(x, tau)) as tf.Tensor2D;
  });
}
