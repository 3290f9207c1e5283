/** @file Quadratic programs of the collection for `prepareQP`. */
import {prepareQP, type PreparedQP, type PreparedQPResult, type PrepareQPOptions} from '../../src/index.js';
import type {Data} from './qp-judge.js';

/** Arrays without the rows that the problem does not have. */
export function inputOf({Q, p, G, h, A, b}: Data) {
  return {Q, p, ...(h.length > 0 && {G, h}), ...(b.length > 0 && {A, b})};
}

export function prepared(problem: Data, options?: PrepareQPOptions): PreparedQP {
  return prepareQP(inputOf(problem), options);
}

/** A result in lists of its own, which no later call overwrites. */
export interface Copied {
  x: number[];
  ineqDual: number[];
  eqDual: number[];
  slack: number[];
  status: number;
  iterations: number;
  residual: number;
}

export function copied({x, ineqDual, eqDual, slack, ...rest}: PreparedQPResult): Copied {
  const [a, b, c, d] = [x, ineqDual, eqDual, slack].map((values) => Array.from(values));
  return {x: a, ineqDual: b, eqDual: c, slack: d, ...rest};
}
