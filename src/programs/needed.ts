/** @file The lines of a graph that some of its values need. */
import type {Graph, Line} from './graph.js';
import {needs} from './simplify.js';

/** In the order of `lines`. */
export function neededLines(
  lines: readonly Line[],
  values: readonly number[],
  root: (value: number) => number = (value) => value,
): Line[] {
  const needed = new Set(values.map(root));
  const kept = lines.toReversed().filter((line) => {
    if (!line.outputs.some((output) => needed.has(output))) return false;
    for (const value of needs(line, root)) needed.add(value);
    return true;
  });
  return kept.reverse();
}

/**
 * The states on which some outputs of a step depend when it is repeated: directly, or through other states.
 *
 * @param states The indices of the input and the output of each state.
 * @param outputs The indices of the outputs.
 * @returns Indices of states.
 */
export function statesBehind(
  {lines, inputs, outputs: ends}: Graph,
  states: readonly {input: number; output: number}[],
  outputs: readonly number[],
): Set<number> {
  const found = new Set<number>();
  for (;;) {
    const wanted = [...outputs, ...[...found].map((state) => states[state].output)].map((i) => ends[i]);
    const read = new Set([
      ...wanted,
      ...neededLines(lines, wanted).flatMap((line) => needs(line, (value) => value)),
    ]);
    const before = found.size;
    states.forEach(({input}, state) => {
      if (read.has(inputs[input])) found.add(state);
    });
    if (found.size === before) return found;
  }
}
