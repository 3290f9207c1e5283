/**
 * @file The common part of the iterative solvers: options, preconditioning, and where they run.
 *
 * If the host can read tensors, the methods run there in f64 (`host-krylov.ts`), otherwise in tensor operations (`device-krylov.ts`).
 */
import type * as tf from '@tensorflow/tfjs-core';
import {noteOwn} from '../autodiff/index.js';
import {canLook} from '../programs/index.js';
import {type Names} from '../checks/index.js';
import {solveOnDevice} from './device-krylov.js';
import {solveOnHost} from './host-krylov.js';
import type {Products} from './host/side-by-side.js';
import type {KrylovMethod, KrylovSystem} from './krylov-method.js';
import type {NamedConfig} from './named.js';
import {custom} from './preconditioners/custom.js';
import {preconditionerConfig, preconditionerFromConfig} from './preconditioners/registry.js';
import type {Preconditioner, PreparedPreconditioner} from './preconditioners/types.js';
import {reporting} from './reporting.js';
import {identity, onRows, reshaped, toRows, type LinearMap} from './rows.js';
import type {LinearSolver, Operator, SolveInfo} from './types.js';
import {firstUnsymmetric} from './unsymmetric.js';

/** When an iterative linear solver stops. */
export interface IterativeOptions {
  /**
   * Relative residual ‖b − A x‖ / ‖b‖ at which a system counts as solved. Default 1e-6. Products are in f32; if their rounding,
   * √n·2⁻²²·‖A‖‖x‖/‖b‖ (at most 1e-3), is larger, it replaces the tolerance.
   */
  tolerance?: number | undefined;
  /** The largest number of iterations. Default 200. */
  maxIterations?: number | undefined;
}

/** When an iterative linear solver stops, and what speeds it up. */
export interface PreconditionedOptions extends IterativeOptions {
  /**
   * M ≈ A⁻¹: a preconditioner, a function v ↦ M v on rows [B, n] (as for `preconditioners.custom`), or the configuration from a
   * saved solver. A function is not saved. Default: none.
   */
  preconditioner?: Preconditioner | LinearMap | NamedConfig | undefined;
}

export const ITERATIVE: Names<IterativeOptions> = {tolerance: 0, maxIterations: 0};
export const PRECONDITIONED: Names<PreconditionedOptions> = {...ITERATIVE, preconditioner: 0};

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
  const solver: LinearSolver = {
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
  // A preconditioner may be the user's.
  if (!preconditioner) noteOwn('factor', solver);
  return solver;
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

function krylov(method: KrylovMethod, system: KrylovSystem, options: Required<IterativeOptions>) {
  return canLook() ? krylovOnHost(method, system, options) : solveOnDevice(method, system, options);
}

function krylovOnHost(
  {onHost, symmetric, onUnsymmetric, hostRestart: restart}: KrylovMethod,
  {operator, prepared, b, transpose}: KrylovSystem,
  options: Required<IterativeOptions>,
): {x: tf.Tensor; info: SolveInfo} {
  const own = !symmetric && transpose ? prepared?.applyTranspose : prepared?.apply;
  const products = {
    A: onRows(operator, b.shape, transpose),
    At: onRows(operator, b.shape, !transpose),
    M: own ?? identity,
    double: exactProducts(operator, transpose),
  };
  const isDouble = products.double !== null;
  const host = {...options, restart, symmetric, preconditioned: prepared !== null, isDouble};
  const rows = toRows(b, operator.batched);
  const {x, info} = solveOnHost(onHost, rows, products, host);
  const sample = onUnsymmetric ? firstUnsymmetric(products, info, rows.shape) : null;
  if (sample !== null) onUnsymmetric!(sample);
  return {x: reshaped(x, b.shape), info};
}

function exactProducts(operator: Operator, transpose: boolean): Products['double'] {
  const double = operator.double?.();
  if (!double) return null;
  const {apply, applyTranspose} = double;
  return transpose ? {A: applyTranspose, At: apply} : {A: apply, At: applyTranspose};
}
