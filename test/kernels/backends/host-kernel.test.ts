/** @file How a kernel for the host gets at tensors, and where its outputs lie. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {observe} from '../../../src/autodiff/index.js';
import {hostCompute, registerHostKernel} from '../../../src/kernels/backends/host-kernel.js';
import {
  HOST_BACKENDS,
  readF32,
  readF64,
  valuesOnHost,
  viewF32,
} from '../../../src/kernels/backends/host-read.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectNoLeak} from '../../helpers/expect.js';

const KERNEL = 'OnlyOfThisTest';

/** Twice x, nothing, a third of x in double precision, and its length. */
const run = (x: tf.Tensor) => tf.engine().runKernel(KERNEL, {x}) as unknown as tf.Tensor[];

describeBackends('a kernel for the host', () => {
  before(() =>
    registerHostKernel<'x'>(KERNEL, ({x}, _attributes, allocate) => {
      const [twice, none] = allocate(x.shape, [0, ...x.shape]);
      x.single.forEach((value, i) => (twice.values[i] = 2 * value));
      const third = {values: x.values.map((value) => value / 3), shape: x.shape, dtype: 'float32' as const};
      return [twice, none, third, {values: Int32Array.of(x.values.length), shape: [], dtype: 'int32'}];
    }),
  );

  after(() => HOST_BACKENDS.forEach((backend) => tf.unregisterKernel(KERNEL, backend)));

  it('returns tensors of its own shapes and types', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        assert.isFunction(hostCompute(KERNEL));
        for (const shape of [
          [2, 3],
          [0, 4],
        ]) {
          const x = tf.add(tf.zeros(shape), 1);
          const size = x.size;
          const [twice, none, third, length] = run(x);
          assert.deepEqual([twice, none, third, length].map((out) => out.shape), [shape, [0, ...shape], shape, []]); // prettier-ignore
          assert.deepEqual(Array.from(twice.dataSync()), Array<number>(size).fill(2));
          assert.deepEqual(Array.from(third.dataSync()), Array<number>(size).fill(Math.fround(1 / 3)));
          assert.lengthOf(none.dataSync(), 0);
          assert.equal(length.dtype, 'int32');
          assert.deepEqual(Array.from(length.dataSync()), [size]);
        }
      }),
    ));

  it('copies no output that it was given room for, where the backend has a heap', function () {
    const backend = tf.backend() as tf.KernelBackend & {write: (...args: unknown[]) => object};
    if (!('typedArrayFromHeap' in backend)) return this.skip();
    tf.tidy(() => {
      const x = tf.ones([5]);
      const written: unknown[] = [];
      const write = backend.write.bind(backend);
      backend.write = (values, ...rest) => {
        if (values) written.push(values);
        return write(values, ...rest);
      };
      try {
        run(x);
      } finally {
        delete (backend as Partial<typeof backend>).write;
      }
      // The output in double precision, and the integer.
      assert.deepEqual(written, [new Float32Array(5).fill(1 / 3), Int32Array.of(5)]);
    });
  });

  it('reads tensors in both precisions', () =>
    tf.tidy(() => {
      for (const x of [tf.tensor1d([0.1, -2]), tf.tensor1d([3, -2], 'int32')]) {
        const values = Array.from(x.dataSync());
        const [single, double] = [readF32(x), readF64(x)];
        assert.instanceOf(single, Float32Array);
        assert.instanceOf(double, Float64Array);
        assert.deepEqual([Array.from(single), Array.from(double)], [values, values]);
      }
    }));

  it('looks at the values of arguments without spoiling a program that is recorded', () =>
    tf.tidy(() => {
      const x = tf.tensor1d([1, 2]);
      const {result, seen} = observe(() => valuesOnHost(x));
      assert.deepEqual(Array.from(result!), [1, 2]);
      assert.isNull(seen.impure);
    }));
});

describe('a view of a tensor', () => {
  const asked: object[] = [];
  const backend = {
    readSync(dataId: object) {
      asked.push(dataId);
      return Int32Array.of(1, 2);
    },
  } as unknown as tf.KernelBackend;

  it('asks a backend for nothing if there is nothing', () => {
    assert.deepEqual(viewF32(backend, {dataId: {}, shape: [2, 0], dtype: 'float32'}), new Float32Array(0));
    assert.isEmpty(asked);
    const info = {dataId: {}, shape: [2], dtype: 'int32' as const};
    assert.deepEqual(viewF32(backend, info), Float32Array.of(1, 2));
    assert.deepEqual(asked, [info.dataId]);
  });
});
