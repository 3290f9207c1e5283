/** @file The methods that go along directions, on the problems that are hard for them. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {enableHigherOrderGradients, solvers, vjp} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {seededRandom, solveExactly} from '../../zoo/linear-systems.js';

type Fun = (x: tf.Tensor, data: tf.Tensor) => tf.Tensor;
type Run = (init: tf.Tensor, data: tf.Tensor) => {x: tf.Tensor; state: solvers.IterationState};
type Options = Pick<solvers.SolverOptions, 'tolerance' | 'maxIterations' | 'batched'>;

const none = {lower: -Infinity, upper: Infinity};

const METHODS: Record<string, (fun: Fun, options?: Options) => Run> = {
  ...Object.fromEntries(
    (['BFGS', 'LBFGS', 'NonlinearCG', 'Newton', 'GradientDescent'] as const).map((name) => [
      name,
      (fun: Fun, options?: Options): Run => {
        const solver = new solvers[name]<tf.Tensor, [tf.Tensor]>({fun}, options);
        return (init, data) => solver.run(init, data);
      },
    ]),
  ),
  LBFGSB: (fun, options) => {
    const solver = new solvers.LBFGSB<[tf.Tensor]>({fun}, options);
    return (init, data) => solver.run(init, none, data);
  },
};

/** Σ 100(xᵢ₊₁ − xᵢ²)² + (a − xᵢ)², least at (a, a²) for two entries and at 1 for a = 1. */
const rosenbrock: Fun = (x, a) => {
  const n = x.shape[1]!;
  const [left, right] = [tf.slice(x, [0, 0], [-1, n - 1]), tf.slice(x, [0, 1], [-1, n - 1])];
  const valley = tf.square(tf.sub(right, tf.square(left)));
  return tf.sum(tf.add(tf.mul(100, valley), tf.square(tf.sub(a, left))), 1);
};

/** Curvatures from 1e-2 to 1e2. */
const CURVATURES = [1e-2, 0.1, 1, 10, 1e2];
const stretched: Fun = (x, c) =>
  tf.mul(0.5, tf.sum(tf.mul(tf.tensor1d(CURVATURES), tf.square(tf.sub(x, c))), 1));

const FEATURES = [1, 0.5, -0.3, 1, -1.2, 0.4, 1, 0.1, 0.9, 1, 2, -1, 1, -0.7, -0.8];
const LABELS = [1, 0, 1, 1, 0];
const WEIGHT = 0.1;
/** Logistic regression of five points with three features; θ [B, 1] is the weight of ‖x‖². */
const logistic: Fun = (x, theta) => {
  const logits = tf.matMul(x as tf.Tensor2D, tf.tensor2d(FEATURES, [5, 3]), false, true);
  const losses = tf.sub(tf.softplus(logits), tf.mul(tf.tensor1d(LABELS), logits));
  return tf.add(tf.sum(losses, 1), tf.mul(0.5, tf.sum(tf.mul(theta, tf.square(x)), 1)));
};

/** The solution in f64, by Newton's method. */
function logisticInF64(theta: number): number[] {
  let x = [0, 0, 0];
  for (let k = 0; k < 50; k++) {
    const gradient = x.map((value) => theta * value);
    const hessian = [theta, 0, 0, 0, theta, 0, 0, 0, theta];
    LABELS.forEach((label, i) => {
      const row = FEATURES.slice(3 * i, 3 * i + 3);
      const p = 1 / (1 + Math.exp(-row.reduce((total, value, j) => total + value * x[j], 0)));
      row.forEach((a, j) => {
        gradient[j] += (p - label) * a;
        row.forEach((b, l) => (hessian[3 * j + l] += p * (1 - p) * a * b));
      });
    });
    const step = solveExactly(hessian, gradient);
    x = x.map((value, j) => value - step[j]);
  }
  return x;
}

describeAnyBackend('descent', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, make] of Object.entries(METHODS)) {
    const slow = name === 'GradientDescent';

    it(`${name} finds the ends of Rosenbrock's valleys, or says that it has not`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          // Rounding leaves a gradient of 1e-5 in the valley, which is as steep as 1e3 and as flat as 0.4.
          const tolerance = 3e-5;
          const run = make(rosenbrock, {tolerance, maxIterations: slow ? 40 : 250});
          const {x, state} = run(
            tf.tensor2d([
              [-1.2, 1],
              [0, 2],
              [2, 0],
            ]),
            tf.tensor2d([[1], [0.5], [-1]]),
          );
          if (slow) {
            expectHonest(state, tolerance);
          } else {
            expectClose(state.status, [0, 0, 0]);
            expectClose(x, [1, 1, 0.5, 0.25, -1, 1], 0, 4e-4);
          }
        }),
      ));

    it(`${name} solves Rosenbrock's problem of six variables, or says that it has not`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const tolerance = 2e-5;
          const run = make(rosenbrock, {tolerance, maxIterations: slow ? 40 : 250});
          const {x, state} = run(tf.tensor2d([[0.5, 0.2, 1.4, 0.8, 1.2, 0.3]]), tf.tensor2d([[1]]));
          if (slow) {
            expectHonest(state, tolerance);
          } else {
            expectClose(state.status, [0]);
            expectClose(x, Array(6).fill(1), 0, 5e-4);
          }
        }),
      ));

    it(`${name} solves a quadratic of condition number 1e4`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const run = make(stretched, {maxIterations: 2000});
          const c = [1, -1, 0.5, 2, -0.25, 0.3, 0.6, -2, 1, 1];
          const {x, state} = run(tf.zeros([2, 5]), tf.tensor2d(c, [2, 5]));
          expectClose(state.status, [0, 0]);
          // ‖∇f‖ ≤ 1e-6·(1 + ‖x‖) where the least curvature is 1e-2.
          expectClose(x, c, 0, 4e-4);
        }),
      ));

    it(`${name} fits a logistic regression`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const thetas = [WEIGHT, 1, 10];
          const run = make(logistic);
          const {x, state} = run(tf.zeros([3, 3]), tf.tensor2d(thetas, [3, 1]));
          expectClose(state.status, [0, 0, 0]);
          expectClose(x, thetas.flatMap(logisticInF64), 0, 2e-5);
        }),
      ));

    it(`${name} solves the samples of a batch as it does one by one`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const random = seededRandom(5);
          const numbers = Array.from({length: 6}, () => 3 * random() - 1.5);
          const [init, a] = [tf.tensor2d(numbers, [3, 2]), tf.tensor2d([[1], [0.7], [-0.5]])];
          const run = make(rosenbrock, {maxIterations: 12});
          const together = run(init, a);
          const alone = [0, 1, 2].map((i) => run(tf.slice(init, i, 1), tf.slice(a, i, 1)));
          const joined = (of: (result: ReturnType<Run>) => tf.Tensor) => tf.concat(alone.map(of), 0);
          assert.deepEqual(
            Array.from(together.state.iterations.dataSync()),
            Array.from(joined(({state}) => state.iterations).dataSync()),
          );
          expectClose(
            together.x,
            joined(({x}) => x),
            1e-6,
          );
          expectClose(
            together.state.residual,
            joined(({state}) => state.residual),
            1e-5,
          );
        }),
      ));

    it(`${name} keeps a sample that is NaN to itself`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const run = make(logistic);
          const solve = (theta: tf.Tensor) => run(tf.zeros([3, 3]), theta);
          const [whole, broken] = [
            [0.5, 1, 2],
            [0.5, NaN, 2],
          ].map((list) => tf.tensor2d(list, [3, 1]));
          const [found, expected] = [broken, whole].map((at) => {
            let result: ReturnType<Run> | null = null;
            const slope = tf.grad((theta: tf.Tensor) => {
              result = solve(theta);
              Object.values({x: result.x, ...result.state}).forEach((tensor) => tf.keep(tensor));
              return tf.sum(result.x);
            })(at as tf.Tensor);
            return {slope, ...(result as unknown as ReturnType<Run>)};
          });
          expectClose(found.state.status, [0, 4, 0]);
          const neighbours = (of: tf.Tensor) => tf.gather(of, tf.tensor1d([0, 2], 'int32'));
          expectClose(neighbours(found.x), neighbours(expected.x), 0, 1e-6);
          expectClose(tf.slice(found.x, 1, 1), [0, 0, 0], 0);
          expectClose(neighbours(found.slope), neighbours(expected.slope), 1e-5);
          expectClose(tf.slice(found.slope, 1, 1), [0], 0);
          for (const {x, state} of [found, expected]) tf.dispose({x, ...state});
        }),
      ));

    it(`${name} says so if the objective is no value a sample`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          // The gradient of a sum of all is as good as that of one a sample, if no values are compared.
          if (slow) return;
          for (const fun of [(x: tf.Tensor) => tf.sum(x), (x: tf.Tensor) => tf.square(x)]) {
            assert.match(
              messageOf(() => make(fun)(tf.zeros([3, 2]), tf.zeros([3, 1]))),
              new RegExp(`^${name}: the objective must return one value per sample, 3 in all, got shape \\[`),
            );
          }
        }),
      ));

    it(`${name} takes one problem with batched: false`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const fun: Fun = (x, c) => tf.sum(tf.square(tf.sub(x, c)));
          const c: tf.Tensor = tf.tensor2d([[1, 2, -3]]);
          const {x, state} = make(fun, {batched: false})(tf.zeros([1, 3]), c);
          expectClose(state.status, [0]);
          expectClose(x, c, 0, 4e-6);
        }),
      ));
  }

  it('LBFGS and LBFGSB refuse a history that is no positive integer', () => {
    for (const historySize of [0, 1.5, -1]) {
      assert.match(
        messageOf(() => new solvers.LBFGS({fun: tf.sum as never}, {historySize})),
        /^LBFGS: historySize must be a positive integer/,
      );
      assert.match(
        messageOf(() => new solvers.LBFGSB({fun: tf.sum as never}, {historySize})),
        /^LBFGSB: historySize must be a positive integer/,
      );
    }
  });

  it('NonlinearCG refuses a method that it does not know', () => {
    assert.match(
      messageOf(() => new solvers.NonlinearCG({fun: tf.sum as never}, {method: 'steepest' as never})),
      /^NonlinearCG: method must be/,
    );
  });

  it('a structure of several leaves is one problem', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        type Pair = {u: tf.Tensor; v: tf.Tensor};
        const fun = ({u, v}: Pair, c: tf.Tensor) =>
          tf.add(
            tf.sum(tf.square(tf.sub(u, c)), 1),
            tf.sum(tf.square(tf.sub(v, tf.expandDims(u, 1))), [1, 2]),
          );
        const init = {u: tf.zeros([2, 2]), v: tf.zeros([2, 3, 2])};
        const c: tf.Tensor = tf.tensor2d([
          [1, 2],
          [3, -4],
        ]);
        for (const name of ['BFGS', 'LBFGS', 'NonlinearCG', 'Newton', 'GradientDescent'] as const) {
          const {x} = new solvers[name]<Pair, [tf.Tensor]>({fun}).run(init, c);
          expectClose(x.u, c, 0, 1e-5);
          expectClose(x.v, tf.tile(tf.expandDims(c, 1), [1, 3, 1]), 0, 1e-5);
        }
      }),
    ));
});

describeAnyBackend('LBFGSB', () => {
  it('never evaluates the objective outside of the bounds (JAXopt issue 590)', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [lower, upper] = [1e-3, 2];
        let [least, most, calls] = [Infinity, -Infinity, 0];
        // NaN below zero, and steep just above it: −Σ log x + cᵀx, least at x = 1/c.
        const fun: Fun = (x, c) => {
          const seen = x.dataSync();
          least = Math.min(least, ...seen);
          most = Math.max(most, ...seen);
          calls++;
          return tf.sum(tf.sub(tf.mul(c, x), tf.log(x)), 1);
        };
        const c: tf.Tensor = tf.tensor2d([
          [1, 4, 20, 1e4],
          [0.1, 0.6, 100, 2],
        ]);
        const solver = new solvers.LBFGSB<[tf.Tensor]>({fun});
        const inits: number[][] = [
          Array<number>(8).fill(1.9),
          Array<number>(8).fill(lower),
          [-5, 7, 0, 1, 1, -1, 3, 0.5],
        ];
        for (const init of inits) {
          const {x, state} = solver.run(tf.tensor2d(init, [2, 4]), {lower, upper}, c);
          expectClose(state.status, [0, 0]);
          expectClose(x, [1, 0.25, 0.05, lower, upper, 1 / 0.6, 0.01, 0.5], 0, 4e-6);
        }
        assert.isAbove(calls, 30);
        assert.isAtLeast(least, Math.fround(lower));
        assert.isAtMost(most, upper);
      }),
    ));

  it('takes bounds that are tensors, infinite where an entry has none, and has their gradient', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const fun: Fun = (x, c) => tf.mul(0.5, tf.sum(tf.square(tf.sub(x, c)), 1));
        const solver = new solvers.LBFGSB<[tf.Tensor]>({fun});
        const run = (lower: tf.Tensor, upper: tf.Tensor, c: tf.Tensor) =>
          solver.run(tf.zeros([2, 3]), {lower, upper}, c).x;
        const at: [tf.Tensor, tf.Tensor, tf.Tensor] = [
          tf.tensor1d([-1, -Infinity, -Infinity]),
          tf.tensor2d([
            [Infinity, 0.5, Infinity],
            [0, 3, Infinity],
          ]),
          tf.tensor2d([
            [-4, 2, 30],
            [1, 2, -50],
          ]),
        ];
        expectClose(run(...at), [-1, 0.5, 30, 0, 2, -50], 1e-6);
        const [lower, upper, c] = vjp(run, at, tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]));
        expectClose(lower, [1, 0, 0], 1e-6);
        expectClose(upper, [0, 2, 0, 4, 0, 0], 1e-6);
        expectClose(c, [0, 0, 3, 0, 5, 6], 1e-6);
      }),
    ));

  it('holds a bound that is met from far away', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // Along the valley of Rosenbrock's function to its end at the bound x ≤ 0.5: there y = ¼.
        const solver = new solvers.LBFGSB<[tf.Tensor]>({fun: rosenbrock}, {tolerance: 1e-5});
        const {x, state} = solver.run(
          tf.tensor2d([[-1.2, 1]]),
          {lower: -Infinity, upper: tf.tensor1d([0.5, Infinity])},
          tf.tensor2d([[1]]),
        );
        expectClose(state.status, [0]);
        expectClose(x, [0.5, 0.25], 0, 1e-5);
      }),
    ));
});

/** Solved where the residual says so, and nowhere else. */
function expectHonest({status, residual}: solvers.IterationState, tolerance: number): void {
  const residuals = residual.dataSync();
  status.dataSync().forEach((code, i) => {
    assert.isTrue(Number.isFinite(residuals[i]));
    assert.equal(code, residuals[i] <= tolerance ? 0 : 3);
  });
}
