/** @file Routines that move entries: transposition, slices, concatenation, repetition, padding. */
import {slice_util, type TensorInfo} from '@tensorflow/tfjs-core';
import {arrayKernels} from '../../kernels/index.js';
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

const only = ({inputs}: Site): Operand => Object.values(inputs)[0][0];

interface Blocks {
  /** Entries of a block. */
  size: number;
  count: number;
}

/** Places as blocks of adjacent entries in equal steps, or `null` if they are not or the blocks are short. */
function blocksOf(at: Int32Array): (Blocks & {step: number}) | null {
  const [start = 0] = at;
  const found = at.findIndex((place, i) => place !== start + i);
  const size = found < 0 ? at.length : found;
  const step = found < 0 ? 0 : at[size] - start;
  const isRegular = at.every((place, i) => place === start + Math.floor(i / size) * step + (i % size));
  return size >= SHORT && step >= 0 && isRegular ? {size, count: Math.ceil(at.length / size), step} : null;
}

/** Shorter blocks are copied entry by entry. */
const SHORT = 2;

/** Copies blocks in equal steps. */
function copied(
  x: Float64Array,
  stepX: number,
  out: Float64Array,
  stepOut: number,
  {count, size}: Blocks,
): () => void {
  const {entries} = count > 1 ? arrayKernels([out, x]) : {entries: null};
  if (entries) return entries.blocks(x, stepX, out, stepOut, count, size);
  const parts = Array.from({length: count}, (_, i) => x.subarray(i * stepX, i * stepX + size));
  return () => parts.forEach((part, i) => out.set(part, i * stepOut));
}

/** Each output entry is an input entry at a place that is known in advance. */
const moved =
  (from: (site: Site, x: Operand) => Int32Array): Routine =>
  (site) => {
    const x = only(site);
    const out = site.outputs[0].data;
    const at = from(site, x);
    if (at.length > 0 && at.every((place) => place === at[0])) return () => void out.fill(x.data[at[0]]);
    const blocks = blocksOf(at);
    if (blocks) return copied(x.data.subarray(at[0]), blocks.step, out, blocks.size, blocks);
    return () => {
      for (let i = 0; i < out.length; i++) out[i] = x.data[at[i]];
    };
  };

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((total, value, i) => total + value * b[i], 0);

const transpose = moved(({attributes, outputs}, {shape}) => {
  const strides = stridesOf(shape);
  return places(
    outputs[0].shape,
    (attributes.perm as number[]).map((axis) => strides[axis]),
  );
});

const slice = moved(({attributes, outputs}, x) => {
  const [begin] = slice_util.parseSliceParams(
    x as unknown as TensorInfo as never,
    attributes.begin as number[],
    attributes.size as number[],
  );
  const strides = stridesOf(x.shape);
  return places(outputs[0].shape, strides, dot(begin, strides));
});

const stridedSlice = moved(({attributes}, {shape}) => {
  const numbers = (name: string) => attributes[name] as number[];
  const mask = (name: string) => (attributes[name] as number | undefined) ?? 0;
  const info = slice_util.sliceInfo(
    shape,
    numbers('begin'),
    numbers('end'),
    numbers('strides'),
    mask('beginMask'),
    mask('endMask'),
    mask('ellipsisMask'),
    mask('newAxisMask'),
    mask('shrinkAxisMask'),
  );
  const strides = stridesOf(shape);
  return places(
    info.begin.map((begin, axis) => Math.max(0, Math.ceil((info.end[axis] - begin) / info.strides[axis]))),
    info.strides.map((step, axis) => step * strides[axis]),
    dot(info.begin, strides),
  );
});

const reverse = moved(({attributes}, {shape}) => {
  const axes = axesOf(attributes.dims, shape.length);
  const strides = stridesOf(shape);
  const start = axes.reduce((total, axis) => total + strides[axis] * (shape[axis] - 1), 0);
  return places(
    shape,
    strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
    start,
  );
});

/** For each axis, the input coordinates from which the output coordinates come. */
function byCoordinates(from: readonly (readonly number[])[], shape: readonly number[]): Int32Array {
  const strides = stridesOf(shape);
  let at = Int32Array.of(0);
  from.forEach((coordinates, axis) => {
    const next = new Int32Array(at.length * coordinates.length);
    at.forEach((place, i) =>
      coordinates.forEach((coordinate, j) => {
        next[i * coordinates.length + j] = place + coordinate * strides[axis];
      }),
    );
    at = next;
  });
  return at;
}

const count = (n: number) => Array.from({length: n}, (_, i) => i);

const tile = moved(({outputs}, {shape}) => {
  const to = outputs[0].shape;
  const lead = to.length - shape.length;
  const own = [...new Array<number>(lead).fill(1), ...shape];
  return byCoordinates(
    to.map((size, axis) => count(size).map((i) => i % own[axis])),
    own,
  );
});

const mirrorPad = moved(({attributes}, {shape}) => {
  const skip = attributes.mode === 'reflect' ? 0 : 1;
  const paddings = attributes.paddings as [number, number][];
  return byCoordinates(
    shape.map((size, axis) => {
      const [before, after] = paddings[axis];
      return count(before + size + after).map((i) => {
        const at = i - before;
        if (at < 0) return -at - skip;
        return at < size ? at : 2 * (size - 1) - at + skip;
      });
    }),
    shape,
  );
});

const pad: Routine = (site) => {
  const x = only(site);
  const [out] = site.outputs;
  const paddings = site.attributes.paddings as [number, number][];
  const strides = stridesOf(out.shape);
  const at = places(
    x.shape,
    strides,
    dot(
      paddings.map(([before]) => before),
      strides,
    ),
  );
  const value = Number(site.attributes.constantValue ?? 0);
  return () => {
    out.data.fill(value);
    for (let i = 0; i < at.length; i++) out.data[at[i]] = x.data[i];
  };
};

/** Joins blocks of the inputs along an axis. */
const joined =
  (axisOf: (site: Site, inputs: Operand[]) => number): Routine =>
  (site) => {
    const inputs = Object.values(site.inputs).flat();
    const out = site.outputs[0].data;
    const axis = axisOf(site, inputs);
    const blocks = product(inputs[0].shape.slice(0, axis));
    const sizes = inputs.map(({data}) => data.length / Math.max(1, blocks));
    const stride = out.length / Math.max(1, blocks);
    let first = 0;
    const copies = inputs.map(({data}, k) => {
      const start = first;
      first += sizes[k];
      return copied(data, sizes[k], out.subarray(start), stride, {count: blocks, size: sizes[k]});
    });
    return () => {
      for (const copy of copies) copy();
    };
  };

const concat = joined(({attributes}, [{shape}]) => axesOf(attributes.axis ?? 0, shape.length)[0]);
const pack = joined(({attributes}, [{shape}]) => axesOf(attributes.axis ?? 0, shape.length + 1)[0]);

/** The reverse of joining: each output is a part of the input along an axis. */
const split: Routine = (site) => {
  const x = only(site);
  const [axis] = axesOf(site.attributes.axis ?? 0, x.shape.length);
  const blocks = product(x.shape.slice(0, axis));
  const stride = x.data.length / Math.max(1, blocks);
  let first = 0;
  const copies = site.outputs.map(({data}) => {
    const start = first;
    const size = data.length / Math.max(1, blocks);
    first += size;
    return copied(x.data.subarray(start), stride, data, size, {count: blocks, size});
  });
  return () => {
    for (const copy of copies) copy();
  };
};

const diag: Routine = (site) => {
  const x = only(site).data;
  const out = site.outputs[0].data;
  return () => {
    out.fill(0);
    for (let i = 0; i < x.length; i++) out[i * (x.length + 1)] = x[i];
  };
};

const filled =
  (value: (site: Site) => number): Routine =>
  (site) => {
    const out = site.outputs[0].data;
    const number = value(site);
    return () => void out.fill(number);
  };

/** Numbers in equal steps. tfjs adds up the steps in float32, and constants must be the same here. */
const series =
  (stepOf: (attributes: Record<string, number>) => number): Routine =>
  ({attributes, outputs}) => {
    const [{data: out, dtype}] = outputs;
    const step = stepOf(attributes as Record<string, number>);
    const values = new (dtype === 'int32' ? Int32Array : Float32Array)(out.length);
    if (values.length > 0) values[0] = attributes.start as number;
    for (let i = 1; i < values.length; i++) values[i] = values[i - 1] + step;
    return () => out.set(values);
  };

export const shapes: Routines = {
  Concat: concat,
  Diag: diag,
  Fill: filled(({attributes, outputs}) => {
    const value = Number(attributes.value);
    return outputs[0].dtype === 'float32' ? Math.fround(value) : value;
  }),
  LinSpace: series(({start, stop, num}) => (stop - start) / (num - 1)),
  MirrorPad: mirrorPad,
  OnesLike: filled(() => 1),
  Pack: pack,
  PadV2: pad,
  Range: series(({start, stop, step}) => (stop < start && step === 1 ? -1 : step)),
  Reverse: reverse,
  Slice: slice,
  SplitV: split,
  StridedSlice: stridedSlice,
  Tile: tile,
  Transpose: transpose,
  Unpack: split,
  ZerosLike: filled(() => 0),
};
