/** @file BoxCDQP against solveQP: solutions on the zoo and on random problems, gradients, statuses. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {solveQP, vjp} from '../../../src/index.js';
import {BoxCDQP, type BoxCDQPData} from '../../../src/solvers/quadratic/box-cd-qp.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {seededRandom} from '../../zoo/linear-systems.js';
import {REFERENCE_QPS} from '../../zoo/qp-families.js';
import {objectiveOf, toF32} from '../../zoo/qp/case.js';
import {QP_ZOO} from '../../zoo/quadratic-programs.js';

function reference({Q, p, l, u}: BoxCDQPData): tf.Tensor {
  const eye = tf.eye(Q.shape[2]!);
  return solveQP({Q, p, G: tf.concat([eye, tf.neg(eye)]), h: tf.concat([u, tf.neg(l)], 1)}).x;
}

/** The objective of a case of the zoo in a box. */
function boxed({Q, p}: {Q: number[][]; p: number[]}, low: number, high: number): BoxCDQPData {
  const n = p.length;
  return {
    ...{Q: tf.tensor3d([Q]), p: tf.tensor2d([p])},
    ...{l: tf.fill([1, n], low), u: tf.fill([1, n], high)},
  };
}

const along = (x: tf.Tensor) => tf.sum(tf.mul(x, tf.cos(tf.range(0, x.shape[1]!)))) as tf.Scalar;
const NAMES = ['Q', 'p', 'l', 'u'] as const;

describeBackends('BoxCDQP', (backend) => {
  for (const qp of QP_ZOO) {
    it(`agrees with solveQP, and so do its gradients in all four: ${qp.name}`, () => {
      tf.tidy(() => {
        const data = boxed(qp, -0.7, 0.4);
        const {x, state} = new BoxCDQP().run(null, data);
        assert.equal(state.status.dataSync()[0], 0);
        expectClose(x, reference(data), 2e-6, 1e-6);
        const slopes = (solve: (at: BoxCDQPData) => tf.Tensor) =>
          tf.grads((...values: tf.Tensor[]) =>
            along(solve(Object.fromEntries(values.map((v, i) => [NAMES[i], v])) as BoxCDQPData)),
          )(NAMES.map((name) => data[name]));
        const expected = slopes(reference);
        // The condition number of Q is 1e3 in one case of the zoo.
        slopes((at) => new BoxCDQP().run(null, at).x).forEach((slope, i) =>
          expectClose(slope, expected[i], 1e-5, 1e-6),
        );
      });
    });
  }

  // Also those that have no curvature in some or all directions.
  for (const problem of REFERENCE_QPS.filter(({n}) => n <= (backend === 'cpu' ? 30 : 15))) {
    it(`reaches the optimum in a box: ${problem.name}`, () => {
      tf.tidy(() => {
        const rounded = toF32(problem);
        const data = boxed(rounded, -2, 1);
        const {x, state} = new BoxCDQP().run(null, data);
        assert.equal(state.status.dataSync()[0], 0);
        const [actual, expected] = [x, reference(data)].map((v) => Array.from(v.dataSync()));
        const plain = {...rounded, constant: 0};
        const terms = problem.p.reduce((sum, value, j) => sum + Math.abs(value * actual[j]), 1);
        assert.approximately(objectiveOf(plain, actual), objectiveOf(plain, expected), 1e-5 * terms);
      });
    });
  }

  it('finds the same solution in other units, or says that it cannot', () => {
    for (const qp of QP_ZOO) {
      tf.tidy(() => {
        const original = boxed(qp, -0.7, 0.4);
        const D = tf.tensor1d(qp.p.map((_, j) => 2 ** Math.round(20 * Math.sin(1 + 5 * j))));
        const {Q, p, l, u} = original;
        for (const w of [2 ** -20, 2 ** 20]) {
          const {x, state} = new BoxCDQP().run(null, {
            Q: tf.mul(w, tf.mul(tf.mul(tf.expandDims(D, 1), Q), D)),
            p: tf.mul(w, tf.mul(D, p)),
            ...{l: tf.div(l, D), u: tf.div(u, D)},
          });
          assert.equal(state.status.dataSync()[0], 0, qp.name);
          expectClose(tf.mul(D, x), reference(original), 1e-5, 1e-6);
        }
      });
    }
  });

  it('is optimal on random batches, with bounds missing on either side', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(
          fc.integer({min: 1, max: 12}),
          fc.integer({min: 1, max: 4}),
          fc.nat(1e6),
          (n, batch, seed) =>
            tf.tidy(() => {
              const random = seededRandom(seed);
              const numbers = (size: number) => Float32Array.from({length: size}, () => 2 * random() - 1);
              const B = tf.tensor3d(numbers(batch * n * n), [batch, n, n]);
              const Q = tf.add(tf.matMul(B, B, true), tf.mul(0.1, tf.expandDims(tf.eye(n), 0)));
              const p = tf.mul(2, tf.tensor2d(numbers(batch * n), [batch, n]));
              const bound = (sign: number) =>
                tf.tensor2d(
                  numbers(n).map((v) => (v > 0.6 ? sign * Infinity : sign * (0.1 + Math.abs(v)))),
                  [1, n],
                );
              const [l, u] = [bound(-1), bound(1)];
              const {x, state} = new BoxCDQP().run(null, {Q, p, l, u});
              assert.deepEqual(Array.from(state.status.dataSync()), Array(batch).fill(0));
              const gradient = tf.add(tf.squeeze(tf.matMul(Q, tf.expandDims(x, 2)), [2]), p);
              const next = tf.minimum(tf.maximum(tf.sub(x, gradient), l), u);
              const size = Math.max(1, tf.max(tf.abs(x)).dataSync()[0]);
              expectClose(next, x, 0, 1e-5 * size);
            }),
        ),
        {numRuns: 15},
      ),
    ));

  it('keeps the good samples among those that are unbounded, infeasible or invalid', () => {
    tf.tidy(() => {
      const data = {
        Q: tf.tensor3d([[[2]], [[0]], [[1]], [[1]], [[-1]], [[0]]]),
        p: tf.tensor2d([[2], [-1], [1], [NaN], [1], [-1]]),
        l: tf.tensor2d([[-0.5], [0], [1], [0], [0], [-Infinity]]),
        u: tf.tensor2d([[3], [Infinity], [0], [1], [1], [4]]),
      };
      const {x, state} = new BoxCDQP().run(null, data);
      assert.deepEqual(Array.from(state.status.dataSync()), [0, 2, 1, 5, 5, 0]);
      expectClose(x, [-0.5, 0, 0, 0, 0, 4], 1e-6);
      assert.deepEqual(Array.from(state.activity.dataSync()), [-1, 0, 0, 0, 0, 1]);
      expectClose(state.certificate.x, [0, 1, 0, 0, 0, 0], 1e-6);
      const slopes = tf.grads((l: tf.Tensor, u: tf.Tensor) =>
        tf.sum(new BoxCDQP().run(null, {...data, l, u}).x),
      )([data.l, data.u]);
      expectClose(slopes[0], [1, 0, 0, 0, 0, 0], 0, 1e-6);
      expectClose(slopes[1], [0, 0, 0, 0, 0, 1], 0, 1e-6);
    });
  });

  it('shares tensors, starts from a guess, and can be differentiated again', () => {
    tf.tidy(() => {
      const {p, ...shared} = boxed(QP_ZOO[4], -0.7, 0.4);
      const many = tf.concat([p, tf.mul(1.1, p), tf.neg(p)]);
      const solver = new BoxCDQP();
      const energy = (Q: tf.Tensor, u: tf.Tensor) => along(solver.run(null, {...shared, Q, u, p: many}).x);
      const each = tf.grads(energy)([tf.tile(shared.Q, [3, 1, 1]), tf.tile(shared.u, [3, 1])]);
      tf.grads(energy)([shared.Q, shared.u]).forEach((slope, i) =>
        expectClose(slope, tf.sum(each[i], 0, true), 1e-5, 1e-7),
      );
      const cold = solver.run(null, {...shared, p});
      const warm = solver.run(cold.x, {...shared, p});
      assert.isAtMost(warm.state.iterations.dataSync()[0], 2);
      expectClose(warm.x, cold.x, 1e-6);
      const x = (q: tf.Tensor) =>
        solver.run(null, {
          Q: tf.reshape(q, [1, 1, 1]),
          p: tf.ones([1, 1]),
          l: tf.fill([1, 1], -5),
          u: tf.ones([1, 1]),
        }).x;
      const slope = (at: tf.Tensor) => vjp((v: tf.Tensor) => tf.sum(x(v)), [at], tf.scalar(1))[0];
      expectClose(
        vjp((at: tf.Tensor) => tf.sum(slope(at)), [tf.tensor1d([2])], tf.scalar(1))[0],
        [-0.25],
        1e-5,
      );
    });
  });

  it('reports its limit, names what does not fit, and leaks nothing', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const data = boxed(QP_ZOO[9], -0.7, 0.4);
        const hard = REFERENCE_QPS.find(({name}) => name.startsWith('svm n=40'))!;
        const {status} = new BoxCDQP({maxIterations: 1}).run(null, boxed(hard, -2, 1)).state;
        assert.equal(status.dataSync()[0], 3);
        assert.match(
          messageOf(() => new BoxCDQP().run(null, {...data, l: tf.zeros([1, 3])})),
          /BoxCDQP: l must have shape \[B \| 1, n\], here \[B \| 1, 20\]; got \[1,3\]/,
        );
        assert.throws(() => new BoxCDQP({tolerance: NaN}), /BoxCDQP: tolerance must be positive/);
      }),
    ));
});
