/** @file The kernels that replace those of tfjs's backend 'wasm' compute the same, and neither share nor leave behind what they should not. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {hostCanRead} from '../../src/kernels/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

const valuesOf = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

/** op(A) op(B) by definition, in f64. */
function product(a: tf.Tensor, b: tf.Tensor, turnA: boolean, turnB: boolean): number[] {
  const [left, right] = [a, b].map(valuesOf);
  const [batchA, batchB] = [a, b].map(({shape}) => tf.util.sizeFromShape(shape.slice(0, -2)));
  const [ra, ca] = a.shape.slice(-2);
  const [rb, cb] = b.shape.slice(-2);
  const [rows, inner, columns] = [turnA ? ca : ra, turnA ? ra : ca, turnB ? rb : cb];
  const out: number[] = [];
  for (let s = 0; s < Math.max(batchA, batchB); s++) {
    const [fromA, fromB] = [(batchA === 1 ? 0 : s) * ra * ca, (batchB === 1 ? 0 : s) * rb * cb];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          const own = left[fromA + (turnA ? k * ca + i : i * ca + k)];
          sum += own * right[fromB + (turnB ? j * cb + k : k * cb + j)];
        }
        out.push(sum);
      }
    }
  }
  return out;
}

describeBackends('faster kernels', () => {
  // The first look at a backend replaces them.
  before(() => void hostCanRead());

  it('multiply as the definition says, with any operand transposed, for any batch', () => {
    const size = fc.constantFrom(1, 3, 17, 40, 60);
    const batch = fc.constantFrom<[number[], number[]]>([[], []], [[2], [2]], [[1], [3]], [[3], [1]]);
    const agree = (
      [m, k, n]: number[],
      [left, right]: [number[], number[]],
      turnA: boolean,
      turnB: boolean,
    ): void => {
      const a = tf.randomUniform([...left, ...(turnA ? [k, m] : [m, k])], -1, 1, 'float32', 3);
      const b = tf.randomUniform([...right, ...(turnB ? [n, k] : [k, n])], -1, 1, 'float32', 4);
      const result = tf.matMul(a, b, turnA, turnB);
      const outer = left.length ? [Math.max(left[0], right[0])] : [];
      assert.deepEqual(result.shape, [...outer, m, n]);
      const expected = product(a, b, turnA, turnB);
      const values = valuesOf(result);
      assert.isTrue(values.every((value, i) => Math.abs(value - expected[i]) <= 2e-6 * k));
    };
    const sizes = fc.tuple(size, size, size);
    return expectNoLeak(() =>
      fc.assert(
        fc.property(sizes, batch, fc.boolean(), fc.boolean(), (...given) => tf.tidy(() => agree(...given))),
        {numRuns: 30},
      ),
    );
  });

  it('multiply with a bias and an activation', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [m, k, n] = [40, 50, 30];
        for (const transposeA of [false, true]) {
          for (const transposeB of [false, true]) {
            const a = tf.randomUniform(transposeA ? [k, m] : [m, k], -1, 1, 'float32', 5) as tf.Tensor2D;
            const b = tf.randomUniform(transposeB ? [n, k] : [k, n], -1, 1, 'float32', 6) as tf.Tensor2D;
            const bias = tf.randomUniform([n], -1, 1, 'float32', 7);
            const fused = tf.fused.matMul({a, b, transposeA, transposeB, bias, activation: 'relu'});
            const expected = product(a, b, transposeA, transposeB).map((value, i) =>
              Math.max(0, value + valuesOf(bias)[i % n]),
            );
            valuesOf(fused).forEach((value, i) => assert.closeTo(value, expected[i], 1e-4));
          }
        }
      }),
    ));

  it('leave gradients of products as they are', () => {
    tf.tidy(() => {
      const [a, b] = [
        [70, 100],
        [100, 9],
      ].map((shape, i) => tf.randomNormal(shape, 0, 1, 'float32', i + 1));
      const [da, db] = tf.grads((x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.square(tf.matMul(x, y))))([a, b]);
      const twice = tf.mul(2, tf.matMul(a, b));
      expectClose(valuesOf(da), product(twice, b, false, true), 1e-5);
      expectClose(valuesOf(db), product(a, twice, true, false), 1e-5);
    });
  });

  it('copy so that each tensor lives until it is disposed of', () =>
    expectNoLeak(() => {
      for (const values of [
        tf.tensor([1, 2, 3]),
        tf.tensor([true, false], [2], 'bool'),
        tf.tensor([4], [1], 'int32'),
      ]) {
        const expected = valuesOf(values);
        const [copy, second] = [tf.clone(values), tf.clone(values)];
        values.dispose();
        assert.deepEqual(valuesOf(copy), expected);
        copy.dispose();
        assert.deepEqual(valuesOf(second), expected);
        second.dispose();
      }
      const words = tf.tensor(['a', 'b']);
      const copy = tf.clone(words);
      words.dispose();
      assert.deepEqual(copy.dataSync() as unknown, ['a', 'b']);
      copy.dispose();
    }));

  it('keep a copy of a variable apart from what is assigned to it', () =>
    expectNoLeak(() => {
      const start = tf.tensor([1, 2]);
      const variable = tf.variable(start);
      const copy = tf.clone(variable);
      const next = tf.tensor([5, 6]);
      variable.assign(next);
      assert.deepEqual(
        [valuesOf(copy), valuesOf(variable), valuesOf(start)],
        [
          [1, 2],
          [5, 6],
          [1, 2],
        ],
      );
      tf.dispose([start, variable, next, copy]);
    }));
});
