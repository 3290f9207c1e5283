/** @file The kernel 'ImplicitSimplex': Euclidean projection of rows onto scaled probability simplices. */
import type {SimplexRows} from '../contracts/rows.js';
import * as tf from '@tensorflow/tfjs-core';
import {registerHostKernel} from '../backends/host-kernel.js';
import {createSimplexRows} from '../twins/host/simplex-rows.js';
import {referenceSimplexRows} from '../twins/reference/simplex.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import {gpuSimplex} from '../twins/webgpu/rows.js';
import {offTape} from '../../autodiff/index.js';

const SIMPLEX = 'ImplicitSimplex';
const GRADIENT = 'ImplicitSimplexGradient';

/**
 * Projects each row of x [B, n] onto {y ≥ 0, Σy = scale}, scale [B, 1]. Differentiable in both.
 *
 * The Jacobian of a row with support S is diag(S) − SSᵀ/|S|, and its derivative with respect to the scale is S/|S|.
 */
export function runSimplex(x: tf.Tensor2D, scale: tf.Tensor2D): tf.Tensor2D {
  if (!tf.getKernel(SIMPLEX, tf.getBackend())) return composed(x, scale);
  return tf.engine().runKernel(SIMPLEX, {x, scale} as unknown as tf.NamedTensorMap);
}

let rows: SimplexRows | null = null;
/** The host's routines. Rows in double precision use the twin in plain TypeScript, because the other one has float32 memory. */
const simplexRows = (like: ArrayLike<number>) =>
  like instanceof Float64Array
    ? referenceSimplexRows
    : (rows ??= createSimplexRows() ?? referenceSimplexRows);

registerGpuKernel(SIMPLEX, gpuSimplex);

registerHostKernel<'x' | 'scale'>(SIMPLEX, ({x, scale}, _attributes, allocate) => {
  const [batch, n] = x.shape;
  const [y] = allocate(x.shape);
  simplexRows(x.single).project(x.single, batch, n, scale.single, y.values);
  return [y];
});

registerHostKernel<'y' | 'dy'>(GRADIENT, ({y, dy}, _attributes, allocate) => {
  const [batch, n] = y.shape;
  const [dx, mean] = allocate(y.shape, [batch, 1]);
  simplexRows(y.single).gradient(y.single, dy.single, batch, n, dx.values, mean.values);
  return [dx, mean];
});

tf.registerGradient({
  kernelName: SIMPLEX,
  outputsToSave: [true],
  gradFunc: (dy, saved) => {
    const [dx, mean] = jacobianProduct((saved as tf.Tensor[])[0], dy as tf.Tensor);
    return {x: () => dx, scale: () => mean};
  },
});

tf.registerGradient({
  kernelName: GRADIENT,
  inputsToSave: ['y'],
  gradFunc: (dys, saved) => {
    const [y] = saved as tf.Tensor[];
    const [dx, mean] = dys as tf.Tensor[];
    // The Jacobian is symmetric, and constant in y except where the support changes.
    return {
      y: () => tf.zerosLike(y),
      dy: () => {
        const support = tf.cast(tf.greater(y, 0), 'float32');
        const share = tf.div(mean, tf.maximum(tf.sum(support, -1, true), 1));
        return tf.add(jacobianProduct(y, dx)[0], tf.mul(support, share));
      },
    };
  },
});

/** The cotangents of x and scale for a cotangent of y. */
function jacobianProduct(y: tf.Tensor, dy: tf.Tensor): tf.Tensor[] {
  if (tf.getKernel(GRADIENT, tf.getBackend())) {
    return tf.engine().runKernel(GRADIENT, {y, dy} as unknown as tf.NamedTensorMap) as unknown as tf.Tensor[];
  }
  const support = tf.cast(tf.greater(y, 0), 'float32');
  const inside = tf.mul(support, dy);
  const mean = tf.div(tf.sum(inside, -1, true), tf.maximum(tf.sum(support, -1, true), 1));
  return [tf.sub(inside, tf.mul(support, mean)), mean];
}

/** The same with tensor operations, by sorting, for a backend without the kernel. */
function composed(x: tf.Tensor2D, scale: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const inside = offTape(() => supportOf(x, scale));
    const zero = tf.zerosLike(x);
    const sum = tf.sum(tf.where(inside, x, zero), 1, true);
    const count = tf.maximum(tf.sum(tf.cast(inside, 'float32'), 1, true), 1);
    const tau = tf.div(tf.sub(sum, scale), count);
    // Zero, but NaN for a row with NaN or +∞.
    const probe = offTape(() => {
      const masked = tf.logicalAnd(tf.isInf(x), tf.less(x, 0));
      return tf.sum(tf.mul(0, tf.where(masked, zero, x)), 1, true);
    });
    return tf.add(tf.where(inside, tf.sub(x, tau), zero), probe) as tf.Tensor2D;
  });
}

/** Where the projection is not zero. */
function supportOf(x: tf.Tensor2D, scale: tf.Tensor2D): tf.Tensor {
  const n = x.shape[1];
  const {values} = tf.topk(x, n);
  const rank = tf.range(1, n + 1);
  const excess = tf.sub(tf.cumsum(values, 1), scale);
  const above = tf.greater(tf.mul(rank, values), excess);
  const sum = tf.sum(tf.where(above, values, tf.zerosLike(values)), 1, true);
  const count = tf.maximum(tf.sum(tf.cast(above, 'float32'), 1, true), 1);
  return tf.greater(x, tf.div(tf.sub(sum, scale), count));
}
