/** @file The common part of the layers that project each sample: samples without a solution get zeros, a status, and a message. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {offTape} from '../../autodiff/index.js';
import {Status} from '../../implicit/index.js';
import {keepSamples, reportFailures} from '../../solvers/index.js';
import {finiteRows, rowMin} from './rows.js';
import {SolverLayer} from './solver-layer.js';

/** What `project` returns: the projection, NaN for samples without one, and optionally the status of each sample. */
export type Projected =
  | tf.Tensor
  | {
      /** The projection, with the batch axis first; NaN for samples without one. */
      plan: tf.Tensor;
      /** Shape [B]: the code of `Status` for a sample without a projection. */
      status: tf.Tensor;
    };

const REASONS: Record<number, string> = {
  [Status.PRIMAL_INFEASIBLE]:
    'cannot be projected, because the set is empty (sums that differ, or fewer entries than you want to choose)',
  [Status.ITERATION_LIMIT]: 'was not solved to float32 accuracy (raise strength, or scale the input down)',
  [Status.INVALID_INPUT]: 'has NaN or infinity in its input',
};
const REASON_OF_MASKS =
  'has NaN or +infinity in its input, or a row in which every entry is masked by -infinity (leave one entry per row unmasked)';

export abstract class ProjectionLayer extends SolverLayer {
  /** Keras's mask of time steps is passed on. */
  override supportsMasking = true;
  protected override readonly inputNames: readonly string[] = ['x'];

  /** The axis along which −∞ removes an entry of x from its row; `null` if −∞ is not a valid input. */
  protected get maskedAxis(): number | null {
    return null;
  }

  /** Whether −∞ is a valid input, which masks an entry. */
  protected get masks(): boolean {
    return this.maskedAxis !== null;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
  }

  protected override solve(given: tf.Tensor[]): tf.Tensor {
    const {valid, left} = this.usable(given);
    const [x, ...rest] = given.map((input) => keepSamples(valid, input));
    const projected = this.project(x, ...rest);
    const {plan: y, status: found} =
      projected instanceof tf.Tensor ? {plan: projected, status: null} : projected;
    const solved = offTape(() => tf.mul(valid, rowMin(tf.isFinite(y))));
    const status = offTape(() => {
      const code = (value: number) => tf.fill(valid.shape, value);
      const is = (flag: tf.Tensor) => tf.cast(flag, 'bool');
      const failed = found ?? code(Status.PRIMAL_INFEASIBLE);
      const whole = tf.where(is(left), code(Status.SOLVED), code(Status.INVALID_INPUT));
      return tf.where(is(valid), tf.where(is(solved), whole, failed), code(Status.INVALID_INPUT));
    });
    const zeros = tf.zeros([x.shape[0]]);
    const weaklyActive = offTape(() => this.kinks(x, y));
    this.remember({status, iterations: zeros, residual: zeros, weaklyActive});
    reportFailures(
      {
        where: `${this.getClassName()} '${this.name}'`,
        codes: this.statusCodes(),
        reason: (code) =>
          code === Status.INVALID_INPUT && this.maskedAxis !== null ? REASON_OF_MASKS : REASONS[code],
        consequence: 'Its output and gradient are zero.',
        mayAllFail: true,
      },
      'warn',
    );
    return keepSamples(solved, y);
  }

  /** Two flags: 1 for a sample that is a valid input, and 1 for a sample without a fully masked row; each is [B], or one number for all. */
  private usable(given: readonly tf.Tensor[]): {valid: tf.Tensor; left: tf.Tensor} {
    const axis = this.maskedAxis;
    const all = tf.scalar(1);
    if (!this.masks) return {valid: finiteRows(given), left: all};
    return offTape(() => {
      const [x, ...rest] = given;
      // Tests the kind of each entry instead of comparing it with infinity, which half-precision backends cannot hold.
      const finite = tf.isFinite(x);
      const masked = tf.logicalAnd(tf.isInf(x), tf.less(x, 0));
      const others = rest.length > 0 ? finiteRows(rest) : all;
      return {
        valid: tf.minimum(rowMin(tf.logicalOr(finite, masked)), others),
        left: axis === null ? all : rowMin(tf.max(tf.cast(finite, 'float32'), axis)),
      };
    });
  }

  /** The projection of samples whose entries are finite or masked. */
  protected abstract project(x: tf.Tensor, ...rest: tf.Tensor[]): Projected;

  /** Where the output has a kink, [B, …]; nothing if it has none. */
  protected kinks(_x: tf.Tensor, y: tf.Tensor): tf.Tensor {
    return tf.zeros([y.shape[0], 0], 'bool');
  }
}

/** `project` along an axis other than the last. */
export function alongAxis(x: tf.Tensor, axis: number, project: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const last = x.rank - 1;
  const at = (axis + x.rank) % x.rank;
  if (at === last) return project(x);
  const order = [...Array(x.rank).keys()];
  [order[at], order[last]] = [last, at];
  return tf.transpose(project(tf.transpose(x, order)), order);
}

/** @throws If `axis` is not an axis of the input, or is the batch axis. */
export function checkAxis(className: string, axis: number, inputShape: Shape): void {
  if (axis === 0 || Math.abs(axis) >= inputShape.length) {
    throw new Error(`${className}: axis ${axis} is not a feature axis of an input of shape [${inputShape}].`);
  }
}
