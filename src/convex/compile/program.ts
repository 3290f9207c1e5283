/** @file What a compiled problem is: its variables and parameters, a solver's data as maps of the parameters, and how it is solved. */
import type * as tf from '@tensorflow/tfjs-core';
import type {OnFailure} from '../../implicit/index.js';
import type {Expression} from '../types.js';
import type {Builder, Place} from './builder.js';
import {NONE} from './form.js';
import type {Objective} from './objective.js';
import {ParameterMap} from './parameter-map.js';
import type {Theta} from './theta.js';

/** Options of a solve. */
export interface SolveOptions {
  /** Relative error at which a sample counts as solved. Default: that of `solveQP`, or of `solvers.ConicSplitting`. */
  tolerance?: number | undefined;
  /** The largest number of iterations of a sample. Default: that of the solver. */
  maxIterations?: number | undefined;
  /** What to do when samples fail, if the status can be read synchronously. Default 'warn'. */
  onFailure?: OnFailure | undefined;
}

/** A solution in the solver's variables; each tensor has the batch in front. */
export interface Solved {
  /** All variables, [B, N]. */
  z: tf.Tensor;
  /** The multipliers of the constraint with this number, [B, entries]; of a matrix, [B, n²]. */
  dual(constraint: number): tf.Tensor;
  /** The same for the proof that nothing is feasible, where the solver gives one; otherwise `null`. */
  proof(constraint: number): tf.Tensor | null;
  status: tf.Tensor;
  iterations: tf.Tensor;
  residual: tf.Tensor;
}

export abstract class Program {
  /** 'quadratic': `solveQP`. 'conic': `solvers.ConicSplitting`. */
  abstract readonly kind: 'quadratic' | 'conic';
  readonly variables: ReadonlyMap<string, Place>;
  readonly parameters: ReadonlyMap<string, Place>;
  /** Expressions of parameters that are computed like parameters. */
  readonly derived: readonly {expression: Expression; start: number}[];
  readonly variableCount: number;
  /** The coefficients of the variables in the part of the objective that is linear. */
  protected readonly linear: ParameterMap;

  constructor({variables, parameters, derived, variableCount}: Builder, {linear}: Objective) {
    this.variables = variables;
    this.parameters = parameters;
    this.derived = derived;
    this.variableCount = variableCount;
    this.linear = new ParameterMap(variableCount);
    for (let term = 0; term < linear.count; term++) {
      const variable = linear.variables[term];
      if (variable !== NONE) this.linear.add(variable, linear.parameters[term], linear.values[term]);
    }
  }

  /** Differentiable. */
  abstract solve(theta: Theta, options: SolveOptions): Solved;
}
