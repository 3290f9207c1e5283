/** @file What the command `solve` is asked to do. */
import type {Solving} from './solver.js';
import type {Format} from './table.js';

/** The options of the command, checked. */
export interface SolveOptions extends Solving {
  /** A file, or "-" for standard input. */
  input: string;
  /** A file, or "-" for standard output. */
  output: string;
  /** A file with one row, of what all rows share. */
  shared?: string;
  to?: Format;
  threads?: number;
  chunk?: number;
  resume: boolean;
  prefix: string;
  keepProblem: boolean;
  gradientSums?: string;
  quiet: boolean;
  signal: AbortSignal;
}
