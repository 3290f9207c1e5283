/** @file What is seen of a function: the kernels that it calls, and not those that a backend computes one of them by. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {observe} from '../../src/autodiff/index.js';
import {compile} from '../../src/programs/index.js';
import {expectClose} from '../helpers/expect.js';

/** Makes the backend cpu compute a product with bias by two other kernels, as tensorflow does. */
function withBiasInParts(f: () => void): void {
  const whole = tf.getKernel('_FusedMatMul', 'cpu');
  tf.unregisterKernel('_FusedMatMul', 'cpu');
  tf.registerKernel({
    ...whole,
    kernelFunc({inputs, attrs, backend}) {
      const {a, b, bias} = inputs as Record<string, tf.Tensor>;
      // Made by the backend itself: no kernel of the engine gives it.
      const {kernelFunc} = tf.getKernel('BatchMatMul', 'cpu');
      const three = (x: tf.Tensor) => ({...x, shape: [1, ...x.shape].slice(-3)});
      const product = kernelFunc({
        inputs: {a: three(a), b: three(b)} as never,
        attrs: attrs,
        backend,
      }) as tf.TensorInfo;
      const tensor = tf
        .engine()
        .makeTensorFromDataId(product.dataId, [a.shape.at(-2)!, b.shape.at(-1)!], 'float32');
      const sum = tf.add(tensor, bias);
      tensor.dispose();
      return tf.reshape(sum, [1, ...sum.shape].slice(-a.rank));
    },
  });
  try {
    f();
  } finally {
    tf.unregisterKernel('_FusedMatMul', 'cpu');
    tf.registerKernel(whole);
  }
}

describe('observe', () => {
  before(() => tf.setBackend('cpu'));

  const fused = (x: tf.Tensor) =>
    tf.fused.matMul({a: x as tf.Tensor2D, b: tf.tensor2d([1, 2, 3, 4], [2, 2]), bias: tf.tensor1d([1, -1])});

  it('sees a kernel, and not those that the backend computes it by', () =>
    withBiasInParts(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([1, 2], [1, 2]);
        const {calls} = observe(() => fused(x)).seen;
        const kernels = calls.map(({kernel}) => kernel);
        assert.include(kernels, '_FusedMatMul');
        assert.notInclude(kernels, 'Add');
      }),
    ));

  it('sees the copies that the engine saves', () =>
    tf.tidy(() => {
      const x = tf.tensor1d([1, 2]);
      const {calls} = observe(() => tf.grad((y: tf.Tensor) => tf.sum(tf.exp(y)))(x)).seen;
      const kernels = calls.map(({kernel}) => kernel);
      assert.isAtLeast(kernels.indexOf('Exp'), 0);
      assert.isAbove(kernels.indexOf('Identity'), kernels.indexOf('Exp'));
    }));

  it('so that a program of the kernel closes over nothing that is gone', () =>
    withBiasInParts(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([1, 2], [1, 2]);
        expectClose(compile(fused, [x])(x), [8, 9], 1e-15);
      }),
    ));
});
