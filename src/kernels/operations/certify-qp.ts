/** @file The kernel 'CertifyQP': how far the points of a batch are from solving their quadratic programs, row by row. */
import {SINGLE} from '../contracts/qp-limits.js';
import * as tf from '@tensorflow/tfjs-core';
import {sampleOf} from '../contracts/batch-kernel.js';
import {boundRows, sidesOf} from '../contracts/bounds.js';
import {denseKernels} from '../twins/current-dense.js';
import {zerosLike, type Floats} from '../contracts/vectors.js';
import {registerHostKernel, type HostInput} from '../backends/host-kernel.js';
import type {QPTensors} from './implicit-qp.js';
import {Certificate} from '../algorithms/qp/certificate.js';
import {equilibrateMatrices} from '../algorithms/qp/equilibrate.js';
import {MatrixReader} from '../algorithms/qp/matrices.js';
import {readVectors} from '../algorithms/small-qp/small-batch.js';
import {clearEmptyRows} from '../algorithms/qp/presolve.js';
import {emptyPoint, emptyProblem} from '../algorithms/qp/types.js';
import {gpuCertifyQP} from '../twins/webgpu/certify-qp.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import {registerDeviceKernel} from '../backends/node-device.js';
import {tensorflowTwin} from '../twins/tensorflow/index.js';

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

/** The quotients of each sample: `residual` [B], `rows` [B, m + k + bounds] with the inequalities first, `columns` [B, n]. */
export function runCertifyQP(tensors: CertifiedTensors): {
  residual: tf.Tensor1D;
  rows: tf.Tensor2D;
  columns: tf.Tensor2D;
} {
  const [residual, rows, columns] = tf
    .engine()
    .runKernel(CERTIFY, tensors as unknown as tf.NamedTensorMap) as unknown as tf.Tensor[];
  return {residual: residual as tf.Tensor1D, rows: rows as tf.Tensor2D, columns: columns as tf.Tensor2D};
}

registerGpuKernel(CERTIFY, gpuCertifyQP);
registerDeviceKernel(CERTIFY, tensorflowTwin.certifyQP);

registerHostKernel<keyof CertifiedTensors>(CERTIFY, (inputs) => {
  const [batch, n] = inputs.p.shape;
  const [general, k] = [inputs.G.shape[1], inputs.A.shape[1]];
  const sides = sidesOf(inputs);
  const m = general + boundRows(sides, n);
  const shared = (input: HostInput | undefined) => Number(input && input.shape[0] < batch);
  const names = Object.keys(inputs) as (keyof CertifiedTensors)[];
  const arrays = Object.fromEntries(names.map((name) => [name, inputs[name].single])) as Record<
    keyof CertifiedTensors,
    Floats
  >;
  const parameters = {
    ...{n, m, k, sides},
    ...{sharedQ: shared(inputs.Q), sharedG: shared(inputs.G), sharedA: shared(inputs.A)},
    ...{sharedh: shared(inputs.h), sharedb: shared(inputs.b)},
    ...{sharedlower: shared(inputs.lower), sharedupper: shared(inputs.upper)},
  };
  const residual = zerosLike(arrays.p, batch);
  const rows = zerosLike(arrays.p, batch * (m + k));
  const columns = zerosLike(arrays.p, batch * n);
  const dense = denseKernels();
  dense.scope(() => {
    const problem = emptyProblem(dense, {n, p: k, m, sides});
    const {x, y} = emptyPoint(dense, {n, p: k, m});
    const certificate = new Certificate(dense, problem);
    const matrices = new MatrixReader(dense, {arrays, parameters}, problem);
    for (let sample = 0; sample < batch; sample++) {
      matrices.read(sample);
      readVectors({arrays, parameters}, sample, problem);
      x.set(sampleOf(arrays.x, sample, n));
      y.set(sampleOf(arrays.eqDual, sample, k));
      y.set(sampleOf(arrays.ineqDual, sample, m), k);
      const {isEmpty} = matrices.sharedScaling() ?? equilibrateMatrices(dense, problem);
      clearEmptyRows(problem, isEmpty);
      residual[sample] = certificate.measure(problem, x, y, SINGLE);
      const at = sample * (m + k);
      rows.set(certificate.rows.subarray(k, k + general), at);
      rows.set(certificate.rows.subarray(0, k), at + general);
      rows.set(certificate.rows.subarray(k + general), at + general + k);
      columns.set(certificate.columns, sample * n);
    }
  });
  return [
    {values: residual, shape: [batch], dtype: 'float32'},
    {values: rows, shape: [batch, m + k], dtype: 'float32'},
    {values: columns, shape: [batch, n], dtype: 'float32'},
  ];
});
