/** @file The kernel 'ImplicitQP': a batch of quadratic programs, each of which stops when it has converged. */
import * as tf from '@tensorflow/tfjs-core';
import {qpBatch} from '../algorithms/qp/qp-batch.js';
import {computeOnHost, registerHostKernel} from '../backends/host-kernel.js';
import {registerDeviceKernel} from '../backends/node-device.js';
import {QP_OUTPUTS} from '../contracts/qp-limits.js';
import type {QPGuess, QPSolution, QPTensors} from '../contracts/qp-tensors.js';
import {runBatch} from '../threads/batch.js';
import {tensorflowTwin} from '../twins/tensorflow/index.js';
import {gpuQP} from '../twins/webgpu/implicit-qp.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import {jobOf, solutionOf, type QPInputs} from './qp-job.js';

const QP = qpBatch.name;

/** Solves the batch on the backend of its tensors. */
export function runQP(
  problem: QPTensors,
  {tolerance, maxIterations}: {tolerance: number; maxIterations: number},
  guess?: QPGuess | null,
): QPSolution {
  const inputs = guess
    ? {...problem, gx: guess.x, gIneq: guess.ineqDual, gEq: guess.eqDual, gSlack: guess.slack}
    : {...problem};
  const outputs = tf
    .engine()
    .runKernel(QP, inputs as unknown as tf.NamedTensorMap, {tolerance, maxIterations});
  return solutionOf(outputs as unknown as tf.Tensor[]);
}

registerGpuKernel(QP, gpuQP);
registerDeviceKernel(
  QP,
  tensorflowTwin.qp?.((inputs, attributes, backend) => computeOnHost(QP, inputs, attributes, backend)),
);

registerHostKernel<keyof QPInputs>(QP, (inputs, attributes, allocate) => {
  const limits = attributes as {tolerance: number; maxIterations: number};
  const {job, batch, cost, outputs} = jobOf(inputs, limits, allocate);
  runBatch(qpBatch, job, QP_OUTPUTS, batch, cost);
  return outputs;
});
