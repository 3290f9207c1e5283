/** @file Solves quadratic programs with sparse matrices, in f64 on the host, and differentiates them. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed} from '../../../checks/index.js';
import {isTapeOn, offTape, recordOp, rollBackOnThrow, SuspendedScope} from '../../../autodiff/index.js';
import {
  complementarityWeight,
  sparseKkt,
  sparseKktSolver,
  type QuadraticSolution,
  type SparseData,
} from '../../../conditions/index.js';
import {checkOnFailure, solvedRoot} from '../../../implicit/index.js';
import {
  hostCanRead,
  runSparseQP,
  startSparseQP,
  type ProblemStructure,
  type QPGuess,
  type QPSolution,
  type SparseArrays,
} from '../../../kernels/index.js';
import {sparseMatVec, sparseOuters} from '../../../linalg/index.js';
import {canLook} from '../../../programs/index.js';
import {checkAsync, inSlices, type AsyncOptions} from '../../iteration/in-slices.js';
import {held} from '../../iteration/samples.js';
import type {Steps} from '../../iteration/steps.js';
import {heldGuess, type BoundedGuess} from '../implicit-qp.js';
import {boundsOf, guessOfRows, splitRows} from './bounds.js';
import {InteriorPointQP} from '../interior-point-qp.js';
import {
  checkOnInfeasible,
  isWeak,
  SOLVE_QP,
  withBatchAxis,
  withoutBatchAxis,
  type QPResult,
  type SolveQPOptions,
  type SparseSolving,
} from '../solve-qp.js';
import {reportQPFailures} from './qp-report.js';
import {invalidReason} from './sparse-invalid.js';
import {normalizeSparse, type SparseInput} from './sparse-input.js';

/** Options that only dense problems have. */
const DENSE_ONLY = ['linsolve', 'solver'] as const;

type Settings = Pick<SolveQPOptions, 'degenerate' | 'smoothing' | 'onGradient'> & {
  onFailure: NonNullable<SolveQPOptions['onFailure']>;
  initial: SolveQPOptions['initial'];
  limits: {tolerance: number; maxIterations: number};
};

/** The way of problems with sparse matrices. */
export const sparseSolving: SparseSolving = {
  solve(problem, options) {
    const where = 'solveQP';
    const settings = settingsOf(where, options);
    if (!hostCanRead()) {
      throw new Error(
        `${where}: sparse matrices are solved on the host, which cannot read tensors of the backend '${tf.getBackend()}' ` +
          "at once. Use solveQPAsync, or tf.setBackend('wasm' or 'cpu').",
      );
    }
    const solve = () => {
      const input = normalizeSparse(problem, where);
      const {initial} = settings;
      const given = initial && heldGuess((input.batched ? initial : withBatchAxis(initial)) as BoundedGuess);
      const {structure, data} = input;
      const found = offTape(() => {
        const guess = given && guessOfRows(given, data);
        return {...runSparseQP(structure, data, settings.limits, guess)};
      });
      return finished(where, input, found, settings);
    };
    return tf.tidy(() => rollBackOnThrow(solve));
  },

  async solveAsync(problem, options, following) {
    const where = 'solveQPAsync';
    const settings = settingsOf(where, options);
    checkAsync(where, following);
    const inputs = new SuspendedScope();
    try {
      const {input, guess} = inputs.run(() => {
        const whole = normalizeSparse(problem, where);
        const {initial} = settings;
        const lifted = initial && (whole.batched ? initial : withBatchAxis(initial));
        return {
          input: {...whole, data: held(whole.data)},
          guess: lifted ? heldGuess(guessOfRows(lifted as BoundedGuess, whole.data)) : null,
        };
      });
      const arrays = await arraysOf(input.data, guess);
      return await inSlices(where, () => running(where, input, arrays, settings), following as AsyncOptions);
    } finally {
      inputs.close();
    }
  },
};

/** The settings, with their defaults. @throws If an option is not for sparse matrices, or wrong. */
function settingsOf(where: string, options: SolveQPOptions): Settings {
  const given = checkOptions(where, renamed(where, options, {warmStart: 'initial'}), SOLVE_QP);
  for (const name of DENSE_ONLY) {
    if (given[name] !== undefined) throw new Error(`${where}: ${name} is not for sparse matrices.`);
  }
  const {onFailure = 'warn', onInfeasible = 'zero', initial, degenerate, smoothing, onGradient} = given;
  checkOnFailure(where, onFailure);
  checkOnInfeasible(where, onInfeasible);
  if (onInfeasible === 'closest') {
    throw new Error(`${where}: onInfeasible: 'closest' is not for sparse matrices.`);
  }
  const {tolerance, maxIterations} = given;
  // It checks them.
  const known = new InteriorPointQP({tolerance, maxIterations, degenerate, smoothing});
  const limits = {tolerance: known.tolerance, maxIterations: known.maxIterations};
  return {onFailure, initial, degenerate, smoothing, onGradient, limits};
}

/** One sample after another, with pauses. */
function* running(
  where: string,
  input: SparseInput,
  arrays: SparseArrays,
  settings: Settings,
): Steps<QPResult> {
  const total = input.data.p.shape[0];
  const {limits} = settings;
  const run = startSparseQP(input.structure, arrays, limits);
  let [iteration, largest] = [0, 0];
  for (let sample = 0; sample < total; sample++) {
    const {iterations, residual} = run.solve(sample);
    iteration = Math.max(iteration, iterations);
    largest = Math.max(largest, residual);
    const {maxIterations} = limits;
    const progress = {iteration, maxIterations, residual: largest, done: sample + 1, total};
    yield {look: () => progress, isWhole: true};
  }
  return finished(where, input, {...run.result()}, settings);
}

/** What is read of the tensors. */
async function arraysOf(data: SparseData, guess: QPGuess | null): Promise<SparseArrays> {
  const given = guess && {gx: guess.x, gIneq: guess.ineqDual, gEq: guess.eqDual, gSlack: guess.slack};
  const isReadable = hostCanRead();
  const read = async ([name, tensor]: [string, tf.Tensor]) => {
    const values = isReadable ? tensor.dataSync() : await tensor.data();
    return [name, {shape: tensor.shape, single: Float32Array.from(values)}] as const;
  };
  const entries = Object.entries<tf.Tensor>({...data, ...given});
  return Object.fromEntries(await Promise.all(entries.map(read))) as unknown as SparseArrays;
}

/** The result, differentiable in the data. */
function finished(
  where: string,
  {structure, data, batched}: SparseInput,
  found: QPSolution,
  {onFailure, degenerate = 'leastNorm', smoothing = 1e-3, onGradient}: Settings,
): QPResult {
  const {x, ineqDual, eqDual, status, iterations, residual, activity} = found;
  reportQPFailures(where, data, found as never, onFailure, (given, sample) =>
    invalidReason(structure, given as SparseData, sample),
  );
  const split = (values: tf.Tensor) => splitRows(values, structure.n, data);
  const solutionOf = ({x: point, ineqDual: all, eqDual: nu}: QuadraticSolution) => {
    const [ofG, lowerDual, upperDual] = split(all);
    return {x: point, ineqDual: ofG, eqDual: nu, lowerDual, upperDual};
  };
  const proof = {x: found.certificateX, ineqDual: found.certificateIneq, eqDual: found.certificateEq};
  let solution: QuadraticSolution = {x, ineqDual, eqDual};
  let [slack] = split(found.slack);
  if (isTapeOn() || !canLook()) {
    const weight = complementarityWeight(found, degenerate, smoothing);
    const {lower, upper} = data;
    const given = {
      ...data,
      h: boundsOf(data.h),
      ...(lower && {lower: boundsOf(lower)}),
      ...(upper && {upper: boundsOf(upper)}),
    };
    ({x: solution} = solvedRoot(
      sparseKkt(structure),
      {linsolve: sparseKktSolver, onGradient, onFailure, where},
      [given, {weight, status}],
      () => ({x: {x, ineqDual, eqDual}}),
    ));
    slack = slackOf(slack, solution.x, structure, given, status);
  }
  const result: QPResult = {
    ...solutionOf(solution),
    ...{status, iterations, residual, slack, certificate: solutionOf(proof)},
    weaklyActive: isWeak(activity),
  };
  return batched ? result : withoutBatchAxis(result);
}

/** The solver's slack, which has no cancellation error, with the derivative of h − Gx; zero for a failed sample. */
function slackOf(
  value: tf.Tensor,
  x: tf.Tensor,
  {n, entries}: ProblemStructure,
  {G, h}: SparseData,
  status: tf.Tensor,
): tf.Tensor {
  const pattern = {shape: [entries.m, n] as [number, number], entries: entries.G};
  return recordOp({
    name: 'Slack',
    values: [value],
    inputs: [x, G, h, status],
    gradient: ([dy], _slack, [at, rows, , code]) => {
      const counted = tf.mul(tf.expandDims(tf.cast(tf.equal(code, 0), 'float32'), 1), dy);
      const minus = tf.neg(counted);
      return [
        sparseMatVec(pattern, rows, minus, true),
        sparseOuters(pattern, minus, at, rows.shape[0]),
        h.shape[0] === counted.shape[0] ? counted : tf.sum(counted, 0, true),
      ];
    },
  })[0];
}
