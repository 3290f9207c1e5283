/** @file Structures: what goes in comes out in the same place, and what does not fit is said. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {
  arrangeLike,
  flatten,
  flattenLike,
  flattenTangents,
  unflatten,
  type Parameter,
} from '../../src/autodiff/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectNoLeak, messageOf} from '../helpers/expect.js';

const ids = (tensors: tf.Tensor[]) => tensors.map(({id}) => id);

/** Structures of whatever depth, with leaves of every kind; 'tensor' stands for one. */
const {tree} = fc.letrec<{tree: unknown}>((tie) => ({
  tree: fc.oneof(
    {depthSize: 'small'},
    fc.constantFrom<unknown>('tensor', 'tensor', 2, null, undefined, true, 'text', 0, ''),
    fc.array(tie('tree'), {maxLength: 3}),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('tree'), {maxKeys: 3}),
  ),
}));

/** With a tensor in each place of one, and the list of them in order. */
function grown(shape: unknown): {structure: Parameter; tensors: tf.Tensor[]} {
  const tensors: tf.Tensor[] = [];
  const grow = (part: unknown): Parameter => {
    if (part === 'tensor') {
      tensors.push(tf.scalar(tensors.length));
      return tensors[tensors.length - 1];
    }
    if (Array.isArray(part)) return part.map(grow);
    if (part === null || typeof part !== 'object') return part as Parameter;
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, grow(value)]));
  };
  return {structure: grow(shape), tensors};
}

describeBackends('structures', () => {
  it('are taken apart and put together again, with leaves of every kind in their places', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(tree, (shape) =>
          tf.tidy(() => {
            const {structure, tensors} = grown(shape);
            assert.deepEqual(ids(flatten(structure)), ids(tensors));
            const others = tensors.map(() => tf.scalar(9));
            const rebuilt = unflatten(structure, others);
            assert.deepEqual(ids(flatten(rebuilt)), ids(others));
            const blank = (part: Parameter) =>
              JSON.stringify(part, (_name, value: unknown) => {
                if (value instanceof tf.Tensor) return 'a tensor';
                return value === undefined ? 'undefined' : value;
              });
            assert.equal(blank(rebuilt), blank(structure));
            assert.deepEqual(ids(flattenLike('y', structure, structure)), ids(tensors));
            assert.deepEqual(ids(flatten(arrangeLike('y', rebuilt, structure))), ids(others));
            assert.throws(
              () => unflatten(structure, [...others, tf.scalar(1)]),
              /Structure has \d+ tensors, but/,
            );
          }),
        ),
        {numRuns: 60},
      ),
    ));

  it('are arranged by name; a tensor is its own arrangement', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [a, b, c] = [tf.scalar(1), tf.scalar(2), tf.scalar(3)];
        const arranged = arrangeLike('y', {v: [b, c], u: a}, {u: c, v: [c, c]});
        assert.deepEqual(Object.keys(arranged), ['u', 'v']);
        assert.deepEqual(ids(flatten(arranged)), ids([a, b, c]));
        assert.equal(arrangeLike('y', a, c), a);
        for (const [given, like] of [
          [[a], c],
          [a, [c]],
          [a, {u: c}],
        ] as [Parameter, Parameter][]) {
          assert.match(
            messageOf(() => arrangeLike('y', given, like)),
            /^y must be a structure like x: expected/,
          );
        }
      }),
    ));

  it('of tangents leave out what is not float32, whatever stands there', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const like = {
          x: tf.scalar(1),
          index: tf.scalar(1, 'int32'),
          mask: [tf.scalar(1, 'bool')],
          y: tf.scalar(2),
        };
        const [u, v] = [tf.scalar(3), tf.scalar(4)];
        const taken = (tangents: Parameter) => ids(flattenTangents('t', tangents, like, 'x'));
        const zero = tf.scalar(0, 'int32');
        assert.deepEqual(taken({y: v, x: u}), ids([u, v]));
        assert.deepEqual(taken({index: zero, mask: [null], x: u, y: v}), ids([u, v]));
        assert.deepEqual(taken({index: undefined, mask: [zero], x: u, y: v}), ids([u, v]));
        assert.match(
          messageOf(() => taken({x: u})),
          /'y' is missing; expected x, index, mask, y/,
        );
        // A record that holds a tensor with a derivative is needed, whatever else it holds.
        assert.match(
          messageOf(() => flattenTangents('t', {}, {part: like}, 'x')),
          /'part' is missing/,
        );
      }),
    ));

  const t = () => tf.scalar(1);
  const refused: [string, () => Parameter, () => Parameter, string][] = [
    ['a number for a tensor', () => 2, t, "expected a tensor, got number '2'"],
    ['a tensor for an array', t, () => [t()], 'expected an array, got a Tensor'],
    ['a record for an array', () => ({a: t()}), () => [t()], 'expected an array, got {a}'],
    ['a shorter array', () => [], () => [null], 'expected 1 entries, got 0'],
    ['a longer array', () => [t(), t()], () => [t()], 'expected 1 entries, got 2'],
    ['a longer array of no tensors', () => [1, 2], () => [1], 'expected 1 entries, got 2'],
    ['null for a record', () => null, () => ({a: t(), b: t()}), 'expected a record {a, b}, got null'],
    ['a number for a record', () => 3, () => ({a: t()}), "expected a record {a}, got number '3'"],
    ['a tensor for a record', t, () => ({a: t()}), 'expected a record {a}, got a Tensor'],
    ['an empty array for a record', () => [], () => ({a: t()}), 'expected a record {a}, got an array'],
    ['a tensor where there is none', () => [t()], () => [null], 'at [0], expected null, got a Tensor'],
    [
      'a deep one',
      () => ({a: [{b: t()}]}),
      () => ({a: [{b: 1}]}),
      "at a[0].b, expected number '1', got a Tensor",
    ],
    [
      'the only name missing, the only one unknown',
      () => ({zzz: t()}),
      () => ({a: t()}),
      "'a' is missing (is 'zzz' a typo for it?); expected a",
    ],
    [
      'two names missing, one alike',
      () => ({left: t()}),
      () => ({right: t(), lefts: t()}),
      "'right' is missing; expected right, lefts",
    ],
    [
      'two names missing, the first alike',
      () => ({lefz: t()}),
      () => ({left: t(), right: t()}),
      "'left' is missing (is 'lefz' a typo for it?); expected left, right",
    ],
    [
      'one missing, two unknown, one alike',
      () => ({wide: t(), lefz: t()}),
      () => ({left: t()}),
      "'left' is missing (is 'lefz' a typo for it?); expected left",
    ],
    [
      'one missing, two unknown, none alike',
      () => ({wide: t(), xyz: t()}),
      () => ({left: t()}),
      "'left' is missing; expected left",
    ],
    ['one missing, none unknown', () => ({}), () => ({left: t()}), "'left' is missing; expected left"],
    [
      'a name more, alike',
      () => ({left: t(), lefd: t()}),
      () => ({left: t()}),
      "there is no 'lefd' (did you mean 'left'?); expected left",
    ],
    ['a name more', () => ({left: t(), q: t()}), () => ({left: t()}), "there is no 'q'; expected left"],
    [
      'a name of every object',
      () => ({}),
      () => ({toString: t()}),
      "'toString' is missing; expected toString",
    ],
    [
      'a name of every object more',
      () => ({a: t(), toString: t()}),
      () => ({a: t()}),
      "there is no 'toString'; expected a",
    ],
  ];
  for (const [name, given, like, problem] of refused) {
    it(`refuse ${name}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const message = messageOf(() => flattenLike('The result', given(), like(), 'the point'));
          assert.equal(message.replace('The result must be a structure like the point: ', ''), `${problem}.`);
        }),
      ));
  }

  it('let pass what holds no tensor, and names whose value is undefined', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const a = t();
        assert.deepEqual(ids(flattenLike('y', {a, n: 7, more: undefined}, {a: t(), n: null})), ids([a]));
      }),
    ));
});
