/** @file How long a solution, and one with its gradient, takes for each horizon. */
import * as tf from '@tensorflow/tfjs';
import {solveQP} from '../../src/index.js';
import {quantileOf} from '../support/metrics.js';
import {controlProblem} from './controller.js';

export interface Times {
  horizon: number;
  /** Milliseconds of a solution, and of a solution with its gradient: the medians. */
  solution: number;
  gradient: number;
}

const ROUNDS = 7;
const [STATE, WAVES] = [
  [0.1, 0.05, 0, 0.2, 0, 0],
  [0.8, 0.3, -0.2, 0.4],
];

/** The horizons take turns: what else the machine does falls on all. */
export function timesOf(horizons: readonly number[]): Times[] {
  const cases = horizons.map((horizon) => {
    const {costs, starts, Q, A, lower, upper} = controlProblem(horizon);
    const p = tf.reshape(tf.matMul(tf.tensor2d([WAVES]), tf.tensor2d(costs)), [-1]);
    const b = tf.reshape(tf.matMul(tf.tensor2d([STATE]), tf.tensor2d(starts)), [-1]);
    const first = (cost: tf.Tensor) =>
      tf.slice(solveQP({Q, p: cost, A, b, lower, upper}, {onFailure: 'throw'}).x, [0], [1]);
    return {
      ...{horizon, solution: [] as number[], gradient: [] as number[]},
      solve: () => first(p),
      differentiate: () => tf.grad(first)(p),
    };
  });
  for (let round = 0; round <= ROUNDS; round++) {
    for (const {solution, gradient, solve, differentiate} of cases) {
      const times = [timed(solve), timed(differentiate)];
      // The first round finds the order of elimination.
      if (round === 0) continue;
      solution.push(times[0]);
      gradient.push(times[1]);
    }
  }
  return cases.map(({horizon, solution, gradient}) => ({
    horizon,
    solution: quantileOf(solution, 0.5),
    gradient: quantileOf(gradient, 0.5),
  }));
}

function timed(work: () => tf.Tensor): number {
  const started = performance.now();
  tf.tidy(() => void work().dataSync());
  return performance.now() - started;
}
