/** @file Entries moved to other places as programs: the same as on the cpu backend of tfjs, with all attributes. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import '../../../src/index.js';
import {axesOfRank, floats, fullShapes, integers, property, shapes} from '../arbitraries.js';
import {expectSame} from '../compare.js';

type Pairs = [number, number][];

const each = <T>(shape: readonly number[], make: (size: number) => fc.Arbitrary<T>) =>
  fc.tuple(...shape.map(make));

describe('routines that move entries', () => {
  before(() => tf.setBackend('cpu'));

  it('transpose', () => {
    const drawn = shapes(0, 5, 3).chain((shape) =>
      fc
        .tuple(
          fc.oneof(floats(shape), integers(shape)),
          fc.option(fc.shuffledSubarray([...shape.keys()], {minLength: shape.length}), {
            nil: undefined,
            freq: 5,
          }),
        )
        .map(([x, perm]) => [[x], perm] as const),
    );
    property(drawn, ([x], perm: number[] | undefined) => expectSame((y) => tf.transpose(y, perm), [x]), 100);
  });

  it('slice', () => {
    const drawn = shapes(1, 4).chain((shape) =>
      fc
        .tuple(
          floats(shape),
          each(shape, (size) =>
            fc
              .integer({min: 0, max: size})
              .chain((begin) => fc.tuple(fc.constant(begin), fc.integer({min: -1, max: size - begin}))),
          ),
        )
        .map(([x, ranges]) => [[x], ranges] as const),
    );
    property(
      drawn,
      ([x], ranges: Pairs) =>
        expectSame(
          (y) =>
            tf.slice(
              y,
              ranges.map(([begin]) => begin),
              ranges.map(([, size]) => size),
            ),
          [x],
        ),
      100,
    );
  });

  it('stridedSlice with strides of both signs and all masks', () => {
    const masks = fc.integer({min: 0, max: 15});
    const drawn = fullShapes(1, 4).chain((shape) =>
      fc
        .tuple(
          floats(shape),
          each(shape, (size) =>
            fc.tuple(
              fc.integer({min: -size, max: size - 1}),
              fc.integer({min: -size - 1, max: size + 1}),
              fc.constantFrom(1, 2, 3, -1, -2),
            ),
          ),
          fc.tuple(
            masks,
            masks,
            fc.constantFrom(0, 0, 0, 1, 2),
            fc.constantFrom(0, 0, 1, 2),
            fc.constantFrom(0, 0, 1, 2, 3),
          ),
        )
        .map(([x, ...more]) => [[x], more] as const),
    );
    property(
      drawn,
      ([x], [ranges, [begins, ends, ellipsis, fresh, shrink]]: [[number, number, number][], number[]]) => {
        const [begin, end, strides] = [0, 1, 2].map((i) => ranges.map((range) => range[i]));
        // Where axes come or go, the cpu backend takes the wrong strides.
        const steps = strides.map((step) => (shrink || fresh ? 1 : step));
        const f = (y: tf.Tensor) =>
          tf.stridedSlice(y, begin, end, steps, begins, ends, ellipsis, fresh, shrink);
        let allowed = true;
        try {
          f(x).dispose();
        } catch {
          allowed = false;
        }
        if (allowed) expectSame(f, [x]);
      },
      300,
    );
  });

  it('reverse', () => {
    const drawn = shapes(0, 4).chain((shape) =>
      fc.tuple(floats(shape), axesOfRank(shape.length)).map(([x, axes]) => [[x], axes] as const),
    );
    property(drawn, ([x], axes: number[] | undefined) => expectSame((y) => tf.reverse(y, axes), [x]), 60);
  });

  it('tile', () => {
    const drawn = shapes(1, 4, 3).chain((shape) =>
      fc
        .tuple(
          floats(shape),
          each(shape, () => fc.integer({min: 1, max: 3})),
        )
        .map(([x, reps]) => [[x], reps] as const),
    );
    property(drawn, ([x], reps: number[]) => expectSame((y) => tf.tile(y, reps), [x]), 60);
  });

  it('broadcastTo', () => {
    const drawn = fullShapes(0, 4).chain((shape) =>
      fc
        .tuple(
          each(shape, () => fc.boolean()),
          fc.integer({min: 0, max: shape.length}),
        )
        .chain(([ones, from]) => floats(shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(from)))
        .map((x) => [[x], shape] as const),
    );
    property(drawn, ([x], shape: number[]) => expectSame((y) => tf.broadcastTo(y, shape), [x]), 60);
  });

  it('pad', () => {
    const side = fc.integer({min: 0, max: 2});
    const drawn = shapes(1, 4, 3).chain((shape) =>
      fc
        .tuple(
          floats(shape),
          each(shape, () => fc.tuple(side, side)),
          fc.constantFrom(0, 1.5, -Infinity),
        )
        .map(([x, ...more]) => [[x], more] as const),
    );
    property(
      drawn,
      ([x], [pads, value]: [Pairs, number]) => expectSame((y) => tf.pad(y, pads, value), [x]),
      60,
    );
  });

  for (const mode of ['reflect', 'symmetric'] as const) {
    it(`mirrorPad, ${mode}`, () => {
      const drawn = fullShapes(1, 4).chain((shape) =>
        fc
          .tuple(
            floats(shape),
            each(shape, (size) => {
              const side = fc.integer({min: 0, max: mode === 'reflect' ? size - 1 : size});
              return fc.tuple(side, side);
            }),
          )
          .map(([x, pads]) => [[x], pads] as const),
      );
      property(drawn, ([x], pads: Pairs) => expectSame((y) => tf.mirrorPad(y, pads, mode), [x]), 60);
    });
  }

  it('concat, stack, split and unstack along all axes', () => {
    const drawn = shapes(1, 4, 3).chain((shape) =>
      fc
        .tuple(fc.integer({min: -shape.length, max: shape.length - 1}), fc.integer({min: 1, max: 3}))
        .chain(([axis, count]) =>
          fc
            .array(fc.integer({min: 0, max: 3}), {minLength: count, maxLength: count})
            .chain((sizes) =>
              fc.tuple(
                ...sizes.map((size) =>
                  floats(shape.map((own, i) => (i === (axis + shape.length) % shape.length ? size : own))),
                ),
              ),
            )
            .map((xs) => [xs, axis] as const),
        ),
    );
    property(
      drawn,
      (xs, axis: number) => {
        expectSame((...ys) => tf.concat(ys, axis), xs);
        const [x] = xs;
        expectSame((y) => tf.stack([y, tf.neg(y), y], axis), [x]);
        const at = (axis + x.shape.length) % x.shape.length;
        if (x.shape[at] > 0) expectSame((y) => tf.unstack(y, axis), [x]);
        if (x.shape[at] > 1) expectSame((y) => tf.split(y, [1, x.shape[at] - 1], axis), [x]);
      },
      100,
    );
  });

  it('reshapes, squeezes and expands', () => {
    const drawn = shapes(0, 4)
      .chain((shape) => floats(shape))
      .map((x) => [[x], null] as const);
    property(drawn, ([x]) =>
      expectSame(
        (y) => [tf.reshape(y, [y.size]), tf.expandDims(y, -1), tf.squeeze(y), tf.neg(tf.expandDims(y, 0))],
        [x],
      ),
    );
  });

  it('diag, eye and tril', () => {
    const drawn = shapes(1, 2, 3)
      .chain((shape) => floats(shape))
      .map((x) => [[x], null] as const);
    property(drawn, ([x]) =>
      expectSame((y) => [tf.diag(y), tf.add(tf.sum(tf.zerosLike(y)), tf.eye(3))], [x]),
    );
  });

  it('bandPart', () => {
    const drawn = fullShapes(2, 4)
      .chain((shape) =>
        fc.tuple(
          floats(shape),
          fc.integer({min: -1, max: shape[shape.length - 2]}),
          fc.integer({min: -1, max: shape[shape.length - 1]}),
        ),
      )
      .map(([x, ...more]) => [[x], more] as const);
    property(drawn, ([x], [lower, upper]: [number, number]) =>
      expectSame((y) => tf.linalg.bandPart(y, lower, upper), [x]),
    );
  });
});
