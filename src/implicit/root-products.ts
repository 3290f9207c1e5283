/** @file Products with the Jacobian of a root that somebody else has found. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, unflatten, type Parameter, type Structure} from '../autodiff/index.js';
import {auto} from '../linsolve/index.js';
import {differentiable, rootCotangents, rootTangents} from './root.js';
import {rootSystem, type SystemOptions} from './system.js';
import type {Condition, ImplicitOptions} from './types.js';

/**
 * vᵀ∂x*(params): the cotangents of the parameters, given that F(x, ...params) = 0.
 *
 * @param cotangent v, a structure like x.
 * @returns One entry a parameter, shaped like it; tensors that are not float32, and other leaves, come back as they are.
 */
export function rootVjp<X extends Structure, P extends Parameter[]>(
  condition: Condition<X, P>,
  x: X,
  params: P,
  cotangent: X,
  {linsolve = auto(), ...options}: ImplicitOptions = {},
): P {
  checkLike('cotangent', flatten(cotangent), flatten(x));
  return tf.tidy(() => {
    const system = rootSystem(condition, {...options, linsolve, where: 'rootVjp'}, x, params);
    const ps = flatten(params);
    const gradients = rootCotangents(system, flatten(x), ps, flatten(cotangent));
    const all = ps.map((param) => (param.dtype === 'float32' ? gradients.shift()! : param));
    return unflatten(params, all) as unknown as tf.TensorContainer;
  }) as unknown as P;
}

/**
 * ∂x*(params)·tangents: the tangent of the root, given that F(x, ...params) = 0.
 *
 * @param tangents One entry a parameter, shaped like it; `null` stands for zero.
 */
export function rootJvp<X extends Structure, P extends Parameter[]>(
  condition: Condition<X, P>,
  x: X,
  params: P,
  tangents: {[K in keyof P]: P[K] | null},
  {linsolve = auto(), ...options}: ImplicitOptions = {},
): X {
  return rootTangent(condition, x, params, tangents, {...options, linsolve, where: 'rootJvp'});
}

/** What `rootJvp` does, with a linear solver that the caller names: a bundle holds no other. */
export function rootTangent<X extends Structure, P extends Parameter[]>(
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
    const system = rootSystem(condition, options, x, params);
    const directions = params.flatMap((param, i) => {
      const leaves = differentiable(flatten(param));
      if (tangents[i] === null) return leaves.map((leaf) => tf.zerosLike(leaf));
      const parts = differentiable(flatten(tangents[i] as Parameter));
      checkLike(`tangent ${i}`, parts, leaves);
      return parts;
    });
    return unflatten(x, rootTangents(system, flatten(x), flatten(params), directions));
  });
}

function checkLike(name: string, parts: tf.Tensor[], like: tf.Tensor[]): void {
  const shapes = (tensors: tf.Tensor[]) => tensors.map(({shape}) => `[${shape}]`).join(', ');
  if (
    parts.length !== like.length ||
    parts.some(({shape}, i) => !tf.util.arraysEqual(shape, like[i].shape))
  ) {
    throw new Error(`The ${name} must have the shapes ${shapes(like)}, got ${shapes(parts)}.`);
  }
}
