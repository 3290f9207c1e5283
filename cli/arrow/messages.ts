/**
 * @file Splits Arrow IPC, file or stream, into whole messages: a file that was cut off or damaged is found here, together with the row.
 *
 * A message is −1 and its length (int32 each), its metadata, and its body. A file has ARROW1 and two zeros before the first, and a footer
 * after the last, whose length and ARROW1 are the end.
 */
import type {Message} from 'apache-arrow';
import type {ByteReader} from '../bytes.js';
import {DataError, messageOf} from '../failure.js';
import type {Arrow} from './load.js';

const MAGIC = 'ARROW1';
/** Metadata are a few hundred bytes a column. */
const MOST_METADATA = 2 ** 28;
/** What a record batch may have: the largest typed array that every Node can make. */
const MOST_BODY = 2 ** 31 - 1;

/** Whether these first bytes are those of an Arrow file. */
export const isArrowFile = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes).toString('latin1').startsWith(MAGIC);

/**
 * The bytes of each message, that of the schema first.
 *
 * @param schemaAtEnd Gives it if it is only in the footer of a file.
 * @throws `DataError`, with the first row that is missing, if a message is not whole.
 */
export async function* wholeMessages(
  {Message, MessageHeader}: Arrow,
  input: ByteReader,
  schemaAtEnd: () => Promise<Uint8Array | null>,
): AsyncGenerator<Uint8Array> {
  const isFile = isArrowFile(await input.peek(MAGIC.length));
  if (isFile) await input.read(8);
  let rows = 0;
  let messages = 0;
  let hasSchema = true;
  for (;;) {
    const prefix = await input.read(8);
    if (prefix.length === 0 && !isFile && messages > 0 && hasSchema) return;
    if (prefix.length < 8)
      throw truncated(rows, isFile ? 'it ends without the footer of an Arrow file' : undefined);
    const [mark, length] = new Int32Array(prefix.buffer, 0, 2);
    if (length === 0 || (isFile && mark !== -1)) {
      if (isFile) await checkEnd(input, rows);
      if (!hasSchema) throw damaged(0, 'there is no schema');
      return;
    }
    if (mark !== -1 || length < 0 || length > MOST_METADATA)
      throw damaged(
        rows,
        `expected a message of Arrow IPC, got the bytes ${Buffer.from(prefix).toString('hex')}`,
      );
    const metadata = await input.read(length);
    if (metadata.length < length) throw truncated(rows);
    let message: Message;
    try {
      message = Message.decode(metadata);
    } catch (error) {
      throw damaged(rows, messageOf(error));
    }
    const {Schema, RecordBatch, DictionaryBatch} = MessageHeader;
    const kind: unknown = message.headerType;
    if (kind !== Schema && kind !== RecordBatch && kind !== DictionaryBatch)
      throw damaged(rows, `a message of type ${String(kind)}`);
    if (isCompressed(message.header()))
      throw new DataError(`row ${rows}: the input is compressed: write it with compression="uncompressed".`);
    const {bodyLength} = message;
    if (!(bodyLength >= 0 && bodyLength <= MOST_BODY)) throw damaged(rows, `a body of ${bodyLength} bytes`);
    const whole = new Uint8Array(8 + length + bodyLength);
    whole.set(prefix);
    whole.set(metadata, 8);
    if ((await input.readInto(whole.subarray(8 + length))) < bodyLength) throw truncated(rows);
    if (messages++ === 0 && message.headerType !== MessageHeader.Schema) {
      const schema = isFile ? await schemaAtEnd() : null;
      if (schema) yield schema;
      else hasSchema = false;
    }
    if (message.headerType === MessageHeader.RecordBatch)
      rows += Number((message.header() as {length: number}).length);
    // Without a schema, it is only to find where the input ends.
    if (hasSchema) yield whole;
  }
}

/** Whether the body of a record batch, or of a dictionary, is compressed, as those of Feather files are by default. */
const isCompressed = (header: unknown): boolean => {
  const {compression, data} = header as {compression?: unknown; data?: {compression?: unknown}};
  return Boolean(compression ?? data?.compression);
};

/** Reads the footer. @throws If the file does not end as one must. */
async function checkEnd(input: ByteReader, rows: number): Promise<void> {
  let end = '';
  for (let block = await input.some(); block; block = await input.some()) {
    end = (end + Buffer.from(block.subarray(-MAGIC.length)).toString('latin1')).slice(-MAGIC.length);
  }
  if (end !== MAGIC) throw truncated(rows, 'its footer is not whole');
}

const truncated = (rows: number, why = 'the record batch that starts with it is not whole') =>
  new DataError(`row ${rows}: the input is truncated here: ${why}.`);

const damaged = (rows: number, why: string) =>
  new DataError(`row ${rows}: the record batch that starts with it is malformed: ${why}.`);
