/** @file Writes rows as Arrow IPC, a record batch a chunk: the carried columns, and the results as lists of a fixed size. */
import type {Data, Field, RecordBatch, RecordBatchWriter, Schema} from 'apache-arrow';
import {UsageError} from '../failure.js';
import type {Chunk, Column, Sink} from '../table.js';
import {inferred} from './inferred.js';
import type {Arrow} from './load.js';
import {messageOfSchema, schemaOfMessage} from './schema-message.js';

/** Where a record batch lies: what the footer of a file lists. */
interface Block {
  offset: number;
  metaDataLength: number;
  bodyLength: number;
}

/** Where an earlier process stopped in its output. */
interface Place {
  position: number;
  blocks: Block[];
}

/** What it has written. */
interface State extends Place {
  /** The message of the schema, in base64: later rows alone might give other columns, or the same in another order. */
  schema: string;
  /** How many of its fields are carried; the results follow. */
  carried: number;
}

/**
 * @param isFile Whether to write a file with a footer, or a stream.
 * @param before What `state` returned when an earlier process stopped.
 */
export function arrowSink(
  arrow: Arrow,
  isFile: boolean,
  metadata: Map<string, string>,
  before?: unknown,
): Sink {
  const writer = collecting(arrow, isFile);
  let known: Schema | null = null;
  let carriedFields: Field[] | null = null;
  if (before) {
    const {schema, carried, ...place} = before as State;
    known = schemaOfMessage(arrow, Buffer.from(schema, 'base64'));
    carriedFields = known.fields.slice(0, carried);
    writer.begin(known, place);
  }

  function write(chunk: Chunk, results: Map<string, Column>): Uint8Array[] {
    const carried = batchOf(chunk);
    carriedFields = carried.schema.fields;
    const added = [...results].map(([name, column]) => dataOf(arrow, name, column, chunk.rows));
    if (!known) {
      known = new arrow.Schema([...carriedFields, ...added.map(({field}) => field)], metadata);
      writer.begin(known);
    }
    const children: Data[] = [...carried.data.children, ...added.map(({data}) => data)];
    const type = new arrow.Struct(known.fields);
    const data = arrow.makeData({type, length: chunk.rows, nullCount: 0, children});
    // Who sends a stream batch by batch waits for an answer to each.
    if (chunk.rows > 0 || !isFile) append(new arrow.RecordBatch(known, data));
    return writer.taken();
  }

  function append(batch: RecordBatch): void {
    try {
      writer.write(batch);
    } catch (error) {
      if (!isFile || batch.schema.dictionaries.size === 0) throw error;
      const names = batch.schema.fields.filter(({type}) => arrow.DataType.isDictionary(type));
      throw new UsageError(
        `the dictionary of ${names.map(({name}) => name).join(' or ')} changes between record batches, which a file of Arrow IPC ` +
          'cannot hold: write a stream (.arrows) or .ndjson.',
      );
    }
  }

  function batchOf(chunk: Chunk): RecordBatch {
    const {carried} = chunk;
    return 'batch' in carried ? carried.batch : inferred(arrow, carried.rows, chunk, carriedFields);
  }

  return {
    write,
    end() {
      // An input without rows that says nothing about its columns.
      if (!known) writer.begin((known = new arrow.Schema([], metadata)));
      writer.finish();
      return writer.taken();
    },
    state(): State | null {
      if (!known || known.dictionaries.size > 0) return null;
      const schema = Buffer.from(messageOfSchema(arrow, known)).toString('base64');
      return {schema, carried: carriedFields!.length, ...writer.place()};
    },
  };
}

/** A list of numbers a row; or a number. */
function dataOf(
  arrow: Arrow,
  name: string,
  {values, size}: Column,
  rows: number,
): {field: Field; data: Data} {
  const isWhole = values instanceof Int32Array;
  const type = isWhole ? new arrow.Int32() : new arrow.Float32();
  const numbers = arrow.makeData({type, length: values.length, nullCount: 0, data: values} as never) as Data;
  if (size === 0) return {field: new arrow.Field(name, type, false), data: numbers};
  const list = new arrow.FixedSizeList(size, new arrow.Field('item', type, false));
  const data: Data = arrow.makeData({type: list, length: rows, nullCount: 0, child: numbers} as never);
  return {field: new arrow.Field(name, list, false), data};
}

/** A writer whose bytes are taken chunk by chunk, and which can go on where another one stopped. */
function collecting(arrow: Arrow, isFile: boolean) {
  const Writer: typeof RecordBatchWriter = isFile
    ? arrow.RecordBatchFileWriter
    : arrow.RecordBatchStreamWriter;
  return new (class extends Writer {
    private parts: Uint8Array[] = [];

    constructor() {
      super({autoDestroy: false});
    }

    /** Writes what comes before the first batch, unless there was an earlier process. */
    begin(schema: Schema, before?: Place): void {
      this.reset(undefined, schema);
      // Whoever reads a file from its start needs it; apache-arrow writes it only at the end.
      if (isFile) this._writeMessage(arrow.Message.from(schema));
      if (!before) return;
      this.parts = [];
      this._position = before.position;
      this._recordBatchBlocks = before.blocks as never;
    }

    place(): Place {
      const blocks = (this._recordBatchBlocks as Block[]).map(({offset, metaDataLength, bodyLength}) => ({
        ...{offset, metaDataLength, bodyLength},
      }));
      return {position: this._position, blocks: isFile ? blocks : []};
    }

    taken(): Uint8Array[] {
      const {parts} = this;
      this.parts = [];
      return parts;
    }

    protected override _write(chunk: ArrayBufferView): this {
      if (this._started && chunk.byteLength > 0) {
        this.parts.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
        this._position += chunk.byteLength;
      }
      return this;
    }
  })();
}
