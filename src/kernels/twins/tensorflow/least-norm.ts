/**
 * @file Solutions of least norm of symmetric systems that may be singular, for a batch: by the pseudo-inverse, from eigenvectors, with
 * corrections.
 *
 *     [ P   Bᵀ ]
 *     [ B  −W  ] u = v,   W diagonal
 */
import {
  abs,
  concat,
  eigh,
  filled,
  identity,
  isGreater,
  max,
  minus,
  mul,
  mulT,
  neg,
  overOrZero,
  plus,
  times,
  transpose,
  where,
  type Doubles,
  type Operand,
} from './arrays/index.js';

export interface SymmetricSystem {
  /** [B, n, n]. */
  P: Doubles;
  /** [B, r, n]. */
  B: Doubles;
  /** The diagonal, [B, r, 1]. */
  W: Operand;
}

/**
 * @param right [B, n + r, 1].
 * @param rank Eigenvalues below this part of the largest count as zero.
 * @param passes How often it solves, the first time for v and then for what is left of it.
 * @returns u, and what is left of v.
 */
export function leastNorm(
  {P, B, W}: SymmetricSystem,
  right: Doubles,
  {rank, passes}: {rank: number; passes: number},
): {u: Doubles; rest: Doubles} {
  const corner = neg(times(identity(B.shape[1]), W));
  const K = concat([concat([P, transpose(B)], 2), concat([B, corner], 2)], 1);
  const {values, vectors} = eigh(K);
  const sizes = abs(values);
  const inverse = where(isGreater(sizes, times(rank, max(sizes))), overOrZero(1, values), 0);
  let u = filled([...right.shape], 0);
  let rest = right;
  for (let pass = 0; pass < passes; pass++) {
    u = plus(u, mul(vectors, times(inverse, mulT(vectors, rest))));
    rest = minus(right, mul(K, u));
  }
  return {u, rest};
}
