/**
 * @file A Krylov method for one system, as a generator that yields the vectors to multiply. This way the systems of a batch are solved
 *   together, and their requests of one round are a single product.
 */

/** A request for a product with A or Aᵀ of the current system, or with the preconditioner. */
export interface Request {
  map: 'A' | 'At' | 'M';
  /** If products are in f32, it is rounded to f32 in place, so that the answer is the product of exactly this vector. */
  vector: Float64Array;
}

export type Process<T> = Generator<Request, T, Float64Array>;

/** The input of one run of a method, which starts at 0. */
export interface Run {
  /** The right-hand side; the method does not change it. */
  r: Float64Array;
  /** The norm of the residual at which the run may stop. */
  target: number;
  /** The largest number of steps. */
  steps: number;
  /** Whether M differs from the identity. */
  preconditioned: boolean;
  /** Whether products are in double precision. */
  isDouble: boolean;
}

/** The result of a run so far. */
export interface Outcome {
  /** The x with the smallest residual, by the recurrences. */
  x: Float64Array;
  /**
   * An x that is small enough that the rounding of its products does not spoil it. It is used unless the true residual of the other x is
   * better.
   */
  safe: Float64Array;
  steps: number;
  /** The largest ‖A v‖ / ‖v‖ of the vectors that were multiplied. */
  gain: number;
}

export type HostMethod = (run: Run) => Process<Outcome>;

/** M v, or v itself if M is the identity. */
export function* precondition({preconditioned}: Run, v: Float64Array): Process<Float64Array> {
  return preconditioned ? yield {map: 'M', vector: v.slice()} : v;
}
