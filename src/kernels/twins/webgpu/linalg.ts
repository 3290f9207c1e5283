/** @file The kernels of dense linear algebra on WebGPU, in doubles of two f32. A sample that the host would reject gets NaN. */
import * as tf from '@tensorflow/tfjs-core';
import {cofactorAreas, cofactorRoutine} from './cofactors.wgsl.js';
import {matrixAreas, matrixRoutine} from './matrices.wgsl.js';
import {eighAreas, eighRoutine, lstsqAreas, lstsqRoutine} from './orthogonal.wgsl.js';
import type {GpuCompute} from './register.js';
import {callKernel, runProblems, type Output} from './run-problems.js';
import type {WebGPU} from './types.js';

/** The kinds of work that `matrices.wgsl.ts` defines. */
const TRIANGULAR = 0;
const CHOLESKY_SOLVE = 1;
const POSITIVE_DEFINITE = 2;
const LU = 3;
const CHOLESKY = 4;
const DETERMINANT = 5;

interface MatrixOptions {
  adjoint?: boolean;
  transpose?: boolean;
  lower?: boolean;
  unitDiagonal?: boolean;
}

/** Runs the shader on matrices `a` with right-hand sides `b`, and broadcasts their batches. */
function runMatrices(
  backend: WebGPU,
  kind: number,
  a: tf.TensorInfo,
  b: tf.TensorInfo | null,
  {adjoint = false, transpose = false, lower = false, unitDiagonal = false}: MatrixOptions,
  outputs: (batch: number[]) => Output[],
): tf.TensorInfo[] {
  const n = a.shape[a.shape.length - 1];
  const columns = b ? b.shape[b.shape.length - 1] : 0;
  const none: tf.TensorInfo = {dataId: a.dataId, shape: [...a.shape.slice(0, -2), 0, 0], dtype: 'float32'};
  const problems = {
    width: n,
    areas: matrixAreas(n, columns),
    sizes: {
      ...{n, columns, kind},
      transposed: Number(adjoint || transpose),
      lower: Number(lower),
      unit: Number(unitDiagonal),
    },
  };
  return withBroadcast(backend, a, b ?? none, (batch, given) =>
    runProblems(
      backend,
      matrixRoutine,
      {...problems, batch: tf.util.sizeFromShape(batch), inputs: given},
      outputs(batch),
    ),
  );
}

/** Calls `run` with both batches flattened and repeated. A single matrix for all samples is not repeated. */
function withBroadcast<T>(
  backend: WebGPU,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  run: (batch: number[], given: {a: tf.TensorInfo; b: tf.TensorInfo}) => T,
): T {
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const total = tf.util.sizeFromShape(batch);
  const temporary: tf.TensorInfo[] = [];
  const flat = (info: tf.TensorInfo): tf.TensorInfo => {
    const own = info.shape.slice(0, -2);
    const count = tf.util.sizeFromShape(own);
    const matrix = info.shape.slice(-2);
    if (count === total || count === 1) return {...info, shape: [count, ...matrix]};
    const padded = [...batch.map(() => 1), ...own].slice(-batch.length);
    const reps = [...batch.map((size, axis) => (padded[axis] === 1 ? size : 1)), 1];
    const x = {...info, shape: [...padded, matrix[0] * matrix[1]]};
    const tiled = callKernel(backend, 'Tile', {x}, {reps});
    temporary.push(tiled);
    return {...tiled, shape: [total, ...matrix]};
  };
  const result = run(batch, {a: flat(a), b: flat(b)});
  for (const {dataId} of temporary) backend.disposeData(dataId);
  return result;
}

const solution =
  (b: tf.TensorInfo) =>
  (batch: number[]): Output[] => [{area: 'B', shape: [...batch, ...b.shape.slice(-2)]}];

export const gpuCholesky: GpuCompute<'a'> = ({a}, _attributes, backend) =>
  runMatrices(backend, CHOLESKY, a, null, {}, () => [{area: 'M', shape: a.shape}]);

export const gpuCholeskySolve: GpuCompute<'l' | 'b'> = ({l, b}, _attributes, backend) =>
  runMatrices(backend, CHOLESKY_SOLVE, l, b, {}, solution(b));

export const gpuTriangularSolve: GpuCompute<'t' | 'b'> = ({t, b}, attributes, backend) =>
  runMatrices(backend, TRIANGULAR, t, b, attributes as MatrixOptions, solution(b));

export const gpuSolve: GpuCompute<'a' | 'b'> = ({a, b}, attributes, backend) => {
  const kind = attributes.positiveDefinite ? POSITIVE_DEFINITE : LU;
  return runMatrices(backend, kind, a, b, {adjoint: attributes.adjoint as boolean}, solution(b));
};

export const gpuDeterminant: GpuCompute<'a'> = ({a}, _attributes, backend) => {
  const batch = a.shape.slice(0, -2);
  const [all] = runMatrices(backend, DETERMINANT, a, null, {}, () => [
    {area: 'determinants', shape: [tf.util.sizeFromShape(batch), 3]},
  ]);
  const parts = [0, 1, 2].map((i) => ({
    ...callKernel(backend, 'Slice', {x: all}, {begin: [0, i], size: [all.shape[0], 1]}),
    shape: batch,
  }));
  backend.disposeData(all.dataId);
  return parts;
};

export const gpuCofactors: GpuCompute<'a' | 'direction'> = ({a, direction}, _attributes, backend) => {
  const n = a.shape[a.shape.length - 1];
  const batch = tf.util.sizeFromShape(a.shape.slice(0, -2));
  const flat = (info: tf.TensorInfo) => ({...info, shape: [batch, n, n]});
  const problems = {
    ...{batch, width: 1, areas: cofactorAreas(n)},
    inputs: {a: flat(a), direction: flat(direction ?? a)},
    sizes: {n, directed: Number(direction !== undefined)},
  };
  return runProblems(backend, cofactorRoutine, problems, [{area: 'cofactors', shape: a.shape}]);
};

export const gpuEigh: GpuCompute<'a'> = ({a}, _attributes, backend) => {
  const n = a.shape[a.shape.length - 1];
  const batch = tf.util.sizeFromShape(a.shape.slice(0, -2));
  const problems = {
    ...{batch, width: 1, areas: eighAreas(n), sizes: {n}},
    inputs: {a: {...a, shape: [batch, n, n]}},
  };
  return runProblems(backend, eighRoutine, problems, [
    {area: 'values', shape: a.shape.slice(0, -1)},
    {area: 'vectors', shape: a.shape},
    {area: 'gaps', shape: a.shape},
  ]);
};

/** If `only` [B] is given, samples for which it is zero are skipped and get zeros. */
export const gpuLstsq: GpuCompute<'a' | 'b' | 'only'> = ({a, b, only}, attributes, backend) => {
  const {rcond, adjoint} = attributes as {rcond: number; adjoint: boolean};
  const [m, n] = a.shape.slice(-2);
  const columns = b.shape[b.shape.length - 1];
  return withBroadcast(backend, a, b, (batch, given) => {
    const all = only ?? backend.makeTensorInfo([1], 'float32', Float32Array.of(1));
    const problems = {
      ...{batch: tf.util.sizeFromShape(batch), width: 1, areas: lstsqAreas(m, n, columns, adjoint)},
      inputs: {...given, only: all},
      sizes: {m, n, columns, adjoint: Number(adjoint)},
      numbers: {rcond},
    };
    const outputs = runProblems(backend, lstsqRoutine, problems, [
      {area: 'x', shape: [...batch, adjoint ? m : n, columns]},
      {area: 'residual', shape: [...batch, adjoint ? n : m, columns]},
    ]);
    if (!only) backend.disposeData(all.dataId);
    return outputs;
  });
};
