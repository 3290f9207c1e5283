/** @file Functions of two variables and the choice between two values, entry by entry, with broadcasting. */
import {arrayKernels, BINARY_ENTRIES} from '../../kernels/index.js';
import {spreadsOf} from './spread.js';
import {broadcastStrides, places, type Operand, type Routine, type Routines} from './types.js';

const FUNCTIONS: Record<string, (a: number, b: number) => number> = {
  Atan2: Math.atan2,
  BitwiseAnd: (a, b) => a & b,
  EluGrad: (dy, y) => (y >= 0 ? dy : dy * (y + 1)),
  Equal: (a, b) => Number(a === b),
  FloorDiv: (a, b) => Math.floor(a / b),
  Greater: (a, b) => Number(a > b),
  GreaterEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessEqual: (a, b) => Number(a <= b),
  LogicalAnd: (a, b) => Number(a !== 0 && b !== 0),
  LogicalOr: (a, b) => Number(a !== 0 || b !== 0),
  LogicalXor: (a, b) => Number((a !== 0) !== (b !== 0)),
  Maximum: Math.max,
  Minimum: Math.min,
  Mod: (a, b) => {
    const rest = a % b;
    return a < 0 === b < 0 ? rest : (rest + b) % b;
  },
  NotEqual: (a, b) => Number(a !== b),
  Pow: Math.pow,
  Prelu: (x, alpha) => (x < 0 ? alpha * x : x),
  SquaredDifference: (a, b) => (a - b) * (a - b),
};

type Loop = (a: Float64Array, p: number, b: Float64Array, q: number, out: Float64Array) => void;
type MappedLoop = (
  a: Float64Array,
  atA: Int32Array,
  b: Float64Array,
  atB: Int32Array,
  out: Float64Array,
) => void;

/** Functions with their own loops: one loop with steps of 0 or 1 through each operand, and one with the places of its entries. */
const LOOPS: Record<string, [Loop, MappedLoop]> = {
  Add: [
    (a, p, b, q, out) => {
      for (let i = 0, j = 0, k = 0; i < out.length; i++, j += p, k += q) out[i] = a[j] + b[k];
    },
    (a, atA, b, atB, out) => {
      for (let i = 0; i < out.length; i++) out[i] = a[atA[i]] + b[atB[i]];
    },
  ],
  Sub: [
    (a, p, b, q, out) => {
      for (let i = 0, j = 0, k = 0; i < out.length; i++, j += p, k += q) out[i] = a[j] - b[k];
    },
    (a, atA, b, atB, out) => {
      for (let i = 0; i < out.length; i++) out[i] = a[atA[i]] - b[atB[i]];
    },
  ],
  Multiply: [
    (a, p, b, q, out) => {
      for (let i = 0, j = 0, k = 0; i < out.length; i++, j += p, k += q) out[i] = a[j] * b[k];
    },
    (a, atA, b, atB, out) => {
      for (let i = 0; i < out.length; i++) out[i] = a[atA[i]] * b[atB[i]];
    },
  ],
  RealDiv: [
    (a, p, b, q, out) => {
      for (let i = 0, j = 0, k = 0; i < out.length; i++, j += p, k += q) out[i] = a[j] / b[k];
    },
    (a, atA, b, atB, out) => {
      for (let i = 0; i < out.length; i++) out[i] = a[atA[i]] / b[atB[i]];
    },
  ],
};

/** 1 if an operand has the shape of the result, 0 if it is one number, −1 if it is broadcast in another way. */
function stepOf({data, shape}: Operand, to: Operand): number {
  if (data.length === 1) return 0;
  return data.length === to.data.length && shape.join() === to.shape.slice(-shape.length).join() ? 1 : -1;
}

const placesIn = ({shape}: Operand, to: Operand) => places(to.shape, broadcastStrides(shape, to.shape));

function loopsOf(f: (a: number, b: number) => number): [Loop, MappedLoop] {
  return [
    (a, p, b, q, out) => {
      for (let i = 0, j = 0, k = 0; i < out.length; i++, j += p, k += q) out[i] = f(a[j], b[k]);
    },
    (a, atA, b, atB, out) => {
      for (let i = 0; i < out.length; i++) out[i] = f(a[atA[i]], b[atB[i]]);
    },
  ];
}

/** Runs in WebAssembly if it has the function and the operands are repeated in a simple way. */
function compiled(kernel: string, a: Operand, b: Operand, out: Operand): (() => void) | null {
  const {entries} = arrayKernels([out.data, a.data, b.data]);
  if (kernel === 'Less') return compiled('Greater', b, a, out);
  if (kernel === 'LessEqual') return compiled('GreaterEqual', b, a, out);
  if (!entries || !Object.hasOwn(BINARY_ENTRIES, kernel)) return null;
  const spreads = spreadsOf([a, b], out);
  if (!spreads) return null;
  const {rows, columns, operands} = spreads;
  const [left, right] = operands;
  return entries.binary(kernel as keyof typeof BINARY_ENTRIES, left, right, out.data, rows, columns);
}

const ofLoops =
  (kernel: string, [loop, mapped]: [Loop, MappedLoop]): Routine =>
  ({inputs, outputs}) => {
    // `Prelu` and `EluGrad` use other names for their two inputs.
    const [[a], [b]] = Object.values(inputs);
    const [out] = outputs;
    const fast = compiled(kernel, a, b, out);
    if (fast) return fast;
    const [p, q] = [stepOf(a, out), stepOf(b, out)];
    if (p >= 0 && q >= 0) return () => loop(a.data, p, b.data, q, out.data);
    const [atA, atB] = [placesIn(a, out), placesIn(b, out)];
    return () => mapped(a.data, atA, b.data, atB, out.data);
  };

const select: Routine = ({inputs, outputs}) => {
  const [[condition], [t], [e]] = [inputs.condition, inputs.t, inputs.e];
  const out = outputs[0].data;
  const [flags, yes, no] = [condition.data, t.data, e.data];
  // A condition that is a vector chooses among rows. Otherwise all shapes are equal, or `simplify` has removed a repetition.
  const {shape} = t;
  const byRow = condition.shape.length < shape.length;
  const aligned = byRow ? [...condition.shape, ...shape.slice(1).map(() => 1)] : condition.shape;
  const {entries} = arrayKernels([out, flags, yes, no]);
  const spreads = entries && spreadsOf([{...condition, shape: aligned}], outputs[0]);
  if (entries && spreads) {
    return entries.select(spreads.operands[0], yes, no, out, spreads.rows, spreads.columns);
  }
  if (flags.length === out.length) {
    return () => {
      for (let i = 0; i < out.length; i++) out[i] = flags[i] !== 0 ? yes[i] : no[i];
    };
  }
  const at = places(shape, broadcastStrides(aligned, shape));
  return () => {
    for (let i = 0; i < out.length; i++) out[i] = flags[at[i]] !== 0 ? yes[i] : no[i];
  };
};

const addN: Routine = ({inputs, outputs}) => {
  const terms = Object.values(inputs).flat();
  const out = outputs[0].data;
  return () => {
    out.fill(0);
    for (const {data} of terms) for (let i = 0; i < out.length; i++) out[i] += data[i];
  };
};

export const binary: Routines = {
  ...Object.fromEntries(Object.entries(FUNCTIONS).map(([name, f]) => [name, ofLoops(name, loopsOf(f))])),
  ...Object.fromEntries(Object.entries(LOOPS).map(([name, loops]) => [name, ofLoops(name, loops)])),
  AddN: addN,
  Select: select,
};
