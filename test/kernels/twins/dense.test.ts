/** @file The two implementations of the dense kernels against each other, and against the formulas, at every remainder. */
import {assert} from 'chai';
import fc from 'fast-check';
import {paddedStride, type DenseKernels, type Vector} from '../../../src/kernels/contracts/dense.js';
import {createHostDense} from '../../../src/kernels/twins/host/dense.js';
import {referenceDense} from '../../../src/kernels/twins/reference/dense.js';
import {compareTwins} from './compare.js';

let TWINS: readonly [reference: DenseKernels, host: DenseKernels];

const size = fc.integer({min: 1, max: 130});
const seed = fc.integer({min: 1, max: 1e9});

/** Numbers in [-1, 1], the same for the same seed. */
function numbers(start: number) {
  let state = start;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function filled(dense: DenseKernels, values: ArrayLike<number>): Vector {
  const vector = dense.vector(values.length);
  vector.set(values);
  return vector;
}

const compare = (work: (dense: DenseKernels) => ArrayLike<number>, tolerance = 1e-12) =>
  compareTwins(TWINS, work, tolerance);

/** A quasi-definite matrix, as its upper triangle in rows of `stride`. */
function quasiDefinite(n: number, positives: number, stride: number, start: number): Float64Array {
  const next = numbers(start);
  const a = new Float64Array((n + 3) * stride);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) a[i * stride + j] = next();
    a[i * stride + i] = (i < positives ? 1 : -1) * (n + 1);
  }
  return a;
}

/** The upper triangle, with zeros below it and without padding. */
function upper(a: Float64Array, n: number, stride: number): Float64Array {
  return Float64Array.from({length: n * n}, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return j < i ? 0 : a[i * stride + j];
  });
}

describe('dense kernels', () => {
  beforeEach(() => (TWINS = [referenceDense, createHostDense()!]));

  it('exist in WebAssembly here, in a memory of their own', () => {
    const [reference, host] = TWINS;
    assert.deepEqual([reference.name, host.name], ['reference', 'host']);
    assert.isNull(reference.memory);
    assert.strictEqual(host.memory!.buffer, host.scope(() => host.vector(1)).buffer);
    assert.notStrictEqual(host.memory, createHostDense()!.memory);
  });

  it('give indices, parts of vectors, and what is kept', () => {
    for (const dense of TWINS) {
      const kept = dense.keep(() => dense.vector(5).fill(3) as Vector);
      dense.scope(() => {
        const indices = dense.indices(3);
        assert.instanceOf(indices, Int32Array);
        assert.deepEqual([...indices], [0, 0, 0]);
        assert.deepEqual([...dense.part(kept, 1, 3)], [3, 3]);
        dense.part(kept, 4)[0] = 7;
        dense.vector(9).fill(-1);
      });
      assert.deepEqual([...kept], [3, 3, 3, 3, 7]);
      assert.equal(dense.scope(() => 42), 42); // prettier-ignore
    }
  });

  it('signedCholesky gives U with UᵀDU = A, signedSolve solves', () =>
    fc.assert(
      fc.property(
        size,
        fc.double({min: 0, max: 1, noNaN: true}),
        fc.nat({max: 3}),
        seed,
        (n, part, wider, start) => {
          const positives = Math.round(part * n);
          const stride = paddedStride(n) + 4 * wider;
          const a = quasiDefinite(n, positives, stride, start);
          const next = numbers(start + 1);
          const b = Float64Array.from({length: n}, next);
          const solution = compare((dense) => {
            const u = filled(dense, a);
            const inverse = dense.vector(n);
            const x = filled(dense, b);
            assert.equal(dense.signedCholesky(u, n, stride, positives, inverse), -1);
            for (let i = 0; i < n; i++) {
              const j = Math.min(n - 1, i + 2);
              let sum = 0;
              for (let k = 0; k <= i; k++)
                sum += (k < positives ? 1 : -1) * u[k * stride + i] * u[k * stride + j];
              assert.closeTo(sum, a[i * stride + j], 1e-11 * n);
            }
            dense.signedSolve(u, n, stride, positives, inverse, x);
            return x;
          });
          for (let i = 0; i < n; i++) {
            let sum = 0;
            for (let j = 0; j < n; j++) sum += a[Math.min(i, j) * stride + Math.max(i, j)] * solution[j];
            assert.closeTo(sum, b[i], 1e-11 * n);
          }
        },
      ),
    ));

  it('eliminate gives the first rows of U, and what of A is left to the others', () =>
    fc.assert(
      fc.property(
        size,
        fc.nat({max: 33}),
        fc.double({min: 0, max: 1, noNaN: true}),
        seed,
        (n, part, sign, start) => {
          const count = Math.min(4 * part, n & ~3);
          const positives = Math.round(sign * n);
          const stride = paddedStride(n);
          const a = quasiDefinite(n, positives, stride, start);
          const left = compare((dense) => {
            const u = filled(dense, a);
            const inverse = dense.vector(n);
            assert.equal(dense.eliminate(u, n, stride, positives, count, inverse), -1);
            for (let i = 0; i < count; i++) assert.closeTo(inverse[i] * u[i * stride + i], 1, 1e-14);
            return upper(u, n, stride);
          });
          const u = Float64Array.from(left);
          for (let i = 0; i < n; i++) {
            const j = Math.min(n - 1, i + 3);
            let sum = i < count ? 0 : u[i * n + j];
            for (let k = 0; k < Math.min(i + 1, count); k++)
              sum += (k < positives ? 1 : -1) * u[k * n + i] * u[k * n + j];
            assert.closeTo(sum, a[i * stride + j], 1e-11 * n);
          }
        },
      ),
    ));

  it('eliminate names the row of a pivot with the wrong sign, unless it is not asked for', () => {
    for (const dense of TWINS) {
      dense.scope(() => {
        const a = new Float64Array(8 * 8);
        for (let i = 0; i < 8; i++) a[i * 8 + i] = i === 5 ? -1 : 1;
        assert.equal(dense.eliminate(filled(dense, a), 8, 8, 8, 8, dense.vector(8)), 5, dense.name);
        assert.equal(dense.eliminate(filled(dense, a), 8, 8, 8, 4, dense.vector(4)), -1, dense.name);
      });
    }
  });

  it('signedCholesky names the row of a pivot with the wrong sign, or NaN', () =>
    fc.assert(
      fc.property(size, seed, fc.constantFrom(-1e3, 0, NaN, Infinity), (n, start, wrong) => {
        const row = start % n;
        const stride = paddedStride(n);
        const a = new Float64Array((n + 3) * stride);
        for (let i = 0; i < n; i++) a[i * stride + i] = i === row ? wrong : 2;
        for (const dense of TWINS) {
          dense.scope(() =>
            assert.equal(
              dense.signedCholesky(filled(dense, a), n, stride, n, dense.vector(n)),
              row,
              dense.name,
            ),
          );
        }
      }),
    ));

  it('addWeightedGram adds the weighted outer products of the chosen rows', () =>
    fc.assert(
      fc.property(size, fc.integer({min: 0, max: 40}), seed, (n, rows, start) => {
        const next = numbers(start);
        const strideM = paddedStride(n);
        const stride = paddedStride(n + 5);
        const M = new Float64Array(rows * strideM);
        for (let i = 0; i < rows; i++) for (let j = 0; j < n; j++) M[i * strideM + j] = next();
        const chosen = Array.from({length: rows}, (_, i) => i).filter((i) => i % 3 !== 1);
        const weights = chosen.map(() => next());
        const result = compare((dense) => {
          const target = dense.vector((n + 3) * stride);
          const indices = dense.indices(rows);
          indices.set(chosen);
          const weightVector = dense.vector(rows);
          weightVector.set(weights);
          const packed = dense.vector(2 * rows * strideM);
          dense.addWeightedGram(
            target,
            n,
            stride,
            filled(dense, M),
            strideM,
            indices,
            weightVector,
            chosen.length,
            packed,
          );
          return Array.from({length: n * n}, (_, at) => {
            const [i, j] = [Math.floor(at / n), at % n];
            return j < i ? 0 : target[i * stride + j];
          });
        });
        const [i, j] = [Math.floor(n / 2), n - 1];
        const direct = chosen.reduce(
          (sum, row, k) => sum + weights[k] * M[row * strideM + i] * M[row * strideM + j],
          0,
        );
        assert.closeTo(result[i * n + j], direct, 1e-12 * (rows + 1));
      }),
    ));

  it('products, copies, scalings and magnitudes agree at every size', () =>
    fc.assert(
      fc.property(fc.integer({min: 0, max: 130}), size, seed, (rows, n, start) => {
        const next = numbers(start);
        const values = (length: number) => Float64Array.from({length}, next);
        const [A, x, y, square] = [values(rows * n), values(n), values(rows), values(n * n)];
        const [left, right] = [y.map(Math.abs), x.map(Math.abs)];
        const product = compare((dense) => {
          const out = dense.vector(rows);
          dense.multiply(filled(dense, A), rows, n, n, filled(dense, x), out);
          return out;
        });
        if (rows > 0) {
          const last = A.subarray((rows - 1) * n).reduce((sum, value, j) => sum + value * x[j], 0);
          assert.closeTo(product[rows - 1], last, 1e-13 * n);
        }
        compare((dense) => {
          const out = filled(dense, x);
          dense.addMultiplyTransposed(filled(dense, A), rows, n, n, filled(dense, y), out);
          return out;
        });
        compare((dense) => {
          const [out, terms, plain] = [dense.vector(rows), dense.vector(rows), dense.vector(rows)];
          dense.multiplyWithTerms(filled(dense, A), rows, n, filled(dense, x), out, terms);
          dense.multiply(filled(dense, A.map(Math.abs)), rows, n, n, filled(dense, right), plain);
          for (let i = 0; i < rows; i++) assert.closeTo(terms[i], plain[i], 1e-13 * n);
          dense.multiply(filled(dense, A), rows, n, n, filled(dense, x), plain);
          for (let i = 0; i < rows; i++) assert.closeTo(out[i], plain[i], 1e-13 * n);
          return [...out, ...terms];
        });
        compare((dense) => {
          const [out, terms, plain] = [filled(dense, x), filled(dense, right), filled(dense, right)];
          dense.addMultiplyTransposedWithTerms(filled(dense, A), rows, n, filled(dense, y), out, terms);
          dense.addMultiplyTransposed(filled(dense, A.map(Math.abs)), rows, n, n, filled(dense, left), plain);
          for (let j = 0; j < n; j++) assert.closeTo(terms[j], plain[j], 1e-13 * Math.max(1, rows));
          plain.set(x);
          dense.addMultiplyTransposed(filled(dense, A), rows, n, n, filled(dense, y), plain);
          for (let j = 0; j < n; j++) assert.closeTo(out[j], plain[j], 1e-13 * Math.max(1, rows));
          return [...out, ...terms];
        });
        compare((dense) => {
          const to = dense.vector(rows * n);
          dense.scale(filled(dense, A), rows, n, filled(dense, y), filled(dense, x), to);
          return to;
        });
        for (const routine of ['scaledMaxima', 'addMagnitudes'] as const) {
          compare((dense) => {
            const [byRow, byColumn] = [dense.vector(rows), dense.vector(n)];
            dense[routine](
              filled(dense, A),
              rows,
              n,
              filled(dense, left),
              filled(dense, right),
              byRow,
              byColumn,
            );
            return [...byRow, ...byColumn];
          });
        }
        compare((dense) => {
          const indices = dense.indices(rows);
          for (let i = 0; i < rows; i++) indices[i] = (7 * i) % rows;
          const to = dense.vector(n * (rows + 3) + 2);
          dense.copyTransposed(filled(dense, A), n, indices, rows, to, rows + 3, 2);
          return to;
        });
        compare((dense) => {
          const sparse = filled(
            dense,
            A.map((value) => (value > 0.4 ? value : 0)),
          );
          const entries = dense.indices(rows);
          const to = dense.vector(rows * (n + 1));
          dense.packRows(sparse, rows, n, Math.floor(n / 3), to, n + 1, entries);
          return [...to, ...entries];
        });
        compare((dense) => {
          const to = dense.vector(n * (n + 2));
          dense.copyUpper(filled(dense, square), n, to, n + 2, n);
          return to;
        });
        compare((dense) => {
          const to = dense.vector(n * (n + 2));
          dense.scaleUpper(filled(dense, square), n, filled(dense, x), to, n + 2);
          const all = dense.vector(n * n);
          dense.scale(filled(dense, square), n, n, filled(dense, x), filled(dense, x), all);
          for (let i = 0; i < n; i++) {
            assert.deepEqual(
              to.slice(i * (n + 2) + i, i * (n + 2) + n),
              all.slice(i * n + i, (i + 1) * n),
              `row ${i}`,
            );
          }
          return to;
        });
        compare((dense) => {
          const P = filled(dense, square);
          const difference = dense.symmetrize(P, n);
          return [...P, difference];
        });
      }),
    ));

  it('leave alone what lies behind their sizes in longer vectors, and read nothing of it', () =>
    fc.assert(
      fc.property(fc.integer({min: 1, max: 12}), fc.integer({min: 1, max: 12}), seed, (n, rows, start) => {
        const next = numbers(start);
        const stride = paddedStride(n);
        for (const dense of TWINS) {
          dense.scope(() => {
            /** `length` numbers, and more behind them. */
            const longer = (length: number, behind: number) => {
              const vector = dense.vector(length + 9).fill(behind) as Vector;
              for (let i = 0; i < length; i++) vector[i] = next();
              return vector;
            };
            const expectBehind = (vector: Vector, length: number) =>
              vector.subarray(length).forEach((value, i) => assert.equal(value, 77, `${dense.name}, ${i}`));
            const A = longer(rows * stride, NaN);
            const [x, y] = [longer(n, NaN), longer(rows, NaN)];
            const [byRow, byColumn] = [longer(rows, 77), longer(n, 77)];
            dense.multiply(A, rows, n, stride, x, byRow);
            dense.addMultiplyTransposed(A, rows, n, stride, y, byColumn);
            const B = longer(rows * n, NaN);
            const [rowTerms, columnTerms] = [longer(rows, 77), longer(n, 77)];
            dense.multiplyWithTerms(B, rows, n, x, byRow, rowTerms);
            dense.addMultiplyTransposedWithTerms(B, rows, n, y, byColumn, columnTerms);
            for (const vector of [byRow, rowTerms]) expectBehind(vector, rows);
            for (const vector of [byColumn, columnTerms]) expectBehind(vector, n);
            for (const vector of [byRow, rowTerms, byColumn, columnTerms])
              assert.isTrue(dense.isFinite(vector));
          });
        }
      }),
    ));

  it('isFinite and symmetrize see NaN and infinities wherever they are', () =>
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 20}),
        seed,
        fc.constantFrom(NaN, Infinity, -Infinity),
        (n, at, bad) => {
          for (const dense of TWINS) {
            dense.scope(() => {
              const P = dense.vector(n * n);
              assert.isTrue(dense.isFinite(P));
              P[at % (n * n)] = bad;
              assert.isFalse(dense.isFinite(P));
              assert.isNaN(dense.symmetrize(P, n));
            });
          }
        },
      ),
    ));

  it('a scope takes back its memory, and begins again where there is too little', () => {
    const dense = createHostDense()!;
    let runs = 0;
    const sum = dense.scope(() => {
      runs++;
      const small = dense.vector(1000).fill(1);
      const large = dense.vector(4e6).fill(1);
      return small[999] + large[3999999];
    });
    assert.equal(sum, 2);
    assert.isAbove(runs, 1);
    const places = Array.from({length: 100}, () => dense.scope(() => dense.vector(5000).byteOffset));
    assert.equal(new Set(places).size, 1);
    assert.throws(
      () =>
        dense.scope(() => {
          dense.vector(100);
          throw new Error('no');
        }),
      'no',
    );
    assert.equal(
      dense.scope(() => dense.vector(1).byteOffset),
      places[0],
    );
  });
});
