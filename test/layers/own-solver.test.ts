/** @file A quadratic-program layer with a solver of the caller’s. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {QPLayer, solvers} from '../../src/index.js';
import {expectClose} from '../helpers/expect.js';
import {describeOnCpu, EYE, run} from './on-cpu.js';

describeOnCpu('a solver of one’s own', () => {
  it('finds the solution of a QP layer, and null is none', () =>
    tf.tidy(() => {
      let calls = 0;
      const osqp = new solvers.OSQP({tolerance: 1e-6});
      const solver = {run: (...args: Parameters<typeof osqp.run>) => (calls++, osqp.run(...args))};
      const args = {constants: {Q: EYE, G: EYE, h: [1, 2]}};
      const p = tf.tensor2d([[-3, 0.5]]);
      expectClose(run(new QPLayer({...args, solver: solver as never}), p), [1, -0.5], 1e-4);
      assert.equal(calls, 1);
      expectClose(run(new QPLayer({...args, solver: null as never}), p), [1, -0.5], 1e-6);
    }));
});
