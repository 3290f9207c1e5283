/** @file Linear solvers, operators and preconditioners, with their options, and in the places that take one. */
import * as tf from '@tensorflow/tfjs';
import {linsolve, solveQP, solvers} from '../../../src/index.js';

const {operators, preconditioners} = linsolve;

export function run() {
  const matrix = tf.tensor2d([
    [2, 1],
    [1, 3],
  ]);
  const A = operators.dense(matrix, {symmetric: true, positiveDefinite: true});
  const b = tf.tensor1d([3, 4]);
  const maxIterations: number | undefined = undefined;
  const all: linsolve.LinearSolver[] = [
    linsolve.auto(),
    linsolve.lu(),
    linsolve.cholesky(),
    linsolve.qr({rcond: 1e-7}),
    linsolve.cg({tolerance: 1e-6, maxIterations, preconditioner: preconditioners.jacobi()}),
    linsolve.gmres({restart: 10, preconditioner: (v) => tf.mul(0.5, v)}),
    linsolve.bicgstab(),
    linsolve.minres({maxIterations: 20}),
    linsolve.normalCg(),
    linsolve.iterativeRefinement(linsolve.gmres({tolerance: 1e-2})),
  ];
  const solutions = all.map((solver) => solver.factor(A).solve(b).arraySync());
  const factorization = linsolve.cg().factor(A);
  factorization.solve(b);
  const converged = factorization.info?.converged.dataSync()[0];
  const twice = operators.fromFunctions({apply: (v) => tf.mul(2, v), tags: {symmetric: true}});
  const sparse = operators.csr({data: tf.ones([2]), indices: [0, 1], indptr: [0, 1, 2], shape: [2, 2]});
  const block = preconditioners
    .block(2)
    .prepare(sparse, [1, 2])
    .apply(tf.ones([1, 2]));
  const saved = {className: 'gmres', config: linsolve.gmres().getConfig()};

  const fun = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(x, c), 1);
  const onGradient = ({residual}: linsolve.SolveInfo) => void residual.dataSync();
  new solvers.GradientDescent({fun}, {linsolve: linsolve.cg(), onGradient});
  solveQP({Q: [[1]], p: [1]}, {linsolve: linsolve.kkt(), onGradient});
  return [
    solutions,
    converged,
    twice.apply(b).arraySync(),
    block.arraySync(),
    linsolve.linearSolverFromConfig(saved).className,
  ];
}

export const expected = [Array(10).fill([1, 1]), 1, [6, 8], [[1, 1]], 'gmres'];
