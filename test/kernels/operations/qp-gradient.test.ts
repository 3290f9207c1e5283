/** @file The gradient of small quadratic programs in one kernel is the one that the linear solver and the pullback give. */
import {assert} from 'chai';
import * as tf from '@tensorflow/tfjs-core';
import {linsolve, solveQP, type QPInput} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {makeProblem} from '../../../bench/problems.js';

type Names = 'Q' | 'p' | 'G' | 'h' | 'A' | 'b';

/** The same solver, which the condition does not know. */
function disguised() {
  const inner = linsolve.kkt();
  return {...inner, factor: inner.factor.bind(inner)};
}

function kernelsOf<T>(f: () => T): {result: T; kernels: string[]} {
  let result!: T;
  const engine = tf.engine() as unknown as {runKernel: (name: string, ...rest: unknown[]) => unknown};
  const {runKernel} = engine;
  const kernels: string[] = [];
  engine.runKernel = function (name, ...rest) {
    kernels.push(name);
    return runKernel.call(this, name, ...rest);
  };
  try {
    result = f();
  } finally {
    delete (engine as Partial<typeof engine>).runKernel;
  }
  return {result, kernels};
}

describeBackends('the gradient of small quadratic programs', () => {
  for (const shared of [[], ['Q'], ['G', 'h'], ['Q', 'G', 'h', 'A', 'b']] as Names[][]) {
    it(`is that of the parts: ${shared.length > 0 ? shared.join() : 'nothing'} shared`, () => {
      tf.tidy(() => {
        const problem = makeProblem({n: 6, k: 2, m: 7, batch: 5}) as Record<Names, tf.Tensor>;
        const names = Object.keys(problem) as Names[];
        for (const name of shared) problem[name] = tf.slice(problem[name], [0], [1]);
        const gradients = (solver: linsolve.LinearSolver, asked: Names[]) =>
          tf.grads((...given: tf.Tensor[]) => {
            const own = Object.fromEntries(asked.map((name, i) => [name, given[i]]));
            const {x, ineqDual, eqDual, slack} = solveQP({...problem, ...own} as unknown as QPInput, {
              linsolve: solver,
              onFailure: 'ignore',
            });
            const parts = [x, ineqDual, eqDual, slack].map((part) => tf.sum(tf.mul(part, tf.cos(part))));
            return tf.addN(parts) as tf.Scalar;
          })(asked.map((name) => problem[name]));
        for (const asked of [names, ['p'], ['A', 'h']] as Names[][]) {
          const known = kernelsOf(() => gradients(linsolve.kkt(), asked));
          const parts = kernelsOf(() => gradients(disguised(), asked));
          assert.include(known.kernels, 'ImplicitQPGradient');
          assert.notInclude(known.kernels, 'ImplicitKKT');
          assert.include(parts.kernels, 'ImplicitKKT');
          known.result.forEach((gradient, i) => expectClose(gradient, parts.result[i], 1e-5, 1e-6));
        }
      });
    });
  }

  for (const used of ['x', 'ineqDual', 'eqDual', 'slack'] as const) {
    it(`is that of the parts where the loss needs only ${used}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const problem = makeProblem({n: 6, k: 2, m: 7, batch: 5});
          const gradients = (solver: linsolve.LinearSolver) =>
            tf.grads((Q, p, G, h, A, b) => {
              const part = solveQP({Q, p, G, h, A, b}, {linsolve: solver, onFailure: 'ignore'})[used];
              return tf.sum(tf.mul(part, tf.cos(part)));
            })(Object.values(problem));
          const known = kernelsOf(() => gradients(linsolve.kkt()));
          assert.include(known.kernels, 'ImplicitQPGradient');
          gradients(disguised()).forEach((gradient, i) => expectClose(known.result[i], gradient, 1e-5, 1e-6));
          tf.dispose(problem);
        }),
      ));
  }

  it('tells a listener, is zero for failed samples, and frees what it made', async () => {
    const G = tf.tensor3d([[[1, 0]], [[0, 0]]]);
    const given = [tf.tensor2d([[-2, 0], [1, 1]]), tf.tensor2d([[1], [-1]])]; // prettier-ignore
    const seen: number[][] = [];
    const gradients = () =>
      tf.tidy(() =>
        tf
          .grads((p, h) =>
            tf.sum(
              solveQP(
                {Q: tf.eye(2), p, G, h},
                {
                  onFailure: 'ignore',
                  onGradient: ({converged, residual}) =>
                    seen.push([...converged.dataSync(), Number(Math.max(...residual.dataSync()) < 1e-9)]),
                },
              ).x,
            ),
          )(given)
          .map((gradient) => [...gradient.dataSync()]),
      );
    assert.deepEqual(
      gradients().map((values) => values.map((value) => value + 0)),
      [
        [0, -1, 0, 0],
        [1, 0],
      ],
    );
    assert.deepEqual(seen, [[1, 1, 1]]);
    await expectNoLeak(() => void gradients());
    tf.dispose([G, given]);
  });
});
