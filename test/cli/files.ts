/** @file Files of quadratic programs for the tests of the command, and what the library says about the same problems. */
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import * as arrow from 'apache-arrow';
import seedrandom from 'seedrandom';
import {command} from '../../cli/command.js';

/** Rows of one problem each, all of the same shape. */
export interface Problems {
  n: number;
  m: number;
  Q: number[][];
  G: number[][];
  p: number[][];
  h: number[][];
}

/** Problems that share Q and G. */
export function problems(rows: number, n = 4, m = 3): Problems {
  const random = seedrandom('rows');
  const list = (length: number) => Array.from({length}, () => Math.fround(2 * random() - 1));
  const L = Array.from({length: n}, () => list(n));
  const Q = L.map((a, i) =>
    L.map((b, j) => Math.fround(a.reduce((sum, v, k) => sum + v * b[k], Number(i === j)))),
  );
  const of = (size: number, f: (v: number) => number) => Array.from({length: rows}, () => list(size).map(f));
  return {
    n,
    m,
    Q,
    G: Array.from({length: m}, () => list(n)),
    p: of(n, (v) => v),
    h: of(m, (v) => Math.fround(Math.abs(v) + 0.1)),
  };
}

/** A column of lists of a fixed size. */
export function fixed(lists: number[][], type: arrow.Float = new arrow.Float32()): arrow.Vector {
  const size = lists[0].length;
  const Values = type.precision === arrow.Precision.DOUBLE ? Float64Array : Float32Array;
  const child = arrow.makeData({type, data: Values.from(lists.flat())} as never);
  const list = new arrow.FixedSizeList(size, new arrow.Field('item', type, false));
  return new arrow.Vector([arrow.makeData({type: list, length: lists.length, child} as never)]);
}

/** Arrow IPC, in record batches of some rows. */
export function ipc(
  columns: Record<string, arrow.Vector>,
  shared: Record<string, unknown> = {},
  {batch = 8, format = 'file'}: {batch?: number; format?: 'file' | 'stream'} = {},
): Uint8Array {
  const table = new arrow.Table(columns);
  const metadata = new Map(Object.entries(shared).map(([name, value]) => [name, JSON.stringify(value)]));
  const schema = new arrow.Schema(table.schema.fields, metadata);
  const Writer = format === 'file' ? arrow.RecordBatchFileWriter : arrow.RecordBatchStreamWriter;
  const writer = new Writer();
  for (let from = 0; from < table.numRows; from += batch) {
    const [part] = table.slice(from, from + batch).batches;
    writer.write(new arrow.RecordBatch(schema, part.data));
  }
  writer.finish();
  return writer.toUint8Array(true);
}

/** Newline-delimited JSON. */
export const lines = (rows: unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** A folder of its own, for one test. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'tfjs-implicit-cli-'));

  file(name: string, content?: Uint8Array | string): string {
    const path = join(this.path, name);
    if (content !== undefined) writeFileSync(path, content);
    return path;
  }

  names(): string[] {
    return readdirSync(this.path).sort();
  }

  table(name: string): arrow.Table {
    return arrow.tableFromIPC(readFileSync(join(this.path, name)));
  }

  rows(name: string): Record<string, unknown>[] {
    const text = readFileSync(join(this.path, name), 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Removes a file, or all. */
  remove(name = ''): void {
    rmSync(join(this.path, name), {recursive: true});
  }
}

/** What the command says, and its exit code. */
export async function run(...args: string[]): Promise<{code: number; said: string}> {
  let said = '';
  const {error, log} = console;
  console.error = console.log = (...words: unknown[]) => void (said += `${words.join(' ')}\n`);
  try {
    return {code: await command(args), said};
  } finally {
    Object.assign(console, {error, log});
  }
}

/** Lists of numbers of a column. */
export const listsOf = (table: arrow.Table, name: string): number[][] =>
  Array.from(table.getChild(name)!, (list) => Array.from(list as Iterable<number>));
