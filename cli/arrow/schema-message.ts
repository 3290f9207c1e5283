/** @file A schema of Arrow as bytes, the message that a stream begins with, and back. */
import type {Schema} from 'apache-arrow';
import {joined} from '../bytes.js';
import type {Arrow} from './load.js';

/** The message of a schema. */
export function messageOfSchema(arrow: Arrow, schema: Schema): Uint8Array {
  const writer = new arrow.RecordBatchStreamWriter({autoDestroy: false});
  writer.reset(undefined, schema);
  writer.close();
  // Without the end of the stream, 8 bytes.
  return joined([writer.toUint8Array(true)]).subarray(0, -8);
}

/** The schema of such a message. */
export function schemaOfMessage(arrow: Arrow, message: Uint8Array): Schema {
  return arrow.RecordBatchReader.from(message).open().schema;
}
