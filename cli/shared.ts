/** @file What all rows share, from JSON: numbers, or lists of them, nested or not. */
import {DataError} from './failure.js';
import type {Column} from './table.js';

/** A list of numbers, or of such lists that are equally long. */
export function columnOf(value: unknown, fail: (why: string) => Error): Column {
  const dims: number[] = [];
  for (let level: unknown = value; Array.isArray(level); level = level[0]) dims.push(level.length);
  const values = new Float32Array(dims.reduce((a, b) => a * b, 1));
  let at = 0;
  const fill = (entry: unknown, depth: number): void => {
    if (depth === dims.length) values[at++] = numberOf(entry, fail);
    else if (!Array.isArray(entry) || entry.length !== dims[depth])
      throw fail(
        `expected lists of ${dims[depth]} entries, as the first one has, got ${Array.isArray(entry) ? entry.length : typeof entry}`,
      );
    else for (const inner of entry) fill(inner, depth + 1);
  };
  fill(value, 0);
  return {values, size: dims.length > 0 ? values.length : 0, dims};
}

/** JSON has no infinities: they come as texts. */
function numberOf(entry: unknown, fail: (why: string) => Error): number {
  if (typeof entry === 'number') return entry;
  const number = typeof entry === 'string' && /^-?Infinity$|^NaN$/.test(entry) ? Number(entry) : undefined;
  if (number === undefined) throw fail(`expected a number, got ${JSON.stringify(entry) ?? 'nothing'}`);
  return number;
}

/** What all rows share, as it stands in the metadata of a schema. */
export function sharedText(name: string, text: string): Column {
  const fail = (why: string) => new DataError(`the shared ${name} (in the metadata): ${why}.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail('not JSON');
  }
  return columnOf(value, fail);
}
