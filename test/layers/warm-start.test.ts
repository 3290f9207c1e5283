/** @file Warm starts: they pay for the same batch, and for no other. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {layers} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import {expectNoLeak} from '../helpers/expect.js';
import {TanhCell} from './models.js';
import {describeOnCpu, run} from './on-cpu.js';

describeOnCpu('a warm start', () => {
  const iterations = async (layer: SolverLayer, x: tf.Tensor) => {
    tf.tidy(() => void run(layer, x));
    return (await layer.diagnostics()).iterations;
  };
  const made: Record<string, (warmStart: boolean) => SolverLayer> = {
    qp: (warmStart) => layers.qp({warmStart, seed: 1, inequalities: 6}),
    lasso: (warmStart) => layers.lasso({warmStart, units: 12, seed: 1, l1: 0.05}),
    fixedPoint: (warmStart) => layers.fixedPoint({warmStart, cell: new TanhCell(), stateShape: [4]}),
  };
  for (const [name, make] of Object.entries(made)) {
    it(`${name}: pays where the same batch comes again, not for one of another size, and is let go`, () =>
      expectNoLeak(async () => {
        const x = tf.randomNormal([3, 3], 0, 1, 'float32', 1);
        const two = tf.tidy(() => tf.slice(x, 0, 2));
        const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
        const [warm, cold] = [make(true), make(false)];
        const first = await iterations(warm, x);
        assert.deepEqual(await iterations(cold, x), first);
        assert.deepEqual(await iterations(cold, x), first);
        assert.isBelow(sum(await iterations(warm, x)), sum(first));
        assert.deepEqual(await iterations(warm, two), first.slice(0, 2));
        warm.dispose();
        cold.dispose();
        tf.dispose([x, two]);
      }));
  }
});
