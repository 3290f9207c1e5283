/** @file Lists of names in the arguments of a layer, and as a saved model has them. */

/** A name as a saved model has it: of all texts there, tfjs leaves only those under `name` as they are. */
export interface SavedName {
  /** The name of a parameter, variable or constraint. */
  name: string;
}

/** @throws If it is no list of different names that are known, at least `least` of them. */
export function checkNameList(
  className: string,
  argument: string,
  list: readonly string[] | readonly SavedName[],
  known: ReadonlyMap<string, unknown>,
  what: string,
  least = 1,
): readonly string[] {
  const given = Array.isArray(list)
    ? list.map((item: string | SavedName) => (typeof item === 'string' ? item : item?.name))
    : null;
  if (given === null || given.length < least) {
    throw new Error(
      `${className}: ${argument} must be a list of names of ${what}s; got ${JSON.stringify(list)}.`,
    );
  }
  given.forEach((name, i) => {
    if (!known.has(name))
      throw new Error(
        `${className}: ${argument} contains '${name}', but the problem's ${what}s are ${[...known.keys()].join(', ')}.`,
      );
    if (given.indexOf(name) !== i) throw new Error(`${className}: ${argument} contains '${name}' twice.`);
  });
  return given;
}
