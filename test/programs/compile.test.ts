/** @file Functions compiled for loops of one's own: precision, what they close over, what they refuse, and memory. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {compile, jvp} from '../../src/index.js';
import {loopWhile} from '../../src/programs/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectNoLeak, messageOf} from '../helpers/expect.js';

describeBackends('compile', () => {
  it('computes in double precision', () =>
    expectNoLeak(() => {
      const x = tf.tensor1d([0, 0]);
      // Rosenbrock's function, whose minimum needs more digits than float32 has.
      const f = (v: tf.Tensor) => {
        const [a, b] = [tf.slice(v, 0, 1), tf.slice(v, 1, 1)];
        return tf.sum(tf.add(tf.square(tf.sub(1, a)), tf.mul(100, tf.square(tf.sub(b, tf.square(a))))));
      };
      const gradient = compile((v: tf.Tensor) => tf.grad(f)(v), [x]);
      const at = Float64Array.of(0, 0);
      for (let k = 0; k < 40_000; k++) {
        const g = gradient(at);
        for (let i = 0; i < 2; i++) at[i] -= 1.5e-3 * g[i];
      }
      assert.closeTo(at[0], 1, 1e-9);
      assert.closeTo(at[1], 1, 1e-9);
      x.dispose();
    }));

  it('returns a structure like that of the function', () =>
    expectNoLeak(() => {
      const x = tf.tensor2d([[1, 2, 3]]);
      const both = compile((v: tf.Tensor) => ({twice: tf.mul(2, v), parts: [tf.sum(v), tf.max(v)]}), [x]);
      const {twice, parts} = both([4, 5, 6]);
      assert.deepEqual([...twice], [8, 10, 12]);
      assert.deepEqual(
        parts.map(([value]) => value),
        [15, 6],
      );
      x.dispose();
    }));

  it('reads what the function closes over at each call', () => {
    const weight = tf.variable(tf.scalar(2));
    const x = tf.tensor1d([1, 2]);
    const times = compile((v: tf.Tensor) => tf.mul(weight, v), [x]);
    assert.deepEqual([...times(x)], [2, 4]);
    weight.assign(tf.scalar(-3));
    assert.deepEqual([...times(x)], [-3, -6]);
    tf.dispose([weight, x]);
  });

  it('takes one tensor in two places as two arguments, and as a constant where the function closes over it', () =>
    expectNoLeak(() => {
      const x = tf.tensor1d([1, 2]);
      const difference = compile((a: tf.Tensor, b: tf.Tensor) => tf.sub(a, b), [x, x]);
      assert.deepEqual([...difference([5, 7], [1, 1])], [4, 6]);
      const times = compile((a: tf.Tensor) => tf.mul(a, x), [x]);
      assert.deepEqual([...times([5, 7])], [5, 14]);
      x.dispose();
    }));

  it('puts back what others have put on the engine', () => {
    const engine = tf.engine() as unknown as {readSync: (this: unknown, dataId: object) => unknown};
    const {readSync} = engine;
    const own = function (this: unknown, dataId: object) {
      return readSync.call(this, dataId);
    };
    engine.readSync = own;
    const x = tf.tensor1d([1, 2]);
    try {
      compile((a: tf.Tensor) => tf.mul(a, 2), [x]);
      assert.equal(engine.readSync, own);
    } finally {
      delete (engine as Partial<typeof engine>).readSync;
      x.dispose();
    }
    assert.equal(engine.readSync, readSync);
  });

  it('goes on in loops whose end depends on data', () =>
    expectNoLeak(() => {
      const x = tf.tensor1d([1, 1]);
      // Halving until all are below the bound, each time it is called.
      const halved = compile(
        (v: tf.Tensor) =>
          loopWhile(
            {v},
            ({v: before}) => {
              const half = tf.div(before, 2);
              return {state: {v: half}, open: tf.greater(half, 1)};
            },
            {limit: 50},
          ).v,
        [x],
      );
      assert.deepEqual([...halved([100, 3])], [100 / 128, 3 / 128]);
      assert.deepEqual([...halved([0.5, 0.25])], [0.25, 0.125]);
      x.dispose();
    }));

  it('says why a function cannot be compiled', () =>
    expectNoLeak(() => {
      const x = tf.tensor1d([1, 2]);
      const reads = (v: tf.Tensor) => tf.mul(v, v.dataSync()[0]);
      const draws = (v: tf.Tensor) => tf.add(v, tf.randomUniform([2]));
      const [itself, words] = [(v: tf.Tensor) => v, tf.tensor1d(['a', 'b'])];
      // Not every backend has complex numbers.
      assert.match(
        messageOf(() => compile((v: tf.Tensor) => tf.real(tf.complex(v, v)), [x])),
        /^it computes with complex64 tensors$|^Kernel 'Complex' not registered/,
      );
      assert.equal(
        messageOf(() => compile(itself, [words])),
        'it computes with string tensors',
      );
      words.dispose();
      assert.match(
        messageOf(() => compile(reads, [x])),
        /reads the values of a tensor/,
      );
      assert.match(
        messageOf(() => compile(draws, [x])),
        /random/,
      );
      assert.match(
        messageOf(() =>
          compile(
            (_v: tf.Tensor): tf.Tensor => {
              throw new Error('from inside');
            },
            [x],
          ),
        ),
        /from inside/,
      );
      // Nothing is observed any more.
      assert.deepEqual([...tf.tidy(() => reads(x).dataSync())], [1, 2]);
      x.dispose();
    }));

  it('says which kernel has no routine', () => {
    const [kernelName, backendName, shape] = ['OfNobody', tf.getBackend(), [2]];
    const kernelFunc: tf.KernelFunc = ({backend}) => {
      const dataId = (backend as tf.KernelBackend).write(Float32Array.of(2, 4), shape, 'float32');
      return {dataId, shape, dtype: 'float32'};
    };
    tf.registerKernel({kernelName, backendName, kernelFunc});
    const x = tf.tensor1d([1, 2]);
    const twice = (v: tf.Tensor) => tf.engine().runKernel(kernelName, {v}) as tf.Tensor;
    try {
      assert.equal(
        messageOf(() => compile(twice, [x])),
        "there is no routine for the kernel 'OfNobody'",
      );
    } finally {
      tf.unregisterKernel(kernelName, backendName);
      x.dispose();
    }
  });

  it('says which argument is wrong', () => {
    const x = tf.tensor1d([1, 2]);
    const twice = compile((v: tf.Tensor) => tf.mul(2, v), [x]);
    assert.match(
      messageOf(() => twice()),
      /expected 1 argument.*got 0/,
    );
    assert.match(
      messageOf(() => twice([1, 2, 3])),
      /argument 0 has 3 entries, expected 2/,
    );
    x.dispose();
  });

  it('leaves nothing behind in a thousand calls', async () => {
    const x = tf.tensor2d([[1, 2, 3, 4]]);
    const f = compile((v: tf.Tensor) => tf.softmax(tf.matMul(v, v, true, false)), [x]);
    await expectNoLeak(() => {
      for (let k = 0; k < 1000; k++) f(x);
    });
    x.dispose();
  });

  it('refuses a gradient and a tangent through a loop whose end depends on data', () =>
    expectNoLeak(() => {
      const x = tf.tensor1d([1, 8]);
      const halved = (v: tf.Tensor) =>
        loopWhile({v}, ({v: now}) => ({state: {v: tf.mul(0.5, now)}, open: tf.greater(now, 2)}), {limit: 9})
          .v;
      for (const f of [
        (v: tf.Tensor) => tf.grad((y: tf.Tensor) => tf.sum(halved(y)))(v),
        (v: tf.Tensor) => jvp(halved, [v], [v]),
      ]) {
        assert.match(
          messageOf(() => compile(f, [x])),
          /a gradient goes through a loop whose end depends on data/,
        );
      }
      x.dispose();
    }));
});
