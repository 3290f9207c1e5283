/** @file Numbers of a solver's problem as an affine map of the parameters: constant, or one sample after another. */
import * as tf from '@tensorflow/tfjs-core';
import {hostCanRead} from '../../kernels/index.js';
import {sparseMatVec, type SparsePattern} from '../../linalg/index.js';
import {NONE} from './form.js';
import {joined, type Theta, type ThetaPart} from './theta.js';

export class ParameterMap {
  /** Of each term that has a parameter: where it is added, the parameter, and the factor. */
  private readonly places: number[] = [];
  private readonly parameters: number[] = [];
  private readonly factors: number[] = [];
  /** What does not depend on the parameters. */
  private readonly constant: Float64Array;
  private pattern: SparsePattern | null = null;
  /** The parts of all parameters in which there are some of `parameters`. */
  private used: number[] | null = null;

  /**
   * @param size How many numbers there are.
   * @param first Where they start, before anything is added.
   */
  constructor(
    readonly size: number,
    first = 0,
  ) {
    this.constant = new Float64Array(size).fill(first);
  }

  /** Lets a number start elsewhere. */
  set(place: number, value: number): void {
    this.constant[place] = value;
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

  /**
   * The numbers, [B, size]; [1, size] if all samples share the parameters in them, and [size] if there are none. Differentiable.
   */
  of({parts}: Theta): tf.Tensor {
    const constant = tf.tensor1d(Float32Array.from(this.constant));
    if (this.isConstant) return constant;
    const used = this.partsIn(parts);
    const theta = joined(used);
    const varying = hostCanRead()
      ? sparseMatVec(
          this.patternFor(used, theta.shape[1]!),
          tf.tensor2d(this.factors, [1, this.factors.length]),
          theta,
        )
      : tf.matMul(theta as tf.Tensor2D, this.dense(used, theta.shape[1]!), false, true);
    return this.constant.some((value) => value !== 0) ? tf.add(varying, constant) : varying;
  }

  /** @throws If a number is beyond the range of f32. */
  checkRange(): void {
    const isTooLarge = (value: number) => !Number.isFinite(Math.fround(value));
    const value = this.factors.find(isTooLarge) ?? this.constant.find(isTooLarge);
    if (value !== undefined) {
      throw new Error(`convex.problem: a coefficient is ${value}, beyond the range of f32.`);
    }
  }

  /** Whether a parameter occurs. */
  uses({start, values}: ThetaPart): boolean {
    const end = start + values.shape[1]!;
    return this.parameters.some((parameter) => parameter >= start && parameter < end);
  }

  private partsIn(parts: readonly ThetaPart[]): ThetaPart[] {
    this.used ??= parts.flatMap((part, i) => (this.uses(part) ? [i] : []));
    return this.used.map((i) => parts[i]);
  }

  /** For each term, the place of its parameter among those that are used. */
  private columnsIn(used: readonly ThetaPart[]): Int32Array {
    const places = new Map<number, number>();
    for (const {start, values} of used) {
      for (let i = 0; i < values.shape[1]!; i++) places.set(start + i, places.size);
    }
    return Int32Array.from(this.parameters, (parameter) => places.get(parameter)!);
  }

  private patternFor(used: readonly ThetaPart[], count: number): SparsePattern {
    return (this.pattern ??= {
      shape: [this.size, count],
      entries: {rows: Int32Array.from(this.places), columns: this.columnsIn(used)},
    });
  }

  private dense(used: readonly ThetaPart[], count: number): tf.Tensor2D {
    const values = new Float32Array(this.size * count);
    this.columnsIn(used).forEach((column, e) => (values[this.places[e] * count + column] += this.factors[e]));
    return tf.tensor2d(values, [this.size, count]);
  }
}

/** The parameters that are in none of some maps. */
export class UnusedParameters {
  private places: number[] | null = null;

  constructor(private readonly maps: readonly ParameterMap[]) {}

  of({batch, parts}: Theta): Theta {
    this.places ??= parts.flatMap((part, i) => (this.maps.some((map) => map.uses(part)) ? [] : [i]));
    return {batch, parts: this.places.map((i) => parts[i])};
  }
}
