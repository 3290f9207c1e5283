/** @file The two implementations of the matrix kernels against each other, and against the formulas, at every remainder. */
import {assert} from 'chai';
import fc from 'fast-check';
import {createHostMatrices} from '../../../src/kernels/twins/host/matrices.js';
import {roomForQR, scaledLU, type MatrixKernels} from '../../../src/kernels/contracts/matrices.js';
import {referenceMatrices} from '../../../src/kernels/twins/reference/matrices.js';
import {seededRandom} from '../../zoo/linear-systems.js';
import {compareTwins, expectNear} from './compare.js';

let host: MatrixKernels;

const size = fc.integer({min: 1, max: 130});
const columnCount = fc.integer({min: 1, max: 7});
const seed = fc.nat();

/** Row-major [rows, columns], entries in [−1, 1]. */
function noise(rows: number, columns: number, start: number): Float64Array {
  const random = seededRandom(start);
  return Float64Array.from({length: rows * columns}, () => 2 * random() - 1);
}

function filled(kernels: MatrixKernels, values: ArrayLike<number>): Float64Array {
  const vector = kernels.vector(values.length);
  vector.set(values);
  return vector;
}

/** op(A) X for A [m, n] given by its entries. */
function product(
  entry: (i: number, j: number) => number,
  m: number,
  n: number,
  X: ArrayLike<number>,
  k: number,
) {
  const out = new Float64Array(m * k);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) for (let c = 0; c < k; c++) out[i * k + c] += entry(i, j) * X[j * k + c];
  }
  return out;
}

const compare = (work: (kernels: MatrixKernels) => ArrayLike<number>, tolerance = 1e-10) =>
  compareTwins([referenceMatrices, host], work, tolerance);

/** Well conditioned and not symmetric: noise with a large entry in each row and column, not on the diagonal. */
function regular(n: number, start: number): Float64Array {
  const a = noise(n, n, start);
  const shift = start % n;
  for (let i = 0; i < n; i++) a[i * n + ((i + shift) % n)] += 2 * Math.sqrt(n) + 2;
  return a;
}

function definite(n: number, start: number): Float64Array {
  const a = noise(n, n, start);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j];
    a[i * n + i] += 2 * Math.sqrt(n) + 2;
  }
  return a;
}

describe('matrix kernels', () => {
  beforeEach(() => (host = createHostMatrices()!));

  it('exist in WebAssembly here', () => assert.equal(host.name, 'host'));

  it('choleskyInPlace gives L with L Lᵀ = A from the lower triangle, zero above it', () =>
    fc.assert(
      fc.property(size, seed, (n, start) => {
        const a = definite(n, start);
        const read = a.slice();
        for (let i = 0; i < n; i++) read.fill(NaN, i * n + i + 1, (i + 1) * n);
        const l = compare((kernels) => {
          const matrix = filled(kernels, read);
          assert.equal(kernels.choleskyInPlace(matrix, n), -1);
          return matrix;
        });
        for (let i = 0; i < n; i++) assert.isTrue(l.slice(i * n + i + 1, (i + 1) * n).every((x) => x === 0));
        const transposed = product((i, j) => Number(i === j), n, n, l, n);
        for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) transposed[i * n + j] = l[j * n + i];
        expectNear(
          product((i, j) => l[i * n + j], n, n, transposed, n),
          a,
          1e-13,
        );
      }),
    ));

  it('choleskySingle is the same, rounded', () =>
    fc.assert(
      fc.property(size, seed, (n, start) => {
        const a = Float32Array.from(definite(n, start));
        for (let i = 0; i < n; i++) a.fill(NaN, i * n + i + 1, (i + 1) * n);
        compare((kernels) => {
          const exact = filled(kernels, a);
          const [single, l] = [kernels.singles(n * n), kernels.singles(n * n)];
          single.set(a);
          assert.equal(kernels.choleskyInPlace(exact, n), kernels.choleskySingle(single, n, l));
          assert.deepEqual(l, Float32Array.from(exact));
          single[0] = -1;
          assert.equal(kernels.choleskySingle(single, n, l), 0);
          return exact;
        });
      }),
    ));

  it('choleskyInPlace names the row of a pivot that is negative, zero, rounding, NaN or infinite', () =>
    fc.assert(
      fc.property(size, seed, fc.constantFrom(-1, 0, 1e-17, NaN, Infinity), (n, start, pivot) => {
        const row = start % n;
        const a = definite(n, start);
        // Row and column `row` as those of the row before, so that what is left on the diagonal is `pivot`.
        for (let j = 0; j < n; j++) {
          if (row > 0) a[row * n + j] = a[(row - 1) * n + j];
        }
        if (row > 0) a[row * n + row] = a[(row - 1) * n + row - 1] + pivot;
        else a[0] = pivot === 1e-17 ? 0 : pivot;
        for (const kernels of [referenceMatrices, host]) {
          kernels.scope(() =>
            assert.equal(kernels.choleskyInPlace(filled(kernels, a), n), row, kernels.name),
          );
        }
      }),
    ));

  it('solveLu solves with A and Aᵀ whatever the units of rows and columns', () =>
    fc.assert(
      fc.property(size, columnCount, seed, fc.boolean(), (n, k, start, transpose) => {
        const random = seededRandom(start + 1);
        const units = Array.from({length: 2 * n}, () => 2 ** Math.floor(60 * random() - 30));
        const well = regular(n, start);
        const a = well.map((entry, i) => entry * units[Math.floor(i / n)] * units[n + (i % n)]);
        const exact = noise(n, k, start + 2);
        // Unknowns in the units that make the scaled system well conditioned.
        const unit = (i: number) => (transpose ? units[i] : units[n + i]);
        const x = exact.map((value, i) => value / unit(Math.floor(i / k)));
        const b = product((i, j) => (transpose ? a[j * n + i] : a[i * n + j]), n, n, x, k);
        const solution = compare((kernels) => {
          const factors = scaledLU(kernels, filled(kernels, a), n);
          assert.isTrue(kernels.luInPlace(factors));
          const X = filled(kernels, b);
          kernels.solveLu(factors, X, k, transpose);
          return X.map((value, i) => value * unit(Math.floor(i / k)));
        });
        expectNear(solution, exact, 1e-11);
      }),
    ));

  it('luInPlace: both choose the same scales and pivots, and the factors multiply to the scaled matrix', () =>
    fc.assert(
      fc.property(size, seed, (n, start) => {
        const a = noise(n, n, start);
        const all = compare((kernels) => {
          const factors = scaledLU(kernels, filled(kernels, a), n);
          assert.isTrue(kernels.luInPlace(factors));
          return [...factors.rows, ...factors.columns, ...factors.pivots, ...factors.lu];
        }, 1e-8);
        const part = (index: number) => all.slice(index * n, (index + 1) * n);
        const [rows, columns, pivots, lu] = [part(0), part(1), part(2), all.slice(3 * n)];
        const U = lu.map((value, i) => (i % n >= Math.floor(i / n) ? value : 0));
        const L = (i: number, j: number) => (i === j ? 1 : j < i ? lu[i * n + j] : 0);
        const scaled = Array.from({length: n * n}, (_, at) => {
          const [row, column] = [pivots[Math.floor(at / n)], at % n];
          return a[row * n + column] * 2 ** -rows[row] * 2 ** -columns[column];
        });
        expectNear(product(L, n, n, U, n), scaled, 1e-12);
      }),
    ));

  it('luInPlace: both take the first of several entries that are largest', () =>
    fc.assert(
      fc.property(fc.integer({min: 1, max: 20}), seed, (n, start) => {
        const random = seededRandom(start);
        const a = Float64Array.from({length: n * n}, () => Math.floor(5 * random()) - 2);
        compare((kernels) => {
          const factors = scaledLU(kernels, filled(kernels, a), n);
          kernels.luInPlace(factors);
          // Later columns are equal but for rounding, if at all.
          return factors.pivots.slice(0, 1);
        }, 0);
      }),
    ));

  it('luInPlace knows a singular matrix, and one that is not finite', () =>
    fc.assert(
      fc.property(size, seed, fc.constantFrom('zero', 'sum', 'NaN', 'infinite'), (n, start, kind) => {
        const a = regular(n, start);
        const row = start % n;
        if (kind === 'zero' || (kind === 'sum' && n < 3)) a.fill(0, row * n, (row + 1) * n);
        else if (kind === 'sum') {
          const [one, two] = [(row + 1) % n, (row + 2) % n];
          for (let j = 0; j < n; j++) a[row * n + j] = a[one * n + j] + a[two * n + j];
        } else a[row * n + ((start % 7) % n)] = kind === 'NaN' ? NaN : Infinity;
        for (const kernels of [referenceMatrices, host]) {
          kernels.scope(() =>
            assert.isFalse(kernels.luInPlace(scaledLU(kernels, filled(kernels, a), n)), kernels.name),
          );
        }
      }),
    ));

  it('solveTriangular solves with either triangle, transposed or not, with or without its diagonal', () =>
    fc.assert(
      fc.property(
        size,
        columnCount,
        seed,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (n, k, start, lower, transpose, unitDiagonal) => {
          const t = noise(n, n, start).map((entry) => entry / n);
          for (let i = 0; i < n; i++) t[i * n + i] = unitDiagonal ? NaN : 1 + Math.abs(t[i * n + i]);
          const triangle = (i: number, j: number) => {
            if (i === j) return unitDiagonal ? 1 : t[i * n + j];
            return lower === j < i ? t[i * n + j] : 0;
          };
          const exact = noise(n, k, start + 1);
          const b = product((i, j) => (transpose ? triangle(j, i) : triangle(i, j)), n, n, exact, k);
          const solution = compare((kernels) => {
            const X = filled(kernels, b);
            kernels.solveTriangular(filled(kernels, t), n, X, k, {lower, transpose, unitDiagonal});
            return X;
          });
          expectNear(solution, exact, 1e-12);
        },
      ),
    ));

  it('qrInPlace and applyQ: the same factors, Q R = A P, Qᵀ Q = I, and the rank of a product', () =>
    fc.assert(
      fc.property(size, size, columnCount, seed, fc.boolean(), (rows, columns, k, start, low) => {
        const rank = low ? Math.min(rows, columns, 3) : Math.min(rows, columns);
        const left = noise(rows, rank, start);
        const right = noise(rank, columns, start + 1);
        const a = low
          ? product((i, j) => left[i * rank + j], rows, rank, right, columns)
          : noise(rows, columns, start);
        const X = noise(rows, k, start + 2);
        const all = compare((kernels) => {
          const factors = roomForQR(kernels, rows, columns);
          factors.qr.set(a);
          kernels.qrInPlace(factors, 1e-9);
          assert.equal(factors.rank, rank);
          const there = filled(kernels, X);
          kernels.applyQ(factors, there, k, true);
          const back = filled(kernels, there);
          kernels.applyQ(factors, back, k, false);
          // Q R for the leading rows of R.
          const restored = kernels.vector(rows * columns);
          for (let i = 0; i < rank; i++) {
            for (let j = i; j < columns; j++) restored[i * columns + j] = factors.qr[i * columns + j];
          }
          kernels.applyQ(factors, restored, columns, false);
          return [...back, ...restored, ...factors.order, ...there];
        }, 1e-9);
        expectNear(all.slice(0, rows * k), X, 1e-13);
        const order = all.slice(rows * (k + columns), rows * (k + columns) + columns);
        const permuted = Array.from(
          {length: rows * columns},
          (_, at) => a[at - (at % columns) + order[at % columns]],
        );
        expectNear(all.slice(rows * k, rows * (k + columns)), permuted, 1e-12);
      }),
    ));
});
