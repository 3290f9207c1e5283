/** @file What layers share that project each sample: samples without an answer get zeros, and a status. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {offTape, rollBackOnThrow} from '../autodiff/index.js';
import {Status} from '../implicit/index.js';
import {keepSamples} from '../solvers/index.js';
import {finiteRows, rowMin} from './rows.js';
import {inputList, SolverLayer} from './solver-layer.js';

export abstract class ProjectionLayer extends SolverLayer {
  /** The names of the inputs. */
  protected readonly inputNames: readonly string[] = ['x'];

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    const solve = () => {
      this.invokeCallHook(inputs, kwargs);
      const given = inputList(this.getClassName(), inputs, this.inputNames);
      const valid = finiteRows(given);
      const [x, ...rest] = given.map((input) => keepSamples(valid, input));
      const y = this.project(x, ...rest);
      const solved = offTape(() => tf.mul(valid, rowMin(tf.isFinite(y))));
      const status = offTape(() => {
        const infeasible = tf.mul(Status.PRIMAL_INFEASIBLE, tf.sub(1, solved));
        return tf.where(tf.cast(valid, 'bool'), infeasible, tf.fill(valid.shape, Status.INVALID_INPUT));
      });
      const zeros = tf.zeros([x.shape[0]]);
      this.remember({status, iterations: zeros, residual: zeros});
      return keepSamples(solved, y);
    };
    return tf.tidy(() => rollBackOnThrow(solve));
  }

  /** The projection of finite samples; NaN where there is none. */
  protected abstract project(x: tf.Tensor, ...rest: tf.Tensor[]): tf.Tensor;
}

/** `project` along another axis than the last. */
export function alongAxis(x: tf.Tensor, axis: number, project: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const last = x.rank - 1;
  const at = axis < 0 ? axis + x.rank : axis;
  if (at === last) return project(x);
  const order = [...Array(x.rank).keys()];
  [order[at], order[last]] = [last, at];
  return tf.transpose(project(tf.transpose(x, order)), order);
}

/** @throws If `axis` is not an axis of the input, or is the batch axis. */
export function checkAxis(className: string, axis: number, inputShape: Shape): void {
  const at = axis < 0 ? axis + inputShape.length : axis;
  if (at < 1 || at >= inputShape.length) {
    throw new Error(`${className}: axis ${axis} is not a feature axis of an input of shape [${inputShape}].`);
  }
}
