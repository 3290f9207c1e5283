/** @file Shaders that are compiled ahead. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {prepareWebGPU, projections, solveQP} from '../../src/index.js';
import {describeDevices, valuesOf} from './devices.js';

interface Descriptor {
  label: string;
}
interface Device {
  createComputePipeline: (this: Device, descriptor: Descriptor) => object;
  createComputePipelineAsync: (this: Device, descriptor: Descriptor) => Promise<object>;
}

/** Counts the shaders of this library that are compiled while the page waits, and those that are compiled meanwhile. */
function watch(): {counts: {waiting: number; ahead: number}; stop: () => void} {
  const {device} = tf.backend() as unknown as {device: Device};
  const {createComputePipeline, createComputePipelineAsync} = device;
  const counts = {waiting: 0, ahead: 0};
  device.createComputePipeline = (descriptor) => {
    if (descriptor.label.startsWith('tfjs-implicit')) counts.waiting++;
    return createComputePipeline.call(device, descriptor);
  };
  device.createComputePipelineAsync = (descriptor) => {
    if (descriptor.label.startsWith('tfjs-implicit')) counts.ahead++;
    return createComputePipelineAsync.call(device, descriptor);
  };
  return {counts, stop: () => Object.assign(device, {createComputePipeline, createComputePipelineAsync})};
}

/** Forgets the shaders whose keys contain this. */
function forget(part: string): void {
  const {pipelineCache} = tf.backend() as unknown as {pipelineCache: Record<string, unknown>};
  for (const key of Object.keys(pipelineCache)) if (key.includes(part)) delete pipelineCache[key];
}

describeDevices('shaders compiled ahead', (device) => {
  if (device !== 'webgpu') {
    it('are none where there are no shaders', async () => prepareWebGPU());
    return;
  }

  let watched: ReturnType<typeof watch>;
  beforeEach(() => (watched = watch()));
  afterEach(() => watched.stop());

  it('are those that the work needs, and it does not run', async () => {
    forget('simplex');
    const x = tf.tensor2d([[1, 0.5, -1]]);
    const before = tf.memory().numTensors;
    await prepareWebGPU(() => projections.simplex(x));
    assert.equal(tf.memory().numTensors, before);
    assert.isAbove(watched.counts.ahead, 0);
    assert.equal(watched.counts.waiting, 0);
    const y = projections.simplex(x);
    assert.equal(watched.counts.waiting, 0);
    assert.deepEqual(await valuesOf(y), [0.75, 0.25, 0]);
    tf.dispose([x, y]);
  });

  it('may be used before they are ready', async () => {
    forget('simplex');
    const x = tf.tensor2d([[1, 0.5, -1]]);
    const ready = prepareWebGPU(() => projections.simplex(x));
    const y = projections.simplex(x);
    assert.isAbove(watched.counts.waiting, 0);
    assert.deepEqual(await valuesOf(y), [0.75, 0.25, 0]);
    await ready;
    tf.dispose([x, y]);
  });

  it('tells what is wrong with the work, and leaves the backend as it was', async () => {
    const failure = new Error('no work');
    let caught: unknown;
    await prepareWebGPU(() => {
      throw failure;
    }).catch((error: unknown) => (caught = error));
    assert.equal(caught, failure);
    assert.isFalse(tf.env().getBool('WEBGPU_ENGINE_COMPILE_ONLY'));
  });

  it('are those of quadratic programs, if nothing is said', async () => {
    await prepareWebGPU();
    assert.equal(watched.counts.waiting, 0);
    const data = [tf.eye(2), tf.tensor2d([[-1, -2]]), tf.ones([1, 2]), tf.ones([1]), tf.tensor2d([[1, -1]]), tf.zeros([1])]; // prettier-ignore
    const solve = (...[Q, p, G, h, A, b]: tf.Tensor[]) =>
      solveQP({Q, p, G, h, A, b}, {onFailure: 'ignore'}).x;
    const gradients = tf.grads(solve)(data);
    assert.equal(watched.counts.waiting, 0);
    // x₁ = x₂ = ½ whatever p is.
    assert.closeTo(Math.max(...(await valuesOf(gradients[1])).map(Math.abs)), 0, 1e-6);
    tf.dispose([data, gradients]);
  });
});
