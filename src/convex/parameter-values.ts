/** @file Brings the values of parameters to a form, [B or 1, entries], and computes what is derived from them. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../autodiff/index.js';
import {checkOptions} from '../checks/index.js';
import {evaluate} from './evaluate.js';
import type {Program} from './compile/program.js';
import type {Theta, ThetaPart} from './compile/theta.js';
import {sameShape, shapeText} from './shape.js';
import type {Expression} from './types.js';

/** The value of a parameter: [B, …shape], or […shape] for the whole batch. */
export type ParameterValue = tf.Tensor | tf.TensorLike;

interface Parametric {
  parameters: ReadonlyMap<string, Expression>;
  program: Pick<Program, 'parameters' | 'derived'>;
}

/** @throws If a parameter is missing or unknown, or has another shape. */
export function packed(
  {parameters, program}: Parametric,
  values: Readonly<Record<string, ParameterValue>>,
): {theta: Theta; given: Map<string, tf.Tensor>; isBatch: boolean} {
  const where = 'convex problem: solve';
  const names = Object.fromEntries([...parameters.keys()].map((name) => [name, 1 as const]));
  checkOptions(where, values, names, 'parameter');
  const given = new Map<string, tf.Tensor>();
  let [batch, isBatch] = [1, false];
  for (const [name, {shape}] of parameters) {
    const value = values[name];
    const tensor = value instanceof tf.Tensor ? value : tf.tensor(value);
    const own = tensor.rank === shape.length + 1;
    if (!sameShape(own ? tensor.shape.slice(1) : tensor.shape, shape)) {
      const expected = shape.length === 0 ? '[] or [B]' : `${shapeText(shape)} or [B, ${shape.join(', ')}]`;
      throw new Error(
        `${where}: the parameter '${name}' has the shape [${tensor.shape}]; expected ${expected}.`,
      );
    }
    if (own) {
      const [count] = tensor.shape;
      if (isBatch && count !== batch) {
        throw new Error(
          `${where}: the parameter '${name}' has a batch of ${count} samples, but another one has ${batch}.`,
        );
      }
      [batch, isBatch] = [count, true];
    }
    const float = tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32');
    given.set(name, own ? float : tf.expandDims(float, 0));
  }
  const parts: ThetaPart[] = [];
  const add = (start: number, {size}: Expression, tensor: tf.Tensor) =>
    parts.push({start, values: tf.reshape(tensor, [-1, size])});
  for (const [name, {start}] of program.parameters) add(start, parameters.get(name)!, given.get(name)!);
  if (program.derived.length > 0) {
    const known = finiteIn(given);
    for (const {expression, start} of program.derived) add(start, expression, evaluate(expression, known));
  }
  parts.sort((a, b) => a.start - b.start);
  return {theta: {batch, parts}, given, isBatch};
}

/**
 * The values with ones for what is NaN or infinite. The sample gets the status 5 in any case; what is computed from it must not be NaN,
 * because a gradient of zero times NaN is NaN, which would reach other samples through what they share.
 */
export function finiteIn(values: ReadonlyMap<string, tf.Tensor>): Map<string, tf.Tensor> {
  const finite = (value: tf.Tensor) => {
    const isFinite = offTape(() => tf.isFinite(value));
    return tf.where(isFinite, value, tf.onesLike(value));
  };
  return new Map([...values].map(([name, value]) => [name, finite(value)]));
}
