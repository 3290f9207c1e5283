/** @file Functions of each entry as programs: the same as on the cpu backend of tfjs, for all types and broadcastings. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import '../../../src/index.js';
import {booleans, broadcasting, floats, integers, property, shapes, type Drawn} from '../arbitraries.js';
import {expectSame, type Tolerance} from '../compare.js';

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** tfjs computes exp(x) − 1 and the like with cancellation: what is lost there is no fault of a program. */
const CANCELS: Tolerance = {relative: 1e-6, scaled: 1e-7, absolute: 1e-15};

const UNARY: Record<string, [Unary, Tolerance?]> = {
  abs: [tf.abs],
  acos: [tf.acos],
  acosh: [tf.acosh],
  asin: [tf.asin],
  asinh: [tf.asinh],
  atan: [tf.atan],
  atanh: [tf.atanh],
  ceil: [tf.ceil],
  clipByValue: [(x) => tf.clipByValue(x, -1.25, 2)],
  cos: [tf.cos],
  cosh: [tf.cosh],
  elu: [tf.elu, CANCELS],
  // A polynomial in tfjs.
  erf: [tf.erf, {absolute: 1e-6}],
  exp: [tf.exp],
  expm1: [tf.expm1],
  floor: [tf.floor],
  isFinite: [tf.isFinite],
  isInf: [tf.isInf],
  isNaN: [tf.isNaN],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.3)],
  log: [tf.log],
  log1p: [tf.log1p],
  logSigmoid: [tf.logSigmoid, CANCELS],
  neg: [tf.neg],
  onesLike: [tf.onesLike],
  reciprocal: [tf.reciprocal],
  relu: [tf.relu],
  relu6: [tf.relu6],
  round: [tf.round],
  rsqrt: [tf.rsqrt],
  selu: [tf.selu, CANCELS],
  sigmoid: [tf.sigmoid, CANCELS],
  sign: [tf.sign],
  sin: [tf.sin],
  sinh: [tf.sinh],
  softplus: [tf.softplus, CANCELS],
  sqrt: [tf.sqrt],
  square: [tf.square],
  step: [(x) => tf.step(x, 0.25)],
  tan: [tf.tan],
  tanh: [tf.tanh],
  zerosLike: [tf.zerosLike],
};

/** Those that tfjs's cpu backend computes for integers, too. */
const OF_INTEGERS = [
  ...['abs', 'clipByValue', 'exp', 'neg', 'onesLike', 'relu', 'relu6', 'round', 'sign', 'square', 'step'],
  ...['zerosLike', 'isNaN', 'isFinite', 'isInf', 'reciprocal'],
];

const BINARY: Record<string, [Binary, Tolerance?]> = {
  add: [tf.add],
  atan2: [tf.atan2],
  div: [tf.div],
  divNoNan: [tf.divNoNan],
  equal: [tf.equal],
  floorDiv: [tf.floorDiv],
  greater: [tf.greater],
  greaterEqual: [tf.greaterEqual],
  less: [tf.less],
  lessEqual: [tf.lessEqual],
  maximum: [tf.maximum],
  minimum: [tf.minimum],
  mod: [tf.mod],
  mul: [tf.mul],
  notEqual: [tf.notEqual],
  pow: [tf.pow],
  prelu: [tf.prelu],
  squaredDifference: [tf.squaredDifference],
  sub: [tf.sub],
};

const NOT_OF_INTEGERS = ['atan2', 'prelu', 'divNoNan'];

describe('routines, entry by entry', () => {
  before(() => tf.setBackend('cpu'));

  for (const [name, [f, tolerance]] of Object.entries(UNARY)) {
    it(name, () => {
      const drawn = shapes(0, 4)
        .chain((shape) => floats(shape))
        .map((x) => [[x], null] as const);
      property(drawn, ([x]) => expectSame(f, [x], tolerance), 60);
    });
    if (!OF_INTEGERS.includes(name)) continue;
    it(`${name} of integers`, () => {
      const drawn = shapes(0, 3)
        .chain((shape) => integers(shape))
        .map((x) => [[x], null] as const);
      property(drawn, ([x]) => expectSame(f, [x], tolerance), 25);
    });
  }

  for (const [name, [f, tolerance]] of Object.entries(BINARY)) {
    const pairs = (tensor: (shape: number[]) => fc.Arbitrary<Drawn>) =>
      broadcasting(2)
        .chain(([a, b]) => fc.tuple(tensor(a), tensor(b)))
        .map(([a, b]) => [[a, b], null] as const);
    it(`${name}, broadcast`, () => {
      property(pairs(floats), ([a, b]) => expectSame(f, [a, b], tolerance), 80);
    });
    if (NOT_OF_INTEGERS.includes(name)) continue;
    it(`${name} of integers, broadcast`, () => {
      property(pairs(integers), ([a, b]) => expectSame(f, [a, b], tolerance), 40);
    });
  }

  for (const [name, f] of Object.entries({
    logicalAnd: tf.logicalAnd,
    logicalOr: tf.logicalOr,
    logicalXor: tf.logicalXor,
    equal: tf.equal,
    notEqual: tf.notEqual,
    add: tf.add,
  } as Record<string, Binary>)) {
    it(`${name} of booleans, broadcast`, () => {
      const drawn = broadcasting(2)
        .chain(([a, b]) => fc.tuple(booleans(a), booleans(b)))
        .map(([a, b]) => [[a, b], null] as const);
      property(drawn, ([a, b]) => expectSame(f, [a, b]));
    });
  }

  it('logicalNot', () => {
    const drawn = shapes(0, 3)
      .chain(booleans)
      .map((x) => [[x], null] as const);
    property(drawn, ([x]) => expectSame((y) => tf.logicalNot(y), [x]));
  });

  for (const to of ['float32', 'int32', 'bool'] as const) {
    it(`cast to ${to}`, () => {
      const drawn = fc
        .tuple(shapes(0, 3), fc.constantFrom(floats, integers, booleans))
        .chain(([shape, tensor]) => (tensor as (shape: number[]) => fc.Arbitrary<Drawn>)(shape))
        .map((x) => [[x], null] as const);
      property(drawn, ([x]) => expectSame((y) => tf.cast(y, to), [x]), 80);
    });
  }

  it('casts one after another', () => {
    property(
      shapes(0, 2)
        .chain((shape) => floats(shape))
        .map((x) => [[x], null] as const),
      ([x]) =>
        expectSame(
          (y) => [
            tf.cast(tf.cast(y, 'int32'), 'float32'),
            tf.cast(tf.cast(y, 'bool'), 'float32'),
            tf.cast(y, 'int32'),
          ],
          [x],
        ),
    );
  });

  it('where, broadcast', () => {
    // tfjs makes one entry of an axis that has none in one of three and one in the others.
    const drawn = broadcasting(3)
      .filter((all) => !all.flat().includes(0))
      .chain(([c, a, b]) => fc.tuple(booleans(c), floats(a), floats(b)))
      .map((all) => [all, null] as const);
    property(drawn, ([c, a, b]) => expectSame((...xs) => tf.where(xs[0], xs[1], xs[2]), [c, a, b]), 80);
  });

  it('addN', () => {
    const drawn = fc
      .tuple(shapes(0, 3), fc.integer({min: 1, max: 4}))
      .chain(([shape, count]) => fc.array(floats(shape), {minLength: count, maxLength: count}))
      .map((all) => [all, null] as const);
    // tfjs rounds each partial sum.
    property(drawn, (xs) => expectSame((...ys) => tf.addN(ys), xs, {scaled: 1e-6}));
  });

  it('constants, also special ones', () => {
    property(
      shapes(1, 3)
        .chain((shape) => floats(shape))
        .map((x) => [[x], null] as const),
      ([x]) =>
        expectSame(
          (y) => [
            tf.mul(y, tf.fill(y.shape, 0.1)),
            tf.add(y, tf.scalar(0.1)),
            tf.maximum(y, tf.scalar(-Infinity)),
            tf.add(tf.linspace(0, 1, 5), tf.sum(tf.zerosLike(y))),
            tf.range(0, 1, 0.3),
            tf.range(7, -2, -2, 'int32'),
          ],
          [x],
        ),
      20,
    );
  });
});
