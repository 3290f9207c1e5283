/** @file Opens a file or standard input, and finds its format from its first bytes. */
import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {addAbortSignal} from 'node:stream';
import {arrowSource} from './arrow/source.js';
import {isArrowFile} from './arrow/messages.js';
import {loadArrow} from './arrow/load.js';
import {ByteReader} from './bytes.js';
import {DataError, UsageError} from './failure.js';
import {ndjsonSource} from './ndjson/source.js';
import type {Format, Source} from './table.js';

/** A block of a file: enough lines for a chunk. */
const BLOCK = 2 ** 20;

/** A source, and the format in which it was. */
export interface Input {
  format: Format;
  source: Source;
}

/** @param path A file, or "-" for standard input. @param signal Ends the wait for what has not come. @throws `UsageError` if there is no such file; `DataError` if it is empty or of another format. */
export async function openInput(path: string, signal?: AbortSignal): Promise<Input> {
  const name = path === '-' ? 'standard input' : path;
  if (path !== '-') {
    const found = await stat(path).catch(() => null);
    if (!found?.isFile()) throw new UsageError(`there is no file ${path}.`);
  }
  const stream = path === '-' ? process.stdin : createReadStream(path, {highWaterMark: BLOCK});
  if (signal) addAbortSignal(signal, stream);
  const bytes = new ByteReader(stream as AsyncIterable<Uint8Array>);
  const start = await bytes.peek(8);
  if (start.length === 0) throw new DataError(`${name} is empty.`);
  if (isArrowFile(start)) return {format: 'arrow', source: await arrowSource(await loadArrow(), bytes, path)};
  if (start[0] === 0xff && start[1] === 0xff)
    return {format: 'stream', source: await arrowSource(await loadArrow(), bytes, path)};
  if (/^\s*\{|^\s+$/.test(Buffer.from(start).toString('latin1')))
    return {format: 'ndjson', source: await ndjsonSource(bytes)};
  throw new DataError(
    `${name} is neither Arrow IPC nor newline-delimited JSON: row 0 would start with the bytes ${Buffer.from(start).toString('hex')}.`,
  );
}

/** The format that a file has by its name. */
export function formatOf(path: string): Format | undefined {
  if (/\.(arrow|feather|ipc)$/i.test(path)) return 'arrow';
  if (/\.arrows$/i.test(path)) return 'stream';
  return /\.(ndjson|jsonl|json)$/i.test(path) ? 'ndjson' : undefined;
}
