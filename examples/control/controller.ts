/** @file Model-predictive control as a layer: a sparse quadratic program over all steps of the horizon, in a Keras model. */
import * as tf from '@tensorflow/tfjs';
import {QPLayer, sparseMatrix, type SparseMatrix} from '../../src/index.js';
import {Entries} from '../support/entries.js';
import {DRIVEN_SPEED, DT, DYNAMICS, FORCE, INPUT, LOAD, shapes, SPEED, STATES, WAVES} from './machine.js';

/** The variables of a step: its force, and the state after it. */
const WIDTH = STATES + 1;
const [TRACKING, INPUT_COST] = [2, 0.2];

/** What is the same at all times. */
export interface ControlProblem {
  Q: SparseMatrix;
  A: SparseMatrix;
  lower: number[];
  upper: number[];
  /** p = waves · costs, [4, n]. */
  costs: number[][];
  /** b = state · starts, [6, k]. */
  starts: number[][];
}

/**
 * min Σₜ ½ · 2 (load_t − height_t)² + ½ · 0.2 force_t² subject to x_{t+1} = A x_t + B force_t, |force_t| ≤ 4 and
 * |speed of the first mass| ≤ 1.
 */
export function controlProblem(horizon: number): ControlProblem {
  const [n, k] = [WIDTH * horizon, STATES * horizon];
  const [Q, A] = [new Entries(), new Entries()];
  const upper = Array<number>(n).fill(Infinity);
  const costs = Array.from({length: WAVES}, () => Array<number>(n).fill(0));
  const starts = Array.from({length: STATES}, () => Array<number>(k).fill(0));
  for (let t = 0; t < horizon; t++) {
    const [force, state, row] = [WIDTH * t, WIDTH * t + 1, STATES * t];
    Q.add(force, force, INPUT_COST);
    Q.add(state + LOAD, state + LOAD, TRACKING);
    upper[force] = FORCE;
    upper[state + DRIVEN_SPEED] = SPEED;
    shapes((t + 1) * DT).forEach((shape, j) => (costs[j][state + LOAD] = -TRACKING * shape));
    for (let i = 0; i < STATES; i++) {
      A.add(row + i, state + i, 1);
      A.add(row + i, force, -INPUT[i]);
      // The state now is given, so its part is on the right-hand side.
      for (let j = 0; j < STATES; j++) {
        if (t === 0) starts[j][i] = DYNAMICS[i][j];
        else A.add(row + i, state - WIDTH + j, -DYNAMICS[i][j]);
      }
    }
  }
  const lower = upper.map((limit) => -limit);
  return {
    ...{lower, upper, costs, starts},
    Q: sparseMatrix({shape: [n, n], ...Q}),
    A: sparseMatrix({shape: [k, n], ...A}),
  };
}

export interface Controller {
  /** From the state [B, 6] and what is seen of the waves [B, sensors] to the force [B, 1]. */
  model: tf.LayersModel;
  /** The learned map from what is seen to the amplitudes of the waves. */
  sight: tf.layers.Layer;
}

/** The plan is computed from scratch in each call; only its first force is used. */
export function makeController(problem: ControlProblem, sensors: number): Controller {
  const {Q, A, lower, upper, costs, starts} = problem;
  const state = tf.input({shape: [STATES]});
  const seen = tf.input({shape: [sensors]});
  const sight = tf.layers.dense({units: WAVES, useBias: false, kernelInitializer: 'zeros'});
  const p = fixed(costs).apply(sight.apply(seen)) as tf.SymbolicTensor;
  const b = fixed(starts).apply(state) as tf.SymbolicTensor;
  const constants = {Q, A, lower, upper};
  const qp = new QPLayer({inputs: ['p', 'b'], constants, inequalities: 0, onFailure: 'throw'});
  const plan = qp.apply([p, b]) as tf.SymbolicTensor;
  const first = lower.map((_, i) => [Number(i === 0)]);
  const model = tf.model({inputs: [state, seen], outputs: fixed(first).apply(plan) as tf.SymbolicTensor});
  return {model, sight};
}

/** A linear map that is not trained. */
function fixed(kernel: number[][]): tf.layers.Layer {
  const [inputs, units] = [kernel.length, kernel[0].length];
  return tf.layers.dense({
    ...{units, useBias: false, trainable: false, inputShape: [inputs]},
    weights: [tf.tensor2d(kernel)],
  });
}
