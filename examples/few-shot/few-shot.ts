/** @file Few-shot learning: features for a ridge regression or a support-vector machine that is fitted within the model. */
import * as tf from '@tensorflow/tfjs';
import {RidgeLayer, SVMLayer} from '../../src/index.js';
import {permutation, randomNumbers, type Random} from '../support/random.js';
import type {Report} from '../support/report.js';
import {
  LIGHTS,
  lit,
  makeEpisodes,
  PIXELS,
  QUERIES,
  SHOTS,
  WAYS,
  type Episodes,
  type Images,
  type Light,
} from './episodes.js';

export interface Size {
  seeds: number;
  /** Steps of training, each with a batch of four episodes. */
  steps: number;
  /** Test episodes. */
  tests: number;
}

export const FULL: Size = {seeds: 4, steps: 80, tests: 100};
export const QUICK: Size = {seeds: 1, steps: 15, tests: 20};

export const METHODS = [
  'pixels, ridge',
  'pixels, SVM',
  'classifier’s features, ridge',
  'prototypes',
  'RidgeLayer',
  'SVMLayer',
] as const;
export type Method = (typeof METHODS)[number];

export interface Outcome {
  light: Light;
  method: Method;
  seed: number;
  /** On the test episodes, whose classes were never seen. */
  accuracy: number;
  /** The same on episodes of the training classes. */
  known: number;
}

/** Half of the ten digits are for training, the other half for the test: which ones depends on the seed. */
const TRAINING_CLASSES = 5;
const BATCH = 4;
const RATE = 3e-3;

/** Rows of 64 pixels and a label. All methods of a seed see the same classes, the same initial features, and as many images. */
export async function run(rows: number[][], size: Size, seed: number, report: Report): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const classes = Array.from({length: 10}, (_, label) =>
    rows.filter((row) => row[PIXELS] === label).map((row) => row.slice(0, PIXELS).map((pixel) => pixel / 16)),
  );
  const total = size.seeds * LIGHTS.length * METHODS.length;
  for (let k = 0; k < size.seeds; k++) {
    for (const light of LIGHTS) {
      const random = randomNumbers(1000 * seed + k);
      const order = permutation(10, random).map((label) => lit(classes[label], light, random));
      const [training, held] = [order.slice(0, TRAINING_CLASSES), order.slice(TRAINING_CLASSES)];
      // Episodes of known classes are of images that training does not see.
      const [seen, unseen] = [0, 1].map((part) =>
        training.map((images) => images.filter((_, i) => (i % 4 === 0) === (part === 1))),
      );
      const [test, known] = [held, unseen].map((images) => makeEpisodes(images, size.tests, random));
      for (const method of METHODS) {
        const model = fit(method, seen, size.steps, randomNumbers(2000 * seed + k));
        outcomes.push({
          ...{light, method, seed: k},
          ...{accuracy: accuracyOf(model, test), known: accuracyOf(model, known)},
        });
        await report(outcomes.length, total, `${light}: ${method}`);
      }
      for (const episodes of [test, known]) tf.dispose(Object.values(episodes) as tf.Tensor[]);
    }
  }
  return outcomes;
}

/** Episodes to the scores of the classes, [B, ways · queries, ways]. */
type Model = (episodes: Episodes) => tf.Tensor3D;

/** The share of right answers. */
function accuracyOf(model: Model, episodes: Episodes): number {
  return tf.tidy(() => {
    const right = tf.equal(tf.argMax(model(episodes), 2), tf.argMax(episodes.answers, 2));
    return tf.mean(tf.cast(right, 'float32')).dataSync()[0];
  });
}

/** The head that is fitted to the support images of an episode. */
function headOf(method: Method): Model {
  if (method === 'prototypes') {
    // Minus the squared distance to the mean of a class.
    return ({support, labels, query}) => {
      const means = tf.div(tf.matMul(labels, support, true), SHOTS);
      const squares = tf.sum(tf.square(means), 2, true);
      const products = tf.matMul(query, means, false, true);
      return tf.sub(tf.mul(2, products), tf.transpose(squares, [0, 2, 1])) as tf.Tensor3D;
    };
  }
  const layer = method.endsWith('SVM') || method === 'SVMLayer' ? new SVMLayer() : new RidgeLayer();
  return ({support, labels, query}) => layer.apply([support, labels, query]) as tf.Tensor3D;
}

function fit(method: Method, classes: Images[], steps: number, random: Random): Model {
  const head = headOf(method);
  if (method.startsWith('pixels')) return head;
  const features = network();
  const embed = (images: tf.Tensor3D) => {
    const [count, each] = images.shape;
    return tf.reshape(features.apply(tf.reshape(images, [-1, PIXELS])) as tf.Tensor, [
      count,
      each,
      PIXELS,
    ]) as tf.Tensor3D;
  };
  const model: Model = ({support, query, ...rest}) =>
    head({...rest, support: embed(support), query: embed(query)});
  const optimizer = tf.train.adam(RATE);
  if (method === 'classifier’s features, ridge') {
    // As many images as in the episodes, with the number of their class among all training classes.
    const kernelInitializer = tf.initializers.glorotNormal({seed: 1 + random.below(1e6)});
    const last = tf.layers.dense({units: classes.length, kernelInitializer});
    const all = classes.flatMap((images, label) => images.map((image) => ({image, label})));
    const batch = BATCH * WAYS * (SHOTS + QUERIES);
    for (let step = 0; step < steps; step++) {
      const drawn = Array.from({length: batch}, () => all[random.below(all.length)]);
      optimizer.minimize(() => {
        const logits = last.apply(features.apply(tf.tensor2d(drawn.map(({image}) => image)))) as tf.Tensor;
        const labels = tf.oneHot(
          tf.tensor1d(
            drawn.map(({label}) => label),
            'int32',
          ),
          classes.length,
        );
        return tf.losses.softmaxCrossEntropy(tf.cast(labels, 'float32'), logits) as tf.Scalar;
      });
    }
    return model;
  }
  // Scores of a fitted model are about 1: a learned factor makes logits of them.
  const scale = tf.variable(tf.scalar(3));
  const loss = (episodes: Episodes) =>
    tf.losses.softmaxCrossEntropy(episodes.answers, tf.mul(scale, model(episodes))) as tf.Scalar;
  for (let step = 0; step < steps; step++) {
    const episodes = makeEpisodes(classes, BATCH, random);
    optimizer.minimize(() => loss(episodes));
    tf.dispose(Object.values(episodes) as tf.Tensor[]);
  }
  return model;
}

/** A linear map of the pixels that begins as the identity. */
function network(): tf.Sequential {
  const identity = tf.initializers.identity({});
  return tf.sequential({
    layers: [
      tf.layers.dense({inputShape: [PIXELS], units: PIXELS, useBias: false, kernelInitializer: identity}),
    ],
  });
}
