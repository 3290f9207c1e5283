/** @file The kernel 'ImplicitQP' on WebGPU: the interior point in doubles of two f32 on factors in f32. */
import type * as tf from '@tensorflow/tfjs-core';
import {QP_OUTPUTS} from '../qp/qp-batch.js';
import {quadraticProgram, quadraticProgramAreas} from './quadratic-program.wgsl.js';
import type {GpuCompute} from './register.js';
import {callKernel, runProblems} from './run-problems.js';
import type {WebGPU} from './types.js';

type Inputs = 'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'gx' | 'gIneq' | 'gEq' | 'gSlack';
type OutputName = (typeof QP_OUTPUTS)[number];

const INTEGERS: ReadonlySet<string> = new Set(['activity', 'status', 'iterations']);
const SCALARS: ReadonlySet<string> = new Set(['status', 'iterations', 'residual']);
/** Of the linear programs that prove that there is no solution. */
const CERTIFICATE = {tolerance: 1e-9, maxIterations: 100};

export const gpuQP: GpuCompute<Inputs> = (inputs, attributes, backend) => {
  const options = attributes as typeof CERTIFICATE;
  const solved = solve(backend, inputs, null, 0, options, QP_OUTPUTS);
  const found = Object.fromEntries(QP_OUTPUTS.map((name, i) => [name, solved[i]])) as Record<
    OutputName,
    tf.TensorInfo
  >;
  const replace = (name: OutputName, info: tf.TensorInfo) => {
    backend.disposeData(found[name].dataId);
    found[name] = info;
  };
  /** Adds what a linear program found: zero where it was not asked. */
  const include = (name: OutputName, info: tf.TensorInfo) => {
    if (info.shape[1] > 0) replace(name, callKernel(backend, 'Add', {a: found[name], b: info}));
    backend.disposeData(info.dataId);
  };
  const names = ['certificateIneq', 'certificateEq', 'status'] as const;
  const [ineq, eq, afterFarkas] = solve(backend, inputs, found.status, 1, CERTIFICATE, names);
  include('certificateIneq', ineq);
  include('certificateEq', eq);
  replace('status', afterFarkas);
  const [ray, afterRay] = solve(backend, inputs, found.status, 2, CERTIFICATE, ['x', 'status']);
  include('certificateX', ray);
  replace('status', afterRay);
  return QP_OUTPUTS.map((name) => found[name]);
};

/** @param mode As `problem.wgsl.ts` explains. @param gate The status by which samples are chosen, unless the mode is 0. */
function solve(
  backend: WebGPU,
  inputs: Record<Inputs, tf.TensorInfo>,
  gate: tf.TensorInfo | null,
  mode: number,
  {tolerance, maxIterations}: typeof CERTIFICATE,
  outputs: readonly OutputName[],
): tf.TensorInfo[] {
  const [batch, n] = inputs.p.shape;
  const m = inputs.G.shape[1];
  const k = inputs.A.shape[1] + (mode === 2 ? n + 1 : 0);
  const areas = quadraticProgramAreas(n, m, k);
  // The shader names every input, also one that it does not read.
  const nothing: tf.TensorInfo = {dataId: inputs.p.dataId, shape: [batch, 0], dtype: 'float32'};
  const unused = {gx: nothing, gIneq: nothing, gEq: nothing, gSlack: nothing, gate: nothing};
  return runProblems(
    backend,
    quadraticProgram,
    {
      ...{batch, width: n + m + k, areas},
      inputs: {...unused, ...inputs, ...(gate && {gate})},
      sizes: {
        n,
        m,
        k,
        mode,
        max_iterations: maxIterations,
        guessed: Number(mode === 0 && inputs.gx !== undefined),
      },
      numbers: {tolerance},
    },
    outputs.map((area) => ({
      area,
      shape: SCALARS.has(area) ? [batch] : [batch, areas[area].size],
      dtype: INTEGERS.has(area) ? 'int32' : 'float32',
    })),
  );
}
