/** @file Reductions, running sums and softmax as programs: the same as on the cpu backend of tfjs, over all axes. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import '../../../src/index.js';
import {compile} from '../../../src/programs/index.js';
import {
  anyFloat,
  axesOfRank,
  booleans,
  floats,
  fullShapes,
  integers,
  plainFloat,
  property,
  shapes,
} from '../arbitraries.js';
import {expectSame, type Tolerance} from '../compare.js';

type Reduction = (x: tf.Tensor, axis?: number[], keepDims?: boolean) => tf.Tensor;

/** tfjs rounds each partial sum, of entries up to 8; they may cancel. */
const ROUNDS: Tolerance = {relative: 1e-5, scaled: 1e-6, absolute: 1e-6};

interface Case {
  f: Reduction;
  tolerance?: Tolerance;
  entries?: fc.Arbitrary<number>;
  types?: ('float32' | 'int32' | 'bool')[];
  /** Where tfjs gives no meaning to none. Default false. */
  full?: boolean;
}

const ANY: Case['types'] = ['float32', 'int32', 'bool'];
const REDUCTIONS: Record<string, Case> = {
  sum: {f: tf.sum, tolerance: ROUNDS, entries: plainFloat, types: ANY},
  'sum of special values': {
    f: (x, axis, keep) => tf.sum(tf.clipByValue(x, -1, Infinity), axis, keep),
    tolerance: ROUNDS,
  },
  mean: {f: tf.mean, tolerance: ROUNDS, entries: plainFloat, types: ANY},
  prod: {f: tf.prod, tolerance: ROUNDS, entries: plainFloat, types: ANY},
  max: {f: tf.max, types: ['float32', 'int32'], full: true},
  min: {f: tf.min, types: ['float32', 'int32'], full: true},
  all: {f: tf.all, types: ['bool']},
  any: {f: tf.any, types: ['bool']},
  logSumExp: {f: tf.logSumExp, tolerance: {relative: 1e-5, scaled: 1e-6}, entries: plainFloat, full: true},
  // Of all axes, one or two.
  'norm 2': {
    f: (x, axis, keep) =>
      tf.norm(x, 'euclidean', axis && [1, 2].includes(axis.length) ? axis : undefined, keep),
    tolerance: ROUNDS,
    entries: plainFloat,
  },
  variance: {
    f: (x, axis, keep) => tf.moments(x, axis, keep).variance,
    tolerance: ROUNDS,
    entries: plainFloat,
    full: true,
  },
};

describe('routines over axes', () => {
  before(() => tf.setBackend('cpu'));

  for (const [name, {f, tolerance, entries = anyFloat, types = ['float32'], full = false}] of Object.entries(
    REDUCTIONS,
  )) {
    for (const dtype of types) {
      it(`${name} of ${dtype}`, () => {
        const drawn = (full ? fullShapes : shapes)(0, 4).chain((shape) =>
          fc
            .tuple(
              dtype === 'float32'
                ? floats(shape, entries)
                : dtype === 'int32'
                  ? integers(shape)
                  : booleans(shape),
              axesOfRank(shape.length),
              fc.boolean(),
            )
            .map(([x, axis, keep]) => [[x], {axis, keep}] as const),
        );
        property(
          drawn,
          ([x], {axis, keep}: {axis?: number[]; keep: boolean}) =>
            expectSame((y) => f(y, axis, keep), [x], tolerance),
          60,
        );
      });
    }
  }

  for (const [name, f] of Object.entries({argMax: tf.argMax, argMin: tf.argMin})) {
    it(name, () => {
      const drawn = fullShapes(1, 4).chain((shape) =>
        fc
          .tuple(floats(shape), fc.integer({min: -shape.length, max: shape.length - 1}))
          .map(([x, axis]) => [[x], axis] as const),
      );
      property(drawn, ([x], axis: number) => expectSame((y) => f(y, axis), [x]), 60);
    });
  }

  for (const [name, f] of Object.entries({cumsum: tf.cumsum, cumprod: tf.cumprod})) {
    for (const dtype of ['float32', 'int32'] as const) {
      it(`${name} of ${dtype}, exclusive and reverse`, () => {
        const drawn = shapes(1, 4).chain((shape) =>
          fc
            .tuple(
              dtype === 'float32' ? floats(shape, plainFloat) : integers(shape),
              fc.integer({min: 0, max: shape.length - 1}),
              fc.boolean(),
              fc.boolean(),
            )
            .map(([x, ...options]) => [[x], options] as const),
        );
        property(
          drawn,
          ([x], [axis, exclusive, reverse]: [number, boolean, boolean]) =>
            expectSame((y) => f(y, axis, exclusive, reverse), [x], ROUNDS),
          60,
        );
      });
    }
  }

  for (const [name, f] of Object.entries({softmax: tf.softmax, logSoftmax: tf.logSoftmax} as Record<
    string,
    (x: tf.Tensor) => tf.Tensor
  >)) {
    it(name, () => {
      const drawn = shapes(1, 4)
        .chain((shape) =>
          floats(shape, fc.oneof(plainFloat, fc.constantFrom(NaN, -Infinity, Infinity, 100, -100))),
        )
        .map((x) => [[x], null] as const);
      property(drawn, ([x]) => expectSame(f, [x], {relative: 1e-5, absolute: 1e-6}), 100);
    });
  }

  it('sums a million terms to 1e-14, where float32 has lost them', () => {
    const n = 1_000_000;
    const x = tf.fill([n], 0.1);
    const [total] = compile((y: tf.Tensor) => tf.sum(y), [x])(x);
    assert.approximately(total / (n * Math.fround(0.1)), 1, 1e-14);
    x.dispose();
  });

  it('has softmax, logSumExp and erf to 1e-14', () => {
    const x = tf.tensor1d([0.5, -1.25, 3]);
    const [softmax, logSumExp, erf] = compile(
      (y: tf.Tensor) => [tf.softmax(y), tf.logSumExp(y), tf.erf(y)],
      [x],
    )(x);
    const powers = [0.5, -1.25, 3].map(Math.exp);
    const total = powers.reduce((a, b) => a + b);
    powers.forEach((power, i) => assert.approximately(softmax[i], power / total, 1e-15));
    assert.approximately(logSumExp[0], Math.log(total), 1e-14);
    // Abramowitz & Stegun, table 7.1, and more digits by DLMF 7.6.1.
    const digits = [0.5204998778130465, -0.9229001282564582, 0.9999779095030014];
    digits.forEach((value, i) => assert.approximately(erf[i], value, 1e-15));
    x.dispose();
  });
});
