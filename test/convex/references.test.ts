/** @file Random problems of the modelling language: values, solutions and gradients are those that CVXPY gives with Clarabel. */
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import {convex} from '../../src/index.js';
import {expectReference, referencesIn, tensorsOf} from './reference.js';

/**
 * Degenerate conic programs (a cone whose slack and multiplier are both at its tip or on its boundary) on which `ConicSplitting` stops
 * short of its tolerance. It must say so.
 */
const UNSOLVED: readonly string[] = ['conic 79', 'conic 136', 'conic 262', 'conic 459'];

for (const kind of ['quadratic', 'conic'] as const) {
  describe(`random ${kind} problems, against CVXPY`, () => {
    before(async () => {
      await tf.setBackend('wasm');
    });

    for (const reference of referencesIn(kind)) {
      const {name, problem: saved, values, gradient} = reference;
      if (UNSOLVED.includes(name)) {
        it(`${name} is known not to be solved, and has zeros`, () => {
          tf.tidy(() => {
            const problem = convex.problemFromJSON(saved);
            const found = problem.solve(tensorsOf(problem, values), {onFailure: 'ignore'});
            assert.equal(found.status.dataSync()[0], 3);
            assert.equal(found.value.dataSync()[0], 0);
          });
        });
        continue;
      }
      it(`${name}${gradient ? ', with its gradient' : ''}`, () => {
        const problem = convex.problemFromJSON(saved);
        assert.equal(problem.kind, kind);
        expectReference(problem, reference);
      });
    }
  });
}
