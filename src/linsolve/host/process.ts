/**
 * @file A Krylov method for one system, as a generator that yields the vectors that it wants multiplied: so the systems of a batch go
 * side by side, and what they ask for at a time is one product.
 */

/** A request of a product with A or Aᵀ of the system that is solved, or with the preconditioner. */
export interface Request {
  map: 'A' | 'At' | 'M';
  /** Rounded to f32 in place, so that the answer is the product of exactly this vector. */
  vector: Float64Array;
}

export type Process<T> = Generator<Request, T, Float64Array>;

/** One run of a method from the guess 0. */
export interface Run {
  /** The right-hand side; the method leaves it as it is. */
  r: Float64Array;
  /** The norm of the residual that is wanted. */
  target: number;
  /** Steps at most. */
  steps: number;
  /** Where M is not the identity. */
  preconditioned: boolean;
}

/** Where a run has come to. */
export interface Outcome {
  /** The x of the smallest residual, by the recurrences. */
  x: Float64Array;
  /** One that is not so large that rounding of its products spoils it: taken where the other's true residual is not better. */
  safe: Float64Array;
  steps: number;
  /** ‖A v‖ / ‖v‖ of the vectors that it multiplied, at most. */
  gain: number;
}

export type HostMethod = (run: Run) => Process<Outcome>;

/** M v, or v itself where M is the identity. */
export function* precondition({preconditioned}: Run, v: Float64Array): Process<Float64Array> {
  return preconditioned ? yield {map: 'M', vector: v.slice()} : v;
}
