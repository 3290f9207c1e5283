/**
 * @file Which sub-expressions are written once, under a name, because they occur several times: without names, the text of x after thirty times
 * x = add(x, x) would be 2³⁰ times as long as that of x.
 */
import type {Expression} from './types.js';

/** What is at most this long is written wherever it occurs. */
const SHORT = 12;

/**
 * Each after those that occur in it.
 *
 * @param roots What is written.
 * @param leafLength The length of what has no arguments; that of an atom is 1 more than the length of its arguments.
 */
export function repeatedIn(
  roots: readonly Expression[],
  leafLength: (leaf: Expression) => number,
): Expression[] {
  const uses = new Map<Expression, number>();
  const inOrder: Expression[] = [];
  const visit = (given: Expression) => {
    const before = uses.get(given) ?? 0;
    uses.set(given, before + 1);
    if (before > 0) return;
    given.args.forEach(visit);
    inOrder.push(given);
  };
  roots.forEach(visit);
  const lengths = new Map<Expression, number>();
  return inOrder.filter((given) => {
    const {args} = given;
    const length = args.reduce(
      (sum, arg) => sum + lengths.get(arg)!,
      args.length > 0 ? 1 : leafLength(given),
    );
    const isNamed = uses.get(given)! > 1 && length > SHORT;
    lengths.set(given, isNamed ? 1 : length);
    return isNamed;
  });
}
