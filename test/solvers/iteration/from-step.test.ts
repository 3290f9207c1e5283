/** @file A solver of the caller’s own steps: forms of x and memory, gradients, and what its errors name. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {enableHigherOrderGradients, rootJvp, solvers} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {withPrograms} from '../../helpers/programs.js';

/** x³ + x = c. */
const cubic = (x: tf.Tensor, c: tf.Tensor) => tf.sub(tf.add(tf.pow(x, 3), x), c);
const largest = (r: tf.Tensor) => tf.max(tf.abs(r), 1);
const C = [
  [2, 10],
  [-2, 0],
];
const X = [1, 2, -1, 0];
const SLOPES = X.map((x) => 1 / (3 * x * x + 1));
const c = () => tf.tensor2d(C);

/** Steps of Newton's method. */
const newton = {
  start: () => [],
  step(x: tf.Tensor, _memory: tf.Tensor[], at: tf.Tensor) {
    const r = cubic(x, at);
    const next = tf.sub(x, tf.div(r, tf.add(tf.mul(3, tf.square(x)), 1)));
    return {x: next, memory: [], residual: largest(r)};
  },
  condition: cubic,
};

/** With a memory of each form: a step count and the last x, in an array within a record. */
const withMemory = {
  start: (x: tf.Tensor) => ({
    count: tf.zeros([2]),
    history: [x, {last: x}] as [tf.Tensor, {last: tf.Tensor}],
  }),
  step(
    x: tf.Tensor,
    {count, history}: {count: tf.Tensor; history: [tf.Tensor, {last: tf.Tensor}]},
    at: tf.Tensor,
  ) {
    const [older, {last}] = history;
    const drift = tf.mul(0.05, tf.sub(last, older));
    const {x: next, residual} = newton.step(x, [], at);
    const memory = {history: [last, {last: next}] as typeof history, count: tf.add(count, 1)};
    return {x: tf.add(next, drift), memory, residual};
  },
  condition: cubic,
};

/** What `run` refuses. */
const refused = (change: object, options: solvers.SolverOptions = {}, init: tf.Tensor = tf.ones([2, 2])) =>
  tf.tidy(() =>
    messageOf(() =>
      solvers.fromStep({...newton, ...change} as never, options as never).run(init, c() as never),
    ),
  );
const returning = (change: object) => ({
  step: (x: tf.Tensor, memory: tf.Tensor[], at: tf.Tensor) => ({...newton.step(x, memory, at), ...change}),
});

describeBackends('a solver from steps', () => {
  before(() => enableHigherOrderGradients());

  for (const flag of ['on', 'off'] as const) {
    describe(`with programs ${flag}`, () => {
      for (const [name, problem] of Object.entries({newton, withMemory})) {
        it(`${name}: solution, gradient, tangent and a gradient through the steps`, () =>
          expectNoLeak(() =>
            withPrograms(flag, () =>
              tf.tidy(() => {
                const solver = solvers.fromStep(problem as typeof newton, {tolerance: 1e-5});
                const {x, state} = solver.run(tf.ones([2, 2]), c());
                expectClose(x, X, 1e-6);
                expectClose(state.status, [0, 0]);
                const [first] = state.iterations.dataSync();
                assert.isAbove(first, 3);
                expectClose(
                  tf.grad((at: tf.Tensor) => tf.sum(solver.run(tf.ones([2, 2]), at).x))(c()),
                  SLOPES,
                  1e-5,
                );
                expectClose(solver.jvp(x, [c()], [tf.ones([2, 2])]), SLOPES, 1e-5);
                expectClose(rootJvp(cubic, x, [c()], [tf.ones([2, 2])]), SLOPES, 1e-5);
                const unrolled = solvers.fromStep(problem as typeof newton, {
                  tolerance: 1e-5,
                  implicitDiff: false,
                });
                expectClose(
                  tf.grad((at: tf.Tensor) => tf.sum(unrolled.run(tf.ones([2, 2]), at).x))(c()),
                  SLOPES,
                  1e-3,
                );
              }),
            ),
          ));
      }

      it('a fixed point defines it as well as F', () =>
        withPrograms(flag, () =>
          tf.tidy(() => {
            // x = ½(cos x + c).
            const T = (x: tf.Tensor, at: tf.Tensor): tf.Tensor => tf.mul(0.5, tf.add(tf.cos(x), at));
            const solver = solvers.fromStep({
              start: () => [],
              step: (x: tf.Tensor, _memory, at: tf.Tensor) => ({
                x: T(x, at),
                memory: [],
                residual: largest(tf.sub(T(x, at), x)),
              }),
              fixedPoint: T,
            });
            const at = tf.tensor2d([[0.6], [1.2]]);
            const {x, state} = solver.run(tf.zeros([2, 1]), at);
            expectClose(state.status, [0, 0]);
            expectClose(x, T(x, at), 1e-5);
            const slopes = Array.from(x.dataSync(), (value) => 0.5 / (1 + 0.5 * Math.sin(value)));
            expectClose(
              tf.grad((p: tf.Tensor) => tf.sum(solver.run(tf.zeros([2, 1]), p).x))(at),
              slopes,
              1e-5,
            );
          }),
        ));

      it('a single problem has a scalar residual and a memory of any shape', () =>
        withPrograms(flag, () =>
          tf.tidy(() => {
            const solver = solvers.fromStep(
              {
                start: () => ({rate: tf.scalar(0.9), table: tf.ones([3, 5])}),
                step(x: tf.Tensor, {rate, table}, at: tf.Tensor) {
                  const r = tf.sub(x, at);
                  return {
                    x: tf.sub(x, tf.mul(rate, r)),
                    memory: {rate: tf.mul(rate, 0.99), table},
                    residual: tf.max(tf.abs(r)),
                  };
                },
                condition: (x: tf.Tensor, at: tf.Tensor) => tf.sub(x, at),
              },
              {batched: false},
            );
            const {x, state} = solver.run(tf.zeros([2, 2]), c());
            expectClose(x, C.flat(), 1e-6, 1e-6);
            assert.deepEqual(state.residual.shape, [1]);
          }),
        ));

      it('the residual is compared with both tolerances', () =>
        withPrograms(flag, () =>
          tf.tidy(() => {
            // Residuals 1, ½, ¼, … of the incoming x.
            const halved = {
              start: () => [],
              step: (x: tf.Tensor) => ({x: tf.mul(0.5, x), memory: [], residual: largest(x)}),
              condition: (x: tf.Tensor) => x,
            };
            const steps = (options: object) =>
              solvers
                .fromStep(halved, options)
                .run(tf.ones([1, 1]))
                .state.iterations.dataSync()[0];
            assert.equal(steps({tolerance: 0.25}), 3);
            assert.equal(steps({tolerance: 0.24}), 4);
            assert.equal(steps({tolerance: 0, absoluteTolerance: 0.125}), 4);
            assert.equal(steps({tolerance: 0.25, absoluteTolerance: 0.25}), 2);
            assert.equal(steps({tolerance: 0, maxIterations: 7}), 7);
          }),
        ));

      it('NaN and a verdict end a sample, not its batch', () =>
        withPrograms(flag, () =>
          tf.tidy(() => {
            const solver = solvers.fromStep({
              ...newton,
              step(x: tf.Tensor, _memory: tf.Tensor[], at: tf.Tensor) {
                const moved = newton.step(x, [], at);
                const beyond = tf.greater(tf.slice(at, [0, 0], [at.shape[0], 1]), 1e3);
                return {...moved, verdict: tf.mul(2, tf.cast(tf.reshape(beyond, [-1]), 'float32'))};
              },
            });
            const at = tf.tensor2d([[2], [NaN], [1e4], [10]]);
            const {x, state} = solver.run(tf.ones([4, 1]), at);
            expectClose(state.status, [0, 4, 2, 0]);
            expectClose(x, [1, 0, 0, 2], 1e-6);
          }),
        ));
    });
  }

  it('leaves tensors alone that start takes from outside', () =>
    expectNoLeak(() =>
      withPrograms('off', () => {
        const rate = tf.tensor1d([0.9, 0.9]);
        tf.tidy(() => {
          const solver = solvers.fromStep({
            start: () => ({rate}),
            step: (x: tf.Tensor, memory, at: tf.Tensor) => {
              const r = tf.sub(x, at);
              return {x: tf.sub(x, tf.mul(tf.expandDims(memory.rate, 1), r)), memory, residual: largest(r)};
            },
            condition: (x: tf.Tensor, at: tf.Tensor) => tf.sub(x, at),
          });
          solver.run(tf.zeros([2, 2]), c());
        });
        expectClose(rate, [0.9, 0.9]);
        rate.dispose();
      }),
    ));

  it('names the entry that is wrong', () => {
    for (const [change, message] of [
      [{step: () => undefined}, 'fromStep: step must return {x, memory, residual}, got undefined.'],
      [{step: (x: tf.Tensor) => x}, 'fromStep: the result of step: expected a record of entries, got a '],
      [
        returning({residual: undefined}),
        "fromStep: the result of step: 'residual' is missing; it takes x, memory, residual",
      ],
      [
        returning({residuals: tf.zeros([2])}),
        "unknown entry 'residuals'; it takes x, memory, residual, verdict, details. Did you mean 'residual'?",
      ],
      [
        returning({residual: 0.1}),
        "fromStep: step must return residual as a tensor (shape [2], one number for each sample), got number '0.1'.",
      ],
      [
        returning({residual: tf.zeros([2, 1])}),
        'fromStep: step must return residual as a tensor of shape [2], one number for each sample, got the shape [2,1].',
      ],
      [returning({residual: tf.scalar(0)}), 'got the shape [].'],
      [returning({verdict: tf.zeros([3])}), 'fromStep: step must return verdict as a tensor of shape [2]'],
      [returning({x: tf.ones([2, 3])}), 'fromStep: step got x of shape [2,2], but returned it as [2,3].'],
      [
        returning({x: [tf.ones([2, 2])]}),
        'fromStep: the x that step returns must be a structure like the x that it gets: expected a tensor, got an array.',
      ],
      [
        returning({memory: [tf.ones([2])]}),
        'fromStep: the memory that step returns must be a structure like the memory that it gets: expected 0 entries, got 1.',
      ],
      [
        {start: () => ({speed: tf.ones([2])}), ...returning({memory: {sped: tf.ones([2])}})},
        "'speed' is missing (is 'sped' a typo for it?); expected speed.",
      ],
      [
        {start: () => ({v: [tf.ones([2, 4])]}), ...returning({memory: {v: [tf.ones([2, 5])]}})},
        'fromStep: step got memory.v[0] of shape [2,4], but returned it as [2,5].',
      ],
      [
        {start: () => [tf.ones([2])], ...returning({memory: [tf.ones([2], 'int32')]})},
        'fromStep: step got memory[0] as float32, but returned it as int32.',
      ],
      [
        {start: () => ({k: 0})},
        "fromStep: memory.k must be a tensor, got number '0'. Numbers can be given as tf.scalar.",
      ],
      [
        {start: () => undefined},
        'fromStep: start must return the memory, tensors in a record or list ([] for none), got undefined.',
      ],
      [
        {start: () => ({dt: tf.scalar(0.1)})},
        'fromStep: memory.dt must have the batch axis first, [2, …], got the shape []. If x is a single problem, set batched: false.',
      ],
    ] as [object, string][]) {
      assert.include(refused(change), message);
    }
    assert.include(
      refused({}, {batched: false}),
      'fromStep: step must return residual as a scalar, got the shape [2].',
    );
    assert.include(
      refused({}, {}, tf.scalar(1)),
      'fromStep: x has no batch axis. Give it one, or set batched: false.',
    );
  });
});
