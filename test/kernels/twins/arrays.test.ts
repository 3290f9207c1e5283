/** @file Products of matrices: the twins against each other, in all four transpositions and at every remainder. */
import {assert} from 'chai';
import fc from 'fast-check';
import type {ArrayKernels} from '../../../src/kernels/contracts/arrays.js';
import {createHostArrays} from '../../../src/kernels/twins/host/arrays.js';
import {referenceArrays} from '../../../src/kernels/twins/reference/arrays.js';
import {seededRandom} from '../../zoo/linear-systems.js';
import {compareTwins, expectNear} from './compare.js';

type Sizes = [rows: number, inner: number, columns: number];

interface Kernels {
  array: ArrayKernels;
  vector(length: number): Float64Array;
  scope<T>(work: () => T): T;
}

/** In the form that `compareTwins` expects: one array of the contract is handed out in parts. */
function scoped(array: ArrayKernels): Kernels {
  let all = new Float64Array(0) as Float64Array;
  let used = 0;
  return {
    array,
    vector(length) {
      // An odd distance, so that half of them do not begin at a multiple of 16 bytes.
      const part = all.subarray(used, used + length);
      used += length + 1;
      return part;
    },
    scope(work) {
      [all] = array.arrays([1 << 20]);
      used = 0;
      return work();
    },
  };
}

const twins = [scoped(referenceArrays), scoped(createHostArrays()!)] as const;

function multiplied(
  kernels: Kernels,
  [rows, inner, columns]: Sizes,
  [turnA, turnB]: [boolean, boolean],
  seed: number,
  batch = 1,
): Float64Array {
  const random = seededRandom(seed);
  const noise = (length: number) => kernels.vector(length).map(() => 2 * random() - 1);
  const write = (length: number) => {
    const vector = kernels.vector(length);
    vector.set(noise(length));
    return vector;
  };
  const [a, b] = [write(batch * rows * inner), write(inner * columns)];
  const out = kernels.vector(batch * rows * columns).fill(NaN);
  kernels.array.product({
    ...{a, turnA, startsA: Array.from({length: batch}, (_, i) => i * rows * inner)},
    ...{b, turnB, startsB: new Array<number>(batch).fill(0)},
    ...{out, rows, inner, columns},
  })();
  return out;
}

const size = fc.integer({min: 0, max: 70});
const turns = fc.tuple(fc.boolean(), fc.boolean());

describe('array kernels', () => {
  it('give the same products at every size and transposition', () =>
    fc.assert(
      fc.property(fc.tuple(size, size, size), turns, fc.nat(), (sizes, turned, seed) => {
        compareTwins(twins, (kernels) => multiplied(kernels, sizes, turned, seed), 1e-14);
      }),
      {numRuns: 400},
    ));

  it('give the same products where one side is small', () =>
    fc.assert(
      fc.property(
        fc.shuffledSubarray([0, 1, 2], {minLength: 3}),
        fc.integer({min: 1, max: 12}),
        fc.integer({min: 100, max: 1200}),
        fc.integer({min: 1, max: 60}),
        turns,
        fc.nat(),
        (order, few, many, some, turned, seed) => {
          const sizes = order.map((i) => [few, many, some][i]) as Sizes;
          compareTwins(twins, (kernels) => multiplied(kernels, sizes, turned, seed), 1e-13);
        },
      ),
      {numRuns: 60},
    ));

  it('give the same products of rows that lie a power of two apart', () => {
    for (const turned of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as [boolean, boolean][]) {
      for (const sizes of [
        [256, 37, 7],
        [7, 37, 256],
        [512, 20, 34],
        [1024, 9, 6],
      ] as Sizes[]) {
        compareTwins(twins, (kernels) => multiplied(kernels, sizes, turned, 3), 1e-13);
      }
    }
  });

  it('give the products of a batch with one matrix', () =>
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({min: 1, max: 12}), fc.integer({min: 1, max: 12}), fc.integer({min: 1, max: 12})),
        turns,
        fc.nat(),
        (sizes, turned, seed) => {
          compareTwins(twins, (kernels) => multiplied(kernels, sizes, turned, seed, 5), 1e-14);
        },
      ),
    ));

  it('say how much memory they hold', () => {
    const host = createHostArrays()!;
    for (const entries of [10, 1e6, 3e6]) {
      const [{buffer, byteLength}] = host.arrays([entries]);
      assert.equal(host.size, buffer.byteLength);
      assert.isAtLeast(host.size, byteLength);
    }
    // Numbers outside any WebAssembly memory do not count.
    assert.equal(referenceArrays.size, 0);
  });

  it('multiply as the formula says', () => {
    for (const {array} of twins) {
      const [a, b, out] = array.arrays([6, 6, 4]);
      // [[1, 2, 3], [4, 5, 6]] times [[1, 0], [2, 1], [0, 3]].
      const [A, At] = [
        [1, 2, 3, 4, 5, 6],
        [1, 4, 2, 5, 3, 6],
      ];
      const [B, Bt] = [
        [1, 0, 2, 1, 0, 3],
        [1, 2, 0, 0, 1, 3],
      ];
      for (const turnA of [false, true]) {
        for (const turnB of [false, true]) {
          a.set(turnA ? At : A);
          b.set(turnB ? Bt : B);
          const task = {a, turnA, startsA: [0], b, turnB, startsB: [0]};
          array.product({...task, out, rows: 2, inner: 3, columns: 2})();
          expectNear(out, [5, 11, 14, 23], 0);
        }
      }
    }
  });

  it('keep NaN and infinities', () => {
    for (const {array} of twins) {
      for (const [rows, inner, columns] of [
        [5, 7, 5],
        [40, 7, 3],
        [3, 6, 40],
      ]) {
        const [a, b, out] = array.arrays([rows * inner, inner * columns, rows * columns]);
        a.fill(1);
        b.fill(0);
        a[0] = Infinity;
        const task = {a, turnA: false, startsA: [0], b, turnB: false, startsB: [0]};
        array.product({...task, out, rows, inner, columns})();
        assert.isTrue(out.subarray(0, columns).every(Number.isNaN));
        assert.isTrue(out.subarray(columns).every((value) => value === 0));
      }
    }
  });
});
