/** @file Sparse matrices of quadratic programs, and their KKT systems, against the dense ones. */
import {assert} from 'chai';
import fc from 'fast-check';
import {DenseMatrix} from '../../../../src/kernels/algorithms/qp/dense-matrix.js';
import {denseKkt} from '../../../../src/kernels/algorithms/qp/kkt.js';
import {compressRows} from '../../../../src/kernels/algorithms/sparse/compressed-rows.js';
import {planKkt, SparseKkt} from '../../../../src/kernels/algorithms/sparse/sparse-kkt.js';
import {SparseMatrix} from '../../../../src/kernels/algorithms/sparse/sparse-matrix.js';
import type {Vector} from '../../../../src/kernels/contracts/dense.js';
import {referenceDense as dense} from '../../../../src/kernels/twins/reference/dense.js';
import {effort} from '../../../helpers/effort.js';
import {randomOf} from '../../../helpers/random.js';

/** Random entries, some repeated, as a sparse matrix and as a dense one. */
function randomMatrix(rows: number, columns: number, count: number, random: () => number) {
  const is = Array.from({length: count}, () => Math.floor(rows * random()));
  const js = Array.from({length: count}, () => Math.floor(columns * random()));
  return matrixOf(rows, columns, is, js, is.map(() => 2 * random() - 1)); // prettier-ignore
}

function matrixOf(rows: number, columns: number, is: number[], js: number[], entries: number[]) {
  const {pattern, places} = compressRows(rows, columns, is, js);
  const sparse = new SparseMatrix(pattern);
  sparse.read(entries, places);
  const full = dense.vector(rows * columns);
  entries.forEach((value, e) => (full[is[e] * columns + js[e]] += value));
  return {sparse, full};
}

const randomVector = (length: number, random: () => number): Vector => {
  const vector = dense.vector(length);
  for (let i = 0; i < length; i++) vector[i] = 2 * random() - 1;
  return vector;
};

const sizes = fc.tuple(fc.integer({min: 1, max: 20}), fc.integer({min: 1, max: 20}), fc.nat(60), fc.string());
const runs = {numRuns: effort(100, 2000)};

describe('sparse matrices of quadratic programs', () => {
  it('products, scaling and sizes are those of the dense matrix', () =>
    fc.assert(
      fc.property(sizes, ([rows, columns, count, seed]) => {
        const random = randomOf(seed);
        const {sparse, full} = randomMatrix(rows, columns, count, random);
        const [x, y] = [randomVector(columns, random), randomVector(rows, random)];
        const [left, right] = [y, x].map((vector) => vector.map(Math.abs) as Vector);
        const close = (name: string, ours: Float64Array[], theirs: Float64Array[]) =>
          ours.forEach((values, i) =>
            values.forEach((value, at) => assert.closeTo(value, theirs[i][at], 1e-14, `${name} ${i} ${at}`)),
          );
        const room = () => [
          ...[dense.vector(rows), dense.vector(rows)],
          ...[dense.vector(columns).fill(0.3) as Vector, dense.vector(columns).fill(0.2) as Vector],
        ];
        const [a, b] = [room(), room()];
        sparse.multiply(x, a[0]);
        dense.multiply(full, rows, columns, columns, x, b[0]);
        sparse.addMultiplyTransposed(y, a[2]);
        dense.addMultiplyTransposed(full, rows, columns, columns, y, b[2]);
        close('products', a, b);
        sparse.multiplyWithTerms(x, a[0], a[1]);
        dense.multiplyWithTerms(full, rows, columns, x, b[0], b[1]);
        sparse.addMultiplyTransposedWithTerms(y, a[2], a[3]);
        dense.addMultiplyTransposedWithTerms(full, rows, columns, y, b[2], b[3]);
        close('products with terms', a, b);
        sparse.scaledMaxima(left, right, a[0], a[2]);
        dense.scaledMaxima(full, rows, columns, left, right, b[0], b[2]);
        close('maxima', a, b);
        sparse.addMagnitudes(y, x, a[1], a[3]);
        dense.addMagnitudes(full, rows, columns, y, x, b[1], b[3]);
        close('magnitudes', a, b);
        const scaled = new SparseMatrix(sparse.pattern);
        sparse.scale(y, x, scaled);
        const scaledFull = dense.vector(rows * columns);
        dense.scale(full, rows, columns, y, x, scaledFull);
        scaled.multiply(x, a[0]);
        dense.multiply(scaledFull, rows, columns, columns, x, b[0]);
        close('scaled', a, b);
        assert.isTrue(sparse.isFinite());
      }),
      runs,
    ));

  it('an entry that is not finite is told', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      assert.isFalse(matrixOf(1, 2, [0, 0], [0, 1], [1, bad]).sparse.isFinite());
    }
  });

  it('corrections by the factors of a KKT system solve it, rows that are left out aside', () =>
    fc.assert(
      fc.property(sizes, ([n, rows, count, seed]) => {
        const random = randomOf(seed);
        // P = LLᵀ + 0.1, both triangles given.
        const L = randomMatrix(n, n, n, random).full;
        const [is, js, entries]: [number[], number[], number[]] = [[], [], []];
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            let value = i === j ? 0.1 : 0;
            for (let k = 0; k < n; k++) value += L[i * n + k] * L[j * n + k];
            if (value === 0) continue;
            is.push(i);
            js.push(j);
            entries.push(value);
          }
        }
        const P = matrixOf(n, n, is, js, entries);
        const C = randomMatrix(rows, n, count, random);
        const w = Float64Array.from({length: rows}, () => [1e-3, 1, 1e4, Infinity][Math.floor(4 * random())]);
        const [f, g] = [randomVector(n, random), randomVector(rows, random)];
        const kkt = denseKkt(
          dense,
          new DenseMatrix(dense, n, n, P.full),
          new DenseMatrix(dense, rows, n, C.full),
        );
        kkt.readMatrices();
        assert.isTrue(kkt.factor(w, 1e-9));
        const [x, y] = [dense.vector(n), dense.vector(rows)];
        kkt.solve(f, g, x, y, 1e-14);
        const ours = new SparseKkt(dense, P.sparse, C.sparse, planKkt(P.sparse.pattern, C.sparse.pattern));
        assert.isTrue(ours.factor(w, 1e-9));
        const [u, v, total] = [dense.vector(n), dense.vector(rows), dense.vector(rows)];
        ours.correct(u, v, f, g, total);
        const scale = Math.max(1, ...x.map(Math.abs), ...y.map(Math.abs));
        x.forEach((value, j) => assert.closeTo(u[j], value, 1e-5 * scale));
        y.forEach((value, i) => assert.closeTo(v[i], w[i] === Infinity ? 0 : value, 1e-5 * scale));
        const image = dense.vector(rows);
        C.sparse.multiply(u, image);
        image.forEach((value, i) => assert.closeTo(total[i], value, 1e-12 * scale));
      }),
      runs,
    ));

  it('rows with one entry are not in the plan of a KKT system', () =>
    fc.assert(
      fc.property(sizes, ([rows, n, count, seed]) => {
        const {pattern} = randomMatrix(rows, n, count, randomOf(seed)).sparse;
        const lengths = Array.from({length: rows}, (_, i) => pattern.starts[i + 1] - pattern.starts[i]);
        const plan = planKkt(compressRows(n, n, [], []).pattern, pattern);
        assert.equal(plan.n, n + lengths.filter((length) => length !== 1).length);
      }),
      runs,
    ));
});
