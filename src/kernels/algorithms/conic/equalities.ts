/** @file Equality rows that depend on each other: which are enough, and whether they contradict each other beyond rounding. */
import {matrixKernels} from '../../twins/current-matrices.js';
import {roomForQR} from '../../contracts/matrices.js';
import {PseudoInverse} from '../linalg/pseudo-inverse.js';
import {ROUNDING} from './certificate.js';
import {unitsOf} from './equilibrate.js';
import type {ConicProblem} from './problem.js';

/** What is left of a row without its projection on the others, as a share of it, that is rounding. */
const DEPENDENT = 1e-11;

export interface Equalities {
  /** d, the right-hand sides of equalities moved to what they can be together. */
  d: Float64Array;
  /** Blocks that follow from others. */
  spare: boolean[];
  /** Whether rounding d to f32 could not have made them contradict each other. */
  contradict: boolean;
  /** Multipliers of least norm among those that pull alike. */
  spread(y: Float64Array): Float64Array;
}

/** What the zero rows of a problem are together; `null` where none depends on others. */
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
  // Rows of size one, as the columns of a matrix [p, k].
  const A = new Float64Array(p * k);
  const sizes = known.map(({start}, i) => {
    let size = 0;
    for (let j = 0; j < p; j++) size = Math.max(size, Math.abs(E[start * p + j] * columns[j]));
    for (let j = 0; j < p; j++) A[j * k + i] = (E[start * p + j] * columns[j]) / size;
    return size;
  });
  const kernels = matrixKernels();
  /** A⁺ v, or A⁺ᵀ v. */
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
    for (let j = 0; j < p; j++) sum += A[j * k + i] * z[j];
    off += (b[i] - sum) ** 2;
    terms += Math.abs(b[i] * (b[i] - sum));
    moved[start] = sum * sizes[i];
  });
  const spare = blocks.map(() => false);
  for (const i of order) spare[known[i].block] = true;
  return {
    d: moved,
    spare,
    // What is left of b is the ray that proves it.
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
