/** @file The operator-splitting solver of quadratic programs in the form that `solveQP` takes. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import type {QuadraticData} from '../conditions/index.js';
import type {QPGuess, QPSolution} from '../kernels/index.js';
import {matVec} from '../linalg/index.js';
import {checkLimits, checkShapes} from './box-osqp-input.js';
import {solveBoxed} from './box-osqp.js';
import {IMPLICIT_QP, ImplicitQP, type ImplicitQPOptions} from './implicit-qp.js';
import {asNumbers, ofBatch} from './operator-splitting-rows.js';

export interface OSQPOptions extends ImplicitQPOptions {
  /** Largest KKT error of a solved sample, relative whatever the units. Default 1e-5; polishing leaves about 1e-6. */
  tolerance?: number;
  /** Default 4000; 300 at most where the host cannot read, and so cannot see that it is done. */
  maxIterations?: number;
}

/** A multiplier and a slack below this, relative to the largest, are both taken for zero. */
const WEAK = 3e-6;

const NAMES: Names<OSQPOptions> = {...IMPLICIT_QP, tolerance: 0, maxIterations: 0};

/**
 * min ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b, for a batch: `BoxOSQP` with the rows of G below h and those of A at b, in f32
 * tensor operations, finished on the active set by the f64 KKT kernel. Statuses, certificates and gradients are those of
 * `InteriorPointQP`; a sample that fails has x = 0 and a zero gradient, and never touches the others.
 * Unbounded problems of about a hundred variables may end with status 3, for want of a direction precise enough to prove it.
 *
 * `solveQP(problem, {solver: new OSQP()})` wraps it with shape checks, shared tensors and messages.
 *
 * @throws If shapes do not fit or an option is out of range.
 * @see Stellato et al. 2020 (arXiv 1711.08013); Blondel et al. 2022 (arXiv 2105.15183), equation 6, for the gradient.
 */
export class OSQP extends ImplicitQP {
  readonly className = 'OSQP';
  readonly tolerance: number;
  readonly maxIterations: number;

  constructor(given: OSQPOptions = {}) {
    const {tolerance = 1e-5, maxIterations = 4000, ...options} = checkOptions('OSQP', given, NAMES);
    super(options);
    checkLimits('OSQP', {maxIterations, tolerance});
    this.tolerance = tolerance;
    this.maxIterations = maxIterations;
  }

  protected override solve(init: QPGuess | null, data: QuadraticData): QPSolution {
    const batch = checkShapes('OSQP', data, {Q: 'nn', p: 'n', G: 'mn', h: 'm', A: 'kn', b: 'k'});
    const {Q, p, G, h, A, b} = data;
    const [m, k] = [G.shape[1]!, A.shape[1]!];
    // h must be finite, as for the other solvers of this form.
    const upper = tf.where(tf.isFinite(h), h, tf.fill(h.shape, NaN));
    const boxed = {
      ...{Q, p, A: stack(G, A)},
      ...{l: stack(tf.fill(h.shape, -Infinity), b), u: stack(upper, b)},
    };
    const start = init && {x: init.x as tf.Tensor2D, y: stack(init.ineqDual, init.eqDual) as tf.Tensor2D};
    const found = solveBoxed(boxed, batch, start, this);
    const split = (y: tf.Tensor) => tf.split(y, [m, k], 1) as tf.Tensor2D[];
    const [dual, eqDual] = split(found.y);
    const active = split(found.upper)[0];
    const ineqDual = tf.relu(dual);
    const solved = tf.expandDims(tf.equal(found.status, 0), 1);
    const free = tf.logicalAnd(solved, tf.logicalNot(active));
    const slack = tf.where(free, tf.relu(tf.sub(h, matVec(G, found.x))), tf.zerosLike(dual)) as tf.Tensor2D;
    const [certificateIneq, certificateEq] = split(found.certificate.y);
    return {
      ...{x: found.x, ineqDual, eqDual, slack},
      activity: activityOf(active, ineqDual, slack, solved),
      ...{status: found.status, iterations: found.iterations, residual: found.residual},
      certificateX: found.certificate.x,
      ...{certificateIneq: tf.relu(certificateIneq), certificateEq},
    };
  }

  /** The arguments that make an equal solver, for a saved layer. */
  getConfig(): {tolerance: number; maxIterations: number} {
    return {tolerance: this.tolerance, maxIterations: this.maxIterations};
  }
}

/** 0 inactive, 1 active, 2 neither for sure. */
function activityOf(
  active: tf.Tensor,
  ineqDual: tf.Tensor2D,
  slack: tf.Tensor2D,
  solved: tf.Tensor,
): tf.Tensor2D {
  if (ineqDual.size === 0) return tf.cast(ineqDual, 'int32') as tf.Tensor2D;
  const small = (v: tf.Tensor) => tf.lessEqual(v, tf.mul(WEAK, tf.maximum(1, tf.max(v, 1, true))));
  const weak = tf.logicalAnd(solved, tf.logicalAnd(small(ineqDual), small(slack)));
  const kinds = tf.where(weak, tf.fill(weak.shape, 2), asNumbers(active));
  return tf.cast(kinds, 'int32') as tf.Tensor2D;
}

/** The rows of one above those of the other, with the larger batch. */
function stack(above: tf.Tensor, below: tf.Tensor): tf.Tensor {
  if (above.shape[1] === 0) return tf.clone(below);
  if (below.shape[1] === 0) return tf.clone(above);
  const batch = Math.max(above.shape[0], below.shape[0]);
  const [one, other] = [above, below].map((v): tf.Tensor => ofBatch(v, batch));
  return tf.concat([one, other], 1);
}
