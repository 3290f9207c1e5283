/** @file What the layers of this library share: checked arguments, a report of the last solve, saved parts. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../../checks/index.js';
import {layers, type Shape} from '@tensorflow/tfjs-layers';
import {asFloat, nothing, rollBackOnThrow} from '../../autodiff/index.js';
import {copiesOf, hostCanRead, type Copies} from '../../kernels/index.js';
import {Status} from '../../implicit/index.js';
import {
  linearSolverFromConfig,
  type LinearSolver,
  type LinearSolverConfig,
  type SolveInfo,
} from '../../linsolve/index.js';

import {DEGENERATE, type Kink} from '../../conditions/index.js';

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

/** How a solve went: [B] each, and [B, …] for `weaklyActive`. */
export interface SolveState {
  status: tf.Tensor;
  iterations: tf.Tensor;
  residual: tf.Tensor;
  weaklyActive?: tf.Tensor | undefined;
}

type StateName = keyof SolveState;

export abstract class SolverLayer extends layers.Layer {
  /** The state of the last solve, and of the last gradient's, without tensors. */
  private forward: Copies<StateName> | null = null;
  private gradient: Copies<'converged' | 'residual'> | null = null;
  private rowWidth = 0;

  /** @param own The names of the layer's own arguments. */
  constructor(className: string, args: LayerArgs, own: readonly string[]) {
    super(checkArguments(className, args, own));
  }

  /** The names of the inputs, in order. */
  protected abstract readonly inputNames: readonly string[];

  /**
   * Takes the inputs as float32, in a `tf.tidy` that leaves nothing on the tape if it throws. A batch of no samples has an empty
   * output, with a gradient of zero for inputs and weights, and is not solved.
   */
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    const solve = () => {
      this.invokeCallHook(inputs, kwargs);
      const className = this.getClassName();
      const names = this.inputNames;
      const list = inputList(className, inputs, names).map((input, i) => asFloat(className, names[i], input));
      return list[0].shape[0] === 0 ? this.emptyOutput(list) : this.solve(list, kwargs ?? {});
    };
    return tf.tidy(() => rollBackOnThrow(solve));
  }

  /** The output for a batch of at least one sample. */
  protected abstract solve(inputs: tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor;

  private emptyOutput(inputs: tf.Tensor[]): tf.Tensor {
    const none = tf.zeros([0]);
    this.remember({status: none, iterations: none, residual: none});
    const shapes = inputs.map(({shape}) => shape);
    const shape = this.computeOutputShape(shapes.length === 1 ? shapes[0] : shapes) as number[];
    return nothing([shape], [...inputs, ...this.trainableWeights.map((weight) => weight.read())])[0];
  }

  /** How the last `call` went. */
  async diagnostics(): Promise<Diagnostics> {
    if (!this.forward) throw new Error(`${this.name} has not been called yet.`);
    const [state, gradient] = await Promise.all([this.forward.read(), this.gradient?.read()]);
    const status = Array.from(state.status);
    const width = this.rowWidth;
    // Left out where the host has seen that there are none.
    const flags = (state as Partial<typeof state>).weaklyActive;
    const row = (i: number) => Array.from({length: width}, (_, j) => Boolean(flags?.[i * width + j]));
    return {
      status,
      iterations: Array.from(state.iterations),
      residual: Array.from(state.residual),
      weaklyActive: status.map((_, i) => row(i)),
      gradient: gradient
        ? {
            status: Array.from(gradient.converged, (flag, i) => {
              if (status[i] !== Status.SOLVED) return status[i] ?? Status.NUMERICAL_ERROR;
              return flag === 1 ? Status.SOLVED : Status.NUMERICAL_ERROR;
            }),
            residual: Array.from(gradient.residual),
          }
        : null,
    };
  }

  override dispose(): ReturnType<layers.Layer['dispose']> {
    this.forget();
    return super.dispose();
  }

  /** Notes the state of a solve. */
  protected remember({weaklyActive, status, iterations, residual}: SolveState): void {
    this.forget();
    const state = {status, iterations, residual} as Record<StateName, tf.Tensor>;
    this.rowWidth = weaklyActive ? weaklyActive.size / Math.max(1, weaklyActive.shape[0]) : 0;
    // Kinks are rare: one number tells that there is none, and the rest is not read.
    const any =
      weaklyActive !== undefined &&
      this.rowWidth > 0 &&
      (!hostCanRead() || tf.tidy(() => tf.any(weaklyActive).dataSync()[0] !== 0));
    if (any) state.weaklyActive = weaklyActive;
    this.forward = copiesOf(state);
  }

  /** Notes the report of a gradient's linear solve. */
  protected readonly rememberGradient = ({converged, residual}: SolveInfo): void => {
    if (!this.forward) return;
    this.gradient?.dispose();
    this.gradient = copiesOf({converged, residual});
  };

  /** The status of each sample in the last call; empty where it cannot be read at once. */
  protected statusCodes(): number[] {
    return Array.from(this.forward?.values?.status ?? []);
  }

  private forget(): void {
    this.forward?.dispose();
    this.gradient?.dispose();
    this.forward = this.gradient = null;
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

/** @throws If the arguments are no record, or have a name that neither the layer nor Keras knows. */
export function checkArguments<T extends LayerArgs>(className: string, args: T, own: readonly string[]): T {
  if (args === null || typeof args !== 'object') {
    throw new Error(`${className}: the arguments must be an object; got ${JSON.stringify(args)}.`);
  }
  return checkOptions(className, args, own, 'argument', KERAS_ARGUMENTS);
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
