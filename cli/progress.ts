/** @file Tells how far a run is: one line that changes on a terminal, a line every ten seconds elsewhere. */
import {clearLine, cursorTo} from 'node:readline';
import type {WriteStream} from 'node:tty';

/** What each status means. */
export const NAMES = ['solved', 'infeasible', 'unbounded', 'iteration limit', 'numerical error', 'invalid'];

/** How often each status occurred, in words. */
export function summaryOf(statuses: Record<string, number>): string {
  const known = Object.entries(statuses).filter(([, count]) => count > 0);
  return (
    known.map(([code, count]) => `${count.toLocaleString('en')} ${NAMES[Number(code)]}`).join(', ') ||
    'no rows'
  );
}

/** Follows one run. */
export class ProgressLine {
  private readonly start = performance.now();
  private told = performance.now();

  /** @param before The rows that an earlier run has solved. */
  constructor(
    private readonly stream: WriteStream,
    private readonly isQuiet: boolean,
    private readonly before: number,
  ) {}

  tell(rows: number, statuses: Record<string, number>): void {
    const now = performance.now();
    const {stream} = this;
    if (this.isQuiet || now - this.told < (stream.isTTY ? 100 : 10_000)) return;
    this.told = now;
    if (stream.isTTY) {
      cursorTo(stream, 0);
      clearLine(stream, 0);
    }
    stream.write(`${this.text(rows, statuses)}${stream.isTTY ? '' : '\n'}`);
  }

  end(rows: number, statuses: Record<string, number>): void {
    if (this.isQuiet) return;
    this.clear();
    this.stream.write(`${this.text(rows, statuses)}\n`);
  }

  /** Makes room for a message. */
  clear(): void {
    if (this.isQuiet || !this.stream.isTTY) return;
    cursorTo(this.stream, 0);
    clearLine(this.stream, 0);
  }

  private text(rows: number, statuses: Record<string, number>): string {
    const seconds = (performance.now() - this.start) / 1000;
    const rate = Math.round((rows - this.before) / Math.max(seconds, 1e-3));
    return `${rows.toLocaleString('en')} rows in ${seconds.toFixed(1)} s (${rate.toLocaleString('en')} a second): ${summaryOf(statuses)}`;
  }
}
