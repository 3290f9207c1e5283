/** @file The loop of an iteration operation by operation, where its step cannot be a program. */
import * as tf from '@tensorflow/tfjs-core';
import {
  flatten,
  forwardMode,
  isTapeOn,
  offTape,
  type Parameter,
  type Structure,
} from '../../autodiff/index.js';
import {hostCanRead} from '../../kernels/index.js';
import {move} from './move.js';
import type {Arrival, LoopSettings} from './loop-settings.js';
import type {Iteration} from './types.js';

/** The number of iterations between two checks by the host that every sample is solved. */
const CHECK_EVERY = 5;

/**
 * Steps from (x, memory) until every sample is solved or has failed. If the host cannot read tensors, it is `maxIterations` steps.
 *
 * @param keep Sees the state before each step.
 */
export function runOperations<X extends Structure, P extends Parameter[]>(
  iteration: Iteration<X, P>,
  from: {x: X; memory: Structure},
  params: P,
  {samples, maxIterations, tolerance, reporter}: LoopSettings,
  keep: (step: number, state: tf.Tensor[]) => void = () => undefined,
): Arrival<X> {
  const readable = hostCanRead();
  const borrowed = new Set(flatten([from, ...params] as Parameter[]).map(({id}) => id));
  // On a tape, its operations need the states.
  const isRecorded = isTapeOn() && !forwardMode();
  let {x, memory} = from;
  let active = tf.ones([samples]);
  let iterations = tf.zeros([samples]);
  let residual: tf.Tensor = tf.zeros([samples]);
  let verdict: tf.Tensor = tf.zeros([samples]);
  let steps = 0;
  while (steps < maxIterations) {
    const previous = {x, memory, active, iterations, residual, verdict};
    keep(steps, flatten([x, memory]));
    const next = tf.tidy(() => {
      const {details, ...moved} = move(iteration, active, {x, memory, residual}, params);
      reporter?.step({iteration: steps + 1, residual: moved.residual, x}, details);
      return {
        ...moved,
        verdict: offTape(() => tf.maximum(verdict, moved.verdict)),
        iterations: tf.add(iterations, active),
        // NaN is not greater than anything: such a sample stops, and is detected below.
        active: offTape(() => {
          const open = tf.logicalAnd(tf.greater(moved.residual, tolerance), tf.equal(moved.verdict, 0));
          return tf.mul(active, tf.cast(open, 'float32'));
        }),
      } as unknown as tf.TensorContainerObject;
    }) as unknown as {
      x: X;
      memory: Structure;
      active: tf.Tensor1D;
      iterations: tf.Tensor1D;
      residual: tf.Tensor;
      verdict: tf.Tensor;
    };
    ({x, memory, active, iterations, residual, verdict} = next);
    steps++;
    if (!isRecorded) {
      for (const tensor of flatten(previous as unknown as Structure)) {
        if (!borrowed.has(tensor.id)) tensor.dispose();
      }
    }
    if (steps % CHECK_EVERY === 0 && readable && active.dataSync().every((flag) => flag === 0)) break;
  }
  return {
    x,
    memory,
    steps,
    residual: offTape(() => tf.clone(residual)) as tf.Tensor1D,
    verdict: verdict as tf.Tensor1D,
    iterations: offTape(() => tf.cast(iterations, 'int32')) as tf.Tensor1D,
  };
}
