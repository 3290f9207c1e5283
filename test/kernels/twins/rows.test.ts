/** @file The kernels on float32 rows: WebAssembly against plain TypeScript, at every remainder, with NaN and infinities. */
import {assert} from 'chai';
import fc from 'fast-check';
import {createIsotonicRows} from '../../../src/kernels/twins/host/isotonic-rows.js';
import {createOuterRows} from '../../../src/kernels/twins/host/outer-rows.js';
import {createSimplexRows} from '../../../src/kernels/twins/host/simplex-rows.js';
import {referenceIsotonicRows} from '../../../src/kernels/twins/reference/isotonic.js';
import {referenceOuterRows} from '../../../src/kernels/twins/reference/outers.js';
import {referenceSimplexRows} from '../../../src/kernels/twins/reference/simplex.js';
import {seededRandom} from '../../zoo/linear-systems.js';
import {expectNear} from './compare.js';

const size = fc.integer({min: 1, max: 130});
const count = fc.integer({min: 1, max: 4});

/** Ties are frequent; some rows have an entry that is not a number, or is infinite. */
function numbers(length: number, seed: number, special: number | null = null): Float32Array {
  const random = seededRandom(seed);
  const values = Float32Array.from({length}, () => Math.round(40 * (2 * random() - 1)) / 10);
  if (special !== null) values[seed % length] = special;
  return values;
}

/** What a call writes into each of its outputs, between guards. */
function outputs(lengths: number[], call: (...out: Float32Array[]) => void): number[] {
  const guarded = lengths.map((length) => new Float32Array(length + 8).fill(77));
  call(...guarded.map((buffer, i) => buffer.subarray(4, 4 + lengths[i])));
  guarded.forEach((buffer, i) => {
    const around = [...buffer.subarray(0, 4), ...buffer.subarray(4 + lengths[i])];
    assert.isTrue(around.every((value) => value === 77));
  });
  return guarded.flatMap((buffer, i) => [...buffer.subarray(4, 4 + lengths[i])]);
}

function compare<T>(
  twins: [T, T | null],
  lengths: number[],
  call: (rows: T, ...out: Float32Array[]) => void,
) {
  const [expected, actual] = twins.map((rows) => outputs(lengths, (...out) => call(rows!, ...out)));
  expectNear(actual, expected, 2e-6);
}

describe('row kernels', () => {
  const special = fc.constantFrom(null, null, NaN, -Infinity, Infinity, 3e38, -3e38, 1e17);

  it('projection onto the simplex and its gradient', () =>
    fc.assert(
      fc.property(
        size,
        count,
        fc.nat(),
        special,
        fc.constantFrom(0.01, 1, 30),
        (n, rows, seed, odd, scale) => {
          const twins: Parameters<typeof compare<typeof referenceSimplexRows>>[0] = [
            referenceSimplexRows,
            createSimplexRows(),
          ];
          const x = numbers(rows * n, seed, odd);
          const scales = new Float32Array(rows).fill(scale);
          compare(twins, [rows * n], (kernel, y) => kernel.project(x, rows, n, scales, y));
          const y = numbers(rows * n, seed + 1).map((value) => Math.max(0, value));
          const dy = numbers(rows * n, seed + 2);
          compare(twins, [rows * n, rows], (kernel, dx, mean) => kernel.gradient(y, dy, rows, n, dx, mean));
        },
      ),
    ));

  it('isotonic regression and its gradient', () =>
    fc.assert(
      fc.property(size, count, fc.nat(), special, fc.boolean(), (n, rows, seed, odd, increasing) => {
        const twins: Parameters<typeof compare<typeof referenceIsotonicRows>>[0] = [
          referenceIsotonicRows,
          createIsotonicRows(),
        ];
        const x = numbers(rows * n, seed, odd);
        const dy = numbers(rows * n, seed + 1);
        compare(twins, [rows * n, rows * n], (kernel, y, block) =>
          kernel.project(x, rows, n, increasing, y, block),
        );
        const block = new Float32Array(rows * n);
        referenceIsotonicRows.project(x, rows, n, increasing, new Float32Array(rows * n), block);
        compare(twins, [rows * n], (kernel, dx) => kernel.gradient(dy, block, rows, n, dx));
      }),
    ));

  it('sums of outer products', () =>
    fc.assert(
      fc.property(size, size, count, fc.nat(), fc.boolean(), (rows, columns, batch, seed, two) => {
        const [a, c] = [0, 1].map((i) => numbers(batch * rows, seed + i));
        const [b, d] = [2, 3].map((i) => numbers(batch * columns, seed + i));
        compare([referenceOuterRows, createOuterRows()], [batch * rows * columns], (kernel, out) =>
          kernel.sum(two ? {a, b, c, d} : {a, b}, batch, rows, columns, out),
        );
      }),
    ));

  it('agree on rows that need more memory than there is at first', () => {
    for (const n of [9_000, 17_000, 40_000]) {
      const [x, dy] = [numbers(n, n), numbers(n, n + 1)];
      const simplex: [typeof referenceSimplexRows, typeof referenceSimplexRows] = [referenceSimplexRows, createSimplexRows()!]; // prettier-ignore
      const isotonic: [typeof referenceIsotonicRows, typeof referenceIsotonicRows] = [referenceIsotonicRows, createIsotonicRows()!]; // prettier-ignore
      // The gradients first: each asks for its own places.
      const y = x.map((value) => Math.max(0, value));
      compare(simplex, [n, 1], (kernel, dx, mean) => kernel.gradient(y, dy, 1, n, dx, mean));
      compare(simplex, [n], (kernel, out) => kernel.project(x, 1, n, Float32Array.of(3), out));
      const block = Float32Array.from(x, (_, i) => i - (i % 7));
      compare(isotonic, [n], (kernel, dx) => kernel.gradient(dy, block, 1, n, dx));
      compare(isotonic, [n, n], (kernel, out, blocks) => kernel.project(x, 1, n, true, out, blocks));
      const outers: [typeof referenceOuterRows, typeof referenceOuterRows] = [referenceOuterRows, createOuterRows()!]; // prettier-ignore
      compare(outers, [3 * n], (kernel, out) => kernel.sum({a: x, b: dy.subarray(0, 3)}, 1, n, 3, out));
    }
  });
});
