/** @file What `SolverLayer` checks for classes of users' own, and what it says of their failures. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {Status} from '../../implicit/index.js';
import {batchHint, shapeText} from './inputs.js';

/** The name of a class for saved models. @throws If it has none. */
export function nameOf(made: {className?: unknown; name?: unknown}): string {
  const {className, name} = made;
  if (typeof className === 'string') return className;
  throw new Error(
    `${String(name)}: the class has no name for saved models. Add static className = '${String(name)}'; to it, and call ` +
      'tf.serialization.registerClass with it.',
  );
}

/** @throws If the output has other shapes than those that the layer declares. */
export function checkOutputs(
  className: string,
  output: tf.Tensor | tf.Tensor[],
  declared: readonly Shape[],
): void {
  const outputs = Array.isArray(output) ? output : [output];
  const fits = ({shape}: tf.Tensor, expected: Shape | undefined) =>
    expected?.length === shape.length &&
    shape.every((size, axis) => expected[axis] == null || expected[axis] === size);
  if (outputs.length === declared.length && outputs.every((each, i) => fits(each, declared[i]))) return;
  const texts = (shapes: readonly Shape[]) => shapes.map((shape) => shapeText(shape, '')).join(', ');
  throw new Error(
    `${className}: solve returned ${texts(outputs.map(({shape}) => shape))}, but computeOutputShape says ${texts(declared)}. ` +
      'Without a computeOutputShape of its own, a layer declares the shape of its input; in a model, other layers rely on it.',
  );
}

/** The error, with what to do if an input has no axis besides the batch: often it is a single sample. */
export function withBatchHint(
  className: string,
  names: readonly string[],
  inputs: unknown,
  error: unknown,
): unknown {
  const list = (Array.isArray(inputs) ? inputs : [inputs]) as tf.Tensor[];
  const i = list.findIndex(({shape}) => shape.length < 2);
  if (i < 0 || !(error instanceof Error) || error.message.includes('The first axis is the batch'))
    return error;
  const {shape} = list[i];
  const name = names[i] ?? `input ${i}`;
  return new Error(
    `${className}: it cannot take ${name} of shape ${shapeText(shape, '')}: ${error.message}${batchHint(name, 1, 2)}`,
    {cause: error},
  );
}

const REASONS: Record<number, string> = {
  [Status.PRIMAL_INFEASIBLE]: 'has no point that satisfies the constraints',
  [Status.DUAL_INFEASIBLE]: 'has an objective that decreases without limit',
  [Status.ITERATION_LIMIT]:
    'stopped before the tolerance was reached, so the output and the gradient are inexact (raise maxIterations or tolerance)',
  [Status.NUMERICAL_ERROR]: 'became NaN or infinite',
  [Status.INVALID_INPUT]: 'has invalid input (NaN, infinity, or bounds without a root between them)',
};

/** The failures of a layer that does not know which solver it has. */
export const failureOf = {
  reason: (code: number): string => REASONS[code],
  consequence: 'A sample without a solution has a zero output and a zero gradient.',
};
