/** @file Writes rows as newline-delimited JSON: the carried columns and the results. */
import type {Chunk, Column, Sink} from '../table.js';

/** Numbers of 64 bits are texts where they do not fit. */
const replaced = (_: string, value: unknown): unknown => {
  if (typeof value !== 'bigint') return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
};

/** A sink that goes on where any other one stopped. */
export function ndjsonSink(): Sink {
  return {
    write({rows, carried}: Chunk, results: Map<string, Column>): Uint8Array[] {
      const lines: string[] = [];
      for (let i = 0; i < rows; i++) {
        const row = 'rows' in carried ? {...carried.rows[i]} : {...carried.batch.get(i)!.toJSON()};
        for (const [name, {values, size}] of results)
          row[name] = size === 0 ? values[i] : Array.from(values.subarray(i * size, (i + 1) * size));
        lines.push(JSON.stringify(row, replaced), '\n');
      }
      return lines.length > 0 ? [Buffer.from(lines.join(''))] : [];
    },
    end: () => [],
    state: () => ({}),
  };
}
