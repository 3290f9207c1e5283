/** @file A run with `--resume` that is stopped after any chunk, and before the output gets its name, ends with the rows of one that is not. */
import {mkdirSync, readFileSync, rmdirSync} from 'node:fs';
import {assert} from 'chai';
import * as arrow from 'apache-arrow';
import * as fc from 'fast-check';
import type {SolveOptions} from '../../cli/solve-options.js';
import {solve} from '../../cli/solve.js';
import type {Statuses} from '../../cli/statuses.js';
import {Folder, lines, run} from './files.js';

const Q = [
  [2, 0],
  [0, 2],
];

/** What is carried, in any order; the first row has all of it. */
const carried = {id: fc.integer(), tag: fc.constantFrom('left', 'right'), good: fc.boolean()};
const rows = fc
  .tuple(fc.record(carried), fc.array(fc.record(carried, {requiredKeys: []}), {minLength: 1, maxLength: 3}))
  .chain(([first, others]) =>
    fc.tuple(
      ...[first, ...others].map((row, i) => {
        const entries = Object.entries({...row, p: [i, 1 - i], lower: [0, -1], w: [1, i + 0.5]});
        return fc
          .shuffledSubarray(entries, {minLength: entries.length})
          .map((shuffled) => Object.fromEntries(shuffled) as Record<string, unknown>);
      }),
    ),
  );

describe('tfjs-implicit solve --resume, stopped anywhere', () => {
  let folder: Folder;
  beforeEach(() => (folder = new Folder()));
  afterEach(() => folder.remove());

  const optionsFor = (input: string, out: string): SolveOptions => ({
    ...{input, output: folder.file(out), resume: true, prefix: '', keepProblem: false},
    ...{quiet: true, chunk: 1, threads: 1, signal: new AbortController().signal},
  });
  const withSums = (input: string, out: string): SolveOptions => ({
    ...optionsFor(input, out),
    ...{cotangent: 'w', gradientSums: folder.file(`${out}.json`)},
  });

  /** Stops when it is to solve one chunk more than that. */
  async function stoppedAfter(chunks: number, options: SolveOptions): Promise<void> {
    const controller = new AbortController();
    let begun = 0;
    const {signal} = controller;
    const check = signal.throwIfAborted.bind(signal);
    signal.throwIfAborted = () => {
      if (begun++ === chunks) controller.abort();
      check();
    };
    const end: unknown = await solve({...options, signal}).catch((error: unknown) => error);
    assert.propertyVal(end, 'name', 'AbortError');
  }

  for (const format of ['arrow', 'arrows', 'ndjson'])
    it(`writes the same .${format}`, async () => {
      await fc.assert(
        fc.asyncProperty(rows, async (list) => {
          const input = folder.file('in.ndjson', lines([{shared: {Q}}, ...list]));
          const options = withSums(input, `out.${format}`);
          await solve(withSums(input, `whole.${format}`));
          // The first chunk of each process is in the journal.
          for (let i = 1; i < list.length; i++) await stoppedAfter(1, options);
          // The sums cannot be written: all rows are there, and the output has not got its name.
          mkdirSync(options.gradientSums!);
          const end: unknown = await solve(options).catch((error: unknown) => error);
          assert.propertyVal(end, 'code', 'EISDIR');
          rmdirSync(options.gradientSums!);
          assert.include(folder.names(), `out.${format}.partial.json`);

          const statuses: Statuses | null = await solve(options);
          assert.deepEqual(statuses, {0: list.length});
          for (const end of ['', '.json'])
            assert.isTrue(
              readFileSync(folder.file(`out.${format}${end}`)).equals(
                readFileSync(folder.file(`whole.${format}${end}`)),
              ),
            );
          assert.notInclude(folder.names(), `out.${format}.partial`);
          const found =
            format === 'ndjson'
              ? folder.rows('out.ndjson')
              : Array.from(
                  folder.table(`out.${format}`),
                  (row) => (row as arrow.StructRow).toJSON() as Record<string, unknown>,
                );
          assert.deepEqual(
            found.map(({id, tag, good}) => [id ?? null, tag ?? null, good ?? null]),
            list.map(({id, tag, good}) => [id ?? null, tag ?? null, good ?? null]),
          );
          for (const name of folder.names()) if (/^(out|whole)/.test(name)) folder.remove(name);
        }),
        {numRuns: 6},
      );
    });

  it('notices another shape, or a column that is missing, right after the place where it stopped', async () => {
    for (const [name, second, said] of [
      ['shape', {p: [1], Q: [[1]]}, /row 1 .*Q has 1 × 1 numbers; that of the first row has 2 × 2/],
      ['column', {p: [1, 1], Q}, /row 1 .*lower is missing/],
    ] as const) {
      const input = folder.file(
        `${name}.ndjson`,
        lines([{Q, p: [1, 1], ...(name === 'column' && {lower: [0, 0]})}, second]),
      );
      // Whoever reads JSON compares each row with the first one, in every run.
      const end: unknown = await solve(optionsFor(input, `${name}.arrow`)).catch((error: unknown) => error);
      assert.match((end as Error).message, said);
    }
    // Record batches of an Arrow stream may hold lists of other lengths than those before.
    const numbers = new arrow.List(new arrow.Field('item', new arrow.Float32()));
    const lists = (values: number[][]) => arrow.vectorFromArray(values, numbers);
    const table = new arrow.Table({
      p: lists([[1, 1], [1]]),
      Q: lists([Q.flat(), [1]]),
    });
    const writer = new arrow.RecordBatchStreamWriter();
    for (const from of [0, 1]) writer.write(table.slice(from, from + 1).batches[0]);
    writer.finish();
    const input = folder.file('in.arrows', writer.toUint8Array(true));
    const options = optionsFor(input, 'batches.arrow');
    await stoppedAfter(1, options);
    const end: unknown = await solve(options).catch((error: unknown) => error);
    assert.match((end as Error).message, /row 1: a problem of another shape/);
    assert.equal((await run('inspect', input)).code, 0);
  });
});
