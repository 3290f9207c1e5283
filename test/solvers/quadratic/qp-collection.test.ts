/** @file Every problem of the collection: the expected status, proven by residuals, certificates and known optima. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solveQP} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {LONG} from '../../helpers/effort.js';
import {complaints, solveInF64, type Solved} from '../../helpers/qp-certificate.js';
import {tensorsOf} from '../../helpers/qp-tensors.js';
import {objectiveOf, toF32, type QPCase} from '../../zoo/qp/case.js';
import {HOCK_SCHITTKOWSKI} from '../../zoo/qp/hock-schittkowski.js';
import {LONG_QPS, QP_COLLECTION} from '../../zoo/qp-families.js';

/** Rounding x to f32 costs about this much of the terms of the objective and of the constraints. */
const F32 = 2e-6;

/** Small enough for every backend. */
const isSmall = ({n, m, k}: QPCase) => n <= 30 && m + k <= 60;

/** What an objective value may be off by, for its terms and the constant cancel. */
function objectiveScale(problem: QPCase, x: number[]): number {
  const {p, constant = 0, optimum = 0} = problem;
  const linear = p.reduce((sum, value, j) => sum + Math.abs(value * x[j]), 0);
  return Math.max(1, Math.abs(optimum), Math.abs(constant), linear);
}

function solveInF32(problem: QPCase): Solved {
  return tf.tidy(() => {
    const {x, ineqDual, eqDual, status, iterations, certificate} = solveQP(tensorsOf(problem), {
      onFailure: 'ignore',
    });
    const code = status.dataSync()[0];
    const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
    return {
      status: code,
      iterations: iterations.dataSync()[0],
      x: values(code === 2 ? certificate.x : x),
      ineqDual: values(code === 1 ? certificate.ineqDual : ineqDual),
      eqDual: values(code === 1 ? certificate.eqDual : eqDual),
    };
  });
}

describe('the reference kernel on the collection of quadratic programs', () => {
  for (const problem of QP_COLLECTION) {
    it(`proves the status to 1e-6: ${problem.name}`, () => {
      const solved = solveInF64(problem);
      assert.deepEqual(complaints(problem, solved), []);
      if (problem.optimum === undefined) return;
      const value = objectiveOf(problem, solved.x);
      assert.approximately(value, problem.optimum, 1e-6 * objectiveScale(problem, solved.x));
    });
  }

  it('reaches the published optima to 1e-8', () => {
    for (const problem of HOCK_SCHITTKOWSKI) {
      const {x} = solveInF64(problem);
      const off =
        Math.abs(objectiveOf(problem, x) - problem.optimum!) / Math.max(1, Math.abs(problem.optimum!));
      assert.isAtMost(off, 1e-8, problem.name);
    }
  });

  for (const {name, build} of LONG ? LONG_QPS : []) {
    it(`proves the status of a long one to 1e-6: ${name}`, () => {
      const problem = build();
      assert.deepEqual(complaints(problem, solveInF64(problem)), []);
    }).timeout(600_000);
  }
});

describeBackends('solveQP on the collection of quadratic programs', (backend) => {
  for (const problem of QP_COLLECTION) {
    if (backend !== 'cpu' && !isSmall(problem)) continue;
    it(`proves the status from f32 tensors: ${problem.name}`, () => {
      const rounded = toF32(problem);
      const solved = solveInF32(rounded);
      const isScaled = problem.scaledFrom !== undefined;
      assert.deepEqual(complaints(isScaled ? problem : rounded, solved, F32 * Math.sqrt(problem.n + 1)), []);
    });
  }
});
