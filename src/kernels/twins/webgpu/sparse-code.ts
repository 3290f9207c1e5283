/** @file The kernel 'ImplicitSparseCode' on WebGPU. */
import type {GpuCompute} from './register.js';
import {runProblems} from './run-problems.js';
import {sparseCodeAreas, sparseCodeRoutine} from './sparse-code.wgsl.js';

type Inputs = 'dictionary' | 'x' | 'start' | 'l1' | 'l2';

export const gpuSparseCode: GpuCompute<Inputs> = (inputs, attributes, backend) => {
  const {nonNegative, tolerance, maxIterations} = attributes as {
    nonNegative: boolean;
    tolerance: number;
    maxIterations: number;
  };
  const [width, n] = inputs.dictionary.shape;
  const [batch] = inputs.x.shape;
  const {dictionary, ...others} = inputs;
  const problems = {
    ...{batch, width, areas: sparseCodeAreas(width, n)},
    inputs: {dictionary: {...dictionary, shape: [1, width, n]}, ...others},
    sizes: {width, n, non_negative: Number(nonNegative), max_iterations: maxIterations},
    numbers: {tolerance},
  };
  return runProblems(backend, sparseCodeRoutine, problems, [
    {area: 'z', shape: [batch, n]},
    {area: 'status', shape: [batch], dtype: 'int32'},
    {area: 'iterations', shape: [batch], dtype: 'int32'},
    {area: 'residual', shape: [batch]},
  ]);
};
