/** @file Compiles shaders for WebGPU ahead, without holding up the page. */
import * as tf from '@tensorflow/tfjs-core';
import {compileAhead} from '../../kernels/index.js';
import {solveQP} from './solve-qp.js';

/**
 * Compiles shaders on WebGPU before they are needed. A shader that is compiled where it is first used holds up the page, those of quadratic
 * programs for seconds; here the device works on them while the page goes on. On other backends there is nothing to do.
 *
 *     await tf.setBackend('webgpu');
 *     await prepareWebGPU(); // Or: prepareWebGPU(() => model.predict(tf.zeros([32, 8])))
 *
 * @param work Calls whatever will be needed, with tensors of the shapes that it will have. Its operations compile their shaders, those of
 *   tfjs too, and do not run. It must not read a tensor, nor change a variable. Default: quadratic programs, few and small or large, with
 *   their gradients.
 * @throws (rejects) What `work` throws; if a shader cannot be compiled.
 */
export async function prepareWebGPU(work: () => unknown = quadraticPrograms): Promise<void> {
  await compileAhead(work);
}

/** One that a thread or a few solve, and one that takes many. */
const WIDTHS = [4, 40];

function quadraticPrograms(): void {
  for (const n of WIDTHS) {
    const data = [
      ...[tf.eye(n), tf.zeros([1, n]), tf.zeros([n, n]), tf.zeros([n])],
      ...[tf.zeros([1, n]), tf.zeros([1])],
    ];
    const solve = (...[Q, p, G, h, A, b]: tf.Tensor[]) =>
      solveQP({Q, p, G, h, A, b}, {onFailure: 'ignore'}).x;
    tf.grads(solve)(data);
  }
}
