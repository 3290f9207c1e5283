/** @file The operator of a sparse matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import type {Operator} from '../types.js';
import {STRUCTURED, structured, type StructuredOptions} from './structured.js';

/** A square matrix in compressed sparse rows: the entries of row i are those from indptr[i] up to indptr[i + 1]. */
export interface CsrMatrix {
  /** The values of the entries, [nnz]; entries at the same place are added. */
  data: tf.Tensor;
  /** The columns of the entries. */
  indices: ArrayLike<number>;
  /** The start of each row in `data`: n + 1 ascending numbers from 0 to nnz. */
  indptr: ArrayLike<number>;
  /** [n, n]. */
  shape: [number, number];
}

const NAMES: Names<CsrMatrix> = {data: 1, indices: 1, indptr: 1, shape: 1};

/**
 * The operator of a sparse matrix, shared over the batch (vectors [B, n]), or of one system if `batched` is false.
 *
 * `data` still belongs to the caller and is never read by the host. The positions are kept as tensors until `dispose`. Products
 * are not differentiable.
 *
 * @throws If the matrix is not square, or the positions are not those of a matrix of its shape.
 */
export function csr(matrix: CsrMatrix, options: StructuredOptions = {}): Operator {
  const {batched = true, tags} = checkOptions('operators.csr', options, STRUCTURED);
  checkOptions('operators.csr', matrix, NAMES, 'entry');
  const {data} = matrix;
  const [n] = matrix.shape;
  const rows = rowsOf(matrix);
  let kept: Record<'rows' | 'columns', tf.Tensor2D> | null = null;
  const positions = () => {
    const column = (values: ArrayLike<number>) =>
      tf.keep(tf.tensor2d(Int32Array.from(values), [data.size, 1], 'int32'));
    return (kept ??= {rows: column(rows), columns: column(matrix.indices)});
  };
  const operator = structured(
    {
      name: 'csr',
      n,
      batch: null,
      product(v, transpose) {
        const {rows, columns} = positions();
        const [to, from] = transpose ? [columns, rows] : [rows, columns];
        const terms = tf.mul(tf.expandDims(data, 1), tf.gather(tf.transpose(v), tf.reshape(from, [-1])));
        return tf.transpose(tf.scatterND(to, terms, [n, v.shape[0]]));
      },
      matrices() {
        const {rows, columns} = positions();
        return tf.scatterND(tf.concat([rows, columns], 1), data, [n, n]);
      },
      diagonal() {
        const {rows, columns} = positions();
        return tf.scatterND(rows, tf.mul(data, tf.reshape(tf.equal(rows, columns), [-1])), [n]);
      },
    },
    {batched, tags},
  );
  return {
    ...operator,
    dispose() {
      if (kept) tf.dispose(kept);
      kept = null;
    },
  };
}

/** The row of each entry. */
function rowsOf({data, indices, indptr, shape}: CsrMatrix): Int32Array {
  const [n, columns] = shape;
  const check = (holds: boolean, message: string) => {
    if (!holds) throw new Error(`operators.csr: ${message}.`);
  };
  check(n === columns, `the matrix must be square, got shape [${shape}]`);
  check(data.rank === 1 && data.size > 0, `data must have shape [nnz], nnz > 0, got [${data.shape}]`);
  const nnz = data.size;
  check(indices.length === nnz, `${nnz} entries need ${nnz} column indices, got ${indices.length}`);
  check(indptr.length === n + 1, `${n} rows need ${n + 1} entries of indptr, got ${indptr.length}`);
  check(
    indptr[0] === 0 && indptr[n] === nnz,
    `indptr must go from 0 to ${nnz}, got ${indptr[0]} to ${indptr[n]}`,
  );
  const rows = new Int32Array(nnz);
  for (let i = 0; i < n; i++) {
    const [from, to] = [indptr[i], indptr[i + 1]];
    check(
      Number.isInteger(to) && to >= from,
      `indptr must contain ascending integers, got ${from} before ${to}`,
    );
    rows.fill(i, from, to);
  }
  for (let e = 0; e < nnz; e++) {
    const inside = Number.isInteger(indices[e]) && indices[e] >= 0 && indices[e] < n;
    check(inside, `column index ${e} must be an integer from 0 to ${n - 1}, got ${indices[e]}`);
  }
  return rows;
}
