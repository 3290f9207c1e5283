/** @file `solveQPAsync` gives what `solveQP` gives, lets the event loop go on, can be stopped, and leaves nothing behind. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {solveQP, solveQPAsync, type QPResult} from '../../../src/index.js';
import {flatten} from '../../../src/autodiff/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {LONG} from '../../helpers/effort.js';
import {expectNoLeak, rejection} from '../../helpers/expect.js';

const read = (result: QPResult) =>
  flatten(result as never).map((tensor) => ({shape: tensor.shape, values: Array.from(tensor.dataSync())}));

/** Problems with solutions, some with none, and one with a NaN if there are many. */
function problemsOf(batch: number, n: number, m: number, k: number, shared: boolean) {
  const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);
  const axis = shared ? [] : [batch];
  const half = random([...axis, n, n], 1);
  return {
    Q: tf.add(tf.matMul(half, half, false, true), tf.mul(0.1, tf.eye(n))),
    p: random([batch, n], 2),
    ...(m > 0 && {G: random([...axis, m, n], 3), h: random([batch, m], 4)}),
    ...(k > 0 && {A: random([...axis, k, n], 5), b: random([batch, k], 6)}),
  };
}

/** So many problems take several slices. */
const COUNT = 3000;

describeBackends('solveQPAsync', () => {
  it('gives the result of solveQP, whatever is shared or missing', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom(1, 2, 7, 60),
          fc.constantFrom(0, 3),
          fc.constantFrom(0, 1),
          fc.boolean(),
          async (batch, m, k, shared) => {
            const problem = tf.tidy(() => problemsOf(batch, 3, m, k, shared));
            const expected = tf.tidy(() => solveQP(problem as never, {onFailure: 'ignore'}));
            const initial = {...expected};
            for (const guess of [null, initial]) {
              const same = tf.tidy(() => solveQP(problem as never, {onFailure: 'ignore', initial: guess}));
              const result = await solveQPAsync(problem as never, {onFailure: 'ignore', initial: guess});
              assert.deepEqual(read(result), read(same));
              tf.dispose([result, same] as never);
            }
            tf.dispose([problem, expected] as never);
          },
        ),
        {numRuns: LONG ? 30 : 8},
      ),
    ));

  it('finds the closest points of solveQP', () =>
    expectNoLeak(async () => {
      for (const [batch, shared] of [
        [1, false],
        [60, true],
        [60, false],
      ] as const) {
        // Each second of them asks for −1 ≥ x and x ≥ 1.
        const problem = tf.tidy(() => ({
          ...problemsOf(batch, 3, 0, 1, shared),
          G: tf.tensor2d([[1, 0, 0], [-1, 0, 0]]), // prettier-ignore
          h: tf.tensor2d(Array.from({length: batch}, (_, i) => (i % 2 === 0 ? [-1, -1] : [1, 1]))),
        }));
        const options = {onInfeasible: 'closest', onFailure: 'ignore'} as const;
        const expected = tf.tidy(() => solveQP(problem, options)) as QPResult;
        assert.include(Array.from(expected.status.dataSync()), 1);
        const seen: number[] = [];
        const onProgress = ({done, total}: {done: number; total: number}) => {
          assert.equal(total, batch);
          seen.push(done);
        };
        // A scope that somebody else has open meanwhile has no part in the result.
        tf.engine().startScope();
        const result = await solveQPAsync(problem, {...options, onProgress}).finally(() =>
          tf.engine().endScope(),
        );
        assert.deepEqual(read(result), read(expected));
        // It never falls, and the end is told once.
        assert.deepEqual(
          seen,
          [...seen].sort((a, b) => a - b),
        );
        assert.deepEqual(seen.filter((done) => done === batch), [batch]); // prettier-ignore
        const feasible = {...problem, h: [1, 1]};
        const solved: number[] = [];
        const same = await solveQPAsync(feasible, {
          ...options,
          onProgress: ({done}) => solved.push(done),
        });
        assert.deepEqual(solved.filter((done) => done === batch), [batch]); // prettier-ignore
        tf.dispose(same as never);
        const controller = new AbortController();
        const {signal} = controller;
        const stopped = solveQPAsync(problem, {
          ...{...options, signal},
          // The first that is heard after all are solved is of those that are solved again.
          onProgress: ({done}) => (done >= batch / 2 ? controller.abort() : undefined),
        });
        assert.equal((await rejection(stopped)).name, 'AbortError');
        tf.dispose([problem, result, expected] as never);
      }
    }));

  it('solves a single problem without batch axes', () =>
    expectNoLeak(async () => {
      const problem = {Q: [[1]], p: [-3], G: [[1]], h: [1]};
      const result = await solveQPAsync(problem);
      assert.deepEqual(result.x.shape, [1]);
      const expected = tf.tidy(() => solveQP(problem));
      assert.deepEqual(read(result), read(expected));
      tf.dispose([result, expected] as never);
    }));

  it('reads its tensors and arrays when it is called, and tells how far it is', () =>
    expectNoLeak(async () => {
      const h = new Float32Array(12).fill(0.5);
      const problem = tf.tidy(() => ({...problemsOf(COUNT, 12, 12, 1, false), h}) as never) as object;
      const expected = tf.tidy(() => solveQP(problem as never, {onFailure: 'ignore'}));
      const seen: number[] = [];
      let turns = 0;
      const timer = setInterval(() => turns++, 0);
      const promise = solveQPAsync(problem as never, {
        onFailure: 'ignore',
        onProgress({done, total}) {
          assert.equal(total, COUNT);
          seen.push(done);
        },
      });
      tf.dispose(problem as never);
      h.fill(7);
      const result = await promise;
      clearInterval(timer);
      assert.deepEqual(read(result), read(expected));
      assert.isAbove(seen.length, 2);
      assert.deepEqual(
        seen,
        [...new Set(seen)].sort((a, b) => a - b),
      );
      assert.equal(seen.at(-1), COUNT);
      // Others had their turn in between.
      assert.isAbove(turns, 0);
      tf.dispose([result, expected] as never);
    }));

  it('stops when it is told to', () =>
    expectNoLeak(async () => {
      const problem = tf.tidy(() => problemsOf(COUNT, 12, 12, 1, false));
      const controller = new AbortController();
      let done = 0;
      const error = await rejection(
        solveQPAsync(problem as never, {
          signal: controller.signal,
          onProgress(progress) {
            ({done} = progress);
            controller.abort();
          },
        }),
      );
      assert.equal(error.name, 'AbortError');
      assert.isBelow(done, COUNT);
      assert.equal(
        (await rejection(solveQPAsync(problem as never, {signal: controller.signal}))).name,
        'AbortError',
      );
      tf.dispose(problem as never);
    }));

  it('rejects what solveQP throws, and what a listener throws', () =>
    expectNoLeak(async () => {
      const infeasible = {
        Q: [[1]],
        p: [[0], [1]],
        G: [[1], [-1]],
        h: [
          [1, 1],
          [-1, -1],
        ],
      };
      const {message} = await rejection(solveQPAsync(infeasible, {onFailure: 'throw'}));
      assert.include(message, 'solveQPAsync: 1 of 2 problems');
      const loud = () => {
        throw new Error('loud');
      };
      assert.equal(
        (await rejection(solveQPAsync(infeasible, {onFailure: 'ignore', onProgress: loud}))).message,
        'loud',
      );
      assert.include(
        (await rejection(solveQPAsync({Q: [[1]], p: [[0]], speed: 1} as never))).message,
        "'speed'",
      );
      assert.include(
        (await rejection(solveQPAsync({Q: [[1]], p: [[0]]}, {speed: 1} as never))).message,
        "'speed'",
      );
      assert.include((await rejection(solveQPAsync({Q: [[1, 2]], p: [[0]]}))).message, 'Q');
      const invalid = await rejection(solveQPAsync({Q: [[-1]], p: [[0]], G: [[1]], h: [1]}));
      assert.include(invalid.message, 'positive semidefinite');
    }));

  it('refuses to be differentiated', () =>
    expectNoLeak(async () => {
      let promise!: Promise<unknown>;
      tf.tidy(() => {
        tf.grad((p: tf.Tensor) => {
          promise = rejection(solveQPAsync({Q: [[1]], p} as never));
          return tf.sum(p) as tf.Scalar;
        })(tf.tensor2d([[1]]));
      });
      assert.include(((await promise) as Error).message, 'no gradient');
    }));
});
