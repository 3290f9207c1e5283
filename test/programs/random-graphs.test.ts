/** @file Random functions, also with loops and gradients, give the same values as programs and operation by operation. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import '../../src/index.js';
import {vjpAt} from '../../src/autodiff/index.js';
import {loopWhile} from '../../src/programs/index.js';
import {floats, fullShapes, plainFloat, property} from './arbitraries.js';
import {expectSame, type Tolerance} from './compare.js';

/** One operation: which, on which earlier values, and a number to choose its attributes by. */
interface Step {
  kind: number;
  a: number;
  b: number;
  k: number;
}

type Operation = (a: tf.Tensor, b: tf.Tensor, k: number) => tf.Tensor;

const axisOf = ({shape}: tf.Tensor, k: number) => k % Math.max(1, shape.length);
/** b in the shape of a. */
const like = (b: tf.Tensor, {shape}: tf.Tensor) => tf.add(tf.sum(b), tf.zeros(shape));
const canBroadcast = (a: tf.Tensor, b: tf.Tensor) =>
  a.shape.slice(-b.shape.length || a.shape.length).every((size, i, all) => {
    const other = b.shape[b.shape.length - all.length + i] ?? 1;
    return size === other || size === 1 || other === 1;
  });
const fit =
  (f: Operation): Operation =>
  (a, b, k) =>
    f(a, canBroadcast(a, b) ? b : like(b, a), k);
const matrix = (x: tf.Tensor) => tf.reshape(x, [-1, x.shape[x.shape.length - 1] ?? 1]);

/** All stay within a few units, and have a slope, so that differences of rounding stay small. */
const OPERATIONS: Operation[] = [
  (a) => tf.neg(a),
  (a) => tf.tanh(a),
  (a) => tf.sin(a),
  (a) => tf.sigmoid(a),
  (a) => tf.relu(tf.add(a, 0.01)),
  (a) => tf.sqrt(tf.add(tf.square(a), 0.1)),
  fit((a, b) => tf.add(a, b)),
  fit((a, b) => tf.sub(a, b)),
  fit((a, b) => tf.tanh(tf.mul(a, b))),
  fit((a, b) => tf.maximum(a, tf.add(b, 0.013))),
  fit((a, b) => tf.div(a, tf.add(1, tf.square(b)))),
  (a, _, k) => tf.mean(a, a.rank === 0 ? undefined : axisOf(a, k), k % 2 === 0),
  (a, _, k) => tf.tanh(tf.sum(a, a.rank === 0 ? undefined : axisOf(a, k), k % 3 === 0)),
  (a) => tf.mean(a),
  (a) => tf.transpose(a),
  (a, _, k) =>
    a.rank === 3
      ? tf.transpose(
          a,
          [
            [0, 2, 1],
            [1, 0, 2],
            [2, 1, 0],
          ][k % 3],
        )
      : tf.transpose(a),
  (a) => tf.reshape(a, [...a.shape].reverse()),
  (a) => tf.reshape(a, [a.size]),
  (a, _, k) => tf.expandDims(a, axisOf(a, k)),
  (a) => tf.squeeze(a),
  (a, _, k) => (a.rank === 0 ? a : tf.reverse(a, axisOf(a, k))),
  (a, _, k) =>
    a.rank === 0
      ? a
      : tf.tile(
          a,
          a.shape.map((__, axis) => (axis === axisOf(a, k) && a.size < 40 ? 2 : 1)),
        ),
  (a, _, k) =>
    a.rank === 0
      ? a
      : tf.slice(
          a,
          0,
          a.shape.map((size, axis) => (axis === axisOf(a, k) ? Math.ceil(size / 2) : size)),
        ),
  (a, _, k) => (a.rank === 0 || a.size > 60 ? a : tf.concat([a, tf.neg(a)], axisOf(a, k))),
  (a, _, k) =>
    a.rank === 0 ? a : tf.gather(a, tf.tensor1d([0, a.shape[axisOf(a, k)] - 1], 'int32'), axisOf(a, k)),
  (a) => tf.tanh(tf.matMul(matrix(a), matrix(a), true, false)),
  (a) => tf.tanh(tf.matMul(matrix(a), tf.transpose(matrix(a)))),
  (a) => tf.mul(a, tf.cast(tf.greater(a, 0.0123), 'float32')),
  fit((a, b) => tf.where(tf.greater(a, 0.0321), a, tf.add(b, tf.zerosLike(a)))),
  (a) => (a.rank === 0 ? a : tf.softmax(a)),
  (a, _, k) => (a.rank === 0 ? a : tf.tanh(tf.cumsum(a, axisOf(a, k)))),
  (a) => tf.add(a, tf.scalar(0.25)),
  (a) => tf.mul(tf.onesLike(a), 0.5),
  (a) => tf.clone(a),
  (a) => tf.mul(a, tf.cast(tf.cast(tf.less(a, 0.0777), 'int32'), 'float32')),
];

const steps = fc.array(
  fc.record({
    kind: fc.integer({min: 0, max: OPERATIONS.length - 1}),
    ...{a: fc.nat(60), b: fc.nat(60), k: fc.nat(11)},
  }),
  {minLength: 1, maxLength: 25},
);

/** All values, the inputs first. Later steps see earlier ones, the same step twice gives the same value twice. */
function evaluate(program: readonly Step[], inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const values = [...inputs];
  for (const {kind, a, b, k} of program) {
    values.push(OPERATIONS[kind](values[a % values.length], values[b % values.length], k));
  }
  return values;
}

const drawn = fc
  .tuple(fullShapes(0, 3, 3), fullShapes(0, 3, 3), steps)
  .chain(([a, b, program]) =>
    fc.tuple(floats(a, plainFloat), floats(b, plainFloat)).map((xs) => [xs, program] as const),
  );

const TOLERANCE: Tolerance = {relative: 1e-4, scaled: 1e-5, absolute: 2e-5};

describe('random functions as programs', () => {
  before(() => tf.setBackend('cpu'));

  it('have the same values', () => {
    property(
      drawn,
      (xs, program: Step[]) => expectSame((...ys) => evaluate(program, ys).slice(-4), xs, TOLERANCE),
      300,
    );
  });

  it('have the same values where an argument stands twice, or is the result', () => {
    property(
      drawn,
      (xs, program: Step[]) =>
        expectSame(
          (...ys) => [ys[1], ...evaluate(program, [ys[0], ys[0], ys[1]]).slice(-2), ys[0]],
          xs,
          TOLERANCE,
        ),
      60,
    );
  });

  it('have the same gradients', () => {
    property(
      drawn,
      (xs, program: Step[]) => {
        const last = (ys: tf.Tensor[]) => [tf.sum(tf.sin(evaluate(program, ys).at(-1)!))];
        expectSame((...ys) => vjpAt(last, ys, [tf.scalar(1)]), xs, {...TOLERANCE, absolute: 1e-4});
      },
      150,
    );
  });

  it('have the same values in loops, also one in another', () => {
    property(
      drawn,
      (xs, program: Step[]) => {
        const step = (state: tf.Tensor[], outside: tf.Tensor[]) => {
          const made = evaluate(program, [...state, ...outside]).at(-1)!;
          const moved = tf.add(tf.mul(state[0], 0.5), tf.mean(tf.tanh(made)));
          return [moved, state[0]];
        };
        const f = (...ys: tf.Tensor[]) => {
          const outer = loopWhile(
            {x: ys[0], before: tf.zerosLike(ys[0]), count: tf.scalar(0) as tf.Tensor},
            ({x, before, count}) => {
              const inner = loopWhile(
                {y: x, k: tf.scalar(0) as tf.Tensor},
                ({y, k}) => ({
                  state: {y: step([y, before], ys)[0], k: tf.add(k, 1)},
                  open: tf.less(k, tf.add(count, 0.5)),
                }),
                {limit: 3},
              );
              const [next, last] = step([inner.y, x], ys);
              // Swapped places: the state that a pass begins with must not be overwritten before it is read.
              return {
                state: {x: next, before: last, count: tf.add(count, 1)},
                open: tf.less(count, 2.5),
              };
            },
            {limit: 6},
          );
          return [outer.x, outer.before, outer.count];
        };
        expectSame(f, xs, TOLERANCE);
      },
      100,
    );
  });

  it('have the same values when two states change places in a loop', () => {
    property(
      fc.tuple(floats([3], plainFloat), floats([3], plainFloat)).map((xs) => [xs, null] as const),
      (xs) =>
        expectSame((...ys) => {
          const {a, b, k} = loopWhile(
            {a: ys[0], b: ys[1], k: tf.scalar(0) as tf.Tensor},
            (state) => ({state: {a: state.b, b: state.a, k: tf.add(state.k, 1)}, open: tf.less(state.k, 2)}),
            {limit: 10},
          );
          return [a, b, k];
        }, xs),
      10,
    );
  });
});
