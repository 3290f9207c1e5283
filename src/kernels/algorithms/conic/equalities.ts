/**
 * @file Finds equality rows that depend on each other: which of them are enough, and whether they contradict each other by more than
 * rounding.
 */
import {matrixKernels} from '../../twins/current-matrices.js';
import {roomForQR} from '../../contracts/matrices.js';
import {PseudoInverse} from '../linalg/pseudo-inverse.js';
import {ROUNDING} from './certificate.js';
import {unitsOf} from './equilibrate.js';
import type {ConicProblem} from './problem.js';

/** A row depends on the others if its part outside of their span is at most this share of it: the rest is rounding. */
const DEPENDENT = 1e-11;

/** A difference below this share of its terms is rounding in f64. */
const DOUBLE = 1e-13;

export interface Equalities {
  /** d, with the right-hand sides of the equalities moved to the nearest consistent ones. */
  d: Float64Array;
  /** Blocks that follow from other blocks. */
  spare: boolean[];
  /** True if the contradiction is too large to come from rounding d to f32. */
  contradict: boolean;
  /** Among the multipliers with the same Eᵀy, those of least norm. */
  spread(y: Float64Array): Float64Array;
}

/** Analyses the zero rows of a problem. Returns `null` if none depends on others. */
export function dependentEqualities(problem: ConicProblem): Equalities | null {
  const {p, E, d, blocks} = problem;
  const known = blocks.flatMap(({kind, start}, block) => {
    let size = 0;
    if (kind === 'zero') for (let j = 0; j < p; j++) size = Math.max(size, Math.abs(E[start * p + j]));
    return size > 0 ? [{block, start}] : [];
  });
  const k = known.length;
  if (k < 2) return null;
  const {columns} = unitsOf(problem);
  // Rows scaled to a largest entry of one, as the columns of a matrix [p, k].
  const A = new Float64Array(p * k);
  const sizes = known.map(({start}, i) => {
    let size = 0;
    for (let j = 0; j < p; j++) size = Math.max(size, Math.abs(E[start * p + j] * columns[j]));
    for (let j = 0; j < p; j++) A[j * k + i] = (E[start * p + j] * columns[j]) / size;
    return size;
  });
  const kernels = matrixKernels();
  /** A⁺ v, or A⁺ᵀ v if `transpose` is set. */
  const least = (v: ArrayLike<number>, transpose: boolean) =>
    kernels.scope(() => {
      const [matrix, right, out] = [p * k, v.length, transpose ? p : k].map((size) => kernels.vector(size));
      matrix.set(A);
      right.set(v);
      const inverse = new PseudoInverse(kernels, p, k);
      inverse.factor(matrix, DEPENDENT);
      inverse.multiply(right, 1, transpose, out);
      return out.slice();
    });
  const order = kernels.scope(() => {
    const factors = roomForQR(kernels, p, k);
    factors.qr.set(A);
    kernels.qrInPlace(factors, DEPENDENT);
    return Array.from(factors.order.subarray(factors.rank));
  });
  if (order.length === 0) return null;
  const b = known.map(({start}, i) => d[start] / sizes[i]);
  const z = least(b, true);
  const moved = d.slice();
  let [off, terms] = [0, 0];
  known.forEach(({start}, i) => {
    let sum = 0;
    let size = Math.abs(b[i]);
    for (let j = 0; j < p; j++) {
      const term = A[j * k + i] * z[j];
      sum += term;
      size += Math.abs(term);
    }
    off += (b[i] - sum) ** 2;
    terms += Math.abs(b[i] * (b[i] - sum));
    // What is consistent stays as it is: the rounding of a sum has no unit of its own.
    if (Math.abs(b[i] - sum) > DOUBLE * size) moved[start] = sum * sizes[i];
  });
  const spare = blocks.map(() => false);
  for (const i of order) spare[known[i].block] = true;
  return {
    d: moved,
    spare,
    // The remainder of b is the ray that proves it.
    contradict: off > ROUNDING * terms,
    spread(y) {
      const pull = new Float64Array(p);
      known.forEach(({start}, i) => {
        for (let j = 0; j < p; j++) pull[j] += A[j * k + i] * sizes[i] * y[start];
      });
      const out = y.slice();
      least(pull, false).forEach((value, i) => (out[known[i].start] = value / sizes[i]));
      return out;
    },
  };
}
