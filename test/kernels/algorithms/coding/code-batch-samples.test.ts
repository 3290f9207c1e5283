/** @file Sparse codes of a batch: weights of each sample's own, the residual that is reported, and the guess of the support. */
import {assert} from 'chai';
import {codeBatch} from '../../../../src/kernels/algorithms/coding/code-batch.js';
import {SupportGuess} from '../../../../src/kernels/algorithms/coding/support-guess.js';
import {paddedStride, type DenseKernels} from '../../../../src/kernels/contracts/dense.js';
import {denseKernels} from '../../../../src/kernels/twins/current-dense.js';
import {createHostDense} from '../../../../src/kernels/twins/host/dense.js';
import {referenceDense} from '../../../../src/kernels/twins/reference/dense.js';
import {expectClose} from '../../../helpers/expect.js';
import {seededRandom} from '../../../zoo/linear-systems.js';

interface Data {
  /** [width, n] and [B, width]. */
  D: number[][];
  x: number[][];
  /** [B | 1, n]. */
  l1: number[][];
  l2: number[][];
  start?: number[][];
  tolerance?: number;
  maxIterations?: number;
}

function codes({D, x, l1, l2, start, tolerance = 1e-7, maxIterations = 5000}: Data) {
  const [n, batch] = [D[0].length, x.length];
  const flat = (rows: number[][]) => Float64Array.from(rows.flat());
  const dot = (i: number, row: (k: number) => number) =>
    D.reduce((sum, atom, k) => sum + atom[i] * row(k), 0);
  const at = (entry: (i: number, j: number) => number, rows: number) =>
    Float64Array.from({length: rows * n}, (_, k) => entry(Math.floor(k / n), k % n));
  const arrays = {
    gram: at((i, j) => dot(i, (k) => D[k][j]), n),
    correlation: at((i, j) => dot(j, (k) => x[i][k]), batch),
    size: Float64Array.from(x, (row) => Math.hypot(...row)),
    start: start ? flat(start) : new Float64Array(batch * n),
    ...{l1: flat(l1), l2: flat(l2), z: new Float64Array(batch * n)},
    ...{status: new Int32Array(batch), iterations: new Int32Array(batch), residual: new Float64Array(batch)},
  };
  const parameters = {n, step: 1, tolerance, maxIterations, nonNegative: 0};
  // From the last: threads take samples in any order.
  const dense = denseKernels();
  dense.scope(() => {
    const run = codeBatch.start(dense, {arrays, parameters});
    for (let sample = batch - 1; sample >= 0; sample--) run(sample);
  });
  return {
    z: Array.from({length: batch}, (_, i) => Array.from(arrays.z.subarray(i * n, (i + 1) * n))),
    ...{status: [...arrays.status], residual: [...arrays.residual]},
  };
}

function draw(seed: number) {
  const random = seededRandom(seed);
  return (rows: number, columns: number) =>
    Array.from({length: rows}, () => Array.from({length: columns}, () => 2 * random() - 1));
}

describe('sparse codes of a batch', () => {
  it('take the weights of their own sample, or those that all share', () => {
    const of = draw(1);
    const [D, x] = [of(4, 6), of(3, 4)];
    const own = (size: number) => of(3, 6).map((row) => row.map((value) => size * (1 + value)));
    const [l1, l2] = [own(0.1), own(0.3)];
    for (const [one, other] of [
      [l1, l2],
      [l1.slice(0, 1), l2],
      [l1, l2.slice(0, 1)],
      [l1.slice(0, 1), l2.slice(0, 1)],
    ]) {
      const together = codes({D, x, l1: one, l2: other});
      assert.deepEqual(together.status, [0, 0, 0]);
      x.forEach((row, i) => {
        const alone = codes({D, x: [row], l1: [one[i] ?? one[0]], l2: [other[i] ?? other[0]]});
        expectClose(together.z[i], alone.z[0], 1e-9);
        assert.isAbove(together.z[i].filter((value) => value !== 0).length, 0);
      });
    }
  });

  it('report the largest violation of a condition, in units of its terms', () => {
    const of = draw(2);
    const [D, x, start] = [of(5, 4), of(1, 5), of(1, 4)];
    const D3 = D.map((row) => row.map((value, j) => value * [0.1, 1, 3, 10][j]));
    const [l1, l2] = [[0.02, 0.3, 0.1, 4], [0.5, 0, 0.2, 1]]; // prettier-ignore
    const data = {D: D3, x, l1: [l1], l2: [l2], start, tolerance: 1e-7, maxIterations: 1};
    const {z, residual, status} = codes(data);
    const left = x[0].map((value, k) => value - z[0].reduce((sum, code, j) => sum + D3[k][j] * code, 0));
    const expected = z[0].map((code, j) => {
      const slope = D3.reduce((sum, row, k) => sum + row[j] * left[k], 0) - l2[j] * code;
      const off =
        code === 0 ? Math.max(0, Math.abs(slope) - l1[j]) : Math.abs(slope - l1[j] * Math.sign(code));
      return off / (Math.hypot(...D3.map((row) => row[j])) * Math.hypot(...x[0]) + l1[j]);
    });
    expectClose(residual, Math.max(...expected), 1e-9);
    assert.deepEqual(status, [3]);
    // As small as the tolerance is small enough.
    assert.deepEqual(codes({...data, tolerance: residual[0]}).status, [0]);
    assert.deepEqual(codes({...data, tolerance: residual[0] * (1 - 1e-9)}).status, [3]);
  });

  it('are not disturbed by an atom of zeros, with a weight or without', () => {
    const of = draw(3);
    const [D, x] = [of(4, 3), of(2, 4)];
    const expected = codes({D, x, l1: [[0.1, 0.1, 0.1]], l2: [[0, 0, 0]]});
    for (const weight of [0, 0.1]) {
      const wider = D.map(([a, b, c]) => [a, 0, b, c]);
      const {z, status} = codes({D: wider, x, l1: [[0.1, weight, 0.1, 0.1]], l2: [[0, 0, 0, 0]]});
      assert.deepEqual(status, [0, 0]);
      z.forEach(([a, none, b, c], i) => {
        assert.equal(none, 0);
        expectClose([a, b, c], expected.z[i], 1e-9);
      });
    }
  });
});

for (const dense of [referenceDense, createHostDense()!]) {
  describe(`the guess of a support [${dense.name}]`, () => {
    /** Runs the guess from z, with units of 1, and counts its linear systems. */
    function guess(gram: number[][], c: number[], start: number[], weight: number, tolerance: number) {
      const original = {...dense};
      let systems = 0;
      dense.signedCholesky = (...data) => {
        systems++;
        return original.signedCholesky(...data);
      };
      const found = dense.scope(() => {
        const n = c.length;
        const stride = paddedStride(n);
        const [G, l1, l2, z, g, units, residual] = [n * stride, n, n, n, n, n, 1].map((length) => dense.vector(length)); // prettier-ignore
        gram.forEach((row, i) => G.set(row, i * stride));
        l1.fill(weight);
        z.set(start);
        units.fill(1);
        for (let i = 0; i < n; i++) g[i] = c[i] - gram[i].reduce((sum, value, j) => sum + value * z[j], 0);
        residual[0] = 7;
        const problem = {G, stride, l1, l2, nonNegative: false, units};
        const done = new SupportGuess(dense as DenseKernels, n).run(problem, z, g, tolerance, residual);
        return {done, z: Array.from(z), g: Array.from(g), residual: residual[0]};
      });
      Object.assign(dense, original);
      return {...found, systems};
    }

    it('lets one entry after another leave, and each is zero then', () => {
      for (let seed = 0; seed < 30; seed++) {
        const n = 3 + (seed % 9);
        const random = seededRandom(seed);
        const gram = Array.from({length: n}, (_, i) => Array.from({length: n}, (_, j) => (i === j ? 1 + i / n : 0.01))); // prettier-ignore
        // Positive to begin with, and none of them at the solution.
        const start = Array.from({length: n}, () => 0.5 + random());
        const c = start.map(() => -0.1 * random());
        const found = guess(gram, c, start, 0.2, 1e-12);
        assert.isTrue(found.done, `seed ${seed}`);
        assert.deepEqual(found.z, new Array<number>(n).fill(0));
        // One for each that leaves, and one where none is left.
        assert.equal(found.systems, n + 1, `seed ${seed}`);
        assert.isAtMost(found.residual, 1e-12);
        expectClose(found.g, c, 0, 1e-13);
      }
    });

    for (const scale of [1e-4, 1, 1e4]) {
      it(`goes along what atoms that are one another’s copies have in common, at scale ${scale}`, () => {
        const square = scale ** 2;
        // Two pairs of the same atom, the second twice as long.
        const gram = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (i >> 1 === j >> 1 ? square * (i > 1 ? 4 : 1) : 0))); // prettier-ignore
        const c = [1, 1, 4, 4].map((value) => value * square);
        const found = guess(gram, c, [0.7, 0.1, -0.2, 0.4], 0.1 * square, 1e-9 * square);
        assert.isTrue(found.done);
        const [a, b, d, e] = found.z;
        // Of each pair only the sum counts: 1 − 0.1, and (4 − 0.1)/4.
        expectClose([a + b, d + e], [0.9, 0.975], 1e-7);
        found.z.forEach((value) => assert.isAtLeast(value, 0));
      });
    }

    it('says where there is no such step', () => {
      const start = [1, 1];
      for (const gram of [
        [
          [1, 2],
          [2, 1],
        ],
        [
          [NaN, 0],
          [0, 1],
        ],
      ]) {
        // prettier-ignore
        const {done, z, residual, systems} = guess(gram, [3, 3], start, 0.1, 1e-9);
        assert.isFalse(done);
        assert.deepEqual([z, residual], [start, 7]);
        assert.equal(systems, 2, 'as it is and shifted, and no more');
      }
    });
  });
}
