/** @file Iterative solvers while tfjs debugs, when it refuses to upload what is not finite. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solvers, Status} from '../../src/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {partOf} from '../helpers/effort.js';
import {expectClose} from '../helpers/expect.js';
import {ITERATIVE_SOLVERS, type Stepwise} from '../zoo/iterative-solvers.js';

const STEPS = 3;
type Make = new (problem: object, options: object) => Stepwise;

describeAnyBackend('iterative solvers while tfjs debugs', () => {
  const {log, warn} = console;
  let printed: string[] = [];
  beforeEach(() => {
    // tfjs prints what it profiles, some of it later.
    printed = [];
    console.log = console.warn = (...args: unknown[]) => void printed.push(args.join(' '));
  });
  afterEach(async () => {
    tf.env().set('DEBUG', false);
    await new Promise((resolve) => setTimeout(resolve, 50));
    Object.assign(console, {log, warn});
  });

  for (const [name, {make, init, params}] of partOf(Object.entries(ITERATIVE_SOLVERS), 2)) {
    it(`${name} takes the steps that it takes otherwise`, () =>
      tf.tidy(() => {
        const solver = make({maxIterations: STEPS, onFailure: 'ignore'}) as Stepwise;
        const [from, given] = [init(), params() as never[]];
        const flat = () =>
          tf.concat([solver.run(from, ...given).x].flat().map((x) => tf.reshape(x as tf.Tensor, [-1])));
        const expected = flat();
        tf.env().set('DEBUG', true);
        const actual = flat();
        tf.env().set('DEBUG', false);
        assert.isNotEmpty(printed, 'tfjs debugged');
        expectClose(actual, expected, 1e-6);
      }));
  }

  for (const name of ['BFGS', 'LBFGS', 'LBFGSB'] as const) {
    it(`${name} sees what falls without end`, () =>
      tf.tidy(() => {
        const fun = (x: tf.Tensor) => tf.neg(tf.sum(tf.exp(x), 1));
        const solver = new (solvers[name] as unknown as Make)(
          {fun},
          {maxIterations: 60, onFailure: 'ignore'},
        );
        const bounds = name === 'LBFGSB' ? [{lower: tf.scalar(-1), upper: tf.fill([], 3e38)}] : [];
        tf.env().set('DEBUG', true);
        const {state} = solver.run(tf.ones([1, 2]), ...(bounds as never[]));
        tf.env().set('DEBUG', false);
        expectClose(state.status, [Status.DUAL_INFEASIBLE], 0);
      }));
  }
});
