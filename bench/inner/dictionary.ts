/**
 * @file A dictionary learned for a task: value and gradient of the paper's third experiment.
 *
 * Inner: the sparse codes z of x in the dictionary D, argmin ½‖x − Dz‖² + l1‖z‖₁ + ½ l2‖z‖². Outer: the mean logistic loss of a linear
 * classifier of z, differentiated with respect to D.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), section 4.3.
 */
import * as tf from '@tensorflow/tfjs';
import {losses, solvers} from '../../src/index.js';
import type {Case, Contender} from './case.js';
import {randomOf} from './random.js';

const [SAMPLES, FEATURES, ATOMS] = [400, 30, 10];
const WEIGHTS = {l1: 0.1, l2: 0.01};
/** Of accelerated proximal gradient: JAXopt and the loop by hand. */
const STEPS = 200;

interface Data {
  dictionary: tf.Tensor2D;
  x: tf.Tensor2D;
  w: tf.Tensor2D;
  labels: tf.Tensor1D;
}

/** Atoms of length 1, samples that are sums of few of them with noise, and a classifier of the codes. */
function draw(): Data {
  const {uniform, normal, normals} = randomOf('dictionary');
  const w = normals(ATOMS);
  const atoms = tf.tensor2d(normals(FEATURES * ATOMS), [FEATURES, ATOMS]);
  const codes = Array.from({length: SAMPLES * ATOMS}, () => (uniform() < 0.3 ? normal() : 0));
  const labels = Array.from({length: SAMPLES}, (_, i) =>
    Number(w.reduce((sum, value, k) => sum + value * codes[i * ATOMS + k], 0) > 0),
  );
  const dictionary = tf.div(atoms, tf.norm(atoms, 2, 0, true)) as tf.Tensor2D;
  const noise = tf.tensor2d(normals(SAMPLES * FEATURES), [SAMPLES, FEATURES]);
  const exact = tf.matMul(tf.tensor2d(codes, [SAMPLES, ATOMS]), dictionary, false, true);
  return {
    dictionary,
    x: tf.add(exact, tf.mul(0.1, noise)),
    w: tf.tensor2d(w, [ATOMS, 1]),
    labels: tf.tensor1d(labels),
  };
}

const lossOf = ({w, labels}: Data, codes: tf.Tensor) =>
  tf.mean(losses.binaryLogistic(labels, tf.squeeze(tf.matMul(codes as tf.Tensor2D, w), [1]))) as tf.Scalar;

function ours(data: Data, implicitDiff: boolean): Contender {
  const coder = new solvers.SparseCoding({implicitDiff});
  const start = tf.zeros([SAMPLES, ATOMS]);
  const loss = (D: tf.Tensor) => lossOf(data, coder.run(start, WEIGHTS, D, data.x).x);
  return {
    name: implicitDiff ? 'implicit' : 'unrolled',
    run: () =>
      tf.tidy(() => {
        const {value, grad} = tf.valueAndGrad(loss)(data.dictionary);
        return [value.dataSync()[0], tf.norm(grad).dataSync()[0]];
      }),
  };
}

/** The accelerated proximal-gradient method, in as few calls as possible. */
function byHand(data: Data): Contender {
  const {dictionary, x} = data;
  return {
    name: `by hand, ${STEPS} steps forward and the loss`,
    forwardOnly: true,
    run: () =>
      tf.tidy(() => {
        const gram = tf.matMul(dictionary, dictionary, true);
        const target = tf.matMul(x, dictionary);
        let q: tf.Tensor2D = tf.ones([ATOMS, 1]);
        for (let k = 0; k < 20; k++) {
          const image = tf.matMul(gram, q);
          q = tf.div(image, tf.norm(image));
        }
        // The power method is a little below the largest eigenvalue.
        const eta = 1 / (1.01 * tf.norm(tf.matMul(gram, q)).dataSync()[0]);
        const shrunk = 1 / (1 + eta * WEIGHTS.l2);
        let [at, ahead] = [tf.zeros([SAMPLES, ATOMS]), tf.zeros([SAMPLES, ATOMS])] as tf.Tensor2D[];
        let t = 1;
        for (let k = 0; k < STEPS; k++) {
          const later = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
          [at, ahead] = tf.tidy(() => {
            const slope = tf.sub(tf.matMul(ahead, gram), target);
            const y = tf.sub(ahead, tf.mul(slope, eta));
            const clipped = tf.clipByValue(y, -eta * WEIGHTS.l1, eta * WEIGHTS.l1);
            const next = tf.mul(tf.sub(y, clipped), shrunk) as tf.Tensor2D;
            return [next, tf.add(next, tf.mul(tf.sub(next, at), (t - 1) / later)) as tf.Tensor2D];
          });
          t = later;
        }
        return [lossOf(data, at).dataSync()[0]];
      }),
  };
}

export function dictionaryCases(): Case[] {
  const data = tf.tidy(() => draw() as unknown as tf.TensorContainerObject) as unknown as Data;
  const array = (tensor: tf.Tensor) => ({shape: tensor.shape, values: tensor.dataSync()});
  return [
    {
      name: `Task-driven dictionary, ${SAMPLES} samples, ${ATOMS} atoms`,
      answer: 'loss, |gradient|',
      contenders: [byHand(data), ours(data, true), ours(data, false)],
      python: {
        peer: 'dictionary',
        settings: {...WEIGHTS, iterations: STEPS},
        arrays: {
          dictionary: array(data.dictionary),
          x: array(data.x),
          w: array(data.w),
          labels: array(data.labels),
        },
      },
      bound: 1e-3,
    },
  ];
}
