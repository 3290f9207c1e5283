/** @file Runs an experiment as a program: options, a progress bar, a table, a figure, and its claims. */
import {parseArgs} from 'node:util';
import type {TopLevelSpec} from 'vega-lite';
import {startBackend} from './backend.js';
import {Claims} from './claims.js';
import {withProgress} from './progress.js';
import type {Report} from './report.js';
import {saveFigure} from './save-figure.js';
import {printTable} from './table.js';

/** What an example's main.ts says about its experiment. */
export interface Program<Size, Result> {
  /** The name of the folder, of the npm script and of the figure. */
  name: string;
  title: string;
  full: Size;
  /** A small version, for CI. */
  quick: Size;
  run: (size: Size, seed: number, report: Report) => Promise<Result>;
  print: (result: Result) => void;
  figure: (result: Result) => TopLevelSpec;
  claims: (result: Result, claims: Claims, quick: boolean) => void;
}

/** Runs it, with `--quick`, `--seed`, `--backend` and `--out` (the file of the figure; none is written for --quick unless it is given). */
export async function runProgram<Size, Result>(program: Program<Size, Result>): Promise<void> {
  const {values: options} = parseArgs({
    options: {
      backend: {type: 'string', default: 'wasm'},
      seed: {type: 'string', default: '1'},
      quick: {type: 'boolean', default: false},
      out: {type: 'string'},
    },
  });
  const {backend, seed, quick} = options;
  console.log(`tfjs-implicit: ${program.title} (${backend} backend, seed ${seed})\n`);
  await startBackend(backend);
  const started = performance.now();
  const size = quick ? program.quick : program.full;
  const result = await withProgress((report) => program.run(size, Number(seed), report));
  console.log();
  program.print(result);
  console.log();
  const out = options.out ?? (quick ? undefined : `docs/images/${program.name}.svg`);
  if (out) await saveFigure(out, program.figure(result));
  const claims = new Claims();
  program.claims(result, claims, quick);
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`);
  claims.end();
}

/** Mean ± the standard deviation. */
export function spread(values: readonly number[], digits = 3): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return `${mean.toFixed(digits)} ± ${Math.sqrt(variance).toFixed(digits)}`;
}

export {printTable};
