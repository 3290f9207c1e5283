/** @file Prepares a graph for repeated runs: places in memory for its values, and routines for its lines. */
import {giveBackArrays, OutOfMemory, takeArrays, type ArrayKernels} from '../kernels/index.js';
import {mostProgramBytes} from './flag.js';
import type {Graph, Line} from './graph.js';
import {madeBy, planOf} from './plan.js';
import {neededLines} from './needed.js';
import {needs, simplify} from './simplify.js';
import {SWEEP, sweepOf} from './run-sweep.js';
import {NoRoutine, ownRoutine, ROUTINES, type Operand} from './routines/index.js';

/** When a line has to be computed: once only, when slow inputs have been set, or at each run. */
const ONCE = 0;
const SLOW = 1;
const EACH = 2;
type Pace = typeof ONCE | typeof SLOW | typeof EACH;

type Step = () => void;

export interface Prepared {
  inputs: readonly Operand[];
  outputs: readonly Operand[];
  /** The constants of the graph, in its order. */
  constants: readonly Float64Array[];
  /** What depends on constants alone. It has been run for the constants that are set. */
  once: readonly Step[];
  slow: readonly Step[];
  each: readonly Step[];
  /** Those of `each` that the outputs need that are not rare. */
  often: readonly Step[];
  kernels: ArrayKernels;
  /** The bytes of all values. */
  bytes: number;
  /** Graphs with the same key can use it; `null` if this one cannot be compared with others. */
  key: string | null;
}

/** @throws As the constructor of `Program`. */
export function prepare(
  graph: Graph,
  fast: readonly number[],
  rare: readonly number[],
  key: string | null,
): Prepared {
  const {values, constants, inputs, lines, outputs, root} = simplify(graph);
  const paces = pacesOf(
    lines,
    root,
    new Map(inputs.map((value, i) => [value, fast.includes(i) ? EACH : SLOW])),
  );
  const fixed = lines.filter((line) => paces.get(line) !== EACH).flatMap(madeBy);
  const lasting = [...constants.keys(), ...inputs, ...outputs, ...fixed];
  const {sizes, places} = planOf(values, root, lasting, lines);
  const bytes = sizes.reduce((sum, size) => sum + 8 * size, 0);
  checkBytes(bytes);
  const {kernels, arrays} = takeArrays(sizes);
  const allocate = (value: number): Operand => ({
    ...values[value],
    data: arrays[places.get(root(value))!],
  });
  try {
    const numbers = [...constants].map(([value, given]) => {
      const {data} = allocate(value);
      data.set(given);
      return data;
    });
    const begins = inputs.map(allocate);
    // An output that is an input gets its own place: the caller may write an input before reading that output.
    const given = new Set(begins.map(({data}) => data));
    const copies: Step[] = [];
    const ends = outputs.map((value) => {
      const output = allocate(value);
      if (!given.has(output.data)) return output;
      const data = new Float64Array(output.data.length);
      copies.push(() => data.set(output.data));
      return {...output, data};
    });
    const steps = lines.map((line) => ({line, pace: paces.get(line)!, step: stepOf(line, allocate)}));
    const at = (pace: Pace) => steps.filter((own) => own.pace === pace);
    const once = at(ONCE).map(({step}) => step);
    for (const step of once) step();
    const frequent = outputs.filter((_, i) => !rare.includes(i));
    const needed = new Set(neededLines(lines, frequent, root));
    const kept = at(EACH).filter(({line}) => needed.has(line));
    return {
      inputs: begins,
      outputs: ends,
      constants: numbers,
      once,
      slow: at(SLOW).map(({step}) => step),
      each: [...at(EACH).map(({step}) => step), ...copies],
      often: [...kept.map(({step}) => step), ...copies],
      kernels,
      bytes,
      key,
    };
  } catch (error) {
    giveBackArrays(kernels);
    throw error;
  }
}

/** @throws `OutOfMemory` if a program may not take so many. */
export function checkBytes(bytes: number): void {
  const most = mostProgramBytes();
  if (bytes > most) throw new OutOfMemory('The values of a program', bytes, 0, most);
}

function pacesOf(
  lines: readonly Line[],
  root: (value: number) => number,
  known: Map<number, Pace>,
): Map<Line, Pace> {
  const paces = new Map<Line, Pace>();
  for (const line of lines) {
    const pace = needs(line, root).reduce<Pace>(
      (most, value) => Math.max(most, known.get(value) ?? ONCE) as Pace,
      ONCE,
    );
    paces.set(line, pace);
    for (const output of line.outputs) known.set(output, pace);
  }
  return paces;
}

function stepOf(line: Line, allocate: (value: number) => Operand): () => void {
  const inputs = Object.fromEntries(
    Object.entries(line.inputs).map(([name, values]) => [name, values.map(allocate)]),
  );
  const outputs = line.outputs.map(allocate);
  if (line.loop && line.kernel === SWEEP) return rowSweep(line, inputs.state, outputs[0], allocate);
  if (line.loop) return loopOf(line, inputs.state, outputs, allocate);
  const routine = Object.hasOwn(ROUTINES, line.kernel) ? ROUTINES[line.kernel] : ownRoutine(line.kernel);
  if (!routine) throw new NoRoutine(`there is no routine for the kernel '${line.kernel}'`);
  return routine({inputs, outputs, attributes: line.attributes});
}

/** The lines that make the gradient of the product, which are run when it changed, are separated from those of the move. */
function rowSweep(
  {loop}: Line,
  state: readonly Operand[],
  out: Operand,
  allocate: (value: number) => Operand,
): () => void {
  const {begins, ends, lines} = loop!;
  const dataOf = (value: number) => allocate(value).data;
  const ofRow = new Set(begins.slice(1).map(dataOf));
  const steps: {gradient: (() => void)[]; move: (() => void)[]} = {gradient: [], move: []};
  for (const line of lines) {
    const step = stepOf(line, allocate);
    const dependsOnRow = needs(line, (value) => value).some((value) => ofRow.has(dataOf(value)));
    if (dependsOnRow) for (const output of line.outputs) ofRow.add(dataOf(output));
    steps[dependsOnRow ? 'move' : 'gradient'].push(step);
  }
  const [gradient, moved] = ends.map(allocate);
  return sweepOf(state, out, {begins: begins.map(allocate), gradient, moved, steps});
}

function loopOf(
  {loop}: Line,
  before: readonly Operand[],
  after: readonly Operand[],
  allocate: (value: number) => Operand,
): () => void {
  const {begins, ends, open, limit, lines} = loop!;
  const starts = begins.map(allocate);
  const steps = lines.map((line) => stepOf(line, allocate));
  const results = ends.map(allocate);
  const flags = allocate(open!);
  const copy = (from: readonly Operand[], to: readonly Operand[]) => {
    from.forEach(({data}, i) => {
      if (data !== to[i].data) to[i].data.set(data);
    });
  };
  // A result that is another state of the pass is copied before that state is overwritten.
  const aside = results.map(({data}, i) =>
    starts.some((start, k) => k !== i && start.data === data)
      ? {...results[i], data: new Float64Array(data.length)}
      : results[i],
  );
  return () => {
    copy(before, starts);
    for (let pass = 1; ; pass++) {
      for (const step of steps) step();
      if (pass >= limit || flags.data.every((flag) => flag === 0)) break;
      copy(results, aside);
      copy(aside, starts);
    }
    copy(results, after);
  };
}
