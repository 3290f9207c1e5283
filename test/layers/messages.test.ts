/** @file Messages of a layer whose samples fail: each names the way out. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {layers} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import {describeOnCpu, run, warningsOf} from './on-cpu.js';

describeOnCpu('a message of a layer names the way out', () => {
  const said = (layer: SolverLayer, ...list: tf.Tensor[]) =>
    warningsOf(() => tf.tidy(() => void run(layer, ...list)));
  it('of each failure', () =>
    tf.tidy(() => {
      const masked = tf.tensor2d([[1, -Infinity, -Infinity], [1, 2, 3]]); // prettier-ignore
      assert.match(
        said(layers.topK({k: 2, name: 'few'}), masked),
        /'few': 1 of 2 .*sample 0 cannot be projected.*fewer entries.*Its output and gradient are zero/,
      );
      const sums = [tf.zeros([1, 2, 2]), tf.tensor2d([[1, 1]]), tf.tensor2d([[0.25, 0.25]])];
      assert.match(
        said(layers.transport({marginals: true, name: 'sums'}), ...sums),
        /'sums': .*sums that differ/,
      );
      const c = tf.tensor2d([[1, 0], [0, 0]]); // prettier-ignore
      const line = {cones: {nonNegative: 1}, constants: {E: [[1, 0]], d: [1]}};
      assert.match(
        said(layers.conic({...line, name: 'open'}), c),
        /'open': 1 of 2 .*is unbounded: .*\(add bounds on z.*z = 0 and a zero gradient/,
      );
      const contradiction = {
        cones: {nonNegative: 2},
        constants: {
          E: [
            [1, 0],
            [-1, 0],
          ],
          d: [-1, -1],
        },
      };
      assert.match(
        said(layers.conic({...contradiction, name: 'shut'}), c),
        /'shut': 2 of 2 .*is infeasible: no point .*\(relax d/,
      );
      const few = {
        ...line,
        constants: {
          E: [
            [1, 0],
            [-1, 0],
            [0, 1],
            [0, -1],
          ],
          d: [1, 1, 1, 1],
        },
        cones: {nonNegative: 4},
      };
      assert.match(
        said(layers.conic({...few, maxIterations: 1, name: 'short'}), tf.ones([1, 2])),
        /'short': .*iteration limit \(raise maxIterations/,
      );
      const lasso = layers.lasso({units: 3, maxIterations: 1, l1: 0.01, seed: 1, name: 'brief'});
      assert.match(
        said(lasso, tf.ones([1, 3])),
        /'brief': .*iteration limit.*inexact.*If nothing finite was found/,
      );
    }));
});
