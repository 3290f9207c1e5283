/** @file Quadratic programs with lower and upper bounds on every device: solutions, and gradients against the f64 kernels. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solveQP, type QPInput} from '../../src/index.js';
import {boundedNames, boundedTensors, boundPlaces, inRows} from '../helpers/qp-bounds.js';
import {BOUNDED_ZOO, type KnownQP} from '../zoo/quadratic-programs.js';
import {assertClose, describeDevices, use, valuesOf} from './devices.js';

/** The gradient of Σ sin(3j + 1)·xⱼ in each parameter; bounds are shared, or each of two samples has its own. */
async function gradients(problem: KnownQP, ownBounds: boolean): Promise<number[][]> {
  const tensors = boundedTensors(problem);
  const names = boundedNames(tensors);
  const twice = (tensor: tf.Tensor) => tf.stack([tensor, tensor]);
  const given = tf.tidy(() =>
    names.map((name) => {
      const isOwn = name === 'p' || (ownBounds && (name === 'lower' || name === 'upper'));
      return isOwn ? twice(tensors[name]!) : tf.clone(tensors[name]!);
    }),
  );
  const weights = tf.tensor1d(Array.from({length: problem.n}, (_, j) => Math.sin(3 * j + 1)));
  const loss = (...values: tf.Tensor[]) => {
    const input = Object.fromEntries(values.map((value, i) => [names[i], value])) as unknown as QPInput;
    return tf.sum(tf.mul(weights, solveQP(input, {onFailure: 'ignore'}).x));
  };
  const found = tf.grads(loss)(given);
  const values = await Promise.all(found.map(valuesOf));
  tf.dispose([found, given, Object.values(tensors), weights]);
  return values;
}

describeDevices(
  'bounds of quadratic programs',
  () => {
    for (const [index, problem] of BOUNDED_ZOO.entries()) {
      it(`have the known solution and multipliers: ${problem.name}`, async () => {
        const tensors = boundedTensors(problem);
        const {certificate, ...result} = solveQP(tensors, {onFailure: 'ignore'});
        assert.deepEqual(await valuesOf(result.status), [0]);
        assertClose(await valuesOf(result.x), problem.x, 2e-6, 'x', 2e-6);
        const parts = [result.ineqDual, result.lowerDual, result.upperDual];
        const [ofRest, ofLower, ofUpper] = await Promise.all(parts.map(valuesOf));
        const found = inRows(boundPlaces([problem]), ofRest, ofLower, ofUpper);
        assertClose(found, problem.ineqDual, 1e-5, 'multipliers', 2e-6);
        tf.dispose([
          Object.values(result),
          Object.values(certificate),
          Object.values(tensors),
        ] as tf.Tensor[][]);
      });

      it(`have the gradient of the f64 kernels: ${problem.name}`, async () => {
        const found = await gradients(problem, index % 2 === 0);
        await use('cpu');
        const expected = await gradients(problem, index % 2 === 0);
        found.forEach((values, i) => assertClose(values, expected[i], 1e-5, `parameter ${i}`, 1e-6));
      });
    }
  },
  {unreadable: true},
);
