/** @file What stops the command: a mistake in its options, or in the data, which names the row. */

/** Exit codes: 0 done. */
export const EXIT = {data: 1, usage: 2, policy: 3, interrupted: 130};

/** A mistake in the options. */
export class UsageError extends Error {}

/** A mistake in the data. Nothing that was written remains. */
export class DataError extends Error {}

/** A row that cannot be read, counted from 0; `place` says where else to look, as in "line 8". */
export function rowError(row: number, message: string, place = ''): DataError {
  return new DataError(`row ${row}${place ? ` (${place})` : ''}: ${message}`);
}

/** Whether it was asked to stop. */
export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
