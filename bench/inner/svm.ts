/**
 * @file The regularisation of a multiclass SVM, learned: the hypergradient of the paper's first experiment.
 *
 * Inner: x*(θ) = argmin over rows in the simplex of ½θ‖W‖² + ⟨x, Y⟩, W = Xᵀ(Y − x)/θ. Outer: ½‖V W(x*(θ), θ) − U‖² on validation data,
 * differentiated with respect to λ, θ = exp λ, at λ = 1.
 *
 * @see Blondel et al. 2022 (arXiv 2105.15183), section 4.1.
 */
import * as tf from '@tensorflow/tfjs';
import {conditions, objectives, projections, solvers} from '../../src/index.js';
import type {Case, Contender} from './case.js';
import {classification, oneHot} from './classification.js';

const CLASSES = 5;
const TRAINING = 700;
const VALIDATION = 200;

interface Data {
  x: tf.Tensor2D;
  /** Xᵀ, for who writes loops by hand. */
  xt: tf.Tensor2D;
  y: tf.Tensor2D;
  v: tf.Tensor2D;
  u: tf.Tensor2D;
  start: tf.Tensor2D;
}

const METHODS = ['mirror descent', 'projected gradient', 'block coordinate descent'] as const;
type Method = (typeof METHODS)[number];

function dataOf(features: number): Data {
  const samples = TRAINING + VALIDATION;
  const {x, labels} = classification(`svm ${features}`, {samples, features, classes: CLASSES});
  const rows = (values: ArrayLike<number>, from: number, to: number, width: number) =>
    tf.tensor2d(Float32Array.from(values).subarray(from * width, to * width), [to - from, width]);
  const targets = oneHot(labels, CLASSES);
  const training = rows(x, 0, TRAINING, features);
  return {
    x: training,
    xt: tf.transpose(training),
    y: rows(targets, 0, TRAINING, CLASSES),
    v: rows(x, TRAINING, samples, features),
    u: rows(targets, TRAINING, samples, CLASSES),
    start: tf.fill([TRAINING, CLASSES], 1 / CLASSES),
  };
}

/** The largest eigenvalue of XXᵀ: the smoothness of the inner objective is this over θ. */
function largestEigenvalue({x, xt}: Data): number {
  return tf.tidy(() => {
    let q: tf.Tensor2D = tf.ones([TRAINING, 1]);
    for (let k = 0; k < 100; k++) {
      const next: tf.Tensor2D = tf.matMul(x, tf.matMul(xt, q));
      q = tf.div(next, tf.norm(next));
    }
    return tf.norm(tf.matMul(x, tf.matMul(xt, q))).dataSync()[0];
  });
}

const weights = ({x, y}: Data, at: tf.Tensor, theta: tf.Tensor) =>
  tf.div(tf.matMul(x, tf.sub(y, at), true, false), theta);

const objective = (data: Data) => (at: tf.Tensor, theta: tf.Tensor) =>
  tf.add(
    tf.mul(tf.mul(0.5, theta), tf.sum(tf.square(weights(data, at, theta)))),
    tf.sum(tf.mul(at, data.y)),
  ) as tf.Scalar;

function outer(data: Data, at: tf.Tensor, theta: tf.Tensor): tf.Scalar {
  const scores = tf.matMul(data.v, weights(data, at, theta) as tf.Tensor2D);
  return tf.mul(0.5, tf.sum(tf.square(tf.sub(scores, data.u)))) as tf.Scalar;
}

const nameOf = (features: number, method: Method) => `SVM, ${features} features, ${method}`;

interface Settings {
  iterations: number;
  stepSize: number;
}

function ours(
  data: Data,
  method: Exclude<Method, 'block coordinate descent'>,
  {iterations, stepSize}: Settings,
  implicitDiff: boolean,
): Contender {
  const options = {
    ...{maxIterations: iterations, tolerance: 0, batched: false, implicitDiff, stepSize},
    onFailure: 'ignore' as const,
  };
  const fun = objective(data);
  const solver =
    method === 'mirror descent'
      ? new solvers.MirrorDescent({fun, geometry: conditions.entropy}, options)
      : new solvers.ProjectedGradient({fun, projection: (at: tf.Tensor) => projections.simplex(at)}, options);
  const loss = (lambda: tf.Tensor) => {
    const theta = tf.exp(lambda);
    return outer(data, solver.run(data.start, null, theta).x, theta);
  };
  return {
    name: implicitDiff ? 'implicit' : 'unrolled',
    run: () =>
      tf.tidy(() => {
        const {value, grad} = tf.valueAndGrad(loss)(tf.scalar(1));
        return [value.dataSync()[0], grad.dataSync()[0]];
      }),
  };
}

/** Block coordinate descent on the dual as the library has it, which keeps Xᵀx. */
function ourBlocks(data: Data, {iterations}: Settings): Contender {
  const {x: X, y, start} = data;
  const solver = new solvers.BlockCoordinateDescent(
    {fun: objectives.multiclassLinearSVMDual, prox: (rows: tf.Tensor) => projections.simplex(rows)},
    {maxIterations: iterations, tolerance: 0, batched: false, onFailure: 'ignore'},
  );
  const loss = (lambda: tf.Tensor) => {
    const theta = tf.exp(lambda);
    return outer(data, solver.run(start, null, theta, {X, y}).x, theta);
  };
  return {
    name: 'implicit',
    run: () =>
      tf.tidy(() => {
        const {value, grad} = tf.valueAndGrad(loss)(tf.scalar(1));
        return [value.dataSync()[0], grad.dataSync()[0]];
      }),
  };
}

/** The row of `at` at `from`, projected onto the simplex in place, by sorting. */
function projectRow(at: Float64Array, from: number): void {
  const sorted = at
    .slice(from, from + CLASSES)
    .sort()
    .reverse();
  let [sum, threshold] = [0, 0];
  for (let k = 0; k < CLASSES; k++) {
    sum += sorted[k];
    const next = (sum - 1) / (k + 1);
    if (sorted[k] > next) threshold = next;
  }
  for (let c = from; c < from + CLASSES; c++) at[c] = Math.max(at[c] - threshold, 0);
}

/** Block coordinate descent in plain arrays, because a block is too little work for calls of tfjs. */
function blocksByHand(data: Data, {iterations}: Settings): Contender {
  const theta = Math.E;
  const p = data.x.shape[1];
  const [X, Y, start] = [data.x, data.y, data.start].map((tensor) => Float64Array.from(tensor.dataSync()));
  const steps = Array.from({length: TRAINING}, (_, i) => {
    const size = X.subarray(i * p, (i + 1) * p).reduce((sum, value) => sum + value ** 2, 0);
    return size === 0 ? 1 : theta / size;
  });
  /** W += X_i · factor · changeᵀ. */
  const add = (W: Float64Array, i: number, change: ArrayLike<number>, from: number, factor: number) => {
    for (let j = 0, w = 0; j < p; j++) {
      const own = factor * X[i * p + j];
      for (let c = 0; c < CLASSES; c++, w++) W[w] += own * change[from + c];
    }
  };
  const solve = () => {
    const [at, W] = [start.slice(), new Float64Array(p * CLASSES)];
    const change = Y.map((value, k) => value - at[k]);
    for (let i = 0; i < TRAINING; i++) add(W, i, change, i * CLASSES, 1 / theta);
    const before = new Float64Array(CLASSES);
    const slope = new Float64Array(CLASSES);
    for (let pass = 0; pass < iterations; pass++) {
      for (let i = 0; i < TRAINING; i++) {
        const from = i * CLASSES;
        slope.fill(0);
        for (let j = 0, w = 0; j < p; j++) {
          const own = X[i * p + j];
          for (let c = 0; c < CLASSES; c++, w++) slope[c] += own * W[w];
        }
        for (let c = 0; c < CLASSES; c++) {
          before[c] = at[from + c];
          at[from + c] += steps[i] * (slope[c] - Y[from + c]);
        }
        projectRow(at, from);
        for (let c = 0; c < CLASSES; c++) before[c] -= at[from + c];
        if (before.some((value) => value !== 0)) add(W, i, before, 0, 1 / theta);
      }
    }
    return at;
  };
  return {
    name: 'by hand in plain arrays, forward only',
    forwardOnly: true,
    run: () =>
      tf.tidy(() => {
        const at = tf.tensor2d(Float32Array.from(solve()), [TRAINING, CLASSES]);
        return [outer(data, at, tf.scalar(theta)).dataSync()[0]];
      }),
  };
}

/** The same iterations in as few calls as possible, for one θ, without a gradient. */
function byHand(data: Data, method: Method, {iterations, stepSize}: Settings): Contender {
  const theta = Math.E;
  const {y, v, u, start} = data;
  // The step size and 1/θ are put into one of the matrices, and −η·y into the step: −η∇f(x) = (η/θ)·XXᵀ(y − x) − ηy.
  const scaled = tf.mul(data.x, stepSize / theta) as tf.Tensor2D;
  const shift = tf.mul(y, stepSize) as tf.Tensor2D;
  const move = (at: tf.Tensor2D) =>
    tf.sub(tf.matMul(scaled, tf.matMul(data.xt, tf.sub(y, at) as tf.Tensor2D)), shift);
  const mirror = () => {
    let [at, dual] = [start, tf.log(start)] as tf.Tensor2D[];
    for (let k = 0; k < iterations; k++) {
      [at, dual] = tf.tidy(() => {
        const next = tf.add(dual, move(at)) as tf.Tensor2D;
        return [tf.softmax(next), next];
      });
    }
    return at;
  };
  const ranks = tf.tensor1d(Array.from({length: CLASSES}, (_, k) => k + 1));
  const upper = tf.tensor2d(
    Array.from({length: CLASSES}, (_, i) => Array.from({length: CLASSES}, (__, j) => Number(i <= j))),
  );
  /** Rows onto the simplex: sorted, the running sums give the threshold. */
  const onto = (rows: tf.Tensor2D) => {
    const sorted = tf.topk(rows, CLASSES).values as tf.Tensor2D;
    const thresholds = tf.div(tf.sub(tf.matMul(sorted, upper), 1), ranks);
    return tf.relu(tf.sub(rows, tf.max(thresholds, 1, true))) as tf.Tensor2D;
  };
  const projected = () => {
    let [at, ahead] = [start, start];
    let t = 1;
    for (let k = 0; k < iterations; k++) {
      const later = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
      [at, ahead] = tf.tidy(() => {
        const next = onto(tf.add(ahead, move(ahead)));
        return [next, tf.add(next, tf.mul(tf.sub(next, at), (t - 1) / later)) as tf.Tensor2D];
      });
      t = later;
    }
    return at;
  };
  return {
    name: 'by hand, forward only',
    forwardOnly: true,
    run: () =>
      tf.tidy(() => {
        const at = method === 'mirror descent' ? mirror() : projected();
        const w = tf.div(tf.matMul(data.xt, tf.sub(y, at) as tf.Tensor2D), theta) as tf.Tensor2D;
        return [0.5 * tf.sum(tf.square(tf.sub(tf.matMul(v, w), u))).dataSync()[0]];
      }),
  };
}

/** The cases for each number of features, of those whose names match. */
export function svmCases(features: readonly number[], iterations: number, only = /./): Case[] {
  return features.flatMap((p) => {
    const methods = METHODS.filter((method) => only.test(nameOf(p, method)));
    if (methods.length === 0) return [];
    const data = dataOf(p);
    const smoothness = largestEigenvalue(data) / Math.E;
    return methods.map((method): Case => {
      const settings = {iterations, stepSize: method === 'mirror descent' ? 1 : 1 / smoothness};
      const array = (tensor: tf.Tensor) => ({shape: tensor.shape, values: tensor.dataSync()});
      return {
        name: nameOf(p, method),
        answer: 'loss, gradient',
        contenders:
          method === 'block coordinate descent'
            ? [blocksByHand(data, settings), ourBlocks(data, settings)]
            : [
                byHand(data, method, settings),
                ours(data, method, settings, true),
                ours(data, method, settings, false),
              ],
        python: {
          peer: 'svm',
          settings: {...settings, method},
          arrays: {x: array(data.x), y: array(data.y), v: array(data.v), u: array(data.u)},
        },
        bound: 1e-3,
      };
    });
  });
}
