/**
 * @file Times model-predictive control over longer and longer horizons, and prints a table: npm run bench:control.
 *
 * A cart with an upright pendulum on it follows a path with a bounded force: min ½ Σₜ (xₜ − rₜ)ᵀ diag(q) (xₜ − rₜ) + r uₜ² subject to
 * xₜ₊₁ = A xₜ + B uₜ and |uₜ| ≤ 1. States and forces of all steps are variables, so the matrices are banded. The time for each step should
 * not depend on the horizon.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {startBackend} from '../examples/support/backend.js';
import {Entries} from '../examples/support/entries.js';
import {solveQP, sparseMatrix, type QPInput} from '../src/index.js';

const HORIZONS = [50, 100, 200, 400, 800];
const ROUNDS = 9;

/** Position, speed, angle and its speed, after 0.05 s: Euler's method for a cart of 1 kg and a pendulum of 0.1 kg and 1 m. */
const DT = 0.05;
const DYNAMICS = [
  [1, DT, 0, 0],
  [0, 1, -0.981 * DT, 0],
  [0, 0, 1, DT],
  [0, 0, 10.79 * DT, 1],
];
const INPUT = [0, DT, 0, -DT];
const STATE_COST = [1, 0.1, 10, 0.1];
const INPUT_COST = 0.1;
const START = [0.5, 0, 0.05, 0];
/** Where the cart should be after t steps. */
const path = (t: number) => Math.sin(t / 20);
const STATES = START.length;
/** The variables of a step: its force, and the state after it. */
const WIDTH = STATES + 1;

function controlProblem(horizon: number): (start: tf.Tensor) => QPInput {
  const n = WIDTH * horizon;
  const [Q, G, A] = [new Entries(), new Entries(), new Entries()];
  for (let t = 0; t < horizon; t++) {
    const u = WIDTH * t;
    Q.add(u, u, INPUT_COST);
    G.add(2 * t, u, 1);
    G.add(2 * t + 1, u, -1);
    for (let i = 0; i < STATES; i++) {
      const row = STATES * t + i;
      Q.add(u + 1 + i, u + 1 + i, STATE_COST[i]);
      A.add(row, u + 1 + i, 1);
      A.add(row, u, -INPUT[i]);
      // The first state is given, so its part is on the right-hand side.
      for (let j = 0; t > 0 && j < STATES; j++) A.add(row, u + 1 + j - WIDTH, -DYNAMICS[i][j]);
    }
  }
  const matrix = (rows: number, entries: Entries) => sparseMatrix({shape: [rows, n], ...entries});
  const given = {Q: matrix(n, Q), G: matrix(2 * horizon, G), A: matrix(STATES * horizon, A)};
  const cost = new Float32Array(n);
  for (let t = 0; t < horizon; t++) cost[WIDTH * t + 1] = -STATE_COST[0] * path(t + 1);
  const [p, h] = [tf.tensor1d(cost), tf.ones([2 * horizon])];
  const rest = tf.zeros([STATES * (horizon - 1)]);
  return (start) => ({
    ...given,
    p,
    h,
    b: tf.concat([tf.reshape(tf.matMul(tf.tensor2d(DYNAMICS), tf.expandDims(start, 1)), [-1]), rest]),
  });
}

/** In ms. */
function timed(work: () => void): number {
  const start = performance.now();
  tf.tidy(work);
  return performance.now() - start;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

await startBackend('cpu');
const cases = HORIZONS.map((horizon) => {
  const problem = controlProblem(horizon);
  const start = tf.tensor1d(START);
  const solve = (from: tf.Tensor) => solveQP(problem(from)).x;
  return {
    horizon,
    forward: () => void solve(start).dataSync(),
    // Of the first force, in the state from which it starts.
    both: () =>
      void tf
        .grad((from: tf.Tensor) => tf.slice(solve(from), [0], [1]))(start)
        .dataSync(),
  };
});
const first = cases.map(({forward}) => timed(forward));
const times = cases.map(() => ({forward: [] as number[], both: [] as number[]}));
// They take turns: what else the machine does falls on all.
for (let round = 0; round < ROUNDS; round++) {
  for (const [k, {forward, both}] of cases.entries()) {
    times[k].forward.push(timed(forward));
    times[k].both.push(timed(both));
  }
}
console.log(
  '| horizon | variables | first call, ms | solution, ms | with gradient, ms | solution, µs per step |',
);
console.log('| --- | --- | --- | --- | --- | --- |');
for (const [k, {horizon}] of cases.entries()) {
  const [forward, both] = [median(times[k].forward), median(times[k].both)];
  const cells = [
    horizon,
    WIDTH * horizon,
    first[k].toFixed(1),
    forward.toFixed(1),
    both.toFixed(1),
    ((1000 * forward) / horizon).toFixed(0),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
