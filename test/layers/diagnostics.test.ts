/** @file What layers report of their calls and gradients. */
import * as tf from '@tensorflow/tfjs-core';
import {layers as keras, sequential} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {layers} from '../../src/index.js';
import {expectNoLeak} from '../helpers/expect.js';
import {TanhCell} from './models.js';
import {describeOnCpu, EYE, run, warningsOf} from './on-cpu.js';

describeOnCpu('diagnostics', () => {
  it('are there after a call, a row a sample, and with the gradient after that', () =>
    expectNoLeak(async () => {
      const layer = layers.qp({constants: {Q: EYE, G: EYE, h: [1, 2]}, name: 'reported'});
      const error = await layer.diagnostics().catch((thrown: Error) => thrown.message);
      assert.match(error as string, /reported has not been called yet/);
      const p = tf.tensor2d([[-1, 0], [3, -2], [0, 0]]); // prettier-ignore
      tf.tidy(() => void run(layer, p));
      const {status, iterations, residual, weaklyActive, gradient} = await layer.diagnostics();
      assert.deepEqual(status, [0, 0, 0]);
      assert.deepEqual(weaklyActive, [[true, false], [false, true], [false, false]]); // prettier-ignore
      assert.isNull(gradient);
      for (const list of [iterations, residual]) assert.lengthOf(list, 3);
      const slope = () => tf.tidy(() => void tf.grad((at: tf.Tensor) => tf.sum(run(layer, at)))(p));
      slope();
      assert.deepEqual((await layer.diagnostics()).gradient!.status, [0, 0, 0]);
      assert.lengthOf((await layer.diagnostics()).gradient!.residual, 3);
      // Another call is another report.
      const smooth = tf.tensor2d([[5, 5]]);
      tf.tidy(() => void run(layer, smooth));
      const next = await layer.diagnostics();
      assert.deepEqual([next.status, next.weaklyActive], [[0], [[false, false]]]);
      const none = tf.zeros([0, 2]);
      tf.tidy(() => void run(layer, none));
      const empty = await layer.diagnostics();
      assert.deepEqual(
        {...empty, gradient: null},
        {call: 4, status: [], iterations: [], residual: [], weaklyActive: [], gradient: null},
      );
      layer.dispose();
      assert.match(
        (await layer.diagnostics().catch((thrown: Error) => thrown.message)) as string,
        /not been called/,
      );
      tf.dispose([p, smooth, none]);
    }));

  it('keep the last gradient when the layer is called again, and say whose it is', () =>
    expectNoLeak(async () => {
      const layer = layers.qp({constants: {Q: EYE, G: EYE, h: [1, 2]}});
      const [p, other] = [tf.tensor2d([[-1, 0], [3, -2]]), tf.tensor2d([[5, 5]])]; // prettier-ignore
      tf.tidy(() => void tf.grad((at: tf.Tensor) => tf.sum(run(layer, at)))(p));
      const {call, gradient} = await layer.diagnostics();
      assert.deepEqual([call, gradient!.call, gradient!.status], [1, 1, [0, 0]]);
      tf.tidy(() => void run(layer, other));
      const later = await layer.diagnostics();
      assert.deepEqual([later.call, later.status], [2, [0]]);
      assert.deepEqual(later.gradient, gradient);
      layer.dispose();
      tf.dispose([p, other]);
    }));

  /** min ½x² + px with −h₂ ≤ x ≤ h₁, p and h fed: infeasible where h₁ < −h₂. */
  const interval = () =>
    layers.qp({
      inputs: ['h'],
      constants: {Q: [[1]], p: [0], G: [[1], [-1]]},
      onFailure: 'ignore',
    });
  const [sound, broken] = [[2, 2], [1, -2]]; // prettier-ignore

  it('pair each gradient of a layer that is called twice in one loss with its own call', () =>
    expectNoLeak(async () => {
      const values = [tf.tensor2d([sound, broken]), tf.tensor2d([sound, sound])];
      for (const [first, second] of [
        [0, 1],
        [1, 0],
      ]) {
        // prettier-ignore
        const layer = interval();
        const loss = (...at: tf.Tensor[]) =>
          tf.add(tf.sum(run(layer, at[first])), tf.sum(run(layer, at[second])));
        tf.tidy(() => void tf.grads(loss)(values));
        const {call, status, gradient} = await layer.diagnostics();
        // A tape runs backwards: the gradient of the first call is the last one.
        assert.deepEqual([call, gradient!.call], [2, 1]);
        assert.deepEqual(status, [0, second === 0 ? 1 : 0]);
        assert.deepEqual(gradient!.status, [0, first === 0 ? 1 : 0]);
        layer.dispose();
      }
      tf.dispose(values);
    }));

  it('take a gradient with respect to one of two calls alone for that of this call', () =>
    expectNoLeak(async () => {
      const layer = interval();
      const [first, second] = [tf.tensor2d([sound]), tf.tensor2d([broken, sound, broken])];
      const loss = (at: tf.Tensor) => {
        run(layer, first);
        const y = tf.sum(run(layer, at));
        run(layer, first);
        return y;
      };
      tf.tidy(() => void tf.grad(loss)(second));
      const {call, status, gradient} = await layer.diagnostics();
      assert.deepEqual([call, status], [3, [0]]);
      assert.deepEqual([gradient!.call, gradient!.status], [2, [1, 0, 1]]);
      layer.dispose();
      tf.dispose([first, second]);
    }));

  it('outlast training and prediction, and start anew after `dispose`', () =>
    expectNoLeak(async () => {
      const layer = layers.fixedPoint({cell: new TanhCell(), stateShape: [4]});
      const net = sequential({layers: [keras.inputLayer({inputShape: [3]}), layer]});
      net.compile({optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError'});
      const [x, y] = [tf.ones([6, 3]), tf.zeros([6, 4])];
      await net.fit(x, y, {epochs: 2, batchSize: 3, verbose: 0});
      const trained = await layer.diagnostics();
      assert.deepEqual([trained.gradient!.call, trained.gradient!.status], [trained.call, [0, 0, 0]]);
      tf.dispose(net.predict(x));
      const predicted = await layer.diagnostics();
      assert.deepEqual([predicted.call, predicted.status.length], [trained.call + 1, 6]);
      assert.deepEqual(predicted.gradient, trained.gradient);
      net.dispose();
      net.optimizer.dispose();
      assert.match(
        (await layer.diagnostics().catch((thrown: Error) => thrown.message)) as string,
        /not been called/,
      );
      tf.dispose([x, y]);
    }));

  it('of a lasso: codes at their kink, of either sign, or of one where they cannot be negative', async () => {
    const x = tf.tensor2d([[1, 3], [-1, 0.5], [-3, -1]]); // prettier-ignore
    for (const [nonNegative, expected] of [
      [
        false,
        [
          [true, false],
          [true, false],
          [false, true],
        ],
      ],
      [
        true,
        [
          [true, false],
          [false, false],
          [false, false],
        ],
      ],
    ] as const) {
      const layer = layers.lasso({units: 2, l1: 1, nonNegative});
      tf.tidy(() => {
        run(layer, x);
        layer.setWeights([tf.tensor2d(EYE)]);
        run(layer, x);
      });
      assert.deepEqual((await layer.diagnostics()).weaklyActive, expected as unknown as boolean[][]);
      layer.dispose();
    }
    x.dispose();
  });

  it('of sparsemax: entries at the threshold, beside large ones and masks too', async () => {
    const layer = layers.sparsemax();
    const x = tf.tensor2d([[1, 0, -9], [1001, 1000, 5], [0.5, 0.5, -0.25], [1, 0, -Infinity]]); // prettier-ignore
    tf.tidy(() => void run(layer, x));
    const expected = [[false, true, false], [false, true, false], [false, false, false], [false, true, false]]; // prettier-ignore
    assert.deepEqual((await layer.diagnostics()).weaklyActive, expected);
    const masked = tf.fill([1, 3], -Infinity);
    warningsOf(() => tf.tidy(() => void run(layer, masked)));
    assert.deepEqual((await layer.diagnostics()).weaklyActive, [[false, false, false]]);
    tf.dispose([x, masked]);
    layer.dispose();
  });
});
