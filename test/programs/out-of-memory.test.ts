/** @file Memory that runs out: an error that says how much was asked for, or a solver that does without a program. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {compile, solvers} from '../../src/index.js';
import {OutOfMemory, takeArrays} from '../../src/kernels/index.js';
import {HostMemory} from '../../src/kernels/twins/host/memory.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {withPrograms} from '../helpers/programs.js';

const FLAG = 'IMPLICIT_PROGRAM_BYTES';

/** Runs `f` while programs may take only so many bytes. */
function withBytes<T>(bytes: number, f: () => T): T {
  const before = tf.env().getNumber(FLAG);
  tf.env().set(FLAG, bytes);
  try {
    return f();
  } finally {
    tf.env().set(FLAG, before);
  }
}

/** Runs `f` while WebAssembly memories cannot become larger than this. */
function withSmallMemories<T>(pages: number, f: () => T): T {
  const {Memory} = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super({...descriptor, maximum: pages});
    }
  };
  try {
    return f();
  } finally {
    WebAssembly.Memory = Memory;
  }
}

describe('WebAssembly memories that are full', () => {
  it('say how much was asked for', () => {
    const memory = withSmallMemories(80, () => new HostMemory());
    const ask = (length: number) => memory.scope(() => memory.vector(length).length);
    assert.equal(ask(600_000), 600_000);
    assert.throws(
      () => ask(1_000_000),
      OutOfMemory,
      /need 7\.63 MiB of memory, .* \(it gave [45](\.\d+)? MiB\)/,
    );
    // It can be used as before.
    assert.equal(ask(600_000), 600_000);
  });

  it('refuse at once what no such memory can hold', () => {
    const memory = new HostMemory();
    assert.throws(
      () => memory.scope(() => memory.vector(2 ** 30)),
      OutOfMemory,
      /need 8 GiB of memory, more than the 4 GiB that are possible\. Split the batch/,
    );
  });

  it('of programs are replaced by arrays of the engine, and these refuse, too', () => {
    withSmallMemories(64, () => {
      // The idle memories of other programs may have grown.
      for (let k = 0; k < 8; k++) takeArrays([1]);
      assert.equal(takeArrays([1_000_000]).kernels.name, 'reference');
    });
    assert.throws(() => takeArrays([2 ** 40, 5]), OutOfMemory, /values of a program need 8 TiB of memory/);
  });
});

describeBackends('programs that are too large', (backend) => {
  it('make compile throw', () =>
    expectNoLeak(() => {
      const x = tf.zeros([1000]);
      const message = withBytes(20_000, () =>
        messageOf(() => compile((y: tf.Tensor) => tf.outerProduct(y as tf.Tensor1D, y as tf.Tensor1D), [x])),
      );
      assert.match(message, /The values of a program need 7\.6\d MiB of memory, more than the 19\.5 KiB/);
      x.dispose();
    }));

  it('run operation by operation in a solver, which says so', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new solvers.FixedPointIteration<tf.Tensor, [tf.Tensor]>(
          {fun: (x, c) => tf.mul(0.5, tf.add(tf.cos(x), c))},
          {implicitDiff: false, tolerance: 1e-6},
        );
        const slope = (c: tf.Tensor) =>
          tf.grad((at: tf.Tensor) => tf.sum(solver.run(tf.ones([1, 50]), at).x))(c);
        const c = tf.reshape(tf.linspace(0, 1, 50), [1, 50]) as tf.Tensor;
        const expected = slope(c);
        // A reason is reported once, so each backend has its own.
        const limit = 500 + 10 * backend.length;
        const said: string[] = [];
        const {info} = console;
        console.info = (message: string) => said.push(message);
        try {
          const found = withBytes(limit, () => withPrograms('explain', () => slope(c)));
          expectClose(found, expected, 1e-4);
        } finally {
          console.info = info;
        }
        const reason = `The values of a program need [0-9.]+ KiB of memory, more than the ${limit} bytes`;
        assert.match(
          said.join('\n'),
          new RegExp(`FixedPointIteration runs operation by operation: ${reason}`),
        );
        assert.match(said.join('\n'), new RegExp(`The gradient of FixedPointIteration runs .*: ${reason}`));
      }),
    ));
});
