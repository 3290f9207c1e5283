/** @file How many shaders a quadratic program runs on a GPU, and how much memory it takes. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solveQP, type QPInput} from '../../src/index.js';
import {placesOf} from '../../src/kernels/twins/webgpu/memory.js';
import {quadraticProgramAreas} from '../../src/kernels/twins/webgpu/quadratic-program.wgsl.js';
import {describeDevices, valuesOf} from './devices.js';

interface Pass {
  dispatchWorkgroups: (this: Pass, ...counts: number[]) => void;
}

/** Calls `work`. @returns The number of shaders that it ran. */
async function dispatchesOf(work: () => tf.Tensor[]): Promise<number> {
  const {prototype} = (globalThis as unknown as {GPUComputePassEncoder: {prototype: Pass}})
    .GPUComputePassEncoder;
  const original = prototype.dispatchWorkgroups;
  let count = 0;
  prototype.dispatchWorkgroups = function (this: Pass, ...counts) {
    count++;
    return original.apply(this, counts);
  };
  try {
    const tensors = work();
    const inWork = count;
    for (const tensor of tensors) await valuesOf(tensor);
    tf.dispose(tensors);
    return inWork;
  } finally {
    prototype.dispatchWorkgroups = original;
  }
}

describeDevices('dispatches', (device) => {
  if (device !== 'webgpu') return;

  const problems = {
    'that share matrices': () => ({
      ...{Q: tf.eye(2), p: tf.tensor2d([[-3, 0], [1, 2], [0, 0]]), G: tf.ones([1, 2])}, // prettier-ignore
      ...{h: tf.ones([1]), A: tf.tensor2d([[1, -1]]), b: tf.zeros([1])},
    }),
    'without equalities': () => ({
      ...{Q: tf.eye(2, 2, [2]), p: tf.tensor2d([[-3, 0], [1, 2]]), G: tf.ones([2, 1, 2]), h: tf.ones([2, 1])}, // prettier-ignore
    }),
    'that nothing can solve': () => ({
      // No point, no end, and NaN.
      ...{Q: tf.zeros([1, 1]), p: tf.tensor2d([[0], [-1], [NaN]]), G: tf.tensor2d([[1], [-1]])},
      h: tf.tensor2d([[-1, -1], [Infinity, 0], [1, 1]]), // prettier-ignore
    }),
  };

  for (const [name, make] of Object.entries(problems)) {
    it(`are few: problems ${name}`, async () => {
      const data: Record<string, tf.Tensor> = make();
      const names = Object.keys(data);
      const solve = (...values: tf.Tensor[]) =>
        solveQP(Object.fromEntries(names.map((key, i) => [key, values[i]])) as unknown as QPInput, {
          onFailure: 'ignore',
        });
      const values = Object.values(data);
      const dy = tf.onesLike(data.p);
      assert.isAtMost(
        await dispatchesOf(() => {
          const {certificate, ...rest} = solve(...values);
          return [...Object.values(rest), ...Object.values(certificate)] as tf.Tensor[];
        }),
        8,
      );
      assert.isAtMost(
        await dispatchesOf(() => tf.grads((...all: tf.Tensor[]) => solve(...all).x)(values, dy)),
        16,
        'with the gradient',
      );
      tf.dispose([values, dy]);
    });
  }

  it('of proofs take no more memory than the solve, where there are several problems', async () => {
    const {device: gpu} = tf.backend() as unknown as {device: {createBuffer: (of: {size: number}) => object}};
    const {createBuffer} = gpu;
    let largest = 0;
    gpu.createBuffer = (descriptor) => {
      largest = Math.max(largest, descriptor.size);
      return createBuffer.call(gpu, descriptor);
    };
    const [batch, n, m] = [64, 3, 7];
    try {
      // Some have no point, some no end.
      const ends = tf.tensor2d(Array.from({length: batch * m}, (_, i) => (Math.floor(i / m) % 2 ? -1 : 1)), [batch, m]); // prettier-ignore
      const G = tf.tensor2d(Array.from({length: m * n}, (_, i) => (i % n === 0 ? (-1) ** Math.floor(i / n) : 0)), [m, n]); // prettier-ignore
      const data = {Q: tf.zeros([n, n]), p: tf.tile(tf.tensor2d([[-1], [0]]), [batch / 2, n]), G, h: ends};
      const {status, x} = solveQP(data, {onFailure: 'ignore'});
      assert.deepEqual(new Set(await valuesOf(status)), new Set([1, 2]));
      tf.dispose([status, x, ...Object.values(data)]);
    } finally {
      gpu.createBuffer = createBuffer;
    }
    const {words} = placesOf(...quadraticProgramAreas(n, m));
    assert.equal(largest, 4 * batch * words);
  });
});
