/** @file Products of cones: their projections, and those of their dual cones. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {floatMap} from '../autodiff/index.js';
import {noteDualProjection, type Cones} from '../kernels/index.js';
import {psdCone} from './psd-cone.js';
import {checkRank} from './rows.js';
import {secondOrderCone} from './second-order-cone.js';

export type {Cones};

const NAMES: Names<Cones> = {zero: 0, nonNegative: 0, secondOrder: 0, psd: 0};

/** The number of entries of a vector of the product. @throws If a size is not a non-negative integer. */
export function coneSize(cones: Cones): number {
  const {zero = 0, nonNegative = 0, secondOrder = [], psd = []} = checkOptions('Cones', cones, NAMES, 'cone');
  for (const size of [zero, nonNegative, ...secondOrder, ...psd]) {
    if (!(Number.isInteger(size) && size >= 0)) {
      throw new Error(`Cones: a size must be a non-negative integer, got ${size}.`);
    }
  }
  const total = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0);
  return zero + nonNegative + total(secondOrder) + total(psd.map((n) => (n * (n + 1)) / 2));
}

/** argmin ‖y − x‖² over the product of the cones, along the last axis. @throws If x does not have `coneSize` entries. */
export function coneProduct(x: tf.Tensor, cones: Cones): tf.Tensor {
  return byFactor('coneProduct', x, cones, (part) => tf.zerosLike(part));
}

/**
 * argmin ‖y − x‖² over the dual of the product, along the last axis: the entries of `zero` are free, the other cones are their
 * own duals. Pass it to `conditions.conicResidual`.
 *
 * @throws If x does not have `coneSize` entries.
 */
export function dualConeProduct(x: tf.Tensor, cones: Cones): tf.Tensor {
  return noteDualProjection(
    byFactor('dualConeProduct', x, cones, (part) => part),
    x,
    cones,
  );
}

function byFactor(
  caller: string,
  x: tf.Tensor,
  cones: Cones,
  ofZero: (part: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  checkRank(x, caller, 1);
  const size = coneSize(cones);
  const {zero = 0, nonNegative = 0, secondOrder = [], psd = []} = cones;
  if (x.shape[x.rank - 1] !== size) {
    throw new Error(`projections.${caller}: the cones have ${size} entries, x has shape [${x.shape}].`);
  }
  return floatMap(`projections.${caller}`, {x}, ({x}) => {
    const factors: [number, (part: tf.Tensor) => tf.Tensor][] = [
      [zero, ofZero],
      [nonNegative, (part) => tf.relu(part)],
      ...secondOrder.map((n): [number, (part: tf.Tensor) => tf.Tensor] => [n, secondOrderCone]),
      ...psd.map((n): [number, (part: tf.Tensor) => tf.Tensor] => [
        (n * (n + 1)) / 2,
        (part) => semidefinite(part, n),
      ]),
    ];
    const present = factors.filter(([entries]) => entries > 0);
    // tf.split into one part has no gradient.
    if (present.length === 1) return present[0][1](x);
    const parts = tf.split(
      x,
      present.map(([entries]) => entries),
      -1,
    );
    return tf.concat(
      parts.map((part, i) => present[i][1](part)),
      -1,
    );
  });
}

/** The projection of a triangle [..., n(n + 1)/2]. */
function semidefinite(x: tf.Tensor, n: number): tf.Tensor {
  const basis = triangleBasis(n);
  const outer = x.shape.slice(0, -1);
  const rows = tf.reshape(x, [-1, x.shape[x.rank - 1]]) as tf.Tensor2D;
  const matrices = tf.reshape(tf.matMul(rows, basis), [-1, n, n]);
  const projected = tf.reshape(psdCone(matrices), [-1, n * n]) as tf.Tensor2D;
  return tf.reshape(tf.matMul(projected, basis, false, true), [...outer, x.shape[x.rank - 1]]);
}

/** [n(n + 1)/2, n²] with orthonormal rows: a triangle times it is the symmetric matrix. */
function triangleBasis(n: number): tf.Tensor2D {
  const values: number[] = [];
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      const row = new Array<number>(n * n).fill(0);
      row[i * n + j] = row[j * n + i] = i === j ? 1 : Math.SQRT1_2;
      values.push(...row);
    }
  }
  return tf.tensor2d(values, [(n * (n + 1)) / 2, n * n]);
}
