/** @file Coordinate descent: the twins against each other, sweep by sweep, and at the solution. */
import {assert} from 'chai';
import fc from 'fast-check';
import {codingKernels} from '../../../src/kernels/twins/current-coding.js';
import {paddedStride, type DenseKernels} from '../../../src/kernels/contracts/dense.js';
import {createHostDense} from '../../../src/kernels/twins/host/dense.js';
import {referenceDense} from '../../../src/kernels/twins/reference/dense.js';
import {seededRandom} from '../../zoo/linear-systems.js';
import {compareTwins} from './compare.js';
import {referenceCoding} from '../../../src/kernels/twins/reference/coding.js';

let twins: readonly [reference: DenseKernels, host: DenseKernels];

function descend(
  dense: DenseKernels,
  n: number,
  seed: number,
  options: {nonNegative: boolean; tolerance: number; maxSweeps: number; nan?: boolean},
): number[] {
  const random = seededRandom(seed);
  const stride = paddedStride(n) + 4 * (seed % 2);
  const [G, l1, l2, z, g, units, residual] = [n * stride, n, n, n, n, n, 1].map((length) =>
    dense.vector(length),
  );
  // Now and then an atom of zeros.
  const some = Array.from({length: n}, () => Number(random() > 0.1));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      G[i * stride + j] = G[j * stride + i] = (some[i] * some[j] * (2 * random() - 1)) / n;
    }
    G[i * stride + i] = some[i];
    l1[i] = random() < 0.2 ? 0 : 0.3 * random();
    l2[i] = random() < 0.5 ? 0 : random();
    z[i] = random() < 0.5 ? 0 : random() - 0.5;
    g[i] = some[i] * (2 * random() - 1);
    units[i] = 0.5 + random();
  }
  if (options.nan) g[seed % n] = NaN;
  const {nonNegative, tolerance, maxSweeps} = options;
  const problem = {G, stride, l1, l2, nonNegative, units};
  const sweeps = codingKernels(dense).descendCoordinates(problem, z, g, tolerance, maxSweeps, residual);
  return [sweeps, residual[0], ...z, ...g];
}

describe('coordinate descent kernels', () => {
  beforeEach(() => (twins = [referenceDense, createHostDense()!]));

  it('are those of the memory that vectors lie in', () => {
    const [reference, host] = twins.map(codingKernels);
    assert.strictEqual(reference, referenceCoding);
    assert.notStrictEqual(host, referenceCoding);
    assert.strictEqual(codingKernels(twins[1]), host);
  });

  it('agree after any number of sweeps, at every size', () =>
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 130}),
        fc.nat(),
        fc.boolean(),
        fc.integer({min: 1, max: 40}),
        (n, seed, nonNegative, maxSweeps) => {
          const options = {nonNegative, tolerance: 1e-6, maxSweeps};
          const [sweeps] = compareTwins(twins, (dense) => descend(dense, n, seed, options), 1e-10);
          assert.isAtMost(sweeps, maxSweeps);
        },
      ),
    ));

  it('agree where atoms are alike, so that sweeps over the support are many', () =>
    fc.assert(
      fc.property(
        fc.integer({min: 2, max: 8}),
        fc.nat(),
        fc.integer({min: 20, max: 80}),
        (n, seed, maxSweeps) => {
          // prettier-ignore
          const sweeps = compareTwins(
          twins,
          (dense) => {
            const random = seededRandom(seed);
            const stride = paddedStride(n);
            const [G, l1, l2, z, g, units, residual] = [n * stride, n, n, n, n, n, 1].map((length) => dense.vector(length)); // prettier-ignore
            for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) G[i * stride + j] = i === j ? 1 : 0.98;
            l1.fill(0.001);
            units.fill(1);
            for (let i = 0; i < n; i++) g[i] = 1 + 0.02 * random();
            const problem = {G, stride, l1, l2, nonNegative: false, units};
            const sweeps = codingKernels(dense).descendCoordinates(problem, z, g, 1e-12, maxSweeps, residual);
            return [sweeps, residual[0], ...z, ...g];
          },
          1e-10,
        )[0];
          assert.isAtLeast(sweeps, 20);
        },
      ),
    ));

  it('reach the tolerance where the curvature is no worse than that of an identity', () =>
    fc.assert(
      fc.property(fc.integer({min: 1, max: 60}), fc.nat(), (n, seed) => {
        const options = {nonNegative: false, tolerance: 1e-10, maxSweeps: 2000};
        const [sweeps, residual] = compareTwins(twins, (dense) => descend(dense, n, seed, options), 1e-8);
        assert.isBelow(sweeps, 2000);
        assert.isAtMost(residual, 1e-10);
      }),
    ));

  it('stop at NaN', () =>
    fc.assert(
      fc.property(fc.integer({min: 1, max: 20}), fc.nat(), (n, seed) => {
        const options = {nonNegative: false, tolerance: 1e-10, maxSweeps: 2000, nan: true};
        const [sweeps, residual] = compareTwins(twins, (dense) => descend(dense, n, seed, options), 1e-8);
        assert.isNaN(residual);
        assert.equal(sweeps, 1);
      }),
    ));
});
