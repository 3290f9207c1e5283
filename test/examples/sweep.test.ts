/** @file Folds × grid in one batch are the fits one by one; a hypergradient gets at least as far as the grid. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import seedrandom from 'seedrandom';
import {errorOf, foldsOf, lassoScores, withGrid, type Folds} from '../../examples/support/sweep.js';
import {RidgeLayer, SVMLayer} from '../../src/index.js';

const random = seedrandom('sweep');
const list = (rows: number, columns: number) =>
  Array.from({length: rows}, () => Array.from({length: columns}, () => 2 * random() - 1));
const [ROWS, P, FOLDS] = [40, 6, 4];
const data = list(ROWS, P);
const noise = list(ROWS, 1);
const labels = data.map(([a, b], i) => [a - 2 * b + noise[i][0]]);
// Their roots are powers of 2: the scaling rounds nothing.
const GRID = [0.25, 1, 16];

type Fit = (folds: Folds, grid: tf.Tensor1D) => tf.Tensor;
const layered =
  (Layer: typeof RidgeLayer | typeof SVMLayer): Fit =>
  (folds, grid) => {
    const {X, Y, points} = withGrid(folds, grid);
    return new Layer({l2: 1, learnL2: false}).apply([X, Y, points]) as tf.Tensor;
  };
const FITS: Record<string, {fit: Fit; alone: (folds: Folds, value: number) => tf.Tensor; classes: boolean}> =
  {
    ridge: {
      fit: layered(RidgeLayer),
      alone: ({X, Y, points}, l2) => new RidgeLayer({l2}).apply([X, Y, points]) as tf.Tensor,
      classes: false,
    },
    svm: {
      fit: layered(SVMLayer),
      alone: ({X, Y, points}, l2) => new SVMLayer({l2}).apply([X, Y, points]) as tf.Tensor,
      classes: true,
    },
    lasso: {fit: lassoScores, alone: (folds, l1) => lassoScores(folds, tf.tensor1d([l1])), classes: false},
  };

describe('sweeps', () => {
  before(() => tf.setBackend('cpu'));

  for (const [name, {fit, alone, classes}] of Object.entries(FITS)) {
    it(`${name}: all at once as one by one`, () => {
      tf.tidy(() => {
        const Y = classes ? labels.map(([v]) => [Number(v > 0), Number(v <= 0)]) : labels;
        const folds = foldsOf(tf.tensor2d(data), tf.tensor2d(Y), FOLDS);
        const together = fit(folds, tf.tensor1d(GRID)).arraySync() as number[][][];
        let largest = 0;
        for (let fold = 0; fold < FOLDS; fold++) {
          const one = Object.fromEntries(
            Object.entries(folds).map(([key, value]) => [
              key,
              (value as tf.Tensor3D).slice([fold, 0, 0], [1, -1, -1]),
            ]),
          ) as unknown as Folds;
          GRID.forEach((value, i) => {
            const expected = (alone(one, value).arraySync() as number[][][])[0];
            together[fold * GRID.length + i].forEach((row, r) =>
              row.forEach((score, c) => (largest = Math.max(largest, Math.abs(score - expected[r][c])))),
            );
          });
        }
        assert.isBelow(largest, 1e-5);
      });
    });
  }

  for (const name of ['ridge', 'lasso']) {
    it(`${name}: the hypergradient finds a value at least as good as the grid's best`, () => {
      const folds = foldsOf(tf.tensor2d(data), tf.tensor2d(labels), FOLDS);
      const {fit} = FITS[name];
      const error = (logs: tf.Tensor1D) => {
        const grid = tf.exp(logs);
        return errorOf(
          fit(folds, grid as tf.Tensor1D),
          withGrid(folds, grid as tf.Tensor1D).targets,
          grid.shape[0],
        );
      };
      const best = Math.min(...tf.tidy(() => error(tf.log(tf.tensor1d(GRID)) as tf.Tensor1D).dataSync()));
      const log = tf.variable(tf.tensor1d([0]));
      const optimizer = tf.train.adam(0.2);
      for (let i = 0; i < 40; i++) optimizer.minimize(() => tf.sum(error(log as tf.Tensor1D)));
      const reached = tf.tidy(() => error(log as tf.Tensor1D).dataSync()[0]);
      assert.isAtMost(reached, best * (1 + 1e-5));
      tf.dispose([log, folds as unknown as tf.TensorContainer]);
    });
  }
});
