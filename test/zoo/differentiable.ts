/** @file Differentiable operations of tfjs, with arguments at which they are smooth. */
import * as tf from '@tensorflow/tfjs-core';

export type F = (...xs: tf.Tensor[]) => tf.Tensor;

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
  einsum: [(x, y) => tf.einsum('ij,jk->ik', x, y), [M, [4, 2]]],
  cumprod: [(x) => tf.cumprod(x, 1), [M]],
  topk: [(x) => tf.square(tf.topk(x, 2).values), [M]],
  conv2d: [
    (x, w) => tf.square(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same')),
    [
      [1, 4, 4, 2],
      [3, 3, 2, 3],
    ],
  ],
  depthwiseConv2d: [
    (x, w) => tf.square(tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'valid')),
    [
      [1, 4, 4, 2],
      [2, 2, 2, 2],
    ],
  ],
  avgPool: [(x) => tf.square(tf.avgPool(x as tf.Tensor4D, 2, 1, 'valid')), [[1, 4, 4, 2]]],
  maxPool: [(x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'), [[1, 4, 4, 2]]],
  unsortedSegmentSum: [(x) => tf.square(tf.unsortedSegmentSum(x, tf.tensor1d([1, 0, 1], 'int32'), 2)), [M]],
  'localResponseNormalization by hand': [
    (x) => tf.div(x, tf.sqrt(tf.add(1, tf.sum(tf.square(x), -1, true)))),
    [M],
  ],
};

/** Programs have no routine for these. */
const WITHOUT_PROGRAM: typeof OTHER = {
  resizeBilinear: [(x) => tf.square(tf.image.resizeBilinear(x as tf.Tensor4D, [6, 5])), [[1, 4, 4, 2]]],
  'spaceToBatch and back': [
    (x) =>
      tf.batchToSpaceND(
        tf.square(
          tf.spaceToBatchND(
            x,
            [2, 2],
            [
              [0, 0],
              [0, 0],
            ],
          ),
        ),
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
    [[1, 4, 4, 2]],
  ],
};

const MATMUL = [false, true].flatMap((tA) => [false, true].map((tB) => [tA, tB] as const));

/** What is differentiated, and lists of arguments for it. */
export interface Differentiable {
  f: F;
  draw: () => tf.Tensor[][];
}

const ofShapes = (operations: typeof OTHER): Record<string, Differentiable> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, [f, shapes]]) => [
      name,
      {f, draw: () => [shapes.map((shape, i) => normal(shape, i + 4))]},
    ]),
  );

export const DIFFERENTIABLE: Record<string, Differentiable> = {
  ...Object.fromEntries(
    Object.entries(UNARY).map(([name, [f, draw = normal]]) => [name, {f, draw: () => [[draw(M, 1)]]}]),
  ),
  ...Object.fromEntries(
    Object.entries(BINARY).map(([name, [f, draw = normal]]) => [
      `${name}, broadcast`,
      {f, draw: () => BROADCASTS.map(([a, b]) => [draw(a, 2), draw(b, 3)])},
    ]),
  ),
  ...ofShapes(OTHER),
  ...Object.fromEntries(
    MATMUL.map(([tA, tB]) => [
      `matMul, ${tA ? 'Aᵀ' : 'A'} ${tB ? 'Bᵀ' : 'B'}`,
      {
        f: (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, tA, tB),
        draw: () =>
          [
            [[], []],
            [[2], [2]],
            [[2], [1]],
          ].map(([batchA, batchB]) => [
            normal([...batchA, ...(tA ? [4, 3] : [3, 4])], 7),
            normal([...batchB, ...(tB ? [2, 4] : [4, 2])], 8),
          ]),
      },
    ]),
  ),
};

/** Operations that no program can contain. */
export const WITHOUT_ROUTINE = ofShapes(WITHOUT_PROGRAM);
