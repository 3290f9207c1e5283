/** @file Refuses unknown options, and suggests the one that was probably meant. */
import {see} from './see.js';

/** Names from SciPy, JAXopt, Keras and older code, and the names used here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  tol: 'tolerance',
  eps: 'tolerance',
  maxiter: 'maxIterations',
  maxiters: 'maxIterations',
  maxsteps: 'maxIterations',
  niter: 'maxIterations',
  iterations: 'maxIterations',
  aux: 'hasAux',
  numsamples: 'samples',
  nsamples: 'samples',
  lr: 'stepSize',
  learningrate: 'stepSize',
  lb: 'lower',
  ub: 'upper',
  l: 'lower',
  u: 'upper',
  cond: 'rcond',
  callback: 'onIteration',
};

/** With more edits than this per letter, a name counts as a different word, not as a misspelling. */
const EDITS_PER_LETTER = 0.4;

/** For a function without options, among similar functions that have some. */
export type NoOptions = Readonly<Record<string, never>>;

/** All names of the record T: 1 if required, 0 if optional. The compiler checks that the list is complete. */
export type Names<T> = {readonly [K in keyof T]-?: undefined extends T[K] ? 0 : 1};

/**
 * @param others Names that are accepted too, but not listed.
 * @param takesNone What the message says if there are no names.
 * @returns The options, {} for none.
 * @throws If `options` is not a record, has an unknown name (the closest known name is suggested), or lacks a required one.
 */
export function checkOptions<T extends object>(
  where: string,
  options: T | null | undefined,
  names: readonly string[] | Readonly<Record<string, 0 | 1>>,
  kind = 'option',
  others: readonly string[] = [],
  takesNone = 'it takes none',
): T {
  const known = Array.isArray(names) ? (names as readonly string[]) : Object.keys(names);
  const required = Array.isArray(names)
    ? []
    : known.filter((name) => (names as Readonly<Record<string, 0 | 1>>)[name] === 1);
  const given: object = options ?? {};
  const isRecord = typeof given === 'object' && !Array.isArray(given);
  const own = isRecord ? Object.keys(given) : [];
  const isClass = isRecord && !['Object', undefined].includes(given.constructor?.name);
  if (!isRecord || (isClass && own.some((name) => !known.includes(name) && !others.includes(name)))) {
    throw new Error(
      `${where}: expected a record of ${kind === 'entry' ? 'entries' : `${kind}s`}, got ${describe(options)}.${instead(options, required[0] ?? known[0])}`,
    );
  }
  for (const name of own) {
    if (known.includes(name) || others.includes(name)) continue;
    const nearest = nearestName(name, [...known, ...others]);
    const suggestion = nearest ? ` Did you mean '${nearest}'?` : '';
    const takes = known.length > 0 ? `it takes ${known.join(', ')}` : takesNone;
    throw new Error(
      `${where}: unknown ${kind} '${name}'; ${takes}.${suggestion}${see('debugging#unknown-options')}`,
    );
  }
  const missing = required.find((name) => (given as Record<string, unknown>)[name] === undefined);
  if (missing !== undefined) {
    const got = options == null ? ` (got ${describe(options)})` : '';
    throw new Error(`${where}: '${missing}' is missing${got}; it takes ${known.join(', ')}.`);
  }
  return given as T;
}

/** How to pass a value that was passed without a name. */
function instead(value: unknown, name: string | undefined): string {
  if (name === undefined) return '';
  const shown = typeof value === 'number' || typeof value === 'boolean' ? String(value) : '…';
  return ` Pass {${name}: ${shown}}.`;
}

/** @throws If `value` is not a function; used for the first argument of most solvers and conditions. */
export function checkFunction(where: string, name: string, value: unknown): void {
  if (typeof value !== 'function') {
    throw new Error(`${where}: ${name} must be a function, got ${describe(value)}.`);
  }
}

/** Describes a value in a few words, for an error message. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') {
    const name = (value as object).constructor?.name;
    return name && name !== 'Object' ? `a ${name}` : `{${Object.keys(value).join(', ')}}`;
  }
  return typeof value === 'function' ? 'a function' : `${typeof value} '${String(value as number)}'`;
}

/** The known name that was probably meant by `name`, if one is close enough. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const plain = simplify(name);
  const synonym = ELSEWHERE[plain];
  if (synonym && known.includes(synonym)) return synonym;
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const distance = editDistance(plain, simplify(candidate));
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best && least <= EDITS_PER_LETTER * Math.max(plain.length, best.length) ? best : undefined;
}

const simplify = (name: string) => name.replace(/[^a-z0-9]/gi, '').toLowerCase();

/** Levenshtein's distance: the fewest letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
