/**
 * @file Projections, proximal operators, losses and solvers on every device. They are composed of tensor operations and of kernels that
 * other suites try in a page, too: here they run in Node alone.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  conditions,
  linalg,
  linsolve,
  losses,
  objectives,
  projections,
  prox,
  solvers,
} from '../../src/index.js';
import {stacked} from '../zoo/maps.js';
import {ridge} from '../zoo/minimizations.js';
import {PROJECTIONS} from '../zoo/projections.js';
import {PROXES} from '../zoo/prox.js';
import {describeDevices} from './devices.js';
import {random, testWork, type Work} from './work.js';

const work: Work[] = [];

/** What is another case with other numbers. */
const ALIKE = ['birkhoff', 'klBirkhoff', 'entmax, alpha = 1.25', 'entmax, alpha = 3', 'hypercube'];
for (const map of [...PROJECTIONS, ...PROXES].filter(({name}) => !ALIKE.includes(name))) {
  work.push({name: `map ${map.name}`, inputs: () => stacked(map), run: map.run, twice: map.curved});
}

/** Least squares A x ≈ b with the weight 1 of ½‖x‖², by a solver of its own. */
const fitted =
  (solve: (fun: typeof ridge, start: tf.Tensor, data: tf.Tensor[]) => tf.Tensor) =>
  (A: tf.Tensor, b: tf.Tensor) =>
    solve(ridge, tf.zeros([2, 3]), [A, b, tf.ones([2, 1])]);
type Data = [tf.Tensor, tf.Tensor, tf.Tensor];
/** Enough where the first step is a good one. */
const FEW = solvers.lineSearches.zoom({maxIterations: 4});
const MINIMIZERS: Record<string, (A: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  GradientDescent: fitted(
    (fun, start, data) =>
      new solvers.GradientDescent<tf.Tensor, Data>({fun}, {maxIterations: 40}).run(start, ...(data as Data))
        .x,
  ),
  BFGS: fitted(
    (fun, start, data) =>
      new solvers.BFGS<tf.Tensor, Data>({fun}, {maxIterations: 8, lineSearch: FEW}).run(
        start,
        ...(data as Data),
      ).x,
  ),
  LBFGS: fitted(
    (fun, start, data) =>
      new solvers.LBFGS<tf.Tensor, Data>({fun}, {maxIterations: 8, historySize: 3, lineSearch: FEW}).run(
        start,
        ...(data as Data),
      ).x,
  ),
  NonlinearCG: fitted(
    (fun, start, data) =>
      new solvers.NonlinearCG<tf.Tensor, Data>({fun}, {maxIterations: 6, lineSearch: FEW}).run(
        start,
        ...(data as Data),
      ).x,
  ),
  fromStep: fitted((fun, start, data) => {
    const gradient = conditions.gradientOf<tf.Tensor, Data>(fun);
    const solver = solvers.fromStep<tf.Tensor, Data, {velocity: tf.Tensor; rate: tf.Tensor}>(
      {
        start: (x) => ({velocity: tf.zerosLike(x), rate: tf.fill([x.shape[0]], 0.1)}),
        step(x, {velocity, rate}, ...at) {
          const g = gradient(x, ...at);
          const next = tf.sub(tf.mul(0.5, velocity), tf.mul(tf.expandDims(rate, 1), g));
          return {
            x: tf.add(x, next),
            memory: {velocity: next, rate},
            residual: tf.max(tf.abs(g), 1),
          };
        },
        condition: conditions.stationary<tf.Tensor, Data>(fun),
      },
      {maxIterations: 60},
    );
    return solver.run(start, ...(data as Data)).x;
  }),
  LevenbergMarquardt: (A, b) => {
    const residual = (x: tf.Tensor, A: tf.Tensor, b: tf.Tensor) =>
      tf.sub(tf.squeeze(tf.matMul(A, tf.expandDims(x, -1)), [-1]), b);
    const solver = new solvers.LevenbergMarquardt<tf.Tensor, [tf.Tensor, tf.Tensor]>(
      {fun: residual},
      {maxIterations: 4},
    );
    return solver.run(tf.zeros([2, 3]), A, b).x;
  },
  Newton: fitted(
    (fun, start, data) =>
      new solvers.Newton<tf.Tensor, Data>({fun}, {maxIterations: 2, lineSearch: FEW}).run(
        start,
        ...(data as Data),
      ).x,
  ),
  MirrorDescent: fitted(
    (fun, start, data) =>
      new solvers.MirrorDescent<tf.Tensor, null, Data>(
        {fun, geometry: conditions.entropy as never},
        {maxIterations: 60, stepSize: 0.8},
      ).run(tf.add(start, 1 / 3), null, ...(data as Data)).x,
  ),
  BlockCoordinateDescent: fitted((fun, start, data) => {
    const blocks = (x: tf.Tensor[], ...rest: Data) => fun(tf.concat(x, 1), ...rest);
    const solver = new solvers.BlockCoordinateDescent<tf.Tensor[], Data>(
      {fun: blocks, prox: prox.lasso as never},
      {maxIterations: 30, stepSize: 0.25},
    );
    return tf.concat(solver.run(tf.split(start, [1, 2], 1), 0.1, ...(data as Data)).x, 1);
  }),
  'BlockCoordinateDescent, structured': (X, y) =>
    new solvers.BlockCoordinateDescent(
      {fun: objectives.leastSquares, prox: prox.lasso},
      {maxIterations: 40},
    ).run(tf.zeros([2, 3]), 0.02, {X, y}).x,
};
for (const [name, run] of Object.entries(MINIMIZERS)) {
  work.push({name: `solvers.${name}`, inputs: () => [random(60, 2, 4, 3), random(61, 2, 4)], run});
}

work.push(
  {
    name: 'losses of several classes',
    inputs: () => [random(62, 3, 4)],
    run: (logits) => {
      const target = tf.tensor1d([0, 2, 3], 'int32');
      return [
        losses.multiclassLogistic,
        losses.multiclassSparsemax,
        losses.multiclassEntmax15,
        losses.multiclassHinge,
      ].map((loss) => loss(target, logits));
    },
  },
  {
    name: 'losses with infinite logits',
    inputs: () => [random(66, 3, 3)],
    run: (finite) => {
      const target = tf.tensor1d([0, 2, 1], 'int32');
      const ruledOut = tf.concat([finite, tf.fill([3, 1], -Infinity)], 1);
      const label = tf.tensor1d([1, 0]);
      const certain = tf.concat([tf.tensor1d([Infinity, -Infinity]), tf.reshape(finite, [9])]);
      const labels = tf.concat([label, tf.ones([9])]);
      return [
        ...[
          losses.multiclassLogistic,
          losses.multiclassSparsemax,
          losses.multiclassEntmax15,
          losses.multiclassHinge,
          losses.multiclassPerceptron,
        ].map((loss) => loss(target, ruledOut)),
        losses.binaryLogistic(labels, certain),
        losses.binarySparsemax(labels, certain),
        losses.binaryHinge(labels, certain),
        losses.huber(certain, tf.reverse(tf.reverse(certain))),
      ];
    },
  },
  {
    name: 'losses of numbers',
    inputs: () => [random(63, 3, 4)],
    run: (x) => [
      losses.huber(tf.zerosLike(x), x, {delta: 0.3}),
      losses.binaryLogistic(tf.zerosLike(x), x),
      losses.binarySparsemax(tf.onesLike(x), x),
    ],
  },
  {
    name: 'solvers.ConicSplitting',
    inputs: () => [random(65, 2, 2)],
    // The nearest point of a disc to minus infinity along c; another row is far away, and one does not exist.
    run: (c) => {
      const cone = {nonNegative: 2, secondOrder: [3]};
      const solver = new solvers.ConicSplitting((v) => projections.dualConeProduct(v, cone), {
        maxIterations: 50,
      });
      const E = tf.tensor3d([1, 1, 1, 0, 0, 0, -1, 0, 0, -1], [1, 5, 2]);
      return solver.run(null, {c, E, d: tf.tensor2d([[1e7, 1e20, 1, 0, 0]])}).x.x;
    },
  },
  {
    name: 'solvers.GradientDescent of more tensors than a shader binds',
    inputs: () => [random(67, 2, 9)],
    run: (b) => {
      const fun = (x: tf.Tensor[], b: tf.Tensor) =>
        tf.div(tf.sum(tf.square(tf.sub(tf.concat(x, 1), b)), 1), 2);
      const start = Array.from({length: 9}, () => tf.zeros([2, 1]));
      const solver = new solvers.GradientDescent<tf.Tensor[], [tf.Tensor]>({fun}, {maxIterations: 2});
      return tf.concat(solver.run(start, b).x, 1);
    },
  },
  {
    name: 'operators.blockDiagonal of more blocks than a shader binds',
    inputs: () => [random(68, 1, 9)],
    run: (v) => {
      const blocks = Array.from({length: 9}, (_, i) => tf.tensor2d([[i + 2]]));
      const system = linsolve.lu().factor(linsolve.operators.blockDiagonal(blocks));
      return tf.mul(v, system.solve(tf.ones([1, 9])));
    },
  },
  {
    name: 'operators.csr',
    inputs: () => [random(64, 5)],
    run: (v) => {
      const operator = linsolve.operators.csr({
        data: tf.tensor1d([1, 2, 3, 4]),
        indices: [0, 2, 1, 4],
        indptr: [0, 1, 2, 2, 3, 4],
        shape: [5, 5],
      });
      // Products with an operator are not differentiated.
      return tf.mul(v, operator.apply(tf.ones([1, 5])));
    },
  },
  {
    name: 'linalg.spectralNorm',
    inputs: () => [random(69, 2, 3, 4)],
    run: (a) => linalg.spectralNorm(a),
    twice: true,
  },
  {
    name: 'losses.jacobianPenalty',
    inputs: () => [random(70, 2, 3), random(71, 3, 3)],
    run: (z, W) =>
      losses.jacobianPenalty((at) => tf.tanh(tf.matMul(at as tf.Tensor2D, W as tf.Tensor2D)), z, {seed: 1}),
    twice: true,
  },
);

describeDevices('the catalogue', (device) => testWork(device, work));
