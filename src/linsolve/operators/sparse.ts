/** @file The operator of a matrix of `sparseMatrix`. */
import * as tf from '@tensorflow/tfjs-core';
import {doublesOf} from '../../autodiff/index.js';
import type {Entries} from '../../kernels/index.js';
import {
  checkReadable,
  isBatch,
  sparseAlgebra,
  valuesIn,
  type SparseFactor,
  type SparseMatrix,
} from '../../linalg/index.js';
import {canLook} from '../../programs/index.js';
import type {DoubleProducts, Operator, OwnFactors, Tags} from '../types.js';
import {structured, type StructuredOptions} from './structured.js';

/**
 * The operator of a square matrix of `sparseMatrix`: its values [entries] make one system, or, with `batched`, the same for each sample;
 * values [B, entries] make a batch.
 *
 * `lu`, `cholesky` and `auto` factor it as a sparse matrix, in f64 on the host. Without the tags symmetric and positiveDefinite, the factors are
 * those of a symmetric system of twice the size, which solves with the matrix and with its transpose. Krylov methods use products in f64.
 * A tensor of values still belongs to the caller. `linalg.solve` is the differentiable function. On a GPU, `operators.csr` has products.
 *
 * @throws If the matrix is not square, or the host cannot read tensors of the backend.
 */
export function sparse(matrix: SparseMatrix, options: StructuredOptions = {}): Operator {
  const where = 'operators.sparse';
  const [n, columns] = matrix.shape;
  if (n !== columns)
    throw new Error(`${where}: the matrix must be square, got [${matrix.shape.join(', ')}].`);
  checkReadable(where);
  const algebra = sparseAlgebra(where);
  const {entries, rows: is, columns: js} = matrix;
  const values = () => valuesIn(matrix, where);
  const batch = isBatch(matrix) ? tf.tidy(() => values().shape[0]) : null;
  const count = batch ?? 1;
  const operator = structured(
    {
      name: 'sparse',
      n,
      batch,
      product: (v, transpose) => algebra.multiply(matrix, v, transpose),
      matrices() {
        // Row j is Aᵀ eⱼ.
        const rowsOf = (own: tf.Tensor) => algebra.multiply(matrix.withValues(own), tf.eye(n), true);
        return tf.stack(tf.split(values(), count).map(rowsOf));
      },
      diagonal() {
        const isOn = Float32Array.from(is, (row, e) => Number(row === js[e]));
        return algebra.multiply(matrix.withValues(tf.mul(values(), isOn)), tf.ones([count, n]));
      },
    },
    options,
  );
  // Numbers that are given as such may have more digits than a tensor.
  const numbers = (): Float64Array => {
    if (matrix.values instanceof Float64Array) return matrix.values.slice();
    let found: Float64Array = new Float64Array(0);
    tf.tidy(() => void (found = doublesOf(values())));
    return found;
  };
  return {
    ...operator,
    double: () => (canLook() ? productsOf(n, entries, numbers(), count) : null),
    factor(definite) {
      const given = numbers();
      const factorAs = (isDefinite: boolean, refuse: (sample: number) => Error) =>
        algebra.factor(matrix, isDefinite, given, refuse);
      const {solve} = factorsOf(definite, operator.tags, factorAs);
      return {
        ...{count, solve},
        multiply(x, sample, transpose) {
          const from = batch === null ? 0 : sample * is.length;
          return product(n, entries, given.subarray(from, from + is.length), x, transpose);
        },
      };
    },
  };
}

class NotDefinite extends Error {}

/** The factors as of a definite matrix, if it must be one or is tagged so; else those of any matrix. */
function factorsOf(
  definite: {refuse: (sample: number) => Error} | null,
  {symmetric, positiveDefinite}: Tags,
  factorAs: (isDefinite: boolean, refuse: (sample: number) => Error) => SparseFactor,
): Pick<OwnFactors, 'solve'> {
  const bound = (factor: SparseFactor): Pick<OwnFactors, 'solve'> => ({
    solve: (b, sample, transpose) => factor.solve(b, sample, transpose),
  });
  const general = () =>
    bound(factorAs(false, () => new Error('operators.sparse: the values must be finite.')));
  if (!definite && !(symmetric && positiveDefinite)) return general();
  try {
    return bound(factorAs(true, definite?.refuse ?? (() => new NotDefinite())));
  } catch (error) {
    // A tag may be wrong.
    if (!(error instanceof NotDefinite)) throw error;
    return general();
  }
}

/** Products with the matrices of a batch, for vectors as rows [B, n]. */
function productsOf(n: number, entries: Entries, values: Float64Array, count: number): DoubleProducts {
  const each = entries.rows.length;
  const all = (rows: Float64Array, transpose: boolean) => {
    const out = new Float64Array(rows.length);
    for (let sample = 0; sample * n < rows.length; sample++) {
      const own = count === 1 ? values : values.subarray(sample * each, (sample + 1) * each);
      const x = rows.subarray(sample * n, (sample + 1) * n);
      out.set(product(n, entries, own, x, transpose), sample * n);
    }
    return out;
  };
  return {apply: (rows) => all(rows, false), applyTranspose: (rows) => all(rows, true)};
}

function product(
  n: number,
  {rows, columns}: Entries,
  values: Float64Array,
  x: Float64Array,
  transpose: boolean,
): Float64Array {
  const [to, from] = transpose ? [columns, rows] : [rows, columns];
  const out = new Float64Array(n);
  for (let e = 0; e < to.length; e++) out[to[e]] += values[e] * x[from[e]];
  return out;
}
