/** @file The schema of an Arrow file that has it only in its footer, as those of apache-arrow for JavaScript do. */
import {open} from 'node:fs/promises';
import type {Arrow} from './load.js';
import {messageOfSchema} from './schema-message.js';

/** The message that a stream would begin with; `null` if the footer is not whole. */
export async function schemaAtEnd(arrow: Arrow, path: string): Promise<Uint8Array | null> {
  const file = await open(path);
  try {
    const {size} = await file.stat();
    const end = Buffer.alloc(6);
    await file.read(end, 0, 6, Math.max(0, size - 6));
    if (end.toString('latin1') !== 'ARROW1') return null;
    const reader = await (await arrow.RecordBatchReader.from(file)).open();
    return messageOfSchema(arrow, reader.schema);
  } catch {
    return null;
  } finally {
    await file.close().catch(() => undefined);
  }
}
