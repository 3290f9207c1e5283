/** @file The entry-by-entry routines of the interior-point method: the twins against each other, NaN included. */
import {assert} from 'chai';
import fc from 'fast-check';
import type {DenseKernels, Vector} from '../../../src/kernels/contracts/dense.js';
import {createHostDense} from '../../../src/kernels/twins/host/dense.js';
import {referenceDense} from '../../../src/kernels/twins/reference/dense.js';

const SENTINEL = 1234.5;

/** Each routine with its vectors from `next`; returns what it gave and all that it may have written. */
const ROUTINES: Record<string, (dense: DenseKernels, next: () => Vector, number: () => number) => number[]> =
  {
    dualResidual(dense, next, number) {
      const [Px, q, x, r, out] = [next(), next(), next(), next(), dense.vector(5)];
      dense.dualResidual(Px, q, x, number(), r, out);
      return [...r, ...out];
    },
    primalResidual(dense, next, number) {
      const [s, y, d, r, out] = [next(), next(), next(), next(), dense.vector(5)];
      dense.primalResidual(s, y, d, number(), r, out);
      return [...r, ...out];
    },
    invertPairs(dense, next) {
      const [s, y, inverseS, inverseY, w] = [next(), next(), next(), next(), next()];
      dense.invertPairs(s, y, inverseS, inverseY, w);
      return [...inverseS, ...inverseY, ...w];
    },
    pushPairs(dense, next, number) {
      const [s, products, inverseY, r, push, g] = [next(), next(), next(), next(), next(), next()];
      dense.pushPairs(s, products, number(), inverseY, r, number(), push, g);
      return [...push, ...g];
    },
    stepPairs(dense, next) {
      const [push, w, dy, inverseS, inverseY, ds, products] = Array.from({length: 7}, next);
      const shrink = dense.stepPairs(push, w, dy, inverseS, inverseY, ds, products);
      return [shrink, ...ds, ...products];
    },
    centrality(dense, next, number) {
      return [dense.centrality(next(), next(), next(), next(), number(), number())];
    },
    eliminated(dense, next) {
      const [weights, image, g, dy, y, total] = Array.from({length: 6}, next);
      dense.eliminated(weights, image, g, dy, y, total);
      return [...dy, ...y, ...total];
    },
    remainder(dense, next) {
      const [mask, g, image, w, y, r] = Array.from({length: 6}, next);
      return [dense.remainder(mask, g, image, w, y, r), ...r];
    },
  };

/** Runs a routine between guards, on vectors of the same numbers for the same seed. */
function run(dense: DenseKernels, routine: string, length: number, seed: number, nan: boolean): number[] {
  let state = seed;
  const number = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return dense.scope(() => {
    const vectors: Vector[] = [];
    const next = () => {
      const vector = dense.vector(length);
      vector.forEach((_, i) => (vector[i] = nan && number() > 0.9 ? NaN : number()));
      vectors.push(dense.vector(2).fill(SENTINEL) as Vector);
      return vector;
    };
    const result = ROUTINES[routine](dense, next, number);
    assert.isTrue(vectors.every((guard) => guard.every((value) => value === SENTINEL)));
    return result;
  });
}

describe('the routines for pairs', () => {
  const host = createHostDense()!;
  for (const routine of Object.keys(ROUTINES)) {
    it(`${routine} is that of its twin`, () => {
      const anything = fc.property(
        fc.nat({max: 130}),
        fc.integer({min: 1, max: 1e9}),
        fc.boolean(),
        (length, seed, nan) => {
          const expected = run(referenceDense, routine, length, seed, nan);
          const actual = run(host, routine, length, seed, nan);
          assert.equal(actual.length, expected.length);
          expected.forEach((value, i) => {
            if (Number.isNaN(value)) assert.isNaN(actual[i], `entry ${i}`);
            else assert.isAtMost(Math.abs(actual[i] - value), 1e-12 * Math.max(1, Math.abs(value)));
          });
        },
      );
      fc.assert(anything);
    });
  }
});
