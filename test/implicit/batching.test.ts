/** @file One system or many: `batched`, and the probe that catches a condition that couples the batch. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {customRoot, rootVjp, type Condition} from '../../src/implicit/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

const column = (...values: number[]): tf.Tensor => tf.tensor2d(values, [values.length, 1]);

/** x = x shifted by k samples, times 0.5, plus t. */
const shifted =
  (k: number): Condition<tf.Tensor, [tf.Tensor]> =>
  (x, t) => {
    const size = x.shape[0] - k;
    const moved = tf.concat([tf.slice(x, [k, 0], [size, -1]), tf.slice(x, [0, 0], [k, -1])], 0);
    return tf.sub(tf.sub(x, tf.mul(0.5, moved)), t);
  };

const MESSAGE = /couples the samples of the batch.*\{batched: false\}/;

describeBackends('customRoot and the batch', () => {
  it('treats x as one system with batched: false, for a ridge regression inside a bilevel problem', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // F(w, λ) = Xᵀ(Xw − y) + λw with XᵀX = diag(2, 5) and Xᵀy = (4, 10): w = (4/(2+λ), 10/(5+λ)).
        const X = tf.tensor2d([
          [1, 1],
          [1, -1],
          [0, Math.sqrt(3)],
        ]);
        const y = tf.matMul(X, column(2, 2));
        const condition = (w: tf.Tensor, lambda: tf.Tensor) => {
          const error = tf.sub(tf.matMul(X, tf.reshape(w, [2, 1])), y);
          return tf.add(tf.reshape(tf.matMul(X, error, true), [2]), tf.mul(lambda, w));
        };
        const ridge = customRoot(condition, {batched: false})((_init, lambda) =>
          tf.div(tf.tensor1d([4, 10]), tf.add(tf.tensor1d([2, 5]), lambda)),
        );
        const outer = (lambda: tf.Tensor) => tf.sum(tf.square(ridge(null, lambda)));
        // Σ 2·w·w′ with w′ = −4/(2+λ)², −10/(5+λ)², at λ = 2.
        const expected = 2 * 1 * (-4 / 16) + 2 * (10 / 7) * (-10 / 49);
        expectClose(tf.grad(outer)(tf.scalar(2)), expected, 1e-6);
        const second = 2 * (1 / 16) + 2 * 1 * (8 / 64) + 2 * (100 / 49 ** 2) + 2 * (10 / 7) * (20 / 343);
        expectClose(tf.grad((lambda) => tf.grad(outer)(lambda))(tf.scalar(2)), second, 2e-6);
      }),
    ));

  it('refuses a rank-1 x and says what to do', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const root = customRoot((x: tf.Tensor, t: tf.Tensor) => tf.sub(x, t))((_init, t) => tf.clone(t));
        const pattern =
          /The solution x has shape \[2\]: is that one system or a batch of systems\?.*\{batched: false\}/;
        assert.match(
          messageOf(() => root(null, tf.tensor1d([1, 2]))),
          pattern,
        );
        assert.match(
          messageOf(() => tf.grad((t) => tf.sum(root(null, t)))(tf.tensor1d([1, 2]))),
          pattern,
        );
      }),
    ));

  it('refuses an x whose tensors disagree about the batch, and one without tensors', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const pair = customRoot((x: tf.Tensor[]) => x)(() => [tf.zeros([2, 1]), tf.zeros([3, 1])]);
        assert.match(
          messageOf(() => pair(null)),
          /same size along axis 0, got shapes \[2,1\], \[3,1\]/,
        );
        const nothing = customRoot((x: tf.Tensor[]) => x)(() => []);
        assert.match(
          messageOf(() => nothing(null)),
          /x has no tensors/,
        );
      }),
    ));

  it('catches a batch mean', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const centred = (x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.add(x, tf.mean(x, 0, true)), t);
        const root = customRoot(centred)((_init, t) => tf.sub(t, tf.div(tf.mean(t, 0, true), 2)));
        assert.match(
          messageOf(() => tf.grad((t) => tf.sum(root(null, t)))(column(1, 2, 6))),
          MESSAGE,
        );
      }),
    ));

  for (const shift of [1, 2, 3, 4]) {
    it(`catches a condition that reads the sample ${shift} further on`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const t = column(1, 2, 3, 4, 5, 6, 7, 8);
          // The solver's answer does not matter: the Jacobian is the same everywhere.
          const root = customRoot(shifted(shift))((_init, at) => tf.clone(at));
          assert.match(
            messageOf(() => tf.grad((at) => tf.sum(root(null, at)))(t)),
            MESSAGE,
          );
          assert.match(
            messageOf(() => rootVjp(shifted(shift), t, [t], t)),
            MESSAGE,
          );
        }),
      ));
  }

  it('solves a coupled condition as one system with batched: false', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const root = customRoot(shifted(1), {batched: false})(() => column(0, 0, 0));
        // Σ x: the matrix has column sums ½, so each ∂Σx/∂t is 2.
        expectClose(tf.grad((t) => tf.sum(root(null, t)))(column(1, 2, 3)), [2, 2, 2], 1e-6);
      }),
    ));

  it('lets independent samples pass, also when their conditions differ', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const row = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
        const root = customRoot((x: tf.Tensor, t: tf.Tensor) =>
          tf.sub(tf.mul(x, tf.add(1, tf.square(row))), tf.mul(t, tf.sum(t, 1, true))),
        )((_init, t) => tf.div(tf.mul(t, tf.sum(t, 1, true)), tf.add(1, tf.square(row))));
        const gradient = tf.grad((t) => tf.sum(root(null, t)))(tf.clone(row));
        // d/dtⱼ Σᵢ tᵢ·s/(1 + tᵢ²) at fixed rows = s/(1 + rⱼ²) + Σᵢ tᵢ/(1 + rᵢ²).
        const rows = [
          [1, 2],
          [3, 4],
          [5, 6],
        ];
        const expected = rows.flatMap((r) => {
          const rest = r.reduce((sum, value) => sum + value / (1 + value ** 2), 0);
          return r.map((value) => (r[0] + r[1]) / (1 + value ** 2) + rest);
        });
        expectClose(gradient, expected, 1e-6);
      }),
    ));
});
