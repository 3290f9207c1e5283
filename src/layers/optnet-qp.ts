/** @file OptNet's quadratic-program layer, which always has a feasible point. */
import * as tf from '@tensorflow/tfjs-core';
import {initializers} from '@tensorflow/tfjs-layers';
import type {SparseMatrix} from '../linalg/index.js';
import {solveQP, type QPInput, type QPParameter} from '../solvers/index.js';
import {product, scaledIdentity} from './base/product.js';
import type {QPLayerArgs} from './base/qp-arguments.js';
import type {QPPart} from './base/qp-description.js';
import {QPLayer} from './qp-layer.js';

/** softplus⁻¹(1): the slack of a new layer is 1. */
const UNIT_SLACK = Math.log(Math.E - 1);

/** The arguments of `OptNetQP`, which are those of `QPLayer`. */
export type OptNetQPArgs = QPLayerArgs;

/**
 * `QPLayer` with learned right-hand sides h = Gz₀ + s₀ and b = Az₀, where the point z₀ and the slack s₀ > 0 are learned:
 * z₀ is feasible for all values of the weights.
 *
 * If one pair of constraints is given (a constant or an input) and the other's right-hand side is learned, z₀ is first projected onto the
 * given pair and into given bounds, by a separate quadratic program.
 *
 * The arguments are those of `QPLayer`.
 *
 *     // Sudoku: the rules A x = b are learned, x ≥ 0 is given.
 *     new OptNetQP({inputShape: [64], equalities: 40, constants: {Q, G, h}});
 *
 * @see Amos & Kolter 2017 (arXiv 1703.00443), sections 3.2 and 4.4.
 */
export class OptNetQP extends QPLayer {
  /** The name under which saved models find this layer. */
  static override readonly className: string = 'OptNetQP';

  protected override partOf(parameter: QPParameter): QPPart | null {
    const part = super.partOf(parameter);
    if (part && parameter === 'h') return {...part, as: 'Gz₀ + s₀, s₀ > 0'};
    return part && parameter === 'b' ? {...part, as: 'Az₀'} : part;
  }

  /** The class exists to learn right-hand sides, so there is no note about it. */
  protected override noteLearned(): void {
    // No note is needed.
  }

  protected override addLearned(parameter: QPParameter): void {
    if (parameter !== 'h' && parameter !== 'b') {
      super.addLearned(parameter);
      return;
    }
    if (!this.parameters.has('z0')) this.addParameter('z0', [this.sizes.n], initializers.ones());
    if (parameter === 'h')
      this.addParameter('s0', [this.sizes.m], initializers.constant({value: UNIT_SLACK}));
  }

  protected override problem(fed: Map<QPParameter, tf.Tensor>): QPInput {
    const problem = super.problem(fed);
    const point = this.parameters.get('z0')?.read();
    if (!point) return problem;
    const z0 = this.ontoGivenConstraints(point, problem);
    if (this.isLearned('h')) {
      problem.h = tf.add(
        product(problem.G as tf.Tensor | SparseMatrix, z0),
        tf.softplus(this.parameters.get('s0')!.read()),
      );
    }
    if (this.isLearned('b')) problem.b = product(problem.A as tf.Tensor | SparseMatrix, z0);
    return problem;
  }

  /** The closest point to z₀ that satisfies the constraints whose right-hand sides are not learned. */
  private ontoGivenConstraints(z0: tf.Tensor, {G, h, A, b, lower, upper}: QPInput): tf.Tensor {
    const given: Partial<QPInput> = {};
    if (this.isPresent('h') && !this.isLearned('h')) Object.assign(given, {G, h});
    if (this.isPresent('b') && !this.isLearned('b')) Object.assign(given, {A, b});
    if (lower) given.lower = lower;
    if (upper) given.upper = upper;
    if (Object.keys(given).length === 0) return z0;
    const Q = scaledIdentity(this.getClassName(), this.sizes.n, 1, given);
    return solveQP({Q, p: tf.neg(z0), ...given}, {onFailure: 'ignore'}).x;
  }
}

tf.serialization.registerClass(OptNetQP);
