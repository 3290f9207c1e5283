/** @file Finds as few constraints as contradict each other: Chinneck & Dravnieks 1991, the deletion filter. */

/**
 * Of constraints that contradict each other, some that still do, of which none can be left out.
 *
 * @param contradict Whether some of them have no point in common.
 */
export function deletionFilter<T>(
  constraints: readonly T[],
  contradict: (some: readonly T[]) => boolean,
): readonly T[] {
  let left = constraints;
  for (const one of constraints) {
    const others = left.filter((other) => other !== one);
    if (others.length > 0 && contradict(others)) left = others;
  }
  return left;
}
