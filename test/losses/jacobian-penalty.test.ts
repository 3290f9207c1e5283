/** @file The Jacobian penalty against closed forms: its value for given signs, its mean, and its gradients. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {losses, vjp} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

const A = [0.5, -1.25, 2];
const Z = [
  [0.3, -0.2, 0.1],
  [-1, 0.4, 0.25],
];

describeBackends('losses.jacobianPenalty', () => {
  it('is exact for a map that treats the entries one by one, with right gradients of the point and of what the map uses', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // f(z) = tanh(az): f′ = a(1 − tanh²), and for p = Σ f′² the slopes are ∂p/∂z = −4a³t(1 − t²)² and
        // ∂p/∂a = 2a(1 − t²)² − 4a²zt(1 − t²)².
        const t = Z.map((row) => row.map((z, j) => Math.tanh(A[j] * z)));
        const s = t.map((row) => row.map((each) => 1 - each * each));
        const penalty = (z: tf.Tensor, a: tf.Tensor) =>
          losses.jacobianPenalty((at) => tf.tanh(tf.mul(a, at)), z);
        const [z, a] = [tf.tensor2d(Z), tf.tensor1d(A)];
        const value = s.map((row) => row.reduce((sum, each, j) => sum + (A[j] * each) ** 2, 0));
        expectClose(penalty(z, a), value, 1e-6);
        const weights = [1, -3];
        const [dz, da] = vjp(penalty, [z, a], tf.tensor1d(weights));
        expectClose(
          dz,
          s.flatMap((row, i) => row.map((each, j) => -4 * weights[i] * A[j] ** 3 * t[i][j] * each ** 2)),
          2e-6,
        );
        expectClose(
          da,
          A.map((at, j) =>
            s.reduce(
              (sum, row, i) =>
                sum + weights[i] * (2 * at * row[j] ** 2 - 4 * at * at * Z[i][j] * t[i][j] * row[j] ** 2),
              0,
            ),
          ),
          2e-6,
        );
        // The same by tfjs's own tape, with a captured.
        const captured = tf.variable(a);
        const {grads} = tf.variableGrads(() => tf.sum(tf.mul(penalty(z, captured), weights)) as tf.Scalar);
        expectClose(grads[captured.name], da, 1e-6);
        captured.dispose();
      }),
    ));

  it('is ‖εᵀJ‖² for signs ε, and its mean over many of them ‖J‖²_F', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // J = Wᵀ for z ↦ zW. For signs, ‖Wε‖² = ‖W‖²_F + 2 Σ_{i<j} ε_i ε_j ⟨w_i, w_j⟩: only these values occur.
        const W = [
          [1, 2, -0.5],
          [0.25, -1, 3],
        ];
        const f = (z: tf.Tensor) => tf.matMul(z, tf.tensor2d(W));
        const columns = [0, 1, 2].map((j) => W.map((row) => row[j]));
        const values = [0, 1, 2, 3].map((bits) => {
          const ε = [1, bits & 1 ? 1 : -1, bits & 2 ? 1 : -1];
          return W.reduce((sum, row) => sum + row.reduce((dot, w, j) => dot + w * ε[j], 0) ** 2, 0);
        });
        const once = losses.jacobianPenalty(f, tf.zeros([200, 2]), {seed: 5}).dataSync();
        for (const value of once)
          assert.isBelow(Math.min(...values.map((each) => Math.abs(each - value))), 1e-5);
        const exact = columns.flat().reduce((sum, w) => sum + w * w, 0);
        const spread = Math.max(...values) - Math.min(...values);
        const many = Array.from(
          losses.jacobianPenalty(f, tf.zeros([500, 2]), {seed: 5, numSamples: 8}).dataSync(),
        );
        const mean = many.reduce((sum, value) => sum + value, 0) / many.length;
        // Four standard errors, with the largest variance that values of this spread can have.
        assert.isBelow(Math.abs(mean - exact), (4 * spread) / 2 / Math.sqrt(4000));
      }),
    ));

  it('draws the same signs for the same seed, also 0, and other ones without', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const W = tf.randomNormal([4, 4], 0, 1, 'float32', 1);
        const draw = (params: losses.JacobianPenaltyParams) => [
          ...losses.jacobianPenalty((z) => tf.matMul(z, W), tf.zeros([6, 4]), params).dataSync(),
        ];
        for (const seed of [0, 3]) assert.deepEqual(draw({seed}), draw({seed}));
        assert.notDeepEqual(draw({seed: 0}), draw({seed: 3}));
        assert.notDeepEqual(draw({}), draw({}));
      }),
    ));

  it('says what is wrong with its arguments, and leaves no tensor behind', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const z = tf.zeros([2, 3]);
        const penalty = (f: (z: tf.Tensor) => tf.Tensor, params?: losses.JacobianPenaltyParams) =>
          messageOf(() => losses.jacobianPenalty(f, z, params));
        assert.include(
          penalty((at) => at, {numSamples: 0}),
          'numSamples must be a positive integer',
        );
        assert.include(
          penalty((at) => at, {seed: 0.5}),
          'seed must be an integer',
        );
        assert.include(
          penalty((at) => tf.sum(at)),
          'one for each sample',
        );
        assert.include(
          messageOf(() => losses.jacobianPenalty((at) => at, tf.scalar(1))),
          'batch axis',
        );
      }),
    ));
});
