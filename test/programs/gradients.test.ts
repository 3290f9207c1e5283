/** @file Gradients of tfjs operations as programs: the same as those that tfjs computes operation by operation. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '../../src/index.js';
import {vjpAt} from '../../src/autodiff/index.js';
import {expectSame} from './compare.js';

type F = (...xs: tf.Tensor[]) => tf.Tensor;

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const positive = (shape: number[], seed: number) => tf.add(0.2, tf.abs(normal(shape, seed)));
const inside = (shape: number[], seed: number) => tf.randomUniform(shape, -0.9, 0.9, 'float32', seed);

/** By the arguments that they take: a matrix, a positive one, one of (−1, 1). */
const UNARY: Record<string, [F, ((shape: number[], seed: number) => tf.Tensor)?]> = {
  abs: [tf.abs],
  acos: [tf.acos, inside],
  acosh: [(x) => tf.acosh(tf.add(1.5, x)), positive],
  asin: [tf.asin, inside],
  asinh: [tf.asinh],
  atan: [tf.atan],
  atanh: [tf.atanh, inside],
  cast: [(x) => tf.mul(tf.cast(tf.cast(x, 'int32'), 'float32'), x)],
  clipByValue: [(x) => tf.clipByValue(x, -0.5, 0.7)],
  cos: [tf.cos],
  cosh: [tf.cosh],
  elu: [tf.elu],
  erf: [tf.erf],
  exp: [tf.exp],
  expm1: [tf.expm1],
  floor: [(x) => tf.mul(x, tf.floor(x))],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.3)],
  log: [tf.log, positive],
  log1p: [tf.log1p, positive],
  logSigmoid: [tf.logSigmoid],
  mish: [(x) => tf.mul(x, tf.tanh(tf.softplus(x)))],
  neg: [tf.neg],
  reciprocal: [tf.reciprocal, positive],
  relu: [tf.relu],
  relu6: [(x) => tf.relu6(tf.mul(6, x))],
  round: [(x) => tf.mul(x, tf.round(x))],
  rsqrt: [tf.rsqrt, positive],
  selu: [tf.selu],
  sigmoid: [tf.sigmoid],
  sign: [(x) => tf.mul(x, tf.sign(x))],
  sin: [tf.sin],
  sinh: [tf.sinh],
  softplus: [tf.softplus],
  sqrt: [tf.sqrt, positive],
  square: [tf.square],
  step: [(x) => tf.mul(x, tf.step(x))],
  tan: [tf.tan, inside],
  tanh: [tf.tanh],
};

const BINARY: Record<string, [F, ((shape: number[], seed: number) => tf.Tensor)?]> = {
  add: [tf.add],
  atan2: [tf.atan2],
  div: [tf.div, positive],
  divNoNan: [tf.divNoNan, positive],
  floorDiv: [(a, b) => tf.mul(tf.mul(a, b), tf.floorDiv(a, b)), positive],
  maximum: [tf.maximum],
  minimum: [tf.minimum],
  mod: [tf.mod, positive],
  mul: [tf.mul],
  pow: [tf.pow, positive],
  squaredDifference: [tf.squaredDifference],
  sub: [tf.sub],
};

/** Shapes of two operands that broadcast each other. */
const BROADCASTS = [
  [
    [3, 4],
    [3, 4],
  ],
  [[3, 4], [4]],
  [[3, 4], []],
  [[], [3, 4]],
  [
    [3, 1],
    [1, 4],
  ],
  [
    [2, 1, 4],
    [3, 1],
  ],
];

const M = [3, 4];
const OTHER: Record<string, [F, number[][]]> = {
  sum: [(x) => tf.square(tf.sum(x)), [M]],
  'sum over an axis': [(x) => tf.square(tf.sum(x, 0)), [M]],
  'sum, dimensions kept': [(x) => tf.mul(x, tf.sum(x, -1, true)), [M]],
  mean: [(x) => tf.square(tf.mean(x, 1)), [M]],
  max: [(x) => tf.max(x, 1), [M]],
  'min over all': [(x) => tf.min(x), [M]],
  'max, dimensions kept': [(x) => tf.mul(x, tf.max(x, 0, true)), [M]],
  moments: [(x) => tf.add(tf.moments(x, 1).mean, tf.moments(x, 1).variance), [M]],
  cumsum: [(x) => tf.cumsum(tf.square(x), 1, true, true), [M]],
  softmax: [(x) => tf.softmax(x), [M]],
  logSoftmax: [(x) => tf.logSoftmax(x), [M]],
  logSumExp: [(x) => tf.logSumExp(x, 1), [M]],
  norm: [(x) => tf.norm(x), [M]],
  'norm over an axis': [(x) => tf.norm(x, 2, 1), [M]],
  'norm 1': [(x) => tf.norm(x, 1, 0), [M]],
  reshape: [(x) => tf.square(tf.reshape(x, [2, 6])), [M]],
  transpose: [(x) => tf.mul(tf.transpose(x, [2, 0, 1]), tf.transpose(x, [2, 0, 1])), [[2, 3, 4]]],
  'transposed itself': [(x) => tf.matMul(x, tf.transpose(x)), [M]],
  slice: [(x) => tf.square(tf.slice(x, [1, 1], [2, 2])), [M]],
  split: [
    (x) => {
      const [a, b] = tf.split(x, 2, 1);
      return tf.mul(a, b);
    },
    [M],
  ],
  unstack: [
    (x) => {
      const [a, b, c] = tf.unstack(x);
      return tf.mul(a, tf.sub(b, c));
    },
    [M],
  ],
  stack: [(x, y) => tf.square(tf.stack([x, y, x], 1)), [M, M]],
  concat: [(x, y) => tf.square(tf.concat([x, y, x], 1)), [M, M]],
  gather: [(x) => tf.square(tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'))), [M]],
  'gather along the last axis': [(x) => tf.square(tf.gather(x, tf.tensor1d([3, 0, 3], 'int32'), 1)), [M]],
  tile: [(x) => tf.square(tf.tile(x, [2, 3])), [M]],
  broadcastTo: [(x) => tf.square(tf.broadcastTo(x, [3, 4])), [[3, 1]]],
  reverse: [(x) => tf.mul(x, tf.reverse(x, 1)), [M]],
  pad: [
    (x) =>
      tf.square(
        tf.pad(
          x,
          [
            [1, 0],
            [2, 1],
          ],
          3,
        ),
      ),
    [M],
  ],
  where: [(x, y) => tf.square(tf.where(tf.greater(x, 0), x, y)), [M, M]],
  'expandDims and squeeze': [(x) => tf.square(tf.squeeze(tf.expandDims(x, 1))), [M]],
  dot: [(x, y) => tf.dot(x, y), [[4], [4]]],
  outerProduct: [(x, y) => tf.outerProduct(x as tf.Tensor1D, y as tf.Tensor1D), [[3], [4]]],
  addN: [(x, y) => tf.square(tf.addN([x, y, x])), [M, M]],
  prelu: [(x, y) => tf.prelu(x, y), [M, [4]]],
  bandPart: [(x) => tf.square(tf.linalg.bandPart(x, 1, 0)), [[2, 3, 3]]],
  'cosine distance': [(x, y) => tf.losses.cosineDistance(x, y, 1), [M, M]],
  'Huber loss': [(x, y) => tf.losses.huberLoss(x, y), [M, M]],
  'logistic loss': [(x, y) => tf.losses.sigmoidCrossEntropy(tf.sigmoid(x), y), [M, M]],
  'cross-entropy': [(x, y) => tf.losses.softmaxCrossEntropy(tf.softmax(x), y), [M, M]],
  'fused.matMul': [(a, b, bias) => tf.fused.matMul({a, b, bias, activation: 'elu'}), [[3, 4], [4, 2], [2]]],
  'fused.matMul, relu, transposed': [
    (a, b, bias) => tf.fused.matMul({a, b, transposeB: true, bias, activation: 'relu'}),
    [[3, 4], [2, 4], [2]],
  ],
  'localResponseNormalization by hand': [
    (x) => tf.div(x, tf.sqrt(tf.add(1, tf.sum(tf.square(x), -1, true)))),
    [M],
  ],
};

const MATMUL = [false, true].flatMap((tA) => [false, true].map((tB) => [tA, tB] as const));

describe('gradients as programs', () => {
  before(() => tf.setBackend('cpu'));

  for (const [name, [f, draw = normal]] of Object.entries(UNARY)) {
    it(name, () => expectGradients(f, [draw(M, 1)]));
  }

  for (const [name, [f, draw = normal]] of Object.entries(BINARY)) {
    it(`${name}, broadcast`, () => {
      for (const [a, b] of BROADCASTS) expectGradients(f, [draw(a, 2), draw(b, 3)]);
    });
  }

  for (const [name, [f, shapes]] of Object.entries(OTHER)) {
    it(name, () =>
      expectGradients(
        f,
        shapes.map((shape, i) => normal(shape, i + 4)),
      ),
    );
  }

  for (const [tA, tB] of MATMUL) {
    it(`matMul, ${tA ? 'Aᵀ' : 'A'} ${tB ? 'Bᵀ' : 'B'}`, () => {
      for (const [batchA, batchB] of [
        [[], []],
        [[2], [2]],
        [[2], [1]],
      ]) {
        const a = normal([...batchA, ...(tA ? [4, 3] : [3, 4])], 7);
        const b = normal([...batchB, ...(tB ? [2, 4] : [4, 2])], 8);
        expectGradients((x, y) => tf.matMul(x, y, tA, tB), [a, b]);
      }
    });
  }

  it('second derivatives', () => {
    const x = normal(M, 9);
    const smooth = (y: tf.Tensor) => tf.sum(tf.mul(tf.softmax(y), tf.log(tf.add(2, tf.sin(y)))));
    const second = (y: tf.Tensor) => tf.grad((z: tf.Tensor) => tf.sum(tf.square(tf.grad(smooth)(z))))(y);
    expectSame((y) => second(y), [x], {relative: 1e-4, scaled: 1e-5});
    x.dispose();
  });
});

/** What tfjs cannot differentiate: kernels without gradients, and broadcasts that it does not sum over. */
function tfjsCan(loss: F, xs: tf.Tensor[]): boolean {
  try {
    tf.tidy(() => void tf.grads(loss)(xs));
    return true;
  } catch {
    return false;
  }
}

/** The gradients of Σ c f in all arguments, for fixed c that differ: this library's, and tfjs's where it has one. */
function expectGradients(f: F, xs: tf.Tensor[]): void {
  const weights = (y: tf.Tensor) => tf.reshape(tf.cos(tf.range(0, y.size)), y.shape);
  const loss: F = (...ys) => {
    const y = f(...ys);
    return tf.sum(tf.mul(weights(y), y));
  };
  const own = (...ys: tf.Tensor[]) => vjpAt((zs) => [loss(...zs)], ys, [tf.scalar(1)]);
  const tolerance = {relative: 1e-5, scaled: 2e-6};
  expectSame((...ys) => [f(...ys), ...own(...ys)], xs, tolerance);
  if (tfjsCan(loss, xs)) expectSame((...ys) => tf.grads(loss)(ys), xs, tolerance);
  tf.dispose(xs);
}
