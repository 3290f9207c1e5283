/** @file The iteration behind OSQP and BoxOSQP: operator splitting for min ½ xᵀQx + pᵀx, l ≤ Ax ≤ u, a batch at a time. */
import * as tf from '@tensorflow/tfjs-core';
import {Status} from '../implicit/index.js';
import {hostCanRead, SingularMatrixError} from '../kernels/index.js';
import {cholesky, choleskySolve, matVec, matVecTransposed} from '../linalg/index.js';
import {
  activeRows,
  bestOf,
  boundsError,
  clip,
  farkasRay,
  largest,
  polish,
  unboundedRay,
  type BoxedRows,
  type Candidate,
  type Equilibrated,
  type Pair,
} from './operator-splitting-proofs.js';

export interface SplittingOptions {
  maxIterations: number;
  tolerance: number;
}

/** What the iteration found; zero where the status is not 0, but for the certificates. */
export interface SplittingResult {
  /** [B, n]. */
  x: tf.Tensor2D;
  /** [B, m]: Qx + p + Aᵀy = 0. */
  y: tf.Tensor2D;
  /** [B, m], bool: the bounds that hold with equality. */
  lower: tf.Tensor2D;
  upper: tf.Tensor2D;
  /** [B], int32. */
  status: tf.Tensor1D;
  iterations: tf.Tensor1D;
  /** [B]. */
  residual: tf.Tensor1D;
  /** Status 2: x with Qx = 0 and pᵀx = −1 along which the bounds are kept. Status 1: y with Aᵀy = 0, uᵀy₊ + lᵀy₋ = −1. */
  certificate: {x: tf.Tensor2D; y: tf.Tensor2D};
}

/** Over-relaxation. */
const ALPHA = 1.6;
/** How much heavier an equality is. */
const EQUALITY = 1e3;
/** Of the largest diagonal entry: what keeps the matrix definite in spite of the rounding of f32. */
const SIGMA = 1e-5;
/** Between two looks at the state: this many iterations, later a quarter of those made so far. */
const FIRST_LOOK = 20;
/** A penalty that is nearer than this factor to the better one stays, which spares a factorisation. */
const KEEP = 2;

/** Passes of the equilibration. */
const RUIZ = 10;
const TINY = 1e-10;

type Iterate = {x: tf.Tensor2D; y: tf.Tensor2D; z: tf.Tensor2D; image: tf.Tensor2D};
type Found = Candidate & {status: tf.Tensor2D; iterations: tf.Tensor2D; rayX: tf.Tensor2D; rayY: tf.Tensor2D};
type Look = {iterate: Iterate; found: Found; rho: tf.Tensor2D; inverse: tf.Tensor3D; before: Pair};

/**
 * Iterates, in the space of Ruiz-equilibrated data, on corrections x ← x − S⁻¹(Qx + p + Aᵀ(y + ρ(Ax − z))) with
 * S = Q + σI + AᵀρA: S⁻¹ is as inexact as f32 makes it, the fixed point is not. It is an explicit inverse, so that an
 * iteration is four products.
 *
 * Now and then it looks at the state: the guess of the active bounds is polished, and what then satisfies the KKT conditions
 * to `tolerance` is kept; differences of the iterates are tried as certificates; and the penalties are balanced.
 *
 * @param data Finite but for the bounds, with l ≤ u and Q positive semidefinite.
 * @param status [B, 1]: 3 for the samples to solve; the others keep theirs.
 * @param start In the units of the problem, or `null`.
 * @see Stellato et al. 2020 (arXiv 1711.08013), algorithm 1 and sections 3.4, 4, 5.
 */
export function splitOperators(
  data: BoxedRows,
  status: tf.Tensor2D,
  start: Pair | null,
  {maxIterations, tolerance}: SplittingOptions,
): SplittingResult {
  return tf.tidy(() => {
    const scaled = equilibrate(data);
    const {Q, A, D, E} = scaled;
    const [p, l, u] = [tf.mul(data.p, D), tf.mul(data.l, E), tf.mul(data.u, E)];
    const even = {Q, A, p, l, u} as BoxedRows;
    const emphasis = tf.where(tf.equal(data.l, data.u), tf.fill(data.l.shape, EQUALITY), tf.onesLike(data.l));
    const begin = (): Look => {
      const x = (start ? tf.div(finite(start.x), D) : tf.zerosLike(data.p)) as tf.Tensor2D;
      const y = (start ? tf.div(finite(start.y), E) : tf.zerosLike(data.l)) as tf.Tensor2D;
      const image = matVec(A, x) as tf.Tensor2D;
      const iterate = {x, y, z: clip(image, l, u), image};
      const none = tf.zerosLike(status);
      const masks = {lower: tf.fill(y.shape, 0, 'bool'), upper: tf.fill(y.shape, 0, 'bool')};
      const zero = {x: tf.zerosLike(x), y: tf.zerosLike(y), error: tf.fill(status.shape, Infinity), ...masks};
      const found = {...zero, status, iterations: none, rayX: zero.x, rayY: zero.y} as unknown as Found;
      const size = tf.maximum(1e-3, tf.max(tf.abs(p), 1, true));
      const rho = tf.mul(0.1, size) as tf.Tensor2D;
      return {iterate, found, rho, inverse: tf.zeros([1, 1, 1]), before: {x, y}};
    };
    /** Keeps what is solved or certified, and balances the penalties. */
    const look = ({iterate, found, rho, inverse, before}: Look, k: number): Look => {
      const {x, y, z} = iterate;
      const image = matVec(A, x) as tf.Tensor2D;
      const point = {x: tf.mul(x, D), y: tf.mul(y, E)} as Pair;
      const weights = {...scaled, rho: tf.mul(rho, emphasis) as tf.Tensor2D};
      const raw = {...point, error: boundsError(data, point), ...activeRows(data, weights, point)};
      const best = bestOf(raw, polish(data, weights, point, tolerance / 10));
      const open = tf.equal(found.status, Status.ITERATION_LIMIT);
      const solved = tf.logicalAnd(open, tf.lessEqual(best.error, tolerance));
      const moved = {x: tf.sub(x, before.x), y: tf.sub(y, before.y)} as Pair;
      const none = {x: tf.zerosLike(x), y: tf.zerosLike(y), proven: tf.zerosLike(solved)};
      // Where the host can see that everything is solved, what follows is of no use.
      const left = tf.logicalAnd(open, tf.logicalNot(solved));
      const settled = hostCanRead() && !left.dataSync().some(Boolean);
      const trying = k > 0 && !settled;
      const farkas = trying ? farkasRay(even, moved.y) : {ray: none.y, proven: none.proven};
      const falling = trying ? unboundedRay(even, moved.x) : {ray: none.x, proven: none.proven};
      const infeasible = tf.logicalAnd(left, farkas.proven);
      const unbounded = tf.logicalAnd(tf.logicalAnd(left, tf.logicalNot(infeasible)), falling.proven);
      const code = (value: number) => tf.fill(open.shape, value);
      const now = tf.where(
        solved,
        code(Status.SOLVED),
        tf.where(
          infeasible,
          code(Status.PRIMAL_INFEASIBLE),
          tf.where(unbounded, code(Status.DUAL_INFEASIBLE), found.status),
        ),
      );
      const next = {
        ...bestOf(found, {...best, error: tf.where(open, best.error, code(Infinity)) as tf.Tensor2D}),
        status: now,
        iterations: tf.where(open, code(k), found.iterations),
        rayX: tf.where(tf.broadcastTo(unbounded, x.shape), tf.mul(D, falling.ray), found.rayX),
        rayY: tf.where(tf.broadcastTo(infeasible, y.shape), tf.mul(E, farkas.ray), found.rayY),
      } as Found;
      const target = trying ? balance(rho, {Q, A, p}, {x, y, z, image}) : rho;
      const far = tf.greater(tf.abs(tf.log(tf.div(target, rho))), Math.log(KEEP));
      // Without a synchronous read it is not known whether a penalty changed.
      const same = settled || (k > 0 && hostCanRead() && !far.dataSync().some(Boolean));
      const rhoNext = (same ? tf.clone(rho) : tf.where(far, target, rho)) as tf.Tensor2D;
      return {
        iterate: {x: tf.clone(x), y: tf.clone(y), z: tf.clone(z), image},
        found: next,
        rho: rhoNext,
        inverse: same ? tf.clone(inverse) : inverseOf(scaled, tf.mul(rhoNext, emphasis)),
        before: {x: tf.clone(x), y: tf.clone(y)},
      };
    };
    const step = ({x, y, z, image}: Iterate, rho: tf.Tensor, inverse: tf.Tensor3D): Iterate => {
      const pull = matVecTransposed(A, tf.add(y, tf.mul(rho, tf.sub(image, z))));
      const move = tf.mul(-ALPHA, matVec(inverse, tf.addN([matVec(Q, x), p, pull])));
      const moved = tf.add(image, matVec(A, move)) as tf.Tensor2D;
      // α(image + A move/α) + (1 − α)z: what `moved` lacks is (α − 1)(image − z).
      const relaxed = tf.add(moved, tf.mul(ALPHA - 1, tf.sub(image, z)));
      const shifted = tf.add(relaxed, tf.div(y, rho));
      const zNext = clip(shifted, l, u);
      const yNext = tf.mul(rho, tf.sub(shifted, zNext)) as tf.Tensor2D;
      return {x: tf.add(x, move) as tf.Tensor2D, y: yNext, z: zNext, image: moved};
    };

    let state = tf.tidy(() => look(begin(), 0) as unknown as tf.TensorContainerObject) as unknown as Look;
    const isDone = () => hostCanRead() && !state.found.status.dataSync().includes(Status.ITERATION_LIMIT);
    for (let k = 0; k < maxIterations && !isDone();) {
      const steps = Math.min(Math.max(FIRST_LOOK, k >> 2), maxIterations - k);
      const rows = tf.mul(state.rho, emphasis);
      let iterate = state.iterate;
      for (let i = 0; i < steps; i++) {
        const previous = iterate;
        iterate = tf.tidy(() => step(previous, rows, state.inverse));
        tf.dispose(previous);
      }
      k += steps;
      const previous = {...state, iterate};
      state = tf.tidy(() => look(previous, k) as unknown as tf.TensorContainerObject) as unknown as Look;
      tf.dispose([previous as unknown as tf.TensorContainerObject, rows]);
    }
    const {found} = state;
    const isSolved = tf.equal(found.status, Status.SOLVED);
    const only = (value: tf.Tensor) =>
      tf.where(tf.broadcastTo(isSolved, value.shape), value, tf.zerosLike(value)) as tf.Tensor2D;
    const flat = (value: tf.Tensor) => tf.reshape(value, [-1]) as tf.Tensor1D;
    return {
      x: only(found.x),
      y: only(found.y),
      lower: tf.logicalAnd(found.lower, isSolved),
      upper: tf.logicalAnd(found.upper, isSolved),
      status: flat(tf.cast(found.status, 'int32')),
      iterations: flat(tf.cast(found.iterations, 'int32')),
      residual: flat(found.error),
      certificate: {x: found.rayX, y: found.rayY},
    } as unknown as tf.TensorContainerObject;
  }) as unknown as SplittingResult;
}

/** DQD and EAD with rows and columns of [Q Aᵀ; A 0] of largest entry about one. @see Ruiz 2001; section 5.1. */
export function equilibrate({Q, A}: BoxedRows): Equilibrated {
  let D: tf.Tensor = tf.ones([Math.max(Q.shape[0], A.shape[0]), Q.shape[2]!]);
  let E: tf.Tensor = tf.ones(A.shape.slice(0, 2));
  const scaled = () => ({
    Q: tf.mul(tf.mul(tf.expandDims(D, 2), Q), tf.expandDims(D, 1)),
    A: tf.mul(tf.mul(tf.expandDims(E, 2), A), tf.expandDims(D, 1)),
  });
  for (let i = 0; i < RUIZ; i++) {
    const at = scaled();
    const columns = tf.maximum(tf.max(tf.abs(at.Q), 1), tf.max(tf.abs(at.A), 1));
    D = tf.div(D, rootOf(columns));
    E = tf.div(E, rootOf(tf.max(tf.abs(at.A), 2)));
  }
  return {...scaled(), D, E};
}

/** √v; 1 where v is zero. */
function rootOf(v: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.where(tf.greater(v, 0), tf.maximum(v, 1e-20), tf.onesLike(v)));
}

/** (Q + σI + AᵀρA)⁻¹, [B, n, n], for ρ [B, m]. */
function inverseOf({Q, A}: Equilibrated, rho: tf.Tensor): tf.Tensor3D {
  const n = Q.shape[2]!;
  const root = tf.mul(tf.expandDims(tf.sqrt(rho), 2), A);
  const S = tf.add(Q, tf.matMul(root, root, true));
  const unit = tf.expandDims(tf.eye(n), 0);
  const diagonal = tf.max(tf.mul(S, unit), [1, 2], true);
  for (let sigma = SIGMA; ; sigma *= 10) {
    try {
      const regular = tf.add(S, tf.mul(tf.maximum(tf.mul(sigma, diagonal), 1e-8), unit));
      return choleskySolve(cholesky(regular), unit) as tf.Tensor3D;
    } catch (error) {
      if (!(error instanceof SingularMatrixError) || sigma > 1) throw error;
    }
  }
}

/** ρ √(relative primal residual / relative dual residual), within a factor of ten. @see section 5.2, equation 31. */
function balance(
  rho: tf.Tensor2D,
  {Q, A, p}: {Q: tf.Tensor; A: tf.Tensor; p: tf.Tensor},
  {x, y, z, image}: Iterate,
): tf.Tensor2D {
  const [Qx, Ay] = [matVec(Q, x), matVecTransposed(A, y)];
  // Both numerator and denominator may be zero, where Ax = 0 for every iterate: no residual then, not NaN.
  const relative = (residual: tf.Tensor, ...terms: tf.Tensor[]) =>
    tf.div(
      largest(residual),
      terms.reduce((a: tf.Tensor, term) => tf.maximum(a, largest(term)), tf.scalar(TINY)),
    );
  const primal = relative(tf.sub(image, z), image, z);
  const dual = relative(tf.addN([Qx, p, Ay]), Qx, p, Ay);
  const ratio = tf.sqrt(tf.div(tf.add(primal, TINY), tf.add(dual, TINY)));
  return tf.clipByValue(tf.mul(rho, tf.clipByValue(ratio, 0.1, 10)), 1e-6, 1e6);
}

/** The entries that are finite; zero for the others. */
function finite(v: tf.Tensor): tf.Tensor {
  return tf.where(tf.isFinite(v), v, tf.zerosLike(v));
}
