/** @file Reads small quadratic programs of a batch, for methods that keep their arrays from one call to the next. */
import type {BatchArray, BatchJob} from '../../contracts/batch-kernel.js';
import {boundRows, oppositeRows} from '../../contracts/bounds.js';
import {FEW_PRODUCTS, productsOfDual} from '../qp/dual-method.js';
import type {AnyProblem, Problem} from '../qp/types.js';

type Matrices = 'Q' | 'G' | 'A';

/** For more variables than this, or more products in the matrix of the dual, the solver of `qp/` is as fast. */
const MOST_VARIABLES = 32;

/** How many shapes are remembered. */
const SHAPES = 8;

/** Whether a problem of n variables and so many rows, bounds among them, counts as small. */
export function isSmall(n: number, rows: number, sides = 0): boolean {
  return n > 0 && n <= MOST_VARIABLES && productsOfDual(n, rows - oppositeRows(sides, n)) <= FEW_PRODUCTS;
}

/** Returns a function that makes one object for each shape and remembers those that were used last. */
export function perShape<T>(
  make: (n: number, p: number, m: number, sides?: number) => T,
): (n: number, p: number, m: number, sides?: number) => T {
  const known = new Map<string, T>();
  return (n, p, m, sides = 0) => {
    const shape = `${n} ${p} ${m} ${sides}`;
    let one = known.get(shape);
    if (one) return one;
    one = make(n, p, m, sides);
    if (known.size >= SHAPES) known.delete(known.keys().next().value!);
    known.set(shape, one);
    return one;
  };
}

/** Whether all samples have the same matrices. */
export function sharesMatrices({parameters: {sharedQ, sharedG, sharedA}}: BatchJob<Matrices>): boolean {
  return Boolean(sharedQ && sharedG && sharedA);
}

/** Copies the matrices of a sample to P and C, equalities first. */
export function readMatrices(
  {arrays, parameters: {sharedQ, sharedG, sharedA}}: BatchJob<Matrices>,
  sample: number,
  {n, p, P: {values: P}, C: {values: C, full}}: Problem,
): void {
  copyTo(P, 0, arrays.Q, sharedQ ? 0 : sample * n * n, n * n);
  copyTo(C, 0, arrays.A, sharedA ? 0 : sample * p * n, p * n);
  const size = (full - p) * n;
  copyTo(C, p * n, arrays.G, sharedG ? 0 : sample * size, size);
}

/** Copies the vectors of a sample to q and d, equalities first. */
export function readVectors(
  job: BatchJob<'p' | 'h' | 'b' | 'lower' | 'upper'>,
  sample: number,
  problem: Pick<AnyProblem, 'n' | 'p' | 'm' | 'q' | 'd'>,
): void {
  copyTo(problem.q, 0, job.arrays.p, sample * problem.n, problem.n);
  readRightSides(job, sample, problem);
}

/** Copies those of the rows and bounds of a sample to d, equalities first. */
export function readRightSides(
  {arrays, parameters}: BatchJob<'h' | 'b' | 'lower' | 'upper'>,
  sample: number,
  {n, p, m, d}: Pick<AnyProblem, 'n' | 'p' | 'm' | 'd'>,
): void {
  const {sharedh, sharedb, sides} = parameters;
  const rows = m - boundRows(sides, n);
  copyTo(d, 0, arrays.b, sharedb ? 0 : sample * p, p);
  copyTo(d, p, arrays.h, sharedh ? 0 : sample * rows, rows);
  if (!sides) return;
  let at = p + rows;
  if (sides & 1) {
    copyTo(d, at, arrays.lower, parameters.sharedlower ? 0 : sample * n, n);
    for (let j = 0; j < n; j++, at++) d[at] = -d[at];
  }
  if (sides & 2) copyTo(d, at, arrays.upper, parameters.sharedupper ? 0 : sample * n, n);
}

/** For a few numbers, quicker than views and their method. */
function copyTo(to: Float64Array, at: number, from: BatchArray, start: number, count: number): void {
  for (let i = 0; i < count; i++) to[at + i] = from[start + i];
}
