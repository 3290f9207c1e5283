/** @file BoxOSQP against solveQP on rows with bounds on both sides. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {solveQP, vjp} from '../../../src/index.js';
import {BoxOSQP} from '../../../src/solvers/quadratic/box-osqp.js';
import type {BoxQPData} from '../../../src/solvers/quadratic/box-qp-data.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {seededRandom} from '../../zoo/linear-systems.js';

/** How many of m rows are equalities: the last ones. */
const equalities = (m: number) => Math.floor(m / 4);

/** Strongly convex problems around a feasible point: rows below, above, on both sides, equal, and free. */
function draw(n: number, m: number, seed: number, batch = 1): BoxQPData {
  const random = seededRandom(seed);
  const numbers = (...shape: number[]) =>
    tf.tensor(
      Float32Array.from({length: tf.util.sizeFromShape(shape)}, () => 2 * random() - 1),
      shape,
    );
  const B = numbers(batch, n, n);
  const Q = tf.add(tf.matMul(B, B, true), tf.mul(0.3, tf.expandDims(tf.eye(n), 0)));
  const A = numbers(batch, m, n);
  const Ax = tf.squeeze(tf.matMul(A, numbers(batch, n, 1)), [2]).arraySync() as number[][];
  const kind = (i: number) => (i >= m - equalities(m) ? 3 : i % 3);
  const l = Ax.map((row) =>
    row.map((v, i) => (kind(i) === 1 ? -Infinity : kind(i) === 3 ? v : v - random())),
  );
  const u = Ax.map((row) => row.map((v, i) => (kind(i) === 2 ? Infinity : kind(i) === 3 ? v : v + random())));
  return {
    ...{Q, p: tf.mul(3, numbers(batch, n)), A},
    ...{l: tf.tensor2d(l, [batch, m]), u: tf.tensor2d(u, [batch, m])},
  };
}

/** The same by solveQP; infinite bounds are replaced by ones that are never reached. */
function reference({Q, p, A, l, u}: BoxQPData): {x: tf.Tensor; dual: tf.Tensor} {
  const k = equalities(A.shape[1]!);
  const m = A.shape[1]! - k;
  const finite = (v: tf.Tensor) => tf.where(tf.isFinite(v), v, tf.mul(tf.sign(v), 1e3));
  const [[G, equal], [low, b], [high]] = [A, finite(l), finite(u)].map((v) =>
    k > 0 ? tf.split(v, [m, k], 1) : [v, null],
  );
  const {x, ineqDual, eqDual} = solveQP({
    ...{Q, p, A: equal, b},
    G: tf.concat([G!, tf.neg(G!)], 1),
    h: tf.concat([high!, tf.neg(low!)], 1),
  });
  const [above, below] = tf.split(ineqDual, [m, m], 1);
  const dual = tf.sub(above, below);
  return {x, dual: k > 0 ? tf.concat([dual, eqDual], 1) : dual};
}

const along = (value: tf.Tensor) => tf.sum(tf.mul(value, tf.cos(tf.range(0, value.shape[1]!))));

const setups = fc.record({
  n: fc.integer({min: 1, max: 8}),
  m: fc.integer({min: 1, max: 10}),
  batch: fc.integer({min: 1, max: 3}),
  seed: fc.nat(1e6),
});

describeBackends('BoxOSQP', () => {
  it('finds x and the multipliers, with a KKT certificate', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(setups, ({n, m, batch, seed}) => {
          tf.tidy(() => {
            // No more equalities than variables.
            const rows = Math.min(m, 4 * n - 1);
            const data = draw(n, rows, seed, batch);
            const {x: found, state} = new BoxOSQP().run(null, data);
            assert.deepEqual(Array.from(state.status.dataSync()), Array(batch).fill(0));
            const times = (M: tf.Tensor, v: tf.Tensor, transpose = false) =>
              tf.squeeze(tf.matMul(M, tf.expandDims(v, 2), transpose), [2]);
            const {Q, p, A, l, u} = data;
            const pull = tf.addN([times(Q, found.x), p, times(A, found.dual, true)]);
            const size = Math.max(1, tf.max(tf.abs(found.dual)).dataSync()[0]);
            expectClose(pull, new Float32Array(batch * n), 0, 1e-5 * size);
            const image = times(A, found.x);
            const [a, y, low, high] = [image, found.dual, l, u].map((v) => v.dataSync());
            a.forEach((value, i) => {
              assert.isAtLeast(value, low[i] - 1e-5);
              assert.isAtMost(value, high[i] + 1e-5);
              if (y[i] > 1e-5 * size) assert.approximately(value, high[i], 1e-5);
              if (y[i] < -1e-5 * size) assert.approximately(value, low[i], 1e-5);
            });
          });
        }),
        {numRuns: 12},
      ),
    ));

  for (const [n, m, seed] of [
    [3, 3, 1],
    [5, 9, 2],
    [8, 12, 3],
  ]) {
    it(`agrees with solveQP, and so do its gradients in all five: n=${n} m=${m}`, () => {
      tf.tidy(() => {
        const data = draw(n, m, seed);
        const {x: found} = new BoxOSQP().run(null, data);
        const expected = reference(data);
        expectClose(found.x, expected.x, 1e-5);
        expectClose(found.dual, expected.dual, 1e-5, 1e-6);
        const names = ['Q', 'p', 'A', 'l', 'u'] as const;
        const slopes = (solve: (at: BoxQPData) => {x: tf.Tensor; dual: tf.Tensor}) =>
          tf.grads((...values: tf.Tensor[]) => {
            const at = Object.fromEntries(names.map((name, i) => [name, values[i]])) as BoxQPData;
            const {x, dual} = solve(at);
            return tf.add(along(x), along(dual));
          })(names.map((name) => data[name]));
        const actual = slopes((at) => new BoxOSQP().run(null, at).x);
        slopes(reference).forEach((slope, i) => {
          if (i < 3) expectClose(actual[i], slope, 1e-5, 1e-6);
        });
        // An equality's gradient may be shared out between l and u: their sum is what counts.
        const [byBoth, expectedByBoth] = [actual, slopes(reference)].map((list) => tf.add(list[3], list[4]));
        expectClose(byBoth, expectedByBoth, 1e-5, 1e-6);
      });
    });
  }

  it('finds the same solution in other units', () => {
    tf.tidy(() => {
      for (const seed of [1, 2]) {
        const {Q, p, A, l, u} = draw(5, 9, seed);
        const powers = (count: number, phase: number) =>
          tf.tensor1d(Array.from({length: count}, (_, i) => 2 ** Math.round(20 * Math.sin(phase + 5 * i))));
        const [D, E, w] = [powers(5, seed), powers(9, seed + 1), powers(1, seed + 2)];
        const inUnits = {
          Q: tf.mul(w, tf.mul(tf.mul(tf.expandDims(D, 1), Q), D)),
          p: tf.mul(w, tf.mul(D, p)),
          A: tf.mul(tf.mul(tf.expandDims(E, 1), A), D),
          ...{l: tf.mul(E, l), u: tf.mul(E, u)},
        };
        const {x, state} = new BoxOSQP().run(null, inUnits);
        assert.equal(state.status.dataSync()[0], 0);
        const expected = reference({Q, p, A, l, u});
        expectClose(tf.mul(D, x.x), expected.x, 1e-5, 1e-6);
        expectClose(tf.div(tf.mul(E, x.dual), w), expected.dual, 1e-5, 1e-5);
      }
    });
  });

  it('takes shared tensors, whose gradient is the sum over the batch', () => {
    tf.tidy(() => {
      const {Q, p, A, l, u} = draw(4, 6, 5);
      const many = tf.concat([p, tf.add(p, 0.01), tf.mul(1.02, p)]);
      const solve = (q: tf.Tensor, bound: tf.Tensor) =>
        along(new BoxOSQP().run(null, {Q: q, p: many, A, l, u: bound}).x.x);
      const shared = tf.grads(solve)([Q, u]);
      const each = tf.grads(solve)([tf.tile(Q, [3, 1, 1]), tf.tile(u, [3, 1])]);
      shared.forEach((slope, i) => expectClose(slope, tf.sum(each[i], 0, true), 1e-5, 1e-7));
      const sharedP = new BoxOSQP().run(null, {Q, p, A, l: tf.tile(l, [2, 1]), u});
      assert.deepEqual(
        [sharedP.x.x.shape, sharedP.x.dual.shape],
        [
          [2, 4],
          [2, 6],
        ],
      );
    });
  });

  it('has no 0/0 where Ax is zero at every iterate', () => {
    tf.tidy(() => {
      const data = {
        ...{Q: tf.tensor3d([[[1, 0], [0, 1]]]), p: tf.tensor2d([[1, 0]]), A: tf.tensor3d([[[0, 1]]])}, // prettier-ignore
        ...{l: tf.tensor2d([[-1]]), u: tf.tensor2d([[1]])},
      };
      const {x, state} = new BoxOSQP().run(null, data);
      assert.equal(state.status.dataSync()[0], 0);
      expectClose(x.x, [-1, 0], 1e-6, 1e-7);
    });
  });

  it('keeps the good samples among those that have no solution or are no problems', () => {
    tf.tidy(() => {
      const data = {
        Q: tf.tensor3d([[[1]], [[1]], [[0]], [[1]], [[1]], [[-1]]]),
        p: tf.tensor2d([[3], [0], [-1], [0], [NaN], [0]]),
        A: tf.tensor3d([[1], [1], [1], [1], [1], [1]].map(([a]) => [[a], [2 * a]])),
        l: tf.tensor2d([[-1, -9], [2, -9], [0, 0], [1, 0], [0, 0], [0, 0]]), // prettier-ignore
        u: tf.tensor2d([[1, 9], [3, 2], [Infinity, Infinity], [0, 1], [1, 1], [1, 1]]), // prettier-ignore
      };
      const {x, state} = new BoxOSQP().run(null, data);
      assert.deepEqual(Array.from(state.status.dataSync()), [0, 1, 2, 1, 5, 5]);
      expectClose(x.x, [-1, 0, 0, 0, 0, 0], 1e-6);
      assert.deepEqual(Array.from(state.activity.dataSync()).slice(0, 2), [-1, 0]);
      // 2 y₀ + 2 y₁ = −1 by the bounds l₀ = 2 (y₀ < 0) and u₁ = 2, and y₀ + 2 y₁ = 0: y = (−1, ½).
      expectClose(tf.slice(state.certificate.dual, [1, 0], [1, 2]), [-1, 0.5], 1e-5);
      expectClose(tf.slice(state.certificate.x, [2, 0], [1, 1]), [1], 1e-5);
      const slope = tf.grad((l: tf.Tensor) => tf.sum(new BoxOSQP().run(null, {...data, l}).x.x))(data.l);
      expectClose(slope, [1, ...new Array<number>(11).fill(0)], 0, 1e-6);
    });
  });

  it('starts from a guess, solves without rows, and can be differentiated again', () => {
    tf.tidy(() => {
      const data = draw(8, 12, 3);
      const cold = new BoxOSQP().run(null, data);
      const warm = new BoxOSQP().run(cold.x, data);
      assert.equal(warm.state.iterations.dataSync()[0], 0);
      expectClose(warm.x.x, cold.x.x, 1e-6);
      const none = {A: tf.zeros([1, 0, 1]), l: tf.zeros([1, 0]), u: tf.zeros([1, 0])};
      const x = (q: tf.Tensor) =>
        new BoxOSQP().run(null, {...none, Q: tf.reshape(q, [1, 1, 1]), p: tf.ones([1, 1])}).x.x;
      const q = tf.tensor1d([2]);
      expectClose(x(q), [-0.5]);
      const slope = (at: tf.Tensor) => vjp((v: tf.Tensor) => tf.sum(x(v)), [at], tf.scalar(1))[0];
      expectClose(vjp((at: tf.Tensor) => tf.sum(slope(at)), [q], tf.scalar(1))[0], [-0.25]);
    });
  });

  it('names what does not fit, and leaks nothing', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const data = draw(2, 3, 1);
        const run = (part: Partial<BoxQPData>) =>
          messageOf(() => new BoxOSQP().run(null, {...data, ...part}));
        assert.match(
          run({l: tf.zeros([1, 2])}),
          /BoxOSQP: l must have shape \[B \| 1, m\], here \[B \| 1, 3\]; got \[1,2\]/,
        );
        assert.match(run({p: tf.zeros([2])}), /p must have shape \[B \| 1, n\]/);
        assert.match(
          run({p: tf.zeros([2, 2]), l: tf.zeros([3, 3])}),
          /l has a batch of 3.*another input has 2/,
        );
        assert.match(run({u: undefined}), /u is missing/);
        assert.match(
          messageOf(() => new BoxOSQP({tolerance: -1})),
          /BoxOSQP: tolerance must be positive/,
        );
      }),
    ));
});
