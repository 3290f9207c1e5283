/** @file The loop of an iteration as a program: its step is traced once, and run in double precision on plain arrays. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, numbersOf, tensorOfDoubles, unflatten, type Structure} from '../../autodiff/index.js';
import type {Origin} from '../../programs/index.js';
import type {Arrival, LoopSettings} from './loop-settings.js';
import {programOfStep, type MaskedStep, type StepProgram} from './step-program.js';
import {drain, lookAt, type Steps} from './steps.js';
import type {StepDetails} from './types.js';

/**
 * Runs the loop from (x, memory) until each sample is within the tolerance or has a verdict.
 *
 * @param wanted How many leaves at the end of the memory are results, as x is.
 * @param origin What determines the step, if it is known.
 * @returns `null` if there are no programs (because of the backend or the flag) or the step cannot be one.
 */
export function* programmedSteps<X extends Structure>(
  step: MaskedStep<X>,
  from: {x: X; memory: Structure},
  settings: LoopSettings,
  wanted = 0,
  origin: Origin | null = null,
): Steps<Arrival<X> | null> {
  const traced = programOfStep(step, from, settings, wanted, origin);
  if (!traced) return null;
  try {
    return yield* stepsOf(traced, from, settings);
  } finally {
    traced.program.dispose();
  }
}

/** `programmedSteps` at once. */
export function runProgrammed<X extends Structure>(
  ...args: Parameters<typeof programmedSteps<X>>
): Arrival<X> | null {
  return drain(programmedSteps(...args));
}

/** `stepsOf` at once. */
export function runSteps<X extends Structure>(...args: Parameters<typeof stepsOf<X>>): Arrival<X> {
  return drain(stepsOf(...args));
}

/**
 * @param keep Sees the state before each step.
 * @returns Tensors that share no memory with the program.
 */
function* stepsOf<X extends Structure>(
  {program, details, moving}: StepProgram,
  {x, memory}: {x: X; memory: Structure},
  {samples, maxIterations, tolerance, absoluteTolerance, reporter}: LoopSettings,
  keep: (step: number, state: readonly Float64Array[]) => void = () => undefined,
): Steps<Arrival<X>> {
  const leaves = [...flatten(x), ...flatten(memory)];
  const state = [...leaves.keys()].map((i) => program.input(2 + i));
  const [active, residual] = [program.input(0).fill(1), program.input(1).fill(0)];
  leaves.forEach((leaf, i) => state[i].set(numbersOf(leaf)));
  const iterations = new Int32Array(samples);
  const verdict = new Float64Array(samples);
  const stepSize = details.own && new Float64Array(samples);
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
  // A step is within tolerances of 0 only if x rests. Until then, only the last one is tested.
  const isLong = tolerance === 0 && absoluteTolerance === 0 && !reporter;
  const count = flatten(x).length;
  let rests = false;
  let steps = 0;
  const pause = {look: () => lookAt({iteration: steps, maxIterations}, active, residual), isWhole: false};
  while (steps < maxIterations) {
    keep(steps, state);
    if (isLong && !rests && steps < maxIterations - 1) {
      program.run(false);
      if (said.every((code) => code === 0)) {
        rests = moving.every((i) => i >= count || same(state[i], results[i]));
        for (const i of moving) state[i].set(results[i]);
        for (let i = 0; i < samples; i++) iterations[i] += active[i];
        steps++;
        yield pause;
        continue;
      }
    }
    rests = false;
    program.run();
    steps++;
    if (reporter) report(steps);
    let open = 0;
    for (let i = 0; i < samples; i++) {
      if (active[i] === 0) continue;
      iterations[i]++;
      verdict[i] = Math.max(verdict[i], said[i]);
      if (stepSize) stepSize[i] = program.output(details.own.index)[i];
      // NaN is not greater than anything: such a sample stops, and is detected afterwards.
      active[i] = Number(left[i] > tolerance && said[i] === 0);
      open += active[i];
    }
    residual.set(left);
    results.forEach((result, i) => state[i].set(result));
    pause.isWhole = open === 0 || steps === maxIterations;
    yield pause;
    if (open === 0) break;
  }
  return {
    x: unflatten(x, tensorsOf(flatten(x), state)),
    memory: unflatten(memory, tensorsOf(flatten(memory), state.slice(flatten(x).length))),
    steps,
    iterations: tf.tensor1d(iterations, 'int32'),
    residual: tensorOfDoubles(residual.slice(), [samples]) as tf.Tensor1D,
    verdict: tf.tensor1d(Float32Array.from(verdict)),
    stepSize: stepSize && tf.tensor1d(Float32Array.from(stepSize)),
  };
}

function same(a: Float64Array, b: Float64Array): boolean {
  return a.every((value, i) => value === b[i]);
}
