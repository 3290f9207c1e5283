/** @file The four classifiers: L1, L2, a dictionary and then L2, and a dictionary that is learned for the task. */
import * as tf from '@tensorflow/tfjs';
import {losses, prox, solvers} from '../../src/index.js';
import {randomNumbers} from '../support/random.js';

/** Samples x [n, p] and labels y [n], 0 or 1. */
export type Data = {x: tf.Tensor2D; y: tf.Tensor1D};

/** The atoms of a dictionary. */
const ATOMS = 10;

/** Steps of Adam on a dictionary, and their length (of the task-driven one, it is a setting). */
const STEPS = 60;
const RATE = 0.03;

/** A linear classifier: the score is ⟨w, x⟩ + b. A type alias: the solvers take records of tensors. */
type Linear = {w: tf.Tensor1D; b: tf.Scalar};

/** What is chosen for a model: the strength of the penalty on w, and that of the codes' penalty. */
export interface Settings {
  penalty: number;
  sparsity: number;
  /** The step length of the task-driven descent. */
  rate: number;
}

export const MODELS = ['L1', 'L2', 'dictionary + L2', 'task-driven'] as const;
export type Model = (typeof MODELS)[number];

const scoresOf = ({w, b}: Linear, x: tf.Tensor2D) => tf.add(tf.dot(x, w), b);

const meanLoss = (linear: Linear, {x, y}: Data): tf.Scalar =>
  tf.mean(losses.binaryLogistic(y, scoresOf(linear, x)));

const zeroOf = (x: tf.Tensor2D): Linear => ({w: tf.zeros([x.shape[1]]), b: tf.scalar(0)});

/** Logistic regression with the penalty ½ λ‖w‖². */
function fitL2(data: Data, penalty: number): Linear {
  const fun = (linear: Linear) =>
    tf.add(meanLoss(linear, data), tf.mul(penalty / 2, tf.sum(tf.square(linear.w))));
  return new solvers.LBFGS({fun}, {batched: false, maxIterations: 200, tolerance: 1e-4}).run(zeroOf(data.x))
    .x;
}

/** Logistic regression with the penalty λ‖w‖₁. The bias has none. */
function fitL1(data: Data, penalty: number): Linear {
  const descent = new solvers.ProximalGradient(
    {
      fun: (linear: Linear) => meanLoss(linear, data),
      prox: ({w, b}: Linear, l1: number, scaling?: number | tf.Tensor): Linear => ({
        w: prox.lasso(w, l1, scaling) as tf.Tensor1D,
        b,
      }),
    },
    {batched: false, maxIterations: 500, tolerance: 1e-4},
  );
  return descent.run(zeroOf(data.x), penalty).x;
}

/** The sparse codes of x in the dictionary D [p, k]: argmin_z ½‖x − Dz‖² + sparsity (‖z‖₁ + ½ · 0.1 ‖z‖²). */
export function codesOf(D: tf.Tensor, x: tf.Tensor2D, sparsity: number, implicitDiff = true): tf.Tensor2D {
  const coder = new solvers.SparseCoding({implicitDiff});
  const start = tf.zeros([x.shape[0], D.shape[1]!]);
  return coder.run(start, {l1: sparsity, l2: 0.1 * sparsity}, D, x).x as tf.Tensor2D;
}

const withUnitAtoms = (D: tf.Tensor) => tf.div(D, tf.maximum(tf.norm(D, 2, 0, true), 1e-6));

/** Adam on `variables`, the first of which is a dictionary whose atoms have length 1. */
function descend(
  rate: number,
  loss: () => tf.Scalar,
  variables: [D: tf.Variable, ...others: tf.Variable[]],
): void {
  const adam = tf.train.adam(rate);
  for (let step = 0; step < STEPS; step++) {
    tf.tidy(() => {
      adam.minimize(loss, false, variables);
      variables[0].assign(withUnitAtoms(variables[0]));
    });
  }
  adam.dispose();
}

/** A dictionary that reconstructs x well. It starts from samples; the caller disposes of it. */
export function learnDictionary({x}: Data, sparsity: number): tf.Tensor2D {
  const random = randomNumbers(x.shape[0]);
  const first = Array.from({length: ATOMS}, () => random.below(x.shape[0]));
  const D = tf.variable(tf.tidy(() => withUnitAtoms(tf.transpose(tf.gather(x, first)))));
  descend(RATE, () => {
    const z = codesOf(D, x, sparsity);
    return tf.mean(tf.sum(tf.square(tf.sub(x, tf.matMul(z, D as tf.Tensor2D, false, true))), 1));
  }, [D]);
  const learned = tf.clone(D) as tf.Tensor2D;
  D.dispose();
  return learned;
}

/** The logistic loss of a linear classifier of the codes, as a function of the dictionary: what is differentiated implicitly. */
export function taskLoss(
  D: tf.Tensor,
  linear: Linear,
  data: Data,
  sparsity: number,
  implicitDiff = true,
): tf.Scalar {
  return meanLoss(linear, {x: codesOf(D, data.x, sparsity, implicitDiff), y: data.y});
}

/**
 * @param dictionary Of `learnDictionary`, for the settings' sparsity; the linear models need none.
 * @returns The scores of `test`, after training on `data`.
 */
export function scores(
  model: Model,
  data: Data,
  test: tf.Tensor2D,
  {penalty, sparsity, rate}: Settings,
  dictionary: tf.Tensor2D | null,
): Float32Array {
  return tf.tidy(() => {
    if (model === 'L1') return scoresOf(fitL1(data, penalty), test).dataSync();
    if (model === 'L2') return scoresOf(fitL2(data, penalty), test).dataSync();
    const linear = fitL2({x: codesOf(dictionary!, data.x, sparsity), y: data.y}, penalty);
    if (model === 'dictionary + L2') {
      return scoresOf(linear, codesOf(dictionary!, test, sparsity)).dataSync();
    }
    // Dictionary and classifier together, from there on.
    const [D, w, b] = [dictionary!, linear.w, linear.b].map((tensor) => tf.variable(tensor as tf.Tensor));
    const now = (): Linear => ({w: w as unknown as tf.Tensor1D, b: b as unknown as tf.Scalar});
    descend(
      rate,
      () => tf.add(taskLoss(D, now(), data, sparsity), tf.mul(penalty / 2, tf.sum(tf.square(w)))),
      [D, w, b],
    );
    const found = scoresOf(now(), codesOf(D, test, sparsity)).dataSync();
    tf.dispose([D, w, b]);
    return found;
  }) as unknown as Float32Array;
}
