/** @file Random problems of the modelling language: values, solutions and gradients are those that CVXPY gives with Clarabel. */
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import {convex} from '../../src/index.js';
import {partOf} from '../helpers/effort.js';
import {expectReference, referencesIn} from './reference.js';

for (const kind of ['quadratic', 'conic'] as const) {
  describe(`random ${kind} problems, against CVXPY`, () => {
    before(async () => {
      await tf.setBackend('wasm');
    });

    for (const reference of partOf(referencesIn(kind), 3)) {
      const {name, problem: saved, gradient} = reference;
      it(`${name}${gradient ? ', with its gradient' : ''}`, () => {
        const problem = convex.problemFromJSON(saved);
        assert.equal(problem.kind, kind);
        expectReference(problem, reference);
      });
    }
  });
}
