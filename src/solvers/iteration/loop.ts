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
    const {iterations, residual} = arrival;
    const found = {status: statusOf(arrival, tolerance, batched), iterations, residual};
    reporter?.end(found);
    return [arrival.x, found];
  }
  const pass = (from: Running<X>, report: Reporter | null, k = 0): Running<X> => {
    const {details, ...moved} = move(iteration, from.active, from, params);
    report?.step({iteration: k + 1, residual: moved.residual, x: from.x}, details);
    return {
      ...moved,
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
  let state: Running<X> = {x, memory, active, iterations: none, residual: none, verdict: none};
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
  const found = {status, iterations, residual} as unknown as IterationState;
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
    /** The report of the step, if there is a listener. */
    details: moved.details,
  };
}
