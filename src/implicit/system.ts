/** @file Turns a user's condition on structures into a system on flat lists, and checks its assumptions. */
import * as tf from '@tensorflow/tfjs-core';
import {canLook, recall, Untraceable} from '../programs/index.js';
import {
  arrangeLike,
  flatten,
  flattenTangents,
  freeTensors,
  marked,
  observe,
  observed,
  ownerOf,
  partsOf,
  isTapeOn,
  offTape,
  unflatten,
  type Parameter,
  type Structure,
} from '../autodiff/index.js';
import type {LinearSolver, Operator} from '../linsolve/index.js';
import {checkedGradients} from './gradient-report.js';
import {inDoubles} from './in-doubles.js';
import {linearize} from './linearize.js';
import {leavesLike} from './like-x.js';
import {packingOf} from './packing.js';
import {pullbackOf, type RootOrigin, type RootSystem} from './root.js';
import {checkOnFailure} from './report.js';
import type {Condition, ImplicitOptions} from './types.js';

/** The options of an implicit gradient, with its linear solver and the name of the caller. */
export type SystemOptions = Omit<ImplicitOptions, 'linsolve'> & {
  linsolve: LinearSolver;
  where?: string | undefined;
};

/** Conditions, or families of them, whose samples are known to be independent. */
const probed = new WeakSet<object>();

/** In the place of a tensor. */
const LEAF = Symbol('tensor');

/** x with its names in the order that the condition's `linearize` uses. */
export function inOrderOf<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  {order}: Condition<X, P>,
  x: X,
): X {
  if (!order) return x;
  const names = Object.keys(x);
  if (names.length === order.length && order.every((name, i) => names[i] === name)) return x;
  const model = Object.fromEntries(order.map((name) => [name, (x as Record<string, Structure>)[name]]));
  return arrangeLike('x', x, model as Structure) as X;
}

/** The system of `condition` for an x (in the condition's order) and parameters shaped like the given ones. */
export function rootSystem<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  condition: Condition<X, P>,
  {linsolve, batched = true, onGradient, onFailure = 'warn', where = 'customRoot'}: SystemOptions,
  x: X,
  params: P,
): RootSystem {
  checkOnFailure(where, onFailure);
  const policy = {where, onFailure};
  const known = flatten(x);
  const packing = packingOf(known, batched);
  // A scalar x has no batch axis, so it is a single system.
  const split = batched && packing.shape[0] === known[0].shape[0];
  const own = marked(condition);
  const origin: RootOrigin = (name, given) => {
    // F may depend on names, and on leaves that are not tensors.
    const forms = [x, params].map((part) =>
      unflatten<Structure | readonly Parameter[]>(
        part,
        flatten(part).map(() => LEAF as unknown as tf.Tensor),
      ),
    );
    return {
      ...{owner: ownerOf(condition) ?? condition, parts: partsOf(own), name},
      given: {given, batched, forms},
    };
  };
  const residual = (xs: tf.Tensor[], ps: tf.Tensor[]) => {
    const value = own(unflatten(x, xs), ...unflatten(params, ps));
    return leavesLike('the condition', value, x);
  };
  const {family = condition} = condition;
  const operator = (xs: tf.Tensor[], ps: tf.Tensor[]): Operator => {
    const generic = () =>
      linearize(
        (leaves) => residual(leaves, ps),
        xs,
        split,
        condition.tags,
        origin('linearization', {xs, ps, symmetric: condition.tags?.symmetric}),
      );
    if (split && packing.shape[0] > 1 && !condition.linearize && !probed.has(family) && canLook()) {
      const probe = generic();
      try {
        probeBatch(probe, packing.shape);
      } finally {
        probe.dispose();
      }
      probed.add(family);
    }
    return condition.linearize ? condition.linearize(unflatten(x, xs), ...unflatten(params, ps)) : generic();
  };
  const free =
    isTapeOn() && !condition.pullback
      ? freeOf(
          (args) => residual(args.slice(0, known.length), args.slice(known.length)),
          [...known, ...flatten(params)],
          origin,
        )
      : [];
  const pullback = (us: tf.Tensor[], xs: tf.Tensor[], ps: tf.Tensor[]) =>
    inDoubles('The gradient of a condition', [...us, ...xs, ...ps], () =>
      flattenTangents(
        'What the pullback of the condition returns',
        condition.pullback!(unflatten(x, us), unflatten(x, xs), ...unflatten(params, ps)),
        params,
        'the parameters',
      ),
    );
  const backward = (
    needed: readonly boolean[],
    vs: (tf.Tensor | null)[],
    xs: tf.Tensor[],
    ps: tf.Tensor[],
  ) => {
    const [v, at] = [unflatten(x, vs as tf.Tensor[]), unflatten(x, xs)];
    // A `Cotangent<X>`, which for an unknown X is too deep for the compiler.
    const found = condition.backward!(linsolve, needed, v as never, at, ...unflatten(params, ps));
    if (found && onGradient) {
      offTape(() => {
        const info = found.info();
        onGradient(info);
        tf.dispose([info.converged, info.iterations, info.residual]);
      });
    }
    return found && found.cotangents;
  };
  return {
    batched: split,
    linsolve,
    onGradient,
    policy,
    free,
    residual,
    pullback: condition.pullback
      ? pullback
      : (us, xs, ps) => checkedGradients(policy, pullbackOf(residual, free, origin)(us, xs, ps)),
    operator,
    transposed: false,
    backward: condition.backward && backward,
  };
}

/** `freeTensors`; known from an earlier call if F has not changed. */
function freeOf(
  F: (args: tf.Tensor[]) => tf.Tensor[],
  args: readonly tf.Tensor[],
  origin: RootOrigin,
): tf.Tensor[] {
  // Within an observation, nothing is kept.
  if (observed()) return freeTensors(F, args);
  try {
    return recall(origin('free tensors', args), [], () => {
      const {result, seen} = observe(() => freeTensors(F, args));
      const {userCalls, constants: made} = seen;
      return {value: null, tensors: result, userCalls, made, constantIds: new Map<number, number>()};
    }).tensors;
  } catch (error) {
    if (error instanceof Untraceable) return freeTensors(F, args);
    throw error;
  }
}

/** Throws if a sample of F depends on another sample of x: then the batch is one system, not many. */
function probeBatch(operator: Operator, [batch, n]: [number, number]): void {
  const leak = offTape(() => {
    const index = tf.expandDims(tf.range(0, batch), 1);
    const direction = tf.randomUniform([batch, n], 0.5, 1, 'float32', 17);
    const leaks: tf.Tensor[] = [];
    // Any two samples differ in a bit of their index, so splitting the batch by each bit separates every pair.
    for (let bit = 1; bit < batch; bit *= 2) {
      const half = tf.mod(tf.floor(tf.div(index, bit)), 2);
      for (const mask of [half, tf.sub(1, half)]) {
        leaks.push(tf.max(tf.abs(tf.mul(tf.sub(1, mask), operator.applyTranspose(tf.mul(mask, direction))))));
      }
    }
    return tf.max(tf.stack(leaks));
  });
  const size = leak.dataSync()[0];
  leak.dispose();
  if (size > 0 && Number.isFinite(size)) {
    throw new Error(
      'The condition couples the samples of the batch: F of one sample depends on x of another. ' +
        'Pass {batched: false} to treat x as one system, or remove the coupling (a batch statistic, a mean over axis 0).',
    );
  }
}
