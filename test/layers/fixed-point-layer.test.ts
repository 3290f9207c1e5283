/** @file FixedPointLayer: gradients of the cell's weights, dropout, cells that are refused. */
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  layers as keras,
  model,
  sequential,
  type Shape,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {FixedPointLayer, vjp} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, messageOf} from '../helpers/expect.js';
import {modelCell, TanhCell} from './models.js';

/** z ↦ w z + x, with the fixed point x / (1 − w). */
class LinearCell extends keras.Layer {
  static readonly className = 'TestLinearCell';
  private w!: ReturnType<keras.Layer['addWeight']>;

  override build(shape: Shape | Shape[]): void {
    this.w = this.addWeight('w', [], 'float32', {apply: () => tf.scalar(0.5)} as never);
    super.build(shape);
  }

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    return (shape as Shape[])[0];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [z, x] = inputs as tf.Tensor[];
    return tf.tidy(() => tf.add(tf.mul(z, this.w.read()), x));
  }
}
tf.serialization.registerClass(LinearCell);

describeBackends('FixedPointLayer', () => {
  it('has the gradient of the closed form in input and weight, to second order', () => {
    tf.tidy(() => {
      const layer = new FixedPointLayer({cell: new LinearCell(), tolerance: 1e-7});
      const x = tf.tensor2d([
        [1, 2],
        [3, -1],
      ]);
      const output = (value: tf.Tensor) => tf.sum(layer.apply(value) as tf.Tensor);
      expectClose(layer.apply(x) as tf.Tensor, [2, 4, 6, -2], 1e-6);
      expectClose(tf.grad(output)(x), [2, 2, 2, 2], 1e-6);
      const {grads} = tf.variableGrads(() => output(x) as tf.Scalar);
      // d/dw Σx/(1−w) = Σx/(1−w)².
      expectClose(Object.values(grads)[0], [20], 1e-6);
      const w = layer.trainableWeights[0].read();
      const slope = (value: tf.Tensor) =>
        vjp((weight: tf.Tensor) => (void weight, output(x)), [value], tf.scalar(1))[0];
      expectClose(slope(w), [20], 1e-6);
      // d²/dw² = 2Σx/(1−w)³.
      expectClose(vjp((value: tf.Tensor) => slope(value), [w], tf.scalar(1))[0], [80], 1e-5);
      layer.dispose();
    });
  });

  it('matches the unrolled gradient of a tanh cell', () => {
    tf.tidy(() => {
      const layer = new FixedPointLayer({cell: new TanhCell(), stateShape: [4], tolerance: 1e-7});
      const x = tf.randomNormal([5, 6], 0, 1, 'float32', 8);
      layer.apply(x);
      const [w, u] = layer.trainableWeights.map((weight) => weight.read() as tf.Tensor2D);
      const unrolled = () => {
        let z: tf.Tensor2D = tf.zeros([5, 4]);
        for (let i = 0; i < 60; i++) z = tf.tanh(tf.add(tf.matMul(z, w), tf.matMul(x as tf.Tensor2D, u)));
        return tf.sum(tf.square(z)) as tf.Scalar;
      };
      const implicit = tf.variableGrads(
        () => tf.sum(tf.square(layer.apply(x) as tf.Tensor)) as tf.Scalar,
      ).grads;
      const reference = tf.variableGrads(unrolled).grads;
      for (const name of Object.keys(reference)) expectClose(implicit[name], reference[name], 3e-6);
      layer.dispose();
    });
  });

  it('freezes dropout during a solve, and draws it anew for the next', async () => {
    const layer = new FixedPointLayer({cell: modelCell(0.5), tolerance: 1e-6});
    const x = tf.ones([3, 6]);
    const [first, second] = [1, 2].map(() => layer.apply(x, {training: true}) as tf.Tensor);
    const {status} = await layer.diagnostics();
    assert.deepEqual(status, [0, 0, 0], 'a mask that changed would leave no fixed point');
    assert.notDeepEqual(Array.from(first.dataSync()), Array.from(second.dataSync()));
    tf.dispose([x, first, second]);
    layer.dispose();
  });

  it('freezes its cell with trainable = false', () => {
    const layer = new FixedPointLayer({cell: new TanhCell(), stateShape: [4], inputShape: [6]});
    const net = sequential({layers: [layer]});
    assert.lengthOf(net.trainableWeights, 2);
    layer.trainable = false;
    assert.lengthOf(net.trainableWeights, 0);
    net.dispose();
  });

  it('reports a cell that is no contraction as not converged', async () => {
    const cell = new LinearCell();
    const layer = new FixedPointLayer({cell, solver: 'iteration', maxIterations: 20});
    const x = tf.ones([2, 2]);
    tf.dispose(layer.apply(x) as tf.Tensor);
    const weight = tf.scalar(1.5);
    layer.setWeights([weight]);
    tf.dispose(layer.apply(x) as tf.Tensor);
    assert.deepEqual((await layer.diagnostics()).status, [3, 3]);
    tf.dispose([x, weight]);
    layer.dispose();
  });

  it('refuses cells that cannot work, saying why', () => {
    const cell = new TanhCell();
    new FixedPointLayer({cell, stateShape: [4]}).apply(input({shape: [6]}));
    const apply = (args: ConstructorParameters<typeof FixedPointLayer>[0]) =>
      messageOf(() => new FixedPointLayer(args).apply(input({shape: [6]})));
    assert.match(apply({cell, stateShape: [4]}), /is already used by the layer/);
    assert.match(
      messageOf(() => new FixedPointLayer({} as never)),
      /cell is missing/,
    );
    assert.match(apply({cell: {className: 'Nowhere', config: {}}}), /got "Nowhere"/);
    const noisy = () => {
      const z = input({shape: [6]});
      const x = input({shape: [6]});
      const noise = keras.gaussianNoise({stddev: 1}).apply(keras.add().apply([z, x]));
      return model({inputs: [z, x], outputs: noise as SymbolicTensor});
    };
    assert.match(apply({cell: noisy()}), /GaussianNoise.*whose noise/);
    const wide = () => {
      const z = input({shape: [6]});
      const x = input({shape: [6]});
      const dense = keras.dense({units: 7}).apply(keras.add().apply([z, x]));
      return model({inputs: [z, x], outputs: dense as SymbolicTensor});
    };
    assert.match(apply({cell: wide()}), /maps z of shape \[B, 6\] to \[B, 7\]/);
  });

  it('refuses batch normalisation in training, which couples the samples', () => {
    const z = input({shape: [3]});
    const x = input({shape: [3]});
    const normed = keras.batchNormalization().apply(keras.add().apply([z, x]));
    const layer = new FixedPointLayer({
      cell: model({
        inputs: [z, x],
        outputs: keras.activation({activation: 'tanh'}).apply(normed) as SymbolicTensor,
      }),
      maxIterations: 5,
    });
    const value = tf.randomNormal([4, 3], 0, 1, 'float32', 1);
    const gradient = () =>
      tf.tidy(() => tf.grad((v: tf.Tensor) => tf.sum(layer.apply(v, {training: true}) as tf.Tensor))(value));
    assert.match(messageOf(gradient), /couples the samples of the batch/);
    value.dispose();
    layer.dispose();
  });
});
