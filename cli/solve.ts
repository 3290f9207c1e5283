/** @file The command `solve`: rows in, rows with their solutions out, a chunk at a time. */
import {writeFile} from 'node:fs/promises';
import {setThreads} from '../src/index.js';
import {arrowSink} from './arrow/sink.js';
import {loadArrow} from './arrow/load.js';
import {useBackend} from './backend.js';
import {DataError, UsageError} from './failure.js';
import {checkFiles, isDone, jobOf} from './files.js';
import {formatOf, openInput, type Input} from './input.js';
import {layoutOf, rowsPerChunk, type Sizes} from './layout.js';
import {ndjsonSink} from './ndjson/sink.js';
import {fileOutput, streamOutput, type Output} from './output.js';
import {ProgressLine} from './progress.js';
import {sharedRow} from './shared-row.js';
import type {SolveOptions} from './solve-options.js';
import {Solver} from './solver.js';
import {count, type Statuses} from './statuses.js';
import {widthOf, type Chunk, type Column, type Shared, type Sink} from './table.js';

/** Columns of results by name. */
type Results = Map<string, Column>;

/** @returns How often each status occurred; `null` if the output was there already. */
export async function solve(options: SolveOptions): Promise<Statuses | null> {
  const {input, output, signal} = options;
  await checkFiles(options);
  if (options.resume && (await isDone(options))) return null;
  const opened = await openInput(input, signal);
  const shared = new Map([
    ...opened.source.shared,
    ...(options.shared ? await sharedRow(options.shared, signal) : []),
  ]);
  const job = options.resume ? await jobOf(options) : null;
  const out = output === '-' ? streamOutput(process.stdout) : await fileOutput(output, job);
  try {
    const sink = await sinkFor(opened, options, out);
    await useBackend();
    setThreads(options.threads ?? null);
    const statuses = await run(opened, shared, sink, out, options);
    await out.finish();
    return statuses;
  } catch (error) {
    // What is wrong with the data stays wrong; a full disk or a missing package does not.
    await out.abandon(!(error instanceof DataError));
    throw error;
  }
}

/** Solves all rows that an earlier run has not solved. */
async function run(
  {source}: Input,
  shared: Shared,
  sink: Sink,
  out: Output,
  options: SolveOptions,
): Promise<Statuses> {
  const solver = new Solver(options);
  const statuses: Statuses = {...out.before?.statuses};
  const sums = new Map(Object.entries(out.before?.sums ?? {}));
  let rows = out.before?.rows ?? 0;
  const line = new ProgressLine(process.stderr, options.quiet, rows);
  let sizes: Sizes | null = out.before?.sizes ?? null;
  // Rows are answered when they come, also none; unless nothing says yet which columns a result has.
  let unanswered: Chunk[] = [];
  let none: Results | null = null;
  const write = async (chunk: Chunk, results: Results) =>
    out.write(sink.write(chunk, named(results, chunk, options)));
  const wanted = {
    numbers: options.cotangent === undefined ? [] : [options.cotangent],
    keepProblem: options.keepProblem,
    skip: rows,
    rowsOf: (counts: Map<string, number>) => {
      const columns = new Map([...counts].map(([name, size]) => [name, {values: new Float32Array(0), size}]));
      const size = (part: 'p' | 'h' | 'b') => (columns.get(part) ?? shared.get(part))?.size ?? 0;
      const total = [...counts.values()].reduce((sum, count) => sum + Math.max(1, count), 0);
      return options.chunk ?? rowsPerChunk({n: size('p'), m: size('h'), k: size('b')}, total);
    },
  };
  try {
    for await (const chunk of source.chunks(wanted)) {
      options.signal.throwIfAborted();
      if (chunk.rows === 0) {
        none ??= await resultsOfNone(chunk, shared, solver);
        if (none) await write(chunk, none);
        else unanswered.push(chunk);
        continue;
      }
      const now = layoutOf(chunk.columns, shared, chunk.first);
      if (sizes && JSON.stringify(sizes) !== JSON.stringify(now)) throw changed(chunk, sizes, now);
      sizes = now;
      const solved = await solver.solve(chunk, shared, now);
      none = withoutRows(solved.columns);
      for (const before of unanswered) await write(before, none);
      unanswered = [];
      await write(chunk, solved.columns);
      rows += chunk.rows;
      count(statuses, solved.columns.get('status')!.values);
      for (const [part, sum] of solved.sums) {
        const before = sums.get(part);
        sums.set(
          part,
          Array.from(sum, (value, i) => value + (before?.[i] ?? 0)),
        );
      }
      await out.commit(() => ({
        ...{rows, statuses, sums: Object.fromEntries(sums)},
        ...{sizes: now, sink: sink.state()},
      }));
      line.tell(rows, statuses);
    }
    for (const chunk of unanswered) await write(chunk, new Map());
    await out.write(sink.end());
    if (options.gradientSums)
      await writeFile(options.gradientSums, `${JSON.stringify({rows, ...Object.fromEntries(sums)})}\n`);
    line.end(rows, statuses);
    return statuses;
  } catch (error) {
    line.clear();
    throw error;
  }
}

/** The columns of results without rows; `null` if the sizes are unknown, as those of lists of variable length are. */
async function resultsOfNone(chunk: Chunk, shared: Shared, solver: Solver): Promise<Results | null> {
  const isKnown = [...chunk.columns.values()].every(({dims}) => widthOf(dims) > 0);
  if (!isKnown) return null;
  return (await solver.solve(chunk, shared, layoutOf(chunk.columns, shared, chunk.first))).columns;
}

const withoutRows = (results: Results): Results =>
  new Map([...results].map(([name, column]) => [name, {...column, values: column.values.subarray(0, 0)}]));

function changed({first}: Chunk, before: Sizes, now: Sizes): DataError {
  const text = ({n, m, k}: Sizes) => `n = ${n}, m = ${m}, k = ${k}`;
  return new DataError(
    `row ${first}: a problem of another shape (${text(now)}) than those before (${text(before)}).`,
  );
}

/** The results under the names that they get. */
function named(results: Results, {carried}: Chunk, {prefix}: SolveOptions): Results {
  const there =
    'batch' in carried
      ? carried.batch.schema.fields.map(({name}) => name)
      : Object.keys(carried.rows[0] ?? {});
  const renamed = new Map([...results].map(([name, column]) => [prefix + name, column]));
  const twice = there.find((name) => renamed.has(name));
  if (twice !== undefined)
    throw new UsageError(
      `the input has a column ${twice} already: choose other names with --prefix, as in --prefix solved_.`,
    );
  return renamed;
}

async function sinkFor({format, source}: Input, {to, output}: SolveOptions, out: Output): Promise<Sink> {
  const asInput = output === '-' && format === 'arrow' ? 'stream' : format;
  const chosen = to ?? formatOf(output) ?? asInput;
  if (chosen === 'ndjson') return ndjsonSink();
  return arrowSink(await loadArrow(), chosen === 'arrow', source.metadata, out.before?.sink);
}
