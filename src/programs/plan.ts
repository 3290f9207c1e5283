/** @file Decides which values of a program share a place in memory: values that are not needed at the same time. */
import {sizeOf, type Line, type Value} from './graph.js';
import {needs} from './simplify.js';

export interface Plan {
  /** The number of entries of each place. */
  sizes: number[];
  /** The place of a value. */
  places: Map<number, number>;
}

/**
 * @param values The values by index; `root` maps a value to the one that holds its entries.
 * @param lasting Values that keep their own places.
 * @param lines The lines in order. A value that a line makes and that does not last needs a place until it is read for the last time.
 */
export function planOf(
  values: readonly Value[],
  root: (value: number) => number,
  lasting: Iterable<number>,
  lines: readonly Line[],
): Plan {
  const plan: Plan = {sizes: [], places: new Map()};
  const free = new Map<number, number[]>();
  const allocate = (value: number) => {
    if (plan.places.has(value)) return;
    const size = sizeOf(values[value]);
    const place = free.get(size)?.pop() ?? plan.sizes.push(size) - 1;
    plan.places.set(value, place);
  };
  for (const value of lasting) allocate(root(value));
  const permanent = new Set(plan.places.keys());
  const lastRead = new Map<number, number>();
  lines.forEach((line, i) => needs(line, root).forEach((value) => lastRead.set(value, i)));
  lines.forEach((line, i) => {
    const made = madeBy(line);
    // Allocated while the values that the line reads still have their places, so that no routine writes to its inputs.
    for (const value of made) allocate(value);
    for (const value of new Set([...made, ...needs(line, root)])) {
      if (permanent.has(value) || (lastRead.get(value) ?? i) > i) continue;
      const size = sizeOf(values[value]);
      free.set(size, [...(free.get(size) ?? []), plan.places.get(value)!]);
    }
  });
  return plan;
}

/** The values that a line makes. For a loop, these include the values inside it, which need their places while it runs. */
export function madeBy({outputs, loop}: Line): number[] {
  if (!loop) return outputs;
  return [...outputs, ...loop.begins, ...loop.lines.flatMap(madeBy)];
}
