/** @file Functions of one variable, computed entry by entry. */
import {arrayKernels, UNARY_ENTRIES} from '../../kernels/index.js';
import type {Operand, Routine, Routines} from './types.js';
import {erf} from './erf.js';

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

/** Rounds to the nearest integer, and halves to even integers, as tfjs does. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : Math.ceil(x);
  return below % 2 === 0 ? below : below + 1;
}

const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x)));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const elu = (x: number) => (x >= 0 ? x : Math.expm1(x));

const FUNCTIONS: Record<string, (x: number) => number> = {
  Abs: Math.abs,
  Acos: Math.acos,
  Acosh: Math.acosh,
  Asin: Math.asin,
  Asinh: Math.asinh,
  Atan: Math.atan,
  Atanh: Math.atanh,
  Ceil: Math.ceil,
  Cos: Math.cos,
  Cosh: Math.cosh,
  Elu: elu,
  Erf: erf,
  Exp: Math.exp,
  Expm1: Math.expm1,
  Floor: Math.floor,
  IsFinite: (x) => Number(Number.isFinite(x)),
  IsInf: (x) => Number(Math.abs(x) === Infinity),
  IsNan: (x) => Number(Number.isNaN(x)),
  Log: Math.log,
  Log1p: Math.log1p,
  LogicalNot: (x) => Number(x === 0),
  Reciprocal: (x) => 1 / x,
  Relu6: (x) => Math.min(Math.max(0, x), 6),
  Round: roundHalfToEven,
  Rsqrt: (x) => 1 / Math.sqrt(x),
  Selu: (x) => SELU_SCALE * (x >= 0 ? x : SELU_ALPHA * Math.expm1(x)),
  Sigmoid: sigmoid,
  Sign: (x) => (x < 0 ? -1 : x > 0 ? 1 : 0),
  Sin: Math.sin,
  Sinh: Math.sinh,
  Softplus: softplus,
  Tan: Math.tan,
  Tanh: Math.tanh,
};

/** Functions with their own loop. Engines compile these better than a function call for each entry. */
const LOOPS: Record<string, (x: Float64Array, out: Float64Array) => void> = {
  Neg(x, out) {
    for (let i = 0; i < out.length; i++) out[i] = -x[i];
  },
  Relu(x, out) {
    for (let i = 0; i < out.length; i++) out[i] = x[i] <= 0 ? 0 : x[i];
  },
  Sqrt(x, out) {
    for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(x[i]);
  },
  Square(x, out) {
    for (let i = 0; i < out.length; i++) out[i] = x[i] * x[i];
  },
};

const first = (inputs: Record<string, Operand[]>) => Object.values(inputs)[0][0].data;

const ofFunction =
  (f: (x: number) => number): Routine =>
  ({inputs, outputs}) => {
    const [x, out] = [first(inputs), outputs[0].data];
    return () => {
      for (let i = 0; i < out.length; i++) out[i] = f(x[i]);
    };
  };

const ofLoop =
  (loop: (x: Float64Array, out: Float64Array) => void): Routine =>
  ({inputs, outputs}) => {
    const [x, out] = [first(inputs), outputs[0].data];
    return () => loop(x, out);
  };

/** Runs in WebAssembly if it has the function. */
const compiled =
  (kernel: string, loop: Routine): Routine =>
  (site) => {
    const [x, out] = [first(site.inputs), site.outputs[0].data];
    const {entries} = arrayKernels([out, x]);
    if (!entries || !Object.hasOwn(UNARY_ENTRIES, kernel)) return loop(site);
    return entries.unary(kernel as keyof typeof UNARY_ENTRIES, x, out);
  };

/** A function with a number among the attributes. */
const withAttribute =
  (names: readonly string[], make: (...numbers: number[]) => (x: number) => number): Routine =>
  (site) =>
    ofFunction(make(...names.map((name) => Number(site.attributes[name] ?? 0))))(site);

const cast: Routine = (site) => {
  const to = site.outputs[0].dtype;
  if (to === 'bool') return ofFunction((x) => Number(x !== 0))(site);
  return ofFunction(to === 'int32' ? (x) => Math.trunc(x) | 0 : (x) => x)(site);
};

export const unary: Routines = {
  ...Object.fromEntries(Object.entries(FUNCTIONS).map(([name, f]) => [name, compiled(name, ofFunction(f))])),
  ...Object.fromEntries(Object.entries(LOOPS).map(([name, loop]) => [name, compiled(name, ofLoop(loop))])),
  Cast: cast,
  ClipByValue: (site) => {
    const [x, out] = [first(site.inputs), site.outputs[0].data];
    const [min, max] = [Number(site.attributes.clipValueMin), Number(site.attributes.clipValueMax)];
    const {entries} = arrayKernels([out, x]);
    // With NaN as a limit, or with limits in the wrong order, the order of the two comparisons matters.
    if (entries && min <= max) return entries.clip(x, min, max, out);
    return ofFunction((value) => (value > max ? max : value < min ? min : value))(site);
  },
  LeakyRelu: withAttribute(['alpha'], (alpha) => (x) => (x < 0 ? alpha * x : x)),
  Step: withAttribute(['alpha'], (alpha) => (x) => (Number.isNaN(x) ? NaN : x > 0 ? 1 : alpha)),
};
