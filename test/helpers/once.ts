/** @file Computes what several tests are compared with only once. */

/** f that remembers its results: an expectation that is the same on every backend is computed for the first of them. */
export function once<A, R>(f: (argument: A) => R): (argument: A) => R {
  const known = new Map<A, R>();
  return (argument) => {
    if (!known.has(argument)) known.set(argument, f(argument));
    return known.get(argument)!;
  };
}
