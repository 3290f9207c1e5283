/** @file The command `inspect`: the columns, sizes and statuses of a file, whole or not. */
import {messageOf} from './failure.js';
import {openInput} from './input.js';
import {layoutOf} from './layout.js';
import {summaryOf} from './progress.js';
import type {Column} from './table.js';

const FORMAT = {arrow: 'Arrow IPC file', stream: 'Arrow IPC stream', ndjson: 'newline-delimited JSON'};

/** @param prefix That of the names of results. @returns Whether all rows could be read. */
export async function inspect(path: string, prefix: string, print: (line: string) => void): Promise<boolean> {
  const {format, source} = await openInput(path);
  print(`${path}: ${FORMAT[format]}`);
  for (const column of source.describe()) print(`  ${column}`);
  for (const [name, {dims}] of source.shared) print(`  ${name}: [${dims}], shared by all rows`);
  const [status, residual] = [`${prefix}status`, `${prefix}residual`];
  const statuses: Record<string, number> = {};
  let rows = 0;
  let largest = 0;
  let start: Map<string, Column> | null = null;
  try {
    const wanted = {numbers: [status, residual], keepProblem: false, skip: 0, rowsOf: () => 4096};
    for await (const chunk of source.chunks(wanted)) {
      rows += chunk.rows;
      start ??= chunk.columns;
      for (const code of chunk.columns.get(status)?.values ?? []) statuses[code] = (statuses[code] ?? 0) + 1;
      const solved = (_: number, i: number) => chunk.columns.get(status)?.values[i] === 0;
      const residuals: ArrayLike<number> = chunk.columns.get(residual)?.values ?? [];
      largest = Array.from(residuals)
        .filter(solved)
        .reduce((a, b) => Math.max(a, b), largest);
    }
  } catch (error) {
    print(`${rows.toLocaleString('en')} rows can be read. ${messageOf(error)}`);
    return false;
  }
  print(`${rows.toLocaleString('en')} rows`);
  if (Object.keys(statuses).length > 0)
    print(`${summaryOf(statuses)}; the largest residual of those solved is ${largest}`);
  else if (start && (start.has('p') || source.shared.has('p'))) {
    try {
      const {n, m, k} = layoutOf(start, source.shared, 0);
      print(`problems: n = ${n} variables, m = ${m} inequalities, k = ${k} equalities`);
    } catch (error) {
      print(`no problems that can be solved: ${messageOf(error)}`);
      return false;
    }
  }
  return true;
}
