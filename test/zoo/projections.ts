/** @file The projections, each with its definition in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {EigenvalueDecomposition, Matrix, solve as solveMatrix} from 'ml-matrix';
import {projections} from '../../src/index.js';
import {
  bisect,
  clip,
  dot,
  fallingInF64,
  inputsFrom,
  norm,
  samples,
  simplexInF64,
  sum,
  type Input,
  type MapCase,
} from './maps.js';

const {entries, positive} = inputsFrom(7);
const chunks = (values: number[], size: number): number[][] =>
  Array.from({length: values.length / size}, (_, i) => values.slice(i * size, (i + 1) * size));
/** Entries that have one total, so that the sums of rows and columns agree. */
const shares = (n: number): Input => {
  const raw = positive([n]).values;
  return {shape: [n], values: raw.map((value) => Math.fround(value / sum(raw)))};
};

/** P = φ'(X − u − v) by exact balancing of rows and columns, in turn; the totals of a and b are made to agree. */
function balance(
  X: number[],
  a: number[],
  b: number[],
  balanceRow: (row: number[], total: number) => number,
  value: (z: number) => number,
): number[] {
  const [n, m] = [a.length, b.length];
  let [u, v] = [Array<number>(n).fill(0), Array<number>(m).fill(0)];
  const excess = (sum(a) - sum(b)) / (n + m);
  const [rows, columns] = [a.map((value) => value - excess), b.map((value) => value + excess)];
  for (let k = 0, change = 1; k < 3000 && change > 1e-14; k++) {
    u = rows.map((total, i) =>
      balanceRow(
        v.map((shift, j) => X[i * m + j] - shift),
        total,
      ),
    );
    const next = columns.map((total, j) =>
      balanceRow(
        u.map((shift, i) => X[i * m + j] - shift),
        total,
      ),
    );
    change = Math.max(...next.map((value, j) => Math.abs(value - v[j])));
    v = next;
  }
  return X.map((x, at) => value(x - u[Math.floor(at / m)] - v[at % m]));
}

const transportInF64 = (X: number[], a: number[], b: number[]) =>
  balance(
    X,
    a,
    b,
    (row, total) => {
      const sorted = [...row].sort((p, q) => q - p);
      let threshold = 0;
      let above = 0;
      for (const [i, value] of sorted.entries()) {
        above += value;
        const candidate = (above - total) / (i + 1);
        if (candidate < value) threshold = candidate;
      }
      return threshold;
    },
    (z) => Math.max(z, 0),
  );

const klTransportInF64 = (X: number[], a: number[], b: number[]) =>
  balance(X, a, b, (row, total) => Math.log(sum(row.map(Math.exp)) / total), Math.exp);

const sectionInF64 = (x: number[], low: number[], high: number[], w: number[], [c]: number[]) => {
  const at = (tau: number) => x.map((value, i) => clip(value + tau * w[i], low[i], high[i]));
  return at(bisect((tau) => dot(w, at(tau)) - c));
};

const hyperplaneInF64 = (x: number[], a: number[], excess: number) =>
  x.map((value, i) => value - (excess * a[i]) / dot(a, a));

const permutahedronInF64 = (x: number[], w: number[]) => {
  const order = x.map((_, i) => i).sort((i, j) => x[j] - x[i]);
  const corner = [...w].sort((p, q) => q - p);
  const v = fallingInF64(order.map((at, i) => x[at] - corner[i]));
  const y = [...x];
  order.forEach((at, i) => (y[at] -= v[i]));
  return y;
};

const entmaxInF64 = (x: number[], alpha: number) => {
  const at = (tau: number) => x.map((value) => Math.max((alpha - 1) * value - tau, 0) ** (1 / (alpha - 1)));
  return at(bisect((tau) => 1 - sum(at(tau)), -20, 20));
};

const normmaxInF64 = (x: number[], alpha: number) => {
  const at = (tau: number, power: number) => x.map((value) => Math.max(value - tau, 0) ** power);
  const tau = bisect((t) => 1 - sum(at(t, alpha / (alpha - 1))), -20, 20);
  const p = at(tau, 1 / (alpha - 1));
  return p.map((value) => value / sum(p));
};

const down = (n: number) => Array.from({length: n}, (_, i) => n - i);

export const PROJECTIONS: MapCase[] = [
  {
    name: 'nonNegative',
    samples: samples(() => [entries([5])]),
    run: (x) => projections.nonNegative(x),
    reference: (x) => x.map((value) => Math.max(value, 0)),
  },
  {
    name: 'box',
    samples: samples(() => [entries([5]), positive([5], -1.5, -0.5), positive([5], 0.2, 1)]),
    run: (x, lower, upper) => projections.box(x, {lower, upper}),
    reference: (x, low, high) => x.map((value, i) => clip(value, low[i], high[i])),
  },
  {
    name: 'hypercube',
    samples: samples(() => [entries([5])]),
    run: (x) => projections.hypercube(x, {scale: 1.25}),
    reference: (x) => x.map((value) => clip(value, 0, 1.25)),
  },
  {
    name: 'simplex',
    samples: samples(() => [entries([6]), positive([])]),
    run: (x, scale) => projections.simplex(x, {scale}),
    reference: (x, [scale]) => simplexInF64(x, scale),
  },
  {
    name: 'sparseSimplex',
    samples: samples(() => [entries([6], 0.5), positive([], 1, 2)]),
    run: (x, scale) => projections.sparseSimplex(x, {maxNonZeros: 2, scale}),
    reference: (x, [scale]) => {
      const chosen = x
        .map((_, i) => i)
        .sort((i, j) => x[j] - x[i])
        .slice(0, 2);
      const y = simplexInF64(
        chosen.map((i) => x[i]),
        scale,
      );
      return x.map((_, i) => (chosen.includes(i) ? y[chosen.indexOf(i)] : 0));
    },
  },
  {
    name: 'l1Sphere',
    samples: samples(() => [entries([6], 0.5), positive([], 2, 3)]),
    run: (x, radius) => projections.l1Sphere(x, {radius}),
    reference: (x, [radius]) => simplexInF64(x.map(Math.abs), radius).map((y, i) => Math.sign(x[i]) * y),
  },
  {
    name: 'l1Ball',
    samples: [...samples(() => [entries([6]), positive([])], 2), [entries([6], 0.1), positive([], 1, 2)]],
    run: (x, radius) => projections.l1Ball(x, {radius}),
    reference: (x, [radius]) =>
      sum(x.map(Math.abs)) <= radius
        ? x
        : simplexInF64(x.map(Math.abs), radius).map((y, i) => Math.sign(x[i]) * y),
  },
  {
    name: 'l2Sphere',
    samples: samples(() => [entries([5]), positive([])]),
    run: (x, radius) => projections.l2Sphere(x, {radius}),
    reference: (x, [radius]) => x.map((value) => (radius * value) / norm(x)),
    curved: true,
  },
  {
    name: 'l2Ball',
    samples: [...samples(() => [entries([5]), positive([], 0.2, 0.5)], 2), [entries([5], 0.1), positive([])]],
    run: (x, radius) => projections.l2Ball(x, {radius}),
    reference: (x, [radius]) => x.map((value) => value * Math.min(1, radius / norm(x))),
    curved: true,
  },
  {
    name: 'linfBall',
    samples: samples(() => [entries([5]), positive([])]),
    run: (x, radius) => projections.linfBall(x, {radius}),
    reference: (x, [radius]) => x.map((value) => clip(value, -radius, radius)),
  },
  {
    name: 'hyperplane',
    samples: samples(() => [entries([5]), entries([5]), entries([])]),
    run: (x, a, b) => projections.hyperplane(x, {a, b}),
    reference: (x, a, [b]) => hyperplaneInF64(x, a, dot(a, x) - b),
    curved: true,
  },
  {
    name: 'halfspace',
    samples: samples(() => [entries([5]), entries([5]), entries([], 0.5)], 4),
    run: (x, a, b) => projections.halfspace(x, {a, b}),
    reference: (x, a, [b]) => hyperplaneInF64(x, a, Math.max(dot(a, x) - b, 0)),
    curved: true,
  },
  {
    name: 'affineSet',
    samples: samples(() => [entries([5]), entries([2, 5]), entries([2])]),
    run: (x, A, b) => projections.affineSet(x, {A, b}),
    reference: (x, A, b) => {
      const rows = new Matrix(chunks(A, 5));
      const residual = rows.mmul(Matrix.columnVector(x)).sub(Matrix.columnVector(b));
      const step = rows.transpose().mmul(solveMatrix(rows.mmul(rows.transpose()), residual));
      return x.map((value, i) => value - step.get(i, 0));
    },
    curved: true,
  },
  {
    name: 'boxSection',
    samples: samples(() => [
      entries([5]),
      positive([5], -1, -0.5),
      positive([5], 0.5, 1),
      entries([5]),
      entries([], 0.3),
    ]),
    run: (x, lower, upper, w, c) => projections.boxSection(x, {lower, upper, w, c}),
    reference: sectionInF64,
    curved: true,
  },
  {
    name: 'polyhedron',
    // The same set, by a quadratic program.
    samples: samples(() => [
      entries([4]),
      positive([4], -1, -0.5),
      positive([4], 0.5, 1),
      entries([4]),
      entries([], 0.3),
    ]),
    run: (x, lower, upper, w, c) => {
      const [batch, n] = x.shape;
      const eye = tf.eye(n!);
      return projections.polyhedron(x, {
        G: tf.concat([eye, tf.neg(eye)]),
        h: tf.concat([upper, tf.neg(lower)], 1),
        A: tf.reshape(w, [batch, 1, n!]),
        b: tf.reshape(c, [batch, 1]),
      });
    },
    reference: sectionInF64,
  },
  {
    name: 'transport',
    samples: samples(() => [entries([3, 4], 0.5), shares(3), shares(4)]),
    run: (x, a, b) => projections.transport(x, {a, b}),
    reference: transportInF64,
  },
  {
    name: 'birkhoff',
    samples: samples(() => [entries([3, 3], 0.4)]),
    run: (x) => projections.birkhoff(x),
    reference: (x) => transportInF64(x, [1, 1, 1], [1, 1, 1]),
  },
  {
    name: 'klTransport',
    samples: samples(() => [entries([3, 4]), shares(3), shares(4)]),
    run: (x, a, b) => projections.klTransport(x, {a, b}),
    reference: klTransportInF64,
    curved: true,
  },
  {
    name: 'klBirkhoff',
    samples: samples(() => [entries([3, 3])]),
    run: (x) => projections.klBirkhoff(x),
    reference: (x) => klTransportInF64(x, [1, 1, 1], [1, 1, 1]),
    curved: true,
  },
  {
    name: 'isotonic',
    samples: samples(() => [entries([7])]),
    run: (x) => projections.isotonic(x),
    reference: (x) => fallingInF64(x.map((value) => -value)).map((value) => -value),
  },
  {
    name: 'permutahedron',
    samples: samples(() => [entries([6]), entries([6])]),
    run: (x, w) => projections.permutahedron(x, {w}),
    reference: permutahedronInF64,
  },
  {
    name: 'softSort',
    samples: samples(() => [entries([6])]),
    run: (x) => projections.softSort(x, {strength: 0.8}),
    reference: (x) =>
      permutahedronInF64(
        down(6).map((value) => value / 0.8),
        x.map((value) => -value),
      ).map((value) => -value),
  },
  {
    name: 'softRank',
    samples: samples(() => [entries([6])]),
    run: (x) => projections.softRank(x, {strength: 0.6, direction: 'descending'}),
    reference: (x) =>
      permutahedronInF64(
        x.map((value) => -value / 0.6),
        down(6),
      ),
  },
  {
    name: 'secondOrderCone',
    samples: [
      [{shape: [4], values: [0.5, 1, -1, 0.25]}],
      [{shape: [4], values: [-0.5, 0.5, -1, 0.75]}],
      [{shape: [4], values: [2, 1, -0.5, 0.25]}],
      [{shape: [4], values: [-2, 1, -0.5, 0.25]}],
    ],
    run: (x) => projections.secondOrderCone(x),
    reference: ([s, ...z]) => {
      const size = norm(z);
      if (size <= s) return [s, ...z];
      if (size <= -s) return [0, ...z.map(() => 0)];
      const half = (s + size) / 2;
      return [half, ...z.map((value) => (half * value) / size)];
    },
    curved: true,
  },
  {
    name: 'psdCone',
    samples: samples(() => [entries([3, 3])]),
    run: (x) => projections.psdCone(x),
    reference: (x) => {
      const X = new Matrix(chunks(x, 3));
      const {diagonalMatrix, eigenvectorMatrix: V} = new EigenvalueDecomposition(
        Matrix.add(X, X.transpose()).mul(0.5),
        {assumeSymmetric: true},
      );
      const kept = Matrix.diag(diagonalMatrix.diag().map((value) => Math.max(value, 0)));
      return V.mmul(kept).mmul(V.transpose()).to1DArray();
    },
    curved: true,
  },
  {
    name: 'entmax of a tensor',
    samples: samples(() => [entries([6], 1), positive([], 1.2, 1.8)]),
    run: (x, alpha) => projections.entmax(x, {alpha}),
    reference: (x, [alpha]) => entmaxInF64(x, alpha),
    curved: true,
  },
  {
    name: 'normmax',
    samples: samples(() => [entries([5], 0.3), positive([], 1.8, 2.5)]),
    run: (x, alpha) => projections.normmax(x, {alpha}),
    reference: (x, [alpha]) => normmaxInF64(x, alpha),
    curved: true,
  },
  ...[1, 1.5, 1.25, 3].map((alpha) => ({
    name: `entmax, alpha = ${alpha}`,
    samples: samples(() => [entries([6], 1)]),
    run: (x: tf.Tensor) => projections.entmax(x, {alpha}),
    reference: (x: number[]) =>
      alpha === 1 ? x.map((value) => Math.exp(value) / sum(x.map(Math.exp))) : entmaxInF64(x, alpha),
    curved: true,
  })),
];
