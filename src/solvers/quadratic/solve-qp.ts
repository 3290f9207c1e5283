/** @file Solves quadratic programs whose tensors may be shared or per sample. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed} from '../../checks/index.js';
import type {Degenerate} from '../../conditions/index.js';
import {rollBackOnThrow} from '../../autodiff/index.js';
import {shouldLook} from '../../programs/index.js';
import type {LinearSolver, SolveInfo} from '../../linsolve/index.js';
import {withBoundDuals} from './parts/bounds.js';
import {solveElastic} from './parts/elastic-qp.js';
import {ForeignQP, type QPSolver} from './parts/foreign-qp.js';
import {ImplicitQP, type BoundedGuess, type BoundedSolution, type QPState} from './implicit-qp.js';
import type {AsyncOptions} from '../iteration/in-slices.js';
import {InteriorPointQP} from './interior-point-qp.js';
import {sparseSolvingFor} from './parts/sparse-solving.js';
import {normalize, type QPInput, type QPProblem} from './qp-input.js';
import {reportQPFailures} from './parts/qp-report.js';
import {withoutBatchAxis} from '../iteration/samples.js';
import type {OnFailure} from '../../implicit/index.js';

/** The options of `solveQP`. */
export interface SolveQPOptions {
  /** Relative KKT error at which a sample counts as solved. Default 1e-9 (f64 inside). */
  tolerance?: number | undefined;
  /** The largest number of iterations of a sample. Default 100. */
  maxIterations?: number | undefined;
  /** What to do when samples fail, if the status can be read synchronously. Default 'warn'. */
  onFailure?: OnFailure | undefined;
  /** The linear solver of the gradient. Default `linsolve.kkt()`. */
  linsolve?: LinearSolver | undefined;
  /** The derivative of a weakly active constraint, where the solution has a kink. Default 'leastNorm'. */
  degenerate?: Degenerate | undefined;
  /** κ of `degenerate: 'smooth'`, in units of multiplier times slack. Default 1e-3. */
  smoothing?: number | undefined;
  /**
   * The x of an infeasible sample. 'zero' (default): zero, with a zero gradient. 'closest': the minimum over the points that
   * violate the constraints least in the 2-norm, with its gradient. The status is 1 in both cases.
   */
  onInfeasible?: OnInfeasible | undefined;
  /**
   * Used instead of the default interior-point method: any object with `run(init, data)`, which becomes differentiable; or an
   * `InteriorPointQP` with its own options.
   */
  solver?: QPSolver | ImplicitQP | undefined;
  /** Receives the report of the gradient's linear solve: tensors, with one entry per sample. */
  onGradient?: ((info: SolveInfo) => void) | undefined;
  /** An earlier result for nearby problems, to start from: its active set is tried first. */
  initial?: QPInitial | null | undefined;
  /** @deprecated It is `initial` now; `warmStart` is the flag of a layer. */
  warmStart?: QPInitial | null | undefined;
}

/** What `initial` needs of an earlier result. */
export type QPInitial = Pick<QPResult, 'x' | 'ineqDual' | 'eqDual' | 'slack'> &
  Partial<Pick<QPResult, 'lowerDual' | 'upperDual'>>;

/** The policy for infeasible samples. */
export type OnInfeasible = 'zero' | 'closest';

/** Shapes are for a batch; if no input has a batch axis, the result has none either. */
export type QPResult = {
  /** The minimizer, [B, n]; zero if the status is not 0. */
  x: tf.Tensor;
  /** λ ≥ 0, [B, m]: Qx + p + Gᵀλ + Aᵀν − z_l + z_u = 0. */
  ineqDual: tf.Tensor;
  /** ν, [B, k]. */
  eqDual: tf.Tensor;
  /** z_l ≥ 0, the multipliers of lower ≤ x, [B, n]; [B, 0] if `lower` was not given. */
  lowerDual: tf.Tensor;
  /** z_u ≥ 0, the multipliers of x ≤ upper, [B, n]; [B, 0] if `upper` was not given. */
  upperDual: tf.Tensor;
  /** h − Gx ≥ 0, [B, m]. */
  slack: tf.Tensor;
  /** [B], int32: 0 solved, 1 primal infeasible, 2 dual infeasible (unbounded), 3 iteration limit, 4 numerical error, 5 invalid. */
  status: tf.Tensor;
  /**
   * [B], int32: the iterations of each sample: those of the interior-point method, or the active sets that a dual method tried. Zero if the
   * active set of `initial` was right.
   */
  iterations: tf.Tensor;
  /** Shape [B]: the largest relative error among stationarity, feasibility, signs and complementarity. */
  residual: tf.Tensor;
  /**
   * Status 1: (ineqDual, eqDual) with Gᵀλ + Aᵀν = 0, λ ≥ 0, hᵀλ + bᵀν = −1. Status 2: x with Qx = 0, Gx ≤ 0, Ax = 0, pᵀx = −1.
   * Otherwise zero. Bounds count as rows of G: −x ≤ −lower and x ≤ upper.
   */
  certificate: {
    /** [B, n], the direction in which the objective decreases without limit; zero unless the status is 2. */
    x: tf.Tensor;
    /** λ, [B, m], for the proof that no point is feasible; zero unless the status is 1. */
    ineqDual: tf.Tensor;
    /** ν, [B, k], for the same proof; zero unless the status is 1. */
    eqDual: tf.Tensor;
    /** z_l, of the shape of `lowerDual`, for the same proof. */
    lowerDual: tf.Tensor;
    /** z_u, of the shape of `upperDual`, for the same proof. */
    upperDual: tf.Tensor;
  };
  /**
   * [B, m], bool: neither the multiplier nor the slack is clearly above zero, so the derivative has a kink here. After the rows of G come
   * n entries for `lower` and n for `upper`, if they were given.
   */
  weaklyActive: tf.Tensor;
};

/**
 * min ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b, lower ≤ x ≤ upper, for a batch of problems; differentiable in all eight.
 *
 * p is [B, n]; Q is [n, n] or [B, n, n], G [m, n] or [B, m, n], h [m] or [B, m], A [k, n] or [B, k, n], b [k] or [B, k],
 * lower and upper [n] or [B, n]. A tensor without the batch axis is shared: its gradient is the sum over the batch. If none has a batch axis
 * (p is [n]), it is a single problem, and the results have no batch axis either. Pass G together with h, and A with b; both pairs are
 * optional, and so is each bound.
 *
 * Bounds are a diagonal of the linear systems, so they cost much less than as rows of G. An infinite bound, or one of 1e20 and more, is none.
 * A variable with lower = upper is fixed: its multipliers and their gradients are shared between the two bounds. If lower is above upper
 * by more than rounding, the status is 1.
 *
 * Q is symmetric positive semidefinite (Q = 0 is a linear program). Internally everything is f64. If a sample fails, it gets x =
 * 0, a zero gradient and a status that says why; the others are unaffected.
 *
 *     const {x} = solveQP({Q: tf.eye(2), p: tf.tensor2d([[1, -2]]), G: tf.tensor2d([[0, 1]]), h: tf.tensor1d([1])});
 *     // x = [[-1, 1]]
 *
 * @throws If shapes do not fit, an option is unknown, every sample is invalid (NaN, Q not symmetric or not positive
 *   semidefinite), or, with `onFailure: 'throw'`, if any sample fails.
 * @see Amos & Kolter 2017 (arXiv 1703.00443); Blondel et al. 2022 (arXiv 2105.15183), section 2.2.
 */
export function solveQP<T extends QPInput>(problem: QPProblem<T>, options: SolveQPOptions = {}): QPResult {
  const sparse = sparseSolvingFor<SparseSolving>(problem, 'solveQP');
  if (sparse) return sparse.solve(problem, options);
  const {
    onFailure = 'warn',
    onInfeasible = 'zero',
    initial,
    solver: given,
    ...solverOptions
  } = checkOptions('solveQP', renamed('solveQP', options, {warmStart: 'initial'}), SOLVE_QP);
  checkOnInfeasible('solveQP', onInfeasible);
  const solver = solverOf(given, {...solverOptions, onFailure});
  const solve = () => {
    const {data, batched} = normalize(problem);
    const guess = initial ? (batched ? initial : withBatchAxis(initial)) : null;
    const {x, state} = solver.run(guess as BoundedGuess | null, data);
    const found = withBoundDuals(x);
    reportQPFailures('solveQP', data, state, onFailure);
    const solution = onInfeasible === 'closest' ? solveElastic(solver, data, found, state.status) : found;
    const result = resultOf(solution, state, isWeak(state.activity));
    return batched ? result : withoutBatchAxis(result);
  };
  return tf.tidy(() => rollBackOnThrow(solve));
}

/** How problems with sparse matrices are solved. */
export interface SparseSolving {
  solve(problem: QPInput, options: SolveQPOptions): QPResult;
  solveAsync(problem: QPInput, options: SolveQPOptions, following: AsyncOptions): Promise<QPResult>;
}

/** The result for a batch. */
export function resultOf(
  {x, ineqDual, eqDual, lowerDual, upperDual}: BoundedSolution,
  {status, iterations, residual, slack, certificate}: QPState,
  weaklyActive: tf.Tensor,
): QPResult {
  return {
    x,
    ineqDual,
    eqDual,
    lowerDual,
    upperDual,
    status,
    iterations,
    residual,
    slack,
    certificate,
    weaklyActive,
  };
}

/** Whether each state is 2, as tf.equal gives it, without the casts that it makes. */
export function isWeak(activity: tf.Tensor): tf.Tensor {
  if (!shouldLook()) return tf.equal(activity, 2);
  const states = activity.dataSync();
  const values = new Uint8Array(states.length);
  for (let i = 0; i < states.length; i++) if (states[i] === 2) values[i] = 1;
  return tf.engine().makeTensor(values, activity.shape, 'bool');
}

/** The names of the options of `solveQP`. */
export const SOLVE_QP = [
  'tolerance',
  'maxIterations',
  'onFailure',
  'linsolve',
  'degenerate',
  'smoothing',
  'onInfeasible',
  'onGradient',
  'initial',
  'solver',
];

/** The solver that was given, or the default one. */
export function solverOf(
  given: SolveQPOptions['solver'],
  options: Pick<SolveQPOptions, 'tolerance' | 'maxIterations' | 'linsolve' | 'onFailure'>,
): ImplicitQP {
  if (given === undefined) return new InteriorPointQP(options);
  return given instanceof ImplicitQP ? given : new ForeignQP(given, options);
}

/** @throws If there is no such policy. */
export function checkOnInfeasible(where: string, onInfeasible: OnInfeasible): void {
  if (onInfeasible === 'zero' || onInfeasible === 'closest') return;
  throw new Error(`${where}: onInfeasible must be 'zero' or 'closest', got '${String(onInfeasible)}'.`);
}

/** The guess for a single problem as a batch. */
export function withBatchAxis(guess: QPInitial): QPInitial {
  const lift = (tensor: tf.Tensor) => tf.expandDims(tensor, 0);
  return {
    x: lift(guess.x),
    ineqDual: lift(guess.ineqDual),
    eqDual: lift(guess.eqDual),
    slack: lift(guess.slack),
    ...(guess.lowerDual && {lowerDual: lift(guess.lowerDual)}),
    ...(guess.upperDual && {upperDual: lift(guess.upperDual)}),
  };
}
