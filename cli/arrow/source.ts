/** @file Reads rows from Arrow IPC, one record batch at a time; what all rows share is JSON in the metadata of the schema. */
import type {Data, RecordBatch, Schema} from 'apache-arrow';
import type {ByteReader} from '../bytes.js';
import {DataError, isAbort, messageOf, rowError} from '../failure.js';
import {sharedText} from '../shared.js';
import {PARTS, widthOf, type Chunk, type Part, type Shared, type Source, type Wanted} from '../table.js';
import type {Arrow} from './load.js';
import {wholeMessages} from './messages.js';
import {numbersOf} from './numbers.js';
import {schemaAtEnd} from './schema-at-end.js';

const NOTHING = new Uint8Array(0);

const isPart = (name: string): name is Part => PARTS.includes(name as Part);

/** @throws `DataError` if the input does not begin as Arrow IPC does. */
export async function arrowSource(arrow: Arrow, input: ByteReader, path: string): Promise<Source> {
  const endOf = async () => (path === '-' ? null : schemaAtEnd(arrow, path));
  let failure: Error | undefined;
  // A reader of apache-arrow takes an error of its input for the end.
  async function* messages(): AsyncGenerator<Uint8Array, void, number | undefined> {
    try {
      for await (const whole of wholeMessages(arrow, input, endOf)) {
        // A reader that has all it needs asks for 0 bytes more, and would wait for the next message.
        for (let asked = yield whole; asked === 0; asked = yield NOTHING);
      }
    } catch (error) {
      failure = error as Error;
    }
  }
  const reader = await attempt(0, () => arrow.RecordBatchReader.from(messages()));
  const opened = await attempt(0, () => reader.open());
  const schema = opened.schema as Schema | undefined;
  if (!schema) throw new DataError('row 0: the input has no schema of Arrow IPC.');
  const shared: Shared = new Map();
  const metadata = new Map<string, string>();
  for (const [name, text] of schema.metadata)
    if (isPart(name)) shared.set(name, sharedText(name, text));
    else metadata.set(name, text);
  for (const name of shared.keys())
    if (schema.fields.some((field) => field.name === name))
      throw new DataError(`${name} is both a column and in the metadata: leave out one of them.`);

  async function attempt<T>(row: number, f: () => T | Promise<T>): Promise<T> {
    try {
      const value = await f();
      if (failure) throw failure;
      return value;
    } catch (error) {
      if (error instanceof DataError || isAbort(error)) throw error;
      throw rowError(row, `the record batch that starts with it is malformed: ${messageOf(error)}.`);
    }
  }

  async function* chunks({numbers, keepProblem, rowsOf, skip}: Wanted): AsyncGenerator<Chunk> {
    const names = [...PARTS, ...numbers];
    const isCarried = (name: string) => keepProblem || !isPart(name);
    let first = 0;
    for (;;) {
      const next = await attempt(first, () => reader.next() as Promise<IteratorResult<RecordBatch>>);
      if (next.done) return;
      const batch = next.value;
      const rows = batch.numRows;
      if (first + rows > skip || rows === 0) {
        yield* split(batch, first, Math.max(0, skip - first), names, isCarried, rowsOf);
      }
      first += rows;
    }
  }

  function* split(
    batch: RecordBatch,
    first: number,
    begin: number,
    names: string[],
    isCarried: (name: string) => boolean,
    rowsOf: Wanted['rowsOf'],
  ): Generator<Chunk> {
    const columns = names.flatMap((name) => {
      const column = numbersOf(arrow, batch, name, first);
      return column ? [[name, column] as const] : [];
    });
    const most = rowsOf(new Map(columns.map(([name, {size}]) => [name, size])));
    const rest = only(arrow, batch, isCarried);
    const total = batch.numRows;
    for (let from = begin; from < total || (from === 0 && total === 0); from += most) {
      const to = Math.min(total, from + most);
      const cut = columns.map(([name, {values, size, dims}]) => {
        const width = widthOf(dims);
        return [name, {values: values.subarray(from * width, to * width), size, dims}] as const;
      });
      const part = from === 0 && to === total ? rest : rest.slice(from, to);
      yield {first: first + from, rows: to - from, columns: new Map(cut), carried: {batch: part}};
      if (total === 0) return;
    }
  }

  return {
    shared,
    metadata,
    chunks,
    describe: () => schema.fields.map(({name, type}) => `${name}: ${String(type)}`),
  };
}

/** The columns with some names. (RecordBatch.select leaves holes.) */
function only(arrow: Arrow, batch: RecordBatch, isWanted: (name: string) => boolean): RecordBatch {
  const places = [...batch.schema.fields.keys()].filter((i) => isWanted(batch.schema.fields[i].name));
  const schema = new arrow.Schema(places.map((i) => batch.schema.fields[i]));
  const children = places.map((i) => batch.data.children[i] as Data);
  const type = new arrow.Struct(schema.fields);
  return new arrow.RecordBatch(schema, arrow.makeData({type, length: batch.numRows, nullCount: 0, children}));
}
