/** @file Numbers of a solver's problem as an affine map of the parameters: constant, or one sample after another. */
import * as tf from '@tensorflow/tfjs-core';
import {hostCanRead} from '../../kernels/index.js';
import {sparseMatVec, type SparsePattern} from '../../linalg/index.js';
import {NONE} from './form.js';

export class ParameterMap {
  /** Of each term that has a parameter: where it is added, the parameter, and the factor. */
  private readonly places: number[] = [];
  private readonly parameters: number[] = [];
  private readonly factors: number[] = [];
  /** What does not depend on the parameters. */
  private readonly constant: Float64Array;
  private pattern: SparsePattern | null = null;

  /** @param size How many numbers there are. */
  constructor(readonly size: number) {
    this.constant = new Float64Array(size);
  }

  /** Adds value · parameter, or value if there is no parameter, at a place. */
  add(place: number, parameter: number, value: number): void {
    if (parameter === NONE) {
      this.constant[place] += value;
      return;
    }
    this.places.push(place);
    this.parameters.push(parameter);
    this.factors.push(value);
  }

  /** Whether the numbers are the same for all parameters. */
  get isConstant(): boolean {
    return this.places.length === 0;
  }

  /** The numbers, [B, size], for parameters [B, count]; without the batch axis if they are constant. Differentiable. */
  of(theta: tf.Tensor): tf.Tensor {
    const constant = tf.tensor1d(Float32Array.from(this.constant));
    if (this.isConstant) return constant;
    const count = theta.shape[1]!;
    const varying = hostCanRead()
      ? sparseMatVec(this.patternFor(count), tf.tensor2d(this.factors, [1, this.factors.length]), theta)
      : tf.matMul(theta as tf.Tensor2D, this.dense(count), false, true);
    return this.constant.some((value) => value !== 0) ? tf.add(varying, constant) : varying;
  }

  private patternFor(count: number): SparsePattern {
    return (this.pattern ??= {
      shape: [this.size, count],
      entries: {rows: Int32Array.from(this.places), columns: Int32Array.from(this.parameters)},
    });
  }

  private dense(count: number): tf.Tensor2D {
    const values = new Float32Array(this.size * count);
    this.places.forEach((place, e) => (values[place * count + this.parameters[e]] += this.factors[e]));
    return tf.tensor2d(values, [this.size, count]);
  }
}
