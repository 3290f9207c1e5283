/** @file The value of an expression, for values of its variables and parameters. */
import type * as tf from '@tensorflow/tfjs-core';
import {nameOf} from './leaves.js';
import type {Expression} from './types.js';

/** @param values By name, each with the batch, or 1, as axis 0. @returns The value, likewise. Differentiable. */
export function evaluate(expression: Expression, values: ReadonlyMap<string, tf.Tensor>): tf.Tensor {
  const known = new Map<Expression, tf.Tensor>();
  const valueOf = (given: Expression): tf.Tensor => {
    const before = known.get(given);
    if (before) return before;
    const {atom, args, options, shape} = given;
    const value =
      atom.leaf === 'variable' || atom.leaf === 'parameter'
        ? values.get(nameOf(given))!
        : atom.evaluate(args.map(valueOf), options, shape);
    known.set(given, value);
    return value;
  };
  return valueOf(expression);
}
