/** @file Vector–Jacobian products on a private tape. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, describe} from '../checks/index.js';
import {aliasOf, distinct} from './op.js';
import {flatten, flattenLike, unflatten, type Structure} from './structure.js';
import {disposeTape, offTape} from './engine.js';
import {backpropagate, recordPrivately, withRecording, type Recording} from './tape.js';

/**
 * uᵀ∂f(xs): the cotangents of `xs` for the cotangent `u` of f's result.
 *
 * The value of an input that f does not depend on is zero. The product is itself differentiable: called while a gradient
 * is being recorded, it can be differentiated again, to any order.
 *
 * @param f Takes as many structures as `xs` has and returns a structure of float32 tensors.
 * @param xs The point, one structure per argument of f.
 * @param u The cotangent, a structure like f's result: records are paired by name.
 * @throws If `u` is not like f's result, or f's path from an x to the result runs through an operation without a gradient.
 */
export function vjp<X extends Structure[]>(f: (...xs: X) => Structure, xs: X, u: Structure): X {
  checkFunction('vjp', 'f', f);
  if (!Array.isArray(xs)) {
    throw new Error(`vjp: the point must be an array of the arguments of f, got ${describe(xs)}.`);
  }
  const gradients = tf.tidy(() => {
    const at = distinct(xs);
    let du!: tf.Tensor[];
    const value = () => {
      const result = f(...at);
      du = flattenLike('vjp: the cotangent', u, result, 'the result of f');
      return flatten(result);
    };
    return vjpOf(value, flatten(at), () => du);
  });
  return unflatten(xs, gradients);
}

/** `vjp` of a function of a flat list, which may hold a tensor twice. Captured tensors are constants. */
export function vjpAt(
  f: (xs: tf.Tensor[]) => tf.Tensor[],
  xs: readonly tf.Tensor[],
  u: readonly tf.Tensor[],
): tf.Tensor[] {
  return tf.tidy(() => {
    const at = xs.map(aliasOf);
    return vjpOf(() => f(at), at, u);
  });
}

/** `vjp` on flat lists, for functions that capture their point. */
export function vjpOf(
  f: () => tf.Tensor[],
  xs: readonly tf.Tensor[],
  u: readonly tf.Tensor[] | (() => readonly tf.Tensor[]),
): tf.Tensor[] {
  return tf.tidy(() =>
    withRecording(f, ({outputs, tape}) => {
      const dys = typeof u === 'function' ? u() : u;
      checkCotangents(outputs, dys);
      return backpropagate(tape, xs, outputs, dys).map((gradient, i) => gradient ?? tf.zerosLike(xs[i]));
    }),
  );
}

/** The linear map u ↦ uᵀ∂f of a function that was recorded once. */
export interface Pullback {
  /** The recorded results: their shapes and identity only, since their values are freed. */
  outputs: tf.Tensor[];
  pull: (u: readonly tf.Tensor[]) => tf.Tensor[];
  dispose(): void;
}

/**
 * Records f once, off the caller's tape, for many vector–Jacobian products at the same point, until `dispose`. `xs` may hold a tensor
 * twice.
 */
export function pullbackOf(f: (xs: tf.Tensor[]) => tf.Tensor[], xs: readonly tf.Tensor[]): Pullback {
  const at = offTape(() => xs.map((x) => tf.keep(aliasOf(x))));
  let recording!: Recording;
  try {
    offTape(() => {
      recording = recordPrivately(() => f(at));
    });
  } catch (error) {
    tf.dispose(at);
    throw error;
  }
  const {outputs, tape} = recording;
  return {
    outputs,
    pull(u) {
      checkCotangents(outputs, u);
      return tf.tidy(() => backpropagate(tape, at, outputs, u).map((dx, i) => dx ?? tf.zerosLike(at[i])));
    },
    dispose() {
      disposeTape(tape);
      tf.dispose(at);
    },
  };
}

function checkCotangents(outputs: readonly tf.Tensor[], u: readonly tf.Tensor[]): void {
  if (outputs.length !== u.length) {
    throw new Error(`The function returns ${outputs.length} tensors, but the cotangent has ${u.length}.`);
  }
  outputs.forEach((output, i) => {
    if (!tf.util.arraysEqual(output.shape, u[i].shape)) {
      throw new Error(
        `Output ${i} of the function has shape [${output.shape}], but its cotangent has shape [${u[i].shape}].`,
      );
    }
  });
}
