/** @file What is left of a function when its graph has been simplified, and that it still computes the same. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import '../../src/index.js';
import type {Line} from '../../src/programs/graph.js';
import {loopWhile, Program, trace} from '../../src/programs/index.js';
import {simplify} from '../../src/programs/simplify.js';
import {expectNoLeak} from '../helpers/expect.js';

type F = (...xs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** Kernels of lines, those of a loop in brackets. */
const namesOf = (lines: readonly Line[]): string[] =>
  lines.map(({kernel, loop}) => (loop ? `${kernel}[${namesOf(loop.lines).join()}]` : kernel));

/** Checks the values of the program of f, and returns the kernels that are left. */
function left(f: F, ...examples: tf.Tensor[]): string[] {
  const listed = (xs: tf.Tensor[]) => [f(...xs)].flat();
  const {graph, closedOver} = trace(listed, examples);
  assert.isEmpty(closedOver);
  const program = new Program(graph, [...examples.keys()]);
  examples.forEach((tensor, i) => program.input(i).set(tensor.dataSync()));
  program.run();
  listed(examples).forEach((tensor, i) => {
    const [found, expected] = [program.output(i), tensor.dataSync()];
    assert.equal(found.length, expected.length);
    expected.forEach((value, k) => {
      if (Number.isFinite(value)) assert.approximately(found[k], value, 1e-6 * (1 + Math.abs(value)));
      else assert.deepEqual(found[k], value);
    });
  });
  program.dispose();
  return namesOf(simplify(graph).lines);
}

/** 1, 2, 3, … */
const of = (shape: number[], dtype: 'float32' | 'int32' | 'bool' = 'float32') =>
  tf.cast(tf.reshape(tf.range(1, 1 + tf.util.sizeFromShape(shape)), shape), dtype);

const truth = () => tf.tensor1d([true, false, true], 'bool');

/** Nothing is left of these. */
const COPIES: Record<string, () => string[]> = {
  'another shape': () => left((x) => tf.squeeze(tf.expandDims(tf.reshape(x, [3, 1, 2]), 0), [0]), of([2, 3])),
  'a cast of booleans to numbers': () => left((x) => [tf.cast(x, 'float32'), tf.cast(x, 'int32')], truth()),
  'a cast of integers to floats': () => left((x) => tf.cast(x, 'float32'), of([3], 'int32')),
  'a cast to the same type': () => left((x) => tf.cast(x, 'int32'), of([3], 'int32')),
  'repetitions once': () => left((x) => tf.tile(x, [1, 1]), of([2, 3])),
  'a slice of everything': () => left((x) => tf.slice(x, [0, 0], [2, 3]), of([2, 3])),
  'a frame without width': () => left((x) => tf.pad(x, [[0, 0], [0, 0]]), of([2, 3])), // prettier-ignore
  'a sum over axes with one entry': () => left((x) => tf.sum(x, [1, 2]), of([3, 1, 1])),
  'other reductions over them': () =>
    left((x) => [tf.max(x, 1), tf.min(x, 1), tf.mean(x, 1), tf.prod(x, 1)], of([3, 1])),
  'all and any of one': () => left((x) => [tf.all(x, 0), tf.any(x, 0)], tf.reshape(truth(), [1, 3])),
  'a transposition of a column': () => left((x) => tf.transpose(x), of([3, 1])),
  'a transposition of axes with one entry': () => left((x) => tf.transpose(x, [2, 1, 0]), of([1, 3, 1])),
  'a join of one': () => left((x) => [tf.stack([x]), tf.addN([x])], of([2, 3])),
};

/** These stay. */
const WORK: Record<string, [left: string[], run: () => string[]]> = {
  'casts that lose something': [
    ['Cast', 'Cast', 'Cast'],
    () =>
      left(
        (x, k) => [tf.cast(x, 'int32'), tf.cast(x, 'bool'), tf.cast(k, 'bool')],
        tf.tensor1d([0.5, -1.5, 0]),
        tf.tensor1d([2, 0, -1], 'int32'),
      ),
  ],
  'a reduction of several': [['Sum', 'Max'], () => left((x) => [tf.sum(x, 0), tf.max(x, 1)], of([2, 3]))],
  'a sum of nothing': [['Sum'], () => left((x) => tf.sum(x, 0), tf.zeros([0, 2]))],
  'a part': [['Slice'], () => left((x) => tf.slice(x, [0, 1], [2, 2]), of([2, 3]))],
  'a frame': [['PadV2'], () => left((x) => tf.pad(x, [[0, 1], [0, 0]]), of([2, 3]))], // prettier-ignore
  'a transposition of a matrix': [['Transpose'], () => left((x) => tf.transpose(x), of([2, 3]))],
  'a transposition with one other axis': [
    ['Transpose'],
    () => left((x) => tf.transpose(x, [2, 1, 0]), of([2, 1, 3])),
  ],
  'a join of several': [['Concat'], () => left((x) => tf.concat([x, x], 0), of([2, 3]))],
  'the same line, once': [['Exp', 'Add'], () => left((x) => tf.add(tf.exp(x), tf.exp(x)), of([2]))],
  'the same line through copies': [
    ['Exp', 'Add'],
    () => left((x) => tf.add(tf.exp(x), tf.exp(tf.reshape(tf.reshape(x, [1, 2]), [2]))), of([2])),
  ],
  'the same line of another shape': [
    ['Exp', 'Exp'],
    () => left((x) => [tf.exp(x), tf.exp(tf.reshape(x, [2, 1]))], of([2])),
  ],
  'lines whose attributes differ': [
    ['Cumsum', 'Cumsum'],
    () => left((x) => [tf.cumsum(x, 0, true), tf.cumsum(x, 0, false)], of([3])),
  ],
  'lines whose attributes JSON would mix up': [
    ['ClipByValue', 'ClipByValue', 'ClipByValue'],
    () =>
      left(
        (x) => [tf.clipByValue(x, 0, 1), tf.clipByValue(x, 0, Infinity), tf.clipByValue(x, -Infinity, 1)],
        tf.tensor1d([-2, 0.5, 3]),
      ),
  ],
  'numbers that JSON would mix up': [
    ['Fill', 'RealDiv', 'Fill', 'RealDiv', 'Fill', 'Add', 'Fill', 'Add', 'Fill', 'Add'],
    () =>
      left(
        (x) => {
          const full = (value: number) => tf.fill([2], value);
          return [tf.div(x, full(0)), tf.div(x, full(-0)), ...[Infinity, -Infinity, NaN].map((value) => tf.add(x, full(value)))]; // prettier-ignore
        },
        of([2]),
      ),
  ],
  'tensors like others, by their shape alone': [
    ['ZerosLike', 'ZerosLike', 'OnesLike'],
    () =>
      left(
        (x, y, z) => [tf.zerosLike(x), tf.zerosLike(y), tf.zerosLike(z), tf.onesLike(x)],
        of([2]),
        of([2]),
        of([3]),
      ),
  ],
  'nothing that nobody asks for': [
    ['Sin', 'Multiply'],
    () =>
      left(
        (x) => {
          tf.exp(tf.cos(x));
          return tf.mul(tf.sin(x), 2);
        },
        of([3]),
      ),
  ],
};

/** Repetitions in front of a function that repeats its operands itself. */
const REPEATED: Record<string, [left: string[], run: () => string[]]> = {
  'an operand of one entry': [['Add'], () => left((x, y) => tf.add(tf.tile(x, [4]), y), of([1]), of([4]))],
  'the other operand': [['Sub'], () => left((x, y) => tf.sub(y, tf.tile(x, [4])), of([1]), of([4]))],
  'an operand along an axis with one entry': [
    ['Multiply'],
    () => left((x, y) => tf.mul(tf.tile(x, [1, 3]), y), of([2, 1]), of([2, 3])),
  ],
  'one of two operands': [
    ['Tile', 'Add'],
    () => left((x, y) => tf.add(tf.tile(x, [1, 3]), tf.tile(y, [2, 1])), of([2, 1]), of([1, 3])),
  ],
  'a condition': [
    ['Select'],
    () =>
      left(
        (c, x, y) => tf.where(tf.tile(tf.cast(c, 'bool'), [1, 2]), x, y),
        tf.tensor2d([true, false, true], [3, 1], 'bool'),
        of([3, 2]),
        tf.zeros([3, 2]),
      ),
  ],
  'but not what is chosen': [
    ['Tile', 'Select'],
    () =>
      left(
        (x, c) => tf.where(tf.cast(c, 'bool'), tf.tile(x, [1, 2]), tf.zeros([3, 2])),
        of([3, 1]),
        tf.tensor2d([1, 0, 0, 1, 1, 0], [3, 2], 'bool'),
      ),
  ],
  'but no more than one entry': [
    ['Tile', 'Add'],
    () => left((x, y) => tf.add(tf.tile(x, [2]), y), of([2]), of([4])),
  ],
  'nor where the result is larger': [
    ['Tile', 'Add'],
    () => left((x, y) => tf.add(tf.tile(x, [1, 3]), y), of([1, 1]), of([2, 3])),
  ],
  'nor where the other operand is smaller': [
    ['Tile', 'Add'],
    () => left((x, y) => tf.add(tf.tile(x, [2, 1]), y), of([1, 3]), of([1, 3])),
  ],
  'nor in front of other functions': [
    ['Tile', 'Cumsum'],
    () => left((x) => tf.cumsum(tf.tile(x, [3])), of([1])),
  ],
};

describe('a simplified graph', () => {
  before(() => tf.setBackend('cpu'));

  for (const [what, run] of Object.entries(COPIES)) {
    it(`has no line for ${what}`, () => expectNoLeak(() => tf.tidy(() => assert.deepEqual(run(), []))));
  }

  for (const [what, [expected, run]] of Object.entries(WORK)) {
    it(`has lines for ${what}`, () => expectNoLeak(() => tf.tidy(() => assert.deepEqual(run(), expected))));
  }

  for (const [what, [expected, run]] of Object.entries(REPEATED)) {
    it(`repeats by the function itself ${what}`, () =>
      expectNoLeak(() => tf.tidy(() => assert.deepEqual(run(), expected))));
  }

  it('does before a loop what does not depend on its state, and leaves out what nobody asks for', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (x: tf.Tensor, y: tf.Tensor) => {
          const {a} = loopWhile(
            {a: x, b: tf.zeros([2])},
            ({a, b}) => {
              const step = tf.exp(tf.sin(y));
              tf.cos(a);
              return {state: {a: tf.add(a, step), b: tf.sub(b, a)}, open: tf.less(a, 5)};
            },
            {limit: 20},
          );
          return a;
        };
        assert.deepEqual(left(f, of([2]), of([2])), ['Sin', 'Exp', 'Loop[Add,Sub,Less]']);
      }),
    ));

  it('does before both loops what depends on neither state, and before the inner one what depends on the outer', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (x: tf.Tensor, y: tf.Tensor) =>
          loopWhile(
            {a: x},
            ({a}) => {
              const {b} = loopWhile(
                {b: a},
                ({b}) => {
                  const next = tf.div(tf.add(b, tf.mul(tf.sin(a), tf.exp(y))), 4);
                  return {state: {b: next}, open: tf.greater(next, 2)};
                },
                {limit: 3},
              );
              return {state: {a: b}, open: tf.greater(b, 1)};
            },
            {limit: 4},
          ).a;
        const lines = left(f, of([2]), of([2]));
        assert.include(lines, 'Exp');
        assert.equal(lines.at(-1), 'Loop[Sin,Multiply,Loop[Add,RealDiv,Greater],Greater]');
      }),
    ));
});
