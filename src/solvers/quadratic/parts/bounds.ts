/** @file Bounds of a quadratic program: as rows of G, for what knows no bounds, and what the rows of a result belong to. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape, recordOp} from '../../../autodiff/index.js';
import {rightSides, type QuadraticData, type QuadraticSolution} from '../../../conditions/index.js';
import {hostShouldRead, NO_BOUND, readF32, type QPGuess, type QPSolution} from '../../../kernels/index.js';
import {columnParts} from '../../../linalg/index.js';

/** Multipliers of bounds, [B, n]; [B, 0] without bounds on that side. */
export type BoundDuals = {
  /** z_l ≥ 0 of lower ≤ x. */
  lowerDual: tf.Tensor;
  /** z_u ≥ 0 of x ≤ upper. */
  upperDual: tf.Tensor;
};

/** Which bounds there are. */
type Given = {lower?: unknown; upper?: unknown};

/** The same problem without bounds: they are the last rows of G and h. */
export function asRows(data: QuadraticData): QuadraticData {
  const {lower, upper, ...rest} = data;
  if (!lower && !upper) return data;
  const eye = tf.eye(rest.Q.shape[2]!);
  const rows = [...(lower ? [tf.neg(eye)] : []), ...(upper ? [eye] : [])];
  const {G} = rest;
  const below = tf.tile(tf.expandDims(tf.concat(rows, 0), 0), [G.shape[0], 1, 1]);
  const bounds = {lower: lower && boundsOf(lower, 'lower'), upper: upper && boundsOf(upper)};
  return {...rest, G: G.shape[1] === 0 ? below : tf.concat([G, below], 1), h: rightSides(rest.h, bounds)};
}

/** The solution with the multipliers of its bounds, which are empty without bounds. */
export function withBoundDuals(
  solution: QuadraticSolution & Partial<BoundDuals>,
): QuadraticSolution & BoundDuals {
  // Entry by entry: to spread an object costs more than to solve a small problem.
  const {x, ineqDual, eqDual, lowerDual, upperDual} = solution;
  const none = () => noBounds(x.shape[0]);
  return {x, ineqDual, eqDual, lowerDual: lowerDual ?? none(), upperDual: upperDual ?? none()};
}

function noBounds(batch: number): tf.Tensor {
  return tf.engine().makeTensor(new Float32Array(0), [batch, 0], 'float32');
}

/** The part of [B, m + bounds] that belongs to the rows of G, and those of the bounds; each may be empty. */
export function splitRows(
  values: tf.Tensor,
  n: number,
  {lower, upper}: Given,
): [ofG: tf.Tensor, ofLower: tf.Tensor, ofUpper: tf.Tensor] {
  const [batch, rows] = values.shape as [number, number];
  const [below, above] = [lower ? n : 0, upper ? n : 0];
  const none = () => noBounds(batch);
  if (!below && !above) return [values, none(), none()];
  const sizes = [rows - below - above, below, above];
  const parts = columnParts(
    values,
    sizes.filter((size) => size > 0),
  );
  let next = 0;
  return sizes.map((size) => (size > 0 ? parts[next++] : none())) as [tf.Tensor, tf.Tensor, tf.Tensor];
}

/**
 * The solution of a problem whose bounds were rows of G. Where both bounds of a variable are equal, only the difference of their multipliers
 * is determined: the smaller one becomes zero, and the other row alone is active, as in the kernels that know bounds.
 */
export function settleFixed(
  found: QPSolution,
  {lower, upper}: Pick<QuadraticData, 'lower' | 'upper'>,
): QPSolution {
  if (!lower || !upper) return found;
  const n = found.x.shape[1];
  return tf.tidy(() => {
    const [multipliers, states] = [found.ineqDual, found.activity].map((rows) =>
      splitRows(rows, n, {lower, upper}),
    );
    const [ofG, below, above] = multipliers;
    const isFixed = tf.logicalAnd(tf.equal(lower, upper), tf.onesLike(tf.cast(below, 'bool')));
    const common = tf.where(isFixed, tf.minimum(below, above), tf.zerosLike(below));
    const holdsBelow = tf.cast(tf.greater(below, above), 'int32');
    const [activeBelow, activeAbove] = [
      tf.where(isFixed, holdsBelow, states[1]),
      tf.where(isFixed, tf.sub(tf.onesLike(holdsBelow), holdsBelow), states[2]),
    ];
    const joined = (first: tf.Tensor, ...others: tf.Tensor[]) =>
      tf.concat(first.size > 0 ? [first, ...others] : others, 1) as tf.Tensor2D;
    return {
      ...found,
      ineqDual: joined(ofG, tf.sub(below, common), tf.sub(above, common)),
      activity: joined(states[0], activeBelow, activeAbove),
    };
  });
}

/** A guess as the kernels take it. Multipliers of bounds that it lacks count as zero. */
export function guessOfRows(
  {x, ineqDual, eqDual, slack, lowerDual, upperDual}: QPGuess & Partial<BoundDuals>,
  {lower, upper}: QuadraticData,
): QPGuess {
  if (!lower && !upper) return {x, ineqDual, eqDual, slack};
  const multiplier = (dual: tf.Tensor | undefined) => (dual?.size ? dual : tf.zerosLike(x));
  const duals = [
    ineqDual,
    ...(lower ? [multiplier(lowerDual)] : []),
    ...(upper ? [multiplier(upperDual)] : []),
  ];
  const slacks = [slack];
  if (lower) slacks.push(tf.relu(tf.sub(x, boundsOf(lower, 'lower'))));
  if (upper) slacks.push(tf.relu(tf.sub(boundsOf(upper), x)));
  return {x, ineqDual: tf.concat(duals, 1), eqDual, slack: tf.concat(slacks, 1)};
}

function areFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]) < NO_BOUND)) return false;
  return true;
}

/** h, lower or upper with a finite number and no gradient where there is no bound: from 1e20 on, and for lower bounds down from −1e20. */
export function boundsOf(values: tf.Tensor, side: 'lower' | 'upper' = 'upper'): tf.Tensor {
  if (hostShouldRead() && areFinite(readF32(values))) return values;
  // One comparison, because each operation is a dispatch on a GPU.
  const [clipped, isBound] =
    side === 'upper'
      ? [tf.minimum, (given: tf.Tensor) => tf.less(given, NO_BOUND)]
      : [tf.maximum, (given: tf.Tensor) => tf.greater(given, -NO_BOUND)];
  const limit = side === 'upper' ? NO_BOUND : -NO_BOUND;
  return recordOp({
    name: 'Bounds',
    values: [offTape(() => clipped(values, limit))],
    inputs: [values],
    gradient: ([dy], _bounds, [given]) => [
      tf.mul(
        dy,
        offTape(() => tf.cast(isBound(given), 'float32')),
      ),
    ],
  })[0];
}
