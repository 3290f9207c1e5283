/**
 * @file The loop of every iterative solver: it makes a step, computes a residual per sample, and freezes samples once they are solved.
 *
 * If the host can read tensors, the loop ends when all samples are solved, otherwise after `maxIterations`.
 */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, isTapeOn, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {hostCanRead} from '../../kernels/index.js';
import {runProgrammed} from './programmed.js';
import type {Reporter} from './report.js';
import {samplesOf, select} from './leaves.js';
import {statusOf} from './status.js';
import type {Iteration, IterationState} from './types.js';

/** The number of iterations between two checks by the host that every sample is solved. */
const CHECK_EVERY = 5;

/** Steps from `init` until every sample is solved or has failed. */
export function loop<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  iteration: Iteration<X, P>,
  init: X,
  params: P,
  {
    className,
    maxIterations,
    tolerance,
    batched,
    reporter,
  }: {
    className: string;
    maxIterations: number;
    tolerance: number;
    batched: boolean;
    reporter: Reporter | null;
  },
): [X, IterationState] {
  const samples = samplesOf(init, batched);
  const readable = hostCanRead();
  const borrowed = new Set(flatten([init, ...params] as Parameter[]).map(({id}) => id));
  let x = init;
  let memory = iteration.start(x, ...params);
  const arrival = isTapeOn()
    ? null
    : runProgrammed<X>(
        className,
        (moving, from) => move(iteration, moving, from, params),
        {x, memory},
        {samples, maxIterations, tolerance, reporter},
      );
  if (arrival) {
    const {iterations, residual, stepSize} = arrival;
    const status = statusOf(arrival, tolerance, batched);
    const state = {status, iterations, residual, ...(stepSize && {stepSize})};
    reporter?.end(state);
    return [arrival.x, state];
  }
  let active = tf.ones([samples]);
  let iterations = tf.zeros([samples]);
  let residual: tf.Tensor = tf.zeros([samples]);
  let verdict: tf.Tensor = tf.zeros([samples]);
  let stepSize: tf.Tensor = tf.zeros([samples]);
  let hasStepSize = false;
  for (let k = 0; k < maxIterations; k++) {
    const previous = {x, memory, active, iterations, residual, verdict, stepSize};
    const next = tf.tidy(() => {
      const {details, ...moved} = move(iteration, active, {x, memory, residual}, params);
      reporter?.step({iteration: k + 1, residual: moved.residual, x}, details);
      hasStepSize = moved.stepSize !== undefined;
      return {
        ...moved,
        stepSize: moved.stepSize
          ? offTape(() => tf.where(tf.greater(active, 0), moved.stepSize!, stepSize))
          : tf.clone(stepSize),
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
      stepSize: tf.Tensor;
    };
    ({x, memory, active, iterations, residual, verdict, stepSize} = next);
    if (!isTapeOn()) {
      for (const tensor of flatten(previous as unknown as Structure)) {
        if (!borrowed.has(tensor.id)) tensor.dispose();
      }
    }
    if ((k + 1) % CHECK_EVERY === 0 && readable && active.dataSync().every((flag) => flag === 0)) break;
  }
  const status = statusOf({residual, verdict, x}, tolerance, batched);
  const state = offTape(() => ({iterations: tf.cast(iterations, 'int32'), residual: tf.clone(residual)}));
  const found = {status, ...state, ...(hasStepSize ? {stepSize} : {})} as unknown as IterationState;
  reporter?.end(found);
  return [x, found];
}

/** A step of the samples whose `active` is 1; the others do not change. */
export function move<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  iteration: Iteration<X, P>,
  active: tf.Tensor,
  {x, memory, residual}: {x: X; memory: Structure; residual: tf.Tensor},
  params: P,
) {
  const moved = iteration.step(x, memory, ...params);
  return {
    x: select(active, moved.x, x),
    memory: select(active, moved.memory, memory),
    residual: offTape(() => tf.where(tf.greater(active, 0), moved.residual, residual)) as tf.Tensor1D,
    verdict: offTape(() => tf.mul(active, tf.cast(moved.verdict ?? tf.zerosLike(active), 'float32'))),
    /** [B], if it is known for each sample. */
    stepSize: moved.stepSize === undefined ? undefined : perSample(moved.stepSize, active),
    /** The report of the step, if there is a listener. */
    details: () => ({stepSize: moved.stepSize, ...moved.details?.()}),
  };
}

/** A number, or a tensor with one entry or one per sample, as [B]; `undefined` for a tensor with other entries. */
function perSample(value: number | tf.Tensor, like: tf.Tensor): tf.Tensor | undefined {
  return offTape(() => {
    const [samples] = like.shape;
    if (typeof value === 'number') return tf.fill([samples], value);
    if (value.size === samples) return tf.reshape(value, [samples]);
    return value.size === 1 ? tf.tile(tf.reshape(value, [1]), [samples]) : undefined!;
  });
}
