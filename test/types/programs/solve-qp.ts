/** @file Quadratic programs as a function: results, warm starts, certificates, a solver of one's own, gradients. */
import * as tf from '@tensorflow/tfjs';
import {
  certify,
  solveQP,
  Status,
  type QPInput,
  type QPResult,
  type SolveQPOptions,
} from '../../../src/index.js';
import type {solvers} from '../../../src/index.js';

/** The optimum of an unconstrained problem with Q = I. */
const unconstrained: solvers.QPSolver = {
  run(_init, {p, G, A}) {
    const [batch, m, k] = [p.shape[0], G.shape[1]!, A.shape[1]!];
    return {x: {x: tf.neg(p), ineqDual: tf.zeros([batch, m]), eqDual: tf.zeros([batch, k])}};
  },
};

export function run() {
  const problem: QPInput = {Q: [[1]], p: [[-3], [2]], G: [[1]], h: [1]};
  const options: SolveQPOptions = {onFailure: 'throw', tolerance: undefined};
  const result: QPResult = solveQP(problem, options);
  const again = solveQP(problem, {initial: result, degenerate: 'leastNorm'});
  const {residual} = certify(problem, result);
  const {status, certificate} = solveQP(
    {Q: [[1]], p: [0], G: [[1], [-1]], h: [-1, -1]},
    {onFailure: 'ignore', onInfeasible: 'closest'},
  );
  const own = solveQP({Q: [[1]], p: [[-3]]}, {solver: unconstrained});
  const maybe: {G?: number[][]; h?: number[]} = {};
  const free = solveQP({Q: [[1]], p: [-3], ...maybe, A: undefined, b: undefined});
  const slope = tf.grad((p) => tf.sum(solveQP({...problem, p}).x))(tf.tensor2d([[-3], [2]]));
  const answer = [
    result.x.arraySync(),
    again.iterations.arraySync(),
    Math.round(Math.max(...residual.dataSync())),
    status.dataSync()[0] === Status.PRIMAL_INFEASIBLE,
    certificate.ineqDual.shape,
    own.x.arraySync(),
    free.x.arraySync(),
    slope.arraySync(),
  ];
  tf.dispose([result, again, own]);
  tf.dispose(result);
  return answer;
}

export const expected = [[[1], [-2]], [0, 0], 0, true, [2], [[3]], [3], [[0], [-1]]];
