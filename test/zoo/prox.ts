/** @file The proximal operators, each with its definition in f64. */
import type * as tf from '@tensorflow/tfjs-core';
import {Matrix, SVD} from 'ml-matrix';
import {projections, prox} from '../../src/index.js';
import {bisect, clip, fallingInF64, inputsFrom, norm, samples, soft, type MapCase} from './maps.js';

const {entries, positive} = inputsFrom(5);
/** A weight a row, a scaling a row. */
const weighted = (size: number) => () => [entries([size]), positive([]), positive([1], 0.5, 0.9)];

/** argmin_y ½(y − x)² + t·h(y) by its derivative, for an h whose derivative (or one of them) is `slope`. */
const byDerivative = (x: number, t: number, slope: (y: number) => number, low = -1e2) =>
  bisect((y) => y - x + t * slope(y), low, 1e2);

const groupInF64 = (x: number[], t: number) => x.map((value) => value * Math.max(1 - t / norm(x), 0));

/** By the dual: y = x − Dᵀz, z the projection onto [−t, t] of what makes y flat; coordinate descent. */
function totalVariationInF64(x: number[], t: number): number[] {
  const z = Array<number>(x.length + 1).fill(0);
  const y = () => x.map((value, i) => value - z[i] + z[i + 1]);
  for (let k = 0, change = 1; k < 20000 && change > 1e-15; k++) {
    change = 0;
    for (let i = 1; i < x.length; i++) {
      const before = z[i];
      // y[i − 1] − y[i] grows by 2 with z[i].
      const rise = x[i - 1] - z[i - 1] - (x[i] + z[i + 1]);
      z[i] = clip(-rise / 2, -t, t);
      change = Math.max(change, Math.abs(z[i] - before));
    }
  }
  return y();
}

export const PROXES: MapCase[] = [
  {name: 'none', samples: samples(() => [entries([4])]), run: (x) => prox.none(x), reference: (x) => x},
  {
    name: 'lasso',
    samples: samples(() => [entries([5]), positive([5], 0.2, 1), positive([1])]),
    run: (x, l1, s) => prox.lasso(x, l1, s),
    reference: (x, l1, [s]) => x.map((value, i) => soft(value, s * l1[i])),
  },
  {
    name: 'nonNegativeLasso',
    samples: samples(() => [entries([5]), positive([5], 0.2, 1), positive([1])]),
    run: (x, l1, s) => prox.nonNegativeLasso(x, l1, s),
    reference: (x, l1, [s]) => x.map((value, i) => Math.max(value - s * l1[i], 0)),
  },
  {
    name: 'elasticNet',
    samples: samples(() => [entries([5]), positive([5], 0.2, 1), positive([1]), positive([1])]),
    run: (x, l1, l2, s) => prox.elasticNet(x, {l1, l2}, s),
    reference: (x, l1, [l2], [s]) => x.map((value, i) => soft(value, s * l1[i]) / (1 + s * l2)),
    curved: true,
  },
  {
    name: 'groupLasso',
    samples: [...samples(weighted(5), 2), [entries([5], 0.1), positive([]), positive([1])]],
    run: (x, weight, s) => prox.groupLasso(x, weight, s),
    reference: (x, [weight], [s]) => groupInF64(x, s * weight),
    curved: true,
  },
  {
    name: 'ridge',
    samples: samples(() => [entries([5]), positive([5]), positive([1])]),
    run: (x, l2, s) => prox.ridge(x, l2, s),
    reference: (x, l2, [s]) => x.map((value, i) => byDerivative(value, s, (y) => l2[i] * y)),
    curved: true,
  },
  {
    name: 'nonNegativeRidge',
    samples: samples(() => [entries([5]), positive([5]), positive([1])]),
    run: (x, l2, s) => prox.nonNegativeRidge(x, l2, s),
    reference: (x, l2, [s]) => x.map((value, i) => Math.max(value, 0) / (1 + s * l2[i])),
    curved: true,
  },
  {
    name: 'fromProjection',
    samples: samples(() => [entries([5]), positive([])]),
    run: (x, radius) => prox.fromProjection(projections.l2Ball)(x, {radius}, 3),
    reference: (x, [radius]) => x.map((value) => value * Math.min(1, radius / norm(x))),
  },
  {
    name: 'totalVariation1d',
    samples: samples(() => [entries([9]), positive([], 0.3, 0.6), positive([1], 0.8, 1.2)]),
    run: (x, weight, s) => prox.totalVariation1d(x, weight, s),
    reference: (x, [weight], [s]) => totalVariationInF64(x, s * weight),
  },
  {
    name: 'nuclearNorm',
    samples: samples(() => [entries([3, 4]), positive([], 0.8, 1.4)]),
    run: (x, weight) => prox.nuclearNorm(x, weight, 1.1),
    reference: (x, [weight]) => {
      const svd = new SVD(new Matrix([0, 4, 8].map((start) => x.slice(start, start + 4))), {
        autoTranspose: true,
      });
      const kept = Matrix.diag(svd.diagonal.map((value) => Math.max(value - 1.1 * weight, 0)));
      const rank = kept.rows;
      const part = (matrix: Matrix) => matrix.subMatrix(0, matrix.rows - 1, 0, rank - 1);
      return part(svd.leftSingularVectors)
        .mmul(kept)
        .mmul(part(svd.rightSingularVectors).transpose())
        .to1DArray();
    },
    curved: true,
  },
  {
    name: 'logBarrier',
    samples: samples(() => [entries([5]), positive([5]), positive([1])]),
    run: (x, weight, s) => prox.logBarrier(x, weight, s),
    reference: (x, weight, [s]) =>
      x.map((value, i) => byDerivative(value, s * weight[i], (y) => -1 / y, 1e-12)),
    curved: true,
  },
  {
    name: 'huber',
    samples: samples(() => [entries([5], 3), positive([5]), positive([5]), positive([1])]),
    run: (x, weight, delta, s) => prox.huber(x, {weight, delta}, s),
    reference: (x, weight, delta, [s]) =>
      x.map((value, i) => byDerivative(value, s * weight[i], (y) => clip(y, -delta[i], delta[i]))),
    curved: true,
  },
  {
    name: 'sortedL1',
    samples: samples(() => [entries([6], 3), positive([6], 0, 1.5), positive([1])]),
    run: (x, weights, s) => prox.sortedL1(x, weights, s),
    reference: (x, weights, [s]) => {
      const order = x.map((_, i) => i).sort((i, j) => Math.abs(x[j]) - Math.abs(x[i]));
      const sorted = [...weights].sort((a, b) => b - a);
      const shrunk = fallingInF64(order.map((at, i) => Math.abs(x[at]) - s * sorted[i]));
      const y = [...x];
      order.forEach((at, i) => (y[at] = Math.sign(x[at]) * Math.max(shrunk[i], 0)));
      return y;
    },
  },
  {
    name: 'blockwise groupLasso',
    samples: samples(() => [entries([5]), positive([], 0.2, 0.5), positive([], 0.2, 0.5)]),
    run: (x, first, second) =>
      prox.blockwise<number | tf.Tensor>(prox.groupLasso as never, [2, 3])(x, [first, second]),
    reference: (x, [first], [second]) => [
      ...groupInF64(x.slice(0, 2), first),
      ...groupInF64(x.slice(2), second),
    ],
    curved: true,
  },
  {
    name: 'onParts',
    samples: samples(() => [entries([5]), positive([2], 0.2, 1), positive([2]), positive([1])]),
    run: (x, l1, l2, s) =>
      prox.onParts([
        {size: 2, prox: prox.lasso},
        {size: 1, prox: prox.none},
        {size: 2, prox: prox.ridge},
      ])(x, [{l1}, null, l2], s),
    reference: (x, l1, l2, [s]) => [
      ...x.slice(0, 2).map((value, i) => soft(value, s * l1[i])),
      x[2],
      ...x.slice(3).map((value, i) => value / (1 + s * l2[i])),
    ],
    curved: true,
  },
];
