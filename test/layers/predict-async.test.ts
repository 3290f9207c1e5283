/** @file `predictAsync` of every layer, and of a model, gives what `predict` gives, can be stopped, and reports on the whole batch. */
import * as tf from '@tensorflow/tfjs-core';
import {layers as keras, sequential} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {layers, predictAsync} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import {describeAnyHost} from '../helpers/backends.js';
import {expectClose, expectNoLeak, rejection} from '../helpers/expect.js';
import {expectSameDigits} from '../helpers/same-digits.js';
import {CASES, TanhCell} from './models.js';

const ROWS = 23;
const read = (tensor: tf.Tensor) => ({shape: tensor.shape, values: Array.from(tensor.dataSync())});

/** Without the number of the call, which counts calls. */
const report = async (layer: SolverLayer) => ({...(await layer.diagnostics()), call: 0});

/** What is printed while f runs. */
async function warnings(f: () => Promise<unknown>): Promise<string[]> {
  const {warn} = console;
  const said: string[] = [];
  console.warn = (text: string) => void said.push(text);
  try {
    await f();
  } finally {
    console.warn = warn;
  }
  return said;
}

describeAnyHost('predictAsync', (backend) => {
  for (const {name, layer: make, width, inputs} of CASES) {
    it(`gives what apply gives: ${name}`, () =>
      expectNoLeak(async () => {
        const [layer, other] = [make(), make()];
        const shapes = inputs ?? [[width[0]]];
        const list = shapes.map((shape, i) => tf.randomNormal([ROWS, ...shape], 0, 1, 'float32', i + 1));
        const x = list.length === 1 ? list[0] : list;
        await warnings(async () => {
          // The first call makes the weights, and what a warm start begins with.
          tf.tidy(() => [layer, other].forEach((each) => void each.apply(x)));
          other.setWeights(layer.getWeights());
          tf.tidy(() => [layer, other].forEach((each) => void each.apply(x)));
          const expected = tf.tidy(() => other.apply(x) as tf.Tensor);
          const seen: number[] = [];
          const y = await layer.predictAsync(x, {
            onProgress({done, total}) {
              assert.equal(total, ROWS);
              seen.push(done);
            },
          });
          expectSameDigits([read(y)], [read(expected)]);
          const [{residual, duals, ...said}, {residual: whole, duals: others, ...known}] = [
            await report(layer),
            await report(other),
          ];
          assert.deepEqual(said, known);
          // Products of several rows at once add up in another order: in double precision, or in TensorFlow's float32.
          const rounding = backend === 'tensorflow' ? 1e-7 : 1e-10;
          residual.forEach((value, i) => assert.closeTo(value, whole[i], rounding));
          assert.sameMembers(Object.keys(duals ?? {}), Object.keys(others ?? {}));
          if (backend !== 'tensorflow') assert.deepEqual(duals, others);
          else
            for (const [name, rows] of Object.entries(duals ?? {}))
              expectClose(rows.flat(), others![name].flat(), 1e-5, 1e-5);
          assert.equal((await layer.diagnostics()).call, 3);
          assert.equal(seen[0], 1);
          assert.equal(seen.at(-1), ROWS);
          const controller = new AbortController();
          const error = await rejection(
            layer.predictAsync(x, {signal: controller.signal, onProgress: () => controller.abort()}),
          );
          assert.equal(error.name, 'AbortError');
          tf.dispose([y, expected]);
        });
        tf.dispose(list);
        layer.dispose();
        other.dispose();
      }));
  }

  const warm: Record<string, () => SolverLayer> = {
    qp: () => layers.qp({warmStart: true, seed: 1, inequalities: 6}),
    fixedPoint: () => layers.fixedPoint({warmStart: true, cell: new TanhCell(), stateShape: [4]}),
  };
  for (const [name, make] of Object.entries(warm)) {
    it(`starts where the last call ended: ${name}`, () =>
      expectNoLeak(async () => {
        const [one, other] = [make(), make()];
        const x = tf.randomNormal([9, 3], 0, 1, 'float32', 1);
        // The same weights.
        tf.tidy(() => [one, other].forEach((layer) => void layer.apply(x)));
        other.setWeights(one.getWeights());
        for (let k = 0; k < 3; k++) {
          const expected = tf.tidy(() => one.apply(x) as tf.Tensor);
          const y = await other.predictAsync(x);
          if (k > 0) {
            expectSameDigits([read(y)], [read(expected)]);
            assert.deepEqual((await other.diagnostics()).iterations, (await one.diagnostics()).iterations);
          }
          tf.dispose([y, expected]);
        }
        x.dispose();
        one.dispose();
        other.dispose();
      }));
  }

  it('a model gives what predict gives', () =>
    expectNoLeak(async () => {
      const net = sequential({
        layers: [
          keras.dense({units: 4, inputShape: [3]}),
          keras.batchNormalization(),
          keras.dropout({rate: 0.5}),
          layers.qp({units: 4, inequalities: 3, seed: 2}),
          keras.dense({units: 2}),
        ],
      });
      const x = tf.randomNormal([40, 3], 0, 1, 'float32', 1);
      const expected = net.predict(x, {batchSize: 40}) as tf.Tensor;
      const promise = predictAsync(net, x);
      const y = (await promise) as tf.Tensor;
      expectSameDigits([read(y)], [read(expected)]);
      tf.dispose([x, y, expected]);
      net.dispose();
    }));

  it('says once what has failed, and refuses what apply refuses', () =>
    expectNoLeak(async () => {
      const x = tf.tensor2d(Array.from({length: 12}, (_, i) => [i === 5 ? NaN : i, 1, 2]));
      const make = (onFailure: 'warn' | 'throw') =>
        layers.qp({onFailure, units: 3, inequalities: 2, constants: {Q: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}}); // prettier-ignore
      const [warns, throws] = [make('warn'), make('throw')];
      const said = await warnings(async () => tf.dispose(await warns.predictAsync(x)));
      assert.isAtMost(said.length, 1);
      assert.equal((await warns.diagnostics()).status[5], 5);
      assert.include(
        (await rejection(throws.predictAsync(x))).message,
        '1 of 12 problems not solved: sample 5',
      );
      assert.include((await rejection(warns.predictAsync(x, {speed: 1} as never))).message, "'speed'");
      assert.include((await rejection(warns.predictAsync(null as never))).message, 'QPLayer.predictAsync');
      assert.include((await rejection(predictAsync(null as never, null as never))).message, 'predictAsync');
      x.dispose();
      warns.dispose();
      throws.dispose();
    }));
});
