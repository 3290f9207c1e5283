/** @file Solves quadratic programs with sparse matrices, in f64 on the host, and differentiates them. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, renamed} from '../../../checks/index.js';
import {offTape, rollBackOnThrow, SuspendedScope} from '../../../autodiff/index.js';
import {type QuadraticSolution, type SparseData} from '../../../conditions/index.js';
import {checkOnFailure, Status} from '../../../implicit/index.js';
import {
  hostCanRead,
  runSparseCertify,
  runSparseQP,
  startSparseQP,
  type QPGuess,
  type QPSolution,
  type SparseArrays,
} from '../../../kernels/index.js';
import {checkReadable} from '../../../linalg/index.js';
import {checkAsync, inSlices, type AsyncOptions} from '../../iteration/in-slices.js';
import {held, withoutBatchAxis} from '../../iteration/samples.js';
import type {Steps} from '../../iteration/steps.js';
import {heldGuess, type BoundedGuess, type BoundedSolution} from '../implicit-qp.js';
import {guessOfRows, splitRows} from './bounds.js';
import {certificateOf, pointOf, type SparseCertifying} from '../certify.js';
import {InteriorPointQP} from '../interior-point-qp.js';
import {
  checkOnInfeasible,
  isWeak,
  SOLVE_QP,
  withBatchAxis,
  type QPResult,
  type SolveQPOptions,
  type SparseSolving,
} from '../solve-qp.js';
import {areFeasible, withClosest} from './elastic-qp.js';
import {reportQPFailures} from './qp-report.js';
import {differentiable} from './sparse-derivatives.js';
import {elasticSparse} from './sparse-elastic.js';
import {invalidReason} from './sparse-invalid.js';
import {normalizeSparse, type SparseInput} from './sparse-input.js';
import {checkHostReads, runSparse, type SparseRunning} from './sparse-run.js';

/** Options that only dense problems have. */
const DENSE_ONLY = ['linsolve', 'solver'] as const;

type Settings = Pick<SolveQPOptions, 'degenerate' | 'smoothing' | 'onGradient'> & {
  onFailure: NonNullable<SolveQPOptions['onFailure']>;
  onInfeasible: NonNullable<SolveQPOptions['onInfeasible']>;
  initial: SolveQPOptions['initial'];
  limits: {tolerance: number; maxIterations: number};
};

/** The way of problems with sparse matrices. */
export const sparseSolving: SparseSolving & SparseCertifying & SparseRunning = {
  run: runSparse,

  solve(problem, options) {
    const where = 'solveQP';
    const settings = settingsOf(where, options);
    checkHostReads(where);
    const solve = () => {
      const input = normalizeSparse(problem, where);
      const {initial} = settings;
      const given = initial && heldGuess((input.batched ? initial : withBatchAxis(initial)) as BoundedGuess);
      const run = ({structure, data}: SparseInput, start: BoundedGuess | null | undefined) =>
        offTape(() => ({
          ...runSparseQP(structure, data, settings.limits, start && guessOfRows(start, data)),
        }));
      const found = run(input, given);
      const isClosest = settings.onInfeasible === 'closest' && !areFeasible(found.status.dataSync());
      const elastic = isClosest ? elasticSparse(input) : null;
      return finished(where, input, found, settings, elastic && {input: elastic, found: run(elastic, null)});
    };
    return tf.tidy(() => rollBackOnThrow(solve));
  },

  certify(problem, result) {
    const where = 'certify';
    checkReadable(where);
    return tf.tidy(() =>
      offTape(() => {
        const {structure, data, batched} = normalizeSparse(problem, where);
        const {n, m, k} = structure.entries;
        const point = pointOf(result, {batch: data.p.shape[0], n, m, k}, data);
        return certificateOf(runSparseCertify(structure, {...data, ...point}), batched);
      }),
    );
  },

  async solveAsync(problem, options, following) {
    const where = 'solveQPAsync';
    const settings = settingsOf(where, options);
    checkAsync(where, following);
    const inputs = new SuspendedScope();
    try {
      const {input, elastic, guess} = inputs.run(() => {
        const whole = normalizeSparse(problem, where);
        const {initial} = settings;
        const lifted = initial && (whole.batched ? initial : withBatchAxis(initial));
        return {
          input: {...whole, data: held(whole.data)},
          elastic: settings.onInfeasible === 'closest' ? elasticSparse(whole) : null,
          guess: lifted ? heldGuess(guessOfRows(lifted as BoundedGuess, whole.data)) : null,
        };
      });
      const first = {input, arrays: await arraysOf(input.data, guess)};
      const second = elastic && {input: elastic, arrays: await arraysOf(elastic.data, null)};
      return await inSlices(where, () => running(where, first, second, settings), following as AsyncOptions);
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
  const {tolerance, maxIterations} = given;
  // It checks them.
  const known = new InteriorPointQP({tolerance, maxIterations, degenerate, smoothing});
  const limits = {tolerance: known.tolerance, maxIterations: known.maxIterations};
  return {onFailure, onInfeasible, initial, degenerate, smoothing, onGradient, limits};
}

/** A problem, and what was read of its tensors. */
interface Read {
  input: SparseInput;
  arrays: SparseArrays;
}

/** One sample after another, with pauses; and then, if there is a second problem, the infeasible ones again in that form. */
function* running(where: string, first: Read, second: Read | null, settings: Settings): Steps<QPResult> {
  const {limits} = settings;
  const {maxIterations} = limits;
  const total = first.input.data.p.shape[0];
  let [iteration, residual, most] = [0, 0, 0];
  function* solved(
    {input, arrays}: Read,
    samples: number[],
    doneBefore: number,
  ): Steps<QPSolution & {codes: Int32Array}> {
    const run = startSparseQP(input.structure, arrays, limits);
    for (let i = 0; i < samples.length; i++) {
      const state = run.solve(samples[i]);
      iteration = Math.max(iteration, state.iterations);
      residual = Math.max(residual, state.residual);
      most = Math.max(most, doneBefore + i + 1);
      const progress = {iteration, maxIterations, residual, done: most, total};
      // What may follow is part of the last sample.
      const isSilent = input === first.input && second !== null && most === total;
      if (isSilent) most--;
      yield {look: () => progress, isWhole: true, isSilent};
    }
    return {...run.result(), codes: run.status};
  }
  const all = Array.from({length: total}, (_, sample) => sample);
  const found = yield* solved(first, all, 0);
  const infeasible = second ? all.filter((sample) => found.codes[sample] === Status.PRIMAL_INFEASIBLE) : [];
  const elastic = second && {
    input: second.input,
    found: yield* solved(second, infeasible, total - infeasible.length),
  };
  if (second && most < total) {
    const progress = {iteration, maxIterations, residual, done: total, total};
    yield {look: () => progress, isWhole: true};
  }
  return finished(where, first.input, found, settings, elastic);
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

/** The result, differentiable in the data. @param elastic The elastic problem, and its solutions where that is infeasible. */
function finished(
  where: string,
  input: SparseInput,
  found: QPSolution,
  settings: Settings,
  elastic: {input: SparseInput; found: QPSolution} | null,
): QPResult {
  const {structure, data, batched} = input;
  const {status, iterations, residual, activity} = found;
  reportQPFailures(where, data, found as never, settings.onFailure, (given, sample) =>
    invalidReason(structure, given as SparseData, sample),
  );
  const bounded = ({x, ineqDual: all, eqDual}: QuadraticSolution): BoundedSolution => {
    const [ineqDual, lowerDual, upperDual] = splitRows(all, structure.n, data);
    return {x, ineqDual, eqDual, lowerDual, upperDual};
  };
  const proof = {x: found.certificateX, ineqDual: found.certificateIneq, eqDual: found.certificateEq};
  const {solution: own, slack} = differentiable(where, input, found, settings);
  let solution = bounded(own);
  if (elastic) {
    const {x, ...duals} = differentiable(where, elastic.input, elastic.found, settings).solution;
    const closest = tf.slice(x, [0, 0], [-1, structure.n]);
    solution = withClosest(solution, status, bounded({x: closest, ...duals}));
  }
  const result: QPResult = {
    ...solution,
    ...{status, iterations, residual, slack, certificate: bounded(proof)},
    weaklyActive: isWeak(activity),
  };
  return batched ? result : withoutBatchAxis(result);
}
