/** @file Hundreds of training steps: the number of tensors, their bytes and the heap stay where they were. */
import * as tf from '@tensorflow/tfjs-core';
import {layers as keras, sequential} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {QPLayer, SparsemaxProjection} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {effort} from '../helpers/effort.js';

const STEPS = effort(200, 1200);
const SETTLED = 10;
const HEAP_GROWTH = 30 * 2 ** 20;

describeBackends('long training', () => {
  it(`keeps tensors and bytes constant over ${STEPS} steps, and the heap bounded`, async () => {
    const collect = () => (globalThis as {gc?: () => void}).gc?.();
    const net = sequential({
      layers: [keras.dense({units: 4, inputShape: [4]}), new QPLayer({seed: 1}), new SparsemaxProjection()],
    });
    const optimizer = tf.train.adam(0.01);
    net.compile({optimizer, loss: 'meanSquaredError'});
    const x = tf.randomNormal([4, 4], 0, 1, 'float32', 1);
    const y = tf.randomUniform([4, 4], 0, 1, 'float32', 2);
    let settled = {tensors: 0, bytes: 0, heap: 0};
    for (let step = 1; step <= STEPS; step++) {
      const loss = await net.trainOnBatch(x, y);
      assert.isTrue(Number.isFinite(loss));
      const {numTensors: tensors, numBytes: bytes} = tf.memory();
      if (step === SETTLED) {
        collect();
        settled = {tensors, bytes, heap: process.memoryUsage().heapUsed};
      } else if (step > SETTLED) {
        assert.equal(tensors, settled.tensors, `tensors after step ${step}`);
        assert.equal(bytes, settled.bytes, `bytes after step ${step}`);
      }
    }
    collect();
    // Without a collection the heap holds garbage, too: then only the tensors tell.
    if ('gc' in globalThis) assert.isBelow(process.memoryUsage().heapUsed - settled.heap, HEAP_GROWTH);
    net.dispose();
    optimizer.dispose();
    tf.dispose([x, y]);
  });
});
