/** @file Refuses options that nobody reads, and says which one was probably meant. */

/** Names that users of SciPy, JAXopt, Keras and older code write, and ours. */
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

/** More edits than this per letter, and a name is another word, not a misspelling. */
const EDITS_PER_LETTER = 0.4;

/** @throws If `options` is not a record, or has a name that is not among `known`; the nearest of them is suggested. */
export function checkOptions(
  where: string,
  options: object | null | undefined,
  known: readonly string[],
  kind = 'option',
): void {
  if (options == null) return;
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw new Error(`${where}: expected a record of ${kind}s, got ${describe(options)}.`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const suggestion = nearest ? ` Did you mean '${nearest}'?` : '';
    const takes = known.length > 0 ? `it takes ${known.join(', ')}` : 'it takes none';
    throw new Error(`${where}: unknown ${kind} '${name}'; ${takes}.${suggestion}`);
  }
}

/** @throws If `value` is not a function: the first argument of most solvers and conditions. */
export function checkFunction(where: string, name: string, value: unknown): void {
  if (typeof value !== 'function') {
    throw new Error(`${where}: ${name} must be a function, got ${describe(value)}.`);
  }
}

/** What a value is, in a few words for an error message. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') {
    const name = (value as object).constructor?.name;
    return name && name !== 'Object' ? `a ${name}` : `{${Object.keys(value).join(', ')}}`;
  }
  return typeof value === 'function' ? 'a function' : `${typeof value} '${String(value as number)}'`;
}

/** The one of `known` that was probably meant by `name`, if any is near enough. */
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
