/** @file The certificates of a batch: each sample has its own, with tensors of its own or shared ones, row by row. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {runCertifyQP, type CertifiedTensors} from '../../../src/kernels/operations/certify-qp.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';

/** min ½|x|² + pᵀx subject to x₁ ≤ 1, −x₂ ≤ 2, x₁ + x₂ + x₃ = b, with its solution for (p, b) of the samples. */
function solved(): CertifiedTensors {
  // Sample 0: the first row binds. Sample 1: no row does. Sample 2: the second does.
  return {
    Q: tf.tensor3d([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 3, 3]),
    p: tf.tensor2d([-4, -1, 0, 1, 2, 3, 0, 6, 0], [3, 3]),
    G: tf.tensor3d([1, 0, 0, 0, -1, 0], [1, 2, 3]),
    h: tf.tensor2d([1, 2], [1, 2]),
    A: tf.tensor3d([1, 1, 1], [1, 1, 3]),
    b: tf.tensor2d([4, 0, 0], [3, 1]),
    x: tf.tensor2d([1, 2, 1, 1, 0, -1, 1, -2, 1], [3, 3]),
    ineqDual: tf.tensor2d([4, 0, 0, 0, 0, 3], [3, 2]),
    eqDual: tf.tensor2d([-1, -2, -1], [3, 1]),
  };
}

type Result = Record<'residual' | 'rows' | 'columns', number[][]>;

function certify(tensors: CertifiedTensors): Result {
  const batch = tensors.x.shape[0];
  const {residual, rows, columns} = runCertifyQP(tensors);
  assert.deepEqual([residual, rows, columns].map(({shape}) => shape), [[batch], [batch, 3], [batch, 3]]); // prettier-ignore
  return {
    residual: Array.from(residual.dataSync(), (value) => [value]),
    rows: rows.arraySync() as number[][],
    columns: columns.arraySync() as number[][],
  };
}

const moved = (tensor: tf.Tensor, at: number, by: number) =>
  tf.tensor(
    Array.from(tensor.dataSync(), (value, i) => (i === at ? value + by : value)),
    tensor.shape,
  );

describeAnyBackend('certificates of a batch', () => {
  it('are zero at the solutions, and see what moves in its sample, row and column', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const right = certify(solved());
        for (const part of ['residual', 'rows', 'columns'] as const) {
          assert.isAtMost(Math.max(...right[part].flat()), 1e-12, part);
        }
        const seen = (tensors: CertifiedTensors) => {
          const {residual, rows, columns} = certify(tensors);
          const where = (values: number[][]) =>
            values.flatMap((row, sample) => row.flatMap((value, i) => (value > 1e-4 ? [[sample, i]] : [])));
          residual.forEach(([value], sample) =>
            assert.approximately(value, Math.max(...rows[sample], ...columns[sample]), 1e-6),
          );
          return {rows: where(rows), columns: where(columns)};
        };
        const {x, ineqDual, eqDual, p, b} = solved();
        // x₁ of sample 1: its column, and the equality.
        assert.deepEqual(seen({...solved(), x: moved(x, 3, -0.01)}), {rows: [[1, 2]], columns: [[1, 0]]}); // prettier-ignore
        // The first multiplier of sample 0: one column.
        assert.deepEqual(seen({...solved(), ineqDual: moved(ineqDual, 0, 0.01)}), {rows: [], columns: [[0, 0]]}); // prettier-ignore
        // A multiplier where the row has room, of sample 1: not complementary.
        assert.deepInclude(seen({...solved(), ineqDual: moved(ineqDual, 3, 0.01)}).rows, [1, 1]);
        assert.deepEqual(seen({...solved(), eqDual: moved(eqDual, 2, 0.01)}).columns, [[2, 0], [2, 1], [2, 2]]); // prettier-ignore
        assert.deepEqual(seen({...solved(), p: moved(p, 8, 0.01)}), {rows: [], columns: [[2, 2]]}); // prettier-ignore
        assert.deepEqual(seen({...solved(), b: moved(b, 0, 0.01)}), {rows: [[0, 2]], columns: []}); // prettier-ignore
      }),
    ));

  it('are those of each sample alone, whatever is shared', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const wrong = {...solved(), x: tf.add(solved().x, tf.mul(0.1, tf.sin(tf.reshape(tf.range(0, 9), [3, 3]))))}; // prettier-ignore
        const together = certify(wrong);
        const names = Object.keys(wrong) as (keyof CertifiedTensors)[];
        const each = (change: (tensor: tf.Tensor, name: string) => tf.Tensor) =>
          Object.fromEntries(names.map((name) => [name, change(wrong[name]!, name)])) as CertifiedTensors;
        const own = (tensor: tf.Tensor) => (tensor.shape[0] === 3 ? tensor : tf.tile(tensor, [3, ...tensor.shape.slice(1).map(() => 1)])); // prettier-ignore
        for (const which of ['QGhA', 'Q', 'G', 'A', 'h']) {
          const {residual, rows, columns} = certify(each((tensor, name) => (which.includes(name) ? own(tensor) : tensor))); // prettier-ignore
          expectClose(residual.flat(), together.residual.flat(), 1e-6);
          expectClose(rows.flat(), together.rows.flat(), 1e-6);
          expectClose(columns.flat(), together.columns.flat(), 1e-6);
        }
        for (let sample = 0; sample < 3; sample++) {
          const alone = certify(each((tensor) => (tensor.shape[0] === 1 ? tensor : tf.slice(tensor, sample, 1)))); // prettier-ignore
          for (const part of ['residual', 'rows', 'columns'] as const) {
            expectClose(alone[part][0], together[part][sample], 1e-6);
          }
        }
      }),
    ));
});
