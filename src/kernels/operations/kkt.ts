/** @file Solves the KKT systems of a batch of quadratic programs: they are factored once and solved for one or many right-hand sides. */
import * as tf from '@tensorflow/tfjs-core';
import {observed} from '../../autodiff/index.js';
import {runBatch} from '../threads/batch.js';
import {createDenseKernels} from '../twins/current-dense.js';
import {registerHostKernel} from '../backends/host-kernel.js';
import {hostShouldRead, readF32} from '../backends/host-read.js';
import type {QPTensors} from '../contracts/qp-tensors.js';
import {gpuKKT} from '../twins/webgpu/kkt.js';
import {registerGpuKernel} from '../twins/webgpu/register.js';
import {registerDeviceKernel} from '../backends/node-device.js';
import {tensorflowTwin} from '../twins/tensorflow/index.js';
import type {KktFactor} from '../algorithms/qp/adjoint.js';
import {keptFactors, kktBatch, kktCost, solverOf} from '../algorithms/qp/kkt-batch.js';

const KKT = kktBatch.name;

/** The blocks of the KKT matrix of a batch of quadratic programs. */
export type KktBlocks = Pick<QPTensors, 'Q' | 'G' | 'A'> & {
  /** [B, m] in [0, 1]: 1 if an inequality holds with equality, 0 if it is inactive. */
  weight: tf.Tensor;
  /** Shape [B]: zero if the problem was solved; the other samples get a zero solution. */
  status: tf.Tensor;
};

/** Blocks with bounds, which only the host kernels take: m counts them. */
export type BoundedBlocks = KktBlocks & {
  /** Which bounds there are, see `contracts/bounds.ts`. Default: none. */
  sides?: number;
};

/** Solves with the systems of a batch. */
export class KktBatch {
  private factors: (KktFactor | null)[] | null = null;
  private solves = 0;

  private readonly blocks: KktBlocks;
  private readonly sides: number;

  /** @param blocks Do not dispose of them before this object. */
  constructor({sides = 0, ...blocks}: BoundedBlocks) {
    this.blocks = blocks;
    this.sides = sides;
  }

  /**
   * Returns u with K u = v, or Kᵀu = v, for v [B, n + m + k], each row (x, ineqDual, eqDual), and the relative residual of each sample.
   *
   * The first solve factors and solves on all threads. On the host, factors are kept from the second solve on, because most backward passes
   * need only one solve. In a program, each solve is a separate instruction.
   */
  solve(right: tf.Tensor2D, transpose: boolean): [u: tf.Tensor2D, residual: tf.Tensor1D] {
    this.solves++;
    if (this.solves === 1 || !hostShouldRead() || observed()) {
      const inputs = {...this.blocks, right} as unknown as tf.NamedTensorMap;
      return tf.engine().runKernel(KKT, inputs, {transpose, sides: this.sides}) as unknown as [
        tf.Tensor2D,
        tf.Tensor1D,
      ];
    }
    const {batch, parameters} = sizesOf(this.blocks, transpose, this.sides);
    const arrays = Object.fromEntries(
      Object.entries({...this.blocks, right}).map(([name, tensor]) => [name, readF32(tensor)]),
    ) as Record<keyof KktBlocks | 'right', Float32Array>;
    const [u, residual] = [new Float32Array(right.size), new Float32Array(batch)];
    const job = {arrays: {...arrays, u, residual}, parameters};
    this.factors ??= keptFactors(createDenseKernels(), job, batch);
    const solve = solverOf(job.arrays, parameters);
    this.factors.forEach((factor, sample) => factor && solve(factor, sample));
    return [tf.tensor2d(u, right.shape), tf.tensor1d(residual)];
  }
}

registerGpuKernel(KKT, gpuKKT);
registerDeviceKernel(KKT, tensorflowTwin.kkt);

registerHostKernel<keyof KktBlocks | 'right'>(KKT, (inputs, {transpose, sides}, allocate) => {
  const {batch, parameters} = sizesOf(inputs, transpose as boolean, sides as number);
  const [u, residual] = allocate(inputs.right.shape, [batch]);
  u.values.fill(0);
  residual.values.fill(0);
  const {Q, G, A, weight, status, right} = inputs;
  const arrays = {
    ...{Q: Q.single, G: G.single, A: A.single, weight: weight.single, status: status.single},
    ...{right: right.single, u: u.values, residual: residual.values},
  };
  const {n, m, k} = parameters;
  runBatch(kktBatch, {arrays, parameters}, ['u', 'residual'], batch, kktCost(n, m, k));
  return [u, residual];
});

function sizesOf(
  {Q, G, A, weight}: Record<keyof KktBlocks, {shape: number[]}>,
  transpose: boolean,
  sides: number,
) {
  const [batch, m] = weight.shape;
  const shared = ({shape}: {shape: number[]}) => Number(shape[0] < batch);
  const [n, k] = [Q.shape[2], A.shape[1]];
  const parameters = {
    ...{n, m, k, sides, transpose: Number(transpose)},
    ...{sharedQ: shared(Q), sharedG: shared(G), sharedA: shared(A)},
  };
  return {batch, parameters};
}
