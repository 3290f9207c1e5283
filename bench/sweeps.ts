/**
 * @file Cross-validation: one model after another, folds × grid as one batch, and a hypergradient. `npx tsx bench/sweeps.ts`; CPU time, the
 * smallest of two rounds, in which they take turns.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs';
import seedrandom from 'seedrandom';
import {errorOf, foldsOf, lassoScores, withGrid, type Folds} from '../examples/support/sweep.js';
import {RidgeLayer, setThreads, SVMLayer} from '../src/index.js';

const [ROWS, P, FOLDS, VALUES, STEPS, ROUNDS] = [40, 8, 5, 10, 15, 2];
const random = seedrandom('sweeps');
const data = Array.from({length: ROWS}, () => Array.from({length: P}, () => 2 * random() - 1));
const labels = data.map(([a, b]) => [a - 2 * b + 2 * random() - 1]);
const grid = Array.from({length: VALUES}, (_, i) => 10 ** (-2 + (4 * i) / (VALUES - 1)));

type Fit = (folds: Folds, grid: tf.Tensor1D) => tf.Tensor;
const layered = (Layer: typeof RidgeLayer | typeof SVMLayer): Fit => {
  const layer = new Layer({l2: 1, learnL2: false});
  return (folds, values) => {
    const {X, Y, points} = withGrid(folds, values);
    return layer.apply([X, Y, points]) as tf.Tensor;
  };
};

/** CPU milliseconds. */
function timeOf(f: () => void): number {
  const start = process.cpuUsage();
  tf.tidy(f);
  const {user, system} = process.cpuUsage(start);
  return (user + system) / 1000;
}

await tf.setBackend('cpu');
tf.enableProdMode();
setThreads(1);
const fits: Record<string, Fit> = {ridge: layered(RidgeLayer), SVM: layered(SVMLayer), lasso: lassoScores};
for (const [name, fit] of Object.entries(fits)) {
  const Y = name === 'SVM' ? labels.map(([v]) => [Number(v > 0), Number(v <= 0)]) : labels;
  const folds = foldsOf(tf.tensor2d(data), tf.tensor2d(Y), FOLDS);
  const error = (logs: tf.Tensor1D) => {
    const values = tf.exp(logs) as tf.Tensor1D;
    return errorOf(fit(folds, values), withGrid(folds, values).targets, logs.shape[0]);
  };
  const oneByOne = () => {
    for (let fold = 0; fold < FOLDS; fold++) {
      const only = (v: tf.Tensor3D) => tf.slice(v, [fold, 0, 0], [1, -1, -1]);
      const one = {
        X: only(folds.X),
        Y: only(folds.Y),
        points: only(folds.points),
        targets: only(folds.targets),
      };
      for (const value of grid) fit(one, tf.tensor1d([value])).dataSync();
    }
  };
  let best = Number.NaN;
  const together = () =>
    void (best = Math.min(...error(tf.log(tf.tensor1d(grid)) as tf.Tensor1D).dataSync()));
  let reached = Number.NaN;
  const hypergradient = () => {
    const log = tf.variable(tf.tensor1d([0]));
    const optimizer = tf.train.adam(0.3);
    for (let i = 0; i < STEPS; i++) optimizer.minimize(() => tf.sum(error(log as tf.Tensor1D)));
    reached = error(log as tf.Tensor1D).dataSync()[0];
    log.dispose();
  };
  const ways = [oneByOne, together, hypergradient];
  const times = Array.from({length: ROUNDS}, () => ways.map(timeOf));
  const [alone, batch, steps] = ways.map((_, i) => Math.min(...times.map((round) => round[i])));
  console.log(
    `${name}: ${FOLDS * VALUES} models one by one ${alone.toFixed(0)} ms, at once ${batch.toFixed(0)} ms, error ${best.toPrecision(5)}; ` +
      `${STEPS} steps of the hypergradient ${steps.toFixed(0)} ms, error ${reached.toPrecision(5)}`,
  );
}
process.exit();
