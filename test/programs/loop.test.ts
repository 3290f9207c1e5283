/** @file Loops whose end depends on data, operation by operation and as programs; the flag of programs; the precision they know of. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {compile} from '../../src/index.js';
import {canLook, explain, loopWhile, programsFlag, spacing} from '../../src/programs/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectNoLeak} from '../helpers/expect.js';
import {withPrograms} from '../helpers/programs.js';
import {describeUnreadable, valuesOf} from '../helpers/unreadable.js';

type State = {x: tf.Tensor; count: tf.Tensor};

/** Halves x until every entry is at most 1, and counts the passes. */
const halve = (x: tf.Tensor, options: {limit: number; unseen?: number; lookEvery?: number}) =>
  loopWhile<State>(
    {x, count: tf.scalar(0)},
    ({x, count}) => {
      const half = tf.div(x, 2);
      return {state: {x: half, count: tf.add(count, 1)}, open: tf.greater(half, 1)};
    },
    options,
  );

/** [entries, number of passes]. */
const run = (x: number[], options: Parameters<typeof halve>[1]): [number[], number] => {
  const {x: last, count} = tf.tidy(() => halve(tf.tensor1d(x), options) as never) as unknown as State;
  const results: [number[], number] = [Array.from(valuesOf(last)), valuesOf(count)[0]];
  tf.dispose([last, count]);
  return results;
};

describeAnyBackend('a loop', () => {
  it('ends where no flag is set, or at its limit', () =>
    expectNoLeak(() => {
      assert.deepEqual(run([100, 3], {limit: 50}), [[100 / 128, 3 / 128], 7]);
      assert.deepEqual(run([100, 3], {limit: 5}), [[100 / 32, 3 / 32], 5]);
      assert.deepEqual(run([0.5], {limit: 50}), [[0.25], 1]);
      assert.deepEqual(run([0.5], {limit: 0}), [[0.5], 0]);
      // What is for those who cannot see does not matter here.
      assert.deepEqual(run([100, 3], {limit: 50, unseen: 2}), [[100 / 128, 3 / 128], 7]);
    }));

  it('looks after the first pass, and as often as asked from then on', () =>
    expectNoLeak(() => {
      // After 1, 5, 9, … passes.
      assert.equal(run([1.5], {limit: 50, lookEvery: 4})[1], 1);
      assert.equal(run([3], {limit: 50, lookEvery: 4})[1], 5);
      assert.equal(run([32], {limit: 50, lookEvery: 4})[1], 5);
      assert.equal(run([33], {limit: 50, lookEvery: 4})[1], 9);
      assert.equal(run([33], {limit: 7, lookEvery: 4})[1], 7);
    }));

  it('is the same in a program, for any start', () =>
    expectNoLeak(() => {
      for (const limit of [0, 1, 2, 5, 50]) {
        const example = tf.tensor1d([1, 1]);
        const compiled = compile((x: tf.Tensor) => ({...halve(x, {limit, lookEvery: 3})}), [example]);
        for (const start of [
          [100, 3],
          [0.5, 0.25],
          [2, 1],
        ]) {
          // prettier-ignore
          const {x, count} = compiled(start);
          assert.deepEqual([[...x], count[0]], run(start, {limit}));
        }
        example.dispose();
      }
    }));

  it('passes its states on among themselves', () =>
    expectNoLeak(() => {
      // Fibonacci's numbers, and three places in a circle.
      type Places = Record<'a' | 'b' | 'c' | 'd' | 'e', tf.Tensor>;
      const pass = ({a, b, c, d, e}: Places) => ({
        state: {a: b, b: tf.add(a, b), c: d, d: e, e: c},
        open: tf.less(b, 100),
      });
      const swap = ({a, b}: {a: tf.Tensor; b: tf.Tensor}) => ({state: {a: b, b: a}, open: tf.onesLike(a)});
      const f = (a: tf.Tensor, b: tf.Tensor) => {
        const places = loopWhile({a, b, c: tf.scalar(7), d: tf.scalar(8), e: tf.scalar(9)}, pass, {limit: 50}); // prettier-ignore
        return {...places, swapped: loopWhile({a, b}, swap, {limit: 3}).a};
      };
      const [zero, one] = [tf.scalar(0), tf.scalar(1)];
      const compiled = compile(f, [zero, one]);
      const plain = tf.tidy(() => f(zero, one));
      for (const [name, value] of Object.entries(compiled(0, 1))) {
        assert.deepEqual([...value], Array.from(plain[name as keyof typeof plain].dataSync()), name);
      }
      tf.dispose([zero, one, ...Object.values(plain)]);
    }));

  it('and what it is in know whether they are in a program', () =>
    expectNoLeak(() => {
      const example = tf.scalar(0);
      const seen: unknown[] = [];
      const note = () => seen.push([canLook(), spacing()]);
      note();
      compile((x: tf.Tensor) => (note(), tf.add(x, 1)), [example]);
      note();
      assert.deepEqual(seen, [[true, 2 ** -23], [false, 2 ** -52], [true, 2 ** -23]]); // prettier-ignore
      example.dispose();
    }));
});

describeUnreadable('a loop', () => {
  it('makes as many passes as it may unseen', () => {
    assert.isFalse(canLook());
    assert.equal(run([3], {limit: 6})[1], 6);
    assert.equal(run([3], {limit: 6, unseen: 4})[1], 4);
  });
});

describe('the flag of programs', () => {
  it('says once each why a function is no program, where it is asked to', () => {
    const {info} = console;
    const said: unknown[] = [];
    console.info = (message: unknown) => said.push(message);
    try {
      for (const value of ['on', 'off'] as const) {
        withPrograms(value, () => {
          assert.equal(programsFlag(), value);
          explain('a test', 'it is one');
        });
      }
      assert.deepEqual(said, []);
      withPrograms('explain', () => {
        for (const reason of ['it is one', 'it is one', 'it is another']) explain('a test', reason);
        explain('another test', 'it is one');
      });
    } finally {
      console.info = info;
    }
    const withoutLink = (message: unknown) => String(message).replace(/ See https:\S+$/, '');
    assert.deepEqual(said.map(withoutLink), [
      'a test runs operation by operation: it is one.',
      'a test runs operation by operation: it is another.',
      'another test runs operation by operation: it is one.',
    ]);
  });
});
