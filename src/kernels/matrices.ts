/** @file Factorisations and substitution for one matrix after another, f64: the contract of its two implementations. */
import type {LU} from './reference/lu.js';
import type {Triangular} from './reference/triangular.js';

/** Matrices are row-major without padding. Arrays come from `vector`, in the memory of the implementation. */
export interface MatrixKernels {
  readonly name: 'reference' | 'host';

  /** Zeros. They last until the `scope` that they are made in ends. */
  vector(length: number): Float64Array;

  /** Runs `work` and takes back every vector that it made. It may be run again from its beginning, to find more memory. */
  scope<T>(work: () => T): T;

  /**
   * Overwrites the lower triangle of a [n, n] by L with A = L Lᵀ, of which only the lower triangle is read. What is above it
   * is undefined afterwards.
   *
   * @returns The first row whose pivot is not positive or not finite, or −1.
   */
  choleskyInPlace(a: Float64Array, n: number): number;

  /** Overwrites a [n, n] by the factors of P A = L U, partial pivoting. */
  luInPlace(a: Float64Array, n: number): LU;

  /** X ← T⁻¹ X, or T⁻ᵀ X, for X [n, columns] and T a triangle of t [n, n]. */
  solveTriangular(t: Float64Array, n: number, X: Float64Array, columns: number, options: Triangular): void;
}
