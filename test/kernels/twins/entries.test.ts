/** @file Functions of entries in WebAssembly, against those of JavaScript: every broadcast, every remainder, NaN and infinities. */
import {assert} from 'chai';
import fc from 'fast-check';
import type {UNARY} from '../../../src/kernels/contracts/arrays.js';
import {BINARY, type ArrayKernels, type Spread} from '../../../src/kernels/contracts/arrays.js';
import {createHostArrays} from '../../../src/kernels/twins/host/arrays.js';
import {seededRandom} from '../../zoo/linear-systems.js';
import {expectNear} from './compare.js';

const TWO: Record<keyof typeof BINARY, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Maximum: Math.max,
  Minimum: Math.min,
  SquaredDifference: (a, b) => (a - b) ** 2,
  Greater: (a, b) => Number(a > b),
  GreaterEqual: (a, b) => Number(a >= b),
  Equal: (a, b) => Number(a === b),
  NotEqual: (a, b) => Number(a !== b),
  LogicalAnd: (a, b) => Number(a !== 0 && b !== 0),
  LogicalOr: (a, b) => Number(a !== 0 || b !== 0),
};

/** Those that are exact; `entry-functions.test.ts` has the others. */
const ONE: Partial<Record<keyof typeof UNARY, (x: number) => number>> = {
  Ceil: Math.ceil,
  Floor: Math.floor,
  IsFinite: (x) => Number(Number.isFinite(x)),
  IsNan: (x) => Number(Number.isNaN(x)),
  LogicalNot: (x) => Number(x === 0),
  Reciprocal: (x) => 1 / x,
  Neg: (x) => -x,
  Abs: Math.abs,
  Sqrt: Math.sqrt,
  Square: (x) => x * x,
  Relu: (x) => Math.max(x, 0),
  // Of the values below, only 2.5 is a half.
  Round: (x) => (x === 2.5 ? 2 : Math.round(x)),
};

/** Few values, so that some are equal. */
const VALUES = [0, 1, -1, 2.5, -0.75, 1 / 3, 1e200, NaN, Infinity, -Infinity];

function draw(length: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({length}, () => VALUES[Math.floor(VALUES.length * random())]);
}

const size = fc.integer({min: 1, max: 21});

/** Arrays with these contents, and one for `length` results, with a guard around each. */
function placed(array: ArrayKernels, contents: number[][], length: number) {
  const lengths = [...contents.map((values) => values.length), length];
  const all = array.arrays(lengths.flatMap((own) => [3, own]).concat(3));
  all.forEach((part, i) => part.fill(i % 2 === 0 ? 77 : 55));
  contents.forEach((values, i) => all[2 * i + 1].set(values));
  const run = (work: () => void, expected: number[]) => {
    work();
    assert.isTrue(all.every((part, i) => i % 2 === 1 || part.every((value) => value === 77)));
    contents.forEach((values, i) => assert.deepEqual([...all[2 * i + 1]], values));
    expectNear(all[all.length - 2], expected, 0);
  };
  return {inputs: contents.map((_, i) => all[2 * i + 1]), out: all[all.length - 2], run};
}

describe('functions of entries in WebAssembly', () => {
  const array = createHostArrays()!;
  const entries = array.entries!;

  it('of two, where either is a matrix, a row, a column or a number', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(BINARY) as (keyof typeof BINARY)[])),
        size,
        size,
        fc.constantFrom(...['matrix matrix', 'matrix row', 'column matrix', 'matrix number', 'row column', 'number row']), // prettier-ignore
        fc.nat(),
        (kernel, rows, columns, kinds, seed) => {
          const spreads = kinds.split(' ').map((kind, i) => {
            const [down, across] = {matrix: [columns, 1], row: [0, 1], column: [1, 0], number: [0, 0]}[kind]!;
            return {values: draw((rows - 1) * down + (columns - 1) * across + 1, seed + i), down, across};
          });
          const at = ({values, down, across}: (typeof spreads)[0], i: number, j: number) =>
            values[i * down + j * across];
          const expected = Array.from({length: rows * columns}, (_, k) => {
            const [i, j] = [Math.floor(k / columns), k % columns];
            return TWO[kernel](at(spreads[0], i, j), at(spreads[1], i, j));
          });
          const {inputs, out, run} = placed(array, spreads.map(({values}) => values), rows * columns); // prettier-ignore
          const [a, b] = spreads.map(({down, across}, i): Spread => ({data: inputs[i], down, across}));
          run(entries.binary(kernel, a, b, out, rows, columns), expected);
        },
      ),
      {numRuns: 300},
    ));

  it('of one', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(ONE) as (keyof typeof UNARY)[])),
        size,
        fc.nat(),
        (kernel, length, seed) => {
          // prettier-ignore
          const x = draw(length, seed);
          const {inputs, out, run} = placed(array, [x], length);
          run(entries.unary(kernel, inputs[0], out), x.map(ONE[kernel]!));
        },
      ),
    ));

  it('of three: one of two entries', () =>
    fc.assert(
      fc.property(size, size, fc.nat(3), fc.nat(), (rows, columns, kind, seed) => {
        const length = rows * columns;
        const [yes, no] = [draw(length, seed), draw(length, seed + 1)];
        const [down, across] = [
          [columns, 1],
          [0, 1],
          [1, 0],
          [0, 0],
        ][kind];
        const condition = draw((rows - 1) * down + (columns - 1) * across + 1, seed + 2).map((value) =>
          Number(value > 0),
        );
        const {inputs, out, run} = placed(array, [condition, yes, no], length);
        const [data, ifYes, ifNo] = inputs;
        const flagOf = (k: number) => condition[Math.floor(k / columns) * down + (k % columns) * across];
        run(
          entries.select({data, down, across}, ifYes, ifNo, out, rows, columns),
          yes.map((value, k) => (flagOf(k) ? value : no[k])),
        );
      }),
    ));

  it('of blocks in equal steps', () =>
    fc.assert(
      fc.property(size, size, fc.nat(5), fc.nat(5), fc.nat(), (count, length, gapX, gapOut, seed) => {
        const [stepX, stepOut] = [length + gapX, length + gapOut];
        const x = draw(count * stepX, seed);
        const {inputs, out, run} = placed(array, [x], count * stepOut);
        out.fill(5);
        const expected = Array.from({length: count * stepOut}, (_, k) => {
          const [block, at] = [Math.floor(k / stepOut), k % stepOut];
          return at < length ? x[block * stepX + at] : 5;
        });
        run(entries.blocks(inputs[0], stepX, out, stepOut, count, length), expected);
      }),
    ));

  it('and sums over an axis between two others', () =>
    fc.assert(
      fc.property(size, size, size, fc.nat(), (outer, count, inner, seed) => {
        const random = seededRandom(seed);
        // Multiples of 1/8, whose sums are exact in any order.
        const x = Array.from({length: outer * count * inner}, () => Math.round(80 * random() - 40) / 8);
        const {inputs, out, run} = placed(array, [x], outer * inner);
        const expected = Array.from({length: outer * inner}, (_, k) => {
          const [i, j] = [Math.floor(k / inner), k % inner];
          let sum = 0;
          for (let l = 0; l < count; l++) sum += x[(i * count + l) * inner + j];
          return sum;
        });
        run(entries.sums(inputs[0], outer, count, inner, out), expected);
      }),
    ));

  it('and the products of a sweep over rows, of parts of arrays', () =>
    fc.assert(
      fc.property(size, size, fc.nat(5), fc.nat(), (rows, columns, skip, seed) => {
        const random = seededRandom(seed);
        const exact = (length: number) => Array.from({length}, () => Math.round(80 * random() - 40) / 8);
        // What lies before a part must not be read.
        const part = (length: number) => [...Array<number>(skip).fill(NaN), ...exact(length)];
        const [a, G, change] = [part(rows), part(rows * columns), part(columns)];
        const index = Array.from({length: rows * columns}, (_, k) => [Math.floor(k / columns), k % columns]);
        const slopes = Array<number>(columns).fill(0);
        for (const [i, c] of index) slopes[c] += a[skip + i] * G[skip + i * columns + c];
        const first = placed(array, [a, G], skip + columns);
        first.run(
          () => entries.slope(first.inputs[0], first.inputs[1], rows, columns, first.out)(skip, skip, skip),
          [...Array<number>(skip).fill(55), ...slopes],
        );
        const second = placed(array, [a, change], skip + rows * columns);
        second.out.set(G);
        const sums = index.map(([i, c], k) => G[skip + k] + a[skip + i] * change[skip + c]);
        second.run(
          () => entries.addOuter(second.out, second.inputs[0], second.inputs[1], rows, columns)(skip, skip, skip), // prettier-ignore
          [...Array<number>(skip).fill(NaN), ...sums],
        );
      }),
      {numRuns: 300},
    ));
});
