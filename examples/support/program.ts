/** @file Runs an experiment as a program: options, a progress bar, a table, a figure, and its claims. */
import type {TopLevelSpec} from 'vega-lite';
import {startBackend} from './backend.js';
import {Claims} from './claims.js';
import {mean} from './metrics.js';
import {readOptions, type Sizes} from './options.js';
import {withProgress} from './progress.js';
import type {Report} from './report.js';
import {saveFigure} from './save-figure.js';
import {printTable} from './table.js';

/** What an example's main.ts says about its experiment. */
export interface Program<Size, Result> {
  /** The name of the folder, of the npm script and of the figure. */
  name: string;
  title: string;
  /** Each of its numbers, words and lists of numbers can be chosen: `fewSteps` by `--few-steps`. */
  full: Size;
  /** A small version, for CI. */
  quick: Size;
  /** False if the data are fixed. Default true. */
  seeded?: boolean;
  run: (size: Size, seed: number, report: Report) => Promise<Result>;
  print: (result: Result) => void;
  figure: (result: Result) => TopLevelSpec;
  claims: (result: Result, claims: Claims, quick: boolean) => void;
}

/** Runs it with the options of the command line; `--help` lists them. */
export async function runProgram<Size extends Sizes<Size>, Result>(
  program: Program<Size, Result>,
): Promise<void> {
  const {seeded = true} = program;
  const options = readOptions({...program, seeded}, process.argv.slice(2));
  if (!options) return;
  const {size, quick, seed, backend, out} = options;
  console.log(`tfjs-implicit: ${program.title} (${backend} backend${seeded ? `, seed ${seed}` : ''})\n`);
  await startBackend(backend);
  const started = performance.now();
  const result = await withProgress((report) => program.run(size, seed, report));
  console.log();
  program.print(result);
  console.log();
  if (out) await saveFigure(out, program.figure(result));
  const claims = new Claims();
  program.claims(result, claims, quick);
  const seconds = [performance.now() - started, processorTime()].map((time) => (time / 1000).toFixed(1));
  console.log(`${seconds[0]} s, ${seconds[1]} s of the processor.`);
  claims.end();
}

/** Milliseconds of the processor, all threads together. Other programs disturb it less than a clock. */
export function processorTime(): number {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1000;
}

/** Mean ± the standard deviation. */
export function spread(values: readonly number[], digits = 3): string {
  const middle = mean(values);
  const variance =
    values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1);
  return `${middle.toFixed(digits)} ± ${Math.sqrt(variance).toFixed(digits)}`;
}

export {printTable};
