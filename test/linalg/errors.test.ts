/** @file What linalg refuses, how it says so, and arrays without entries. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {linalg, vjp} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

type One = (a: tf.Tensor) => tf.Tensor;

const OF_SQUARE: {name: string; f: One}[] = [
  {name: 'solve', f: (a) => linalg.solve(a, tf.ones([a.shape[a.rank - 1]]))},
  {
    name: 'solve',
    f: (a) => linalg.solve(a, tf.ones([a.shape[a.rank - 1]]), {assume: 'positiveDefinite'}),
  },
  {name: 'cholesky', f: (a) => linalg.cholesky(a)},
  {name: 'choleskySolve', f: (a) => linalg.choleskySolve(a, tf.ones([a.shape[a.rank - 1]]))},
  {name: 'triangularSolve', f: (a) => linalg.triangularSolve(a, tf.ones([a.shape[a.rank - 1]]))},
  {name: 'inv', f: (a) => linalg.inv(a)},
  {name: 'det', f: (a) => linalg.det(a)},
  {name: 'slogdet', f: (a) => linalg.slogdet(a).logabsdet},
  {name: 'eigh', f: (a) => linalg.eigh(a).eigenvalues},
  {name: 'eigh', f: (a) => linalg.eigh(a).eigenvectors},
];
const OF_ANY = [
  ...OF_SQUARE,
  {name: 'lstsq', f: ((a) => linalg.lstsq(a, tf.ones([a.shape.slice(-2)[0]]))) as One},
];

/** [2, 1, 2, 2] with `bad` in the second matrix. */
const pair = (bad: number[]) => tf.tensor4d([4, 1, 1, 3, ...bad], [2, 1, 2, 2]);

/** `f` throws this message and leaves no tensor behind. */
function refuses(f: () => unknown, message: RegExp): void {
  const before = tf.memory().numTensors;
  assert.match(
    tf.tidy(() => messageOf(f)),
    message,
  );
  assert.equal(tf.memory().numTensors, before, 'tensors left behind');
}

describeBackends('linalg, errors', () => {
  it('of shape', () => {
    for (const {name, f} of OF_SQUARE) {
      refuses(
        () => f(tf.ones([2, 3])),
        new RegExp(`linalg.${name}: .* must have shape \\[..., n, n\\], got \\[2,3\\]`),
      );
    }
    for (const {name, f} of OF_ANY) {
      refuses(
        () => f(tf.ones([2])),
        new RegExp(`linalg.${name}: .* must have at least two axes, got shape \\[2\\]`),
      );
    }
    const a = [[2, 0], [0, 2]]; // prettier-ignore
    refuses(() => linalg.solve(a, [1, 2, 3]), /b must have shape \[..., 2, k\] or \[2\], got \[3\]\.$/);
    refuses(() => linalg.solve(a, 1), /b must have shape \[..., 2, k\] or \[2\], got \[\]\.$/);
    refuses(
      () => linalg.lstsq(a, tf.ones([5, 2])),
      /got \[5,2\]\. A batch of vectors needs a last axis of 1\.$/,
    );
    refuses(
      () => linalg.solve(tf.ones([2, 1, 1]), tf.ones([3, 1, 1])),
      /the batch axes of shapes \[2,1,1\] and \[3,1,1\] do not broadcast/,
    );
  });

  it('of dtype and options', () => {
    refuses(
      () => linalg.inv(tf.tensor2d(['a'], [1, 1])),
      /linalg.inv: a must be real numbers, got .* 'string'/,
    );
    refuses(
      () => linalg.solve([[1]], [1], {assume: 'symmetric' as 'general'}),
      /assume must be .* got 'symmetric'/,
    );
    for (const rcond of [-1, 1, NaN]) {
      refuses(
        () => linalg.lstsq([[1]], [1], {rcond}),
        new RegExp(`linalg.lstsq: rcond must lie in \\[0, 1\\), got ${rcond}`),
      );
    }
  });

  it('of singular matrices name the sample and the way out', () => {
    const singular = () => pair([1, 2, 2, 4]);
    refuses(
      () => linalg.solve(singular(), [1, 1]),
      /linalg.solve: .* of sample \[1, 0\] is singular; use linalg.lstsq/,
    );
    refuses(() => linalg.inv(singular()), /linalg.inv: the matrix of sample \[1, 0\] is singular/);
    refuses(() => linalg.inv([[0]]), /linalg.inv: the matrix is singular/);
    refuses(
      () => linalg.solve(singular(), [1, 1], {assume: 'positiveDefinite'}),
      /of sample \[1, 0\] is not positive definite; use assume: 'general'/,
    );
    // An indefinite matrix, and a semidefinite one whose last pivot is rounding.
    const notDefinite = [
      [1, 2, 2, 1],
      [7, 14, 14, 28],
    ];
    for (const bad of notDefinite)
      refuses(
        () => linalg.cholesky(pair(bad)),
        /of sample \[1, 0\] is not positive definite \(pivot 1\); if it is semidefinite, add a small multiple of the identity/,
      );
    const zero = () => tf.tensor3d([1, 0, 0, 1, 1, 0, 1, 0], [2, 2, 2]);
    for (const f of [linalg.triangularSolve, linalg.choleskySolve])
      refuses(() => f(zero(), [1, 1]), /of sample 1 is singular: its diagonal entry 1 is zero/);
    assert.throws(() => linalg.inv([[0]]), linalg.SingularMatrixError);
  });

  it('of NaN and infinite entries name the entry and the sample', () => {
    for (const {name, f} of OF_ANY) {
      for (const value of [NaN, Infinity, -Infinity]) {
        refuses(
          () => f(pair([1, 0, value, 1])),
          new RegExp(
            `linalg.${name}: entry \\[1, 0\\] of .* of sample \\[1, 0\\] is ${value}, not a finite number`,
          ),
        );
      }
    }
    for (const f of [linalg.solve, linalg.lstsq, linalg.choleskySolve, linalg.triangularSolve])
      refuses(() => f([[1]], [NaN]), /: entry \[0, 0\] of b is NaN, not a finite number/);
  });

  it('inside a gradient leave nothing behind', () => {
    for (const {f} of OF_ANY) {
      const gradient = () => tf.grad((x) => tf.sum(f(x)))(pair([1, 2, NaN, 4]));
      refuses(gradient, /not a finite number/);
    }
  });

  it('are not raised for a cotangent that is NaN: it comes through, in its own sample', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const a = tf.tensor3d([4, 1, 1, 3, 4, 1, 1, 3], [2, 2, 2]);
        for (const {f} of OF_ANY) {
          const y = f(a);
          const dy = tf.concat([tf.fill([1, ...y.shape.slice(1)], NaN), tf.ones([1, ...y.shape.slice(1)])]);
          const [da] = vjp((x: tf.Tensor) => f(x), [a], dy);
          const values = Array.from(da.dataSync());
          assert.isTrue(values.slice(0, 4).some(Number.isNaN));
          assert.isTrue(values.slice(4).every(Number.isFinite));
        }
      }),
    ));
});

describeBackends('linalg, arrays without entries', () => {
  it('have results and derivatives of the right shape', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const shape of [
          [0, 3, 3],
          [2, 0, 0],
          [0, 0],
        ])
          // prettier-ignore
          for (const {name, f} of OF_ANY) {
            const a: tf.Tensor = tf.zeros(shape);
            const y = f(a);
            const perSample: Record<string, number[]> = {
              cholesky: shape.slice(-2),
              inv: shape.slice(-2),
              det: [],
              slogdet: [],
            };
            if (name !== 'eigh') {
              assert.deepEqual(y.shape, [...shape.slice(0, -2), ...(perSample[name] ?? shape.slice(-1))]);
            }
            const gradient = (x: tf.Tensor) => tf.grad((v) => tf.sum(tf.square(f(v))))(x);
            assert.deepEqual(gradient(a).shape, shape);
            assert.deepEqual(tf.grad((x) => tf.sum(gradient(x)))(a).shape, shape);
          }
        expectClose(linalg.det(tf.zeros([2, 0, 0])), [1, 1]);
        expectClose(linalg.slogdet(tf.zeros([0, 0])).sign, 1);
      }),
    ));

  it('give zeros where an empty sum is asked for', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // No sample has used the matrix; no row constrains x; no column is asked for.
        const [da] = tf.grads((x, y) => tf.sum(linalg.solve(x, y)))([tf.eye(2), tf.zeros([0, 2, 1])]);
        expectClose(da, [0, 0, 0, 0]);
        expectClose(linalg.lstsq(tf.zeros([0, 2]), tf.zeros([0, 1])), [0, 0]);
        assert.deepEqual(linalg.lstsq(tf.zeros([3, 0]), tf.ones([3])).shape, [0]);
        assert.deepEqual(linalg.solve(tf.eye(2), tf.zeros([2, 0])).shape, [2, 0]);
      }),
    ));
});
