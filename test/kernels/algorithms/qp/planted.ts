/** @file Quadratic programs whose solution is known, and plain products to judge what a kernel says of them. */
import type {DenseKernels, Vector} from '../../../../src/kernels/contracts/dense.js';
import {createHostDense} from '../../../../src/kernels/twins/host/dense.js';
import {DenseMatrix} from '../../../../src/kernels/algorithms/qp/dense-matrix.js';
import type {Point, Problem} from '../../../../src/kernels/algorithms/qp/types.js';
import {referenceDense} from '../../../../src/kernels/twins/reference/dense.js';
import {seededRandom} from '../../../zoo/linear-systems.js';

/** Both sets of dense kernels. */
export const DENSE: DenseKernels[] = [referenceDense, createHostDense()!];

export interface Shape {
  n: number;
  p: number;
  /** Inequalities that hold with equality, with multipliers from .2 on; and others, with slack from .2 on. */
  active: number;
  idle: number;
  /** Of P; default n. */
  rank?: number;
}

/** Entries in [−1, 1]. */
export function noise(size: number, random: () => number): Float64Array {
  return Float64Array.from({length: size}, () => 2 * random() - 1);
}

/** `values` in the memory of `dense`. */
export function vectorOf(dense: DenseKernels, values: ArrayLike<number>): Vector {
  const vector = dense.vector(values.length);
  vector.set(values);
  return vector;
}

/** A x for A [rows, n]. */
export function times(A: ArrayLike<number>, x: ArrayLike<number>): Float64Array {
  const n = x.length;
  return Float64Array.from({length: n === 0 ? 0 : A.length / n}, (_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += A[i * n + j] * x[j];
    return sum;
  });
}

/** Aᵀ y for A [rows, n]. */
export function transposedTimes(A: ArrayLike<number>, y: ArrayLike<number>, n: number): Float64Array {
  return Float64Array.from({length: n}, (_, j) => {
    let sum = 0;
    for (let i = 0; i < y.length; i++) sum += A[i * n + j] * y[i];
    return sum;
  });
}

/** L Lᵀ for noise L [n, rank], and half the unit matrix where the rank is n. */
export function semidefinite(n: number, rank: number, random: () => number): Float64Array {
  const L = noise(n * rank, random);
  const P = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < rank; k++) P[i * n + j] += L[i * rank + k] * L[j * rank + k];
      if (i === j && rank === n) P[i * n + j] += 0.5;
    }
  }
  return P;
}

/** A problem, and the point that solves it. */
export function planted(
  dense: DenseKernels,
  {n, p, active, idle, rank = n}: Shape,
  seed: number,
): {problem: Problem; solution: Point<Vector>} {
  const random = seededRandom(seed);
  const m = active + idle;
  const [P, C, x] = [semidefinite(n, rank, random), noise((p + m) * n, random), noise(n, random)];
  const y = Float64Array.from({length: p + m}, (_, i) =>
    i < p ? 2 * random() - 1 : i < p + active ? 0.2 + random() : 0,
  );
  const s = Float64Array.from({length: p + m}, (_, i) => (i < p + active ? 0 : 0.2 + random()));
  const [Px, pull, Cx] = [times(P, x), transposedTimes(C, y, n), times(C, x)];
  const vector = (values: ArrayLike<number>) => vectorOf(dense, values);
  return {
    problem: problemFrom(dense, {
      ...{n, p, m, P, C},
      q: Px.map((value, j) => -value - pull[j]),
      d: Cx.map((value, i) => value + s[i]),
    }),
    solution: {x: vector(x), y: vector(y), s: vector(s)},
  };
}

/** The numbers of a problem as a problem in the memory of `dense`. */
export function problemFrom(
  dense: DenseKernels,
  {
    P,
    q,
    C,
    d,
    ...rest
  }: Omit<Problem, 'P' | 'q' | 'C' | 'd' | 'lift'> &
    Record<'P' | 'q' | 'C' | 'd', ArrayLike<number>> & {lift?: number},
): Problem {
  const {n} = rest;
  return {
    lift: 0,
    ...rest,
    P: new DenseMatrix(dense, n, n, vectorOf(dense, P)),
    q: vectorOf(dense, q),
    C: new DenseMatrix(dense, d.length, n, vectorOf(dense, C)),
    d: vectorOf(dense, d),
  };
}

/** The largest magnitude. */
export const largest = (...vectors: ArrayLike<number>[]) =>
  Math.max(0, ...vectors.flatMap((values) => Array.from(values, Math.abs)));

/** The largest difference. */
export const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  largest(Array.from(a, (value, i) => value - b[i]));

/** The largest violation of the optimality conditions. */
export function kktError({n, p, P: {values: P}, q, C: {values: C}, d}: Problem, {x, y, s}: Point): number {
  const [Px, pull, Cx] = [times(P, x), transposedTimes(C, y, n), times(C, x)];
  let worst = largest(Px.map((value, j) => value + q[j] + pull[j]));
  for (let i = 0; i < d.length; i++) {
    worst = Math.max(worst, Math.abs(Cx[i] + s[i] - d[i]));
    worst = Math.max(worst, i < p ? Math.abs(s[i]) : Math.max(-s[i], -y[i], Math.min(y[i], s[i])));
  }
  return worst;
}
