/** @file The layer SpectralDense, and the Jacobian penalty of FixedPointLayer, in training. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {FixedPointLayer, linalg, SpectralDense, type SpectralDenseArgs} from '../../src/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

const make = (args: SpectralDenseArgs, kernel: number[][]) =>
  new SpectralDense({useBias: false, ...args, weights: [tf.tensor2d(kernel)]});

describeAnyBackend('SpectralDense', () => {
  it('limits the norm of its matrix, and leaves a smaller one and 0 unchanged', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const kernel = [
          [3, 0],
          [4, 0],
        ];
        const output = (maxNorm: number) => {
          const layer = make({units: 2, maxNorm}, kernel);
          const y = layer.apply(tf.eye(2)) as tf.Tensor;
          layer.dispose();
          return y;
        };
        // ‖W‖ is 5.
        expectClose(output(2), [1.2, 0, 1.6, 0], 1e-6);
        expectClose(output(7), [3, 0, 4, 0], 0);
        const zero = make({units: 2}, [[0, 0]]);
        expectClose(zero.apply(tf.ones([1, 1])) as tf.Tensor, [0, 0], 0);
        zero.dispose();
      }),
    ));

  it('has the gradient of its closed form: for one column, Ŵ = c w/‖w‖', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [w, c, x] = [[1.5, 2, -1], 0.75, [0.5, -1, 2]];
        const layer = make(
          {units: 1, maxNorm: c},
          w.map((each) => [each]),
        );
        const norm = Math.hypot(...w);
        const dot = w.reduce((sum, each, i) => sum + each * x[i], 0);
        const input = tf.tensor2d([x]);
        expectClose(layer.apply(input) as tf.Tensor, (c * dot) / norm, 1e-6);
        const {grads} = tf.variableGrads(() => tf.sum(layer.apply(input) as tf.Tensor) as tf.Scalar);
        const expected = w.map((each, i) => c * (x[i] / norm - (dot * each) / norm ** 3));
        expectClose(Object.values(grads)[0], expected, 1e-6);
        layer.dispose();
      }),
    ));

  it('takes inputs with more axes, trains, and is saved with a model', async () => {
    const layer = new SpectralDense({units: 3, maxNorm: 0.75, seed: 1, inputShape: [5, 4], name: 's'});
    const model = tfl.sequential({layers: [layer]});
    model.compile({optimizer: tf.train.sgd(1), loss: 'meanSquaredError'});
    const [x, y] = [tf.randomNormal([8, 5, 4], 0, 1, 'float32', 2), tf.fill([8, 5, 3], 10)];
    await model.fit(x, y, {epochs: 3, verbose: 0});
    const output = model.predict(x) as tf.Tensor;
    assert.deepEqual(output.shape, [8, 5, 3]);
    const [kernel, bias] = layer.getWeights();
    const norm = linalg.spectralNorm(kernel);
    assert.isAbove(norm.dataSync()[0], 0.75);
    tf.tidy(() => {
      const limited = tf.mul(kernel, tf.div(0.75, norm)) as tf.Tensor2D;
      const expected = tf.add(tf.matMul(tf.reshape(x, [40, 4]) as tf.Tensor2D, limited), bias);
      expectClose(output, expected, 1e-6);
    });
    const copy = await tfl.models.modelFromJSON(JSON.parse(model.toJSON() as unknown as string) as never);
    assert.include(copy.getLayer('s').getConfig(), {units: 3, maxNorm: 0.75, useBias: true, seed: 1});
    tf.dispose([x, y, output, norm]);
    model.dispose();
    copy.dispose();
  });

  it('says what it refuses', () => {
    assert.include(
      messageOf(() => new SpectralDense({units: 1, maxNorm: 0})),
      'maxNorm',
    );
    assert.include(
      messageOf(() => new SpectralDense({units: 1, maxnorm: 1} as never)),
      'maxNorm',
    );
    assert.include(
      messageOf(() => new SpectralDense({units: 1}).apply(tf.zeros([2]))),
      '[B, …, n]',
    );
  });
});

/** z = tanh(wz + x) with one unit. */
function scalarCell(w: number): tfl.LayersModel {
  const [z, x] = [tfl.input({shape: [1]}), tfl.input({shape: [1]})];
  const state = tfl.layers.dense({
    units: 1,
    useBias: false,
    kernelInitializer: tfl.initializers.constant({value: w}),
  });
  const sum = tfl.layers.add().apply([state.apply(z) as tfl.SymbolicTensor, x]) as tfl.SymbolicTensor;
  const outputs = tfl.layers.activation({activation: 'tanh'}).apply(sum) as tfl.SymbolicTensor;
  return tfl.model({inputs: [z, x], outputs});
}

describeAnyBackend('the argument jacobianPenalty of FixedPointLayer', () => {
  it('adds γ · mean ‖∂T/∂z‖² to the loss of fit, with its whole gradient, and nothing to evaluate', async () => {
    const [w, γ, rate, target] = [0.8, 0.3, 0.1, 0.4];
    const inputs = [0.5, -1.2, NaN];
    // A sample with NaN has z = 0 and no part in the penalty; it still has a loss, target².
    const loss = (weight: number) =>
      inputs.reduce((sum, input) => {
        if (Number.isNaN(input)) return sum + target ** 2 / 3;
        let z = 0;
        for (let k = 0; k < 500; k++) z = Math.tanh(weight * z + input);
        return sum + ((z - target) ** 2 + γ * (weight * (1 - z * z)) ** 2) / 3;
      }, 0);
    const slope = (loss(w + 1e-5) - loss(w - 1e-5)) / 2e-5;
    const layer = new FixedPointLayer({
      cell: scalarCell(w),
      jacobianPenalty: γ,
      onFailure: 'ignore',
      inputShape: [1],
    });
    const model = tfl.sequential({layers: [layer]});
    model.compile({optimizer: tf.train.sgd(rate), loss: 'meanSquaredError'});
    const [x, y] = [tf.tensor2d(inputs, [3, 1]), tf.fill([3, 1], target)];
    const before = tf.memory().numTensors;
    const {history} = await model.fit(x, y, {epochs: 1, batchSize: 3, verbose: 0});
    expectClose(history.loss[0] as number, loss(w), 1e-5);
    expectClose(model.getWeights()[0], w - rate * slope, 1e-5);
    const plain = model.evaluate(x, y, {batchSize: 3}) as tf.Scalar;
    assert.isBelow(plain.dataSync()[0], loss(w) - 1e-3);
    assert.deepEqual(layer.calculateLosses(), []);
    tf.dispose(plain);
    assert.equal(tf.memory().numTensors, before, 'tensors left behind');
    assert.equal(layer.getConfig().jacobianPenalty, γ);
    model.dispose();
    tf.dispose([x, y]);
  });

  it('makes the cell flatter', async () => {
    const steepness = async (jacobianPenalty: number) => {
      const layer = new FixedPointLayer({cell: scalarCell(0.9), jacobianPenalty, inputShape: [1]});
      const model = tfl.sequential({layers: [layer]});
      model.compile({optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError'});
      const x = tf.tensor2d([0.1, -0.1], [2, 1]);
      await model.fit(x, tf.tensor2d([0.3, -0.3], [2, 1]), {epochs: 20, verbose: 0});
      const w = model.getWeights()[0].dataSync()[0];
      model.dispose();
      x.dispose();
      return Math.abs(w);
    };
    assert.isBelow(await steepness(1), (await steepness(0)) - 0.1);
  });

  it('draws other signs at each step, and with a seed the same in each run', async () => {
    // The target is the prediction, so the penalty is the whole loss, and nothing is learned.
    const penalties = async (seed?: number) => {
      const [z, x] = [tfl.input({shape: [3]}), tfl.input({shape: [3]})];
      const dense = tfl.layers.dense({units: 3, useBias: false, kernelInitializer: 'zeros'});
      const sum = tfl.layers.add().apply([dense.apply(z) as tfl.SymbolicTensor, x]) as tfl.SymbolicTensor;
      const layer = new FixedPointLayer({
        cell: tfl.model({inputs: [z, x], outputs: sum}),
        jacobianPenalty: 1,
        seed,
        inputShape: [3],
      });
      const model = tfl.sequential({layers: [layer]});
      // ‖εᵀW‖² has a different value for each ε, up to its sign.
      const W = tf.tensor2d([0.1, 0.2, 0.1, 0.3, 0.1, 0, 0, 0.2, 0.3], [3, 3]);
      model.setWeights([W]);
      model.compile({optimizer: tf.train.sgd(0), loss: 'meanSquaredError'});
      const input = tf.tensor2d([0.1, 0.2, 0.3], [1, 3]);
      const target = model.predict(input) as tf.Tensor;
      const {history} = await model.fit(input, target, {epochs: 12, verbose: 0});
      model.dispose();
      tf.dispose([W, input, target]);
      return history.loss as number[];
    };
    const one = await penalties(3);
    assert.isAbove(new Set(one.map((value) => value.toFixed(5))).size, 2);
    assert.deepEqual(await penalties(3), one);
    assert.notDeepEqual(await penalties(4), one);
    assert.notDeepEqual(await penalties(), await penalties());
  });
});
