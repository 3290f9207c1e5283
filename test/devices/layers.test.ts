/** @file Every layer on every device: outputs and gradients against the f64 kernels, training, diagnostics, saving, leaks. */
import * as tf from '@tensorflow/tfjs-core';
import {loadLayersModel, type LayersModel} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {FixedPointLayer, LassoLayer, OptNetQP, QPLayer, SparsemaxProjection} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import {CASES as HOST_CASES, modelOf, TanhCell, type Case} from '../layers/models.js';
import {assertClose, describeDevices, onReference, REFERENCE, toleranceOn, use, valuesOf} from './devices.js';
import {runtime} from './runtime.js';

const CASES: Case[] = [
  {name: 'QPLayer', layer: () => new QPLayer({seed: 1}), width: [5, 5], trainable: true},
  {
    name: 'QPLayer with a linear map, equalities and a warm start',
    layer: () => new QPLayer({units: 4, equalities: 1, inequalities: 3, seed: 2, warmStart: true}),
    width: [6, 4],
    trainable: true,
  },
  {
    name: 'QPLayer of given constraints',
    layer: () => new QPLayer({constants: {G: [[1, 1, 1]], h: [0.5]}, seed: 3}),
    width: [3, 3],
    trainable: true,
  },
  {name: 'OptNetQP', layer: () => new OptNetQP({equalities: 2, seed: 1}), width: [5, 5], trainable: true},
  {name: 'SparsemaxProjection', layer: () => new SparsemaxProjection(), width: [6, 6], trainable: false},
  {name: 'LassoLayer', layer: () => new LassoLayer({units: 8, l1: 0.2}), width: [6, 8], trainable: true},
  {
    name: 'LassoLayer, not negative, with l2 and a warm start',
    layer: () => new LassoLayer({units: 5, l1: 0.1, l2: 0.1, nonNegative: true, warmStart: true}),
    width: [6, 5],
    trainable: true,
  },
  {
    name: 'FixedPointLayer',
    layer: () =>
      new FixedPointLayer({
        cell: new TanhCell(),
        stateShape: [4],
        maxIterations: 10,
        historySize: 2,
        tolerance: 1e-4,
        onFailure: 'ignore',
      }),
    width: [5, 4],
    trainable: true,
  },
  // Of the others some, as their own suite has them.
  ...(runtime.page ? [] : ['EntmaxLayer', 'SoftRank', 'TopK', 'RidgeLayer', 'SVMLayer']).map((name) =>
    HOST_CASES.find((item) => item.name === name)!,
  ),
];

/** A sine. */
function waves(shape: number[], phase: number): tf.Tensor {
  return tf.tensor(
    Array.from({length: tf.util.sizeFromShape(shape)}, (_, i) => Math.fround(Math.sin(1.7 * i + phase))),
    shape,
  );
}

function compiled(item: Case): {model: LayersModel; layer: SolverLayer} {
  const made = modelOf(item);
  // A dictionary is random, and not every one is better after three steps.
  for (const weight of made.model.weights.filter(({name}) => name.includes('dictionary'))) {
    const atoms = waves(weight.shape as number[], 0.7);
    weight.write(tf.tidy(() => tf.mul(0.4, atoms)));
    atoms.dispose();
  }
  made.model.compile({optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError'});
  return made;
}

/** Seven samples. */
function dataOf({width: [inputs, outputs]}: Case): {x: tf.Tensor; y: tf.Tensor} {
  return {x: waves([7, inputs], 0.3), y: waves([7, ...[outputs].flat()], 1.1)};
}

type Weights = {shape: number[]; values: number[]}[];

async function weightsOf(model: LayersModel): Promise<Weights> {
  return Promise.all(model.getWeights().map(async (w) => ({shape: w.shape, values: await valuesOf(w)})));
}

function setWeights(model: LayersModel, weights: Weights): void {
  const tensors = weights.map(({shape, values}) => tf.tensor(values, shape));
  model.setWeights(tensors);
  tf.dispose(tensors);
}

/** The output, and the gradients of the loss in input and weights. */
async function results(each: Case, weights: Weights | null) {
  const {model} = compiled(each);
  if (weights) setWeights(model, weights);
  const {x, y} = dataOf(each);
  const output = model.predict(x) as tf.Tensor;
  const loss = (x: tf.Tensor) => tf.losses.meanSquaredError(y, model.apply(x, {training: true}) as tf.Tensor);
  const {grads, value} = tf.variableGrads(() => loss(x) as tf.Scalar);
  const inInput = tf.grad((x: tf.Tensor) => loss(x))(x);
  const gradients = await Promise.all([inInput, ...Object.values(grads)].map(valuesOf));
  const found = {weights: await weightsOf(model), output: await valuesOf(output), gradients};
  tf.dispose([x, y, output, value, inInput, Object.values(grads)] as tf.TensorContainer);
  model.dispose();
  return found;
}

const expectationOf = onReference((each: Case) => results(each, null));

describeDevices('layers', (device) => {
  for (const each of CASES) {
    describe(each.name, () => {
      const testValues = () =>
        it('has the output and the gradients of the f64 kernels', async () => {
          const expected = await expectationOf(each);
          await use(device);
          const found = await results(each, expected.weights);
          assertClose(found.output, expected.output, toleranceOn(device), 'output', 1e-6);
          assert.equal(found.gradients.length, expected.gradients.length);
          expected.gradients.forEach((values, i) =>
            assertClose(found.gradients[i], values, toleranceOn(device), `gradient ${i}`, 1e-6),
          );
        });
      if (device !== REFERENCE) testValues();

      // What follows does not depend on what a layer computes.
      if (HOST_CASES.includes(each)) return;

      it('trains, predicts, reports and leaves no tensor behind', async () => {
        const {model, layer} = compiled(each);
        const {x, y} = dataOf(each);
        const options = {epochs: 3, batchSize: 4, shuffle: false, verbose: 0};
        await model.fit(x, y, options);
        const before = tf.memory().numTensors;
        const {history} = await model.fit(x, y, options);
        tf.dispose(model.predict(x));
        assert.equal(tf.memory().numTensors, before);
        const losses = history.loss as number[];
        assert.isTrue(losses.every(Number.isFinite));
        assert.isBelow(losses[2], losses[0] * (1 + 1e-6));
        const {status, iterations, residual, weaklyActive} = await layer.diagnostics();
        for (const list of [status, iterations, residual, weaklyActive]) assert.equal(list.length, 7);
        if (each.name !== 'FixedPointLayer') assert.deepEqual(status, Array(7).fill(0));
        assert.equal(tf.memory().numTensors, before);
        tf.dispose([x, y]);
        model.dispose();
      });

      it('comes back from a file', async () => {
        const {model} = compiled(each);
        const {x} = dataOf(each);
        const before = await valuesOf(model.predict(x) as tf.Tensor);
        let saved!: tf.io.ModelArtifacts;
        await model.save(
          tf.io.withSaveHandler((artifacts) => {
            saved = artifacts;
            return Promise.resolve({modelArtifactsInfo: {dateSaved: new Date(), modelTopologyType: 'JSON'}});
          }),
        );
        const again = await loadLayersModel(tf.io.fromMemory(saved));
        assertClose(await valuesOf(again.predict(x) as tf.Tensor), before, 1e-6, 'output');
        tf.dispose(x);
        model.dispose();
        again.dispose();
      });
    });
  }

  it('reports each sample that failed, and keeps the others', async () => {
    const layer = new QPLayer({
      inputs: ['p'],
      constants: {Q: [[1]], G: [[1], [-1]], h: [1, 1]},
      onFailure: 'ignore',
    });
    const output = layer.apply(tf.tensor2d([0.5, NaN, -3], [3, 1])) as tf.Tensor;
    assertClose(await valuesOf(output), [-0.5, 0, 1], 1e-6, 'output');
    assert.deepEqual((await layer.diagnostics()).status, [0, 5, 0]);
    layer.dispose();
  });

  it('reports a gradient', async () => {
    const layer = new QPLayer({seed: 1});
    const x = tf.tensor2d([0.5, 0.1, -3, 1], [2, 2]);
    await valuesOf(tf.grad((x: tf.Tensor) => tf.sum(layer.apply(x) as tf.Tensor))(x));
    const {gradient} = await layer.diagnostics();
    assert.deepEqual(gradient?.status, [0, 0]);
    assert.isBelow(Math.max(...gradient!.residual), 1e-4);
    layer.dispose();
  });

  it('tells its iterations, with numbers that come when they have been read', async () => {
    const printed: string[] = [];
    const {log} = console;
    console.log = (text: string) => void printed.push(text);
    const shapes: number[][] = [];
    const layer = new FixedPointLayer({
      ...{cell: new TanhCell(), stateShape: [4], maxIterations: 4, onFailure: 'ignore', verbose: true},
      onIteration: ({residual}) => void shapes.push(residual.shape),
    });
    try {
      await valuesOf(layer.apply(tf.ones([2, 3])) as tf.Tensor);
      await layer.diagnostics();
      for (let k = 0; k < 50 && printed.length < 5; k++) await tf.nextFrame();
    } finally {
      console.log = log;
    }
    assert.deepEqual(shapes, [[2], [2], [2], [2]]); // prettier-ignore
    assert.lengthOf(printed, 5);
    printed
      .slice(0, 4)
      .forEach((line, k) =>
        assert.match(
          line,
          new RegExp(`^AndersonAcceleration ${k + 1}: residual \\d\\.\\d+e\\S+ \\(largest of 2\\)$`),
        ),
      );
    assert.match(printed[4], /of 2 samples solved after 4 iterations, residual/);
    layer.dispose();
  });

  it('pairs the gradients of several calls in one loss with their calls, and keeps few of them', async () => {
    const layer = new QPLayer({
      inputs: ['h'],
      constants: {Q: [[1]], p: [0], G: [[1], [-1]]},
      onFailure: 'ignore',
    });
    const [sound, broken] = [tf.tensor2d([[2, 2], [2, 2]]), tf.tensor2d([[2, 2], [1, -2]])]; // prettier-ignore
    tf.dispose(layer.apply(sound) as tf.Tensor);
    const held = () => (tf.backend() as {numDataIds(): number}).numDataIds();
    const call = (h: tf.Tensor) => tf.sum(layer.apply(h) as tf.Tensor);
    const gradients = async (calls: number) => {
      const loss = (first: tf.Tensor, other: tf.Tensor) =>
        Array.from({length: calls - 1}, () => other).reduce((sum, h) => tf.add(sum, call(h)), call(first));
      tf.dispose(tf.grads(loss)([broken, sound]));
      return layer.diagnostics();
    };
    const two = await gradients(2);
    assert.deepEqual([two.call, two.status], [3, [0, 0]]);
    assert.deepEqual([two.gradient!.call, two.gradient!.status], [2, [0, 1]]);
    const before = held();
    const many = await gradients(20);
    assert.deepEqual([many.call, many.gradient!.call], [23, 4]);
    await gradients(20);
    assert.isAtMost(held(), before + 16);
    layer.dispose();
    tf.dispose([sound, broken]);
  });
});
