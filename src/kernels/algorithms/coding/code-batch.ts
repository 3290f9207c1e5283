/** @file Sparse codes of a batch. Each sample iterates to its own convergence. */
import {sampleOf, type BatchKernel} from '../../contracts/batch-kernel.js';
import {codingKernels} from '../../twins/current-coding.js';
import {paddedStride} from '../../contracts/dense.js';
import {SupportGuess} from './support-guess.js';

/**
 * `gram` [n, n] holds the products of the atoms and `correlation` [B, n] those of the samples with the atoms, both in f64. `size` [B] is
 * the length of each sample; `start` is [B, n]; `l1` and `l2` are [B | 1, n]. The codes are written to `z` [B, n]; `status`, `iterations`
 * (sweeps) and `residual` are [B].
 */
type CodeArrays =
  'gram' | 'correlation' | 'size' | 'start' | 'l1' | 'l2' | 'z' | 'status' | 'iterations' | 'residual';

export const CODE_OUTPUTS = ['z', 'status', 'iterations', 'residual'] as const;

/** A sweep is cheap, so codes are computed to this fraction of the tolerance. They are then as accurate as f32 can store. */
const DEEPER = 1e-3;
/** The number of sweeps before the support is guessed for the first time. The number doubles for each further guess. */
const FIRST_SWEEPS = 8;
const ITERATION_LIMIT = 3;
const NUMERICAL_ERROR = 4;

export const codeBatch: BatchKernel<CodeArrays> = {
  name: 'ImplicitSparseCode',
  start(dense, {arrays, parameters}) {
    const {n, tolerance, maxIterations, nonNegative} = parameters;
    const stride = paddedStride(n);
    const G = dense.vector(n * stride);
    for (let i = 0; i < n; i++) G.set(arrays.gram.subarray(i * n, (i + 1) * n), i * stride);
    const [l1, l2, z, g, units, residual] = [n, n, n, n, n, 1].map((length) => dense.vector(length));
    const problem = {G, stride, l1, l2, nonNegative: nonNegative === 1, units};
    const coding = codingKernels(dense);
    const guess = new SupportGuess(dense, n);
    const target = DEEPER * tolerance;
    return (sample) => {
      l1.set(sampleOf(arrays.l1, sample, n, arrays.l1.length === n));
      l2.set(sampleOf(arrays.l2, sample, n, arrays.l2.length === n));
      z.set(sampleOf(arrays.start, sample, n));
      dense.multiply(G, n, n, stride, z, g);
      const correlation = sampleOf(arrays.correlation, sample, n);
      for (let j = 0; j < n; j++) g[j] = correlation[j] - g[j];
      for (let j = 0; j < n; j++) {
        // The terms of dⱼᵀ(x − Dz), if Dz explains x.
        const terms = Math.sqrt(G[j * stride + j]) * arrays.size[sample] + l1[j];
        units[j] = terms === 0 ? 0 : 1 / terms;
      }
      let sweeps = 0;
      for (let chunk = FIRST_SWEEPS; ; chunk *= 2) {
        const allowed = Math.min(chunk, maxIterations - sweeps);
        sweeps += coding.descendCoordinates(problem, z, g, target, allowed, residual);
        if (!(residual[0] > target) || sweeps >= maxIterations) break;
        if (guess.run(problem, z, g, target, residual)) break;
      }
      arrays.z.set(z, sample * n);
      arrays.iterations[sample] = sweeps;
      arrays.residual[sample] = residual[0];
      const solved = residual[0] <= tolerance ? 0 : ITERATION_LIMIT;
      arrays.status[sample] = Number.isFinite(residual[0]) ? solved : NUMERICAL_ERROR;
    };
  },
};
