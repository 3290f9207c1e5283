/** @file EqualityConstrainedQP against solveQP and closed forms, singular systems, and statuses with their certificates. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {solveQP, vjp, type QPResult} from '../../../src/index.js';
import {EqualityConstrainedQP} from '../../../src/solvers/quadratic/equality-constrained-qp.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {balanced, complaints} from '../../helpers/qp-certificate.js';
import {solveWithGradients, type PlainQP} from '../../helpers/qp-solved.js';
import {qpCase} from '../../zoo/qp/case.js';
import {scale} from '../../zoo/qp/transforms.js';
import {knownQP, QP_ZOO} from '../../zoo/quadratic-programs.js';

const loss = ({x, eqDual}: QPResult): tf.Tensor =>
  tf.add(
    tf.sum(tf.mul(x, tf.cos(tf.range(0, x.size)))),
    eqDual.size === 0 ? 0 : tf.sum(tf.mul(eqDual, tf.sin(tf.range(1, eqDual.size + 1)))),
  );

const equalities = ({Q, p, A, b}: PlainQP): PlainQP => ({Q, p, A, b});

describeBackends('EqualityConstrainedQP', () => {
  for (const qp of QP_ZOO) {
    it(`agrees with solveQP without the inequalities, gradients too: ${qp.name}`, () => {
      const problem = equalities(qp);
      const expected = solveWithGradients(problem, {loss});
      const actual = solveWithGradients(problem, {loss, solver: new EqualityConstrainedQP()});
      assert.deepEqual(actual.status, [0]);
      expectClose(actual.x, expected.x, 2e-6, 1e-6);
      expectClose(actual.eqDual, expected.eqDual, 2e-6, 1e-6);
      for (const [name, gradient] of Object.entries(expected.gradients)) {
        expectClose(actual.gradients[name as 'Q']!, gradient, 5e-6, 1e-6);
      }
    });
  }

  it('solves scaled copies, with a certificate, and as solveQP does', () => {
    for (const qp of QP_ZOO) {
      const {name, Q, p, A, b} = qp;
      const original = qpCase({name, Q, p, A, b});
      const problem = scale(original, {columns: 20, rows: 20, weight: 20});
      const [found, expected] = [new EqualityConstrainedQP(), undefined].map((solver) => {
        const {x, ineqDual, eqDual, status} = solveWithGradients(problem, {solver});
        return {x, ineqDual, eqDual, status: status[0], iterations: 0};
      });
      assert.deepEqual(complaints(problem, found, 1e-5), [], qp.name);
      expectClose(balanced(problem, found).point.x, balanced(problem, expected).point.x, 1e-5, 1e-6);
    }
  });

  it('satisfies the KKT conditions on random batches', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(fc.integer({min: 1, max: 10}), fc.nat(9), fc.string(), (n, wanted, seed) =>
          tf.tidy(() => {
            const {Q, p, A, b, k} = knownQP({n, k: Math.min(wanted, n), seed});
            const data = {
              ...{Q: tf.tensor3d([Q]), p: tf.tensor2d([p, p.map((v) => -v)])},
              ...{A: tf.tensor3d(A.flat(), [1, k, n]), b: tf.tensor2d(b, [1, k])},
            };
            const {x, state} = new EqualityConstrainedQP().run(null, data);
            assert.deepEqual(Array.from(state.status.dataSync()), [0, 0]);
            assert.deepEqual([x.x.shape, x.ineqDual.shape, x.eqDual.shape], [[2, n], [2, 0], [2, k]]); // prettier-ignore
            const [points, duals] = [x.x, x.eqDual].map((v) =>
              [0, 1].map((s) => Array.from(v.dataSync()).slice((s * v.size) / 2, ((s + 1) * v.size) / 2)),
            );
            points.forEach((point, s) => {
              const size = Math.max(1, ...point.map(Math.abs), ...duals[s].map(Math.abs));
              const dot = (row: number[], v: number[]) => row.reduce((sum, a, j) => sum + a * v[j], 0);
              const pull = Q.map(
                (row, j) =>
                  dot(row, point) +
                  (s === 0 ? p[j] : -p[j]) +
                  A.reduce((sum, a, i) => sum + a[j] * duals[s][i], 0),
              );
              expectClose(pull, new Float32Array(n), 0, 3e-6 * size);
              const missing = A.map((row, i) => dot(row, point) - b[i]);
              expectClose(missing, new Float32Array(k), 0, 3e-6 * size);
            });
          }),
        ),
        {numRuns: 15},
      ),
    ));

  it('solves singular systems that have a solution: dependent rows, directions without curvature', () => {
    tf.tidy(() => {
      const solver = new EqualityConstrainedQP();
      // x₀ + x₁ = 2 twice, once times −2: x = (1, 1) − and multipliers of small norm.
      const twice = solveQP(
        {Q: tf.eye(2), p: [0, 0], A: [[1, 1], [-2, -2]], b: [2, -4]}, // prettier-ignore
        {solver},
      );
      assert.equal(twice.status.dataSync()[0], 0);
      expectClose(twice.x, [1, 1], 1e-6);
      const [first, second] = twice.eqDual.dataSync();
      expectClose(first - 2 * second, -1, 1e-5);
      // x₁ is in nothing.
      const flat = solveQP({Q: [[1, 0], [0, 0]], p: [1, 0]}, {solver}); // prettier-ignore
      assert.equal(flat.status.dataSync()[0], 0);
      expectClose(flat.x, [-1, 0], 1e-6, 1e-6);
    });
  });

  it('solves samples without any rows, whose multipliers have no entries', () =>
    tf.tidy(() => {
      const [Q, p] = [tf.tensor2d([[2, 0], [0, 4]]), tf.tensor2d([[2, 4], [-2, 8]])]; // prettier-ignore
      const {x, status, eqDual, certificate} = solveQP({Q, p}, {solver: new EqualityConstrainedQP()});
      assert.deepEqual(Array.from(status.dataSync()), [0, 0]);
      expectClose(x, [-1, -1, 1, -2], 1e-6);
      assert.deepEqual(eqDual.shape, [2, 0]);
      assert.deepEqual(certificate.eqDual.shape, [2, 0]);
    }));

  it('tells inconsistent and unbounded samples apart, and keeps the good ones', () => {
    tf.tidy(() => {
      const data = {
        Q: tf.tensor3d([[[1, 0], [0, 1]], [[1, 0], [0, 1]], [[1, 0], [0, 0]], [[1, 0], [0, -1]], [[1, 1], [0, 1]]]), // prettier-ignore
        p: tf.tensor2d([[1, 1], [1, 1], [0, 2], [1, 1], [1, 1]]), // prettier-ignore
        A: tf.tensor3d([[[1, 0], [2, 0]], [[1, 0], [2, 0]], [[1, 0], [2, 0]], [[1, 0], [2, 0]], [[1, 0], [2, 0]]]), // prettier-ignore
        b: tf.tensor2d([[1, 2], [1, 3], [1, 2], [1, 2], [1, 2]]), // prettier-ignore
      };
      const solver = new EqualityConstrainedQP();
      const {x, state} = solver.run(null, data);
      assert.deepEqual(Array.from(state.status.dataSync()), [0, 1, 2, 5, 5]);
      expectClose(x.x, [1, -1, 0, 0, 0, 0, 0, 0, 0, 0], 1e-6, 1e-6);
      // Aᵀν = 0 and bᵀν = −1: ν = (2, −1). Then Qx = 0, Ax = 0 and pᵀx = −1: x = (0, −½).
      expectClose(tf.slice(state.certificate.eqDual, [1, 0], [1, 2]), [2, -1], 1e-5);
      expectClose(tf.slice(state.certificate.x, [2, 0], [1, 2]), [0, -0.5], 1e-5, 1e-6);
      const slope = tf.grad((p: tf.Tensor) => tf.sum(solver.run(null, {...data, p}).x.x))(data.p);
      expectClose(slope, [0, -1, 0, 0, 0, 0, 0, 0, 0, 0], 1e-5, 1e-6);
    });
  });

  it('shares tensors without the batch, p too, and can be differentiated again', () => {
    tf.tidy(() => {
      const {Q, p, A, b} = QP_ZOO[2];
      const tensors = {Q: tf.tensor3d([Q]), p: tf.tensor2d([p]), A: tf.tensor3d([A]), b: tf.tensor2d([b, b])};
      const solver = new EqualityConstrainedQP();
      const energy = (q: tf.Tensor) =>
        tf.sum(tf.square(solver.run(null, {...tensors, Q: q}).x.x)) as tf.Scalar;
      const each = tf.grad(energy)(tf.tile(tensors.Q, [2, 1, 1]));
      expectClose(tf.grad(energy)(tensors.Q), tf.sum(each, 0, true), 1e-6);
      const none = {A: tf.zeros([1, 0, 1]), b: tf.zeros([1, 0])};
      const x = (q: tf.Tensor) =>
        solver.run(null, {Q: tf.reshape(q, [1, 1, 1]), p: tf.ones([1, 1]), ...none}).x.x;
      const slope = (at: tf.Tensor) => vjp((v: tf.Tensor) => tf.sum(x(v)), [at], tf.scalar(1))[0];
      expectClose(vjp((at: tf.Tensor) => tf.sum(slope(at)), [tf.tensor1d([2])], tf.scalar(1))[0], [-0.25]);
    });
  });

  it('refuses inequalities, shapes and options, and leaks nothing', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new EqualityConstrainedQP();
        const data = {Q: tf.ones([1, 1, 1]), p: tf.ones([1, 1]), A: tf.ones([1, 1, 1]), b: tf.ones([1, 1])};
        assert.match(
          messageOf(() => solveQP({Q: [[1]], p: [1], G: [[1]], h: [1]}, {solver})),
          /EqualityConstrainedQP: inequalities are not supported, got G of shape \[1,1,1\]/,
        );
        assert.match(
          messageOf(() => solver.run(null, {...data, b: tf.ones([1, 2])})),
          /EqualityConstrainedQP: b must have shape \[B \| 1, k\], here \[B \| 1, 1\]; got \[1,2\]/,
        );
        assert.throws(
          () => new EqualityConstrainedQP({maxIterations: -1}),
          /maxIterations must be a positive/,
        );
      }),
    ));
});
