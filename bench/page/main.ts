/**
 * @file Measures in headless Chromium that nothing is blocked: a quadratic program in each frame of an animation, a large batch beside a
 * timer, a problem of many rows.
 *
 * Counts and statuses are checked; times are only printed, since machines differ.
 */
import assert from 'node:assert/strict';
import {cpus} from 'node:os';
import {parseArgs} from 'node:util';
import {quantileOf} from '../../examples/support/metrics.js';
import {saveFigure} from '../../examples/support/save-figure.js';
import {printTable} from '../../examples/support/table.js';
import {findChromium} from '../../scripts/chromium.mjs';
import {runBatches, runRows, type BatchRun} from './batches.js';
import {openBrowser} from './browser.js';
import {figureOf} from './figure.js';
import {LIGHT, runFrames, type FrameRun} from './frames.js';

const HELP = `npm run bench:page -- [options]
  --quick          a small version, for CI
  --frames N       of the animation, default 600
  --problems N     of the batch, default 50000; n = 20, 20 inequalities
  --rows N         of the one problem with many rows, default 100000
  --rounds N       default 3
  --backends LIST  of the batch, default wasm,cpu
  --out FILE       writes the figure`;

const {values: options} = parseArgs({
  options: {
    quick: {type: 'boolean', default: false},
    frames: {type: 'string'},
    problems: {type: 'string'},
    rows: {type: 'string'},
    rounds: {type: 'string'},
    backends: {type: 'string'},
    out: {type: 'string'},
    help: {type: 'boolean', default: false},
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}
const executablePath = findChromium();
if (!executablePath) process.exit();

const {quick} = options;
const choice = (given: string | undefined, full: number, small: number) =>
  given === undefined ? (quick ? small : full) : Number(given);
const frames = choice(options.frames, 600, 60);
const problems = choice(options.problems, 50_000, 2_000);
const rows = choice(options.rows, 100_000, 10_000);
const rounds = choice(options.rounds, 3, 1);
const backends = (options.backends ?? 'wasm,cpu').split(',');

const browser = await openBrowser(executablePath);
console.log(`${browser.version}, ${cpus().length} × ${cpus()[0].model.trim()}\n`);
try {
  await measureFrames();
  await measureBatches();
  await measureRows();
} finally {
  await browser.close();
}

async function measureFrames(): Promise<void> {
  const runs: {name: string; run: FrameRun}[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const filter of [true, false]) {
      const run = await runFrames(browser, frames, filter);
      runs.push({name: filter ? 'with the filter' : 'without it', run});
      assert.equal(run.counts.frames, frames);
      assert.equal(run.counts.solved, filter ? frames : 0);
      if (filter) assert.equal(run.counts.touching, 0, 'the filter keeps the dot off the discs');
    }
  }
  console.log(`An animation of ${frames} frames; the first callback of each has the filter. Milliseconds.`);
  const header = [
    '',
    'frames',
    'solved',
    'inside a disc',
    'missed',
    'ours',
    'dropped',
    'long tasks',
    'of processor',
  ];
  printTable(
    [...header, 'median', 'longest', 'median, clock', 'longest, clock'],
    runs.map(({name, run}) => {
      const {counts, missed, ours, dropped, longTasks, longOfProcessor} = run;
      const numbers = [
        counts.frames,
        counts.solved,
        counts.touching,
        missed,
        ours,
        dropped,
        longTasks,
        longOfProcessor,
      ];
      const of = (kind: 'processor' | 'clock', share: number) =>
        quantileOf(
          run.frames.map(({filter}) => filter[kind]),
          share,
        ).toFixed(2);
      const times = [of('processor', 0.5), of('processor', 1), of('clock', 0.5), of('clock', 1)];
      return [name, ...numbers.map(String), ...times];
    }),
  );
  console.log(
    `Ours: missed after a filter that had more than ${LIGHT.toFixed(1)} ms of the processor. Dropped: as the compositor says, ` +
      `the start of the page included.\n`,
  );
  if (options.out) await saveFigure(options.out, figureOf(runs[0].run.frames));
}

async function measureBatches(): Promise<void> {
  const setup = {n: 20, m: 20, k: 0, batch: problems};
  const runs: BatchRun[] = [];
  for (const backend of backends) {
    const run = await runBatches(browser, backend, setup, rounds);
    runs.push(run);
    for (const solved of run.solved) assert.equal(solved, problems);
    assert.equal(run.left, 0, 'tensors were left behind');
    assert.ok(Math.min(...run.parts) > 1, 'the batch was divided');
  }
  console.log(
    `solveQPAsync, ${problems} problems with n = 20 and 20 inequalities, ${rounds} times. Milliseconds.`,
  );
  const header = [
    '',
    'solveQP',
    'solveQPAsync',
    'ratio',
    'parts',
    'late, 99 %',
    'late, most',
    'idle, most',
    'longest task',
  ];
  printTable(
    [...header, 'of processor', 'abort'],
    runs.map((run, i) => {
      const median = (values: readonly number[]) => quantileOf(values, 0.5);
      const ratio = median(run.async.map((time, round) => time / run.blocking[round]));
      const most = [quantileOf(run.late, 0.99), Math.max(...run.late), Math.max(...run.idle)];
      const longest = [run.longestByClock, run.longestOfProcessor, Math.max(...run.aborts)];
      return [
        backends[i],
        median(run.blocking).toFixed(0),
        median(run.async).toFixed(0),
        ratio.toFixed(2),
        String(median(run.parts)),
        ...[...most, ...longest].map((time) => time.toFixed(1)),
      ];
    }),
  );
  console.log();
}

async function measureRows(): Promise<void> {
  const {status, error, left, before, after} = await runRows(browser, rows, !quick);
  assert.equal(status, 0);
  assert.ok(error < 1e-6, `x is off by ${error}`);
  assert.equal(left, 0, 'tensors were left behind');
  const memory =
    after === null ? '' : `; the page takes ${after.toFixed(0)} MB, before it ${before!.toFixed(0)} MB`;
  console.log(`One problem with n = 2 and ${rows} inequalities, with its gradient: solved${memory}.`);
}
