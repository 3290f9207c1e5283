/** @file What the grammar draws from: random numbers, variables with a point, parameters with values. */
import * as tf from '@tensorflow/tfjs';
import {convex} from '../../src/index.js';
import {evaluate} from '../../src/convex/evaluate.js';
import {seededRandom} from '../zoo/linear-systems.js';

export type Expression = convex.Expression;
export type Shape = convex.Shape;
/** Entries in row-major order, by name. */
export type Values = Record<string, number[]>;

export class Draw {
  readonly variables = new Map<string, Expression>();
  /** A value of each parameter and of each variable: eighths, which f32 has exactly. */
  readonly values: Values = {};
  readonly point: Values = {};
  private readonly parameters = new Map<string, Expression>();
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    const shapes: Shape[] = [[], [2], [3], [4], [2, 2], [2, 3]];
    for (let i = this.int(1, 3); i > 0; i--) this.newVariable(this.pick(shapes));
  }

  int(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)];
  }

  /** An eighth, not zero. */
  number(sign: convex.Sign = 'unknown'): number {
    const size = this.int(1, 20) / 8;
    if (sign === 'unknown') return this.chance(0.5) ? size : -size;
    return sign === 'nonPositive' ? -size : size;
  }

  numbers(shape: Shape, sign: convex.Sign = 'unknown'): number[] {
    return Array.from({length: sizeOf(shape)}, () => this.number(sign));
  }

  /** A parameter with a value. */
  parameter(shape: Shape, sign: convex.Sign): Expression {
    const known = [...this.parameters.values()].filter(
      (other) => String(other.shape) === String(shape) && other.sign === sign && !other.options.psd,
    );
    if (known.length > 0 && this.chance(0.4)) return this.pick(known);
    const name = `p${this.parameters.size}`;
    const made = convex.parameter(name, shape, {sign});
    this.parameters.set(name, made);
    this.values[name] = this.numbers(shape, sign);
    return made;
  }

  /** A parameter that is a positive definite matrix. */
  semidefinite(n: number): Expression {
    const name = `P${this.parameters.size}`;
    const made = convex.parameter(name, [n, n], {psd: true});
    this.parameters.set(name, made);
    const factor = this.numbers([n, n]);
    this.values[name] = Array.from({length: n * n}, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      let entry = i === j ? 0.5 : 0;
      for (let k = 0; k < n; k++) entry += factor[i * n + k] * factor[j * n + k];
      return entry;
    });
    return made;
  }

  /** The value of an expression at the point. */
  at(expression: Expression): number[] {
    return tf.tidy(() => {
      const values = new Map<string, tf.Tensor>();
      for (const [name, {shape}] of this.variables)
        values.set(name, tf.tensor(this.point[name], [1, ...shape]));
      for (const [name, {shape}] of this.parameters)
        values.set(name, tf.tensor(this.values[name], [1, ...shape]));
      return Array.from(evaluate(expression, values).dataSync());
    });
  }

  private newVariable(shape: Shape): void {
    const name = `x${this.variables.size}`;
    const sign = this.pick<convex.Sign>(['unknown', 'unknown', 'unknown', 'nonNegative', 'nonPositive']);
    this.variables.set(name, convex.variable(name, shape, {sign}));
    this.point[name] = this.numbers(shape, sign);
  }
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Row-major entries as nested arrays, or a number. */
export function nested(values: readonly number[], shape: Shape): number | convex.Nested[] {
  if (shape.length === 0) return values[0];
  const [first, ...rest] = shape;
  const inner = sizeOf(rest);
  return Array.from({length: first}, (_, i) => nested(values.slice(i * inner, (i + 1) * inner), rest));
}
