/** @file Tensors of one value, on a backend that must not be given one that is no number. */
import {MathBackendCPU} from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {fill} from '../../../src/kernels/backends/fill.js';
import {expectNoLeak} from '../../helpers/expect.js';

const VALUES = [0, -2.5, Infinity, -Infinity, NaN];

describe('tensors of one value', () => {
  let remove = () => {};

  before(async function () {
    // The real one is there, and refuses by itself.
    if (tf.findBackendFactory('tensorflow')) return this.skip();
    tf.registerBackend('tensorflow', () => new MathBackendCPU());
    const ours = tf.getKernelsForBackend('tensorflow').map(({kernelName}) => kernelName);
    const copies = tf.getKernelsForBackend('cpu').filter(({kernelName}) => !ours.includes(kernelName));
    for (const kernel of copies) tf.registerKernel({...kernel, backendName: 'tensorflow'});
    remove = () => {
      for (const {kernelName} of copies) tf.unregisterKernel(kernelName, 'tensorflow');
      tf.removeBackend('tensorflow');
    };
    await tf.setBackend('cpu');
  });

  after(async () => {
    await tf.setBackend('cpu');
    remove();
  });

  /** The kernels that ran, by name. */
  const kernelsOf = async (value: number): Promise<string[]> => {
    let filled: tf.Tensor | undefined;
    const {kernelNames} = await tf.profile(() => {
      filled = fill([2, 3], value);
      return filled;
    });
    assert.deepEqual(filled!.shape, [2, 3]);
    assert.deepEqual(Array.from(filled!.dataSync()), Array<number>(6).fill(value));
    filled!.dispose();
    return [...kernelNames];
  };

  for (const value of VALUES) {
    it(`${value} is filled in, or divided by zero where it must not be uploaded`, async () => {
      await tf.setBackend('cpu');
      await expectNoLeak(async () => assert.deepEqual(await kernelsOf(value), ['Fill']));
      await tf.setBackend('tensorflow');
      await expectNoLeak(async () => {
        const kernels = await kernelsOf(value);
        if (Number.isFinite(value)) assert.deepEqual(kernels, ['Fill']);
        else assert.include(kernels, 'RealDiv');
      });
      await tf.setBackend('cpu');
    });
  }
});
