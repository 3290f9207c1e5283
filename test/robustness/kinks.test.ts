/** @file The policies at ties of sparsemax and kinks of the lasso, against their closed forms. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {LassoLayer, projections, prox, SparsemaxProjection, sparsemax} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

const POLICIES = ['leastNorm', 'oneSided', 'smooth'] as const;

describeBackends('a kink', () => {
  it('of sparsemax: the tied entry stays, moves, or moves by half', () => {
    tf.tidy(() => {
      // τ = 0: the first entry is the support, the second is exactly at the threshold.
      const x = tf.tensor2d([[1, 0, -9]]);
      const weights = tf.tensor2d([[2, 5, 7]]);
      const slope = (degenerate: (typeof POLICIES)[number]) =>
        tf.grad((v: tf.Tensor) => tf.sum(tf.mul(weights, sparsemax(v, -1, {degenerate, smoothing: 1e-9}))))(
          x,
        );
      expectClose(slope('leastNorm'), [0, 0, 0], 0, 1e-7);
      // diag(S) − SSᵀ/2 on both.
      expectClose(slope('oneSided'), [-1.5, 1.5, 0]);
      // w = (1, ½, 0): w∘(v − wᵀv/Σw).
      const mean = 4.5 / 1.5;
      expectClose(slope('smooth'), [2 - mean, (5 - mean) / 2, 0], 1e-6, 1e-6);
    });
  });

  it('leaves value and gradient alone where there is none', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([[0.9, 0.5, -2]]);
      const weights = tf.tensor2d([[2, 5, 7]]);
      for (const degenerate of POLICIES) {
        const f = (v: tf.Tensor) => projections.simplex(v, {degenerate, smoothing: 1e-12});
        expectClose(f(x), [0.7, 0.3, 0]);
        expectClose(tf.grad((v: tf.Tensor) => tf.sum(tf.mul(weights, f(v))))(x), [-1.5, 1.5, 0], 1e-6);
        const scale = (s: tf.Tensor) =>
          tf.sum(tf.mul(weights, projections.simplex(x, {scale: s, degenerate, smoothing: 1e-12})));
        expectClose(tf.grad(scale)(tf.tensor1d([1])), [3.5]);
      }
    });
  });

  it('of soft thresholding: slope 0, 1 or ½ in the point, and its negative in the threshold', () => {
    tf.tidy(() => {
      const x = tf.tensor1d([2, -2, 5]);
      const slopes = {leastNorm: 0, oneSided: 1, smooth: 0.5};
      for (const degenerate of POLICIES) {
        const f = (v: tf.Tensor, l1: tf.Tensor) =>
          tf.sum(prox.lasso(v, l1, 1, {degenerate, smoothing: 1e-10}));
        const [dx, dl1] = tf.grads(f)([x, tf.scalar(2)]);
        expectClose(dx, [slopes[degenerate], slopes[degenerate], 1]);
        // −sign(x)·w summed: the two kinks cancel.
        expectClose(dl1, [-1], 1e-6);
      }
    });
  });

  it('of a lasso layer: a code at its kink stays, or moves with the input', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([[1, 3]]);
      const slope = (degenerate: (typeof POLICIES)[number]) => {
        const layer = new LassoLayer({units: 2, l1: 1, degenerate});
        layer.apply(x);
        layer.setWeights([
          tf.tensor2d([
            [1, 0],
            [0, 1],
          ]),
        ]);
        expectClose(layer.apply(x) as tf.Tensor, [0, 2], 1e-6);
        assert.include(layer.getConfig(), {degenerate});
        const gradient = tf.grad((v: tf.Tensor) => tf.sum(layer.apply(v) as tf.Tensor))(x);
        layer.dispose();
        return gradient;
      };
      expectClose(slope('leastNorm'), [0, 1]);
      expectClose(slope('oneSided'), [1, 1]);
    });
  });

  it('is reported, and its policy saved and checked', async () => {
    const layer = new SparsemaxProjection({degenerate: 'oneSided'});
    await expectNoLeak(() => tf.tidy(() => layer.apply(tf.tensor2d([[1, 0, -9]])) && undefined));
    assert.deepEqual((await layer.diagnostics()).weaklyActive, [[false, true, false]]);
    assert.include(layer.getConfig(), {degenerate: 'oneSided', smoothing: 1e-3});
    assert.throws(
      () => new SparsemaxProjection({degenerate: 'zero' as 'smooth'}),
      /degenerate must be one of/,
    );
  });
});
