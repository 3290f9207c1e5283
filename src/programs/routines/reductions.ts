/** @file Sums, maxima and other reductions over some axes, running sums, and softmax. */
import {arrayKernels, type REDUCTIONS} from '../../kernels/index.js';
import {
  axesOf,
  places,
  product,
  stridesOf,
  type Operand,
  type Routine,
  type Routines,
  type Site,
} from './types.js';

/** The start of each group of entries that is reduced together, and the offsets of a group's entries from its start. */
function groups({shape}: Operand, axes: readonly number[]): {starts: Int32Array; offsets: Int32Array} {
  const strides = stridesOf(shape);
  const pick = (which: (axis: number) => boolean) => {
    const chosen = shape.map((_, axis) => axis).filter(which);
    return places(
      chosen.map((axis) => shape[axis]),
      chosen.map((axis) => strides[axis]),
    );
  };
  return {starts: pick((axis) => !axes.includes(axis)), offsets: pick((axis) => axes.includes(axis))};
}

const only = ({inputs}: Site): Operand => Object.values(inputs)[0][0];

/** @param axisName The attribute that contains the axes. */
const reduction =
  (reduce: (x: Float64Array, start: number, offsets: Int32Array) => number, axisName = 'axis'): Routine =>
  (site) => {
    const x = only(site);
    const out = site.outputs[0].data;
    const {starts, offsets} = groups(x, axesOf(site.attributes[axisName], x.shape.length));
    return () => {
      for (let i = 0; i < out.length; i++) out[i] = reduce(x.data, starts[i], offsets);
    };
  };

function sum(x: Float64Array, start: number, offsets: Int32Array): number {
  let total = 0;
  for (let i = 0; i < offsets.length; i++) total += x[start + offsets[i]];
  return total;
}

/** The first entry for which `isBetter` holds. NaN is kept. */
const extreme =
  (isBetter: (value: number, best: number) => boolean, worst: number) =>
  (x: Float64Array, start: number, offsets: Int32Array): number => {
    let best = worst;
    for (let i = 0; i < offsets.length; i++) {
      const value = x[start + offsets[i]];
      if (Number.isNaN(value)) return NaN;
      if (isBetter(value, best)) best = value;
    }
    return best;
  };

const place =
  (isBetter: (value: number, best: number) => boolean) =>
  (x: Float64Array, start: number, offsets: Int32Array): number => {
    let [best, at] = [x[start], 0];
    for (let i = 1; i < offsets.length; i++) {
      const value = x[start + offsets[i]];
      if (isBetter(value, best)) [best, at] = [value, i];
    }
    return at;
  };

/** Accumulates along one axis, from its end if `reverse` is set. With `exclusive`, an entry is only added to those after it. */
const cumulative =
  (first: number, add: (total: number, value: number) => number): Routine =>
  (site) => {
    const x = only(site);
    const out = site.outputs[0].data;
    const {axis, exclusive = false, reverse = false} = site.attributes;
    const {starts, offsets} = groups(x, axesOf(axis ?? 0, x.shape.length));
    const order = reverse ? offsets.slice().reverse() : offsets;
    return () => {
      for (const start of starts) {
        let total = first;
        for (const offset of order) {
          const next = add(total, x.data[start + offset]);
          out[start + offset] = exclusive ? total : next;
          total = next;
        }
      }
    };
  };

const softmax: Routine = (site) => {
  const x = only(site);
  const out = site.outputs[0].data;
  const n = x.shape[x.shape.length - 1];
  const {entries} = arrayKernels([out, x.data]);
  if (entries && out.length > 0) return entries.softmax(x.data, out.length / n, n, out);
  return () => {
    for (let start = 0; start < out.length; start += n) {
      let largest = -Infinity;
      for (let i = start; i < start + n; i++) if (!(x.data[i] <= largest)) largest = x.data[i];
      let total = 0;
      for (let i = start; i < start + n; i++) total += out[i] = Math.exp(x.data[i] - largest);
      for (let i = start; i < start + n; i++) out[i] /= total;
    }
  };
};

/** The mean of no entries is 0, as in tfjs. */
const mean = (x: Float64Array, start: number, offsets: Int32Array) =>
  sum(x, start, offsets) / Math.max(1, offsets.length);
/** γ (x − mean)/√(variance + ε) + β, where the four parameters are repeated along the first axes. */
const batchNorm: Routine = ({inputs, outputs, attributes}) => {
  const [[x], [mean_], [variance]] = [inputs.x, inputs.mean, inputs.variance];
  const [[scale] = [], [offset] = []] = [inputs.scale, inputs.offset];
  const out = outputs[0].data;
  const epsilon = (attributes.varianceEpsilon as number | null | undefined) ?? 0.001;
  return () => {
    for (let i = 0; i < out.length; i++) {
      const of = ({data}: Operand) => data[i % data.length];
      const unit = (x.data[i] - of(mean_)) / Math.sqrt(of(variance) + epsilon);
      out[i] = (scale ? of(scale) * unit : unit) + (offset ? of(offset) : 0);
    }
  };
};

const greater = (a: number, b: number) => a > b;
const less = (a: number, b: number) => a < b;

/** x as [outer, count, inner], if the axes are adjacent: the second axis is then the one that is reduced. */
function adjacent({shape}: Operand, axis: unknown): [outer: number, count: number, inner: number] | null {
  const axes = axesOf(axis, shape.length).filter((own) => shape[own] > 1);
  const [from, to] = [Math.min(...axes), Math.max(...axes)];
  const between = shape.slice(from, to + 1).filter((size) => size > 1);
  if (product(shape) === 0 || axes.length === 0 || between.length > axes.length) return null;
  return [product(shape.slice(0, from)), product(between), product(shape.slice(to + 1))];
}

/** Runs in WebAssembly if the axes are adjacent. */
const sumOf: Routine = (site) => {
  const x = only(site);
  const out = site.outputs[0].data;
  const {entries} = arrayKernels([out, x.data]);
  const sizes = entries && adjacent(x, site.attributes.axis);
  return sizes ? entries.sums(x.data, ...sizes, out) : reduction(sum)(site);
};

const meanOf: Routine = (site) => {
  const x = only(site);
  const out = site.outputs[0].data;
  const {entries} = arrayKernels([out, x.data]);
  const sizes = entries && adjacent(x, site.attributes.axis);
  if (!sizes) return reduction(mean)(site);
  const add = entries.sums(x.data, ...sizes, out);
  return () => {
    add();
    for (let i = 0; i < out.length; i++) out[i] /= sizes[1];
  };
};

const compiled =
  (kernel: keyof typeof REDUCTIONS, routine: Routine, axisName = 'axis'): Routine =>
  (site) => {
    const x = only(site);
    const out = site.outputs[0].data;
    const {entries} = arrayKernels([out, x.data]);
    const sizes = entries && adjacent(x, site.attributes[axisName]);
    return sizes ? entries.reduce(kernel, x.data, ...sizes, out) : routine(site);
  };

export const reductions: Routines = {
  Sum: sumOf,
  Mean: meanOf,
  Prod: compiled(
    'Prod',
    reduction((x, start, offsets) => {
      let total = 1;
      for (let i = 0; i < offsets.length; i++) total *= x[start + offsets[i]];
      return total;
    }),
  ),
  Max: compiled('Max', reduction(extreme(greater, -Infinity), 'reductionIndices'), 'reductionIndices'),
  Min: compiled('Min', reduction(extreme(less, Infinity))),
  // No entries give 0, as in tfjs.
  All: compiled(
    'All',
    reduction((x, start, offsets) =>
      Number(offsets.length > 0 && offsets.every((offset) => x[start + offset] !== 0)),
    ),
  ),
  Any: compiled(
    'Any',
    reduction((x, start, offsets) => Number(offsets.some((offset) => x[start + offset] !== 0))),
  ),
  ArgMax: reduction(place(greater)),
  ArgMin: reduction(place(less)),
  Cumsum: cumulative(0, (total, value) => total + value),
  FusedBatchNorm: batchNorm,
  Cumprod: cumulative(1, (total, value) => total * value),
  Softmax: softmax,
};
