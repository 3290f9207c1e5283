/** @file A progress bar on the terminal. */
import {SingleBar} from 'cli-progress';
import type {Report} from './report.js';

/** Runs `work` with a progress bar that shows what it reports; without a terminal, a line every ten seconds. */
export async function withProgress<T>(work: (report: Report) => Promise<T> | T): Promise<T> {
  const bar = new SingleBar({
    format: '{bar} {value}/{total} | {note} | {duration} s',
    barsize: 24,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 10000,
  });
  bar.start(1, 0, {note: ''});
  try {
    return await work((done, total, note = '') => {
      bar.setTotal(total);
      bar.update(done, {note});
      // Signals, and the schedule without a terminal, need a turn.
      return new Promise((resolve) => setImmediate(resolve));
    });
  } finally {
    bar.stop();
  }
}
