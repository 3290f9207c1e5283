/** @file The mutants of some files, and a sample of them by seed. */
import {readFile} from 'node:fs/promises';
import type {Mutant} from '@stryker-mutator/api/core';
import {Instrumenter} from '@stryker-mutator/instrumenter';
import seedrandom from 'seedrandom';

/** Texts of messages and patterns: what they say is not what the suites are for. */
export const EXCLUDED = ['StringLiteral', 'Regex'];

/** What tells mutants apart. */
export type Change = Pick<Mutant, 'location' | 'mutatorName' | 'replacement'> & {fileName: string};

/** The same for a mutant in this process and in that of the test runner. */
export function keyOf({fileName, location: {start, end}, mutatorName, replacement}: Change): string {
  const file = fileName.slice(fileName.lastIndexOf('src/'));
  // In one line: the sample is a file of lines.
  const change = String(replacement).replace(/\s+/g, ' ');
  return [file, start.line, start.column, end.line, end.column, mutatorName, change].join(':');
}

const no = () => undefined;
const SILENT = {
  ...{trace: no, debug: no, info: no, warn: no, error: no, fatal: no},
  ...{isTraceEnabled: () => false, isDebugEnabled: () => false, isInfoEnabled: () => false},
  ...{isWarnEnabled: () => false, isErrorEnabled: () => false, isFatalEnabled: () => false},
};

/** `size` keys of the mutants of `files`, or all; and how many there are. */
export async function sampleOf(
  files: string[],
  size: number | null,
  seed: string,
): Promise<{keys: string[]; total: number}> {
  const sources = await Promise.all(
    files.map(async (name) => ({name, mutate: true, content: await readFile(name, 'utf8')})),
  );
  const {mutants} = await new Instrumenter(SILENT).instrument(sources, {
    plugins: null,
    excludedMutations: EXCLUDED,
    ignorers: [],
  });
  const keys = mutants.filter(({status}) => status === undefined).map((mutant) => keyOf(mutant as Change));
  const random = seedrandom(seed);
  const drawn = keys.map((key) => ({key, at: random()})).sort((one, other) => one.at - other.at);
  const chosen = drawn.slice(0, size ?? keys.length).map(({key}) => key);
  return {keys: chosen, total: keys.length};
}
