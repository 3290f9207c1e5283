/** @file What all rows share, from a file with one row. */
import {DataError} from './failure.js';
import {openInput} from './input.js';
import {PARTS, type Part, type Shared} from './table.js';

/** @throws `DataError` unless there is one row, with parts of a problem. */
export async function sharedRow(path: string, signal: AbortSignal): Promise<Shared> {
  const {source} = await openInput(path, signal);
  const shared: Shared = new Map(source.shared);
  let rows = 0;
  for await (const chunk of source.chunks({numbers: [], keepProblem: false, skip: 0, rowsOf: () => 2})) {
    rows += chunk.rows;
    if (rows > 1) break;
    for (const [name, column] of chunk.columns) shared.set(name as Part, column);
  }
  if (rows > 1 || shared.size === 0)
    throw new DataError(`${path}: expected one row, with ${PARTS.join(', ')}, or some of them.`);
  return shared;
}
