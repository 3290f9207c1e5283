/** @file Loads apache-arrow, which only those need who have such files. */
import type * as apacheArrow from 'apache-arrow';
import {UsageError} from '../failure.js';

/** What apache-arrow exports. */
export type Arrow = typeof apacheArrow;

/** @throws What to install, if it is missing. */
export async function loadArrow(): Promise<Arrow> {
  try {
    return await import('apache-arrow');
  } catch (error) {
    if ((error as {code?: string}).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      "Arrow files need the package 'apache-arrow', which is not installed: run `npm install apache-arrow`. Newline-delimited JSON " +
        '(.ndjson) needs nothing.',
    );
  }
}
