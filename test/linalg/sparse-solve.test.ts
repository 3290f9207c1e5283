/** @file linalg.solve with sparse matrices: solutions and gradients of any order, against the dense matrix. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {linalg, sparseMatrix, vjp} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {randomOf} from '../helpers/random.js';
import {describeUnreadable} from '../helpers/unreadable.js';

type Shapes = {a: number[]; b: number[]};
type Options = Parameters<typeof linalg.solve>[2];

/** Places around the diagonal, which stand in both triangles; and the matrices of values there as a function of these. */
function places(n: number) {
  const near = [...Array(n * n).keys()].filter((at) => Math.abs(Math.floor(at / n) - (at % n)) <= 1);
  const [rows, columns] = [near.map((at) => Math.floor(at / n)), near.map((at) => at % n)];
  const index = Int32Array.from(near);
  const dense = (values: tf.Tensor) => {
    const count = values.rank === 1 ? 1 : values.shape[0];
    const spread = tf.oneHot(index, n * n) as tf.Tensor2D;
    const whole = tf.matMul(tf.reshape(values, [count, near.length]), tf.cast(spread, 'float32'));
    return tf.reshape(whole, [...values.shape.slice(0, -1), n, n]);
  };
  return {rows, columns, dense, size: near.length};
}

describeBackends('linalg.solve with sparse matrices', () => {
  const kinds: [Shapes, Options][] = [
    [{a: [], b: []}, {}],
    [{a: [], b: [-1]}, {transpose: true}],
    [{a: [], b: [4]}, {}],
    [{a: [], b: [2, 3]}, {}],
    [{a: [3], b: [3]}, {transpose: true}],
    [{a: [3], b: []}, {}],
    [{a: [3], b: [1]}, {assume: 'positiveDefinite'}],
    [{a: [3], b: [2, 3]}, {}],
    [{a: [1], b: [2]}, {}],
    [
      {a: [], b: [2]},
      {assume: 'positiveDefinite', transpose: true},
    ],
  ];
  for (const [{a, b}, options] of kinds) {
    const text = JSON.stringify(options);
    it(`has the solution and the gradients of the dense matrix: a [${a}], b [${b}], ${text}`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(fc.integer({min: 2, max: 9}), fc.integer({min: 1, max: 3}), fc.nat(999), (n, k, seed) =>
            tf.tidy(() => {
              const random = randomOf(`solve ${seed}`);
              const numbers = (shape: number[], f: (i: number) => number = () => 2 * random() - 1) =>
                tf.tensor(
                  Array.from({length: tf.util.sizeFromShape(shape)}, (_, i) => f(i)),
                  shape,
                );
              const {rows, columns, dense, size} = places(n);
              const mirror = rows.map((row, e) => rows.findIndex((r, f) => r === columns[e] && columns[f] === row)); // prettier-ignore
              const drawn = numbers([...a, size], (i) =>
                rows[i % size] === columns[i % size] ? 3 : random(),
              );
              // Symmetric, since it may have to be definite.
              const values = tf.mul(0.5, tf.add(drawn, tf.gather(drawn, mirror, a.length)));
              const right = b[0] === -1 ? numbers([n]) : numbers([...b, n, k]);
              const weights = tf.grad((x: tf.Tensor) => tf.sum(x) as tf.Scalar)(linalg.solve(dense(values), right, options)); // prettier-ignore
              const weight = numbers(weights.shape);
              const sparse = (v: tf.Tensor, r: tf.Tensor) =>
                linalg.solve(sparseMatrix({shape: [n, n], rows, columns, values: v}), r, options);
              const whole = (v: tf.Tensor, r: tf.Tensor) => linalg.solve(dense(v), r, options);
              const results = [sparse, whole].map((solve) => [
                solve(values, right),
                ...tf.grads((v, r) => tf.sum(tf.mul(solve(v, r), weight)) as tf.Scalar)([values, right]),
              ]);
              results[0].forEach((result, i) => {
                assert.deepEqual(result.shape, results[1][i].shape);
                expectClose(result, results[1][i], 1e-6, 1e-6);
              });
            }),
          ),
          {numRuns: 8},
        ),
      ));
  }

  it('has second derivatives', () =>
    tf.tidy(() => {
      const {rows, columns, dense, size} = places(4);
      const values = tf.tensor1d(
        Array.from({length: size}, (_, e) => (rows[e] === columns[e] ? 3 : Math.sin(e))),
      );
      const right = tf.tensor1d([1, -2, 3, 1]);
      const slope = (solve: (v: tf.Tensor) => tf.Tensor) => (v: tf.Tensor) => {
        const [first] = [vjp(solve, [v], tf.tensor1d([1, 2, -1, 1]))].flat(2) as unknown as tf.Tensor[];
        return tf.sum(tf.square(first)) as tf.Scalar;
      };
      const sparse = slope((v) =>
        linalg.solve(sparseMatrix({shape: [4, 4], rows, columns, values: v}), right),
      );
      const whole = slope((v) => linalg.solve(dense(v), right));
      expectClose(tf.grad(sparse)(values), tf.grad(whole)(values), 1e-5);
    }));

  it('keeps the digits of a badly scaled matrix, and adds entries at one place', () =>
    tf.tidy(() => {
      const matrix = sparseMatrix({
        ...{shape: [2, 2], rows: [0, 0, 1, 1], columns: [0, 0, 1, 0]},
        values: [0.5e8, 0.5e8, 1e-8, 1],
      });
      // x₀ = 1e-8, x₁ = (1 − x₀)·1e8.
      expectClose(linalg.solve(matrix, [1, 1]), [1e-8, 1e8 * (1 - 1e-8)], 1e-7);
    }));

  it('says what is wrong, and takes what is empty', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const eye = {shape: [2, 2] as const, rows: [0, 1], columns: [0, 1]};
        const solve = (values: tf.TensorLike, b: tf.TensorLike, options: object = {}) =>
          linalg.solve(sparseMatrix({...eye, values}), b, options);
        for (const [f, message] of [
          [() => solve([1, 0], [1, 1]), /linalg.solve: the matrix is singular/],
          [
            () =>
              solve(
                [
                  [1, 1],
                  [1, 0],
                ],
                [1, 1],
              ),
            /the matrix of sample 1 is singular/,
          ],
          [
            () => solve([1, -1], [1, 1], {assume: 'positiveDefinite'}),
            /is not symmetric and positive definite/,
          ],
          [() => solve([1, NaN], [1, 1]), /the values of a contain NaN; expected finite numbers/],
          [() => solve([1, 1], [1, Infinity]), /b contains Infinity/],
          [() => solve([1, 1], [1, 2, 3]), /b must have shape \[..., 2, k\] or \[2\], got \[3\]/],
          [
            () =>
              solve(
                [
                  [1, 1],
                  [1, 1],
                ],
                tf.ones([3, 2, 1]) as never,
              ),
            /do not broadcast to one shape/,
          ],
          [() => linalg.solve(sparseMatrix({shape: [2, 3], rows: [], columns: [], values: []}), [1]), /a must have shape \[n, n\], got \[2,3\]/], // prettier-ignore
        ] as const) {
          assert.match(messageOf(f), message);
        }
        const none = sparseMatrix({shape: [0, 0], rows: [], columns: [], values: []});
        assert.deepEqual(linalg.solve(none, tf.zeros([0, 3])).shape, [0, 3]);
        const nothing = tf.grad((b: tf.Tensor) => linalg.solve(sparseMatrix({...eye, values: [1, 1]}), b))(tf.zeros([2, 0])); // prettier-ignore
        assert.deepEqual(nothing.shape, [2, 0]);
      }),
    ));
});

describeUnreadable('linalg.solve with a sparse matrix where the host cannot read', () => {
  it('says so', () => {
    const a = sparseMatrix({shape: [1, 1], rows: [0], columns: [0], values: [1]});
    assert.match(
      messageOf(() => linalg.solve(a, [1])),
      /linalg.solve: .*'unreadable'.*tf.setBackend/,
    );
  });
});
