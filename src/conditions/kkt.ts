/** @file The Karush–Kuhn–Tucker conditions of a constrained minimum. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, renamed, unsaid} from '../checks/index.js';
import {vjpAt, type Parameter} from '../autodiff/index.js';
import type {Condition} from '../implicit/index.js';
import type {Objective} from './objective.js';

/** A primal–dual solution. A multiplier is left out where the problem has no such constraints. */
export type PrimalDual = {
  /** [B, n]. */
  x: tf.Tensor;
  /** λ ≥ 0, shaped like the values of `inequality`. */
  ineqDual?: tf.Tensor | undefined;
  /** ν, shaped like the values of `equality`. */
  eqDual?: tf.Tensor | undefined;
};

/** f, under the name that it has in the solvers, or as `objective`, beside `equality` and `inequality`. */
export type KktObjective<P extends Parameter[] = tf.Tensor[]> =
  | {
      /** f(x, ...params): one value per sample, or their sum. */
      fun: Objective<tf.Tensor, P>;
    }
  | {
      /** The same as `fun`. */
      objective: Objective<tf.Tensor, P>;
    };

/** A map of x whose zeros, or negative values, are the constraints. */
export type Constraint<P extends Parameter[] = tf.Tensor[]> = (x: tf.Tensor, ...params: P) => tf.Tensor;

/** A problem with constraints: its objective, and an `equality`, an `inequality`, or both. */
export type KktProblem<P extends Parameter[] = tf.Tensor[]> = KktObjective<P> & {
  /** H(x, ...params) = 0, [B, k]. */
  equality?: Constraint<P> | undefined;
  /** G(x, ...params) ≤ 0, [B, m]. */
  inequality?: Constraint<P> | undefined;
};

/** The condition of a problem: its x holds the multipliers of the constraints that there are. */
export type KktCondition<Names extends keyof PrimalDual, P extends Parameter[] = tf.Tensor[]> = Condition<
  {[Name in Names]: tf.Tensor},
  P
>;

const NAMES = {fun: 1, equality: 0, inequality: 0} as const;

/**
 * F = (∇₁f + ∂₁Gᵀλ + ∂₁Hᵀν ; λ∘G ; H) at x = {x, ineqDual: λ, eqDual: ν}: min f(x) subject to G(x) ≤ 0, H(x) = 0.
 *
 * Signs of λ and G are not part of F: near a solution they hold by themselves. Where λᵢ = Gᵢ = 0 (a weakly active
 * constraint) the system is singular.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), equation 6.
 */
export function kkt<P extends Parameter[] = tf.Tensor[]>(
  problem: KktObjective<P> & {
    equality: Constraint<P>;
    inequality: Constraint<P>;
  },
): KktCondition<'x' | 'ineqDual' | 'eqDual', P>;
export function kkt<P extends Parameter[] = tf.Tensor[]>(
  problem: KktObjective<P> & {
    equality: Constraint<P>;
    inequality?: undefined;
  },
): KktCondition<'x' | 'eqDual', P>;
export function kkt<P extends Parameter[] = tf.Tensor[]>(
  problem: KktObjective<P> & {
    equality?: undefined;
    inequality: Constraint<P>;
  },
): KktCondition<'x' | 'ineqDual', P>;
export function kkt<P extends Parameter[] = tf.Tensor[]>(
  problem: KktObjective<P> & {
    equality?: undefined;
    inequality?: undefined;
  },
): KktCondition<'x', P>;
export function kkt<P extends Parameter[] = tf.Tensor[]>(
  problem: KktProblem<P>,
): KktCondition<keyof PrimalDual, P>;
export function kkt<P extends Parameter[] = tf.Tensor[]>(problem: KktProblem<P>): unknown {
  type Given = KktProblem<P> & {fun: Objective<tf.Tensor, P>};
  const given = renamed('conditions.kkt', problem, {objective: 'fun'}, unsaid) as Given;
  const {fun: objective, equality, inequality} = checkOptions('conditions.kkt', given, NAMES, 'entry');
  checkFunction('conditions.kkt', 'fun', objective);
  return (solution: PrimalDual, ...params: P) =>
    tf.tidy(() => {
      const {x, ineqDual, eqDual} = solution;
      const missing = (name: string, map: string) =>
        new Error(`conditions.kkt: the problem has an ${map}, so the solution needs '${name}'.`);
      if (inequality && !ineqDual) throw missing('ineqDual', 'inequality');
      if (equality && !eqDual) throw missing('eqDual', 'equality');
      const values = ([at]: tf.Tensor[]) => {
        const terms = [tf.sum(objective(at, ...params))];
        if (inequality) terms.push(inequality(at, ...params));
        if (equality) terms.push(equality(at, ...params));
        return terms;
      };
      const multipliers = [tf.scalar(1), ...(inequality ? [ineqDual!] : []), ...(equality ? [eqDual!] : [])];
      const result: Partial<Record<keyof PrimalDual, tf.Tensor>> = {};
      for (const name of Object.keys(solution) as (keyof PrimalDual)[]) {
        if (name === 'x') result.x = vjpAt(values, [x], multipliers)[0];
        if (name === 'ineqDual') {
          result.ineqDual = inequality ? tf.mul(ineqDual!, inequality(x, ...params)) : tf.clone(ineqDual!);
        }
        if (name === 'eqDual') result.eqDual = equality ? equality(x, ...params) : tf.clone(eqDual!);
      }
      return result as tf.NamedTensorMap;
    });
}
