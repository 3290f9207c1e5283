/** @file Variables, parameters and numbers: what expressions are made of. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, describe} from '../checks/index.js';
import {valuesOnHost} from '../kernels/index.js';
import {expression} from './expression.js';
import {shapeText, sizeOf, type Shape} from './shape.js';
import {SIGNS, signOfNumbers, type Sign} from './sign.js';
import type {Atom, Expression, Options} from './types.js';

/** What can stand where an expression is expected: numbers become constants. */
export type ExpressionLike = Expression | number | tf.Tensor | readonly Nested[];

/** Numbers in nested arrays. */
export type Nested = number | readonly Nested[];

/** What is known of a variable. */
export interface VariableOptions {
  /** 'nonNegative' or 'nonPositive' is a constraint on all entries. Default 'unknown'. */
  sign?: Sign | undefined;
}

/** What is known of a parameter, whatever its values are. */
export interface ParameterOptions {
  /** The sign of all entries: λ ‖x‖₁ is convex only if λ ≥ 0. Default 'unknown'. */
  sign?: Sign | undefined;
  /** Whether it is a symmetric positive semidefinite matrix, as `quadForm` needs. Default false. */
  psd?: boolean | undefined;
}

const VARIABLE: Atom = leaf('variable');
const PARAMETER: Atom = leaf('parameter');
const NUMBER: Atom = leaf('number');

/**
 * A variable: what a problem is solved for.
 *
 *     const x = variable('x', [3]);
 *
 * @param shape Its shape, without the batch axis; default [], one number.
 * @throws If the name or the shape is none.
 */
export function variable(name: string, shape: Shape = [], options: VariableOptions = {}): Expression {
  const {sign = 'unknown'} = checkOptions('convex.variable', options, {sign: 0});
  return expression(VARIABLE, [], {...checked('variable', name, shape, sign), sign});
}

/**
 * A parameter: given, with or without a batch axis, each time that a problem is solved, which is differentiable in it.
 *
 *     const lambda = parameter('lambda', [], {sign: 'nonNegative'});
 *
 * @param shape Its shape, without the batch axis; default [], one number.
 * @throws If the name, the shape or an option is none.
 */
export function parameter(name: string, shape: Shape = [], options: ParameterOptions = {}): Expression {
  const {sign = 'unknown', psd = false} = checkOptions('convex.parameter', options, {sign: 0, psd: 0});
  const where = checked('parameter', name, shape, sign);
  if (typeof psd !== 'boolean') throw new Error(`convex.parameter: psd must be true or false.`);
  if (psd && !(shape.length === 2 && shape[0] === shape[1])) {
    throw new Error(
      `convex.parameter: '${name}' has psd: true, so it must be a square matrix; got ${shapeText(shape)}.`,
    );
  }
  return expression(PARAMETER, [], {...where, sign, psd});
}

/** Numbers as an expression; an expression stays what it is. @throws If it is neither. */
export function asExpression(where: string, value: ExpressionLike): Expression {
  if (isExpression(value)) return value;
  const {values, shape} = numbersOf(where, value);
  return numbers(values, shape);
}

/** Whether a value was made by this room. */
export function isExpression(value: unknown): value is Expression {
  const atom = (value as Partial<Expression> | null | undefined)?.atom;
  return typeof atom === 'object' && typeof atom?.evaluate === 'function';
}

/** A constant. */
export function numbers(values: ArrayLike<number>, shape: Shape): Expression {
  return expression(NUMBER, [], {values: Array.from(values), shape: [...shape]});
}

/** The entries of a constant, or `null` if the expression is something else. */
export function valuesOf({atom, options}: Expression): readonly number[] | null {
  return atom.leaf === 'number' ? (options.values as readonly number[]) : null;
}

/** The name of a variable or parameter. */
export function nameOf({options}: Expression): string {
  return options.name as string;
}

function leaf(kind: 'variable' | 'parameter' | 'number'): Atom {
  return {
    ...{name: kind, leaf: kind},
    shape: (_args, options) => options.shape as Shape,
    sign: (_args, options) =>
      kind === 'number' ? signOfNumbers(options.values as number[]) : (options.sign as Sign),
    curvature: () => 'affine',
    monotonicity: () => 'increasing',
    evaluate: (_args, options) =>
      tf.tensor(options.values as number[], [1, ...(options.shape as Shape)], 'float32'),
    text: (_args, options) => ({text: leafText(kind, options), binding: 2}),
  };
}

function leafText(kind: string, {name, values, shape}: Options): string {
  if (kind !== 'number') return name as string;
  const entries = values as number[];
  const sizes = shape as Shape;
  if (sizes.length === 0) return `${entries[0]}`;
  return entries.length <= 4 && sizes.length === 1 ? `[${entries.join(', ')}]` : `numbers${shapeText(sizes)}`;
}

function checked(kind: string, name: unknown, shape: unknown, sign: unknown): {name: string; shape: Shape} {
  if (typeof name !== 'string' || name === '') {
    throw new Error(`convex.${kind}: the name must be a text, got ${describe(name)}.`);
  }
  const isShape =
    Array.isArray(shape) && shape.every((size: unknown) => Number.isInteger(size) && (size as number) > 0);
  if (!isShape) {
    throw new Error(
      `convex.${kind}: the shape of '${name}' must be an array of positive integers, such as [3]; got ${describe(shape)}.`,
    );
  }
  if (!SIGNS.includes(sign as Sign)) {
    throw new Error(`convex.${kind}: the sign of '${name}' must be one of ${SIGNS.join(', ')}.`);
  }
  return {name, shape: [...(shape as Shape)]};
}

function numbersOf(where: string, value: unknown): {values: ArrayLike<number>; shape: Shape} {
  if (typeof value === 'number') return finite(where, [value], []);
  if (value instanceof tf.Tensor) {
    const tensor = value as tf.Tensor;
    const values = valuesOnHost(tensor);
    if (values) return finite(where, values, tensor.shape);
    throw new Error(
      `${where}: a constant on the backend '${tf.getBackend()}' cannot be read synchronously: pass numbers, or \`await tensor.array()\`.`,
    );
  }
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) {
    throw new Error(
      `${where}: expected an expression, a number, numbers in arrays or a tensor; got ${describe(value)}.`,
    );
  }
  const shape: number[] = [];
  for (let part = value as Nested | undefined; isList(part); part = part[0]) shape.push(part.length);
  const values: number[] = [];
  collect(where, value as Nested, shape, values);
  return finite(where, values, shape);
}

const isList = (value: unknown): value is readonly Nested[] =>
  Array.isArray(value) || ArrayBuffer.isView(value);

/** Adds the numbers of nested arrays of a shape to a list. */
function collect(where: string, part: Nested, [length, ...rest]: Shape, values: number[]): void {
  if (length === undefined) {
    if (typeof part !== 'number')
      throw new Error(`${where}: a constant contains ${describe(part)}; expected numbers.`);
    values.push(part);
    return;
  }
  if (!isList(part) || part.length !== length) {
    throw new Error(`${where}: the rows of a constant must have one length.`);
  }
  for (let i = 0; i < length; i++) collect(where, part[i], rest, values);
}

function finite(
  where: string,
  values: ArrayLike<number>,
  shape: Shape,
): {values: ArrayLike<number>; shape: Shape} {
  if (sizeOf(shape) === 0)
    throw new Error(`${where}: a constant is empty: its shape is ${shapeText(shape)}.`);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]))
      throw new Error(`${where}: a constant contains ${values[i]}; expected finite numbers.`);
  }
  return {values, shape};
}
