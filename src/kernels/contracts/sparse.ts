/** @file The contract of the factorisation of sparse symmetric matrices in double precision, with two implementations. */
import type {Indices, Vector} from './vectors.js';

/**
 * How a matrix [n, n] with a given pattern is factored: P A Pᵀ = Uᵀ D U with D = ±1, in groups of consecutive columns (supernodes) that have
 * entries in the same rows. Each has a panel, which holds its rows of U: columns [its own, the others], row-major, in rows of
 * `strideOf(own, others)` entries. What a supernode does to the others is added up on a stack, from the leaves of a tree to its roots
 * (multifrontal method; Duff & Reid 1983, ACM Trans. Math. Softw. 9(3)).
 */
export interface SparsePlan<Numbers extends Int32Array = Int32Array> {
  n: number;
  /** Place k of the order is that of row `order[k]`, [n]. */
  order: Numbers;
  supernodes: number;
  /** Supernode s owns the places first[s] … first[s + 1] − 1. */
  first: Numbers;
  /** The places of its other columns, in ascending order: `rows` from rowStarts[s] to rowStarts[s + 1] − 1. */
  rowStarts: Numbers;
  rows: Numbers;
  /** For each of `rows`, its column in the panel of the supernode's parent. */
  relative: Numbers;
  /** The children of s in the tree: `children` from childStarts[s] to childStarts[s + 1] − 1. */
  childStarts: Numbers;
  children: Numbers;
  /** Where the panel of s starts, [supernodes + 1]. */
  panelStarts: Numbers;
  /** Where its contribution [others, others] is computed on the stack, and where it is kept. */
  workStarts: Numbers;
  keptStarts: Numbers;
  /** The entries of the matrix that belong to the panel of s, from entryStarts[s] to entryStarts[s + 1] − 1: which they are, and where they go. */
  entryStarts: Numbers;
  sources: Numbers;
  targets: Numbers;
  /** Lengths of arrays. */
  stackSize: number;
  /** The length of the longest row of a panel. */
  widest: number;
}

/** The numbers of a factorisation, in the memory of the kernels. */
export interface SparseFactors {
  plan: SparsePlan<Indices>;
  /** The panels. */
  panels: Vector;
  /** 1/Uⱼⱼ, in the order of the plan, [n]. */
  inverse: Vector;
  /** The signs of D, 1 or −1, in the order of the plan, [n]. */
  signs: Vector;
  stack: Vector;
  /** Room for `packedLength(widest)` numbers. */
  packed: Vector;
  /** Room for a right-hand side in the order of the plan, [n], and for a part of it. */
  ordered: Vector;
  part: Vector;
}

export interface SparseKernels {
  readonly name: 'reference' | 'host';

  /**
   * Computes the panels from the entries of the matrix. A pivot with the wrong sign, or smaller than `least`, becomes `instead` with its sign.
   *
   * @returns The number of such pivots, or −1 if a pivot is not finite.
   */
  factor(factors: SparseFactors, values: Vector, least: number, instead: number): number;

  /** x ← A⁻¹ x. */
  solve(factors: SparseFactors, x: Vector): void;
}

/** The next multiple of four: tiles of four columns start at the first of a supernode's own and of the others, and may end after the last. */
export function padded(columns: number): number {
  return (columns + 3) & ~3;
}

/** The length of a panel's rows: its own columns, and from `padded(own)` on the others. */
export function strideOf(own: number, others: number): number {
  return padded(own) + padded(others);
}

/** The rows of a panel that are packed together. */
const BLOCK = 64;

/** Room for so many rows of a panel with this stride, their diagonal block, and five times four more columns. */
export function packedLength(stride: number): number {
  return BLOCK * (stride + BLOCK + 4) + 4;
}
