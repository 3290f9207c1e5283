/** @file The files of a run: whether they are what they have to be, whether the run was done, and whether another one was the same. */
import {stat} from 'node:fs/promises';
import {UsageError} from './failure.js';
import type {SolveOptions} from './solve-options.js';

/** @throws `UsageError` if what is written is what is read, or --resume cannot read again. */
export async function checkFiles({input, output, shared, gradientSums, resume}: SolveOptions): Promise<void> {
  if (resume && (input === '-' || output === '-'))
    throw new UsageError('--resume needs files: a stream cannot be read again.');
  const read = await statsOf([input, shared]);
  for (const to of [output, gradientSums].filter((path) => path !== undefined)) {
    const [file] = await statsOf([to]);
    // Links, too, lead to the same file.
    if (file && read.some((from) => from?.ino === file.ino && from.dev === file.dev))
      throw new UsageError(`${to} is read and would be written: name another output.`);
  }
}

/** Whether all that is written is there, and not older than what is read. */
export async function isDone({input, output, shared, gradientSums}: SolveOptions): Promise<boolean> {
  const [read, written] = await Promise.all([statsOf([input, shared]), statsOf([output, gradientSums])]);
  return written.every((to) => to && read.every((from) => from && to.mtimeMs >= from.mtimeMs));
}

/** The same text for the same work: what was begun for another input or with other options is not continued. */
export async function jobOf(options: SolveOptions): Promise<string> {
  const {input, output, shared, to, chunk, prefix, keepProblem, gradientSums} = options;
  const {tolerance, maxIterations, degenerate, cotangent, gradients} = options;
  const stats = await statsOf([input, shared]);
  return JSON.stringify([
    ...[input, output, shared, to, chunk, prefix, keepProblem, gradientSums],
    ...[tolerance, maxIterations, degenerate, cotangent, gradients],
    ...stats.map((file) => file && [file.size, file.mtimeMs]),
  ]);
}

/** `null` for a file that is not there. */
async function statsOf(paths: (string | undefined)[]) {
  const files = paths.filter((path) => path !== undefined);
  return Promise.all(files.map((path) => stat(path).catch(() => null)));
}
