/** @file The edge cases of a quadratic program, one a row: solution, status and gradient in closed form on every backend. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import type {QPResult} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, messageOf} from '../helpers/expect.js';
import {solveWithGradients, type PlainQP} from '../helpers/qp-solved.js';
import {QP_ZOO} from '../zoo/quadratic-programs.js';
import {EDGE_CASES} from './edge-case-rows.js';

describeBackends('a quadratic program', (backend) => {
  for (const {name, problem, status = 0, x, ineqDual, eqDual, gradients} of EDGE_CASES) {
    it(name, () => {
      const solved = solveWithGradients(problem);
      assert.deepEqual(solved.status, [status]);
      const zeros = (values: number[]) => values.map(() => 0);
      expectClose(solved.x, x ?? zeros(solved.x), 1e-6);
      if (ineqDual) expectClose(solved.ineqDual, ineqDual, 1e-6, 1e-12);
      if (eqDual) expectClose(solved.eqDual, eqDual, 1e-6);
      for (const [parameter, actual] of Object.entries(solved.gradients)) {
        if (status === 0 && !gradients?.[parameter as 'p']) continue;
        expectClose(actual, gradients?.[parameter as 'p'] ?? zeros(actual), 1e-6, 1e-12);
      }
    });
  }

  it('the gradient of a shared parameter is the sum over the batch', () => {
    // x = clip(−p, −∞, h), with p = −2 (active), 0 (inactive), 3 (inactive).
    const {x, gradients} = solveWithGradients({Q: [[2]], p: [[-4], [0], [6]], G: [[1]], h: [1]});
    expectClose(x, [1, 0, -3], 1e-6);
    // Active: dh = 1, dG = −x. Inactive: dp = −1/2, dQ = −x/2.
    expectClose(gradients.h!, [1], 1e-6);
    expectClose(gradients.G!, [-1], 1e-6);
    expectClose(gradients.p!, [0, -0.5, -0.5], 1e-6, 1e-12);
    expectClose(gradients.Q!, [1.5], 1e-6);
  });

  it('one bad sample of each kind leaves its neighbours and the shared gradient alone', () => {
    // Q, p, G, h and the status; A x = b is shared and never binds x.
    const samples: [number, number, number[], number[], number][] = [
      [1, 1, [1, -1], [5, 5], 0],
      [1, 1, [1, -1], [0, -1], 1],
      [0, -1, [-1, -1], [0, 0], 2],
      [1, NaN, [1, -1], [5, 5], 5],
      [1, 1, [1, -1], [-Infinity, 5], 5],
      [-1, 1, [1, -1], [5, 5], 5],
      [1, 1, [1, -1], [5, 0.5], 0],
    ];
    const {x, status, gradients} = solveWithGradients({
      Q: samples.map(([q]) =>
        [
          [q, 0],
          [0, 1],
        ].map((row) => [...row]),
      ),
      p: samples.map(([, p]) => [p, 0]),
      G: samples.map(([, , G]) => G.map((g) => [g, 0])),
      h: samples.map(([, , , h]) => h),
      A: [[0, 1]],
      b: [3],
    });
    assert.deepEqual(
      status,
      samples.map((sample) => sample[4]),
    );
    expectClose(x, [-1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.5, 3], 1e-6);
    expectClose(gradients.p!, [-1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1e-6, 1e-12);
    expectClose(gradients.h!, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1], 1e-6, 1e-12);
    expectClose(gradients.b!, [4], 1e-6);
  });

  for (const bad of [NaN, Infinity, -Infinity]) {
    it(`a sample with ${bad} anywhere is invalid, with zeros for x, slack and gradient, save a bound at Infinity`, () => {
      const good = {Q: [[2]], p: [-4], G: [[1]], h: [1], A: [[0]], b: [0]};
      for (const name of ['Q', 'p', 'G', 'h', 'A', 'b'] as const) {
        const spoiled = good[name].map((entry) => (Array.isArray(entry) ? [bad] : bad));
        const batch = Object.fromEntries(
          Object.entries(good).map(([key, value]) => [key, [value, key === name ? spoiled : value]]),
        ) as unknown as PlainQP;
        const loss = ({x, slack, ineqDual}: QPResult) => tf.concat([x, slack, ineqDual], 1);
        const {status, x, gradients} = solveWithGradients(batch, {loss});
        if (name === 'h' && bad === Infinity) {
          // No bound at all: x = 2, and nothing acts on h.
          assert.deepEqual(status, [0, 0]);
          expectClose(x, [1, 2], 1e-6);
          expectClose(gradients.h!, [-1, 0], 1e-6);
          continue;
        }
        assert.deepEqual(status, [0, 5], name);
        expectClose(x, [1, 0], 1e-6);
        // x = h/G, λ = −(p + Qx)/G, and the slack stays zero.
        expectClose(gradients.h!, [-1, 0], 1e-6);
        expectClose(gradients.p!, [-1, 0], 1e-6);
        expectClose(gradients.Q!, [-1, 0], 1e-6);
        expectClose(gradients.G!, [-1, 0], 1e-6);
        expectClose(gradients.A!, [0, 0], 0, 1e-6);
        expectClose(gradients.b!, [0, 0], 0, 1e-6);
      }
    });
  }

  it('a tensor of NaN that every sample shares is an error that names it', () => {
    const message = messageOf(() => solveWithGradients({Q: [[1]], p: [[1], [2]], G: [[NaN]], h: [1]}));
    assert.match(message, /G of shape \[1,1,1\] contains NaN/);
  });

  it('an iteration limit of 1 is status 3, with zeros', () => {
    const {status, x, gradients} = solveWithGradients(QP_ZOO[8], {maxIterations: 1});
    assert.deepEqual(status, [3]);
    assert.isTrue(x.every((value) => value === 0));
    for (const values of Object.values(gradients)) assert.isTrue(values.every((value) => value === 0));
  });

  if (backend === 'cpu') {
    it('n = 500, separable, half of the bounds active', () => {
      const index = Array.from({length: 500}, (_, i) => i);
      const diagonal = (value: (i: number) => number) =>
        index.map((i) => index.map((j) => (i === j ? value(i) : 0)));
      const q = (i: number) => 1 + (i % 7);
      // The unconstrained minimum is at 1, the bound at 0.5 or 2.
      const solved = solveWithGradients({
        Q: diagonal(q),
        p: index.map((i) => -q(i)),
        G: diagonal(() => 1),
        h: index.map((i) => (i % 2 ? 0.5 : 2)),
      });
      assert.deepEqual(solved.status, [0]);
      expectClose(
        solved.x,
        index.map((i) => (i % 2 ? 0.5 : 1)),
        1e-6,
      );
      expectClose(
        solved.ineqDual,
        index.map((i) => (i % 2 ? 0.5 * q(i) : 0)),
        1e-6,
      );
      expectClose(
        solved.gradients.p!,
        index.map((i) => (i % 2 ? 0 : -(i + 1) / q(i))),
        1e-6,
      );
      expectClose(
        solved.gradients.h!,
        index.map((i) => (i % 2 ? i + 1 : 0)),
        1e-6,
      );
    });
  }
});
