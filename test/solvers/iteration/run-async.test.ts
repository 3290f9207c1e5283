/** @file `runAsync` gives what `run` gives, to the last digit, lets the event loop go on, can be stopped, and leaves nothing behind. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {projections, prox, solvers} from '../../../src/index.js';
import {flatten, type Structure} from '../../../src/autodiff/index.js';
import {BACKENDS, describeBackends} from '../../helpers/backends.js';
import {effort, LONG} from '../../helpers/effort.js';
import {expectNoLeak, rejection} from '../../helpers/expect.js';
import {expectSameDigits} from '../../helpers/same-digits.js';
import {describeUnreadable} from '../../helpers/unreadable.js';
import {ITERATIVE_SOLVERS} from '../../zoo/iterative-solvers.js';

interface Async {
  run(init: unknown, ...params: unknown[]): Result;
  runAsync(init: unknown, params: unknown, options?: solvers.AsyncOptions): Promise<Result>;
}
type Result = {x: Structure; state: object; aux?: Structure};

const read = (result: Result) =>
  flatten(result as never).map(({shape, dtype, dataId}) => ({
    ...{shape, dtype},
    values: Array.from(tf.engine().readSync(dataId) as Float32Array),
  }));

const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);
const positive = (batch: number, n: number) => {
  const half = random([batch, n, n], 1);
  return tf.add(tf.matMul(half, half, false, true), tf.mul(0.3, tf.eye(n)));
};
const tall = (n: number) => tf.expandDims(tf.concat([tf.eye(n), tf.neg(tf.eye(n))], 0), 0);

/** Solvers whose `run` takes (init, data) or further parameters. */
const OTHERS: Record<
  string,
  {make: (options?: object) => unknown; init: () => unknown; params: () => unknown; list?: boolean}
> = {
  InteriorPointQP: {
    make: () => new solvers.InteriorPointQP(),
    init: () => null,
    params: () => ({
      ...{Q: positive(30, 4), p: random([30, 4], 2), G: tall(4), h: tf.fill([1, 8], 0.3)},
      ...{A: tf.zeros([1, 0, 4]), b: tf.zeros([1, 0])},
    }),
  },
  OSQP: {
    make: () => new solvers.OSQP(),
    init: () => null,
    params: () => ({
      ...{Q: positive(12, 4), p: random([12, 4], 2), G: tall(4), h: tf.fill([1, 8], 0.3)},
      ...{A: random([1, 1, 4], 5), b: random([12, 1], 6)},
    }),
  },
  EqualityConstrainedQP: {
    make: () => new solvers.EqualityConstrainedQP(),
    init: () => null,
    params: () => ({
      Q: positive(12, 4),
      p: random([12, 4], 2),
      A: random([1, 2, 4], 5),
      b: random([12, 2], 6),
    }),
  },
  BoxOSQP: {
    make: () => new solvers.BoxOSQP(),
    init: () => null,
    params: () => ({
      ...{Q: positive(12, 4), p: random([12, 4], 2), A: random([1, 6, 4], 5)},
      ...{lower: tf.fill([1, 6], -0.2), upper: tf.fill([12, 6], 0.3)},
    }),
  },
  BoxCDQP: {
    make: () => new solvers.BoxCDQP(),
    init: () => random([12, 4], 8),
    params: () => ({
      ...{Q: positive(12, 4), p: random([12, 4], 2)},
      ...{lower: tf.fill([1, 4], -0.2), upper: tf.fill([12, 4], 0.3)},
    }),
  },
  'ConicSplitting, known cones': {
    make: () =>
      new solvers.ConicSplitting((v: tf.Tensor) => projections.dualConeProduct(v, {zero: 1, nonNegative: 8})),
    init: () => null,
    params: () => ({
      c: random([9, 4], 3),
      E: tf.concat([tf.ones([1, 1, 4]), tall(4)], 1),
      d: tf.concat([tf.zeros([9, 1]), tf.ones([9, 8])], 1),
    }),
  },
  'ConicSplitting, a function': {
    make: () => new solvers.ConicSplitting((v: tf.Tensor) => tf.relu(tf.mul(v, 1))),
    init: () => null,
    params: () => ({c: random([5, 3], 3), E: tall(3), d: tf.ones([5, 6])}),
  },
  SparseCoding: {
    make: () => new solvers.SparseCoding({tolerance: 1e-7}),
    init: () => tf.zeros([40, 6]),
    params: () => [{l1: 0.1, l2: 0.01}, random([9, 6], 3), random([40, 9], 4)],
    list: true,
  },
  'SparseCoding, a weight for each entry': {
    make: () => new solvers.SparseCoding(),
    init: () => tf.zeros([40, 6]),
    params: () => [{l1: tf.abs(random([40, 6], 9)), l2: 0.01}, random([9, 6], 3), random([40, 9], 4)],
    list: true,
  },
};

const CASES = {
  ...Object.fromEntries(
    Object.entries(ITERATIVE_SOLVERS).map(([name, {make, init, params}]) => [
      name,
      {make: (options = {}) => make(options), init, params: params as () => unknown, list: true},
    ]),
  ),
  ...OTHERS,
} as typeof OTHERS;

describeBackends('runAsync', (backend) => {
  // How a solve is divided without a program is the same on every backend.
  for (const flag of backend === BACKENDS[0] || LONG ? ['on', 'off'] : ['on']) {
    describe(`with programs ${flag}`, () => {
      let told = 0;
      before(() => tf.env().set('IMPLICIT_PROGRAMS', flag));
      after(() => tf.env().set('IMPLICIT_PROGRAMS', 'on'));
      for (const [name, {make, init, params, list}] of Object.entries(CASES)) {
        it(`gives what run gives: ${name}`, () =>
          expectNoLeak(async () => {
            const solver = make() as Async;
            const [start, given] = tf.tidy(() => [init(), params()] as never) as [unknown, unknown];
            const expected = tf.tidy(
              () => solver.run(start, ...(list ? (given as unknown[]) : [given])) as never,
            ) as Result;
            const seen: solvers.SolveProgress[] = [];
            const promise = solver.runAsync(start, given, {onProgress: (progress) => seen.push(progress)});
            // The inputs are read when it is called.
            tf.dispose([start, given] as never);
            const result = await promise;
            expectSameDigits(read(result), read(expected));
            for (const {iteration, maxIterations, done, total} of seen) {
              assert.isAtMost(iteration, Math.max(maxIterations, 50));
              assert.isAtMost(done, total);
            }
            // A solve of one slice is over before it tells anything.
            if (seen.length > 0) told++;
            for (const {residual} of seen) assert.isNotNaN(residual);
            tf.dispose([result, expected] as never);
          }));

        it(`stops: ${name}`, () =>
          expectNoLeak(async () => {
            const solver = make() as Async;
            const [start, given] = tf.tidy(() => [init(), params()] as never) as [unknown, unknown];
            const stopped = new AbortController();
            stopped.abort();
            const before = await rejection(solver.runAsync(start, given, {signal: stopped.signal}));
            assert.equal(before.name, 'AbortError');
            const controller = new AbortController();
            const middle = await rejection(
              solver.runAsync(start, given, {
                signal: controller.signal,
                onProgress: () => controller.abort(),
              }),
            );
            assert.equal(middle.name, 'AbortError');
            tf.dispose([start, given] as never);
          }));
      }

      it('tells how far it is', () => assert.isAbove(told, Object.keys(CASES).length / 4));
    });
  }

  it('does not disturb another one, nor a run or a gradient in between', () =>
    expectNoLeak(async () => {
      const slow = (k: number) =>
        new solvers.GradientDescent(
          {fun: (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.mul(tf.square(tf.sub(x, c)), [1, 0.01 * k]), 1)},
          {maxIterations: 120, tolerance: 0, acceleration: false, stepSize: 0.1},
        );
      const [a, b] = [slow(1), slow(2)];
      const [init, c] = [tf.zeros([3, 2]), tf.tensor2d([[1, 2]])];
      const expected = tf.tidy(() => [a.run(init, c), b.run(init, c)] as never) as unknown as Result[];
      const gradient = () =>
        tf.tidy(() =>
          Array.from(
            tf
              .grad((at: tf.Tensor) => tf.sum(a.run(init, at as never).x))(c)
              .dataSync(),
          ),
        );
      const alone = gradient();
      let between = 0;
      const onProgress = () => {
        if (between++ % 10 === 0) assert.deepEqual(gradient(), alone);
      };
      for (const flag of ['on', 'off']) {
        tf.env().set('IMPLICIT_PROGRAMS', flag);
        const here = tf.tidy(() => [a.run(init, c), b.run(init, c)] as never) as unknown as Result[];
        tf.env().set('IMPLICIT_PROGRAMS', 'on');
        const runs = tf.tidy(() => {
          tf.env().set('IMPLICIT_PROGRAMS', flag);
          // Started inside a tidy of the caller, which must not take its tensors.
          const started = [a.runAsync(init, [c], {onProgress}), b.runAsync(init, [c], {onProgress})];
          tf.env().set('IMPLICIT_PROGRAMS', 'on');
          return {started} as never;
        }) as unknown as {started: Promise<Result>[]};
        const results = await Promise.all(runs.started);
        assert.deepEqual(results.map(read), here.map(read));
        tf.dispose([results, here] as never);
      }
      assert.isAbove(between, 2);
      tf.dispose([init, c, expected] as never);
    }));

  it('takes slices of 8 ms, and no further one after it was aborted by another task', () =>
    expectNoLeak(async () => {
      const solver = new solvers.GradientDescent(
        {fun: (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.square(tf.sub(x, c)), 1)},
        {maxIterations: 1e4, tolerance: 0, acceleration: false, stepSize: 1e-6},
      );
      const [init, c] = [tf.zeros([50, 40]), tf.ones([1, 40])];
      const controller = new AbortController();
      const iterations: number[] = [];
      const onProgress = ({iteration}: {iteration: number}) => {
        assert.isFalse(controller.signal.aborted);
        if (iterations.push(iteration) === 5) setImmediate(() => controller.abort());
      };
      // A clock by which each step takes one millisecond.
      const now = performance.now.bind(performance);
      let clock = 0;
      performance.now = () => clock++;
      try {
        const error = await rejection(solver.runAsync(init, [c], {signal: controller.signal, onProgress}));
        assert.equal(error.name, 'AbortError');
      } finally {
        performance.now = now;
      }
      assert.lengthOf(iterations, 5);
      iterations.slice(1).forEach((iteration, i) => assert.equal(iteration - iterations[i], 8));
      tf.dispose([init, c]);
    }));

  it('reads variables when it is called', () =>
    expectNoLeak(async () => {
      const solver = new solvers.FixedPointIteration(
        {
          fun: (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.999, tf.add(x, tf.mul(0.001, c))),
        },
        {maxIterations: 5000},
      );
      const init = tf.zeros([1, 1]);
      const one = tf.ones([1, 1]);
      const c = tf.variable(one);
      const expected = tf.tidy(() => solver.run(init, c as never) as never) as Result;
      const promise = solver.runAsync(init, [c]);
      tf.tidy(() => c.assign(tf.fill([1, 1], 7)));
      const result = await promise;
      expectSameDigits(read(result), read(expected));
      tf.dispose([init, one, c, result, expected] as never);
    }));

  it('rejects what a function throws, and leaves nothing', () =>
    expectNoLeak(async () => {
      for (const when of [0, 1, 40]) {
        let calls = 0;
        const solver = new solvers.FixedPointIteration(
          {
            fun: (x: tf.Tensor) => {
              // Its value is read, so that no program is made of it.
              if (calls++ >= when) throw new Error(`at ${when}`);
              return tf.mul(x, 0.5 + 0 * x.dataSync()[0]);
            },
          },
          {tolerance: 0},
        );
        const init = tf.ones([2, 2]);
        assert.equal((await rejection(solver.runAsync(init, []))).message, `at ${when}`);
        tf.dispose(init);
      }
      const loud = new solvers.ProximalGradient({
        fun: (x: tf.Tensor) => tf.sum(tf.square(x), 1),
        prox: prox.lasso,
      } as never);
      const init = tf.ones([2, 2]);
      const onProgress = () => {
        throw new Error('loud');
      };
      assert.equal((await rejection(loud.runAsync(init, [0.1] as never, {onProgress}))).message, 'loud');
      tf.dispose(init);
    }));

  it('refuses to be differentiated, and unknown options', () =>
    expectNoLeak(async () => {
      const solver = new solvers.FixedPointIteration({
        fun: (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.5, tf.add(x, c)),
      });
      let promise!: Promise<Error>;
      const c = tf.ones([1, 1]);
      tf.tidy(() => {
        tf.grad((at: tf.Tensor) => {
          promise = rejection(solver.runAsync(tf.zeros([1, 1]), [at]));
          return tf.sum(at) as tf.Scalar;
        })(c);
      });
      assert.include((await promise).message, 'FixedPointIteration.runAsync has no gradient');
      assert.include((await rejection(solver.runAsync(c, [c], {speed: 1} as never))).message, "'speed'");
      assert.include(
        (await rejection(solver.runAsync(c, [c], {onProgress: 1} as never))).message,
        'onProgress',
      );
      c.dispose();
    }));
});

describeUnreadable('runAsync', () => {
  const later = async (result: Result) =>
    Promise.all(flatten(result as never).map(async (tensor) => Array.from(await tensor.data())));
  for (const name of [
    'GradientDescent',
    // Its many reads, each of them a wait, take twenty seconds.
    ...(LONG ? ['BFGS'] : []),
    'NewtonRoot',
    'Bisection',
    'OSQP',
    'ConicSplitting, a function',
  ]) {
    it(`gives what run gives, where the host cannot read: ${name}`, () =>
      expectNoLeak(async () => {
        const {make, init, params, list} = CASES[name];
        // Such a run cannot see that it is done, and takes as many steps as it may.
        const solver = make({maxIterations: effort(100, 500)}) as Async;
        const [start, given] = tf.tidy(() => [init(), params()] as never) as [unknown, unknown];
        const expected = tf.tidy(
          () => solver.run(start, ...(list ? (given as unknown[]) : [given])) as never,
        ) as Result;
        const result = await solver.runAsync(start, given);
        assert.deepEqual(await later(result), await later(expected));
        tf.dispose([start, given, result, expected] as never);
      }));
  }

  it('ends as soon as it sees that all samples are done, which run cannot', () =>
    expectNoLeak(async () => {
      const solver = new solvers.FixedPointIteration(
        {fun: (x: tf.Tensor) => tf.mul(0.1, x)},
        {maxIterations: 5000},
      );
      const init = tf.ones([2, 1]);
      let last = 0;
      const result = await solver.runAsync(init, [], {onProgress: ({iteration}) => (last = iteration)});
      assert.isBelow(last, 1000);
      tf.dispose([init, result] as never);
    }));
});
