/** @file `ArrayKernels` on WebAssembly: one instance with its own memory. */
import {
  BINARY as FUNCTIONS,
  REDUCTIONS,
  UNARY,
  type ArrayKernels,
  type EntryKernels,
} from '../../contracts/arrays.js';
import {BINARY} from './binary/arrays.js';
import {HostMemory} from './memory.js';
import {instantiate, type Routines} from './module.js';

/** The workspace of a product, in entries. */
const ROOM = 16 * 512 + 16 * 520;

/** The module's sines are accurate for angles up to this size. */
const LARGEST_ANGLE = 1e6;
const FAR: Partial<Record<keyof typeof UNARY, (x: number) => number>> = {Sin: Math.sin, Cos: Math.cos};

/** Returns `null` if WebAssembly or its SIMD instructions are missing. */
export function createHostArrays(): ArrayKernels | null {
  if (typeof WebAssembly === 'undefined') return null;
  const memory = new HostMemory();
  const routines = instantiate(BINARY, memory.memory);
  if (!routines) return null;
  const {matrixProduct} = routines;
  let room = 0;
  return {
    name: 'host',
    arrays: (lengths) => {
      // All arrays are parts of one vector. Each gets an even number of entries, so that all start at multiples of 16 bytes.
      const starts = [ROOM];
      for (const length of lengths) starts.push(starts[starts.length - 1] + length + (length % 2));
      const all = memory.scope(() => memory.scratch(starts[starts.length - 1]));
      room = all.byteOffset;
      return lengths.map((length, i) => all.subarray(starts[i], starts[i] + length));
    },
    get size() {
      return memory.memory.buffer.byteLength;
    },
    product({a, turnA, b, turnB, out, rows, inner, columns, startsA, startsB}) {
      const [atA, atB, atOut] = [a.byteOffset, b.byteOffset, out.byteOffset];
      const [turnedA, turnedB] = [Number(turnA), Number(turnB)];
      const step = 8 * rows * columns;
      if (startsA.length === 1) {
        const [first, second] = [atA + 8 * startsA[0], atB + 8 * startsB[0]];
        return () => void matrixProduct(first, turnedA, second, turnedB, atOut, rows, inner, columns, room);
      }
      return () => {
        for (let i = 0; i < startsA.length; i++) {
          const [left, right] = [atA + 8 * startsA[i], atB + 8 * startsB[i]];
          matrixProduct(left, turnedA, right, turnedB, atOut + i * step, rows, inner, columns, room);
        }
      };
    },
    entries: entriesOf(routines),
  };
}

function entriesOf({
  binary,
  unary,
  within,
  clip,
  blocks,
  select,
  sums,
  reduce,
  softmax,
  slope,
  addOuter,
}: Routines): EntryKernels {
  return {
    binary(kernel, a, b, out, rows, columns) {
      const [which, atA, atB, atOut] = [
        FUNCTIONS[kernel],
        a.data.byteOffset,
        b.data.byteOffset,
        out.byteOffset,
      ];
      // The step between columns does not matter for a matrix with one column.
      const steps = [a, b].map(({down, across}) => [8 * down, columns === 1 ? 8 : 8 * across]);
      const [[downA, acrossA], [downB, acrossB]] = steps;
      return () => void binary(which, rows, columns, atA, downA, acrossA, atB, downB, acrossB, atOut);
    },
    unary(kernel, x, out) {
      const [which, from, to, count] = [UNARY[kernel], x.byteOffset, out.byteOffset, out.length];
      const far = FAR[kernel];
      if (!far) return () => void unary(which, count, from, to);
      return () => {
        if (within(LARGEST_ANGLE, count, from)) unary(which, count, from, to);
        else for (let i = 0; i < count; i++) out[i] = far(x[i]);
      };
    },
    clip(x, low, high, out) {
      const [count, from, to] = [out.length, x.byteOffset, out.byteOffset];
      return () => void clip(count, from, low, high, to);
    },
    blocks(x, stepX, out, stepOut, count, size) {
      const [from, to] = [x.byteOffset, out.byteOffset];
      return () => void blocks(from, 8 * stepX, to, 8 * stepOut, count, size);
    },
    select({data, down, across}, yes, no, out, rows, columns) {
      const [flags, ifYes, ifNo, to] = [data, yes, no, out].map(({byteOffset}) => byteOffset);
      // The step between columns does not matter for a matrix with one column.
      const steps = [8 * down, columns === 1 ? 8 : 8 * across];
      return () => void select(rows, columns, flags, steps[0], steps[1], ifYes, ifNo, to);
    },
    sums(x, outer, count, inner, out) {
      const [from, to] = [x.byteOffset, out.byteOffset];
      return () => void sums(from, outer, count, inner, to);
    },
    reduce(kernel, x, outer, count, inner, out) {
      const [which, from, to] = [REDUCTIONS[kernel], x.byteOffset, out.byteOffset];
      return () => void reduce(which, from, outer, count, inner, to);
    },
    softmax(x, rows, columns, out) {
      const [from, to] = [x.byteOffset, out.byteOffset];
      return () => void softmax(from, rows, columns, to);
    },
    slope(a, G, rows, columns, out) {
      const [left, right, to] = [a.byteOffset, G.byteOffset, out.byteOffset];
      return (atA, atG, at) => void slope(left + 8 * atA, right + 8 * atG, rows, columns, to + 8 * at);
    },
    addOuter(P, a, b, rows, columns) {
      const [to, left, right] = [P.byteOffset, a.byteOffset, b.byteOffset];
      return (at, atA, atB) => void addOuter(to + 8 * at, left + 8 * atA, right + 8 * atB, rows, columns);
    },
  };
}
