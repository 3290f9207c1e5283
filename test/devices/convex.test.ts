/** @file Problems of the modelling language that are quadratic programs, on every device: solutions and gradients against CVXPY's. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {referencesIn, tensorsOf} from '../convex/reference.js';
import {TUTORIALS} from '../convex/tutorials.js';
import {assertClose, describeDevices, valuesOf} from './devices.js';

/** With bounds, with bounds and rows, and with coefficients that are parameters. */
const NAMES = ['ReLU', 'constrained sparsemax', 'a quadratic program as a layer'];

describeDevices(
  'problems of the modelling language',
  () => {
    for (const reference of referencesIn('tutorials').filter(({name}) => NAMES.includes(name))) {
      const {name, values, x, gradient} = reference;

      it(`have the solution and the gradient of the reference: ${name}`, async () => {
        const {problem} = TUTORIALS[name]();
        const given = tensorsOf(problem, values);
        const order = Object.keys(given);
        const entriesOf = (named: Record<string, tf.Tensor>) => {
          const {variables} = problem.solve(named, {onFailure: 'ignore'});
          return tf.concat(Object.keys(x).map((variable) => tf.reshape(variables[variable], [-1])));
        };
        const {status, entries} = tf.tidy(() => ({
          status: problem.solve(given, {onFailure: 'ignore'}).status,
          entries: entriesOf(given),
        }));
        assert.deepEqual(await valuesOf(status), [0]);
        assertClose(await valuesOf(entries), Object.values(x).flat(), 1e-5, 'x', 1e-5);
        const weights = tf.tensor1d(Array.from({length: entries.size}, (_, i) => Math.cos(i)));
        const gradients = tf.grads((...list: tf.Tensor[]) => {
          const named = Object.fromEntries(order.map((key, i) => [key, list[i]]));
          return tf.sum(tf.mul(entriesOf(named), weights));
        })(Object.values(given));
        for (const [i, key] of order.entries()) {
          assertClose(await valuesOf(gradients[i]), gradient![key], 1e-4, key, 1e-4);
        }
        tf.dispose([gradients, weights, status, entries, Object.values(given)]);
      });
    }
  },
  {unreadable: true},
);
