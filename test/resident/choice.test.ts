/** @file Where kernels compute on the backend 'tensorflow', and what is said about its GPU. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {linalg, solveQP} from '../../src/index.js';
import {marksFailures, warnOfTf32} from '../../src/kernels/backends/node-gpu.js';
import type {NodeBackend} from '../../src/kernels/backends/node-backend.js';
import {messageOf} from '../helpers/expect.js';
import {computingOn, describeResident, rawTensors, withoutReads} from './resident.js';

type Execute = NodeBackend['binding']['executeOp'];

/** The backend as if it used a GPU, with another way to run operations. */
function gpuWith(executeOp: (original: Execute) => Execute): NodeBackend {
  const backend = tf.backend() as NodeBackend;
  const {binding} = backend;
  const value = executeOp(binding.executeOp.bind(binding));
  const changed = Object.create(binding, {executeOp: {value}}) as NodeBackend['binding'];
  return {...backend, isUsingGpuDevice: true, binding: changed} as NodeBackend;
}

function warningsOf(f: () => void): string[] {
  const original = console.warn;
  const messages: string[] = [];
  console.warn = (message: string) => void messages.push(message);
  try {
    f();
  } finally {
    console.warn = original;
  }
  return messages;
}

const BFLOAT16 = 14;

describeResident('the choice of a device', () => {
  it('is the host on a CPU, and what the flag says', () =>
    tf.tidy(() => {
      const a = tf.tensor2d([
        [2, 1],
        [1, 3],
      ]);
      const reads = (choice: 'auto' | 'host' | 'backend') =>
        computingOn(choice, () => {
          try {
            withoutReads(() => linalg.det(a));
            return false;
          } catch {
            return true;
          }
        });
      assert.deepEqual((['auto', 'host', 'backend'] as const).map(reads), [true, true, false]);
      const message = messageOf(() => computingOn('cuda' as 'auto', () => linalg.det(a)));
      assert.match(message, /IMPLICIT_DEVICE.*'auto', 'host', 'backend'.*'cuda'/);
    }));

  it('needs a TensorFlow that marks what fails', () => {
    const throwing = gpuWith((original) => (name, ...rest) => {
      if (name === 'Cholesky') throw new Error('Cholesky decomposition was not successful');
      return original(name, ...rest);
    });
    const before = rawTensors();
    assert.isFalse(marksFailures(throwing));
    assert.isTrue(marksFailures(tf.backend() as NodeBackend));
    assert.equal(rawTensors(), before);
  });

  it('warns once if products in float32 are rounded', () => {
    const exact = gpuWith((original) => original);
    assert.deepEqual(
      warningsOf(() => warnOfTf32(exact)),
      [],
    );
    const before = rawTensors();
    const rounding = gpuWith((original) => (name, attributes, inputs, outputs) => {
      if (name !== 'MatMul') return original(name, attributes, inputs, outputs);
      const {binding} = tf.backend() as NodeBackend;
      const cast = (id: number, from: number, to: number) => {
        const type = (label: string, value: number) => ({name: label, type: binding.TF_ATTR_TYPE, value});
        return original('Cast', [type('SrcT', from), type('DstT', to)], [id], 1)[0].id;
      };
      const narrow = inputs.map((id) => cast(id, binding.TF_FLOAT, BFLOAT16));
      const wide = narrow.map((id) => cast(id, BFLOAT16, binding.TF_FLOAT));
      const result = original(name, attributes, wide, outputs);
      for (const id of [...narrow, ...wide]) binding.deleteTensor(id);
      return result;
    });
    const [first, ...more] = warningsOf(() => {
      warnOfTf32(rounding);
      warnOfTf32(rounding);
    });
    assert.match(first, /TF32.*NVIDIA_TF32_OVERRIDE/);
    assert.deepEqual(more, []);
    assert.equal(rawTensors(), before);
  });

  it('does not change a result on the host', () =>
    tf.tidy(() => {
      const problem = {Q: tf.eye(2), p: tf.tensor2d([[-2, 1]]), G: tf.eye(2), h: tf.tensor1d([1, 1])};
      const [here, there] = (['host', 'backend'] as const).map((choice) =>
        computingOn(choice, () => Array.from(solveQP(problem as never).x.dataSync())),
      );
      assert.deepEqual(here, there);
      assert.deepEqual(here, [1, -1]);
    }));
});
