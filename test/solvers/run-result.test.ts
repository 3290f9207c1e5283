/** @file What run of the quadratic and conic solvers gives can be read by the names of solveQP's result, and holds each tensor once. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, customRoot, projections, solveQP, solvers} from '../../src/index.js';
import {flatten} from '../../src/autodiff/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

const Q = () => tf.tensor3d([[[2, 0.5], [0.5, 1]]]); // prettier-ignore
const p = () => tf.tensor2d([[-3, 1], [1, 1], [2, -4]]); // prettier-ignore
const rows = () => tf.tensor3d([[[1, 1], [-1, 0]]]); // prettier-ignore
const data = () => ({Q: Q(), p: p(), G: rows(), h: tf.tensor2d([[0.5, 1]]), ...none()});
const none = () => ({A: tf.zeros([1, 0, 2]), b: tf.zeros([1, 0])});
const equalities = () => ({Q: Q(), p: p(), A: tf.tensor3d([[[1, 1]]]), b: tf.tensor2d([[0.5]])});
const bounds = (m = 2) => ({lower: tf.fill([1, m], -1), upper: tf.fill([1, m], 0.25)});

interface Result {
  x: tf.Tensor | Record<string, tf.Tensor>;
  state: object;
}

const RUNS: Record<string, () => Result> = {
  InteriorPointQP: () => new solvers.InteriorPointQP().run(null, data()),
  OSQP: () => new solvers.OSQP().run(null, data()),
  EqualityConstrainedQP: () => new solvers.EqualityConstrainedQP().run(null, equalities()),
  BoxOSQP: () => new solvers.BoxOSQP().run(null, {Q: Q(), p: p(), A: rows(), ...bounds()}),
  BoxCDQP: () => new solvers.BoxCDQP().run(null, {Q: Q(), p: p(), ...bounds()}),
  ConicSplitting: () =>
    new solvers.ConicSplitting((v) => projections.nonNegative(v)).run(null, {
      ...{c: tf.ones([2, 1]), E: tf.fill([1, 1, 1], -1), d: tf.fill([1, 1], -1)},
    }),
};

describeAnyBackend('results of run', () => {
  for (const [name, run] of Object.entries(RUNS)) {
    it(`${name}: entries of x and of the state are read directly, and are no entries of the result`, () =>
      expectNoLeak(() => {
        const result = tf.tidy(() => run() as unknown as tf.TensorContainerObject) as unknown as Result;
        const all = result as unknown as Record<string, unknown>;
        assert.deepEqual(Object.keys(result), ['x', 'state']);
        const seen: string[] = [];
        for (const key in result) seen.push(key);
        assert.deepEqual(seen, ['x', 'state']);
        for (const [key, value] of Object.entries(result.state)) assert.strictEqual(all[key], value, key);
        assert.includeMembers(Object.keys(result.state), ['status', 'iterations', 'residual']);
        if (!(result.x instanceof tf.Tensor)) {
          for (const [key, value] of Object.entries(result.x)) {
            if (key !== 'x') assert.strictEqual(all[key], value, key);
          }
          assert.instanceOf(result.x.x, tf.Tensor);
        }
        const tensors = flatten(result as never);
        assert.equal(new Set(tensors.map(({id}) => id)).size, tensors.length);
        tf.dispose(result as unknown as tf.TensorContainerObject);
      }));
  }

  it('have the names and the numbers of the result of solveQP', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const expected = solveQP(data());
        for (const solver of [new solvers.InteriorPointQP(), new solvers.OSQP()]) {
          const found = solver.run(null, data());
          expectClose(found.x.x, expected.x, 1e-5, 1e-6);
          for (const name of ['ineqDual', 'eqDual', 'slack'] as const) {
            expectClose(found[name], expected[name], 1e-5, 1e-5);
          }
          expectClose(found.status, [0, 0, 0]);
          expectClose(found.certificate.ineqDual, new Float32Array(6), 0);
          assert.deepEqual(found.iterations.shape, [3]);
          assert.isAtMost(Math.max(...found.residual.dataSync()), 1e-5);
        }
      }),
    ));

  it('can be taken for a start, differentiated, and used by customRoot', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = new solvers.InteriorPointQP();
        const slack = (at: tf.Tensor) => tf.sum(solver.run(null, {...data(), p: at}).slack);
        const same = (at: tf.Tensor) => tf.sum(solver.run(null, {...data(), p: at}).state.slack);
        const slope = tf.grad(slack)(p());
        assert.isTrue(slope.dataSync().some((value) => value !== 0));
        expectClose(slope, tf.grad(same)(p()), 0);
        const cold = solveQP(data());
        const again = solver.run({...cold, slack: cold.slack} as never, data());
        expectClose(again.iterations, [0, 0, 0]);

        const activity = {weight: tf.tensor2d([[0, 0]]), status: tf.zeros([1], 'int32')};
        const free = {...data(), p: tf.tensor2d([[-0.5, 0.1]]), h: tf.tensor2d([[9, 9]])};
        const root = customRoot(conditions.quadraticKkt)({
          run: (_init: unknown, at: never) => solver.run(null, at),
        } as never) as unknown as (init: null, ...params: unknown[]) => {x: tf.Tensor};
        const solve = (at: tf.Tensor) => tf.sum(root(null, {...free, p: at}, activity).x);
        // −Q⁻¹ 1.
        expectClose(tf.grad(solve)(free.p), [-0.5 / 1.75, -1.5 / 1.75], 1e-5);
      }),
    ));
});
