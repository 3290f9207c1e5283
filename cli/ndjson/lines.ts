/** @file Splits a stream of bytes into lines, as many at a time as have arrived. */
import type {ByteReader} from '../bytes.js';
import {joined} from '../bytes.js';

const NEWLINE = 10;

/** Lines that arrived together, without their ends. */
export async function* linesOf(input: ByteReader): AsyncGenerator<string[]> {
  let begun: Uint8Array[] = [];
  for (let block = await input.some(); block; block = await input.some()) {
    const last = block.lastIndexOf(NEWLINE);
    if (last < 0) {
      begun.push(block);
      continue;
    }
    const text = Buffer.from(joined([...begun, block.subarray(0, last)])).toString();
    begun = last + 1 < block.length ? [block.subarray(last + 1)] : [];
    yield text.split('\n');
  }
  if (begun.length > 0) yield [Buffer.from(joined(begun)).toString()];
}
