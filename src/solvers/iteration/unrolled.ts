/**
 * @file The loop of an iteration as one operation on the tape, whose gradient goes back through the steps. Of the states, only some are
 * kept (`checkpoints.ts`); the gradient computes those between them again.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  flatten,
  freeTensors,
  isTapeOn,
  observe,
  observed,
  offTape,
  recordOp,
  unflatten,
  vjpOf,
  type Parameter,
  type Structure,
} from '../../autodiff/index.js';
import {Checkpoints} from './checkpoints.js';
import type {Arrival, LoopSettings} from './loop-settings.js';
import {move} from './move.js';
import {runOperations} from './operations-loop.js';
import {runSteps} from './programmed.js';
import {programOfStep} from './step-program.js';
import {activeAt, reversedSteps, type Leaves, type LeafStep, type Way} from './reversed-steps.js';
import type {Iteration} from './types.js';

type From<X> = {x: X; memory: Structure};
type States = Way['states'];

/** A loop that was run off the tape. */
interface Gone<X extends Structure> {
  arrival: Arrival<X>;
  states: States;
  /** The tensors from outside that a step reads. */
  free: tf.Tensor[];
}

export function runUnrolled<X extends Structure, P extends Parameter[]>(
  iteration: Iteration<X, P>,
  from: From<X>,
  params: P,
  settings: LoopSettings,
): Arrival<X> {
  // While a program is being made, everything is recorded anyway.
  if (observed()) return runOperations(iteration, from, params, settings);
  const leaves = flatten([from.x, from.memory]);
  const count = flatten(from.x).length;
  const step: LeafStep = (active, state) => {
    const x = unflatten(from.x, state.slice(0, count));
    const memory = unflatten(from.memory, state.slice(count));
    const moved = move(iteration, active, {x, memory, residual: tf.zerosLike(active)}, params);
    return flatten([moved.x, moved.memory]);
  };
  const gone =
    byProgram(iteration, from, params, settings) ?? byOperations(iteration, from, params, settings, step);
  // A step that is another one each time cannot be computed again.
  if (gone === null) return runOperations(iteration, from, params, settings);
  const {arrival, states, free} = gone;
  const iterations = keptAlias(arrival.iterations) as tf.Tensor1D;
  const way: Way = {where: settings.className, step, iterations, steps: arrival.steps, states};
  const xs = recordOp({
    name: 'Unrolled',
    values: flatten(arrival.x),
    inputs: leaves,
    free,
    kept: [iterations, ...states.all.flatMap(({state}) => state.filter((leaf) => leaf instanceof tf.Tensor))],
    gradient: (dys, _outputs, saved, needed) => {
      const starts = saved.filter(isFloat);
      const sources = [...starts, ...free.filter(isFloat)];
      const cotangents = dys.filter((_, i) => isFloat(leaves[i]));
      // Recorded step by step: the gradient itself is to be differentiated.
      if (isTapeOn()) return gradientOnTape(way, saved, count, sources, needed, cotangents);
      const others = sources.filter((_, i) => i >= starts.length && needed[i]);
      const last = starts.map((leaf, i) => cotangents[i] ?? tf.zerosLike(leaf));
      const found = reversedSteps(way, saved, others, last);
      let next = starts.length;
      return needed.map((isNeeded, i) => (i < starts.length ? found[i] : isNeeded ? found[next++] : null));
    },
  });
  return {...arrival, x: unflatten(from.x, xs)};
}

const isFloat = ({dtype}: tf.Tensor) => dtype === 'float32';

/** The same tensor, kept until somebody disposes of it. */
const keptAlias = (tensor: tf.Tensor) => offTape(() => tf.keep(tf.reshape(tensor, tensor.shape)));

function gradientOnTape(
  {step, steps, iterations}: Way,
  start: Leaves,
  count: number,
  sources: Leaves,
  needed: readonly boolean[],
  cotangents: Leaves,
): (tf.Tensor | null)[] {
  const run = () => {
    let state = start;
    for (let k = 0; k < steps; k++) state = step(activeAt(iterations, k), state);
    return state.slice(0, count).filter(isFloat);
  };
  const found = vjpOf(
    run,
    sources.filter((_, i) => needed[i]),
    cotangents,
  );
  let next = 0;
  return needed.map((isNeeded) => (isNeeded ? found[next++] : null));
}

/** @returns `null` if there are no programs, or the step cannot be one. */
function byProgram<X extends Structure, P extends Parameter[]>(
  iteration: Iteration<X, P>,
  from: From<X>,
  params: P,
  settings: LoopSettings,
): Gone<X> | null {
  const states: States = new Checkpoints(8 * sizeOf(from));
  let free!: tf.Tensor[];
  const arrival = offTape(() => {
    const traced = programOfStep<X>((active, at) => move(iteration, active, at, params), from, settings);
    if (!traced) return [];
    free = traced.closedOver;
    try {
      return runSteps(traced, from, settings, (step, state) =>
        states.offer(step, () => state.map((leaf) => leaf.slice())),
      ) as unknown as tf.TensorContainerObject;
    } finally {
      traced.program.dispose();
    }
  }) as unknown as Arrival<X>;
  return Array.isArray(arrival) ? null : {arrival, states, free};
}

/** @returns `null` if the step draws random numbers. */
function byOperations<X extends Structure, P extends Parameter[]>(
  iteration: Iteration<X, P>,
  from: From<X>,
  params: P,
  settings: LoopSettings,
  step: LeafStep,
): Gone<X> | null {
  const read = () =>
    offTape(() => {
      const active = tf.ones([settings.samples]);
      return freeTensors(
        ([flags, ...state]) => step(flags, state),
        [active, ...flatten([from.x, from.memory])],
      );
    });
  const {result: free, seen} = observe(read);
  if (seen.isRandom) return null;
  const given = new Map([...free, ...flatten(params)].map((tensor) => [tensor.id, tensor]));
  const drop = (state: readonly (Float64Array | tf.Tensor)[]) => tf.dispose(state as tf.Tensor[]);
  const states: States = new Checkpoints(4 * sizeOf(from), drop);
  try {
    const arrival = offTape(
      () =>
        runOperations(iteration, from, params, settings, (at, state) =>
          states.offer(at, () => state.map(keptAlias)),
        ) as unknown as tf.TensorContainerObject,
    ) as unknown as Arrival<X>;
    return {arrival, states, free: [...given.values()]};
  } catch (error) {
    for (const {state} of states.all) drop(state);
    throw error;
  }
}

/** The number of entries of a state. */
const sizeOf = ({x, memory}: From<Structure>) => flatten([x, memory]).reduce((sum, {size}) => sum + size, 0);
