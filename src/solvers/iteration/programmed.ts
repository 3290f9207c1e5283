/** @file The loop of an iteration as a program: its step is traced once, and run in double precision on plain arrays. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, numbersOf, tensorOfDoubles, unflatten, type Structure} from '../../autodiff/index.js';
import {
  canLook,
  explain,
  NoRoutine,
  Program,
  programsFlag,
  trace,
  Untraceable,
} from '../../programs/index.js';
import type {Reporter} from './report.js';
import type {StepDetails} from './types.js';

/** One step of the samples that are active, [B]; the others do not change. */
export type MaskedStep<X extends Structure> = (
  active: tf.Tensor,
  from: {x: X; memory: Structure; residual: tf.Tensor},
) => {
  x: X;
  memory: Structure;
  residual: tf.Tensor;
  verdict: tf.Tensor;
  details?: (() => StepDetails) | undefined;
};

interface Limits {
  samples: number;
  maxIterations: number;
  tolerance: number;
  reporter: Reporter | null;
}

/** The values that are reported about a step: outputs of the program, by name. */
type Details = Record<string, {index: number; shape: number[]}>;

/** The state of a loop, as tensors. */
export interface Arrival<X extends Structure> {
  x: X;
  iterations: tf.Tensor1D;
  residual: tf.Tensor1D;
  verdict: tf.Tensor1D;
}

/**
 * Runs the loop from (x, memory) until each sample is within the tolerance or has a verdict.
 *
 * @returns `null` if there are no programs (because of the backend or the flag) or the step cannot be one.
 */
export function runProgrammed<X extends Structure>(
  where: string,
  step: MaskedStep<X>,
  {x, memory}: {x: X; memory: Structure},
  limits: Limits,
): Arrival<X> | null {
  const {samples, reporter} = limits;
  if (programsFlag() === 'off' || !canLook()) return null;
  const traced = traceStep(where, step, {x, memory}, samples, reporter !== null);
  if (!traced) return null;
  try {
    return runLoop(traced.program, {x, memory}, limits, traced.details);
  } finally {
    traced.program.dispose();
  }
}

/** @returns Tensors that share no memory with the program. */
function runLoop<X extends Structure>(
  program: Program,
  {x, memory}: {x: X; memory: Structure},
  {samples, maxIterations, tolerance, reporter}: Limits,
  details: Details,
): Arrival<X> {
  const leaves = [...flatten(x), ...flatten(memory)];
  const state = [...leaves.keys()].map((i) => program.input(2 + i));
  const [active, residual] = [program.input(0).fill(1), program.input(1).fill(0)];
  leaves.forEach((leaf, i) => state[i].set(numbersOf(leaf)));
  const iterations = new Int32Array(samples);
  const verdict = new Float64Array(samples);
  const [left, said] = [program.output(0), program.output(1)];
  const results = [...leaves.keys()].map((i) => program.output(2 + i));
  const tensorsOf = (like: readonly tf.Tensor[], arrays: readonly Float64Array[]) =>
    like.map(({shape, dtype}, i) =>
      dtype === 'float32' ? tensorOfDoubles(arrays[i].slice(), shape) : tf.tensor(arrays[i], shape, dtype),
    );
  /** Reports the step that was just taken, from the point that is still in `state`. */
  const report = (iteration: number) =>
    tf.tidy(() => {
      const from = unflatten(x, tensorsOf(flatten(x), state));
      const made = Object.entries(details).map(([name, {index, shape}]) => [
        name,
        tf.tensor(Float32Array.from(program.output(index)), shape),
      ]);
      const now = {iteration, residual: tf.tensor1d(Float32Array.from(left)), x: from};
      reporter!.step(now, () => Object.fromEntries(made) as StepDetails);
    });
  for (let k = 0; k < maxIterations; k++) {
    program.run();
    if (reporter) report(k + 1);
    let open = 0;
    for (let i = 0; i < samples; i++) {
      if (active[i] === 0) continue;
      iterations[i]++;
      verdict[i] = Math.max(verdict[i], said[i]);
      // NaN is not greater than anything: such a sample stops, and is detected afterwards.
      active[i] = Number(left[i] > tolerance && said[i] === 0);
      open += active[i];
    }
    residual.set(left);
    results.forEach((result, i) => state[i].set(result));
    if (open === 0) break;
  }
  return {
    x: unflatten(x, tensorsOf(flatten(x), state)),
    iterations: tf.tensor1d(iterations, 'int32'),
    residual: tensorOfDoubles(residual.slice(), [samples]) as tf.Tensor1D,
    verdict: tf.tensor1d(Float32Array.from(verdict)),
  };
}

function traceStep<X extends Structure>(
  where: string,
  step: MaskedStep<X>,
  {x, memory}: {x: X; memory: Structure},
  samples: number,
  isReported: boolean,
): {program: Program; details: Details} | null {
  const own = [tf.ones([samples]), tf.zeros([samples])];
  const inputs = [...own, ...flatten(x), ...flatten(memory)];
  try {
    const count = flatten(x).length;
    const details: Details = {};
    const traced = trace(([active, residual, ...state]) => {
      const from = {x: unflatten(x, state.slice(0, count)), memory: unflatten(memory, state.slice(count))};
      const moved = step(active, {...from, residual});
      const outputs = [moved.residual, moved.verdict, ...flatten(moved.x), ...flatten(moved.memory)];
      if (!isReported) return outputs;
      for (const [name, value] of Object.entries(moved.details?.() ?? {})) {
        const tensor = typeof value === 'number' ? tf.scalar(value) : (value as tf.Tensor | undefined);
        if (tensor) details[name] = {index: outputs.push(tensor) - 1, shape: tensor.shape};
      }
      return outputs;
    }, inputs);
    const program = new Program(traced.graph, [...inputs.keys()]);
    traced.closedOver.forEach((tensor, i) => program.input(inputs.length + i).set(numbersOf(tensor)));
    return {program, details};
  } catch (error) {
    if (!(error instanceof Untraceable || error instanceof NoRoutine)) throw error;
    explain(where, error.message);
    return null;
  } finally {
    tf.dispose(own);
  }
}
