/** @file The loop of an iteration operation by operation, where its step cannot be a program. */
import * as tf from '@tensorflow/tfjs-core';
import {
  flatten,
  forwardMode,
  isTapeOn,
  observed,
  offTape,
  type Parameter,
  type Structure,
} from '../../autodiff/index.js';
import {canLook, lookEvery, loopWhile} from '../../programs/index.js';
import {move} from './move.js';
import type {Arrival, LoopSettings} from './loop-settings.js';
import type {Reporter} from './report.js';
import {drain, lookAt, type Steps} from './steps.js';
import type {Iteration} from './types.js';

/** The state of the loop: that of the iteration, and how far each sample is. */
type Running<X extends Structure> = {
  x: X;
  memory: Structure;
  /** 1 for the samples that still move, [B]; the others are solved or have failed. */
  active: tf.Tensor;
  iterations: tf.Tensor;
  residual: tf.Tensor;
  verdict: tf.Tensor;
  /** The last step size of each sample, [B]; zeros if it is not known. */
  stepSize: tf.Tensor;
};

/** The number of iterations between two checks by the host that every sample is solved. */
const CHECK_EVERY = 5;

/**
 * Steps from (x, memory) until every sample is solved or has failed. If the host cannot read tensors, it is `maxIterations` steps.
 *
 * @param keep Sees the state before each step, except where the loop becomes a part of a program.
 */
export function runOperations<X extends Structure, P extends Parameter[]>(
  ...args: Parameters<typeof operationSteps<X, P>>
): Arrival<X> {
  return drain(operationSteps(...args));
}

/** `runOperations` with pauses. */
export function* operationSteps<X extends Structure, P extends Parameter[]>(
  iteration: Iteration<X, P>,
  from: {x: X; memory: Structure},
  params: P,
  {samples, maxIterations, tolerance, reporter}: LoopSettings,
  keep: (step: number, state: tf.Tensor[]) => void = () => undefined,
): Steps<Arrival<X>> {
  const readable = canLook();
  const borrowed = new Set(flatten([from, ...params] as Parameter[]).map(({id}) => id));
  // On a tape, its operations need the states.
  const isRecorded = isTapeOn() && !forwardMode();
  let hasStepSize = false;
  const pass = (at: Running<X>, report: Reporter | null, k = 0): Running<X> => {
    const {details, ...moved} = move(iteration, at.active, at, params);
    report?.step({iteration: k + 1, residual: moved.residual, x: at.x}, details);
    hasStepSize = moved.stepSize !== undefined;
    return {
      ...moved,
      stepSize: offTape(() =>
        moved.stepSize
          ? tf.where(tf.greater(at.active, 0), moved.stepSize, at.stepSize)
          : tf.clone(at.stepSize),
      ),
      verdict: offTape(() => tf.maximum(at.verdict, moved.verdict)),
      iterations: tf.add(at.iterations, at.active),
      // NaN is not greater than anything: such a sample stops, and is detected below.
      active: offTape(() => {
        const open = tf.logicalAnd(tf.greater(moved.residual, tolerance), tf.equal(moved.verdict, 0));
        return tf.mul(at.active, tf.cast(open, 'float32'));
      }),
    };
  };
  const [active, none] = [tf.ones([samples]), tf.zeros([samples])];
  let state: Running<X> = {
    ...from,
    active,
    iterations: none,
    residual: none,
    verdict: none,
    stepSize: none,
  };
  let steps = 0;
  if (observed() && !isTapeOn()) {
    // A program is being made of the caller: the iteration is a loop of that program.
    const step = (at: Running<X>) => {
      const next = pass(at, null);
      return {state: next, open: next.active};
    };
    state = loopWhile(state, step, {limit: maxIterations});
    steps = maxIterations;
  }
  while (steps < maxIterations) {
    const previous = state;
    keep(steps, flatten([previous.x, previous.memory]));
    state = tf.tidy(() => pass(previous, reporter, steps) as never) as Running<X>;
    steps++;
    if (!isRecorded) {
      for (const tensor of flatten(previous)) if (!borrowed.has(tensor.id)) tensor.dispose();
    }
    const isOver =
      steps % lookEvery(CHECK_EVERY) === 0 && readable && state.active.dataSync().every((flag) => flag === 0);
    const {active, residual} = state;
    const look = () => lookAt({iteration: steps, maxIterations}, active, residual);
    const resumed = yield {look, isWhole: isOver || steps === maxIterations};
    // Where the host cannot read at once, it may have read in the meantime.
    if (isOver || (!readable && resumed?.isDone === true)) break;
  }
  const {x, memory, residual, verdict, iterations, stepSize} = state;
  return {
    x,
    memory,
    steps,
    residual: offTape(() => tf.clone(residual)) as tf.Tensor1D,
    verdict: verdict as tf.Tensor1D,
    iterations: offTape(() => tf.cast(iterations, 'int32')) as tf.Tensor1D,
    stepSize: hasStepSize ? (stepSize as tf.Tensor1D) : undefined,
  };
}
