/** @file Reads rows from newline-delimited JSON: an object a line; the first may be {"shared": {"Q": …}}, what all rows share. */
import type {ByteReader} from '../bytes.js';
import {DataError, messageOf, rowError} from '../failure.js';
import {columnOf} from '../shared.js';
import {
  PARTS,
  widthOf,
  type Chunk,
  type Column,
  type Part,
  type Shared,
  type Source,
  type Wanted,
} from '../table.js';
import {linesOf} from './lines.js';

type Row = Record<string, unknown>;

interface Line {
  text: string;
  /** From 1. */
  number: number;
}

/** @throws `DataError` if the first line is no object. */
export async function ndjsonSource(input: ByteReader): Promise<Source> {
  const groups = numbered(input);
  const start = ((await groups.next()).value ?? []) as Line[];
  const shared: Shared = new Map();
  const head = start.length > 0 ? parse(start[0], 0) : {};
  if (isObject(head.shared)) {
    start.shift();
    for (const [name, value] of Object.entries(head.shared)) {
      if (!PARTS.includes(name as Part))
        throw new DataError(`line 1: shared has ${name}; expected ${PARTS.join(', ')}.`);
      const fail = (why: string) => new DataError(`line 1: the shared ${name}: ${why}.`);
      shared.set(name as Part, columnOf(value, fail));
    }
  }

  async function* chunks({numbers, keepProblem, rowsOf, skip}: Wanted): AsyncGenerator<Chunk> {
    const names = [...PARTS, ...numbers];
    const dims = new Map<string, number[]>();
    let first = 0;
    let group: IteratorResult<Line[], void> = {done: false, value: start};
    for (; !group.done; group = await groups.next()) {
      let lines = group.value;
      // The first row says what all have, also if it is passed over.
      if (first === 0 && lines.length > 0)
        for (const [name, column] of read(lines[0], 0, names).columns) dims.set(name, column.dims);
      const passed = Math.min(lines.length, Math.max(0, skip - first));
      [first, lines] = [first + passed, lines.slice(passed)];
      while (lines.length > 0) {
        const most = rowsOf(new Map([...dims].map(([name, its]) => [name, widthOf(its)])));
        const rows = lines.slice(0, most).map((line, i) => read(line, first + i, names, dims));
        yield together(rows, first, dims, keepProblem ? [] : PARTS);
        first += rows.length;
        lines = lines.slice(most);
      }
    }
  }

  return {
    shared,
    metadata: new Map(),
    chunks,
    describe: () => Object.keys(isObject(head.shared) ? (start[0] ? parse(start[0], 0) : {}) : head),
  };
}

/** Lines with their numbers, without those that are empty. */
async function* numbered(input: ByteReader): AsyncGenerator<Line[], void> {
  let number = 0;
  for await (const texts of linesOf(input)) {
    const lines = texts.map((text) => ({text, number: ++number})).filter(({text}) => text.trim() !== '');
    if (lines.length > 0) yield lines;
  }
}

const isObject = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse({text, number}: Line, row: number): Row {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw rowError(row, `not JSON, or cut off: ${messageOf(error)}.`, `line ${number}`);
  }
  if (!isObject(value)) throw rowError(row, `expected an object, as in {"p": [1, 2]}.`, `line ${number}`);
  return value;
}

/** One row with its numbers. @param dims Those of the first row. @throws If it has other columns, or lists of another shape. */
function read(
  line: Line,
  at: number,
  names: readonly string[],
  dims?: Map<string, number[]>,
): {row: Row; columns: Map<string, Column>} {
  const row = parse(line, at);
  const place = `line ${line.number}`;
  const columns = new Map<string, Column>();
  for (const name of names) {
    const known = dims?.get(name);
    if (!(name in row)) {
      if (known !== undefined) throw rowError(at, `${name} is missing; the first row has it.`, place);
      continue;
    }
    if (dims && known === undefined)
      throw rowError(at, `has ${name}, which the first row does not have.`, place);
    const column = columnOf(row[name], (why) => rowError(at, `${name}: ${why}.`, place));
    if (known !== undefined && column.dims.join() !== known.join())
      throw rowError(
        at,
        `${name} has ${countOf(column.dims)}; that of the first row has ${countOf(known)}.`,
        place,
      );
    columns.set(name, column);
  }
  return {row, columns};
}

/** In words. */
const countOf = (dims: number[]) => (dims.length > 0 ? `${dims.join(' × ')} numbers` : 'one number');

function together(
  rows: {row: Row; columns: Map<string, Column>}[],
  first: number,
  dimsOf: Map<string, number[]>,
  dropped: readonly string[],
): Chunk {
  const columns = new Map<string, Column>();
  for (const [name, dims] of dimsOf) {
    const width = widthOf(dims);
    const values = new Float32Array(rows.length * width);
    rows.forEach((row, i) => values.set(row.columns.get(name)!.values, i * width));
    columns.set(name, {values, size: dims.length > 0 ? width : 0, dims});
  }
  const carried = rows.map(({row}) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !dropped.includes(name))),
  );
  return {first, rows: rows.length, columns, carried: {rows: carried}};
}
