/**
 * @file Ten images on which a classifier learns all digits: value and gradient of the paper's second experiment.
 *
 * Inner: x*(θ) = argmin of the mean logistic loss of the classes 0 to 9 on the images θ [10, p], plus 0.05‖x‖². Outer: the mean logistic
 * loss of x*(θ) on the UCI digits.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), section 4.2.
 */
import * as tf from '@tensorflow/tfjs';
import {readTable} from '../../examples/support/csv.js';
import {solvers} from '../../src/index.js';
import type {Case, Contender} from './case.js';
import {oneHot} from './classification.js';
import {randomOf} from './random.js';

const CLASSES = 10;
const SIDE = 8;
const RIDGE = 0.1;
const TOLERANCE = 1e-3;
/** JAXopt and this library need about as many steps for the tolerance. */
const STEPS = 12;

interface Data {
  images: tf.Tensor2D;
  targets: tf.Tensor2D;
  theta: tf.Tensor2D;
  eye: tf.Tensor2D;
  start: tf.Tensor2D;
}

/** The digits, each pixel repeated until an image has `side`² pixels. */
function dataOf(side: number): Data {
  const rows = readTable('digits.csv');
  const pixels = side ** 2;
  const from = Array.from({length: pixels}, (_, i) => {
    const [row, column] = [Math.floor(i / side), i % side].map((at) => Math.floor((at * SIDE) / side));
    return row * SIDE + column;
  });
  const labels = rows.map((row) => row[SIDE ** 2]);
  const values = Float32Array.from(rows.flatMap((row) => from.map((pixel) => row[pixel] / 16)));
  const noise = randomOf(`distillation ${side}`).normals(CLASSES * pixels);
  return {
    images: tf.tensor2d(values, [rows.length, pixels]),
    targets: tf.tensor2d(oneHot(labels, CLASSES), [rows.length, CLASSES]),
    theta: tf.tensor2d(
      noise.map((value) => value / 784),
      [CLASSES, pixels],
    ),
    eye: tf.eye(CLASSES),
    start: tf.ones([pixels, CLASSES]),
  };
}

/** The mean logistic loss. */
function logistic(scores: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const right = tf.sum(tf.mul(scores, targets), 1);
  return tf.mean(tf.sub(tf.logSumExp(scores, 1), right));
}

function ours({images, targets, theta, eye, start}: Data, implicitDiff: boolean): Contender {
  const fun = (x: tf.Tensor, own: tf.Tensor) =>
    tf.add(
      logistic(tf.matMul(own as tf.Tensor2D, x as tf.Tensor2D), eye),
      tf.mul(RIDGE / 2, tf.sum(tf.square(x))),
    ) as tf.Scalar;
  const options = {tolerance: TOLERANCE, batched: false, implicitDiff, onFailure: 'ignore' as const};
  const solver = new solvers.GradientDescent({fun}, options);
  const loss = (own: tf.Tensor) => {
    const {x} = solver.run(start, own);
    return logistic(tf.matMul(images, x as tf.Tensor2D), targets) as tf.Scalar;
  };
  return {
    name: implicitDiff ? 'implicit' : 'unrolled',
    run: () =>
      tf.tidy(() => {
        const {value, grad} = tf.valueAndGrad(loss)(theta);
        return [value.dataSync()[0], tf.norm(grad).dataSync()[0]];
      }),
  };
}

/** Gradient descent with a step size that suits, in as few calls as possible. */
function byHand({images, targets, theta, eye, start}: Data): Contender {
  const turned = tf.transpose(theta);
  const step = 1 / RIDGE / 2;
  const scaled = tf.mul(turned, step / CLASSES) as tf.Tensor2D;
  return {
    name: `by hand, ${STEPS} steps forward and the loss`,
    forwardOnly: true,
    run: () =>
      tf.tidy(() => {
        let x = start;
        for (let k = 0; k < STEPS; k++) {
          const before = x;
          x = tf.tidy(() => {
            const rest = tf.sub(tf.softmax(tf.matMul(theta, before)), eye) as tf.Tensor2D;
            return tf.sub(tf.mul(before, 1 - step * RIDGE), tf.matMul(scaled, rest)) as tf.Tensor2D;
          });
        }
        return [logistic(tf.matMul(images, x), targets).dataSync()[0]];
      }),
  };
}

/** The cases for images of each width. */
export function distillationCases(sides: readonly number[]): Case[] {
  return sides.map((side) => {
    const data = dataOf(side);
    const array = (tensor: tf.Tensor) => ({shape: tensor.shape, values: tensor.dataSync()});
    return {
      name: `Distillation, ${side ** 2} pixels`,
      answer: 'loss, |gradient|',
      contenders: [byHand(data), ours(data, true), ours(data, false)],
      python: {
        peer: 'distillation',
        settings: {ridge: RIDGE, tolerance: TOLERANCE},
        arrays: {images: array(data.images), targets: array(data.targets), theta: array(data.theta)},
      },
      // What the tolerance leaves open.
      bound: 2e-2,
    };
  });
}
