/** @file The parts of `npm run bench:gpu`. */

export interface Part {
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** The file with what it measured. */
  result?: string;
  /** What is kept of that file. Default: all of it. */
  summary?: (result: unknown) => unknown;
  /** Of the time that is left. */
  share: number;
  /** The part for a given time, if it can end early by itself. */
  within?: (seconds: number) => Part;
}

/** Time for a part that knows its limit to end the row that it is in. */
const SPARE = 0.8;

/**
 * @param batches A list with commas.
 * @param result A file for the measurements of one part.
 */
export function partsOf(batches: string, result: string): Part[] {
  const mocha = (config: string, ...more: string[]) => [
    'node_modules/mocha/bin/mocha.js',
    '--config',
    config,
    ...more,
  ];
  const node = process.execPath;
  const suites = {command: node, result, summary: countsAndFailures};
  return [
    {name: 'machine', command: 'nvidia-smi', args: [], share: 0.1},
    {
      ...suites,
      name: 'suites on WebGPU',
      args: mocha('.mocharc.webgpu.json', ...report(result), 'test/devices/**/*.test.ts'),
      share: 2,
    },
    timings('times on WebGPU', 'webgpu', 2),
    {
      ...suites,
      name: 'suites on tensorflow',
      args: ['scripts/tensorflow-tests.mjs', ...report(result), 'test/devices/**/*.test.ts'],
      share: 2,
    },
    timings('times on tensorflow', 'tensorflow', 2),
    {
      name: 'times of qpth and qpax',
      command: process.env.PYTHON ?? 'python3',
      args: ['bench/peers/gpu.py', '--batch', batches, '--json', result],
      result,
      share: 2,
    },
  ];

  function timings(name: string, backend: string, share: number): Part {
    const part = {
      name,
      command: node,
      args: ['--import', 'tsx', 'bench/main.ts', '--suite', 'gpu', '--backend', backend, '--batch', batches],
      result,
      share,
    };
    const within = (seconds: number) => ({
      ...part,
      args: [...part.args, '--time', '500', '--limit', String(SPARE * seconds), '--json', result],
    });
    return {...part, within};
  }
}

/** Of a report of mocha. */
function countsAndFailures(report: unknown): unknown {
  const {stats, failures} = report as Report;
  return {stats, failures: failures.map(({fullTitle, err}) => ({fullTitle, message: err.message}))};
}

interface Report {
  stats: object;
  failures: {fullTitle: string; err: {message?: string}}[];
}

function report(file: string): string[] {
  return ['--reporter', 'json', '--reporter-option', `output=${file}`];
}
