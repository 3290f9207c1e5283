/** @file A report on a quadratic program in words, with its history as a table of text. */
import {see} from '../../../checks/index.js';
import {Status} from '../../../implicit/index.js';
import type {OneQP} from '../../../kernels/index.js';
import type {QPFault} from './debug-fault.js';
import {short} from './debug-problem.js';

/** An iteration of the interior point, in the units of the problem. */
export interface QPIteration {
  /** From 0, the starting point. */
  iteration: number;
  /** ½xᵀQx + pᵀx. */
  objective: number;
  /** The difference between the objective and the bound that the multipliers give, relative to the larger of them. */
  gap: number;
  /** The largest violation of a row, relative to its terms, as `certify` measures it. */
  infeasibility: number;
  /** The row that is violated most: 'G[2]', 'A[0]', 'lower[1]'; '' if none is. */
  row: string;
  /** The largest error of stationarity, relative to its terms. */
  stationarity: number;
  /** The variable that has it: 'x[3]'; '' if none has. */
  column: string;
  /** The length of the step that led here, at most 1. Short steps: the point is close to many rows. */
  step: number;
  /** The scale of the embedding. It goes to zero where there is no solution: the point becomes the proof of that. */
  tau: number;
}

/** What the text is made of. */
export interface Findings {
  status: number;
  iterations: number;
  residual: number;
  reason: string;
  history: readonly QPIteration[];
  faults: readonly QPFault[];
  active: readonly QPFault[];
  ways: readonly string[];
}

const NAMES: Readonly<Record<number, string>> = {
  [Status.SOLVED]: 'solved',
  [Status.PRIMAL_INFEASIBLE]: 'infeasible',
  [Status.DUAL_INFEASIBLE]: 'unbounded',
  [Status.ITERATION_LIMIT]: 'not solved within the iteration limit',
  [Status.NUMERICAL_ERROR]: 'not solved, for numerical reasons',
  [Status.INVALID_INPUT]: 'invalid',
};

/** So many rows are shown. */
const LISTED = 12;
/** So many iterations are shown: the first half and the last. */
const SHOWN = 40;

/** The lines of a report. */
export function linesOf(problem: OneQP & {batch: number}, sample: number, found: Findings): string[] {
  const {n, m, k, sides, batch} = problem;
  const bounds = ['', ', lower', ', upper', ', lower and upper'][sides];
  const {status, iterations, residual, reason, history, faults, active, ways} = found;
  const effort =
    status === Status.SOLVED ? ` in ${counted(iterations, 'iteration')}, residual ${small(residual)}` : '';
  return [
    `debug: ${counted(n, 'variable')}, ${counted(m, 'row')} of G, ${k} of A${bounds}${batch > 1 ? `; sample ${sample} of ${batch}` : ''}`,
    `status ${status}: ${NAMES[status]}${effort}. ${reason}`.trimEnd(),
    ...list('at fault', faults),
    ...list('active', active),
    ...ways.map((way) => `  → ${way}`),
    ...table(history, status === Status.SOLVED),
    see('debugging#debug').trim(),
  ];
}

function list(title: string, entries: readonly QPFault[]): string[] {
  if (entries.length === 0) return [];
  const width = Math.max(...entries.map(({name}) => name.length));
  const lines = entries.slice(0, LISTED).map(({name, text}) => `  ${name.padEnd(width)}  ${text}`);
  const more = entries.length - lines.length;
  return [`${title}:`, ...lines, ...(more > 0 ? [`  … and ${more} more`] : [])];
}

function table(history: readonly QPIteration[], isSolved: boolean): string[] {
  if (history.length === 0) return [];
  const rows = history.map((entry) => [
    String(entry.iteration),
    short(entry.objective),
    ...[entry.gap, entry.infeasibility].map(small),
    entry.row,
    small(entry.stationarity),
    entry.column,
    entry.iteration === 0 ? '' : entry.step.toFixed(3),
    small(entry.tau),
  ]);
  const header = ['', 'objective', 'gap', 'infeasibility', 'at', 'stationarity', 'at', 'step', 'τ'];
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)));
  const line = (row: string[]) => `  ${row.map((cell, i) => cell.padStart(widths[i])).join('  ')}`.trimEnd();
  const lines = rows.map(line);
  const half = SHOWN / 2;
  const shown = lines.length > SHOWN ? [...lines.slice(0, half), '  …', ...lines.slice(-half)] : lines;
  const end = isSolved ? ', until the rows that are active there give the solution' : '';
  return [`the interior point alone, iteration by iteration${end}:`, line(header), ...shown];
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
const small = (value: number) => value.toExponential(1).replace('-', '−');
