/** @file Jacobian–vector products. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, describe} from '../checks/index.js';
import {offTape} from './engine.js';
import {distinct} from './op.js';
import {flatten, flattenTangents, unflatten, type Structure} from './structure.js';
import {pushForward} from './forward.js';
import {pullbackOf, type Pullback} from './vjp.js';

/**
 * ∂f(xs)·tangents: the tangent of f's result.
 *
 * The tangent of each operation of f is computed right after the operation and freed with its result, so a long loop needs no more memory than
 * a short one (if it frees its own tensors, with `tf.tidy` or `dispose`). The product is itself differentiable while a gradient is being
 * recorded.
 *
 * @param f Takes as many structures as `xs` has and returns a structure of float32 tensors.
 * @param xs The point, one structure per argument of f.
 * @param tangents One structure like each of `xs`; `null` stands for zero. Records are paired by name.
 * @throws If a tangent is not like its x, or f's path from an x to the result runs through an operation without a (twice differentiable) gradient.
 */
export function jvp<X extends Structure[], Y extends Structure>(
  f: (...xs: X) => Y,
  xs: X,
  tangents: {[K in keyof X]: X[K] | null},
): Y {
  checkFunction('jvp', 'f', f);
  if (!Array.isArray(xs) || !Array.isArray(tangents)) {
    throw new Error(
      `jvp: the point and its tangents must be arrays, with one entry for each argument of f; got ${describe(xs)} and ${describe(tangents)}.`,
    );
  }
  if (tangents.length !== xs.length) {
    throw new Error(
      `jvp got ${xs.length} inputs, but ${tangents.length} tangents (null stands for a zero tangent).`,
    );
  }
  let result!: Y;
  const tangent = tf.tidy(() => {
    const at = distinct(xs);
    const moving: tf.Tensor[] = [];
    const directions: tf.Tensor[] = [];
    at.forEach((x, i) => {
      if (tangents[i] === null) return;
      const leaves = flatten(x).filter(({dtype}) => dtype === 'float32');
      const parts = flattenTangents(`jvp: tangent ${i}`, tangents[i], x, `input ${i}`);
      if (leaves.some(({shape}, j) => !tf.util.arraysEqual(shape, parts[j].shape))) {
        throw new Error(`Tangent ${i} of jvp must have the shapes of input ${i}.`);
      }
      moving.push(...leaves);
      directions.push(...parts);
    });
    const value = () => {
      result = f(...at);
      return flatten(result);
    };
    return pushForward(value, moving, directions);
  });
  return unflatten(result, tangent);
}

/** `jvp` on flat lists, for functions that capture their point. */
export function jvpOf(f: () => tf.Tensor[], xs: readonly tf.Tensor[], v: readonly tf.Tensor[]): tf.Tensor[] {
  return pushForward(f, xs, v);
}

/** v ↦ ∂f·v, recorded once: u ↦ uᵀ∂f is linear in u, and its own pullback is this map. It must be disposed before the pullback. */
export function pushforwardOf({outputs, pull}: Pullback): Pullback {
  const u = offTape(() => outputs.map((output) => tf.keep(tf.zeros(output.shape))));
  try {
    const second = pullbackOf(pull, u);
    return {
      ...second,
      dispose() {
        second.dispose();
        tf.dispose(u);
      },
    };
  } catch (error) {
    tf.dispose(u);
    throw error;
  }
}
