/** @file Callbacks of `model.fit`: what they record of solves, draw, and say of the progress. */
import * as tf from '@tensorflow/tfjs-core';
import * as keras from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {callbacks, layers} from '../../src/index.js';
import {expectNoLeak} from '../helpers/expect.js';
import {describeOnCpu, EYE} from './on-cpu.js';

const P = [[-3, 0], [3, -5], [-1, -1], [0, 0], [-9, -9]]; // prettier-ignore

/** min ½x² − x subject to −1 ≤ x ≤ h, where h is the input: infeasible where that is below −1. */
function sometimesInfeasible() {
  const constants = {Q: [[1]], p: [-1], G: [[1]], lower: [-1]};
  const dense = keras.layers.dense({units: 1, inputShape: [1], kernelInitializer: 'ones', useBias: false});
  return keras.sequential({layers: [dense, layers.qp({inputs: ['h'], constants, onFailure: 'ignore'})]});
}

async function fit(
  model: keras.LayersModel,
  x: number[][],
  callback: keras.Callback | keras.Callback[],
  more: object = {},
): Promise<keras.History> {
  const y = tf.zeros([x.length, ...(model.outputs[0].shape.slice(1) as number[])]);
  const inputs = tf.tensor2d(x);
  if (!model.optimizer) model.compile({optimizer: tf.train.sgd(1e-9), loss: 'meanSquaredError'});
  try {
    return await model.fit(inputs, y, {epochs: 3, batchSize: 2, verbose: 0, callbacks: callback, ...more});
  } finally {
    tf.dispose([inputs, y]);
  }
}

const qpModel = (name: string) =>
  keras.sequential({
    layers: [layers.qp({inequalities: 2, constants: {Q: EYE, G: EYE}, inputShape: [2], name})],
  });

describeOnCpu('callbacks.solves', () => {
  it('records statuses, residuals and multipliers, a number a batch and an epoch', async () => {
    const recorded = callbacks.solves();
    const model = sometimesInfeasible();
    await fit(model, [[1], [-2], [-3], [0], [0.5]], recorded, {shuffle: false});
    const {history, batches} = recorded;
    assert.deepEqual(history.solved, [3, 3, 3]);
    assert.deepEqual(history.infeasible, [2, 2, 2]);
    assert.deepEqual(batches.infeasible.slice(0, 3), [1, 1, 0]);
    for (const [name, list] of Object.entries(history)) assert.lengthOf(list, 3, name);
    for (const [name, list] of Object.entries(batches)) assert.lengthOf(list, 9, name);
    assert.isBelow(history.residual[0], 1e-6, 'of the samples with a solution');
    // x = min(1, h): the multiplier of x ≤ h is 1 − h where it is active.
    assert.closeTo(history.largestDual[0], 1, 1e-6);
    assert.isAbove(history.activeRows[0], 0);
    model.dispose();
  });

  it('has the multipliers that solveQP finds in the report of a layer', async () => {
    const layer = layers.qp({constants: {Q: EYE, G: EYE, h: [1, 2], upper: [5, 5]}});
    tf.tidy(() => void layer.apply(tf.tensor2d([[-3, 0], [0, -4]]))); // prettier-ignore
    const {duals} = await layer.diagnostics();
    assert.deepEqual(Object.keys(duals!), ['ineqDual', 'upperDual']);
    assert.deepEqual(duals!.ineqDual, [[2, 0], [0, 2]]); // prettier-ignore
    assert.deepEqual(duals!.upperDual, [[0, 0], [0, 0]]); // prettier-ignore
    layer.dispose();
  });

  it('names the layers where there are several, also within others', async () => {
    const inner = qpModel('inside');
    const model = keras.sequential({
      layers: [inner, layers.sparsemax({name: 'outside'})],
    });
    const recorded = callbacks.solves({every: 2});
    await fit(model, P, recorded);
    assert.deepEqual(recorded.history['inside/solved'], [3, 3, 3]);
    assert.isDefined(recorded.history['inside/largestDual']);
    assert.isUndefined(recorded.history['outside/largestDual'], 'a projection has no multipliers');
    assert.lengthOf(recorded.batches['outside/residual'], 6, 'batches 0 and 2 of three epochs');
    await fit(model, P, recorded, {epochs: 1});
    assert.lengthOf(recorded.history['inside/solved'], 1, 'a new training');
    model.dispose();
  });

  it('draws with tfjs-vis, and gives lines that it takes', async () => {
    const drawn: {name: string; tab?: string; series: string[]; points: number}[] = [];
    const tfvis = {
      render: {
        linechart(
          {name, tab}: {name: string; tab?: string},
          {values, series}: {values: {x: number; y: number}[][]; series: string[]},
        ) {
          for (const {x, y} of values.flat()) assert.isTrue(Number.isFinite(x) && Number.isFinite(y));
          drawn.push({name, tab, series, points: values[0].length});
          return Promise.resolve();
        },
      },
    };
    const recorded = callbacks.solves({tfvis, tab: 'QP'});
    const model = qpModel('drawn');
    await fit(model, P, recorded, {epochs: 2});
    assert.deepEqual(
      [...new Set(drawn.map(({name}) => name))],
      ['Samples by status', 'Residuals', 'Multipliers'],
    );
    assert.deepEqual(drawn[0], {name: 'Samples by status', tab: 'QP', series: ['solved'], points: 1});
    assert.strictEqual(drawn.at(-1)!.points, 2);
    const lines = recorded.lines(['residual', 'solved'], 'batches');
    assert.deepEqual(lines.series, ['residual', 'solved']);
    assert.deepEqual(lines.values[1].map(({x}) => x), [0, 1, 2, 3, 4, 5]); // prettier-ignore
    model.dispose();
  });

  it('leaves no tensors, and refuses options that do not exist', async () => {
    const model = qpModel('tidy');
    await fit(model, P, callbacks.solves());
    await expectNoLeak(async () => {
      await fit(model, P, [callbacks.solves(), callbacks.progress(() => {})]);
    });
    model.dispose();
    assert.throws(() => callbacks.solves({each: 1} as never), /callbacks.solves: unknown option 'each'/);
    assert.throws(() => callbacks.solves({every: 0}), /every must be an integer/);
  });
});

describeOnCpu('callbacks.progress', () => {
  it('tells of each batch, and ends at the total', async () => {
    const told: [number, number][] = [];
    const model = qpModel('fitted');
    await fit(
      model,
      P,
      callbacks.progress(({done, total}) => void told.push([done, total])),
    );
    assert.deepEqual(
      told,
      Array.from({length: 9}, (_, i) => [i + 1, 9]),
    );
    const later: number[][] = [];
    const follow = callbacks.progress(({done, total, epoch, epochs}) => void later.push([done, total, epoch, epochs])); // prettier-ignore
    await fit(model, P, follow, {initialEpoch: 1, batchSize: 5});
    assert.deepEqual(later, [[1, 2, 1, 3], [2, 2, 2, 3]]); // prettier-ignore
    model.dispose();
  });

  it('counts epochs where nobody knows how many batches there are', async () => {
    const told: [number, number][] = [];
    const model = qpModel('streamed');
    model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
    const rows = () => ({xs: tf.tensor2d(P), ys: tf.zeros([P.length, 2])});
    const data = {
      iterator: () => {
        const left = [rows(), rows()];
        return Promise.resolve({
          next: () => Promise.resolve({done: left.length === 0, value: left.pop() ?? null}),
        });
      },
    };
    await model.fitDataset(data as never, {
      epochs: 2,
      verbose: 0,
      callbacks: callbacks.progress(({done, total}) => void told.push([done, total])),
    });
    assert.deepEqual(told, [[1, 2], [2, 2]]); // prettier-ignore
    model.dispose();
  });

  it('refuses what is no function', () => {
    assert.throws(() => callbacks.progress(undefined as never), /onProgress must be a function/);
  });
});
