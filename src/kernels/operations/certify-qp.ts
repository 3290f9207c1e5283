/** @file The kernel 'CertifyQP': how far the points of a batch are from solving their quadratic programs, row by row. */
import type * as tf from '@tensorflow/tfjs-core';
import {MatrixReader} from '../algorithms/qp/matrices.js';
import {emptyProblem} from '../algorithms/qp/types.js';
import {registerHostKernel} from '../backends/host-kernel.js';
import {registerDeviceKernel} from '../backends/node-device.js';
import {boundRows, sidesOf} from '../contracts/bounds.js';
import {denseKernels} from '../twins/current-dense.js';
import {tensorflowTwin} from '../twins/tensorflow/index.js';
import {gpuCertifyQP} from '../twins/webgpu/certify-qp.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import {certifyJob, certifySamples, runCertify, type Quotients} from './certify-samples.js';
import type {QPTensors} from '../contracts/qp-tensors.js';

const CERTIFY = 'CertifyQP';

/** A quadratic program's tensors, and a point. */
export type CertifiedTensors = QPTensors & {
  /** [B, n]. */
  x: tf.Tensor;
  /** [B, m], the bounds included. */
  ineqDual: tf.Tensor;
  /** [B, k]. */
  eqDual: tf.Tensor;
};

/** The quotients of the points of a batch. */
export function runCertifyQP(tensors: CertifiedTensors): Quotients {
  return runCertify(CERTIFY, tensors);
}

registerGpuKernel(CERTIFY, gpuCertifyQP);
registerDeviceKernel(CERTIFY, tensorflowTwin.certifyQP);

registerHostKernel<keyof CertifiedTensors>(CERTIFY, (inputs) => {
  const [batch, n] = inputs.p.shape;
  const [general, k] = [inputs.G.shape[1], inputs.A.shape[1]];
  const sides = sidesOf(inputs);
  const sizes = {batch, n, k, m: general + boundRows(sides, n), general, sides};
  const job = certifyJob(inputs, sizes);
  const dense = denseKernels();
  return dense.scope(() => {
    const problem = emptyProblem(dense, {n, p: k, m: sizes.m, sides});
    const matrices = new MatrixReader(dense, job, problem);
    return certifySamples(dense, problem, job, sizes, (sample) => {
      matrices.read(sample);
      return matrices.sharedScaling();
    });
  });
});
