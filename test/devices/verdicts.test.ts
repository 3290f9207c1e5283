/** @file Status 0 is never given to a point that a row, column or sum refuses, whichever solver found it. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {certify, projections, solveQP, solvers} from '../../src/index.js';
import {judgeNasty, solveBatchAsync} from '../helpers/qp-verdicts.js';
import {nastyBatch} from '../zoo/qp/nasty.js';
import {assertClose, describeDevices, valuesOf} from './devices.js';

const SINGLE = 2 ** -20;

describeDevices('verdicts', (device) => {
  it('linear programs that are consistent only up to f32 are solved', async () => {
    const all = nastyBatch('31 nasty 0', 64, 'linear program');
    // The dual active-set method and the interior point end beside their solutions.
    const problems = [8, 15, 16, 17].map((i) => all[i]);
    const verdicts = (await solveBatchAsync(problems)).map((outcome, i) => judgeNasty(problems[i], outcome));
    assert.deepEqual(
      verdicts.map(({verdict}) => verdict),
      ['right', 'right', 'right', 'right'],
    );
  });

  it('OSQP is judged row by row: a huge cost hides no wrong variable', async () => {
    const Q = tf.tensor3d([[[1, 0], [0, 1]]]); // prettier-ignore
    const p = tf.tensor2d([[1e10, -1.05], [1e10, -0.3]]); // prettier-ignore
    const G = tf.tensor3d([[[-1, 0], [0, 1]]]); // prettier-ignore
    const problem = {Q, p, G, h: tf.tensor2d([[0, 1]])};
    const {x, ineqDual, status} = solveQP(problem, {
      solver: new solvers.OSQP({maxIterations: 120}),
      onFailure: 'ignore',
    });
    assert.deepEqual(await valuesOf(status), [0, 0]);
    const residuals = await valuesOf(certify(problem, {x, ineqDual}).residual);
    assert.isTrue(
      residuals.every((residual) => residual <= SINGLE),
      `${residuals}`,
    );
    const found = await valuesOf(x);
    [0, 1, 0, 0.3].forEach((value, i) => assert.closeTo(found[i], value, 1e-6));
  });

  it('BoxCDQP holds a fixed variable, and one that is free to move', async () => {
    const data = {
      Q: tf.tensor3d([[[1, 0], [0, 1e-6]]]), // prettier-ignore
      p: tf.tensor2d([[-1e6, -2e-6]]),
      l: tf.tensor2d([[0.5, -10]]),
      u: tf.tensor2d([[0.5, 10]]),
    };
    const {x, state} = new solvers.BoxCDQP({maxIterations: 110}).run(null, data);
    assert.deepEqual(await valuesOf(state.status), [0]);
    assert.isAtMost((await valuesOf(state.residual))[0], SINGLE);
    const [fixed, free] = await valuesOf(x);
    assert.closeTo(fixed, 0.5, 1e-6);
    assert.closeTo(free, 2, 1e-5);
  });

  it('SparseCoding: a sample with NaN has status 4, wherever it stands, and leaves the others alone', async () => {
    const solver = new solvers.SparseCoding({tolerance: 1e-6, onFailure: 'ignore'});
    const penalty = {l1: 0.1, l2: 0};
    const D = tf.tensor2d([1, 0, 0.5, 0, 1, 0.5], [2, 3]);
    const x = tf.tensor2d([0.5, 1, NaN, 1, 1, NaN], [3, 2]);
    const {x: z, state} = solver.run(tf.zeros([3, 3]), penalty, D, x);
    assert.deepEqual(await valuesOf(state.status), [0, 4, 4]);
    const codes = await valuesOf(z);
    assertClose(codes.slice(0, 3), [0.4, 0.9, 0], 1e-5, 'code of the sample without NaN');

    for (const atom of [0, 1, 2]) {
      const column = tf.tensor2d([0, 1, 2, 0, 1, 2], [2, 3]);
      const broken = tf.where(tf.equal(column, atom), tf.fill([2, 3], NaN), D);
      const {state} = solver.run(tf.zeros([1, 3]), penalty, broken, tf.slice(x, [0, 0], [1, 2]));
      assert.deepEqual(await valuesOf(state.status), [4], `atom ${atom}`);
    }
  });

  it('ConicSplitting: what has status 0 holds in every row and column', async () => {
    const c = tf.tensor2d([[1, 1], [1e4, 1e-3]]); // prettier-ignore
    const E = tf.tensor3d([[[-1, 0], [0, -1]]]); // prettier-ignore
    const d = tf.tensor2d([[-1, -2]]);
    const cone = {nonNegative: 2};
    const {x, state} = new solvers.ConicSplitting((v) => projections.dualConeProduct(v, cone), {
      maxIterations: 50,
    }).run(null, {c, E, d});
    const [status, z, y] = await Promise.all([state.status, x.z, x.dual].map(valuesOf));
    assert.equal(status[0], 0);
    status.forEach((code, sample) => {
      if (code !== 0) return;
      [1, 2].forEach((value, j) => assert.closeTo(z[2 * sample + j] / value, 1, 4 * SINGLE));
      [
        [1, 1],
        [1e4, 1e-3],
      ][sample].forEach((cost, j) =>
        // prettier-ignore
        assert.closeTo(y[2 * sample + j] / cost, 1, 4 * SINGLE),
      );
    });
  });

  for (const name of ['transport', 'klTransport'] as const) {
    it(`${name} meets each sum beside itself, or is NaN`, async () => {
      const x = tf.tensor3d([0.3, 0.9, 0.1, 0.5, 0.2, 0.8, 0.7, 0.4, 0.6], [1, 3, 3]);
      const [a, b] = [
        [1e-6, 0.4, 0.6 - 1e-6],
        [0.3, 0.3, 0.4],
      ].map((sums) => sums.map(Math.fround));
      const plan = await valuesOf(projections[name](tf.tile(x, [2, 1, 1]), {
        a: tf.tensor2d([a, [0.2, 0.4, 0.4]]),
        b: tf.tensor2d([b, b]),
      })); // prettier-ignore
      const [first, second] = [plan.slice(0, 9), plan.slice(9)];
      assert.isTrue(second.every(Number.isFinite));
      if (device !== 'webgpu') assert.isTrue(first.every(Number.isFinite));
      if (first.some(Number.isNaN)) return;
      a.forEach((sum, i) => {
        const row = first.slice(3 * i, 3 * i + 3).reduce((total, value) => total + value, 0);
        assert.isAtMost(Math.abs(row - sum), 2e-5 * sum, `row ${i}`);
      });
    });
  }
});
