/** @file The kernel 'ImplicitSparseCode': sparse codes by coordinate descent. */
import * as tf from '@tensorflow/tfjs-core';
import {runBatch} from '../threads/batch.js';
import {products} from '../algorithms/coding/products.js';
import {CODE_OUTPUTS, codeBatch} from '../algorithms/coding/code-batch.js';
import {zerosLike} from '../contracts/vectors.js';
import {registerHostKernel, type HostOutput} from '../backends/host-kernel.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import {gpuSparseCode} from '../twins/webgpu/sparse-code.js';

const CODE = codeBatch.name;
/** The approximate number of sweeps per code. */
const SWEEPS = 30;

export interface CodeTensors {
  /** Shape [n, units]: the atoms. */
  dictionary: tf.Tensor;
  /** [B, n]. */
  x: tf.Tensor;
  /** [B, units]. */
  start: tf.Tensor;
  /** Shape [B | 1, units]: weights of |zⱼ|, and of ½ zⱼ². */
  l1: tf.Tensor;
  l2: tf.Tensor;
}

export type CodeAttributes = {nonNegative: boolean; tolerance: number; maxIterations: number};

/** [z, status, iterations, residual] of argmin ½‖x − Dz‖² + Σ l1ⱼ|zⱼ| + ½ Σ l2ⱼ zⱼ² [z ≥ 0], on the backend of its tensors. */
export function runSparseCode(
  tensors: CodeTensors,
  attributes: CodeAttributes,
): [z: tf.Tensor2D, status: tf.Tensor1D, iterations: tf.Tensor1D, residual: tf.Tensor1D] {
  const inputs = {...tensors} as unknown as tf.NamedTensorMap;
  return tf.engine().runKernel(CODE, inputs, attributes) as unknown as ReturnType<typeof runSparseCode>;
}

registerGpuKernel(CODE, gpuSparseCode);

registerHostKernel<keyof CodeTensors>(CODE, (inputs, attributes) => {
  const {nonNegative, tolerance, maxIterations} = attributes as CodeAttributes;
  const [width, n] = inputs.dictionary.shape;
  const batch = inputs.x.shape[0];
  const {gram, correlation, size} = products(inputs.dictionary.single, inputs.x.single, batch, width, n);
  const output = {
    z: zerosLike(inputs.x.single, batch * n),
    status: new Int32Array(batch),
    iterations: new Int32Array(batch),
    residual: zerosLike(inputs.x.single, batch),
  };
  const arrays = {
    ...{gram, correlation, size},
    ...{start: inputs.start.single, l1: inputs.l1.single, l2: inputs.l2.single},
    ...output,
  };
  const parameters = {n, tolerance, maxIterations, nonNegative: Number(nonNegative)};
  runBatch(codeBatch, {arrays, parameters}, CODE_OUTPUTS, batch, SWEEPS * n * n);
  return CODE_OUTPUTS.map((name): HostOutput => {
    const values = output[name];
    return {
      values,
      shape: name === 'z' ? [batch, n] : [batch],
      dtype: values instanceof Int32Array ? 'int32' : 'float32',
    };
  });
});
