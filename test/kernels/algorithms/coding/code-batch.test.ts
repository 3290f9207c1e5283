/** @file Sparse codes over atoms that are alike, in f64: the guess of the support ends what single coordinates would creep to. */
import {assert} from 'chai';
import {runBatch} from '../../../../src/kernels/threads/batch.js';
import {CODE_OUTPUTS, codeBatch} from '../../../../src/kernels/algorithms/coding/code-batch.js';
import {expectClose} from '../../../helpers/expect.js';
import {seededRandom} from '../../../zoo/linear-systems.js';

interface Setup {
  n: number;
  /** How far atoms are from the one that all resemble, relative. */
  apart: number;
  l1: number;
  /** Of the first atom; the others have less and less. */
  l2: number;
  seed: number;
  maxIterations?: number;
  /** Of the data: z stays, and everything else is times its square. */
  scale?: number;
}

/** The code, c − Gz at it, and the problem. */
function code({n, apart, l1, l2, seed, maxIterations = 5000, scale = 1}: Setup) {
  const random = seededRandom(seed);
  const width = Math.max(1, n >> 1);
  const draw = () => scale * (2 * random() - 1);
  const common = Array.from({length: width}, draw);
  const atoms = common.map((value) => Array.from({length: n}, () => value + apart * draw()));
  const x = common.map(draw);
  const entries = (of: (i: number) => number) => Float64Array.from({length: n}, (_, i) => of(i));
  const gram = new Float64Array(n * n);
  for (const row of atoms) row.forEach((a, i) => row.forEach((b, j) => (gram[i * n + j] += a * b)));
  const correlation = entries((i) => atoms.reduce((sum, row, k) => sum + row[i] * x[k], 0));
  const arrays = {
    ...{gram, correlation, size: Float64Array.of(Math.hypot(...x)), start: entries(() => 0)},
    l1: entries(() => l1 * scale ** 2),
    l2: entries((i) => (l2 * scale ** 2) / (1 + i)),
    ...{z: entries(() => NaN), status: new Int32Array(1), iterations: new Int32Array(1)},
    residual: new Float64Array(1),
  };
  const parameters = {n, step: 1 / (n * scale ** 2), tolerance: 1e-7, maxIterations, nonNegative: 0};
  runBatch(codeBatch, {arrays, parameters}, CODE_OUTPUTS, 1, 1);
  const {z} = arrays;
  const g = entries((i) => correlation[i] - z.reduce((sum, value, j) => sum + gram[i * n + j] * value, 0));
  return {...arrays, g, iterations: arrays.iterations[0], status: arrays.status[0]};
}

/** The largest violation of the optimality conditions, relative to the largest correlation. */
function violation({z, g, l1, l2, correlation}: ReturnType<typeof code>): number {
  const size = Math.max(...correlation.map(Math.abs));
  return z.reduce((most, value, j) => {
    const off =
      value === 0
        ? Math.max(0, Math.abs(g[j]) - l1[j])
        : Math.abs(g[j] - l1[j] * Math.sign(value) - l2[j] * value);
    return Math.max(most, off / size);
  }, 0);
}

/** Sweeps before the first guess; twice as many before each further one. */
const FIRST = 8;
const GUESSES = [1, 2, 3, 4, 5, 6, 7, 8].map((guesses) => FIRST * (2 ** guesses - 1));

const SEEDS = Array.from({length: 40}, (_, seed) => seed);

describe('sparse codes over atoms that are alike', () => {
  for (const scale of [0.1, 1, 10]) {
    it(`are mostly optimal after one guess, all after two, where each entry has a ridge, at scale ${scale}`, () => {
      const sweeps = SEEDS.map((seed) => {
        const found = code({n: 3 + seed, apart: 0.1, l1: 0.01, l2: 3, seed, scale});
        assert.equal(found.status, 0, `seed ${seed}`);
        assert.isAtMost(violation(found), 1e-9, `seed ${seed}`);
        return found.iterations;
      });
      assert.isAtMost(sweeps.filter((count) => count > FIRST).length, 8);
      assert.isAtMost(Math.max(...sweeps), GUESSES[1]);
    });
  }

  it('are optimal after as many guesses as it takes where there is none', () => {
    const guesses = SEEDS.map((seed) => {
      const found = code({n: 3 + (seed % 20), apart: 0.03, l1: 1e-3, l2: 0, seed});
      assert.equal(found.status, 0, `seed ${seed}`);
      assert.isAtMost(violation(found), 1e-6, `seed ${seed}`);
      assert.isTrue(
        found.iterations <= FIRST || GUESSES.includes(found.iterations),
        `${found.iterations} sweeps`,
      );
      return found.iterations;
    });
    assert.isAbove(guesses.filter((sweeps) => sweeps > FIRST).length, 3, 'some need a second guess');
  });

  it('end at the limit of sweeps, and say so', () => {
    const limited = SEEDS.map((seed) => code({n: 23, apart: 0.03, l1: 1e-3, l2: 0, seed, maxIterations: 9}));
    const stopped = limited.filter(({status}) => status !== 0);
    assert.isNotEmpty(stopped);
    for (const {status, iterations, residual} of stopped) {
      assert.equal(status, 3);
      assert.equal(iterations, 9);
      assert.isAbove(residual[0], 1e-7);
    }
  });

  it('a sample that is NaN has the status of a numerical error, and the next one is found', () => {
    const n = 3;
    const arrays = {
      gram: Float64Array.of(2, 1, 0, 1, 2, 0, 0, 0, 1),
      correlation: Float64Array.of(NaN, 0, 0, 3, 0, 2),
      size: Float64Array.of(NaN, Math.sqrt(10)),
      start: new Float64Array(2 * n),
      l1: new Float64Array(n).fill(0.5),
      l2: new Float64Array(n).fill(1),
      z: new Float64Array(2 * n),
      ...{status: new Int32Array(2), iterations: new Int32Array(2), residual: new Float64Array(2)},
    };
    const parameters = {n, step: 0.3, tolerance: 1e-9, maxIterations: 100, nonNegative: 0};
    runBatch(codeBatch, {arrays, parameters}, CODE_OUTPUTS, 2, 1);
    assert.deepEqual(Array.from(arrays.status), [4, 0]);
    // 3z₀ + z₁ = 3 − ½, z₀ + 3z₁ = ½, 2z₂ = 2 − ½.
    expectClose(arrays.z.subarray(n), [0.875, -0.125, 0.75], 1e-12);
  });
});
