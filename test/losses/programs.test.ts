import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {compile, losses} from '../../src/index.js';
import {describeAnyBackend} from '../helpers/backends.js';

describeAnyBackend('losses in programs', () => {
  const logits = [0.5, -1, 2, 1, 0, -0.5];

  it('a multiclass loss of a fixed target is in double precision', () => {
    for (const target of [
      tf.tensor1d([2, 0], 'int32'),
      tf.tensor2d([
        [0, 0, 1],
        [1, 0, 0],
      ]),
    ]) {
      // prettier-ignore
      const f = (theta: tf.Tensor) => tf.sum(losses.multiclassLogistic(target, theta));
      const run = compile((theta: tf.Tensor) => [f(theta), tf.grad(f)(theta)], [tf.tensor2d(logits, [2, 3])]);
      const [value, slope] = run(logits);
      const rows = [logits.slice(0, 3), logits.slice(3)];
      const logSums = rows.map((row) => Math.log(row.reduce((sum, entry) => sum + Math.exp(entry), 0)));
      assert.closeTo(value[0], logSums[0] - rows[0][2] + logSums[1] - rows[1][0], 1e-12);
      rows.flat().forEach((entry, i) => {
        const y = i === 2 || i === 3 ? 1 : 0;
        assert.closeTo(slope[i], Math.exp(entry - logSums[i < 3 ? 0 : 1]) - y, 1e-12);
      });
    }
  });

  it('so is a binary one', () => {
    const y = tf.tensor1d([0, 1]);
    const run = compile((z: tf.Tensor) => losses.binaryLogistic(y, z), [tf.tensor1d([0.3, -2])]);
    const values = run([0.3, -2]);
    assert.closeTo(values[0], Math.log1p(Math.exp(0.3)), 1e-12);
    assert.closeTo(values[1], Math.log1p(Math.exp(2)), 1e-12);
  });

  it('a wrong target is still refused', () => {
    const target = tf.tensor1d([3, 0], 'int32');
    const f = (theta: tf.Tensor) => losses.multiclassLogistic(target, theta);
    assert.throws(() => compile(f, [tf.tensor2d(logits, [2, 3])]), /class 3 is out of range/);
  });
});
