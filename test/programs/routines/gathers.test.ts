/** @file Entries looked up and added by indices as programs: the same as on the cpu backend of tfjs. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import '../../../src/index.js';
import {compile} from '../../../src/programs/index.js';
import {
  anyFloat,
  floats,
  fullShapes,
  integers,
  plainFloat,
  property,
  shapes,
  type Drawn,
} from '../arbitraries.js';
import {expectSame} from '../compare.js';

describe('routines with indices', () => {
  before(() => tf.setBackend('cpu'));

  it('gather along all axes, with batch axes', () => {
    const drawn = fullShapes(1, 4).chain((shape) =>
      fc.tuple(fc.integer({min: 0, max: shape.length - 1}), fc.nat()).chain(([axis, seed]) => {
        const batchDims = seed % (axis + 1);
        return fc
          .tuple(
            floats(shape),
            fullShapes(0, 2).chain((tail) =>
              integers([...shape.slice(0, batchDims), ...tail], 0, shape[axis] - 1),
            ),
          )
          .map(([x, indices]) => [[x, indices], {axis, batchDims}] as const);
      }),
    );
    property(
      drawn,
      ([x, indices], {axis, batchDims}: {axis: number; batchDims: number}) => {
        // tfjs has no scalar of indices with batch axes of their own.
        if (indices.shape.length === 0 && batchDims > 0) return;
        expectSame((y, at) => tf.gather(y, at as tf.Tensor1D, axis, batchDims), [x, indices]);
      },
      150,
    );
  });

  it('gather of nothing, and from the back', () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const none = tf.tensor1d([], 'int32');
    expectSame((y, at) => [tf.gather(y, at as tf.Tensor1D, 1), tf.gather(y, [2, 0], -1)], [x, none]);
    tf.dispose([x, none]);
  });

  it('says which index lies outside', () => {
    const [x, at] = [tf.tensor1d([1, 2]), tf.tensor1d([1], 'int32')];
    const f = compile((y: tf.Tensor, i: tf.Tensor) => tf.gather(y, i as tf.Tensor1D), [x, at]);
    assert.throws(() => f(x, [2]), /index 2 lies outside of \[0, 1\]/);
    tf.dispose([x, at]);
  });

  it('gatherND', () => {
    const drawn = fullShapes(1, 3).chain((shape) =>
      fc.integer({min: 1, max: shape.length}).chain((depth) =>
        fc
          .tuple(
            floats(shape),
            fullShapes(0, 2, 3).chain((lead) =>
              fc
                .array(
                  fc.tuple(...shape.slice(0, depth).map((size) => fc.integer({min: 0, max: size - 1}))),
                  {minLength: lead.reduce((a, b) => a * b, 1), maxLength: lead.reduce((a, b) => a * b, 1)},
                )
                .map((tuples) => ({shape: [...lead, depth], values: tuples.flat(), dtype: 'int32' as const})),
            ),
          )
          .map(([x, indices]) => [[x, indices], null] as const),
      ),
    );
    property(drawn, ([x, indices]) => expectSame((y, at) => tf.gatherND(y, at), [x, indices]), 80);
  });

  it('scatterND adds, and tensorScatterUpdate replaces', () => {
    const drawn = fullShapes(1, 3).chain((shape) =>
      fc
        .tuple(fc.integer({min: 1, max: shape.length}), fc.integer({min: 1, max: 5}))
        .chain(([depth, count]) =>
          fc
            .tuple(
              floats(shape, plainFloat),
              fc.tuple(
                ...Array.from({length: count}, () =>
                  fc.tuple(...shape.slice(0, depth).map((size) => fc.integer({min: 0, max: size - 1}))),
                ),
              ),
              floats([count, ...shape.slice(depth)], plainFloat),
            )
            .map(
              ([x, tuples, updates]) =>
                [
                  [
                    x,
                    {
                      shape: [count, depth] as number[],
                      values: tuples.flat(),
                      dtype: 'int32' as Drawn['dtype'],
                    },
                    updates,
                  ],
                  shape,
                ] as const,
            ),
        ),
    );
    property(
      drawn,
      ([x, indices, updates], shape: number[]) => {
        expectSame((at, values) => tf.scatterND(at, values, shape), [indices, updates], {scaled: 1e-6});
        expectSame((y, at, values) => tf.tensorScatterUpdate(y, at, values), [x, indices, updates]);
      },
      80,
    );
  });

  it('unsortedSegmentSum', () => {
    const drawn = shapes(1, 3).chain((shape) =>
      fc.tuple(floats(shape, plainFloat), integers([shape[0]], -1, 3)).map((xs) => [xs, null] as const),
    );
    property(drawn, ([x, ids]) =>
      expectSame((y, at) => tf.unsortedSegmentSum(y, at as tf.Tensor1D, 3), [x, ids], {scaled: 1e-6}),
    );
  });

  it('oneHot', () => {
    const drawn = shapes(0, 3)
      .chain((shape) => integers(shape, -1, 4))
      .map((x) => [[x], null] as const);
    property(drawn, ([x]) =>
      expectSame((y) => [tf.oneHot(y, 4), tf.oneHot(y, 3, 2.5, -1), tf.oneHot(y, 3, 1, 0, 'float32')], [x]),
    );
  });

  it('topk, of ties as well', () => {
    const entries = fc.oneof(fc.constantFrom(0, 1, -1, 2, 1e30, -1e30), fc.integer({min: -50, max: 50}));
    const drawn = fullShapes(1, 3, 8).chain((shape) =>
      fc
        .tuple(floats(shape, entries), fc.integer({min: 1, max: shape[shape.length - 1]}))
        .map(([x, k]) => [[x], k] as const),
    );
    property(
      drawn,
      ([x], k: number) =>
        expectSame(
          (y) => {
            const {values, indices} = tf.topk(y, k);
            return [values, indices];
          },
          [x],
        ),
      80,
    );
  });

  it('selects by data that only the program knows', () => {
    const drawn = fullShapes(2, 2)
      .chain((shape) => floats(shape, anyFloat))
      .map((x) => [[x], null] as const);
    property(drawn, ([x]) =>
      expectSame((y) => tf.gather(tf.transpose(y), tf.argMax(tf.abs(tf.where(tf.isNaN(y), 0, y)), 1)), [x]),
    );
  });
});
