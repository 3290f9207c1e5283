/** @file The row kernels on WebGPU: simplex, entmax, isotonic, total variation. Their other parts are composed of tensor operations. */
import {entmaxAreas, entmaxRoutine} from './entmax.wgsl.js';
import type {GpuCompute} from './register.js';
import {
  blockMeansAreas,
  blockMeansRoutine,
  isotonicAreas,
  isotonicRoutine,
  simplexAreas,
  simplexRoutine,
} from './rows.wgsl.js';
import {runProblems} from './run-problems.js';
import {totalVariationAreas, totalVariationRoutine} from './total-variation.wgsl.js';

export const gpuSimplex: GpuCompute<'x' | 'scale'> = (inputs, _attributes, backend) => {
  const {shape} = inputs.x;
  const [batch, n] = shape;
  const problems = {...{batch, width: n, inputs, areas: simplexAreas(n)}, sizes: {n}};
  return runProblems(backend, simplexRoutine, problems, [{area: 'y', shape}]);
};

export const gpuEntmax: GpuCompute<'x' | 'excess'> = (inputs, {kind}, backend) => {
  const {shape} = inputs.x;
  const [batch, n] = shape;
  const sizes = {n, kind: Number(kind === 'normmax')};
  const problems = {...{batch, width: 1, inputs, areas: entmaxAreas(n)}, sizes};
  return runProblems(backend, entmaxRoutine, problems, [{area: 'y', shape}]);
};

export const gpuIsotonic: GpuCompute<'x'> = (inputs, {increasing}, backend) => {
  const {shape} = inputs.x;
  const [batch, n] = shape;
  const sizes = {n, increasing: Number(increasing)};
  const problems = {...{batch, width: 1, inputs, areas: isotonicAreas(n)}, sizes};
  return runProblems(backend, isotonicRoutine, problems, [
    {area: 'y', shape},
    {area: 'block', shape},
  ]);
};

export const gpuBlockMeans: GpuCompute<'dy' | 'block'> = (inputs, _attributes, backend) => {
  const {shape} = inputs.dy;
  const [batch, n] = shape;
  const problems = {...{batch, width: 1, inputs, areas: blockMeansAreas(n)}, sizes: {n}};
  return runProblems(backend, blockMeansRoutine, problems, [{area: 'dx', shape}]);
};

export const gpuTotalVariation: GpuCompute<'x' | 'weight'> = (inputs, _attributes, backend) => {
  const {shape} = inputs.x;
  const [batch, n] = shape;
  const problems = {...{batch, width: 1, inputs, areas: totalVariationAreas(n)}, sizes: {n}};
  return runProblems(backend, totalVariationRoutine, problems, [{area: 'y', shape}]);
};
