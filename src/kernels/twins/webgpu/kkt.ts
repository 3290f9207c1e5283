/** @file The kernel 'ImplicitKKT' on WebGPU. */
import {kktAdjoint, kktAdjointAreas} from './kkt-adjoint.wgsl.js';
import type {GpuCompute} from './register.js';
import {runProblems} from './run-problems.js';

export const gpuKKT: GpuCompute<'Q' | 'G' | 'A' | 'weight' | 'status' | 'right'> = (
  inputs,
  {transpose},
  backend,
) => {
  const {Q, G, A, right} = inputs;
  const [batch] = right.shape;
  const [n, m, k] = [Q.shape[2], G.shape[1], A.shape[1]];
  const problems = {
    ...{batch, width: n + m + k, inputs, areas: kktAdjointAreas(n, m, k)},
    sizes: {n, m, k, transposed: Number(transpose)},
  };
  return runProblems(backend, kktAdjoint, problems, [
    {area: 'u', shape: right.shape},
    {area: 'residual', shape: [batch]},
  ]);
};
