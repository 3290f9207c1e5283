/** @file Random shapes and tensors. Tensors are made from what is drawn, so that a property can dispose them. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {tries} from '../helpers/effort.js';

export interface Drawn {
  shape: number[];
  values: number[];
  dtype: 'float32' | 'int32' | 'bool';
}

export const SPECIAL = [
  NaN,
  Infinity,
  -Infinity,
  -0,
  0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  1e-30,
  -1e-30,
  1e30,
  -1e30,
];

/** Numbers that float32 holds, so that both ways begin alike: plain ones and special ones. */
export const anyFloat: fc.Arbitrary<number> = fc.oneof(
  {weight: 5, arbitrary: fc.float({min: -8, max: 8, noNaN: true})},
  {weight: 1, arbitrary: fc.constantFrom(...SPECIAL.map(Math.fround))},
  {weight: 1, arbitrary: fc.integer({min: -3, max: 3})},
);

/** Finite ones of ordinary size. */
export const plainFloat: fc.Arbitrary<number> = fc.integer({min: -2048, max: 2048}).map((n) => n / 512);

/** Shapes of rank `least` to `most`, now and then with an axis of no entries. */
export function shapes(least: number, most: number, longest = 4): fc.Arbitrary<number[]> {
  const axis = fc.oneof(
    {weight: 24, arbitrary: fc.integer({min: 1, max: longest})},
    {weight: 1, arbitrary: fc.constant(0)},
  );
  return fc.array(axis, {minLength: least, maxLength: most});
}

/** Shapes without empty axes. */
export function fullShapes(least: number, most: number, longest = 4): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({min: 1, max: longest}), {minLength: least, maxLength: most});
}

const sizeOf = (shape: readonly number[]) => shape.reduce((size, axis) => size * axis, 1);

/** A float32 tensor of a given shape. */
export function floats(shape: number[], entry: fc.Arbitrary<number> = anyFloat): fc.Arbitrary<Drawn> {
  return fill(shape, entry, 'float32');
}

export function integers(shape: number[], min = -5, max = 5): fc.Arbitrary<Drawn> {
  return fill(shape, fc.integer({min, max}), 'int32');
}

export function booleans(shape: number[]): fc.Arbitrary<Drawn> {
  return fill(shape, fc.integer({min: 0, max: 1}), 'bool');
}

function fill(shape: number[], entry: fc.Arbitrary<number>, dtype: Drawn['dtype']): fc.Arbitrary<Drawn> {
  const n = sizeOf(shape);
  return fc.array(entry, {minLength: n, maxLength: n}).map((values) => ({shape, values, dtype}));
}

/** Two to `count` shapes that broadcast together. */
export function broadcasting(count: number, most = 4): fc.Arbitrary<number[][]> {
  return shapes(0, most).chain((shape) => {
    const one = fc
      .tuple(
        fc.integer({min: 0, max: shape.length}),
        fc.array(fc.boolean(), {minLength: most, maxLength: most}),
      )
      .map(([from, ones]) => shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(from));
    return fc.array(one, {minLength: count, maxLength: count});
  });
}

/** Some axes of a rank, some from the back; now and then all of them by `undefined`. */
export function axesOfRank(rank: number): fc.Arbitrary<number[] | undefined> {
  const axes = fc
    .tuple(fc.subarray([...Array(rank).keys()]), fc.boolean())
    .map(([chosen, back]) => chosen.map((axis) => (back ? axis - rank : axis)));
  return fc.option(axes, {nil: undefined, freq: 4});
}

/** Draws tensors, calls `use`, and disposes them. */
export function property(
  drawn: fc.Arbitrary<readonly [readonly Drawn[], unknown]>,
  use: (xs: tf.Tensor[], more: never) => void,
  runs = 40,
): void {
  fc.assert(
    fc.property(drawn, ([given, more]) => {
      const tensors = given.map(tensorOf);
      try {
        use(tensors, more as never);
      } finally {
        tf.dispose(tensors);
      }
    }),
    tries(runs),
  );
}

export function tensorOf({values, shape, dtype}: Drawn): tf.Tensor {
  return tf.tensor(values, shape, dtype);
}
