/**
 * @file The kernel 'ImplicitQP' on WebGPU: solvers of which each takes what the ones before it left, and after each the judge, who
 * alone decides what is reported.
 */
import type * as tf from '@tensorflow/tfjs-core';
import {QP_OUTPUTS} from '../qp/qp-batch.js';
import {NO_BOUND} from '../qp/types.js';
import {judge, judgeAreas} from './judge.wgsl.js';
import {quadraticProgram, quadraticProgramAreas} from './quadratic-program.wgsl.js';
import type {GpuCompute} from './register.js';
import {runProblems, type Output, type Problems, type Routine} from './run-problems.js';
import type {WebGPU} from './types.js';

type Inputs = 'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'gx' | 'gIneq' | 'gEq' | 'gSlack';
type Tensors = Record<Inputs, tf.TensorInfo>;

const INTEGERS: ReadonlySet<string> = new Set(['activity', 'status', 'iterations']);
const SCALARS: ReadonlySet<string> = new Set(['status', 'iterations', 'residual']);
/** Of the linear programs that prove that there is no solution. */
const CERTIFICATE = {tolerance: 1e-9, maxIterations: 100};

interface Options {
  tolerance: number;
  maxIterations: number;
}

/** What a solver tries; `mode` as `problem.wgsl.ts` explains. */
interface Stage extends Options {
  mode: number;
  /** Whether far rows are left out, so that they do not set the scale. */
  withoutFar: boolean;
  /** Whether the active set is guessed only at the end. */
  patient: boolean;
}

export const gpuQP: GpuCompute<Inputs> = (inputs, attributes, backend) => {
  const options = attributes as unknown as Options;
  const stages: Stage[] = [
    {...options, mode: 0, withoutFar: true, patient: false},
    {...options, mode: 0, withoutFar: false, patient: true},
    {...CERTIFICATE, mode: 1, withoutFar: false, patient: false},
    {...CERTIFICATE, mode: 2, withoutFar: false, patient: false},
  ];
  const run = new Stages(backend, inputs);
  let state: tf.TensorInfo | null = null;
  for (const [i, stage] of stages.entries()) {
    const candidate = run.solve(stage, state);
    const outputs = i + 1 < stages.length ? ['state'] : QP_OUTPUTS;
    const judged = run.judge(options.tolerance, candidate, state, outputs);
    backend.disposeData(candidate.dataId);
    if (state) backend.disposeData(state.dataId);
    if (i + 1 === stages.length) return judged;
    [state] = judged;
  }
  throw new Error('ImplicitQP: no stage.');
};

class Stages {
  private readonly batch: number;
  private readonly n: number;
  private readonly m: number;
  private readonly k: number;
  private readonly nothing: tf.TensorInfo;
  private readonly areas: ReturnType<typeof judgeAreas>;

  constructor(
    private readonly backend: WebGPU,
    private readonly inputs: Tensors,
  ) {
    const [batch, n] = inputs.p.shape;
    [this.batch, this.n, this.m, this.k] = [batch, n, inputs.G.shape[1], inputs.A.shape[1]];
    // A shader names every input, also one that it does not read.
    this.nothing = {dataId: inputs.p.dataId, shape: [batch, 0], dtype: 'float32'};
    this.areas = judgeAreas(n, this.m, this.k);
  }

  /** @returns The candidates. */
  solve({mode, withoutFar, patient, ...options}: Stage, state: tf.TensorInfo | null): tf.TensorInfo {
    const {n, m, k, nothing, inputs} = this;
    const added = mode === 2 ? n + 1 : 0;
    const guess = {gx: nothing, gIneq: nothing, gEq: nothing, gSlack: nothing};
    const [candidate] = this.run(
      quadraticProgram,
      {
        width: n + m + k + added,
        inputs: {...guess, ...inputs},
        areas: quadraticProgramAreas(n, m, k + added, added),
        sizes: {
          ...{n, m, k: k + added, rows: k + m, mode},
          ...{without_far: Number(withoutFar), patient: Number(patient)},
          max_iterations: options.maxIterations,
          guessed: Number(state === null && inputs.gx !== undefined),
        },
        numbers: {tolerance: options.tolerance},
      },
      state,
      ['candidate'],
    );
    return candidate;
  }

  judge(
    tolerance: number,
    candidate: tf.TensorInfo,
    state: tf.TensorInfo | null,
    outputs: readonly string[],
  ): tf.TensorInfo[] {
    const {n, m, k, areas} = this;
    const {Q, p, G, h, A, b} = this.inputs;
    const problems = {
      ...{width: n + m + k, inputs: {Q, p, G, h, A, b, candidate}, areas},
      sizes: {n, m, k, state_size: areas.state.size, loose: 0},
      numbers: {tolerance},
    };
    return this.run(judge, problems, state, outputs);
  }

  private run(
    routine: Routine,
    {inputs, sizes, numbers, ...problems}: Omit<Problems, 'batch'>,
    state: tf.TensorInfo | null,
    outputs: readonly string[],
  ): tf.TensorInfo[] {
    const {backend, batch, nothing, areas} = this;
    return runProblems(
      backend,
      routine,
      {
        ...{batch, ...problems, inputs: {...inputs, state: state ?? nothing}},
        sizes: {
          ...sizes,
          first_stage: Number(state === null),
          status_at: areas.status.offset!,
          residual_at: areas.residual.offset!,
        },
        numbers: {...numbers, no_bound: NO_BOUND},
      },
      outputs.map((area): Output => {
        const {size} = problems.areas[area];
        return {
          area,
          shape: SCALARS.has(area) ? [batch] : [batch, size],
          dtype: INTEGERS.has(area) ? 'int32' : 'float32',
        };
      }),
    );
  }
}
