/** @file The kernels 'ImplicitEntmax' and 'ImplicitEntmaxGradient': entmax and normmax of rows. */
import * as tf from '@tensorflow/tfjs-core';
import {registerHostKernel} from '../backends/host-kernel.js';
import {entmaxGradientRows, entmaxRows, type EntmaxKind} from '../algorithms/rows/entmax.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import {gpuEntmax} from '../twins/webgpu/rows.js';

export type {EntmaxKind} from '../algorithms/rows/entmax.js';

const ENTMAX = 'ImplicitEntmax';
const GRADIENT = 'ImplicitEntmaxGradient';

/** Entmax or normmax of each row of x [B, n] for α = 1 + excess, excess [B, 1]. The call has no gradient of its own. */
export function runEntmax(kind: EntmaxKind, x: tf.Tensor2D, excess: tf.Tensor2D): tf.Tensor2D {
  if (!tf.getKernel(ENTMAX, tf.getBackend())) {
    throw new Error(`projections.${kind} has no kernel for the backend '${tf.getBackend()}'.`);
  }
  return tf.engine().runKernel(ENTMAX, {x, excess} as unknown as tf.NamedTensorMap, {kind});
}

/** The cotangents of x and of the excess for a cotangent of the result; `null` if there is no kernel. */
export function runEntmaxGradient(
  kind: EntmaxKind,
  x: tf.Tensor,
  excess: tf.Tensor,
  dy: tf.Tensor,
): tf.Tensor[] | null {
  if (!tf.getKernel(GRADIENT, tf.getBackend())) return null;
  return tf.engine().runKernel(GRADIENT, {x, excess, dy} as unknown as tf.NamedTensorMap, {
    kind,
  }) as unknown as tf.Tensor[];
}

registerGpuKernel(ENTMAX, gpuEntmax);

registerHostKernel<'x' | 'excess'>(ENTMAX, ({x, excess}, {kind}, allocate) => {
  const [batch, n] = x.shape;
  const [y] = allocate(x.shape);
  entmaxRows(kind as EntmaxKind, x.single, batch, n, excess.single, y.values);
  return [y];
});

registerHostKernel<'x' | 'excess' | 'dy'>(GRADIENT, ({x, excess, dy}, {kind}, allocate) => {
  const [batch, n] = x.shape;
  const [dx, dExcess] = allocate(x.shape, [batch, 1]);
  const gradients = [dx.values, dExcess.values] as const;
  entmaxGradientRows(kind as EntmaxKind, x.single, dy.single, batch, n, excess.single, ...gradients);
  return [dx, dExcess];
});
