/**
 * @file What every iterative solver shares: scaling, restarts from the true residual, per-sample stopping, and the report.
 *
 * Where the host can read tensors, the methods run there in f64 (`host-krylov.ts`). Elsewhere an iteration is a few tensor
 * operations on rows [B, n]; a sample whose residual is within the tolerance is frozen.
 */
import * as tf from '@tensorflow/tfjs-core';
import {type Names} from '../checks/index.js';
import {offTape} from '../autodiff/index.js';
import {hostCanRead} from '../kernels/index.js';
import {solveOnHost, type HostMethod} from './host-krylov.js';
import type {NamedConfig} from './named.js';
import {custom} from './preconditioners/custom.js';
import {preconditionerConfig, preconditionerFromConfig} from './preconditioners/registry.js';
import type {Preconditioner, PreparedPreconditioner} from './preconditioners/types.js';
import {onRows, rowMax, rowNorm, safeDivide, toRows, type LinearMap} from './rows.js';
import type {Factorization, LinearSolver, Operator, SolveInfo} from './types.js';
import {firstUnsymmetric} from './unsymmetric.js';

export interface IterativeOptions {
  /**
   * Relative residual ‖b − A x‖ / ‖b‖ at which a system counts as solved. Default 1e-6. Products are in f32: where their rounding,
   * √n·2⁻²²·‖A‖‖x‖/‖b‖ (1e-3 at most), is larger, it takes the place of the tolerance.
   */
  tolerance?: number | undefined;
  /** Default 200. */
  maxIterations?: number | undefined;
}

export interface PreconditionedOptions extends IterativeOptions {
  /**
   * M ≈ A⁻¹: a preconditioner, a function v ↦ M v on rows [B, n] (as `preconditioners.custom` takes it), or what a saved
   * solver has of it. A function is not saved. Default: none.
   */
  preconditioner?: Preconditioner | LinearMap | NamedConfig | undefined;
}

export const ITERATIVE: Names<IterativeOptions> = {tolerance: 0, maxIterations: 0};
export const PRECONDITIONED: Names<PreconditionedOptions> = {...ITERATIVE, preconditioner: 0};

/** One Krylov method on rows, for a right-hand side of norm 1 and the initial guess 0. */
export interface KrylovMethod {
  /** Starts at the residual r = b; `step` improves x where `active` (a [B, 1] mask of 0 and 1) is 1. */
  start(r: tf.Tensor2D, precondition: LinearMap): KrylovState;
  step(state: KrylovState, active: tf.Tensor2D, apply: LinearMap, precondition: LinearMap): KrylovState;
  /**
   * Whether the method applies a preconditioner itself, as a symmetric one. Default false: it is run on A M y = b, with
   * x = M y, which leaves the residual as it is.
   */
  preconditions?: boolean | undefined;
  /** Steps between two restarts from the true residual on a device. Default: none. */
  restart?: number | undefined;
  /** One run of the method on the host, for one system. */
  onHost: HostMethod;
  /** Steps of such a run at most. Default: as many as there are. */
  hostRestart?: number | undefined;
  /** Whether it is for symmetric matrices only. */
  symmetric?: boolean | undefined;
  /** Called once a solver, for the first sample that it could not solve whose matrix is not symmetric. */
  onUnsymmetric?: ((sample: number) => void) | undefined;
}

/** x is the correction found so far, r the method's own idea of the residual. */
export interface KrylovState extends tf.NamedTensorMap {
  x: tf.Tensor2D;
  r: tf.Tensor2D;
}

export function iterativeSolver(
  className: string,
  method: KrylovMethod,
  options: PreconditionedOptions,
): LinearSolver {
  const {tolerance = 1e-6, maxIterations = 200} = options;
  if (!(tolerance > 0)) throw new Error(`${className}: tolerance must be positive, got ${tolerance}.`);
  if (!(maxIterations >= 1))
    throw new Error(`${className}: maxIterations must be at least 1, got ${maxIterations}.`);
  const preconditioner = options.preconditioner ? asPreconditioner(options.preconditioner) : null;
  const saved = preconditioner && preconditionerConfig(preconditioner);
  const told = {...method, onUnsymmetric: method.onUnsymmetric && once(method.onUnsymmetric)};
  return {
    className,
    getConfig: () => ({tolerance, maxIterations, ...(saved && {preconditioner: saved})}),
    factor(operator) {
      let prepared: PreparedPreconditioner | null = null;
      return reporting(
        (b, transpose) => {
          if (preconditioner) prepared ??= preconditioner.prepare(operator, b.shape);
          return krylov(told, {operator, prepared, b, transpose}, {tolerance, maxIterations});
        },
        () => prepared?.dispose(),
      );
    },
  };
}

function once(speak: (sample: number) => void): (sample: number) => void {
  let hasSpoken = false;
  return (sample) => {
    if (!hasSpoken) speak(sample);
    hasSpoken = true;
  };
}

function asPreconditioner(given: Preconditioner | LinearMap | NamedConfig): Preconditioner {
  if (typeof given === 'function') return custom({apply: given});
  return 'prepare' in given ? given : preconditionerFromConfig(given);
}

/** A factorization that keeps the report of its latest solve. */
export function reporting(
  solve: (b: tf.Tensor, transpose: boolean) => {x: tf.Tensor; info: SolveInfo},
  dispose?: () => void,
): Factorization {
  let info: SolveInfo | null = null;
  const forget = () => {
    if (info) tf.dispose([info.converged, info.iterations, info.residual]);
    info = null;
  };
  const run = (b: tf.Tensor, transpose: boolean) => {
    const result = offTape(
      () => solve(b, transpose) as unknown as tf.TensorContainerObject,
    ) as unknown as ReturnType<typeof solve>;
    forget();
    info = result.info;
    tf.keep(info.converged);
    tf.keep(info.iterations);
    tf.keep(info.residual);
    return result.x;
  };
  return {
    solve: (b) => run(b, false),
    solveTranspose: (b) => run(b, true),
    get info() {
      return info;
    },
    dispose() {
      forget();
      dispose?.();
    },
  };
}

interface System {
  operator: Operator;
  prepared: PreparedPreconditioner | null;
  b: tf.Tensor;
  transpose: boolean;
}

const identity: LinearMap = (v) => tf.clone(v);

function krylov(method: KrylovMethod, system: System, options: Required<IterativeOptions>) {
  return hostCanRead() ? krylovOnHost(method, system, options) : krylovOnDevice(method, system, options);
}

function krylovOnHost(
  {onHost, symmetric, onUnsymmetric, hostRestart: restart}: KrylovMethod,
  {operator, prepared, b, transpose}: System,
  options: Required<IterativeOptions>,
): {x: tf.Tensor; info: SolveInfo} {
  const own = !symmetric && transpose ? prepared?.applyTranspose : prepared?.apply;
  const products = {
    A: onRows(operator, b.shape, transpose),
    At: onRows(operator, b.shape, !transpose),
    M: own ?? identity,
  };
  const host = {...options, restart, symmetric, preconditioned: prepared !== null};
  const rows = toRows(b, operator.batched);
  const {x, info} = solveOnHost(onHost, rows, products, host);
  const sample = onUnsymmetric ? firstUnsymmetric(products, info, rows.shape) : null;
  if (sample !== null) onUnsymmetric!(sample);
  return {x: tf.reshape(x, b.shape), info};
}

/** Without a look at any value: every sample runs to the last iteration, or is frozen. */
function krylovOnDevice(
  method: KrylovMethod,
  {operator, prepared, b, transpose}: System,
  {tolerance, maxIterations}: Required<IterativeOptions>,
): {x: tf.Tensor; info: SolveInfo} {
  const apply = onRows(operator, b.shape, transpose);
  // What the method does itself, and what is done around it.
  const inner = (method.preconditions && prepared?.apply) || identity;
  const outer =
    (!method.preconditions && (transpose ? prepared?.applyTranspose : prepared?.apply)) || identity;
  const rows = toRows(b, operator.batched);
  const norm = rowNorm(tf.div(rows, rowMax(rows)));
  // Solved for a right-hand side of norm 1: a tiny cotangent would underflow in its squared norm.
  const unit = safeDivide(tf.div(rows, rowMax(rows)), norm) as tf.Tensor2D;
  const isActive = (residualNorm: tf.Tensor) =>
    tf.cast(tf.greater(residualNorm, tolerance), 'float32') as tf.Tensor2D;

  let x: tf.Tensor2D = tf.zerosLike(unit);
  let r = unit;
  let residual = rowNorm(r);
  let iterations: tf.Tensor2D = tf.zerosLike(residual);
  let state = method.start(r, inner);
  let sinceRestart = 0;
  for (let k = 1; k <= maxIterations; k++) {
    const active = isActive(rowNorm(state.r));
    state = tf.tidy(() => method.step(state, active, (v) => apply(outer(v)), inner));
    iterations = tf.add(iterations, active);
    sinceRestart++;
    if (sinceRestart !== method.restart && k !== maxIterations) continue;
    // The recursive residual drifts from the true one in f32: what is left of that is solved for anew. A correction that
    // made a sample worse (or NaN) is dropped.
    const candidate: tf.Tensor2D = tf.add(x, outer(state.x));
    const candidateResidual: tf.Tensor2D = tf.sub(unit, apply(candidate));
    const candidateNorm = rowNorm(candidateResidual);
    const better = tf.less(candidateNorm, residual);
    x = tf.where(better, candidate, x) as tf.Tensor2D;
    r = tf.where(better, candidateResidual, r) as tf.Tensor2D;
    residual = tf.where(better, candidateNorm, residual) as tf.Tensor2D;
    state = method.start(r, inner);
    sinceRestart = 0;
  }
  return {
    x: tf.reshape(tf.mul(tf.mul(x, norm), rowMax(rows)), b.shape),
    info: {
      converged: tf.reshape(tf.sub(1, isActive(residual)), [-1]),
      iterations: tf.reshape(iterations, [-1]),
      residual: tf.reshape(residual, [-1]),
    },
  };
}
