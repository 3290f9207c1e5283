/** @file Truncated Neumann series: the partial sums term by term, their limit, what is reported, and misuse. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {linearSolverFromConfig, lu, neumann, oneStep, operators, phantom} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';

/** ∂T of a batch of contractions: the absolute entries of each row and column add up to at most 1/2. */
function contractions(seed: number, batch: number, n: number): tf.Tensor3D {
  const random = seededRandom(seed);
  const values = Array.from({length: batch * n * n}, () => (2 * random() - 1) / (2 * n));
  return tf.tensor3d(values, [batch, n, n]);
}

const recipes = fc.record({
  seed: fc.nat(2 ** 31),
  batch: fc.integer({min: 1, max: 3}),
  n: fc.integer({min: 1, max: 4}),
  terms: fc.integer({min: 1, max: 6}),
  damping: fc.constantFrom(1, 0.5, 0.125),
});

describeBackends('linsolve.neumann', () => {
  it('is the partial sum, for A and its transpose, with an honest report', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(recipes, ({seed, batch, n, terms, damping}) =>
          tf.tidy(() => {
            const A: tf.Tensor3D = tf.sub(contractions(seed, batch, n), tf.eye(n));
            const values = A.arraySync();
            const b = contractions(seed + 1, batch, n)
              .arraySync()
              .map(([row]) => row);
            const factorization = neumann({terms, damping}).factor(operators.dense(A));
            for (const transpose of [false, true]) {
              const times = (s: number, v: number[]) =>
                v.map((_, i) =>
                  v.reduce((sum, x, j) => sum + (transpose ? values[s][j][i] : values[s][i][j]) * x, 0),
                );
              const expected = b.map((row, s) => {
                let term = row;
                let sum = row;
                for (let j = 1; j < terms; j++) {
                  const image = times(s, term);
                  term = term.map((value, i) => value + damping * image[i]);
                  sum = sum.map((value, i) => value + term[i]);
                }
                return sum.map((value) => -damping * value);
              });
              const rhs = tf.tensor2d(b);
              const x = transpose ? factorization.solveTranspose(rhs) : factorization.solve(rhs);
              expectClose(x, expected.flat(), 1e-6);
              const {converged, iterations, residual} = factorization.info!;
              expectClose(
                residual,
                b.map((row, s) => {
                  const image = times(s, expected[s]);
                  return Math.hypot(...row.map((value, i) => value - image[i])) / Math.hypot(...row);
                }),
                1e-5,
                1e-6,
              );
              expectClose(iterations, new Array<number>(batch).fill(terms));
              expectClose(
                converged,
                Array.from(residual.dataSync(), (value) => Number(value <= 1e-6)),
              );
            }
            factorization.dispose();
          }),
        ),
        {numRuns: 40},
      ),
    ));

  it('tends to the solution for a contraction, damped or not', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const operator = operators.dense(tf.sub(contractions(5, 3, 4), tf.eye(4)));
        const b = tf.ones([3, 4]);
        const exact = lu().factor(operator);
        for (const options of [{terms: 30}, {terms: 80, damping: 0.5}]) {
          const series = neumann(options).factor(operator);
          expectClose(series.solve(b), exact.solve(b), 2e-6);
          expectClose(series.info!.converged, [1, 1, 1]);
          expectClose(series.solveTranspose(b), exact.solveTranspose(b), 2e-6);
          series.dispose();
        }
        exact.dispose();
      }),
    ));

  it('has one step and the phantom gradient as special cases', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const operator = operators.dense(tf.tensor2d([-0.5, 0.25, 0, -0.75], [2, 2]));
        const one = oneStep().factor(operator);
        expectClose(one.solve(tf.tensor1d([1, 2])), [-1, -2]);
        // b − A x = (1, 2) + (−0.5 + 0.5, −1.5).
        expectClose(one.info!.residual, [Math.hypot(1, 0.5) / Math.hypot(1, 2)], 1e-6);
        expectClose(one.info!.converged, [0]);
        one.dispose();
        assert.deepEqual(oneStep().getConfig(), {terms: 1, damping: 1});
        assert.deepEqual(phantom().getConfig(), {terms: 5, damping: 0.5});
        assert.deepEqual(phantom({damping: 0.25}).getConfig(), {terms: 5, damping: 0.25});
        assert.deepEqual(neumann().getConfig(), {terms: 10, damping: 1});
        const {className} = phantom();
        const copy = linearSolverFromConfig({className, config: phantom().getConfig()});
        assert.deepEqual(copy.getConfig(), phantom().getConfig());
      }),
    ));

  it('refuses options out of range', () => {
    for (const terms of [0, 1.5, NaN]) {
      assert.match(
        messageOf(() => neumann({terms})),
        /^neumann: terms must be a positive integer, got/,
      );
    }
    for (const damping of [0, 1.5, NaN]) {
      assert.match(
        messageOf(() => neumann({damping})),
        /^neumann: damping must lie in \(0, 1\], got/,
      );
    }
  });
});
