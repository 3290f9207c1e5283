/** @file The problems of cvxpylayers' README and tutorials: values, solutions and gradients in every parameter are those of CVXPY. */
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import {expectReference, referencesIn} from './reference.js';
import {TUTORIALS} from './tutorials.js';

const references = referencesIn('tutorials');

describe('the tutorials of cvxpylayers, in the modelling language', () => {
  before(async () => {
    await tf.setBackend('wasm');
  });

  it('have a reference each', () => {
    assert.deepEqual(
      references.map(({name}) => name),
      Object.keys(TUTORIALS),
    );
  });

  for (const reference of references) {
    it(reference.name, () => {
      const {problem, values} = TUTORIALS[reference.name]();
      assert.deepEqual(problem.toJSON(), reference.problem);
      assert.deepEqual(values, reference.values);
      assert.hasAllKeys(reference.gradient, [...problem.parameters.keys()]);
      expectReference(problem, reference);
    });
  }
});
