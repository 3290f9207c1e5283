/**
 * @file The contract of the array kernels, which have two implementations: products, sums and elementwise functions of arrays in double
 * precision.
 */

/** One product of two matrices, or one for each of a batch. */
export interface Product {
  a: Float64Array;
  /** Whether A [rows, inner] is stored transposed, as [inner, rows]. */
  turnA: boolean;
  b: Float64Array;
  /** Whether B [inner, columns] is stored transposed, as [columns, inner]. */
  turnB: boolean;
  /** The results C [rows, columns], one after the other. */
  out: Float64Array;
  rows: number;
  inner: number;
  columns: number;
  /** Where the matrices begin in `a` and in `b`: one entry per product. */
  startsA: ArrayLike<number>;
  startsB: ArrayLike<number>;
}

/**
 * A matrix [rows, columns] that may be broadcast from fewer entries. `down` and `across` are the steps, in entries, from row to row and
 * from column to column.
 */
export interface Spread {
  data: Float64Array;
  down: number;
  /** 0 or 1. */
  across: number;
}

/** Functions of two entries: the name of the tfjs kernel and its number in the WebAssembly module. */
export const BINARY = {
  Add: 0,
  Sub: 1,
  Multiply: 2,
  RealDiv: 3,
  Maximum: 4,
  Minimum: 5,
  SquaredDifference: 6,
  Greater: 7,
  GreaterEqual: 8,
  Equal: 9,
  NotEqual: 10,
  LogicalAnd: 11,
  LogicalOr: 12,
} as const;

/** The same for functions of one entry. */
export const UNARY = {
  ...{Neg: 0, Abs: 1, Sqrt: 2, Square: 3, Relu: 4, Exp: 5, Expm1: 6, Log: 7, Log1p: 8, Tanh: 9, Sigmoid: 10},
  ...{Softplus: 11, Sin: 12, Cos: 13, Elu: 14, Floor: 15, Ceil: 16, Reciprocal: 17, IsFinite: 18, IsNan: 19},
  ...{LogicalNot: 20, Sign: 21, Round: 22},
} as const;

/** Reductions other than sums. */
export const REDUCTIONS = {Max: 0, Min: 1, Prod: 2, All: 3, Any: 4} as const;

/**
 * Arrays are row-major without padding, and come from `arrays`. Each routine prepares work on given arrays and returns a function that does
 * it.
 */
export interface ArrayKernels {
  readonly name: 'reference' | 'host';

  /**
   * Arrays of these lengths, not cleared. They last until the next call.
   *
   * @throws RangeError if there is not enough memory.
   */
  arrays(lengths: readonly number[]): Float64Array[];

  /** The memory that the kernels hold, in bytes. */
  readonly size: number;

  /** C = A B; `out` has no entries in common with `a` and `b`. */
  product(task: Product): () => void;

  /** `null` if the implementation has nothing faster than the caller's own loops. */
  readonly entries: EntryKernels | null;
}

/** Elementwise functions. An output may be one of the inputs, if it has the same shape. */
export interface EntryKernels {
  /** out [rows, columns] = f(a, b). a and b must not both have `across` 0, unless there is only one column. */
  binary(
    kernel: keyof typeof BINARY,
    a: Spread,
    b: Spread,
    out: Float64Array,
    rows: number,
    columns: number,
  ): () => void;

  /** out = f(x). */
  unary(kernel: keyof typeof UNARY, x: Float64Array, out: Float64Array): () => void;

  /** out = x between two limits. */
  clip(x: Float64Array, low: number, high: number, out: Float64Array): () => void;

  /** Copies `count` blocks of `size` entries. Both arrays begin with the first block; the others follow in equal steps. */
  blocks(
    x: Float64Array,
    stepX: number,
    out: Float64Array,
    stepOut: number,
    count: number,
    size: number,
  ): () => void;

  /** out [rows, columns] = `yes` where the condition is not zero, else `no`. */
  select(
    condition: Spread,
    yes: Float64Array,
    no: Float64Array,
    out: Float64Array,
    rows: number,
    columns: number,
  ): () => void;

  /** out [outer, inner] = the sums of x [outer, count, inner] over its second axis. */
  sums(x: Float64Array, outer: number, count: number, inner: number, out: Float64Array): () => void;

  /** The same with another reduction. */
  reduce(
    kernel: keyof typeof REDUCTIONS,
    x: Float64Array,
    outer: number,
    count: number,
    inner: number,
    out: Float64Array,
  ): () => void;

  /** out [rows, columns] = exp(x − c), with the c of each row with which the row's sum is 1. */
  softmax(x: Float64Array, rows: number, columns: number, out: Float64Array): () => void;

  /**
   * out [columns] = Gᵀa for G [rows, columns], few columns. The returned function is told at which entries a, G and out begin.
   */
  slope(
    a: Float64Array,
    G: Float64Array,
    rows: number,
    columns: number,
    out: Float64Array,
  ): (atA: number, atG: number, at: number) => void;

  /** P [rows, columns] += a bᵀ, few columns. The returned function is told at which entries P, a and b begin. */
  addOuter(
    P: Float64Array,
    a: Float64Array,
    b: Float64Array,
    rows: number,
    columns: number,
  ): (at: number, atA: number, atB: number) => void;
}
