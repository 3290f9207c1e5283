/**
 * @file The contracts of the modelling language: an expression, the atom that made it, and where an atom puts the constraints that stand
 * for it.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type {LinearMap} from './linear-map.js';
import type {Shape} from './shape.js';
import type {Sign} from './sign.js';

/**
 * 'constant': no variable occurs (parameters may). 'unknown': none of the others by the rules of disciplined convex programming.
 */
export type Curvature = 'constant' | 'affine' | 'convex' | 'concave' | 'unknown';

/** How the value of a function moves if an argument grows. */
export type Monotonicity = 'increasing' | 'decreasing' | 'none';

/** What an atom takes in addition to expressions: plain data, which can be saved. */
export type Options = Readonly<Record<string, unknown>>;

/** A function of variables and parameters. It never changes. */
export interface Expression {
  /** Without the batch axis. */
  readonly shape: Shape;
  /** The number of entries. */
  readonly size: number;
  /** What is known of the sign of all entries. */
  readonly sign: Sign;
  /** In the variables, whatever the parameters are. */
  readonly curvature: Curvature;
  /** Whether a parameter occurs. */
  readonly hasParameters: boolean;
  /** @internal */
  readonly atom: Atom;
  /** @internal */
  readonly args: readonly Expression[];
  /** @internal */
  readonly options: Options;
}

/** The pairs of entries that a product multiplies: for an entry of the first factor, those of the second, and where the result is added. */
export type Pairs = (first: number) => readonly (readonly [second: number, product: number])[];

/** A function of expressions whose shape, sign, curvature and monotonicity are known. */
export interface Atom {
  /** The name of the function that makes it, in `convex` and in saved problems. */
  readonly name: string;
  /** Whether it is a variable or a parameter. */
  readonly leaf?: 'variable' | 'parameter' | 'number';
  /** @throws If the arguments do not fit, with a text that completes 'convex.NAME: …'. */
  shape(args: readonly Shape[], options: Options): Shape;
  sign(args: readonly Expression[], options: Options): Sign;
  /** Of the function itself, where at least one argument has variables. */
  curvature(args: readonly Expression[], options: Options): 'affine' | 'convex' | 'concave' | 'unknown';
  monotonicity(index: number, args: readonly Expression[], options: Options): Monotonicity;
  /** The value, where each argument has the batch, or 1, as axis 0. */
  evaluate(args: readonly tf.Tensor[], options: Options, shape: Shape): tf.Tensor;
  /** Of an affine atom: the map of each argument; the value is the sum of what they give. */
  linear?(shapes: readonly Shape[], options: Options): LinearMap[];
  /** Of a product of two. */
  pairs?(shapes: readonly Shape[], options: Options): Pairs;
  /** Of a product: the weights of the entries of the argument that has variables, if those of the product are `weights`. */
  weights?(args: readonly Expression[], weights: Expression): Expression;
  /**
   * An affine expression with new variables that stands for the value, tight at the best point; the constraints go to `sink`. The arguments
   * are affine.
   *
   * @throws If no solver has the cone that it needs.
   */
  graph?(args: readonly Expression[], options: Options, sink: Sink): Expression;
  /** Of what is quadratic: the sum of its entries times `weights`, in an objective. The arguments are affine. */
  quadratic?(args: readonly Expression[], options: Options, weights: Expression, sink: Sink): Quadratic;
  /** On paper, given the texts of the arguments. Default: NAME(arguments). */
  text?(args: readonly Text[], options: Options): Text;
}

/** Σ wᵢ uᵢ² + Σ uᵀMu + Σ wᵢ rᵢ. */
export interface Quadratic {
  squares?: readonly {of: Expression; weights: Expression}[];
  forms?: readonly {of: Expression; matrix: Expression}[];
  rest?: readonly {of: Expression; weights: Expression}[];
}

/** Where an atom puts the new variables and the constraints that stand for it. */
export interface Sink {
  /** A new variable. */
  variable(shape: Shape): Expression;
  /** All entries of an affine expression are at most zero. */
  atMostZero(expression: Expression): void;
  /** All entries of an affine expression are zero. */
  zero(expression: Expression): void;
  /** ‖xᵢ‖₂ ≤ tᵢ for each row: t [k], x [k, n]. */
  secondOrder(t: Expression, x: Expression): void;
  /** The symmetric matrix [n, n] is positive semidefinite. */
  semidefinite(matrix: Expression): void;
}

/** A piece of text, and how tightly it holds together: in something tighter it gets parentheses. */
export interface Text {
  text: string;
  /** 0: a sum, 1: a product, 2: a whole. */
  binding: 0 | 1 | 2;
}
