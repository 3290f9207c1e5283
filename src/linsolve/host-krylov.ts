/**
 * @file Krylov methods where the host can read tensors: recurrences, dot products and norms in f64, products in tfjs's f32.
 *
 * A method is written for one system, as a generator that yields the vectors that it wants multiplied. All samples of a batch go
 * side by side: the vectors that they ask for at a time are the rows of one product.
 */
import * as tf from '@tensorflow/tfjs-core';
import {readF64} from '../kernels/index.js';
import type {LinearMap} from './rows.js';
import type {SolveInfo} from './types.js';
import {addScaled, difference, dot, norm, scaled} from './vectors.js';

/** A request of a product with A or Aᵀ of the system that is solved, or with the preconditioner. */
export interface Request {
  map: 'A' | 'At' | 'M';
  /** Rounded to f32 in place, so that the answer is the product of exactly this vector. */
  vector: Float64Array;
}

export type Process<T> = Generator<Request, T, Float64Array>;

/** The products that a batch of systems asks for, on rows [B, n]. */
export type Products = Record<Request['map'], LinearMap>;

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

/** A product, with the largest gain so far noted. */
export class Gain {
  value = 0;

  *product(map: 'A' | 'At', vector: Float64Array): Process<Float64Array> {
    const image = yield {map, vector};
    const size = norm(vector);
    const gain = norm(image) / size;
    if (gain < Infinity) this.value = Math.max(this.value, gain);
    return image;
  }
}

/** Keeps the x with the smallest of some measure. */
export class Best {
  readonly solution: Float64Array;

  constructor(
    n: number,
    private least: number,
  ) {
    this.solution = new Float64Array(n);
  }

  /** @returns Whether this is the best so far. */
  offer(x: Float64Array, measure: number): boolean {
    if (!(measure < this.least)) return false;
    this.least = measure;
    this.solution.set(x);
    return true;
  }
}

/** Of a product of n terms, with some room: naive sums in f32 lose about √n roundings. */
const ROUNDING = 2 ** -22;

/** The residual that rounding of f32 products may leave, for ‖x‖ and the ‖A‖ so far: √n·2⁻²²·‖A‖‖x‖. */
export function roundingOf(size: number, n: number, gain: number): number {
  return ROUNDING * Math.sqrt(n) * gain * size;
}

/** However large ‖A‖‖x‖ is: a residual beyond this is no rounding. */
const WORST_ROUNDING = 1e-3;

/** A run that leaves more than this of the residual has come to rest; after two in a row the solve ends. */
const STALLED = 0.9;

/** Runs after which a solve ends, whatever they have achieved: each but a few must have helped. */
const QUIET_RUNS = 2;

interface Solved {
  x: Float64Array;
  converged: boolean;
  steps: number;
  residual: number;
}

/**
 * x with A x = b to ‖b − A x‖ ≤ tolerance·‖b‖, or as near as products in f32 allow. A run of the method solves for what is left of
 * the true residual, again and again; what makes it larger is dropped.
 */
function* solveOne(
  method: HostMethod,
  b: Float64Array,
  {tolerance, maxIterations, restart = maxIterations, preconditioned, symmetric}: HostOptions,
): Process<Solved> {
  const n = b.length;
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let x: Float64Array = new Float64Array(n);
  if (largest === 0) return {x, converged: true, steps: 0, residual: 0};
  if (!(largest < Infinity)) return {x, converged: false, steps: 0, residual: Infinity};
  // Solved for a right-hand side of norm 1, so that nothing leaves the range of f32.
  const unit = scaled(b, 1 / largest);
  const size = norm(unit);
  unit.forEach((value, i) => (unit[i] = value / size));

  let r = unit;
  let residual = 1;
  let steps = 0;
  let gain = 0;
  let quiet = 0;
  const rounding = () => Math.min(roundingOf(norm(x), n, gain), WORST_ROUNDING);
  const solved = () => residual <= Math.max(tolerance, rounding());
  while (steps < maxIterations && quiet < QUIET_RUNS && !solved()) {
    const budget = Math.min(restart, maxIterations - steps);
    const run = yield* method({r, target: 0.5 * tolerance, steps: budget, preconditioned});
    steps += Math.max(1, run.steps);
    gain = Math.max(gain, run.gain);
    let [candidate, left] = yield* corrected(x, run.x, unit);
    if (!(norm(left) <= tolerance)) {
      const safe = yield* corrected(x, run.safe, unit);
      if (!(norm(left) * ALIKE < norm(safe[1]))) [candidate, left] = safe;
    }
    const next = norm(left);
    quiet = next < STALLED * residual ? 0 : quiet + 1;
    if (!(next < residual)) continue;
    [x, r, residual] = [candidate, left, next];
  }
  if (symmetric && residual > WORST_ROUNDING) {
    const run = {r, target: 0.5 * tolerance, steps: maxIterations, preconditioned};
    x = yield* leastSquares(method, x, r, run, gain);
  }
  return {x: scaled(x, largest * size), converged: solved(), steps, residual};
}

/** Of two x the one that rounding cannot have spoilt is better, unless its residual is larger by this factor. */
const ALIKE = 1.02;

/** x + dx, rounded to f32, and its residual. */
function* corrected(
  x: Float64Array,
  dx: Float64Array,
  b: Float64Array,
): Process<[Float64Array, Float64Array]> {
  const candidate = x.slice();
  addScaled(candidate, 1, dx);
  const image = yield {map: 'A', vector: candidate};
  return [candidate, difference(b, image)];
}

/** ‖A r‖ ≤ this·‖A‖‖r‖ says that r is about orthogonal to what a symmetric A reaches. */
const ORTHOGONAL = 1e-3;

/**
 * For a symmetric A, where the residual r cannot be much smaller: the least-squares solution of least norm.
 *
 * What A reaches of r is y with A y = A r, a consistent system; z with A z = y is what x lacks. The rest of r lies in the null
 * space, and so does the part of x along it, which the Krylov space of b brings in.
 *
 * @see Liu, Milzarek & Roosta 2023, Obtaining pseudo-inverse solutions with MINRES.
 */
function* leastSquares(
  method: HostMethod,
  x: Float64Array,
  r: Float64Array,
  run: Run,
  gain: number,
): Process<Float64Array> {
  const image = yield {map: 'A', vector: r.slice()};
  if (!(norm(image) <= ORTHOGONAL * gain * norm(r)) || !(gain < Infinity)) return x;
  const solve = function* (right: Float64Array): Process<Float64Array> {
    const size = norm(right);
    if (size === 0) return right;
    const {safe} = yield* method({...run, r: scaled(right, 1 / size)});
    return scaled(safe, size);
  };
  const reached = yield* solve(image);
  const lacking = yield* solve(reached);
  const rest = difference(r, reached);
  const result = x.slice();
  addScaled(result, 1, lacking);
  addScaled(result, -dot(rest, result) / dot(rest, rest), rest);
  return result;
}

export interface HostOptions {
  tolerance: number;
  maxIterations: number;
  restart?: number | undefined;
  preconditioned: boolean;
  /** Whether the method is for symmetric matrices. */
  symmetric?: boolean | undefined;
}

/** The solutions for right-hand sides [B, n]. */
export function solveOnHost(
  method: HostMethod,
  rows: tf.Tensor2D,
  products: Products,
  options: HostOptions,
): {x: tf.Tensor2D; info: SolveInfo} {
  const [batch, n] = rows.shape;
  const values = readF64(rows);
  const systems = Array.from({length: batch}, (_, i) =>
    solveOne(method, values.slice(i * n, (i + 1) * n), options),
  );
  const results = sideBySide(systems, products, [batch, n]);
  const x = new Float32Array(batch * n);
  results.forEach((result, i) => x.set(result.x, i * n));
  const column = (pick: (result: Solved) => number) => tf.tensor1d(results.map(pick));
  return {
    x: tf.tensor2d(x, [batch, n]),
    info: {
      converged: column(({converged}) => Number(converged)),
      iterations: column(({steps}) => steps),
      residual: column(({residual}) => residual),
    },
  };
}

/** Runs the processes of all samples, each round of their requests as one product a map. */
function sideBySide<T>(processes: Process<T>[], products: Products, [batch, n]: [number, number]): T[] {
  const results = new Array<T>(batch);
  const waiting = new Map<number, Request>();
  const resume = (sample: number, answer?: Float64Array) => {
    const {done, value} = answer ? processes[sample].next(answer) : processes[sample].next();
    if (!done) {
      waiting.set(sample, value);
      return;
    }
    waiting.delete(sample);
    results[sample] = value;
  };
  for (let sample = 0; sample < batch; sample++) resume(sample);
  while (waiting.size > 0) {
    const {map} = waiting.values().next().value as Request;
    const asking = [...waiting].filter(([, request]) => request.map === map);
    const rows = new Float32Array(batch * n);
    for (const [sample, {vector}] of asking) {
      rows.set(vector, sample * n);
      vector.set(rows.subarray(sample * n, (sample + 1) * n));
    }
    const image = tf.tidy(() => products[map](tf.tensor2d(rows, [batch, n])));
    const values = readF64(image);
    image.dispose();
    for (const [sample] of asking) resume(sample, values.slice(sample * n, (sample + 1) * n));
  }
  return results;
}
