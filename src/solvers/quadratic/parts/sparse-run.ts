/** @file `InteriorPointQP.run` for problems with sparse matrices. */
import * as tf from '@tensorflow/tfjs-core';
import {see} from '../../../checks/index.js';
import {offTape, rollBackOnThrow} from '../../../autodiff/index.js';
import {hostCanRead, runSparseQP} from '../../../kernels/index.js';
import {runResult, type RunResult} from '../../iteration/run-result.js';
import {
  checkGuess,
  heldGuess,
  type BoundedGuess,
  type ImplicitQPOptions,
  type QPRunSolution,
  type QPState,
} from '../implicit-qp.js';
import type {QPInput} from '../qp-input.js';
import {guessOfRows, splitRows} from './bounds.js';
import {differentiable} from './sparse-derivatives.js';
import {normalizeSparse} from './sparse-input.js';

/** What a solver asks for. */
export type SparseRunOptions = Omit<ImplicitQPOptions, 'linsolve'> & {
  tolerance: number;
  maxIterations: number;
};

export interface SparseRunning {
  run(
    where: string,
    init: BoundedGuess | null,
    data: QPInput,
    options: SparseRunOptions,
  ): RunResult<QPRunSolution, QPState>;
}

/** Solves the batch. Failures are in the status alone. */
export const runSparse: SparseRunning['run'] = (
  where,
  init,
  problem,
  {tolerance, maxIterations, ...options},
) => {
  checkHostReads(where);
  checkGuess(init);
  const solve = () => {
    const input = normalizeSparse(problem, where);
    const {structure, data} = input;
    const found = offTape(() => {
      const guess = init && guessOfRows(heldGuess(init), data);
      return {...runSparseQP(structure, data, {tolerance, maxIterations}, guess)};
    });
    const {solution, slack} = differentiable(where, input, found, options);
    const split = (values: tf.Tensor) => splitRows(values, structure.n, data) as tf.Tensor2D[];
    const {x, ineqDual: all, eqDual} = solution;
    const [ineqDual, lowerDual, upperDual] = split(all);
    const [ofG, ofLower, ofUpper] = split(found.certificateIneq);
    const {status, iterations, residual, activity} = found;
    const certificate = {
      ...{x: found.certificateX, ineqDual: ofG, eqDual: found.certificateEq},
      ...{lowerDual: ofLower, upperDual: ofUpper},
    };
    const state: QPState = {status, iterations, residual, slack: slack as tf.Tensor2D, activity, certificate};
    const bounds = data.lower || data.upper ? {lowerDual, upperDual} : {};
    const duals = {x, ineqDual, eqDual, ...bounds} as QPRunSolution;
    return runResult(duals, state);
  };
  return tf.tidy(() => rollBackOnThrow(solve) as unknown as tf.TensorContainerObject) as unknown as RunResult<
    QPRunSolution,
    QPState
  >;
};

/** @throws If the host cannot read tensors of the current backend at once. */
export function checkHostReads(where: string): void {
  if (hostCanRead()) return;
  throw new Error(
    `${where}: sparse matrices are solved on the host, which cannot read tensors of the backend '${tf.getBackend()}' ` +
      "at once. Use solveQPAsync, or tf.setBackend('wasm' or 'cpu')." +
      see('sparse#limits'),
  );
}
