/** @file Each published bound of solveQP, tried just inside and just outside of it, at several scales. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solveQP, type QPInput, type SolveQPOptions} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose} from '../helpers/expect.js';

function solved(problem: QPInput, options: SolveQPOptions = {}) {
  let outcome!: {x: number[]; status: number; ineqDual: number[]; slack: number[]; iterations: number};
  tf.tidy(() => {
    const {x, status, ineqDual, slack, iterations} = solveQP(problem, {onFailure: 'ignore', ...options});
    const [xs, duals, slacks] = [x, ineqDual, slack].map((tensor) => Array.from(tensor.dataSync()));
    outcome = {
      x: xs,
      status: status.dataSync()[0],
      ineqDual: duals,
      slack: slacks,
      iterations: iterations.dataSync()[0],
    };
  });
  return outcome;
}

/** The status of one problem; 5 where it is refused. */
function statusOf(problem: QPInput): number {
  try {
    return solved(problem).status;
  } catch (error) {
    assert.match((error as Error).message, /invalid|symmetric|semidefinite/i);
    return 5;
  }
}

const SCALES = [1e-8, 1, 1e8];

describeBackends('the bounds of solveQP', () => {
  for (const scale of SCALES) {
    it(`a contradiction counts from 2⁻²⁰ of its terms on, at scale ${scale}`, () => {
      // x ≤ s and −x ≤ −(1 + δ)s: of λ = (1, 1) the terms are (2 + δ)s, and what is missing δs.
      const status = (delta: number) =>
        statusOf({Q: [[1]], p: [0], G: [[1], [-1]], h: [scale, -scale * (1 + delta)]});
      assert.equal(status(0), 0);
      assert.equal(status(1.4e-6), 0);
      assert.equal(status(2.6e-6), 1);
      assert.equal(status(1), 1);
    });

    it(`equalities that agree up to f32 are one, at scale ${scale}`, () => {
      const of = (third: number) => ({
        Q: [[1, 0], [0, 1]], // prettier-ignore
        p: [0, 0],
        A: [[1, 0], [0, 1], [1, 1]], // prettier-ignore
        b: [0.1 * scale, 0.2 * scale, third * scale],
      });
      const {x, status} = solved(of(0.3));
      assert.equal(status, 0);
      expectClose(x, [0.1 * scale, 0.2 * scale], 1e-6);
      // λ = (1, 1, −1) has the terms .6.
      assert.equal(statusOf(of(0.3 + 0.6 * 0.7e-6)), 0);
      assert.equal(statusOf(of(0.3 + 0.6 * 1.4e-6)), 1);
    });
  }

  it('a row of zeros is satisfied down to −1e-10', () => {
    const ofRow = (h: number) => statusOf({Q: [[1]], p: [1], G: [[0]], h: [h]});
    assert.deepEqual([1, 0, -0.9e-10, -1.1e-10, -1].map(ofRow), [0, 0, 0, 1, 1]);
    const ofEquality = (b: number) => statusOf({Q: [[1]], p: [1], A: [[0]], b: [b]});
    assert.deepEqual([0, 0.9e-10, -0.9e-10, 1.1e-10, -1.1e-10].map(ofEquality), [0, 0, 0, 1, 1]);
  });

  it('a bound exists below 1e20, and not from there on', () => {
    // min −x s.t. x ≤ h is unbounded where there is no row.
    const of = (h: number) => solved({Q: [[0]], p: [-1], G: [[1]], h: [h]});
    const far = of(9.9e19);
    assert.equal(far.status, 0);
    expectClose(far.x, [9.9e19], 1e-6);
    for (const h of [1.0001e20, 3e38, Infinity]) assert.equal(of(h).status, 2);
    const none = solved({Q: [[1]], p: [-3], G: [[1], [1]], h: [Infinity, 2]});
    assert.equal(none.status, 0);
    expectClose(none.x, [2], 1e-6);
    expectClose(none.ineqDual, [0, 1], 1e-6);
    expectClose(none.slack, [3.4028234663852886e38, 0], 1e-6);
    assert.deepEqual([-9.9e19, -1.0001e20, -Infinity].map((h) => statusOf({Q: [[0]], p: [1], G: [[1], [-1]], h: [1e19, h]})), [1, 5, 5]); // prettier-ignore
  });

  it('Q is symmetric up to 1e-5 of its largest entry', () => {
    const of = (off: number) => statusOf({Q: [[2, 1 + off], [1, 2]], p: [1, 1]}); // prettier-ignore
    assert.deepEqual([0, 1.5e-5, 2.5e-5, 1e-2].map(of), [0, 0, 5, 5]);
  });

  it('Q is semidefinite up to what rounding to f32 takes away', () => {
    // Eigenvalues 2 and −δ, in units of the diagonal.
    const of = (delta: number) => statusOf({Q: [[1, 1 + delta], [1 + delta, 1]], p: [1, 1]}); // prettier-ignore
    assert.deepEqual([0, 3e-7, 3e-6, 1e-3].map(of), [0, 0, 5, 5]);
  });

  it('a warm start counts as solved only where it is', () => {
    const problem = {Q: [[2, 0], [0, 1]], p: [-2, -3], G: [[1, 1]], h: [2]}; // prettier-ignore
    tf.tidy(() => {
      const exact = solveQP(problem);
      assert.equal(solved(problem, {initial: exact}).iterations, 0);
      // The active set of a guess is what is used: one that is wrong costs iterations, and not the answer.
      const wrong = {...exact, ineqDual: tf.zerosLike(exact.ineqDual), slack: tf.onesLike(exact.slack)};
      const found = solved(problem, {initial: wrong});
      expectClose(found.x, exact.x, 1e-6);
      expectClose(found.ineqDual, exact.ineqDual, 1e-6);
    });
  });
});
