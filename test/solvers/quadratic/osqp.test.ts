/** @file OSQP against solveQP: solutions, gradients, statuses with their certificates, batches, bad input. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {solveQP, type QPResult} from '../../../src/index.js';
import {OSQP} from '../../../src/solvers/quadratic/osqp.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {balanced, complaints, type Solved} from '../../helpers/qp-certificate.js';
import {solveWithGradients} from '../../helpers/qp-solved.js';
import {QP_NAMES, tensorsOf} from '../../helpers/qp-tensors.js';
import {eigh} from '../../../src/linalg/index.js';
import {objectiveOf, toF32, type QPCase} from '../../zoo/qp/case.js';
import {FAILING} from '../../zoo/qp/failing.js';
import {scale} from '../../zoo/qp/transforms.js';
import {REFERENCE_QPS} from '../../zoo/qp-families.js';
import {knownQP, QP_ZOO} from '../../zoo/quadratic-programs.js';

/** Largest relative error of a solution from f32 tensors; the duality gap sums over many terms of 1e-6. */
const F32 = 2e-5;
/** A ray is orthogonal to the rows by a least-squares solution that is rounded to f32. */
const RAY = 3e-5;

const wave = (size: number, phase: number) => Array.from({length: size}, (_, i) => Math.cos(phase + 2 * i));

/** ⟨v, solution⟩, through x and both multipliers. */
function loss({x, ineqDual, eqDual}: QPResult): tf.Tensor {
  const along = (value: tf.Tensor, phase: number) =>
    value.size === 0 ? tf.scalar(0) : tf.sum(tf.mul(value, tf.tensor1d(wave(value.size, phase))));
  return tf.addN([along(x, 1), along(ineqDual, 2), along(eqDual, 3)]);
}

function solveCase(problem: QPCase): Solved {
  return tf.tidy(() => {
    const result = solveQP(tensorsOf(problem), {onFailure: 'ignore', solver: new OSQP()});
    const [status, iterations] = [result.status, result.iterations].map((tensor) => tensor.dataSync()[0]);
    const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
    const {certificate} = result;
    return {
      ...{status, iterations},
      x: values(status === 2 ? certificate.x : result.x),
      ineqDual: values(status === 1 ? certificate.ineqDual : result.ineqDual),
      eqDual: values(status === 1 ? certificate.eqDual : result.eqDual),
    };
  });
}

function isStronglyConvex({Q}: QPCase): boolean {
  return tf.tidy(() => {
    const values = eigh(tf.tensor3d([Q])).eigenvalues.dataSync();
    return Math.min(...values) > 1e-2 * Math.max(...values);
  });
}

describeBackends('OSQP', (backend) => {
  for (const qp of QP_ZOO) {
    it(`agrees with solveQP, in the solution and in the gradients of all six: ${qp.name}`, () => {
      const expected = solveWithGradients(qp, {loss});
      const actual = solveWithGradients(qp, {loss, solver: new OSQP()});
      assert.deepEqual(actual.status, [0]);
      assert.deepEqual(actual.weaklyActive, expected.weaklyActive);
      expectClose(actual.x, expected.x, 2e-6, 1e-6);
      expectClose(actual.ineqDual, expected.ineqDual, 1e-5, 1e-6);
      expectClose(actual.eqDual, expected.eqDual, 1e-5, 1e-6);
      for (const name of QP_NAMES) {
        if (expected.gradients[name])
          expectClose(actual.gradients[name]!, expected.gradients[name], 1e-5, 1e-6);
      }
    });
  }

  for (const problem of REFERENCE_QPS.filter(
    ({n, m, k}) => n <= (backend === 'cpu' ? 20 : 5) && m + k <= 60,
  )) {
    it(`satisfies the KKT conditions of a problem of the collection: ${problem.name}`, () => {
      const rounded = toF32(problem);
      const solved = solveCase(rounded);
      assert.deepEqual(complaints(rounded, solved, F32), []);
      if (problem.optimum === undefined) return;
      const terms = problem.p.reduce((sum, value, j) => sum + Math.abs(value * solved.x[j]), 1);
      const scale = Math.max(terms, Math.abs(problem.optimum), Math.abs(problem.constant ?? 0));
      assert.approximately(objectiveOf(problem, solved.x), problem.optimum, 1e-5 * scale);
    });
  }

  for (const units of [{columns: 20}, {columns: 20, rows: 20, weight: 20}]) {
    it(`solves scaled copies as well as the originals, or says that it cannot: ${JSON.stringify(units)}`, () => {
      const size = backend === 'cpu' ? 8 : 4;
      const originals = REFERENCE_QPS.filter(
        ({n, m, k, scaledFrom}) => n <= size && m + k <= 3 * size && !scaledFrom,
      );
      const unsolved = originals.filter((original) => {
        const problem = scale(original, units);
        const solved = solveCase(problem);
        if (solved.status === 3) return true;
        assert.deepEqual(complaints(problem, solved, F32), [], problem.name);
        if (!isStronglyConvex(original)) return false;
        const {x} = balanced(problem, solved).point;
        const expected = balanced(problem, solveWithGradients(problem)).point;
        expectClose(x, expected.x, 1e-5, 1e-6);
        return false;
      });
      assert.isAtMost(unsolved.length, originals.length / 10);
    });
  }

  // Unbounded problems of a hundred variables take more iterations than there are.
  for (const problem of FAILING.filter(({n}) => n <= (backend === 'cpu' ? 50 : 5))) {
    it(`proves that there is no solution: ${problem.name}`, () => {
      const rounded = problem.scaledFrom ? problem : toF32(problem);
      assert.deepEqual(complaints(rounded, solveCase(rounded), RAY), []);
    });
  }

  it('satisfies the KKT conditions on random problems', () => {
    const recipes = fc.record({
      n: fc.integer({min: 1, max: 10}),
      m: fc.integer({min: 0, max: 12}),
      k: fc.integer({min: 0, max: 4}),
      seed: fc.string(),
    });
    fc.assert(
      fc.property(recipes, ({n, m, k, seed}) => {
        const eq = Math.min(k, n - 1);
        const active = Math.min(Math.floor(m / 2), n - eq);
        const problem = {...knownQP({n, m, k: eq, active, seed}), expectedStatus: 0} as QPCase;
        assert.deepEqual(complaints(problem, solveCase(problem), F32), []);
      }),
      {numRuns: 15},
    );
  });

  it('has no 0/0 where Ax is zero at every iterate', () => {
    // JAXopt's OSQP returns NaN here. x* = (−1, 0).
    tf.tidy(() => {
      const G = [
        [0, 1],
        [0, -1],
      ];
      const {x, status} = solveQP({Q: tf.eye(2), p: [1, 0], G, h: [1, 1]}, {solver: new OSQP()});
      assert.equal(status.dataSync()[0], 0);
      expectClose(x, [-1, 0], 1e-6, 1e-7);
      // The same where the active set of the first guess is not the solution already.
      const other = solveQP({Q: tf.eye(2), p: [0, 0], G, h: [0, 0]}, {solver: new OSQP()});
      expectClose(other.x, [0, 0], 0, 1e-7);
    });
  });

  it('keeps the good samples of a batch in which others are infeasible, unbounded or invalid', () => {
    tf.tidy(() => {
      const problem = {
        Q: tf.tensor3d([[[1]], [[1]], [[0]], [[1]], [[-1]]]),
        p: tf.tensor2d([[1], [1], [-1], [NaN], [1]]),
        G: tf.tensor3d([
          [[1], [-1]],
          [[1], [-1]],
          [[-1], [-1]],
          [[1], [-1]],
          [[1], [-1]],
        ]),
      };
      const h = tf.tensor2d([
        [5, 0.5],
        [0, -1],
        [0, 0],
        [5, 5],
        [5, 5],
      ]);
      const solve = (at: tf.Tensor) =>
        solveQP({...problem, h: at}, {onFailure: 'ignore', solver: new OSQP()});
      const {x, status, certificate} = solve(h);
      assert.deepEqual(Array.from(status.dataSync()), [0, 1, 2, 5, 5]);
      expectClose(x, [-0.5, 0, 0, 0, 0], 1e-6);
      const ray = tf.slice(certificate.ineqDual, [1, 0], [1, 2]).dataSync();
      expectClose([ray[0] - ray[1], ray[1]], [0, 1], 1e-6);
      expectClose(tf.slice(certificate.x, [2, 0], [1, 1]), [1], 1e-6);
      const slope = tf.grad((at: tf.Tensor) => tf.sum(solve(at).x))(h);
      expectClose(slope, [0, -1, 0, 0, 0, 0, 0, 0, 0, 0], 0, 1e-6);
    });
  });

  it('of a shared tensor has the sum of the gradients over the batch', () => {
    tf.tidy(() => {
      const t = tensorsOf(QP_ZOO[6]);
      const p = tf.stack([t.p, tf.add(t.p, 0.01), tf.sub(t.p, 0.02)]);
      const solver = new OSQP();
      for (const name of ['Q', 'h', 'A'] as const) {
        const energy = (value: tf.Tensor) =>
          tf.sum(tf.square(solveQP({...t, p, [name]: value}, {solver}).x)) as tf.Scalar;
        const shared = tf.grad(energy)(t[name]!);
        const each = tf.grad(energy)(tf.stack([t[name]!, t[name]!, t[name]!]));
        expectClose(shared, tf.sum(each, 0), 2e-6);
      }
    });
  });

  it('takes a warm start, and can be differentiated again', () => {
    tf.tidy(() => {
      const qp = tensorsOf(QP_ZOO[9]);
      const solver = new OSQP();
      const cold = solveQP(qp, {solver});
      const warm = solveQP(qp, {solver, warmStart: cold});
      assert.isAbove(cold.iterations.dataSync()[0], 0);
      assert.equal(warm.iterations.dataSync()[0], 0);
      expectClose(warm.x, cold.x, 1e-6);
      // x = −1/q: d²x/dq² = −2/q³.
      const x = (q: tf.Tensor) => solveQP({Q: tf.reshape(q, [1, 1]), p: tf.tensor1d([1])}, {solver}).x;
      expectClose(tf.grad((q: tf.Tensor) => tf.sum(tf.grad(x)(q)))(tf.tensor1d([2])), [-0.25]);
    });
  });

  it('stops at its limit, with status 3', () => {
    const {status} = solveWithGradients(QP_ZOO[9], {solver: new OSQP({maxIterations: 1})});
    assert.deepEqual(status, [3]);
  });

  it('leaves no tensor behind, also when it throws', () =>
    expectNoLeak(() => {
      const qp = tensorsOf(QP_ZOO[6]);
      const solver = new OSQP();
      tf.dispose(tf.grad((p: tf.Tensor) => tf.sum(solveQP({...qp, p}, {solver}).x))(qp.p));
      const lift = (tensor: tf.Tensor) => tf.expandDims(tensor, 0);
      tf.tidy(() => {
        const data = {Q: lift(qp.Q), p: lift(qp.p), G: lift(qp.G!), h: lift(qp.h!), A: lift(qp.A!)};
        assert.throws(() => solver.run(null, {...data, b: tf.zeros([1, 7])}), /OSQP: b must have shape/);
      });
      tf.dispose(qp as tf.TensorContainer);
    }));

  it('refuses bad options', () => {
    assert.throws(() => new OSQP({tolerance: 0}), /OSQP: tolerance must be positive/);
    assert.throws(() => new OSQP({maxIterations: 0.5}), /OSQP: maxIterations must be a positive integer/);
    assert.deepEqual(new OSQP({tolerance: 1e-4}).getConfig(), {tolerance: 1e-4, maxIterations: 4000});
  });
});
