/** @file Differentiates a quadratic program through its KKT condition, for any solver. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {isTapeOn, observed, offTape, recordOp} from '../../autodiff/index.js';
import {
  checkDegenerate,
  complementarityWeight,
  quadraticKkt,
  type Degenerate,
  type QuadraticData,
  type QuadraticSolution,
} from '../../conditions/index.js';
import {knownRoot, type OnFailure} from '../../implicit/index.js';
import {inParts} from '../iteration/in-parts.js';
import {inSlices, type AsyncOptions} from '../iteration/in-slices.js';
import {runResult, type RunResult} from '../iteration/run-result.js';
import {held, takeSamples} from '../iteration/samples.js';
import {drain, type Steps} from '../iteration/steps.js';
import {hostShouldRead, type QPGuess, type QPSolution} from '../../kernels/index.js';
import {matVecTransposed, sumOfOuters} from '../../linalg/index.js';
import {kkt, type LinearSolver, type SolveInfo} from '../../linsolve/index.js';
import {asRows, boundsOf, guessOfRows, settleFixed, splitRows, type BoundDuals} from './parts/bounds.js';
import {refuseSparse} from './parts/refuse-sparse.js';

/** How the gradient of a quadratic program is computed. */
export interface ImplicitQPOptions {
  /** Solves the adjoint system. Default `linsolve.kkt()`. */
  linsolve?: LinearSolver | undefined;
  /** Which derivative a weakly active constraint gets. Default 'leastNorm'. */
  degenerate?: Degenerate | undefined;
  /** κ of 'smooth', in units of multiplier times slack. Default 1e-3. */
  smoothing?: number | undefined;
  /** Receives the report of the gradient's linear solve. */
  onGradient?: ((info: SolveInfo) => void) | undefined;
  /** When the linear system of a gradient is not solved: 'warn' (default), 'throw' or 'ignore'. */
  onFailure?: OnFailure | undefined;
}

/** How the solve of each sample went, and what is known about its solution. */
export type QPState = {
  /** [B], int32, the codes of `Status`. */
  status: tf.Tensor1D;
  /** [B], int32: the iterations of each sample. Zero if the active set of the warm start was right. */
  iterations: tf.Tensor1D;
  /** Shape [B]: the largest relative error among stationarity, feasibility, signs and complementarity. */
  residual: tf.Tensor1D;
  /** Shape [B, m]: h − Gx, differentiable. */
  slack: tf.Tensor2D;
  /** [B, m], int32: 0 inactive, 1 active, 2 weakly active; then the bounds, first the lower ones, as many more entries as there are. */
  activity: tf.Tensor2D;
  /**
   * For status 1, (ineqDual, eqDual) with Gᵀλ + Aᵀν = 0, λ ≥ 0 and hᵀλ + bᵀν = −1: no point is feasible. For status 2, x with Qx
   * = 0, Gx ≤ 0, Ax = 0 and pᵀx = −1: the objective decreases along x without limit. Otherwise zero. Bounds count as rows of G.
   */
  certificate: {
    /** [B, n], the direction in which the objective decreases without limit; zero unless the status is 2. */
    x: tf.Tensor2D;
    /** λ, [B, m], for the proof that no point is feasible; zero unless the status is 1. */
    ineqDual: tf.Tensor2D;
    /** ν, [B, k], for the same proof; zero unless the status is 1. */
    eqDual: tf.Tensor2D;
    /** z_l, [B, n], for the same proof; zero unless the status is 1. [B, 0] without lower bounds. */
    lowerDual: tf.Tensor2D;
    /** z_u, [B, n], likewise. */
    upperDual: tf.Tensor2D;
  };
};

/** The solution with the multipliers of its bounds. */
export type BoundedSolution = QuadraticSolution & BoundDuals;

/** The solution as `run` gives it: with these multipliers if the problem has bounds. */
export type QPRunSolution = QuadraticSolution & Partial<BoundDuals>;

/** A guess for a problem with or without bounds. */
export type BoundedGuess = QPGuess & Partial<BoundDuals>;

const GUESS: Names<BoundedGuess> = {
  x: 1,
  ineqDual: 1,
  eqDual: 1,
  slack: 1,
  lowerDual: 0,
  upperDual: 0,
};
export const IMPLICIT_QP: Names<ImplicitQPOptions> = {
  linsolve: 0,
  degenerate: 0,
  smoothing: 0,
  onGradient: 0,
  onFailure: 0,
};

/** A solver of batches of quadratic programs, made differentiable by the implicit-function theorem. */
export abstract class ImplicitQP {
  private readonly linsolve: LinearSolver;
  private readonly degenerate: Degenerate;
  private readonly smoothing: number;
  private readonly onGradient?: (info: SolveInfo) => void;
  private readonly onFailure?: OnFailure;
  private readonly where: string;
  /** Whether `solve` takes bounds. Otherwise they are rows of G. */
  protected readonly takesBounds: boolean = false;

  /** @param where The name used in messages. */
  constructor(
    {linsolve = kkt(), degenerate = 'leastNorm', smoothing = 1e-3, onGradient, onFailure}: ImplicitQPOptions,
    where = 'solveQP',
  ) {
    checkDegenerate(degenerate, smoothing);
    this.linsolve = linsolve;
    this.degenerate = degenerate;
    this.smoothing = smoothing;
    this.onGradient = onGradient;
    this.onFailure = onFailure;
    this.where = where;
  }

  /** The values of the solution, off the tape. */
  protected abstract solve(init: QPGuess | null, data: QuadraticData): QPSolution;

  /** The same with pauses. Default: some samples after others, each as `solve` does it. */
  protected *solving(init: QPGuess | null, data: QuadraticData): Steps<QPSolution> {
    const solve = (from: number, count: number) => ({
      ...this.solve(init && takeSamples(init, from, count), takeSamples(data, from, count)),
    });
    const [most, total] = [(this as {maxIterations?: number}).maxIterations ?? Infinity, data.p.shape[0]];
    return yield* inParts(total, most, solve, (part) => part);
  }

  /**
   * Solves the batch.
   *
   * @param init `null`, or a guess (an earlier solution of nearby problems).
   * @param data Axis 0 of every tensor is the batch or 1, for p the batch.
   * @returns {x: {x, ineqDual, eqDual}, state}, differentiable in `data` to any order; with bounds, x also has `lowerDual` and `upperDual`. The
   *   result also has each of their entries except x under its own name: `ineqDual`, `slack`, `status`, …, as in the result of `solveQP`.
   */
  run(init: BoundedGuess | null, data: QuadraticData): RunResult<QPRunSolution, QPState> {
    return tf.tidy(
      () => drain(this.running(init, data, false)) as unknown as tf.TensorContainerObject,
    ) as unknown as RunResult<QPRunSolution, QPState>;
  }

  /**
   * `run` in slices of about 8 ms, between which the event loop goes on: a page stays responsive. Without a gradient.
   *
   * The result is that of `run`. What it is given is read when it is called. `solveQPAsync` adds shape checks and shared tensors.
   *
   * @returns The result of `run`; the caller disposes of its tensors.
   * @throws (rejects) As `run`; if a gradient is being recorded; with an `AbortError` if the signal is aborted; or what `onProgress` throws.
   */
  async runAsync(
    init: BoundedGuess | null,
    data: QuadraticData,
    options?: AsyncOptions,
  ): Promise<RunResult<QPRunSolution, QPState>> {
    const {className = this.where} = this as {className?: string};
    refuseSparse(`${className}.runAsync`, data);
    return inSlices(
      `${className}.runAsync`,
      () => this.running(init && heldGuess(init), held(data), true),
      options,
    );
  }

  /** The data with all six tensors. */
  protected whole(data: QuadraticData): QuadraticData {
    return data;
  }

  private *running(
    init: BoundedGuess | null,
    given: QuadraticData,
    inSlices: boolean,
  ): Steps<RunResult<QPRunSolution, QPState>> {
    refuseSparse((this as {className?: string}).className ?? this.where, given);
    const whole = this.whole(given);
    const data = this.takesBounds && hostShouldRead() ? whole : asRows(whole);
    checkGuess(init);
    const guess = init && offTape(() => guessOfRows(init, whole));
    const solved = inSlices
      ? yield* this.solving(guess, data)
      : offTape(() => ({...this.solve(guess, data)}));
    const found = whole === data ? solved : offTape(() => settleFixed(solved, whole));
    const {activity, status} = found;
    const hasBounds = Boolean(whole.lower || whole.upper);
    const split = (values: tf.Tensor) => splitRows(values, data.p.shape[1]!, whole) as tf.Tensor2D[];
    const solutionOf = ({x, ineqDual: all, eqDual}: QuadraticSolution): QPRunSolution => {
      // Without bounds, x has the entries of the condition's x.
      if (!hasBounds) return {x, ineqDual: all, eqDual};
      const [ineqDual, lowerDual, upperDual] = split(all);
      return {x, ineqDual, eqDual, lowerDual, upperDual};
    };
    const [ineqDual, lowerDual, upperDual] = split(found.certificateIneq);
    const ofG = hasBounds ? split(found.slack)[0] : found.slack;
    const state: QPState = {
      status,
      iterations: found.iterations,
      residual: found.residual,
      slack: ofG,
      activity,
      certificate: {x: found.certificateX, ineqDual, eqDual: found.certificateEq, lowerDual, upperDual},
    };
    // Without a tape there is nothing to differentiate. What observes a function wants to see the operations.
    if (!isTapeOn() && !observed()) {
      return runResult(solutionOf(found), state);
    }
    const weight = complementarityWeight(found, this.degenerate, this.smoothing);
    const {linsolve, onGradient, onFailure, where} = this;
    // In the order in which the condition returns its cotangents.
    const {Q, p, G, A, b, lower, upper} = data;
    const h = boundsOf(data.h);
    const bounds = {...(lower && {lower: boundsOf(lower, 'lower')}), ...(upper && {upper: boundsOf(upper)})};
    const x = knownRoot(
      quadraticKkt,
      {linsolve, onGradient, onFailure, where},
      [
        {Q, p, G, h, A, b, ...bounds},
        {weight, status},
      ],
      {x: found.x, ineqDual: found.ineqDual, eqDual: found.eqDual},
    );
    state.slack = slackOf(ofG, x.x, whole.G, whole === data ? h : boundsOf(whole.h), status);
    return runResult(solutionOf(x), state);
  }
}

/** @throws If a guess lacks an entry. It may be a whole result with more entries. */
export function checkGuess(init: BoundedGuess | null): void {
  if (init) checkOptions('The guess (initial)', init, GUESS, 'entry', Object.keys(init));
}

/** A guess may be a whole result with more entries. */
export function heldGuess(init: BoundedGuess): BoundedGuess {
  const entries = Object.entries(init).filter(([name]) => name in GUESS);
  return held(Object.fromEntries(entries) as BoundedGuess);
}

/** The solver's slack, which has no cancellation error, with the derivative of h − Gx; zero for a failed sample. */
function slackOf(
  value: tf.Tensor2D,
  x: tf.Tensor,
  G: tf.Tensor,
  h: tf.Tensor,
  status: tf.Tensor,
): tf.Tensor2D {
  return recordOp({
    name: 'Slack',
    values: [value],
    inputs: [x, G, h, status],
    gradient: ([dy], _slack, [at, rows, , code]) => {
      const solved = tf.expandDims(tf.cast(tf.equal(code, 0), 'float32'), 1);
      const counted = tf.mul(solved, dy);
      const minus = tf.neg(counted);
      return [
        matVecTransposed(rows, minus),
        sumOfOuters([[minus, at]], rows.shape[0]),
        h.shape[0] === counted.shape[0] ? counted : tf.sum(counted, 0, true),
      ];
    },
  })[0] as tf.Tensor2D;
}
