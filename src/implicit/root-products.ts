/** @file Products with the Jacobian of a root that the user already has. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions} from '../checks/index.js';
import {
  distinct,
  flatten,
  flattenLike,
  flattenTangents,
  unflatten,
  type Parameter,
  type Structure,
} from '../autodiff/index.js';
import {auto} from '../linsolve/index.js';
import {differentiable, rootCotangents, rootTangents} from './root.js';
import {inOrderOf, rootSystem, type SystemOptions} from './system.js';
import {IMPLICIT, type Condition, type ImplicitOptions} from './types.js';

/**
 * vᵀ∂x*(params): the cotangents (gradients) of the parameters, given that F(x, ...params) = 0.
 *
 * @param cotangent v, a structure like x; records are paired by name.
 * @returns One entry per parameter, with its shape; tensors that are not float32, and other leaves, are returned unchanged.
 */
export function rootVjp<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  condition: Condition<X, P>,
  x: X,
  params: P,
  cotangent: X,
  given: ImplicitOptions = {},
): P {
  checkFunction('rootVjp', 'condition', condition);
  const {linsolve = auto(), ...options} = checkOptions('rootVjp', given, IMPLICIT);
  return tf.tidy(() => {
    const [at, theta] = distinct([inOrderOf(condition, x), params] as [X, P]);
    const vs = flattenLike('rootVjp: the cotangent', cotangent, at);
    checkShapes('cotangent', vs, flatten(at));
    const system = rootSystem(condition, {...options, linsolve, where: 'rootVjp'}, at, theta);
    const gradients = rootCotangents(system, flatten(at), flatten(theta), vs);
    const all = flatten(params).map((param) => (param.dtype === 'float32' ? gradients.shift()! : param));
    return unflatten(params, all) as unknown as tf.TensorContainer;
  }) as unknown as P;
}

/**
 * ∂x*(params)·tangents: the tangent of the root, given that F(x, ...params) = 0.
 *
 * @param tangents One entry per parameter, with its shape; records are paired by name, and `null` stands for zero.
 */
export function rootJvp<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  condition: Condition<X, P>,
  x: X,
  params: P,
  tangents: {[K in keyof P]: P[K] | null},
  given: ImplicitOptions = {},
): X {
  checkFunction('rootJvp', 'condition', condition);
  const {linsolve = auto(), ...options} = checkOptions('rootJvp', given, IMPLICIT);
  return rootTangent(condition, x, params, tangents, {...options, linsolve, where: 'rootJvp'});
}

/** `rootJvp` with a linear solver given by the caller, so that a bundle contains no other. */
export function rootTangent<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  condition: Condition<X, P>,
  x: X,
  params: P,
  tangents: {[K in keyof P]: P[K] | null},
  options: SystemOptions,
): X {
  if (tangents.length !== params.length) {
    throw new Error(
      `rootJvp got ${params.length} params, but ${tangents.length} tangents (null stands for zero).`,
    );
  }
  return tf.tidy(() => {
    const [at, theta] = distinct([inOrderOf(condition, x), params] as [X, P]);
    const system = rootSystem(condition, options, at, theta);
    const directions = theta.flatMap((param, i) => {
      const leaves = differentiable(flatten(param));
      const tangent = tangents[i] as Parameter;
      if (tangent === null) return leaves.map((leaf) => tf.zerosLike(leaf));
      const parts = flattenTangents(`rootJvp: tangent ${i}`, tangent, param, `parameter ${i}`);
      checkShapes(`tangent ${i}`, parts, leaves);
      return parts;
    });
    return unflatten(at, rootTangents(system, flatten(at), flatten(theta), directions));
  });
}

function checkShapes(name: string, parts: tf.Tensor[], like: tf.Tensor[]): void {
  const shapes = (tensors: tf.Tensor[]) => tensors.map(({shape}) => `[${shape}]`).join(', ');
  if (parts.some(({shape}, i) => !tf.util.arraysEqual(shape, like[i].shape))) {
    throw new Error(`The ${name} must have the shapes ${shapes(like)}, got ${shapes(parts)}.`);
  }
}
