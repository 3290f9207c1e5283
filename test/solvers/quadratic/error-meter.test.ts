/** @file The error by which the splitting stops: each kind of it by hand, and what must not change it. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {errorMeter} from '../../../src/solvers/quadratic/splitting/errors.js';
import type {BoxedRows, Pair} from '../../../src/solvers/quadratic/splitting/rows.js';
import '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {describeUnreadable, UNREADABLE, valuesOf} from '../../helpers/unreadable.js';
import {seededRandom} from '../../zoo/linear-systems.js';

/** min ½x² − 2x over l ≤ x ≤ u: the point, its multiplier, and the error. */
const BY_HAND: {title: string; x: number; y: number; l?: number; u?: number; error: number}[] = [
  {title: 'the solution', x: 1, y: 1, error: 0},
  {title: 'a gradient that is not balanced', x: 1, y: 0.5, error: 0.25},
  {title: 'a point beyond its bound', x: 2, y: 0, error: 0.5},
  {title: 'a point beyond its lower bound', x: 2, y: 0, l: 3, u: 4, error: 1 / 3},
  {title: 'a multiplier beside a slack', x: 0.5, y: 1.5, error: 0.75},
  {title: 'a multiplier of no bound', x: 0.5, y: 1.5, u: Infinity, error: 0.75},
  {title: 'a multiplier of no lower bound', x: 3, y: -1, l: -Infinity, u: 4, error: 1 / 3},
  {title: 'a lower bound that holds', x: 3, y: -1, l: 3, u: 4, error: 0},
  {title: 'no number', x: NaN, y: 0, error: Infinity},
];

interface Problem {
  data: BoxedRows;
  point: Pair;
  units: {D: tf.Tensor; E: tf.Tensor};
}

const column = (values: number[]) => tf.tensor2d(values, [values.length, 1]);

const byHand = (): Problem => ({
  data: {
    ...{Q: tf.ones([1, 1, 1]), A: tf.ones([1, 1, 1])},
    p: tf.fill([BY_HAND.length, 1], -2),
    l: column(BY_HAND.map(({l = 0}) => l)),
    u: column(BY_HAND.map(({u = 1}) => u)),
  } as BoxedRows,
  point: {x: column(BY_HAND.map(({x}) => x)), y: column(BY_HAND.map(({y}) => y))} as Pair,
  units: {D: tf.ones([1, 1]), E: tf.ones([1, 1])},
});

const [BATCH, N, M] = [3, 4, 5];

/** Points of no meaning, whose columns and rows are in units of their own. */
function anywhere(columns: number[], rows: number[]): Problem {
  const random = seededRandom(7);
  const draw = (...shape: number[]) => {
    const values = Array.from({length: tf.util.sizeFromShape(shape)}, () => 2 * random() - 1);
    return tf.tensor(values, shape);
  };
  const [c, r] = [tf.tensor1d(columns), tf.tensor1d(rows)];
  const L = draw(BATCH, N, N);
  const Q = tf.matMul(L, L, false, true);
  const l = tf.add(draw(BATCH, M), -0.5);
  const width = tf.abs(draw(BATCH, M));
  return {
    data: {
      Q: tf.mul(tf.mul(Q, tf.expandDims(c, 1)), c),
      A: tf.mul(tf.mul(draw(BATCH, M, N), tf.expandDims(r, 1)), c),
      p: tf.mul(draw(BATCH, N), c),
      l: tf.mul(l, r),
      u: tf.mul(tf.add(l, width), r),
    } as BoxedRows,
    point: {x: tf.div(draw(BATCH, N), c), y: tf.div(draw(BATCH, M), r)} as Pair,
    units: {
      D: tf.div(tf.add(1, tf.abs(draw(1, N))), c),
      E: tf.div(tf.add(1, tf.abs(draw(1, M))), r),
    },
  };
}

const ones = (length: number) => Array<number>(length).fill(1);
const measure = ({data, point, units}: Problem) => errorMeter(data, units as never)(point);
const errors = (problem: () => Problem) =>
  tf.tidy(() => valuesOf(measure(problem())) as never) as unknown as number[];

function suite(tolerance: number): void {
  it('is what it is by hand', () =>
    expectNoLeak(() => {
      const found = errors(byHand);
      BY_HAND.forEach(({title, error}, i) => {
        if (error === Infinity) assert.equal(found[i], Infinity, title);
        else assert.approximately(found[i], error, tolerance, title);
      });
    }));

  it('does not depend on the units of variables and rows', () =>
    expectNoLeak(() => {
      const plain = errors(() => anywhere(ones(N), ones(M)));
      plain.forEach((error) => assert.isAbove(error, 0.05));
      expectClose(
        errors(() => anywhere([1e-3, 1, 50, 7], [1e4, 0.1, 1, 3, 1e-2])),
        plain,
        5 * tolerance,
      );
    }));

  it('of a sample is that which it has alone', () =>
    expectNoLeak(() => {
      const together = errors(() => anywhere(ones(N), ones(M)));
      const alone = together.map((_, i) =>
        errors(() => {
          const {data, point, units} = anywhere(ones(N), ones(M));
          const one = (tensors: object) =>
            Object.fromEntries(
              Object.entries(tensors).map(([name, v]) => [name, tf.slice(v as tf.Tensor, i, 1)]),
            );
          return {data: one(data) as BoxedRows, point: one(point) as Pair, units};
        }),
      );
      expectClose(alone.flat(), together, tolerance);
    }));
}

describe('the error of the splitting', () => {
  before(() => tf.setBackend('cpu'));
  suite(1e-6);
});

describeUnreadable('the error of the splitting', () => {
  suite(3e-6);

  it('has the rounding of f32 on top of that in f64', async () => {
    await tf.setBackend('cpu');
    const exact = errors(() => anywhere(ones(N), ones(M)));
    await tf.setBackend(UNREADABLE);
    const rounded = errors(() => anywhere(ones(N), ones(M)));
    expectClose(rounded, exact, 1e-5);
    // At a solution, nothing but rounding is left, and it is not hidden.
    const [atSolution] = errors(byHand);
    assert.isTrue(atSolution > 1e-8 && atSolution < 3e-6);
  });
});
