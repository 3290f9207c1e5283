/** @file The command `inspect`: the columns, sizes and statuses of a file, whole or not. */
import {messageOf} from './failure.js';
import {openInput} from './input.js';
import {layoutOf} from './layout.js';
import {summaryOf} from './progress.js';
import {areStatuses, count, valuesOf, type Statuses} from './statuses.js';
import type {Column} from './table.js';

const FORMAT = {arrow: 'Arrow IPC file', stream: 'Arrow IPC stream', ndjson: 'newline-delimited JSON'};

/** @param prefix That of the names of results. @returns Whether all rows could be read. */
export async function inspect(path: string, prefix: string, print: (line: string) => void): Promise<boolean> {
  const {format, source} = await openInput(path);
  print(`${path}: ${FORMAT[format]}`);
  for (const column of source.describe()) print(`  ${column}`);
  for (const [name, {dims}] of source.shared) print(`  ${name}: [${dims}], shared by all rows`);
  const [status, residual] = [`${prefix}status`, `${prefix}residual`];
  const statuses: Statuses = {};
  let hasStatuses = true;
  let rows = 0;
  let largest = 0;
  let start: Map<string, Column> | null = null;
  try {
    const wanted = {numbers: [], keepProblem: false, skip: 0, rowsOf: () => 4096};
    for await (const chunk of source.chunks(wanted)) {
      rows += chunk.rows;
      if (chunk.rows > 0) start ??= chunk.columns;
      const codes = valuesOf(chunk.carried, status);
      hasStatuses &&= codes.length === chunk.rows && areStatuses(codes);
      if (!hasStatuses) continue;
      count(statuses, codes);
      for (const [i, value] of valuesOf(chunk.carried, residual).entries())
        if (codes[i] === 0 && typeof value === 'number') largest = Math.max(largest, value);
    }
  } catch (error) {
    print(`${rows.toLocaleString('en')} rows can be read. ${messageOf(error)}`);
    return false;
  }
  print(`${rows.toLocaleString('en')} rows`);
  hasStatuses &&= rows > 0;
  if (hasStatuses) print(`${summaryOf(statuses)}; the largest residual of those solved is ${largest}`);
  if (start && (start.has('p') || source.shared.has('p'))) {
    try {
      const {n, m, k} = layoutOf(start, source.shared, 0);
      print(`problems: n = ${n} variables, m = ${m} inequalities, k = ${k} equalities`);
    } catch (error) {
      // What all rows shared is not in the output.
      if (hasStatuses) return true;
      print(`no problems that can be solved: ${messageOf(error)}`);
      return false;
    }
  }
  return true;
}
