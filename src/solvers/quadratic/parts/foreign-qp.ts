/** @file Makes any other solver of quadratic programs differentiable. */
import * as tf from '@tensorflow/tfjs-core';
import type {QuadraticData, QuadraticSolution} from '../../../conditions/index.js';
import type {QPGuess, QPSolution} from '../../../kernels/index.js';
import {matVec} from '../../../linalg/index.js';
import {ImplicitQP, type ImplicitQPOptions, type QPState} from '../implicit-qp.js';

/** A solver of min ½ xᵀQx + pᵀx, Gx ≤ h, Ax = b for a batch. Its computation is never differentiated. */
export interface QPSolver {
  /**
   * @param data Axis 0 of every tensor is the batch or 1, for p the batch.
   * @returns x [B, n], ineqDual [B, m] ≥ 0, eqDual [B, k] with Qx + p + Gᵀλ + Aᵀν = 0; and the parts of the state that it knows. A missing
   *   status counts as solved.
   */
  run(
    init: QPGuess | null,
    data: QuadraticData,
  ): {
    /** The solution: x [B, n], ineqDual [B, m] ≥ 0, eqDual [B, k]. */
    x: QuadraticSolution;
    /** The known parts of the state. Default: every sample is solved, and slacks and activity follow from x and ineqDual. */
    state?: Partial<QPState> | undefined;
  };
}

/** Multipliers and slacks below this count as zero. */
const WEAK = 1e-6;

/** `QPSolver` with the gradient of the KKT condition: the active set comes from its multipliers and slacks. */
export class ForeignQP extends ImplicitQP {
  constructor(
    private readonly solver: QPSolver,
    options: ImplicitQPOptions,
  ) {
    super(options);
  }

  protected override solve(init: QPGuess | null, data: QuadraticData): QPSolution {
    const {x: solution, state = {}} = this.solver.run(init, data);
    const {x, ineqDual, eqDual} = solution as Record<keyof QuadraticSolution, tf.Tensor2D>;
    const [batch] = x.shape;
    const slack = state.slack ?? (tf.relu(tf.sub(data.h, matVec(data.G, x))) as tf.Tensor2D);
    const weak = tf.logicalAnd(tf.less(ineqDual, WEAK), tf.less(slack, WEAK));
    const active = tf.cast(tf.greater(ineqDual, slack), 'int32');
    const zeros = tf.zeros([batch], 'int32') as tf.Tensor1D;
    return {
      x,
      ineqDual,
      eqDual,
      slack,
      activity:
        state.activity ??
        (tf.where(weak, tf.mul(tf.onesLike(active), tf.scalar(2, 'int32')), active) as tf.Tensor2D),
      status: state.status ?? zeros,
      iterations: state.iterations ?? zeros,
      residual: state.residual ?? tf.zeros([batch]),
      certificateX: state.certificate?.x ?? tf.zerosLike(x),
      certificateIneq: state.certificate?.ineqDual ?? tf.zerosLike(ineqDual),
      certificateEq: state.certificate?.eqDual ?? tf.zerosLike(eqDual),
    };
  }
}
