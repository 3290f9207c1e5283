/** @file Solvers whose functions change between runs, fail, or look at values: no run uses what an earlier one recorded, and none leaks. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solvers} from '../../src/index.js';
import {takeArrays} from '../../src/kernels/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {memoriesOf, programRuns, withPrograms} from '../helpers/programs.js';

const OPTIONS = {tolerance: 1e-7};

/** The solution for c, and the gradient of its sum. */
function outcomeOf(
  solver: {run: (init: tf.Tensor, c: tf.Tensor) => {x: tf.Tensor}},
  c: number[][],
): number[] {
  return tf.tidy(() => {
    const at = tf.tensor2d(c);
    const init = tf.zerosLike(at);
    const {value, grad} = tf.valueAndGrad((d: tf.Tensor) => {
      const {x} = solver.run(init, d);
      return tf.sum(tf.mul(x, tf.add(1, x))) as tf.Scalar;
    })(at);
    return [value, grad].flatMap((tensor) => Array.from(tensor.dataSync())) as never;
  }) as unknown as number[];
}

/** Asserts that programs give what operations give; that there are programs, if there should be. */
function expectBoth(f: () => number[], isProgram = true): void {
  let program!: number[];
  const runs = programRuns(() => (program = withPrograms('on', f)));
  expectClose(program, withPrograms('off', f), 3e-6);
  if (isProgram) assert.isAbove(runs, 3);
}

const C = [
  [0.5, -0.25],
  [1, 0.125],
];

describeAnyBackend('programs do not go stale', () => {
  it('if weights change', () =>
    expectNoLeak(() => {
      const weight = tf.tidy(() => tf.variable(tf.tensor2d([0.2, 0.1, -0.1, 0.3], [2, 2])));
      const map = (x: tf.Tensor, c: tf.Tensor) => tf.tanh(tf.add(tf.matMul(x as tf.Tensor2D, weight), c));
      const solver = new solvers.AndersonAcceleration({fun: map}, OPTIONS);
      const results = [0, 1, 2].map((k) => {
        tf.tidy(() => weight.assign(tf.add(weight, 0.05 * k)));
        expectBoth(() => outcomeOf(solver, C));
        return outcomeOf(solver, C);
      });
      assert.notDeepEqual(results[0], results[1]);
      assert.notDeepEqual(results[1], results[2]);
      weight.dispose();
    }));

  it('if a number changes that the function closes over', () =>
    expectNoLeak(() => {
      let shift = 0;
      let power = 2;
      const root = (x: tf.Tensor, c: tf.Tensor) =>
        tf.sub(tf.add(x, tf.mul(0.1, tf.pow(x, power))), tf.add(c, shift));
      const solver = new solvers.NewtonRoot({fun: root}, OPTIONS);
      const results = [0, 0.5, 1].map((value, k) => {
        [shift, power] = [value, 2 + k];
        expectBoth(() => outcomeOf(solver, C));
        return outcomeOf(solver, C);
      });
      assert.notDeepEqual(results[0], results[1]);
      assert.notDeepEqual(results[1], results[2]);
    }));

  it('if shapes change', () =>
    expectNoLeak(() => {
      const fun = (x: tf.Tensor, c: tf.Tensor) =>
        tf.sum(tf.add(tf.square(tf.sub(x, c)), tf.mul(0.25, tf.pow(x, 4))), 1);
      const solver = new solvers.BFGS({fun}, OPTIONS);
      for (const c of [C, [[1, 2, 3]], [[0.5], [0.25], [0.125]], C]) expectBoth(() => outcomeOf(solver, c));
    }));

  it('if the function looks at values, which is no program', () =>
    expectNoLeak(() => {
      const seen: string[] = [];
      const map = (x: tf.Tensor, c: tf.Tensor) => {
        const isLarge = tf.tidy(() => tf.max(tf.abs(c)).dataSync()[0] > 0.6);
        seen.push(String(isLarge));
        return tf.mul(0.5, isLarge ? tf.add(tf.cos(x), c) : tf.sub(c, tf.sin(x)));
      };
      const solver = new solvers.FixedPointIteration({fun: map}, OPTIONS);
      for (const c of [[[0.25, 0.5]], [[0.25, 1]], [[0.25, 0.5]]])
        expectBoth(() => outcomeOf(solver, c), false);
      assert.include(seen, 'true');
      assert.include(seen, 'false');
      assert.equal(
        programRuns(() => outcomeOf(solver, C)),
        0,
      );
    }));

  it('if the function chooses by the structure of its parameters', () =>
    expectNoLeak(() => {
      const root = (x: tf.Tensor, c: tf.Tensor, options: {cubic: boolean}) =>
        tf.sub(options.cubic ? tf.add(x, tf.mul(0.2, tf.pow(x, 3))) : tf.mul(2, x), c);
      const solver = new solvers.NewtonRoot<tf.Tensor, [tf.Tensor, {cubic: boolean}]>({fun: root}, OPTIONS);
      for (const cubic of [true, false, true]) {
        expectBoth(() => outcomeOf({run: (init, c) => solver.run(init, c, {cubic})}, C));
      }
    }));

  it('if it throws, in the first run or in a later one', () =>
    expectNoLeak(() => {
      let isBroken = true;
      const root = (x: tf.Tensor, c: tf.Tensor) => {
        const half = tf.mul(0.5, x);
        if (isBroken) throw new Error('broken');
        return tf.sub(tf.add(x, tf.sin(half)), c);
      };
      const solver = new solvers.NewtonRoot({fun: root}, OPTIONS);
      for (const broken of [true, false, true, false]) {
        isBroken = broken;
        if (broken)
          assert.equal(
            messageOf(() => outcomeOf(solver, C)),
            'broken',
          );
        else expectBoth(() => outcomeOf(solver, C));
      }
    }));

  it('if a listener throws in the middle of a solve', () =>
    expectNoLeak(() => {
      let isBroken = true;
      const onIteration = ({iteration}: {iteration: number}) => {
        if (isBroken && iteration === 2) throw new Error('enough');
      };
      const map = (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.5, tf.add(tf.cos(x), c));
      const solver = new solvers.FixedPointIteration({fun: map}, {...OPTIONS, onIteration});
      // Takes all memories that are left, so that a lost one would be made anew.
      for (let k = 0; k < 8; k++) takeArrays([1]);
      assert.equal(
        messageOf(() => outcomeOf(solver, C)),
        'enough',
      );
      const made = memoriesOf(() => {
        for (let k = 0; k < 5; k++)
          assert.equal(
            messageOf(() => outcomeOf(solver, C)),
            'enough',
          );
      });
      assert.equal(made, 0);
      isBroken = false;
      expectBoth(() => outcomeOf(solver, C));
    }));

  it('if a tensor is disposed of that the function uses', () =>
    expectNoLeak(() => {
      let weight = tf.scalar(0.5);
      const map = (x: tf.Tensor, c: tf.Tensor) => tf.mul(weight, tf.add(tf.cos(x), c));
      const solver = new solvers.FixedPointIteration({fun: map}, OPTIONS);
      expectBoth(() => outcomeOf(solver, C));
      weight.dispose();
      const fails = () => messageOf(() => outcomeOf(solver, C));
      assert.equal(withPrograms('on', fails), withPrograms('off', fails));
      weight = tf.scalar(0.25);
      expectBoth(() => outcomeOf(solver, C));
      weight.dispose();
    }));

  it('nor need more memory from run to run, over a thousand runs', () => {
    const map = (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.5, tf.add(tf.cos(x), c));
    const solver = new solvers.FixedPointIteration({fun: map}, {tolerance: 1e-4});
    const c = tf.tensor2d(C);
    const init = tf.zerosLike(c);
    const solve = (k: number) =>
      tf.tidy(() => {
        if (k % 10 === 0) tf.grad((at: tf.Tensor) => tf.sum(solver.run(init, at).x))(c).dataSync();
        else solver.run(init, c).x.dataSync();
      });
    for (let k = 0; k < 8; k++) takeArrays([1]);
    for (let k = 0; k < 20; k++) solve(k);
    const {numTensors, numBytes} = tf.memory();
    const made = memoriesOf(() => {
      for (let k = 0; k < 1000; k++) solve(k);
    });
    assert.equal(made, 0);
    assert.equal(tf.memory().numTensors, numTensors);
    assert.equal(tf.memory().numBytes, numBytes);
    tf.dispose([c, init]);
  });
});
