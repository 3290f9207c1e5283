/** @file Reduces a graph to what must be computed: removes copies, repeated lines, and lines whose results are not needed. */
import {resultsOf, sizeOf, type Graph, type Line} from './graph.js';

/** Kernels whose output has the entries of the input in the same order. */
const COPIES = new Set(['Identity', 'Reshape', 'ExpandDims', 'Squeeze', 'Flatten']);

/** Kernels that may leave their input as it is, if there is nothing to repeat, cut off, add or reduce: the number of entries shows it. */
const WHOLE = new Set([
  ...['Tile', 'BroadcastTo', 'Slice', 'PadV2', 'MirrorPad'],
  ...['Sum', 'Max', 'Min', 'Mean', 'Prod', 'All', 'Any'],
]);

/** Kernels that join their inputs. */
const JOINS = new Set(['Concat', 'Pack', 'AddN']);

const REPETITIONS = new Set(['Tile', 'BroadcastTo']);

/** Functions of two entries: they repeat an operand along an axis on which it has only one entry. */
const REPEATING = new Set([
  ...['Add', 'Sub', 'Multiply', 'RealDiv', 'Maximum', 'Minimum', 'SquaredDifference', 'Pow', 'Mod'],
  ...['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual', 'LogicalAnd', 'LogicalOr'],
]);

/** A graph in which lines may read a value through another value that has the same entries in a different shape or type. */
export interface Simplified extends Graph {
  /** The value that holds the entries of a value: another value or itself. */
  root: (value: number) => number;
}

/** Returns the same graph with fewer lines. Inputs and outputs keep their order. */
export function simplify(graph: Graph): Simplified {
  const aliases = new Map<number, number>();
  const root = (value: number): number => {
    let at = value;
    while (aliases.has(at)) at = aliases.get(at)!;
    return at;
  };
  const repeated = new Map<number, number>();
  const withoutCopies = (lines: readonly Line[]): Line[] => {
    const seen = new Map<string, number[]>();
    return lines.flatMap((line) => {
      if (line.loop) return [{...line, loop: {...line.loop, lines: withoutCopies(line.loop.lines)}}];
      if (isCopy(line, graph)) {
        aliases.set(line.outputs[0], Object.values(line.inputs)[0][0]);
        return [];
      }
      line = withoutRepetition(withoutShape(line), graph, (value) => repeated.get(root(value)));
      if (REPETITIONS.has(line.kernel)) repeated.set(line.outputs[0], line.inputs.x[0]);
      const read = Object.entries(line.inputs).map(([name, values]) => [
        name,
        values.map((value) => [root(value), graph.values[value].shape]),
      ]);
      const key = JSON.stringify([line.kernel, read, line.attributes, shapesOf(line, graph)], written);
      const earlier = seen.get(key);
      if (!earlier) {
        seen.set(key, line.outputs);
        return [line];
      }
      line.outputs.forEach((output, i) => aliases.set(output, earlier[i]));
      return [];
    });
  };
  const shorter = withoutCopies(graph.lines);
  return {...graph, root, lines: withoutDead(hoisted(shorter, root), graph.outputs, root)};
}

/** The shapes distinguish outputs of the same kernel if it casts or makes a tensor. */
const shapesOf = ({outputs}: Line, {values}: Graph) =>
  outputs.map((output) => [values[output].dtype, values[output].shape]);

/** JSON cannot represent infinities, NaN and −0. */
const written = (_key: string, value: unknown) => {
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
};

function isCopy({kernel, inputs, outputs}: Line, {values}: Graph): boolean {
  if (COPIES.has(kernel)) return true;
  const [input] = Object.values(inputs)[0] ?? [];
  if (kernel === 'Cast') {
    const [from, to] = [values[input].dtype, values[outputs[0]].dtype];
    return from === to || to === 'float32' || (to === 'int32' && from === 'bool');
  }
  // At most one axis has several entries, so that there is no order to change.
  if (kernel === 'Transpose') return values[input].shape.filter((size) => size !== 1).length <= 1;
  if (WHOLE.has(kernel)) return sizeOf(values[input]) === sizeOf(values[outputs[0]]);
  return JOINS.has(kernel) && Object.values(inputs).flat().length === 1;
}

/** The result of these kernels depends only on the shape of their input. */
function withoutShape(line: Line): Line {
  return line.kernel === 'ZerosLike' || line.kernel === 'OnesLike' ? {...line, inputs: {}} : line;
}

/** The same line, in which a function of entries reads a tensor before it is repeated: it repeats its operands itself. */
function withoutRepetition(line: Line, {values}: Graph, before: (value: number) => number | undefined): Line {
  const isChoice = line.kernel === 'Select';
  if (!isChoice && !REPEATING.has(line.kernel)) return line;
  const out = values[line.outputs[0]].shape;
  const names = isChoice ? ['condition'] : Object.keys(line.inputs);
  // One operand must still have the shape of the result.
  if (names.some((name) => values[line.inputs[name][0]].shape.join() !== out.join())) return line;
  const sourceOf = (value: number): number | null => {
    const from = before(value);
    if (from === undefined) return null;
    const source = values[from].shape;
    const isRepeated = (size: number, axis: number) => size === out[axis] || size === 1;
    return source.length === out.length && source.every(isRepeated) ? from : null;
  };
  const sources = names.map((name) => sourceOf(line.inputs[name][0]));
  const at = sources.findIndex((source) => source !== null);
  if (at < 0) return line;
  return {...line, inputs: {...line.inputs, [names[at]]: [sources[at]!]}};
}

type Root = (value: number) => number;

/** Moves lines of a loop that do not depend on its state in front of the loop. */
function hoisted(lines: readonly Line[], root: Root): Line[] {
  return lines.flatMap((line) => {
    if (!line.loop) return [line];
    const moving = new Set(line.loop.begins);
    const stay: Line[] = [];
    const before: Line[] = [];
    for (const candidate of hoisted(line.loop.lines, root)) {
      const moves = needs(candidate, root).some((value) => moving.has(value));
      if (moves) for (const output of candidate.outputs) moving.add(output);
      (moves ? stay : before).push(candidate);
    }
    return [...before, {...line, loop: {...line.loop, lines: stay}}];
  });
}

/** The values that a line reads. For a loop, these include what its body reads: outside values, and its own. */
export function needs(line: Line, root: Root): number[] {
  const own = Object.values(line.inputs).flat().map(root);
  if (!line.loop) return own;
  const inside = line.loop.lines.flatMap((inner) => needs(inner, root));
  return [...own, ...inside, ...resultsOf(line.loop).map(root)];
}

function withoutDead(lines: readonly Line[], outputs: readonly number[], root: Root): Line[] {
  const needed = new Set(outputs.map(root));
  const kept: Line[] = [];
  for (const line of lines.toReversed()) {
    if (!line.outputs.some((output) => needed.has(output))) continue;
    const {loop} = line;
    const live = loop
      ? {...line, loop: {...loop, lines: withoutDead(loop.lines, resultsOf(loop), root)}}
      : line;
    kept.push(live);
    for (const value of needs(live, root)) needed.add(value);
  }
  return kept.reverse();
}
