/** @file What the layers of this library share: checked arguments, a report of the last solve, saved parts. */
import * as tf from '@tensorflow/tfjs-core';
import {layers, type Shape} from '@tensorflow/tfjs-layers';
import {hostCanRead} from '../kernels/index.js';
import {Status} from '../implicit/index.js';
import {
  linearSolverFromConfig,
  type LinearSolver,
  type LinearSolverConfig,
  type SolveInfo,
} from '../linsolve/index.js';

import {DEGENERATE, type Kink} from '../conditions/index.js';

/** tfjs-layers' own arguments of a layer (name, inputShape, trainable, …). */
export type LayerArgs = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** Keras's arguments, and what tfjs adds to a saved config. */
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

/** How the last `call` went, one entry a sample. */
export interface Diagnostics {
  /** The codes of `Status`: 0 solved, 1 primal infeasible, 2 unbounded, 3 iteration limit, 4 numerical error, 5 invalid. */
  status: number[];
  iterations: number[];
  /** The solver's relative residual. */
  residual: number[];
  /**
   * A row a sample: where the derivative has a kink. A quadratic program's constraints whose multiplier and slack are both
   * zero; entries of a sparse output that are zero, but only just.
   */
  weaklyActive: boolean[][];
  /**
   * How the latest gradient's linear solve went; `null` before the first. The status of a sample is that of its forward
   * solve where that failed (the gradient of a wrong point), 4 where the linear system was not solved, else 0.
   */
  gradient: {status: number[]; residual: number[]} | null;
}

interface State {
  status: tf.Tensor;
  iterations: tf.Tensor;
  residual: tf.Tensor;
  weaklyActive?: tf.Tensor;
}

export abstract class SolverLayer extends layers.Layer {
  private latest: Omit<Diagnostics, 'weaklyActive'> | null = null;
  private weaklyActive: {width: number; flags: ArrayLike<number> | null} = {width: 0, flags: null};

  /** @param own The names of the layer's own arguments. */
  constructor(className: string, args: LayerArgs, own: readonly string[]) {
    if (args === null || typeof args !== 'object') {
      throw new Error(`${className}: the arguments must be an object; got ${JSON.stringify(args)}.`);
    }
    for (const name of Object.keys(args)) {
      if (!own.includes(name) && !KERAS_ARGUMENTS.includes(name)) {
        throw new Error(`${className}: unknown argument '${name}'; its own are ${own.join(', ')}.`);
      }
    }
    super(args);
  }

  /** How the last `call` went. */
  diagnostics(): Promise<Diagnostics> {
    if (!this.latest) return Promise.reject(new Error(`${this.name} has not been called yet.`));
    const {width, flags} = this.weaklyActive;
    const row = (i: number) => Array.from({length: width}, (_, j) => Boolean(flags?.[i * width + j]));
    return Promise.resolve({...this.latest, weaklyActive: this.latest.status.map((_, i) => row(i))});
  }

  /** Notes the state of a solve; numbers, not tensors, so that nothing is left to free. */
  protected remember({status, iterations, residual, weaklyActive}: State): void {
    if (!hostCanRead()) return;
    this.latest = {
      status: Array.from(status.dataSync()),
      iterations: Array.from(iterations.dataSync()),
      residual: Array.from(residual.dataSync()),
      gradient: null,
    };
    const width = weaklyActive ? weaklyActive.size / Math.max(1, weaklyActive.shape[0]) : 0;
    // Kinks are rare: one number tells that there is none, and the rest is not read.
    const any =
      weaklyActive !== undefined && width > 0 && tf.tidy(() => tf.any(weaklyActive).dataSync()[0] !== 0);
    this.weaklyActive = {width, flags: any ? weaklyActive.dataSync().slice() : null};
  }

  /** Notes the report of a gradient's linear solve. */
  protected readonly rememberGradient = ({converged, residual}: SolveInfo): void => {
    if (!hostCanRead() || !this.latest) return;
    const forward = this.latest.status;
    const status = Array.from(converged.dataSync(), (flag, i) => {
      if (forward[i] !== Status.SOLVED) return forward[i] ?? Status.NUMERICAL_ERROR;
      return flag === 1 ? Status.SOLVED : Status.NUMERICAL_ERROR;
    });
    this.latest.gradient = {status, residual: Array.from(residual.dataSync())};
  };

  /** The status of each sample in the last call; empty where it cannot be read. */
  protected statusCodes(): number[] {
    return this.latest?.status ?? [];
  }
}

/** The inputs as a list: a model passes an array, `layer.apply(tensor)` a bare tensor. */
export function inputList(
  className: string,
  inputs: tf.Tensor | tf.Tensor[],
  names: readonly string[],
): tf.Tensor[] {
  const list = Array.isArray(inputs) ? inputs : [inputs];
  if (list.length !== names.length) {
    throw new Error(
      `${className} takes ${names.length} inputs (${names.join(', ')}), but got ${list.length}.`,
    );
  }
  return list;
}

/** The shapes as a list. */
export function shapeList(shape: Shape | Shape[]): Shape[] {
  return Array.isArray(shape[0]) ? (shape as Shape[]) : [shape as Shape];
}

/** No size, count or weight of a layer is larger. */
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

/** The policy at kinks, checked. */
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

/** A linear solver as a config writes it. */
export function linearSolverConfig(linsolve: LinearSolver | undefined): tf.serialization.ConfigDict | null {
  return linsolve
    ? {className: linsolve.className, config: linsolve.getConfig() as tf.serialization.ConfigDict}
    : null;
}
