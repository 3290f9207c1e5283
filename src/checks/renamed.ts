/** @file Names that have changed: the old ones still work, and each says once what it is called now. */

/** What each old name is called now; where the value is another one too, how it is made of the old one. */
export type Renamings = Readonly<Record<string, string | {to: string; value: (old: never) => unknown}>>;

/** What was said already, once a process. */
const said = new Set<string>();

/** For tests: what was said already is said once more. */
export function sayAgain(): void {
  said.clear();
}

/** Says, once, what an old spelling is called now. */
export function noteRenamed(where: string, old: string, now: string): void {
  const message = `${where}: ${old} is now ${now}.`;
  if (said.has(message)) return;
  said.add(message);
  console.warn(`${message} (The old spelling still works. This is said once.)`);
}

/**
 * The record with its new names in the place of the old ones. What is no record, or has no old name, comes back as it is.
 *
 * @param note Called for each old name that is used. Default: `noteRenamed`; what a file holds is renamed without a word.
 * @throws If a name is given in both spellings.
 */
export function renamed<T>(
  where: string,
  record: T,
  names: Renamings,
  note: (where: string, old: string, now: string) => void = noteRenamed,
): T {
  if (record === null || typeof record !== 'object') return record;
  const given = record as Readonly<Record<string, unknown>>;
  const old = Object.keys(names).filter((name) => Object.hasOwn(given, name));
  if (old.length === 0) return record;
  const result: Record<string, unknown> = {...given};
  for (const name of old) {
    const entry = names[name];
    const {to, value} = typeof entry === 'string' ? {to: entry, value: null} : entry;
    delete result[name];
    if (given[name] === undefined) continue;
    if (given[to] !== undefined) {
      throw new Error(`${where}: '${name}' is the old name of '${to}'; only one of them may be given.`);
    }
    note(where, `'${name}'`, `'${to}'`);
    result[to] = value ? value(given[name] as never) : given[name];
  }
  return result as T;
}

/** For `renamed` where a saved model is read: nobody wrote the old name by hand. */
export const unsaid = (): void => {};

/** Lets a result be read by an old name, without a second entry: whoever goes through the record finds each tensor once. */
export function alsoReadAs(where: string, record: object, old: string, now: string): void {
  Object.defineProperty(record, old, {
    enumerable: false,
    configurable: true,
    get(this: Record<string, unknown>) {
      noteRenamed(where, `'${old}'`, `'${now}'`);
      return this[now];
    },
  });
}
