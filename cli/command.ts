/** @file The command `tfjs-implicit`: its options, messages and exit codes. */
import {Command, InvalidArgumentError, Option} from 'commander';
import {DataError, EXIT, isAbort, messageOf, UsageError} from './failure.js';
import {inspect} from './inspect.js';
import {summaryOf} from './progress.js';
import type {SolveOptions} from './solve-options.js';
import {solve} from './solve.js';
import {statusesOf, type Statuses} from './statuses.js';
import {FORMATS, PARTS, type Part} from './table.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const STATUSES = ['infeasible', 'unbounded', 'limit', 'error', 'invalid'];

const whole = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('expected a positive whole number.');
};
const positive = (text: string): number => {
  const value = Number(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('expected a positive number.');
};
const listOf = (known: readonly string[]) => (text: string) => {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`expected some of ${known.join(', ')}; got ${unknown}.`);
  return names;
};

/** What commander reads for `solve`. */
interface Given extends Omit<SolveOptions, 'input' | 'output' | 'signal' | 'quiet'> {
  out?: string;
  stdin?: true;
  stdout?: true;
  failOn?: string[];
  quiet?: true;
}

/** Runs the command. @param args What stands after its name. @returns The exit code. */
export async function command(args: string[]): Promise<number> {
  let code = 0;
  try {
    await programOf((ended) => (code = ended)).parseAsync(args, {from: 'user'});
    return code;
  } catch (error) {
    return told(error);
  }
}

function programOf(end: (code: number) => void): Command {
  const program = new Command('tfjs-implicit')
    .description(
      'Solves files of quadratic programs, min ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b, lower ≤ x ≤ upper.',
    )
    .showHelpAfterError('(--help lists the options)')
    .exitOverride();

  program
    .command('solve')
    .description(
      'Adds the solution of each row: x, the multipliers, status, iterations, residual. A row has the columns Q, p, G, h, A, b, lower, ' +
        'upper, or some of them, as lists of numbers; the others are the same for all rows. Further columns are carried through.',
    )
    .argument('[input]', 'Arrow IPC (file or stream) or newline-delimited JSON')
    .option(
      '-o, --out <file>',
      'where the rows go: .arrow, .arrows (a stream), .ndjson; it appears when it is complete',
    )
    .option('--stdin', 'read standard input')
    .option('--stdout', 'write to standard output, each chunk at once')
    .addOption(
      new Option('--to <format>', 'the format of the output, if its name does not say it').choices(FORMATS),
    )
    .option('--shared <file>', 'a file with one row: what all rows share')
    .option('--threads <n>', 'threads (default: the number of cores, at most 8)', whole)
    .option(
      '--chunk <rows>',
      'rows that are solved at a time (default: as many as take about half a second)',
      whole,
    )
    .option(
      '--resume',
      'go on where an interrupted run has stopped; do nothing if the output is complete',
      false,
    )
    .option(
      '--fail-on <statuses>',
      `exit with 3 if one of them occurs: any, or of ${STATUSES.join(',')}`,
      (text) => (text === 'any' ? STATUSES : listOf(STATUSES)(text)),
    )
    .option(
      '--cotangent <column>',
      'a column with the gradient of a loss in x: gradients of the loss come out as grad_p, …',
    )
    .option(
      '--gradients <parts>',
      `which gradients: some of ${PARTS.join(',')} (default: all that there are)`,
      (text) => listOf(PARTS)(text) as Part[],
    )
    .option(
      '--gradient-sums <file>',
      'a JSON file for the gradients of what all rows share, summed over the rows',
    )
    .option(
      '--tolerance <number>',
      'the relative error at which a problem counts as solved (default: 1e-9)',
      positive,
    )
    .option('--max-iterations <n>', 'the largest number of iterations of a problem (default: 100)', whole)
    .addOption(
      new Option('--degenerate <policy>', 'the derivative at a kink').choices([
        'leastNorm',
        'oneSided',
        'smooth',
      ]),
    )
    .option('--prefix <text>', 'stands before the names of the columns that are added', '')
    .option('--keep-problem', 'carry the columns of the problem through, too', false)
    .option('-q, --quiet', 'tell nothing but errors')
    .action(async (path: string | undefined, given: Given) => end(await solveFrom(path, given)));

  program
    .command('inspect')
    .description(
      'Tells the format, the columns, the sizes of the problems, the statuses, and the first row that cannot be read.',
    )
    .argument('<file>', 'or - for standard input')
    .option('--prefix <text>', 'what stands before the names status and residual', '')
    .action(async (file: string, {prefix}: {prefix: string}) => {
      const isWhole = await inspect(file, prefix, (line) => console.log(line));
      if (!isWhole) end(EXIT.data);
    });
  return program;
}

async function solveFrom(path: string | undefined, given: Given): Promise<number> {
  const {out, stdin, stdout, failOn = [], quiet = false, ...options} = given;
  const input = stdin ? '-' : path;
  const output = stdout ? '-' : out;
  if (input === undefined || (stdin && path !== undefined && path !== '-'))
    throw new UsageError('name one input, or --stdin.');
  if (output === undefined || (stdout && out !== undefined))
    throw new UsageError('name one output, with --out or --stdout.');
  if (options.cotangent === undefined && (options.gradients ?? options.gradientSums) !== undefined)
    throw new UsageError('gradients need --cotangent.');
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const name of SIGNALS) process.once(name, stop);
  try {
    const {signal} = controller;
    let statuses = await solve({...options, input, output, quiet, signal});
    if (!statuses) {
      if (!quiet) console.error(`${output} is complete already.`);
      statuses = failOn.length > 0 ? await statusesOf(output, `${options.prefix}status`, signal) : {};
    }
    return codeOf(statuses, failOn);
  } finally {
    for (const name of SIGNALS) process.off(name, stop);
  }
}

/** The exit code by policy. */
function codeOf(statuses: Statuses, failOn: string[]): number {
  const failed = failOn.filter((name) => statuses[STATUSES.indexOf(name) + 1] > 0);
  if (failed.length === 0) return 0;
  console.error(`tfjs-implicit: ${summaryOf(statuses)}; --fail-on ${failOn.join()}.`);
  return EXIT.policy;
}

/** Says what was wrong. @returns The exit code. */
function told(error: unknown): number {
  const {code, exitCode, syscall} = error as {code?: unknown; exitCode?: number; syscall?: string};
  // Commander has said it.
  if (typeof code === 'string' && code.startsWith('commander.')) return exitCode === 0 ? 0 : EXIT.usage;
  if (isAbort(error)) {
    console.error(
      'tfjs-implicit: interrupted. With --resume, what was solved is kept, and a later run goes on.',
    );
    return EXIT.interrupted;
  }
  console.error(`tfjs-implicit: ${messageOf(error)}`);
  if (error instanceof UsageError) return EXIT.usage;
  // A full disk is no fault of this program.
  if (!(error instanceof DataError) && syscall === undefined) console.error((error as Error).stack);
  return EXIT.data;
}
