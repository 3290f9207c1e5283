/** @file Checks the arguments of a layer: their types, ranges and names. */
import type * as tf from '@tensorflow/tfjs-core';
import type {layers} from '@tensorflow/tfjs-layers';
import {checkOptions} from '../../checks/index.js';
import {DEGENERATE, type Kink} from '../../conditions/index.js';
import {linearSolverFromConfig, type LinearSolver, type LinearSolverConfig} from '../../linsolve/index.js';

/** tfjs-layers' own arguments of a layer (name, inputShape, trainable, …). */
export type LayerArgs = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** Keras's arguments, and the entries that tfjs adds to a saved config. */
const KERAS_ARGUMENTS = [
  'inputShape',
  'batchInputShape',
  'batchSize',
  'dtype',
  'name',
  'trainable',
  'weights',
  'inputDType',
  'inputDtype',
  'updatable',
  'customObjects',
];

/** The largest size, count or weight that a layer accepts. */
const LARGEST = 1e9;

/** @throws If the value is not a finite number in the range. */
export function checkNumber(
  className: string,
  name: string,
  value: unknown,
  low: number,
  integer = false,
  high = LARGEST,
): number {
  if (
    typeof value !== 'number' ||
    !(value >= low && value <= high) ||
    (integer && !Number.isInteger(value))
  ) {
    const kind = integer ? 'an integer' : 'a finite number';
    throw new Error(
      `${className}: ${name} must be ${kind}, at least ${low} and at most ${high}; got ${JSON.stringify(value)}.`,
    );
  }
  return value;
}

/** @throws If the value is not a boolean. */
export function checkFlag(className: string, name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new Error(`${className}: ${name} must be true or false; got ${JSON.stringify(value)}.`);
  }
  return value;
}

const NO_OPTIONS = 'it takes none. A class of your own lists its options in the third argument of super';

/** @throws If the arguments are no record, or have a name that neither the layer nor Keras knows. */
export function checkArguments<T extends LayerArgs>(className: string, args: T, own: readonly string[]): T {
  if (args === null || typeof args !== 'object') {
    throw new Error(`${className}: the arguments must be an object; got ${JSON.stringify(args)}.`);
  }
  return checkOptions(className, args, own, 'argument', KERAS_ARGUMENTS, NO_OPTIONS);
}

/** @throws If the value is not one of `choices`. */
export function checkChoice<C extends string>(
  className: string,
  name: string,
  value: unknown,
  choices: readonly C[],
): C {
  if (!choices.includes(value as C)) {
    throw new Error(
      `${className}: ${name} must be one of ${choices.join(', ')}; got ${JSON.stringify(value)}.`,
    );
  }
  return value as C;
}

/** The policy at kinks, after checks. */
export function asKink(className: string, {degenerate, smoothing}: Kink): Required<Kink> {
  return {
    degenerate: checkChoice(className, 'degenerate', degenerate ?? 'leastNorm', DEGENERATE),
    smoothing: checkNumber(className, 'smoothing', smoothing ?? 1e-3, Number.MIN_VALUE),
  };
}

/** A linear solver, or one that was read from a file. */
export function asLinearSolver(
  linsolve: LinearSolver | LinearSolverConfig | null | undefined,
): LinearSolver | undefined {
  if (linsolve == null) return undefined;
  return typeof linsolve === 'object' && 'factor' in linsolve ? linsolve : linearSolverFromConfig(linsolve);
}

/** A linear solver as it is written to a config. */
export function linearSolverConfig(linsolve: LinearSolver | undefined): tf.serialization.ConfigDict | null {
  return linsolve
    ? {className: linsolve.className, config: linsolve.getConfig() as tf.serialization.ConfigDict}
    : null;
}
