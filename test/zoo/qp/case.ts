/** @file One quadratic program of the test collection, and the arithmetic that its generators share. */
import seedrandom from 'seedrandom';

/** As in `QPResult.status`: solved, primal infeasible, unbounded. */
export type ExpectedStatus = 0 | 1 | 2;

/** min ½ xᵀQx + pᵀx + constant subject to Gx ≤ h, Ax = b. Plain f64 data; matrices are row-major. */
export interface QPCase {
  name: string;
  n: number;
  m: number;
  k: number;
  Q: number[][];
  p: number[];
  G: number[][];
  h: number[];
  A: number[][];
  b: number[];
  expectedStatus: ExpectedStatus;
  /** Of the objective, with its constant. */
  optimum?: number;
  constant?: number;
  /** The well-scaled problem that this one is a scaled copy of. */
  scaledFrom?: ScaledFrom;
  /** Only for long runs. */
  long?: boolean;
}

/** x = columns ∘ x', λ = rowsG ∘ λ' / weight, ν = rowsA ∘ ν' / weight, primes being of the scaled problem. */
export interface ScaledFrom {
  problem: QPCase;
  columns: number[];
  rowsG: number[];
  rowsA: number[];
  weight: number;
}

/** Sizes follow from the data; what is left out is empty. */
export function qpCase(
  parts: Pick<QPCase, 'name' | 'p'> & Partial<Omit<QPCase, 'n' | 'm' | 'k' | 'name' | 'p'>>,
): QPCase {
  const n = parts.p.length;
  const {Q = zeros(n, n), G = [], h = [], A = [], b = [], expectedStatus = 0} = parts;
  return {...parts, n, m: h.length, k: b.length, Q, G, h, A, b, expectedStatus};
}

/** Random numbers on a grid of eighths: sums of their products are exact, in f32 too. */
export class Grid {
  readonly uniform: () => number;

  constructor(seed: string) {
    this.uniform = seedrandom(seed);
  }

  integer(from: number, to: number): number {
    return from + Math.floor(this.uniform() * (to - from + 1));
  }

  /** Standard normal, to the nearest eighth. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return Math.round(8 * radius * Math.cos(2 * Math.PI * this.uniform())) / 8;
  }

  /** In [1/2, 2], on the grid. */
  positive(): number {
    return this.integer(4, 16) / 8;
  }

  vector(n: number): number[] {
    return Array.from({length: n}, () => this.normal());
  }

  matrix(rows: number, columns: number, density = 1): number[][] {
    return Array.from({length: rows}, () =>
      Array.from({length: columns}, () => (density === 1 || this.uniform() < density ? this.normal() : 0)),
    );
  }
}

export function zeros(rows: number, columns: number): number[][] {
  return Array.from({length: rows}, () => new Array<number>(columns).fill(0));
}

export function eye(n: number, value = 1): number[][] {
  return zeros(n, n).map((row, i) => row.with(i, value));
}

export function ones(n: number, value = 1): number[] {
  return new Array<number>(n).fill(value);
}

export function negate(M: number[][]): number[][] {
  return M.map((row) => row.map((value) => -value));
}

export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export function times(M: number[][], x: readonly number[]): number[] {
  return M.map((row) => dot(row, x));
}

/** Mᵀy, of length n also where M has no rows. */
export function transposedTimes(M: number[][], y: readonly number[], n: number): number[] {
  const out = new Array<number>(n).fill(0);
  M.forEach((row, i) => {
    for (let j = 0; j < n; j++) out[j] += row[j] * y[i];
  });
  return out;
}

/** BᵀB, n × n. */
export function gram(B: number[][], n: number): number[][] {
  const Q = zeros(n, n);
  for (const row of B) {
    for (let i = 0; i < n; i++) if (row[i] !== 0) for (let j = 0; j < n; j++) Q[i][j] += row[i] * row[j];
  }
  return Q;
}

export function add(...vectors: number[][]): number[] {
  return vectors[0].map((_, i) => vectors.reduce((sum, v) => sum + v[i], 0));
}

/** low ≤ x ≤ high as rows of Gx ≤ h. */
export function box(
  n: number,
  low: number[] | number,
  high: number[] | number,
): {G: number[][]; h: number[]} {
  const full = (bound: number[] | number) => (typeof bound === 'number' ? ones(n, bound) : bound);
  return {G: [...eye(n), ...eye(n, -1)], h: [...full(high), ...full(low).map((value) => -value)]};
}

export function objectiveOf({Q, p, constant = 0}: QPCase, x: readonly number[]): number {
  return dot(x, times(Q, x)) / 2 + dot(p, x) + constant;
}

/** Rounded to what f32 tensors hold. */
export function toF32(problem: QPCase): QPCase {
  const round = (row: number[]) => row.map(Math.fround);
  const {Q, p, G, h, A, b} = problem;
  return {
    ...problem,
    Q: Q.map(round),
    p: round(p),
    G: G.map(round),
    h: round(h),
    A: A.map(round),
    b: round(b),
  };
}
