/** @file The kernel 'CertifyQP' on WebGPU. */
import {NO_BOUND, SINGLE} from '../../contracts/qp-limits.js';
import {certifyAreas, certifyRoutine} from './certify.wgsl.js';
import type {GpuCompute} from './register.js';
import {runProblems} from './run-problems.js';

type Inputs = 'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'x' | 'ineqDual' | 'eqDual';

export const gpuCertifyQP: GpuCompute<Inputs> = (inputs, _attributes, backend) => {
  const [batch, n] = inputs.p.shape;
  const [m, k] = [inputs.G.shape[1], inputs.A.shape[1]];
  const problems = {
    ...{batch, width: n + m + k, inputs, areas: certifyAreas(n, m + k)},
    sizes: {n, m, k},
    numbers: {no_bound: NO_BOUND, enough: SINGLE},
  };
  return runProblems(backend, certifyRoutine, problems, [
    {area: 'residual', shape: [batch]},
    {area: 'ordered_rows', shape: [batch, m + k]},
    {area: 'columns', shape: [batch, n]},
  ]);
};
