/**
 * @file The loop of every iterative solver: it makes a step, computes a residual per sample, and freezes samples once they are solved.
 *
 * If the host can read tensors, the loop ends when all samples are solved, otherwise after `maxIterations`.
 */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, isTapeOn, observed, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {canLook, loopWhile} from '../../programs/index.js';
import {runProgrammed} from './programmed.js';
import type {Reporter} from './report.js';
import {samplesOf, select} from './leaves.js';
import {statusOf} from './status.js';
import type {Iteration, IterationState} from './types.js';

/** The number of iterations between two checks by the host that every sample is solved. */
const CHECK_EVERY = 5;

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
  const readable = canLook();
  const borrowed = new Set(flatten([init, ...params] as Parameter[]).map(({id}) => id));
  const x = init;
  const memory = iteration.start(x, ...params);
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
    const found = {status, iterations, residual, ...(stepSize && {stepSize})};
    reporter?.end(found);
    return [arrival.x, found];
  }
  let hasStepSize = false;
  const pass = (from: Running<X>, report: Reporter | null, k = 0): Running<X> => {
    const {details, ...moved} = move(iteration, from.active, from, params);
    report?.step({iteration: k + 1, residual: moved.residual, x: from.x}, details);
    hasStepSize = moved.stepSize !== undefined;
    return {
      ...moved,
      stepSize: offTape(() =>
        moved.stepSize
          ? tf.where(tf.greater(from.active, 0), moved.stepSize, from.stepSize)
          : tf.clone(from.stepSize),
      ),
      verdict: offTape(() => tf.maximum(from.verdict, moved.verdict)),
      iterations: tf.add(from.iterations, from.active),
      // NaN is not greater than anything: such a sample stops, and is detected below.
      active: offTape(() => {
        const open = tf.logicalAnd(tf.greater(moved.residual, tolerance), tf.equal(moved.verdict, 0));
        return tf.mul(from.active, tf.cast(open, 'float32'));
      }),
    };
  };
  const [active, none] = [tf.ones([samples]), tf.zeros([samples])];
  let state: Running<X> = {
    x,
    memory,
    active,
    iterations: none,
    residual: none,
    verdict: none,
    stepSize: none,
  };
  if (observed() && !isTapeOn()) {
    // A program is being made of the caller: the iteration is a loop of that program.
    const step = (from: Running<X>) => {
      const next = pass(from, null);
      return {state: next, open: next.active};
    };
    state = loopWhile(state, step, {limit: maxIterations});
  } else {
    for (let k = 0; k < maxIterations; k++) {
      const previous = state;
      state = tf.tidy(() => pass(previous, reporter, k) as never) as Running<X>;
      if (!isTapeOn()) {
        for (const tensor of flatten(previous)) {
          if (!borrowed.has(tensor.id)) tensor.dispose();
        }
      }
      if ((k + 1) % CHECK_EVERY === 0 && readable && state.active.dataSync().every((flag) => flag === 0))
        break;
    }
  }
  const status = statusOf(state, tolerance, batched);
  const {iterations, residual} = offTape(() => ({
    iterations: tf.cast(state.iterations, 'int32'),
    residual: tf.clone(state.residual),
  }));
  const {stepSize} = state;
  const found = {
    status,
    iterations,
    residual,
    ...(hasStepSize ? {stepSize} : {}),
  } as unknown as IterationState;
  if (!observed()) reporter?.end(found);
  return [state.x, found];
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
