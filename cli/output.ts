/**
 * @file Output that is there whole or not at all: it is written under another name and renamed at the end. A journal in the same folder says how far it
 * is, so that a later run can go on.
 */
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {open, readFile, rename, rm, stat, writeFile, type FileHandle} from 'node:fs/promises';
import {UsageError} from './failure.js';
import type {Sizes} from './layout.js';

/** What the journal knows: `bytes` of the output hold `rows` rows. */
export interface Progress {
  rows: number;
  bytes: number;
  /** How often each status occurred. */
  statuses: Record<string, number>;
  /** Sums of gradients. */
  sums: Record<string, number[]>;
  /** Those of the problems: the rows that follow must have the same. */
  sizes: Sizes;
  /** What the sink needs to go on. */
  sink: unknown;
}

/** Where the bytes go. */
export interface Output {
  /** What an earlier run has done. */
  readonly before: Progress | null;
  write(parts: Uint8Array[]): Promise<void>;
  /** All rows up to here are written. */
  commit(progress: () => Omit<Progress, 'bytes'>): Promise<void>;
  /** Makes the output appear. */
  finish(): Promise<void>;
  /** @param keep Whether a later run shall go on from what is in the journal. */
  abandon(keep: boolean): Promise<void>;
}

/** The journal is written at most once in so many milliseconds: only what was solved since is lost. */
const INTERVAL = 1000;

/** @param job What is done, as text: only the same is continued. `null` if nothing is to be continued. */
export async function fileOutput(path: string, job: string | null): Promise<Output> {
  // Two processes at once, as engines may start them, do not meet.
  const aside = job === null ? `${path}.${randomUUID().slice(0, 8)}.partial` : `${path}.partial`;
  const journal = `${aside}.json`;
  const before = job === null ? null : await progressOf(aside, journal, job);
  let file: FileHandle;
  try {
    file = await open(aside, before ? 'r+' : 'w');
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${(error as Error).message}.`);
  }
  if (before) await file.truncate(before.bytes);
  else await rm(journal, {force: true});
  let bytes = before?.bytes ?? 0;
  let told = -Infinity;
  return {
    before,
    async write(parts) {
      for (const part of parts) {
        for (let at = 0; at < part.length;) {
          const {bytesWritten} = await file.write(part, at, part.length - at, bytes);
          at += bytesWritten;
          bytes += bytesWritten;
        }
      }
    },
    async commit(progress) {
      if (job === null || performance.now() - told < INTERVAL) return;
      const now = progress();
      if (now.sink === null) return;
      await file.datasync();
      await writeFile(`${journal}.new`, JSON.stringify({job, ...now, bytes}));
      await rename(`${journal}.new`, journal);
      told = performance.now();
    },
    async finish() {
      await file.datasync();
      await file.close();
      await rename(aside, path);
      await rm(journal, {force: true});
    },
    async abandon(keep) {
      await file.close().catch(() => undefined);
      if (keep && (before !== null || told > -Infinity)) return;
      await Promise.all([aside, journal, `${journal}.new`].map((name) => rm(name, {force: true})));
    },
  };
}

/** What an earlier run of the same job has written. */
async function progressOf(aside: string, journal: string, job: string): Promise<Progress | null> {
  try {
    const {job: its, ...progress} = JSON.parse(await readFile(journal, 'utf8')) as Progress & {job: string};
    return its === job && (await stat(aside)).size >= progress.bytes ? progress : null;
  } catch {
    return null;
  }
}

/** Standard output. */
export function streamOutput(stream: NodeJS.WritableStream): Output {
  return {
    before: null,
    async write(parts) {
      for (const part of parts) if (!stream.write(part)) await once(stream, 'drain');
    },
    commit: () => Promise.resolve(),
    finish: () => new Promise((done) => stream.write('', () => done())),
    abandon: () => Promise.resolve(),
  };
}
