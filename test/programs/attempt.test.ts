/** @file Programs of functions where that is possible, and the reasons where it is not. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {attempt} from '../../src/programs/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectNoLeak, messageOf} from '../helpers/expect.js';
import {withPrograms} from '../helpers/programs.js';
import {describeUnreadable} from '../helpers/unreadable.js';

const twice = ([x]: tf.Tensor[]) => [tf.mul(x, 2)];

describeAnyBackend('an attempt at a program', () => {
  it('is one, with what the function closes over as it is now', () =>
    expectNoLeak(() => {
      const [x, beside, integers] = [
        tf.tensor1d([1, 2]),
        tf.tensor1d([10, 20]),
        tf.tensor1d([3, 4], 'int32'),
      ];
      // Not what a program of the same kind was given before.
      const make = (...[a, b]: tf.Tensor[]) => attempt('a test', ([y]) => [tf.add(tf.mul(y, a), tf.cast(b, 'float32'))], [x])!; // prettier-ignore
      make(x, x).dispose();
      const program = make(beside, integers);
      tf.dispose([beside, integers]);
      for (const [at, result] of [
        [
          [1, 2],
          [13, 44],
        ],
        [
          [0.1, -1],
          [4, -16],
        ],
      ]) {
        // prettier-ignore
        program.input(0).set(at);
        program.run();
        assert.deepEqual([...program.output(0)], result);
      }
      program.dispose();
      x.dispose();
    }));

  it('is none with the flag off, or of what reads values, and says why where it is asked to', () =>
    expectNoLeak(() => {
      const x = tf.scalar(1);
      const reads = ([y]: tf.Tensor[]) => [tf.mul(y, y.dataSync()[0])];
      assert.isNull(withPrograms('off', () => attempt('a test', twice, [x])));
      const {info} = console;
      const said: string[] = [];
      // Each reason is printed once a process.
      const where = `what reads on ${tf.getBackend()}`;
      console.info = (message: string) => said.push(message);
      try {
        assert.isNull(withPrograms('on', () => attempt(where, reads, [x])));
        assert.deepEqual(said, []);
        assert.isNull(withPrograms('explain', () => attempt(where, reads, [x])));
        assert.lengthOf(said, 1);
        assert.match(said[0], /^what reads on \w+ runs operation by operation: .*reads the values/);
      } finally {
        console.info = info;
      }
      x.dispose();
    }));

  it('throws what the function throws', () =>
    expectNoLeak(() => {
      const x = tf.scalar(1);
      const message = messageOf(() => attempt('a test', () => { throw new Error('not this one'); }, [x])); // prettier-ignore
      assert.equal(message, 'not this one');
      x.dispose();
    }));
});

describeUnreadable('an attempt at a program', () => {
  it('is none where the host cannot read tensors', () => {
    const x = tf.scalar(1);
    assert.isNull(attempt('a test', twice, [x]));
    x.dispose();
  });
});
