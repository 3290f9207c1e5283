/** @file Anderson acceleration of another solver. */
import type * as tf from '@tensorflow/tfjs-core';
import {checkOptions, describe, type Names} from '../../checks/index.js';
import type {Parameter, Structure} from '../../autodiff/index.js';
import {ANDERSON, AndersonAcceleration, type AndersonOptions} from './anderson-acceleration.js';
import {IterativeSolver} from '../iteration/iterate.js';

/**
 * The options of `AndersonWrapper`: those of `AndersonAcceleration`, and how many inner steps make one outer step. Options that you do not
 * set among `condition`, `maxIterations`, `tolerance`, `implicitDiff`, `batched` and `linsolve` comes from the inner solver.
 */
export interface AndersonWrapperOptions<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends AndersonOptions<X, P> {
  /** The number of steps of the inner solver, each time with a fresh memory, that make one step of the accelerated map. Default 1. */
  steps?: number | undefined;
}

const NAMES: Names<AndersonWrapperOptions<Structure, Parameter[]>> = {...ANDERSON, steps: 0};

/**
 * Accelerates the iteration of another solver; `steps` of its steps are one application of the fixed-point map. `run` takes the
 * inner solver's arguments.
 *
 * Condition, tolerance, iteration limit and linear solver are those of the inner solver unless you set them.
 *
 * @throws If `steps` is not a positive integer.
 * @see Walker & Ni 2011, Anderson acceleration for fixed-point iterations.
 */
export class AndersonWrapper<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends AndersonAcceleration<X, P> {
  constructor(solver: IterativeSolver<X, P>, given: AndersonWrapperOptions<X, P> = {}) {
    const {steps = 1, ...options} = checkOptions('AndersonWrapper', given, NAMES);
    if (!(solver instanceof IterativeSolver)) {
      throw new Error(`AndersonWrapper: expected an iterative solver, got ${describe(solver)}.`);
    }
    if (!(Number.isInteger(steps) && steps >= 1)) {
      throw new Error(`AndersonWrapper: steps must be a positive integer, got ${steps}.`);
    }
    const {condition, maxIterations, tolerance, implicitDiff, batched, linsolve} = solver;
    const fun = (x: X, ...params: P) => solver.advance(x, steps, params);
    super({fun}, {condition, maxIterations, tolerance, implicitDiff, batched, linsolve, ...options});
  }
}
