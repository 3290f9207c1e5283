/**
 * @file The kernel 'ImplicitQP' on WebGPU. Several solvers run in turn, each on the problems that the ones before it did not solve. After
 * each solver the judge decides what is reported; no other part does.
 */
import {NO_BOUND, QP_OUTPUTS} from '../../contracts/qp-limits.js';
import type * as tf from '@tensorflow/tfjs-core';
import {activeSet, activeSetAreas} from './active-set.wgsl.js';
import {CLEARLY, independentRows, independentRowsAreas} from './independent-rows.wgsl.js';
import {judge, judgeAreas} from './judge.wgsl.js';
import {quadraticProgram, quadraticProgramAreas} from './quadratic-program.wgsl.js';
import type {GpuCompute} from './register.js';
import {callKernel, runProblems, type Output, type Problems, type Routine} from './run-problems.js';
import type {WebGPU} from './types.js';

type Inputs = 'Q' | 'p' | 'G' | 'h' | 'A' | 'b' | 'gx' | 'gIneq' | 'gEq' | 'gSlack';
type Tensors = Record<Inputs, tf.TensorInfo>;

const INTEGERS: ReadonlySet<string> = new Set(['activity', 'status', 'iterations']);
const SCALARS: ReadonlySet<string> = new Set(['status', 'iterations', 'residual']);
/** Options for the linear programs that prove that there is no solution. */
const CERTIFICATE = {tolerance: 1e-9, maxIterations: 100};
/**
 * The first attempt treats rows that are equal up to the rounding of f32 as one and takes the last proximal point. The second one takes the
 * best point.
 */
const ATTEMPTS = [
  {dependent: 1e-7, latest: 1},
  {dependent: 1e-9, latest: 0},
];

interface Options {
  tolerance: number;
  maxIterations: number;
}

export const gpuQP: GpuCompute<Inputs> = (inputs, attributes, backend) => {
  const options = attributes as unknown as Options;
  const stages = new Stages(backend, inputs);
  const judge = (...candidates: tf.TensorInfo[]) =>
    stages.judge(options.tolerance, false, candidates, ['state']);
  const interior = stages.solve(0, options);
  judge(interior);
  const kept = [stages.solveOnIndependentRows(interior), interior];
  judge(kept[0]);
  for (const attempt of ATTEMPTS) {
    const found = stages.solveByActiveSet(attempt);
    const moved = stages.solveOnIndependentRows(found);
    judge(found, moved);
    kept.push(moved, found);
  }
  for (const mode of [1, 2]) {
    const proof = stages.solve(mode, CERTIFICATE);
    judge(proof);
    backend.disposeData(proof.dataId);
  }
  // Results that are exact only up to f32 are accepted if there is no proof: far out, everything is small compared with x.
  const outputs = stages.judge(options.tolerance, true, kept, QP_OUTPUTS);
  for (const {dataId} of kept) backend.disposeData(dataId);
  return outputs;
};

class Stages {
  private readonly batch: number;
  private readonly n: number;
  private readonly m: number;
  private readonly k: number;
  private readonly nothing: tf.TensorInfo;
  private readonly areas: ReturnType<typeof judgeAreas>;
  /** What is known so far; `null` before the first judge. */
  private state: tf.TensorInfo | null = null;

  constructor(
    private readonly backend: WebGPU,
    private readonly inputs: Tensors,
  ) {
    const [batch, n] = inputs.p.shape;
    [this.batch, this.n, this.m, this.k] = [batch, n, inputs.G.shape[1], inputs.A.shape[1]];
    // A shader declares every input, including those that it does not read.
    this.nothing = {dataId: inputs.p.dataId, shape: [batch, 0], dtype: 'float32'};
    this.areas = judgeAreas(n, this.m, this.k);
  }

  /** Runs the interior point. @param mode See `problem.wgsl.ts`. @returns The candidates. */
  solve(mode: number, {tolerance, maxIterations}: Options): tf.TensorInfo {
    const {n, m, k, nothing, inputs, state} = this;
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
          // Far rows must not determine the scale. The judge detects if they would have changed the result.
          without_far: Number(mode === 0),
          max_iterations: maxIterations,
          guessed: Number(state === null && inputs.gx !== undefined),
        },
        numbers: {tolerance},
      },
      ['candidate'],
    );
    return candidate;
  }

  /** @param attempt `dependent`: a row depends on the others if its part outside of their span is below this. */
  solveByActiveSet({dependent, latest}: (typeof ATTEMPTS)[number]): tf.TensorInfo {
    const {n, m, k} = this;
    const {Q, p, G, h, A, b} = this.inputs;
    const problems = {
      ...{width: n + m + k, inputs: {Q, p, G, h, A, b}, areas: activeSetAreas(n, m, k)},
      sizes: {n, m, k, rows: k + m, mode: 0, without_far: 0, forgive: 1, latest},
      numbers: {dependent},
    };
    return this.run(activeSet, problems, ['candidate'])[0];
  }

  solveOnIndependentRows(candidate: tf.TensorInfo): tf.TensorInfo {
    const {n, m, k} = this;
    const {Q, p, G, h, A, b} = this.inputs;
    const problems = {
      ...{width: n + m + k, inputs: {Q, p, G, h, A, b, candidate}, areas: independentRowsAreas(n, m, k)},
      sizes: {n, m, k, rows: k + m, mode: 0, without_far: 0},
      numbers: {dependent: CLEARLY},
    };
    return this.run(independentRows, problems, ['candidate'])[0];
  }

  /** Reports the first candidate that is right. Unless other outputs are requested, the new state replaces the old one. */
  judge(
    tolerance: number,
    loose: boolean,
    candidates: tf.TensorInfo[],
    outputs: readonly string[],
  ): tf.TensorInfo[] {
    const {backend, n, m, k, areas} = this;
    const {Q, p, G, h, A, b} = this.inputs;
    const single = candidates.length === 1;
    const candidate = single
      ? candidates[0]
      : callKernel(backend, 'Concat', candidates as unknown as tf.NamedTensorInfoMap, {axis: 1});
    const problems = {
      ...{width: n + m + k, inputs: {Q, p, G, h, A, b, candidate}, areas},
      sizes: {
        ...{n, m, k, state_size: areas.state.size, loose: Number(loose)},
        ...{candidates: candidates.length, candidate_size: candidates[0].shape[1]},
      },
      numbers: {tolerance},
    };
    const judged = this.run(judge, problems, outputs);
    if (!single) backend.disposeData(candidate.dataId);
    if (this.state) backend.disposeData(this.state.dataId);
    this.state = outputs[0] === 'state' ? judged[0] : null;
    return judged;
  }

  private run(
    routine: Routine,
    {inputs, sizes, numbers, ...problems}: Omit<Problems, 'batch'>,
    outputs: readonly string[],
  ): tf.TensorInfo[] {
    const {backend, batch, nothing, areas, state} = this;
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
