/** @file How often each status occurs among rows that were solved. */
import {DataError} from './failure.js';
import {openInput} from './input.js';
import {NAMES} from './progress.js';
import type {Carried} from './table.js';

/** By status. */
export type Statuses = Record<string, number>;

/** Adds those of some rows. */
export function count(statuses: Statuses, codes: Iterable<unknown>): void {
  for (const code of codes) statuses[String(code)] = (statuses[String(code)] ?? 0) + 1;
}

/** What a carried column holds, each row; empty if Arrow has no such column. */
export function valuesOf(carried: Carried, name: string): unknown[] {
  if ('rows' in carried) return carried.rows.map((row) => row[name]);
  const values: Iterable<unknown> = carried.batch.getChild(name) ?? [];
  return Array.from(values, (value) => (typeof value === 'bigint' ? Number(value) : value));
}

/** Whether all values are statuses: a column of that name may be something else. */
export const areStatuses = (values: unknown[]): boolean =>
  values.every((value) => typeof value === 'number' && value in NAMES);

/** Counts those of an output. @param name Of their column. @throws `DataError` with the row that cannot be read. */
export async function statusesOf(path: string, name: string, signal: AbortSignal): Promise<Statuses> {
  const statuses: Statuses = {};
  const {source} = await openInput(path, signal);
  const wanted = {numbers: [], keepProblem: false, skip: 0, rowsOf: () => 4096};
  for await (const {rows, carried} of source.chunks(wanted)) {
    const values = valuesOf(carried, name);
    if (values.length < rows || !areStatuses(values))
      throw new DataError(`${path} has no statuses in a column ${name}.`);
    count(statuses, values);
  }
  return statuses;
}
