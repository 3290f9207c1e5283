/** @file Constraints: inequalities and equalities of expressions, and matrices that are positive semidefinite. */
import {checkOptions} from '../checks/index.js';
import {sub} from './atoms/arithmetic.js';
import {checkSquare} from './atoms/matrices.js';
import {asExpression, type ExpressionLike} from './leaves.js';
import type {Expression} from './types.js';

/** The name by which `duals` and `explain` call it. */
export interface ConstraintOptions {
  /** Default: 'constraint0', 'constraint1', … in the order of `subjectTo`. */
  name?: string | undefined;
}

/** A constraint. Made by `lessEqual`, `greaterEqual`, `equal` and `positiveSemidefinite`. */
export interface Constraint {
  /** What holds. */
  readonly kind: 'lessEqual' | 'greaterEqual' | 'equal' | 'positiveSemidefinite';
  /** `undefined`: numbered. */
  readonly name: string | undefined;
  /** The two sides; the matrix alone for 'positiveSemidefinite'. */
  readonly sides: readonly Expression[];
  /** What is at most zero, zero, or positive semidefinite. @internal */
  readonly expression: Expression;
}

/** x ≤ y, element by element; x − y is convex. @throws If the shapes do not broadcast. */
export function lessEqual(x: ExpressionLike, y: ExpressionLike, options?: ConstraintOptions): Constraint {
  return comparison('lessEqual', x, y, options);
}

/** x ≥ y, element by element; x − y is concave. @throws If the shapes do not broadcast. */
export function greaterEqual(x: ExpressionLike, y: ExpressionLike, options?: ConstraintOptions): Constraint {
  return comparison('greaterEqual', x, y, options);
}

/** x = y, element by element; x − y is affine. @throws If the shapes do not broadcast. */
export function equal(x: ExpressionLike, y: ExpressionLike, options?: ConstraintOptions): Constraint {
  return comparison('equal', x, y, options);
}

/** The symmetric part of an affine matrix [n, n] is positive semidefinite. @throws If the matrix is not square. */
export function positiveSemidefinite(matrix: ExpressionLike, options?: ConstraintOptions): Constraint {
  const where = 'convex.positiveSemidefinite';
  const expression = asExpression(where, matrix);
  try {
    checkSquare(expression.shape);
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}.`, {cause: error});
  }
  return {kind: 'positiveSemidefinite', name: nameIn(where, options), sides: [expression], expression};
}

/** Whether a value was made by this file. */
export function isConstraint(value: unknown): value is Constraint {
  const {kind, sides} = (value ?? {}) as Partial<Constraint>;
  return typeof kind === 'string' && Array.isArray(sides);
}

function comparison(
  kind: 'lessEqual' | 'greaterEqual' | 'equal',
  x: ExpressionLike,
  y: ExpressionLike,
  options: ConstraintOptions | undefined,
): Constraint {
  const where = `convex.${kind}`;
  const [left, right] = [asExpression(where, x), asExpression(where, y)];
  const expression = kind === 'greaterEqual' ? sub(right, left) : sub(left, right);
  return {kind, name: nameIn(where, options), sides: [left, right], expression};
}

function nameIn(where: string, options: ConstraintOptions | undefined): string | undefined {
  return checkOptions(where, options, {name: 0}).name;
}
