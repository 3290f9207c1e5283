/** @file The interior-point solver of quadratic programs. */
import {checkOptions, type Names} from '../../checks/index.js';
import * as tf from '@tensorflow/tfjs-core';
import {SuspendedScope} from '../../autodiff/index.js';
import type {QuadraticData, QuadraticSolution} from '../../conditions/index.js';
import {hostShouldRead, readF32, runQP, startQP, type QPGuess, type QPSolution} from '../../kernels/index.js';
import {inRounds} from '../iteration/in-rounds.js';
import {checkAsync, SLICE, type AsyncOptions} from '../iteration/in-slices.js';
import {runResult, type RunResult} from '../iteration/run-result.js';
import {held, takeSamples} from '../iteration/samples.js';
import type {Steps} from '../iteration/steps.js';
import {heldGuess, IMPLICIT_QP, ImplicitQP, type ImplicitQPOptions, type QPState} from './implicit-qp.js';

/** The options of `InteriorPointQP`. */
export interface InteriorPointQPOptions extends ImplicitQPOptions {
  /** Relative KKT error at which a sample counts as solved. Default 1e-9 (f64 inside). */
  tolerance?: number | undefined;
  /** The largest number of iterations of a sample. Default 100. */
  maxIterations?: number | undefined;
}

const NAMES: Names<InteriorPointQPOptions> = {...IMPLICIT_QP, tolerance: 0, maxIterations: 0};

/**
 * min ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b, for a batch: a primal–dual interior-point method on the homogeneous self-dual
 * embedding (which distinguishes infeasible and unbounded problems from solved ones), finished on the active set, in f64 in one
 * fused kernel. If a sample fails, it has x = 0 and a zero gradient, and the others are unaffected.
 *
 * `solveQP` adds shape checks, shared tensors and messages.
 *
 * @see Goulart & Chen 2024 (arXiv 2405.12762); Blondel et al. 2022 (arXiv 2105.15183), equation 6, for the gradient.
 */
export class InteriorPointQP extends ImplicitQP {
  /** The name at the start of its messages. */
  readonly className = 'InteriorPointQP';
  /** The relative KKT error at which a sample counts as solved. Default 1e-9 (f64 inside). */
  readonly tolerance: number;
  /** The most iterations of a sample. Default 100. */
  readonly maxIterations: number;

  constructor(given: InteriorPointQPOptions = {}) {
    const {tolerance = 1e-9, maxIterations = 100, ...options} = checkOptions('InteriorPointQP', given, NAMES);
    super(options);
    if (!(tolerance > 0)) throw new Error(`InteriorPointQP: tolerance must be positive, got ${tolerance}.`);
    if (!(Number.isInteger(maxIterations) && maxIterations >= 1)) {
      throw new Error(`InteriorPointQP: maxIterations must be a positive integer, got ${maxIterations}.`);
    }
    this.tolerance = tolerance;
    this.maxIterations = maxIterations;
  }

  protected override solve(init: QPGuess | null, data: QuadraticData): QPSolution {
    return runQP(data, this, init);
  }

  override async runAsync(
    init: QPGuess | null,
    data: QuadraticData,
    options?: AsyncOptions,
  ): Promise<RunResult<QuadraticSolution, QPState>> {
    if (!hostShouldRead()) return super.runAsync(init, data, options);
    const where = `${this.className}.runAsync`;
    checkAsync(where, options);
    const inputs = new SuspendedScope();
    try {
      const [guess, given] = inputs.run(() => [init && heldGuess(init), held(data)] as const);
      const solve = async (from: number, count: number, following: AsyncOptions) => {
        const part = new SuspendedScope();
        try {
          const take = () =>
            [guess && takeSamples(guess, from, count), takeSamples(given, from, count)] as const;
          return await super.runAsync(...part.run(take), following);
        } finally {
          part.close();
        }
      };
      const dispose = (results: object) => tf.dispose(results as tf.TensorContainer);
      const {x, state} = await inRounds(where, given.p.shape[0], solve, options, dispose);
      return runResult(x, state);
    } finally {
      inputs.close();
    }
  }

  protected override *solving(init: QPGuess | null, data: QuadraticData): Steps<QPSolution> {
    if (!hostShouldRead()) return yield* super.solving(init, data);
    const {maxIterations} = this;
    const run = startQP(data, this, init, SLICE);
    const total = data.p.shape[0];
    const look = (done: number) => () => ({iteration: 0, maxIterations, residual: Infinity, done, total});
    // Copies are made before the first samples and after the last ones. They have tasks of their own.
    const rest = {look: look(0), isWhole: true, isSilent: true};
    let told = 0;
    try {
      yield rest;
      for (let left = run.work(); left !== 'nothing'; left = run.work()) {
        const {done} = run;
        // The end is told with the residuals.
        const isSilent = done === told || done === total;
        yield {
          look: look(done),
          isWhole: true,
          isSilent,
          until: left === 'workers' ? run.change() : undefined,
        };
        told = done;
      }
      yield rest;
    } finally {
      run.close();
    }
    const found = run.result();
    const [iterations, residuals] = [found.iterations, found.residual].map((values) => readF32(values));
    const progress = {
      iteration: iterations.reduce((a, b) => Math.max(a, b), 0),
      maxIterations,
      residual: residuals.reduce((a, b) => Math.max(a, b), 0),
      ...{done: total, total},
    };
    yield {look: () => progress, isWhole: true};
    return found;
  }

  /** The constructor arguments of an equal solver, for a saved layer. */
  getConfig(): {
    /** The `tolerance` of this solver. */
    tolerance: number;
    /** The `maxIterations` of this solver. */
    maxIterations: number;
  } {
    return {tolerance: this.tolerance, maxIterations: this.maxIterations};
  }
}
