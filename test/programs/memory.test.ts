/** @file The memory of programs: places that values share, and WebAssembly memories that are used again. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solvers} from '../../src/index.js';
import {arrayKernels, giveBackArrays, takeArrays} from '../../src/kernels/index.js';
import type {Line, Value} from '../../src/programs/graph.js';
import {compile} from '../../src/programs/index.js';
import {forgetPrepared} from '../../src/programs/kept.js';
import {planOf} from '../../src/programs/plan.js';
import {describeBackends} from '../helpers/backends.js';
import {memoriesOf} from '../helpers/programs.js';

/** Makes `values[i + 1]` of `values[i]`. */
function chain(length: number): {values: Value[]; lines: Line[]} {
  return {
    values: Array.from({length: length + 1}, () => ({shape: [3], dtype: 'float32'})),
    lines: Array.from({length}, (_, i) => ({
      ...{kernel: 'Exp', inputs: {x: [i]}, attributes: {}, outputs: [i + 1]},
    })),
  };
}

const itself = (value: number) => value;

describe('memory of programs', () => {
  it('has two places for the values between the ends of a chain', () => {
    const {values, lines} = chain(20);
    const {sizes, places} = planOf(values, itself, [0, 20], lines);
    assert.deepEqual(sizes, [3, 3, 3, 3]);
    for (let i = 0; i < 20; i++) assert.notEqual(places.get(i), places.get(i + 1));
  });

  it('keeps a value until it was read for the last time', () => {
    const {values, lines} = chain(10);
    lines[8].inputs.x.push(2);
    const {places} = planOf(values, itself, [0, 10], lines);
    for (let i = 3; i <= 9; i++) assert.notEqual(places.get(i), places.get(2));
  });

  it('keeps what a loop reads, and what it makes, as long as it runs', () => {
    const {values, lines} = chain(6);
    // 1 → loop of 2 → 3 → 4 → 5, which reads 0 as well; all of it at once.
    const [first, , third, fourth, , last] = lines;
    third.inputs.x.push(1);
    const loop: Line = {
      ...{kernel: 'Loop', inputs: {state: [1]}, attributes: {}, outputs: [5]},
      loop: {begins: [2], ends: [4], open: 4, limit: 3, lines: [third, fourth]},
    };
    const {places} = planOf(values, itself, [0, 6], [first, loop, last]);
    const together = [1, 2, 3, 4, 5].map((value) => places.get(value));
    assert.equal(new Set(together).size, 5);
  });

  it('belongs to the kernels that it was taken from', () => {
    const [one, other] = [takeArrays([4, 5]), takeArrays([4, 5])];
    assert.equal(arrayKernels(one.arrays), one.kernels);
    assert.equal(arrayKernels([one.arrays[0], other.arrays[0]]).name, 'reference');
    assert.equal(arrayKernels([new Float64Array(3)]).name, 'reference');
    for (const {kernels} of [one, other]) giveBackArrays(kernels);
  });

  it('grows where a larger program takes it', () => {
    const {kernels, arrays} = takeArrays([10, 3_000_000, 7]);
    arrays.forEach((array, i) => array.fill(i));
    assert.isTrue(arrays.every((array, i) => array.every((value) => value === i)));
    assert.equal(arrayKernels(arrays), kernels);
    giveBackArrays(kernels);
  });
});

describeBackends('memory of programs', () => {
  it('is used again by the next run of a solver, and by its gradient', () => {
    const [A, b] = tf.tidy(() => {
      const noise = tf.randomNormal([4, 4], 0, 1, 'float32', 1);
      return [tf.add(tf.matMul(noise, noise, true), tf.eye(4)) as tf.Tensor2D, tf.ones([4]) as tf.Tensor1D];
    });
    const f = (x: tf.Tensor1D, c: tf.Tensor1D) =>
      tf.add(tf.mul(0.5, tf.dot(x, tf.dot(A, x))), tf.dot(x, c)) as tf.Scalar;
    const solver = new solvers.BFGS({fun: f}, {tolerance: 1e-4, batched: false});
    const run = () =>
      tf.tidy(() =>
        tf
          .grad((c) => tf.sum(solver.run(tf.zeros([4]), c as tf.Tensor1D).x))(b)
          .dataSync(),
      );
    // Takes all that are left from other programs, so that the first run has to make some.
    forgetPrepared();
    for (let k = 0; k < 8; k++) takeArrays([1]);
    let expected!: ArrayLike<number>;
    assert.isAbove(
      memoriesOf(() => (expected = run())),
      0,
    );
    const made = memoriesOf(() => {
      for (let k = 0; k < 30; k++) assert.deepEqual(run(), expected);
    });
    assert.equal(made, 0);
    tf.dispose([A, b]);
  });

  it('is not shared by programs that live at the same time', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const twice = compile((v: tf.Tensor) => tf.mul(2, v), [x]);
    const thrice = compile((v: tf.Tensor) => tf.mul(3, v), [x]);
    const [one, other] = [twice(x), thrice(x)];
    assert.deepEqual([...one], [2, 4, 6]);
    assert.deepEqual([...other], [3, 6, 9]);
    x.dispose();
  });
});
