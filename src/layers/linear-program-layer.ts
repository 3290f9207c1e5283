/** @file A smoothed linear program as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import type {QPInput, QPParameter} from '../solvers/index.js';
import {QP_ARGUMENTS, type QPLayerArgs} from './base/qp-arguments.js';
import {scaledIdentity} from './base/product.js';
import type {QPPart} from './base/qp-description.js';
import {QPLayer} from './qp-layer.js';
import {checkArguments, checkNumber} from './base/arguments.js';

/** The arguments of `LinearProgramLayer`: those of `QPLayer` except `epsilon`, and the smoothing. */
export interface LinearProgramLayerArgs extends Omit<QPLayerArgs, 'epsilon'> {
  /** ε > 0 in the term ½ε‖x‖², which makes the solution differentiable; towards 0 the solution becomes a corner. Default 0.1. */
  strength?: number | undefined;
}

const OWN = ['strength', ...QP_ARGUMENTS.filter((name) => name !== 'epsilon')];

/**
 * x(p) = argmin pᵀx + ½ε‖x‖² subject to Gx ≤ h, Ax = b: input p [B, d], output x [B, n].
 *
 * The solution of a linear program is a corner, which does not move with p: its gradient is zero almost everywhere. The quadratic
 * term makes it the projection of −p/ε onto the polyhedron. The other arguments are those of `QPLayer`, without Q.
 *
 * @throws If Q is an input or a constant; also in all cases in which `QPLayer` throws.
 * @see Mangasarian & Meyer 1979, Nonlinear perturbation of linear programs; Wilder, Dilkina & Tambe 2019 (arXiv 1809.05504).
 */
export class LinearProgramLayer extends QPLayer {
  /** The name under which saved models find this layer. */
  static override readonly className: string = 'LinearProgramLayer';
  private readonly strength: number;

  /** @param given The smoothing, by default 0.1, and the arguments of `QPLayer` except `epsilon`. */
  constructor(given: LinearProgramLayerArgs = {}) {
    const {className} = LinearProgramLayer;
    const {strength, ...args} = checkArguments(className, given, OWN);
    super(args);
    this.strength = checkNumber(className, 'strength', strength ?? 0.1, Number.MIN_VALUE);
    if (this.isGiven('Q'))
      throw new Error(`${className} has no parameter Q, because Q is strength times the identity.`);
  }

  protected override get solves(): string {
    return 'x = argmin pᵀx + ½ε‖x‖² subject to Gx ≤ h, Ax = b; ε is the strength';
  }

  protected override partOf(parameter: QPParameter): QPPart | null {
    return parameter === 'Q' ? null : super.partOf(parameter);
  }

  protected override addLearned(parameter: QPParameter): void {
    if (parameter !== 'Q') super.addLearned(parameter);
  }

  /** Whether a parameter is learned: never Q, which is ε times the identity. */
  protected override isLearned(parameter: QPParameter): boolean {
    return parameter !== 'Q' && super.isLearned(parameter);
  }

  protected override problem(fed: Map<QPParameter, tf.Tensor>): QPInput {
    const problem = super.problem(fed);
    return {...problem, Q: scaledIdentity(this.getClassName(), this.sizes.n, this.strength, problem)};
  }

  override getConfig(): tf.serialization.ConfigDict {
    const config = super.getConfig();
    delete config.epsilon;
    return {...config, strength: this.strength};
  }
}

tf.serialization.registerClass(LinearProgramLayer);
