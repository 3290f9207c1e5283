/** @file Fenchel–Young losses made of a max function or of a conjugate. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../src/autodiff/index.js';
import * as losses from '../../src/losses/index.js';
import {perturbedMax} from '../../src/solvers/perturbed/perturbed-max.js';
import {sparsemax} from '../../src/projections/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

const LOGITS = [0.3, -0.2, 1.1, 2, 0.5, -1];
const V = [0.4, -1, 0.7, 0.2, 0.1, -0.6];

describeBackends('losses.fenchelYoung', () => {
  const logSumExp = (x: tf.Tensor) => tf.logSumExp(x, -1);
  const softmaxOf: losses.Conjugate = {conjugate: logSumExp, prediction: (x) => tf.softmax(x)};
  const gini: losses.Conjugate = {
    conjugate: (x) => {
      const p = sparsemax(x);
      return tf.sum(tf.mul(p, tf.sub(x, tf.div(p, 2))), -1);
    },
    prediction: (x) => sparsemax(x),
    regularizer: (y) => tf.div(tf.sum(tf.square(y), -1), 2),
  };
  const pairs = [
    {
      title: 'logSumExp: the logistic loss',
      loss: losses.fenchelYoung(logSumExp),
      same: losses.multiclassLogistic,
    },
    {
      title: 'its conjugate: the logistic loss',
      loss: losses.fenchelYoung(softmaxOf),
      same: losses.multiclassLogistic,
    },
    {
      title: 'the Gini conjugate: the sparsemax loss',
      loss: losses.fenchelYoung(gini),
      same: losses.multiclassSparsemax,
    },
  ];
  for (const {title, loss, same} of pairs) {
    it(`makes of ${title}, with two derivatives`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x: tf.Tensor = tf.tensor2d(LOGITS, [2, 3]);
          const y = tf.tensor1d([2, 1], 'int32');
          expectClose(loss(y, x), same(y, x), 1e-6);
          const u = tf.tensor1d([1, -2]);
          const slope = (f: typeof loss) => (z: tf.Tensor) => vjp((w: tf.Tensor) => f(y, w), [z], u)[0];
          expectClose(slope(loss)(x), slope(same)(x), 1e-6);
          const product = (f: typeof loss) => vjp(slope(f), [x], tf.tensor2d(V, [2, 3]))[0];
          expectClose(product(loss), product(same), 2e-6);
        }),
      ));
  }

  it('differentiates the regulariser in a soft target', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x: tf.Tensor = tf.tensor2d(LOGITS, [2, 3]);
        const y: tf.Tensor = tf.tensor2d([0.5, 0.25, 0.25, 0, 0.5, 0.5], [2, 3]);
        const loss = losses.fenchelYoung(gini);
        expectClose(loss(y, x), losses.multiclassSparsemax(y, x), 1e-6);
        expectClose(vjp(loss, [y, x], tf.ones([2]))[0], tf.sub(y, x), 1e-6);
      }),
    ));

  it('sums over every axis that the maximum lacks', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x: tf.Tensor = tf.tensor3d(LOGITS, [1, 2, 3]);
        const y = tf.tensor2d([2, 1], [1, 2], 'int32');
        const loss = losses.fenchelYoung((z) => tf.sum(tf.logSumExp(z, -1), -1));
        assert.deepEqual(loss(y, x).shape, [1]);
        expectClose(loss(y, x), tf.sum(losses.multiclassLogistic(y, x)), 1e-6);
        const entrywise = losses.fenchelYoung((z) => losses.sparsePlus(z));
        const labels = tf.tensor3d([1, 0, 0, 1, 1, 0], [1, 2, 3]);
        expectClose(entrywise(labels, x), losses.binarySparsemax(labels, x), 1e-6, 1e-7);
      }),
    ));

  it('makes a loss of a perturbed maximum: its slope is the perturbed argmax minus the target', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const argmax = (rows: tf.Tensor) => tf.oneHot(tf.argMax(rows, -1), 3);
        const loss = losses.fenchelYoung(perturbedMax({argmax}, {sigma: 1, numSamples: 4000, seed: 3}));
        const x: tf.Tensor = tf.tensor2d(LOGITS, [2, 3]);
        const y = tf.tensor1d([2, 1], 'int32');
        const slope = vjp((z: tf.Tensor) => loss(y, z), [x], tf.ones([2]))[0];
        // Five standard errors of a frequency out of 4000.
        expectClose(slope, tf.sub(tf.softmax(x), tf.oneHot(y, 3)), 0, 5 * Math.sqrt(0.25 / 4000));
      }),
    ));

  it('refuses a maximum whose shape is not a leading part of that of the logits', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const loss = losses.fenchelYoung((z) => tf.max(z, 0));
        assert.match(
          messageOf(() => loss(tf.zeros([2, 3]), tf.zeros([2, 3]))),
          /not a leading part/,
        );
        assert.match(
          messageOf(() => loss(tf.zeros([4]), tf.zeros([2, 3]))),
          /fenchelYoung: the target has shape/,
        );
      }),
    ));
});
