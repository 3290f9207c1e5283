/** @file Says of one quadratic program how its solve goes, and where it fails, which rows and columns are at fault. */
import {checkFunction, checkOptions, type Names} from '../../checks/index.js';
import {Status} from '../../implicit/index.js';
import {solveOne, watchOne} from '../../kernels/index.js';
import {marked, type QPFault} from './parts/debug-fault.js';
import {faultsOf} from './parts/debug-faults.js';
import {inOrderOfRows, readSample, rowsOf, short, written} from './parts/debug-problem.js';
import {linesOf, type QPIteration} from './parts/debug-text.js';
import type {QPInput, QPProblem} from './qp-input.js';

/** The options of `debug`. */
export interface DebugOptions {
  /** The sample of the batch. Default 0. */
  sample?: number | undefined;
  /** As for `solveQP`. Default 1e-9. */
  tolerance?: number | undefined;
  /** As for `solveQP`. Default 100. */
  maxIterations?: number | undefined;
  /** Receives the lines of the text. Default `console.log`; `null` prints nothing. */
  print?: ((line: string) => void) | null | undefined;
}

/** What `debug` finds. */
export interface QPReport {
  /** The status of the sample, as `solveQP` gives it on the host. */
  status: number;
  /** What happened, in a sentence; '' if it is solved. */
  reason: string;
  /** The rows and columns at fault, or wrong numbers; empty if it is solved. */
  faults: QPFault[];
  /** What to do; what says "it is solved" was tried. */
  ways: string[];
  /** If it is solved: the rows that hold the solution, with their multipliers, the largest first. */
  active: QPFault[];
  /** The iterations of the interior point, which is run alone for this: `solveQP` first tries what is quicker. */
  history: QPIteration[];
  /** The iterations of `solveQP`. */
  iterations: number;
  /** The residual of `solveQP`. */
  residual: number;
  /** All of it as it is printed. */
  text: string;
}

const NAMES: Names<DebugOptions> = {sample: 0, tolerance: 0, maxIterations: 0, print: 0};

/**
 * Solves one sample of a quadratic program and prints what happens: its status, the rows and columns at fault in plain words, ways out, and
 * each iteration with its gap, its residuals and the length of its step. Where no x is feasible, it names as few rows as contradict each other.
 *
 *     await debug({Q: [[1]], p: [0], G: [[1], [-1]], h: [1, -2]});
 *     // status 1: infeasible. No x satisfies all rows. …
 *     //   G[0]  x[0] ≤ 1   (weight 1)
 *     //   G[1]  −x[0] ≤ −2   (weight 1)
 *
 * It runs on the host in float64, on the data as float32, and takes several solves: it is for finding mistakes. Sparse matrices are written
 * out. `solveQP` records nothing.
 *
 * @param problem As for `solveQP`.
 * @throws (rejects) If shapes do not fit, there is no such sample, or a sparse matrix is too large to be written out (2²⁴ entries).
 */
export async function debug<T extends QPInput>(
  problem: QPProblem<T>,
  options: DebugOptions = {},
): Promise<QPReport> {
  const {sample = 0, tolerance = 1e-9, maxIterations = 100, print} = checkOptions('debug', options, NAMES);
  if (print != null) checkFunction('debug', 'print', print);
  const data = await readSample('debug', problem, sample);
  const limits = {tolerance, maxIterations};
  const outcome = solveOne(data, limits);
  const rows = rowsOf(data);
  const {history: watched, best} = watchOne(data, limits);
  const history = watched.map(({row, column, ...entry}) => ({
    ...entry,
    row: rows[row]?.name ?? '',
    column: column < 0 ? '' : `x[${column}]`,
  }));
  const {status, iterations, residual, arrays} = outcome;
  const isSolved = status === Status.SOLVED;
  const multipliers = inOrderOfRows(data, arrays.eqDual, arrays.ineqDual);
  const active = isSolved ? marked(multipliers).map((i) => {
        const text = `${written(data, rows[i])}   (multiplier ${short(multipliers[i])})`;
        return {name: rows[i].name, value: multipliers[i], text};
      }) : []; // prettier-ignore
  active.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const found = isSolved ? {reason: '', faults: [], ways: []} : await faultsOf(data, outcome, best, limits);
  const report = {...found, status, iterations, residual, active, history};
  const lines = linesOf(data, sample, report);
  if (print !== null) lines.forEach(print ?? ((line) => console.log(line)));
  return {...report, text: lines.join('\n')};
}
