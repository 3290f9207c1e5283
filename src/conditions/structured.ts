/** @file Objectives that are a function of a product: f(x) = g(A x) + ⟨b, x⟩ + ½ q‖x‖². Solvers can update the product block by block. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../checks/index.js';
import {madeOf, marked, offTape, vjpAt, type AnyFunction, type Parameter} from '../autodiff/index.js';

/**
 * The parts of f(x, ...params) = g(A x, ...params) + ⟨b, x⟩ + ½ q‖x‖² for each sample.
 *
 * x is [B, n], and its blocks are entries; or [B, n, k], and its blocks are the rows [k]. The product A x is [B, r] or [B, r, k].
 */
export interface ProductForm<P extends Parameter[] = tf.Tensor[]> {
  /** A: [r, n] for all samples, or [B, r, n]. */
  matrix: (...params: P) => tf.Tensor;
  /** g, one value per sample, [B]. */
  value: (product: tf.Tensor, ...params: P) => tf.Tensor;
  /** ∇g, in the shape of the product. Default: derived from `value`. */
  gradient?: ((product: tf.Tensor, ...params: P) => tf.Tensor) | undefined;
  /**
   * The largest eigenvalue that ∇²g can have, a number or [B]. The step size of block j is one over L_j = smoothness·‖A_j‖² + q, where A_j
   * is column j of A.
   */
  smoothness: (...params: P) => number | tf.Tensor;
  /** b, in the shape of x or of one sample. Default 0. */
  linear?: ((...params: P) => tf.Tensor) | undefined;
  /** q, a number or [B]. Default 0. */
  ridge?: ((...params: P) => number | tf.Tensor) | undefined;
  /** What a block is. With 'rows', x of shape [n, k] is a single problem. Default: rows if x has three axes, else entries. */
  blocks?: 'rows' | 'entries' | undefined;
}

const NAMES: Names<ProductForm> = {
  ...{matrix: 1, value: 1, gradient: 0, smoothness: 1},
  ...{linear: 0, ridge: 0, blocks: 0},
};

/** An objective with its parts: a function f(x, ...params) for any solver, and `structure` for those that use it. */
export type StructuredObjective<P extends Parameter[] = tf.Tensor[]> = {
  /** f: [B]; a scalar if x is a single problem, [n] (or [n, k] if its blocks are rows). */
  (x: tf.Tensor, ...params: P): tf.Tensor;
  /** What f is made of. */
  readonly structure: ProductForm<P>;
};

/**
 * The objective f(x, ...params) = g(A x, ...params) + ⟨b, x⟩ + ½ q‖x‖² with its structure.
 *
 * Any solver takes it as `fun`, with the gradient Aᵀ∇g(A x) + b + q x; `BlockCoordinateDescent` also keeps the product A x up to
 * date, so that a block costs one column of A.
 *
 * @returns A function of x ([B, n] or [B, n, k]; [n] for a single problem) and the parameters.
 */
export function structured<P extends Parameter[] = tf.Tensor[]>(
  form: ProductForm<P>,
): StructuredObjective<P> {
  const where = 'objectives.structured';
  const given = checkOptions(where, form, NAMES, 'entry') as ProductForm<P>;
  for (const name of ['matrix', 'value', 'smoothness'] as const) {
    checkFunction(where, name, given[name]);
  }
  const structure = Object.fromEntries(
    Object.entries(given).map(([name, part]) => [
      name,
      typeof part === 'function' ? marked((part as AnyFunction).bind(given)) : part,
    ]),
  ) as unknown as ProductForm<P>;
  const f = (x: tf.Tensor, ...params: P): tf.Tensor =>
    tf.tidy(() => {
      const {rows, isSingle} = rowsOf(structure, x);
      const product = productShape(structure, x, times(structure.matrix(...params), rows, false));
      let value = tf.reshape(structure.value(product, ...params), [rows.shape[0]]);
      if (structure.linear) {
        const b = tf.reshape(structure.linear(...params), [-1, ...rows.shape.slice(1)]);
        value = tf.add(value, tf.sum(tf.mul(b, rows), [1, 2]));
      }
      if (structure.ridge) {
        const half = tf.mul(0.5, structure.ridge(...params));
        value = tf.add(value, tf.mul(half, tf.sum(tf.square(rows), [1, 2])));
      }
      return isSingle ? tf.reshape(value, []) : value;
    });
  return Object.assign(madeOf(f, ...functionsOf(structure)), {structure});
}

const functionsOf = (form: object): AnyFunction[] =>
  Object.values(form).filter((part): part is AnyFunction => typeof part === 'function');

/** The structure of an objective, or `null`. */
export function structureOf<P extends Parameter[] = tf.Tensor[]>(fun: unknown): ProductForm<P> | null {
  return typeof fun === 'function' && 'structure' in fun ? (fun.structure as ProductForm<P>) : null;
}

/** x as [B, n, k], and whether it is a single problem. @throws If x has another rank. */
export function rowsOf(
  {blocks}: Pick<ProductForm<never>, 'blocks'>,
  x: tf.Tensor,
): {rows: tf.Tensor3D; isSingle: boolean} {
  const {shape, rank} = x;
  const ofRows = blocks === undefined ? rank === 3 : blocks === 'rows';
  const own = ofRows ? 2 : 1;
  if (rank !== own && rank !== own + 1) {
    const sample = ofRows ? '[n, k]' : '[n]';
    throw new Error(
      `objectives: x must be a batch of problems of shape ${sample}, or one of them, got shape [${shape}].`,
    );
  }
  const [batch, n, k] = [rank === own ? 1 : shape[0], shape[rank - own], ofRows ? shape[rank - 1] : 1];
  return {rows: tf.reshape(x, [batch, n, k]), isSingle: rank === own};
}

/** ∇f(x), in the shape of x. */
export function structuredGradient<P extends Parameter[]>(
  form: ProductForm<P>,
): (x: tf.Tensor, ...params: P) => tf.Tensor {
  const gradient = (x: tf.Tensor, ...params: P) =>
    tf.tidy(() => {
      const {rows} = rowsOf(form, x);
      const A = form.matrix(...params);
      const outer = outerGradient(form, x, params)(times(A, rows, false));
      const parts = termsOf(form, rows, params);
      let slope = times(A, outer, true) as tf.Tensor;
      if (parts.linear) slope = tf.add(slope, parts.linear);
      if (parts.ridge) slope = tf.add(slope, tf.mul(parts.ridge, rows));
      return tf.reshape(slope, x.shape);
    });
  return madeOf(gradient, ...functionsOf(form));
}

/** ∇g as a function of the product [B, r, k], which it has the shape of. `x` is any point in the caller's shape. */
export function outerGradient<P extends Parameter[]>(
  form: ProductForm<P>,
  x: tf.Tensor,
  params: P,
): (product: tf.Tensor3D) => tf.Tensor3D {
  return (product) => {
    const given = productShape(form, x, product);
    const {gradient} = form;
    const slope = gradient
      ? gradient(given, ...params)
      : vjpAt(([at]) => [tf.sum(form.value(at, ...params))], [given], [tf.scalar(1)])[0];
    return tf.reshape(slope, product.shape);
  };
}

/** b as [B | 1, n, k] and q as [B | 1, 1, 1], if there are any. */
export function termsOf<P extends Parameter[]>(
  {linear, ridge}: ProductForm<P>,
  rows: tf.Tensor3D,
  params: P,
): {linear: tf.Tensor | null; ridge: tf.Tensor | null} {
  const column = (value: number | tf.Tensor) =>
    tf.reshape(typeof value === 'number' ? tf.scalar(value) : value, [-1, 1, 1]);
  return {
    linear: linear ? tf.reshape(linear(...params), [-1, ...rows.shape.slice(1)]) : null,
    ridge: ridge ? column(ridge(...params)) : null,
  };
}

/** 1/L_j for each block, [B | 1, n, 1], as a constant. For a block without curvature, the step of the block with the largest one. */
export function blockSteps<P extends Parameter[]>(
  form: ProductForm<P>,
  rows: tf.Tensor3D,
  params: P,
): tf.Tensor3D {
  return offTape(() => {
    const [, n] = rows.shape;
    const A = form.matrix(...params);
    const squares = tf.reshape(tf.sum(tf.square(A), A.rank - 2), [-1, n, 1]);
    const smoothness = form.smoothness(...params);
    const bound = typeof smoothness === 'number' ? smoothness : tf.reshape(smoothness, [-1, 1, 1]);
    const {ridge} = termsOf({...form, linear: undefined}, rows, params);
    const curved = tf.mul(bound, squares);
    const curvature = ridge ? tf.add(curved, ridge) : curved;
    const top = tf.max(curvature, 1, true);
    const most = tf.where(tf.greater(top, 0), top, tf.onesLike(top));
    return tf.div(1, tf.where(tf.greater(curvature, 0), curvature, tf.mul(most, tf.onesLike(curvature))));
  }) as tf.Tensor3D;
}

/** The product as the caller's functions get it: [B, r] if blocks are entries, else [B, r, k]. */
function productShape(
  {blocks}: Pick<ProductForm<never>, 'blocks'>,
  x: tf.Tensor,
  product: tf.Tensor,
): tf.Tensor {
  const ofRows = blocks === undefined ? x.rank === 3 : blocks === 'rows';
  return ofRows ? product : tf.reshape(product, product.shape.slice(0, 2));
}

/** A X or Aᵀ X for A [r, n] or [B, r, n] and X [B, ·, k]. Its gradients are also right for a shared A. */
export function times(A: tf.Tensor, X: tf.Tensor3D, transposed: boolean): tf.Tensor3D {
  const [batch, inner, k] = X.shape;
  const shared = A.rank === 2 || A.shape[0] === 1;
  if (!shared) return tf.matMul(A, X, transposed) as tf.Tensor3D;
  const [height, width] = A.shape.slice(-2);
  const matrix = tf.reshape(A, [height, width]);
  const count = transposed ? width : height;
  if (batch === 1) {
    return tf.reshape(tf.matMul(matrix, tf.reshape(X, [inner, k]) as tf.Tensor2D, transposed), [1, count, k]);
  }
  // tfjs's matMul has no correct gradient for a matrix that is broadcast: one product for all samples instead.
  const columns = tf.reshape(tf.transpose(X, [1, 0, 2]), [inner, batch * k]) as tf.Tensor2D;
  const all = tf.reshape(tf.matMul(matrix, columns, transposed), [count, batch, k]);
  return tf.transpose(all, [1, 0, 2]) as tf.Tensor3D;
}
