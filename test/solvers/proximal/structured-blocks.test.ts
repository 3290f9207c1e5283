/** @file BlockCoordinateDescent on objectives with a structure, compared with solutions in f64; with programs and without. */
import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, objectives, projections, prox, solvers, vjp} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {withPrograms} from '../../helpers/programs.js';
import {seededRandom} from '../../zoo/linear-systems.js';
import {soft} from '../../zoo/maps.js';

/** See scripts/reference/multiclass_svm.py. */
interface Fixture {
  l2: number;
  points: number[][];
  labels: number[];
  training: number;
  classes: number;
  x: number[][];
  loss: number;
  slope: number;
}
const svm = JSON.parse(
  readFileSync(new URL('../../fixtures/multiclass-svm.json', import.meta.url), 'utf8'),
) as Fixture;
const simplex = prox.fromProjection(projections.simplex);

const random = seededRandom(5);
const numbers = (size: number) => Array.from({length: size}, () => Math.fround(2 * random() - 1));
const [m, n] = [30, 8];
const X = [numbers(m * n), numbers(m * n)];
const y = [numbers(m), numbers(m)];

/** min ‖Xx − y‖²/(2m) + ½ l2‖x‖² + l1‖x‖₁ in f64, entry by entry. */
function elasticNetInF64(A: number[], b: number[], l1: number, l2: number): number[] {
  const x = Array<number>(n).fill(0);
  const r = b.map((value) => -value);
  for (let pass = 0; pass < 2000; pass++) {
    for (let j = 0; j < n; j++) {
      let [slope, curvature] = [l2 * x[j], l2];
      for (let i = 0; i < m; i++) {
        slope += (A[i * n + j] * r[i]) / m;
        curvature += (A[i * n + j] * A[i * n + j]) / m;
      }
      const next = soft(x[j] - slope / curvature, l1 / curvature);
      for (let i = 0; i < m; i++) r[i] += A[i * n + j] * (next - x[j]);
      x[j] = next;
    }
  }
  return x;
}

const solved = ({state}: {state: solvers.IterationState}) =>
  assert.deepEqual([...state.status.dataSync()], Array<number>(state.status.size).fill(0));

describeBackends('BlockCoordinateDescent with a structure', () => {
  for (const programs of ['on', 'off'] as const) {
    const test = (title: string, f: () => void) =>
      it(`${title}, programs ${programs}`, () =>
        expectNoLeak(() => tf.tidy(() => withPrograms(programs, f) as undefined)));

    test('multiclass SVM: x, the loss and its hypergradient are those of NumPy', () => {
      const {training, classes, points, labels} = svm;
      const Y = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32') as tf.Tensor2D;
      const all = tf.tensor2d(points);
      const [train, validation] = [0, training].map((start, i) => {
        const count = i === 0 ? training : labels.length - training;
        return {X: tf.slice(all, [start, 0], [count, -1]), y: tf.slice(Y, [start, 0], [count, -1])};
      });
      const solver = new solvers.BlockCoordinateDescent({
        fun: objectives.multiclassLinearSVMDual,
        prox: simplex,
      });
      const start = tf.fill([1, training, classes], 1 / classes);
      const loss = (logL2: tf.Tensor) => {
        const l2 = tf.exp(logL2);
        const result = solver.run(start, null, l2, train);
        solved(result);
        expectClose(result.x, svm.x.flat(), 2e-5, 2e-5);
        const W = objectives.multiclassLinearSVMWeights(result.x, l2, train);
        const scores = tf.matMul(validation.X, tf.squeeze(W, [0]));
        return tf.mul(0.5, tf.sum(tf.squaredDifference(scores, validation.y)));
      };
      const {value, grad} = tf.valueAndGrad(loss)(tf.scalar(Math.log(svm.l2)));
      expectClose(value, [svm.loss], 1e-5);
      expectClose(grad, [svm.slope], 1e-5);
    });

    test('lasso and elastic net of vectors, with the features of each sample', () => {
      const data = {X: tf.tensor3d(X.flat(), [2, m, n]), y: tf.tensor2d(y.flat(), [2, m])};
      const lasso = new solvers.BlockCoordinateDescent({fun: objectives.leastSquares, prox: prox.lasso});
      const result = lasso.run(tf.zeros([2, n]), 0.05, data);
      solved(result);
      expectClose(
        result.x,
        X.flatMap((A, s) => elasticNetInF64(A, y[s], 0.05, 0)),
        1e-5,
        1e-6,
      );
      // Fewer passes than a solver that looks at all of x at once.
      assert.isBelow(Math.max(...result.state.iterations.dataSync()), 60);
      const net = new solvers.BlockCoordinateDescent({fun: objectives.ridge, prox: prox.lasso});
      const l2 = tf.tensor1d([0.1, 0.3]);
      expectClose(
        net.run(tf.zeros([2, n]), {l1: 0.05}, l2, data).x,
        X.flatMap((A, s) => elasticNetInF64(A, y[s], 0.05, s === 0 ? 0.1 : 0.3)),
        1e-5,
        1e-6,
      );
    });

    test('shared features: gradients in the weight and the data are finite differences in f64', () => {
      const solver = new solvers.BlockCoordinateDescent({fun: objectives.leastSquares, prox: prox.lasso});
      const run = (l1: tf.Tensor, labels: tf.Tensor) =>
        solver.run(tf.zeros([2, n]), l1, {X: tf.tensor2d(X[0], [m, n]), y: labels}).x;
      const u = numbers(2 * n);
      const [dl1, dy] = vjp(
        run,
        [tf.scalar(0.05), tf.tensor2d(y.flat(), [2, m])],
        tf.tensor2d(u, [2, n]),
      ) as tf.Tensor[];
      const loss = (l1: number, labels: number[][]) =>
        labels
          .flatMap((b) => elasticNetInF64(X[0], b, l1, 0))
          .reduce((total, value, i) => total + value * u[i], 0);
      expectClose(dl1, [(loss(0.05 + 1e-6, y) - loss(0.05 - 1e-6, y)) / 2e-6], 1e-4);
      const moved = (h: number) => [y[0], y[1].map((value, i) => (i === 3 ? value + h : value))];
      const expected = (loss(0.05, moved(1e-6)) - loss(0.05, moved(-1e-6))) / 2e-6;
      expectClose([dy.dataSync()[m + 3]], [expected], 1e-4, 1e-7);
    });

    test('logistic regressions agree with L-BFGS', () => {
      const data = {X: tf.tensor2d(X[0], [m, n]), y: tf.tensor1d(y[0].map((value) => Number(value > 0)))};
      const blocks = new solvers.BlockCoordinateDescent({fun: objectives.l2Logistic, prox: prox.none});
      const found = blocks.run(tf.zeros([1, n]), null, 0.1, data);
      solved(found);
      const whole = new solvers.LBFGS({fun: objectives.l2Logistic});
      expectClose(found.x, [...whole.run(tf.zeros([1, n]), 0.1, data).x.dataSync()], 1e-4, 1e-5);
      const classes = {
        X: data.X,
        y: tf.tensor1d(
          y[0].map((value) => (value > 0.3 ? 2 : value > -0.3 ? 1 : 0)),
          'int32',
        ),
      };
      const several = new solvers.BlockCoordinateDescent({
        fun: objectives.l2MulticlassLogistic,
        prox: prox.none,
      });
      const W = several.run(tf.zeros([1, n, 3]), null, 0.1, classes);
      solved(W);
      const reference = new solvers.LBFGS({fun: objectives.l2MulticlassLogistic});
      expectClose(W.x, [...reference.run(tf.zeros([1, n, 3]), 0.1, classes).x.dataSync()], 1e-4, 1e-5);
    });

    test('a structure of your own needs no gradient', () => {
      // A Huber-like loss, √(1 + z²) − 1.
      const fun = objectives.structured({
        matrix: (A: tf.Tensor, _b: tf.Tensor) => A,
        value: (z, _A, b) => tf.sum(tf.sub(tf.sqrt(tf.add(1, tf.square(tf.sub(z, b)))), 1), 1),
        smoothness: () => 1,
        ridge: () => 0.5,
        linear: () => tf.fill([n], 0.25),
      });
      const params = [tf.tensor2d(X[0], [m, n]), tf.tensor1d(y[0])] as const;
      const solver = new solvers.BlockCoordinateDescent({fun, prox: prox.none});
      const found = solver.run(tf.zeros([1, n]), null, ...params);
      solved(found);
      const reference = new solvers.LBFGS({fun}).run(tf.zeros([1, n]), ...params);
      expectClose(found.x, [...reference.x.dataSync()], 1e-4, 1e-5);
    });

    test('unrolled gradients, a given step size and other conditions', () => {
      const data = {X: tf.tensor2d(X[0], [m, n]), y: tf.tensor1d(y[0])};
      const problem = {fun: objectives.ridge, prox: prox.lasso};
      const gradientOf = (
        solver: solvers.BlockCoordinateDescent<
          tf.Tensor,
          [l2: number | tf.Tensor, data: objectives.RegressionData]
        >,
      ) =>
        tf.grad((l2: tf.Tensor) => tf.sum(tf.square(solver.run(tf.zeros([1, n]), 0.02, l2, data).x)))(
          tf.scalar(0.2),
        );
      const [expected] = gradientOf(new solvers.BlockCoordinateDescent(problem)).dataSync();
      const condition = conditions.proximalGradient(objectives.ridge, prox.lasso) as never;
      for (const options of [{implicitDiff: false, maxIterations: 60}, {stepSize: 1.5}, {condition}]) {
        expectClose(gradientOf(new solvers.BlockCoordinateDescent(problem, options)), [expected], 1e-4);
      }
    });
  }

  it('a column of zeros is not moved by the smooth part', () =>
    tf.tidy(() => {
      const solver = new solvers.BlockCoordinateDescent({fun: objectives.leastSquares, prox: prox.lasso});
      const data = {X: tf.tensor2d([1, 0, 2, 0], [2, 2]), y: tf.tensor1d([1, 2])};
      const result = solver.run(tf.zeros([1, 2]), 0.1, data);
      solved(result);
      expectClose(result.x, [0.96, 0], 1e-5, 1e-7);
    }));

  it('lists of proximal operators or step sizes are refused', () => {
    const {leastSquares: fun} = objectives;
    const make = (f: () => unknown) => messageOf(f);
    assert.include(
      make(() => new solvers.BlockCoordinateDescent({fun, prox: [prox.lasso]})),
      'one prox for all blocks',
    );
    assert.include(
      make(() => new solvers.BlockCoordinateDescent({fun, prox: prox.lasso}, {stepSize: [1, 2]})),
      'stepSize must be a number',
    );
  });
});
