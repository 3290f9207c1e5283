/** @file The iteration of OSQP and BoxOSQP: operator splitting for min ½ xᵀQx + pᵀx, l ≤ Ax ≤ u, for a whole batch. */
import * as tf from '@tensorflow/tfjs-core';
import {Status} from '../../../implicit/index.js';
import {fill, hostCanRead} from '../../../kernels/index.js';
import {matVec} from '../../../linalg/index.js';
import type {Reporter} from '../../iteration/report.js';
import {lookAt, type Steps} from '../../iteration/steps.js';
import {errorMeter} from './errors.js';
import {activeRows, bestOf, polish, pressed} from './polish.js';
import {farkasRay, unboundedRay} from './proofs.js';
import {finite, noneOf, type BoxedRows, type Candidate, type Pair} from './rows.js';
import {equilibrate} from './scaling.js';
import {advance, balance, firstIterate, firstPenalty, inverseOf, type Iterate} from './step.js';

export interface SplittingOptions {
  maxIterations: number;
  tolerance: number;
  /** Called at each check of the state. */
  reporter?: Reporter | null;
}

/** The result of the iteration; zero where the status is not 0, except for the certificates. */
export interface SplittingResult {
  /** [B, n]. */
  x: tf.Tensor2D;
  /** Shape [B, m]: Qx + p + Aᵀy = 0. */
  y: tf.Tensor2D;
  /** [B, m], bool: the bounds that hold with equality. */
  lower: tf.Tensor2D;
  upper: tf.Tensor2D;
  /** [B, m], bool: those of them that may also be inactive, as far as is known. */
  weak?: tf.Tensor2D | undefined;
  /** [B], int32. */
  status: tf.Tensor1D;
  iterations: tf.Tensor1D;
  /** [B]. */
  residual: tf.Tensor1D;
  /** Status 2: x with Qx = 0 and pᵀx = −1 along which the bounds are satisfied. Status 1: y with Aᵀy = 0, uᵀy₊ + lᵀy₋ = −1. */
  certificate: {x: tf.Tensor2D; y: tf.Tensor2D};
}

/** Also contains the best point of each sample, whether it is solved or not. */
export type SplittingEnd = SplittingResult & {point: Pair};

/** The factor by which the penalty of an equality is larger. */
const EQUALITY = 1e3;
/** The number of iterations between two checks of the state; later a quarter of the iterations so far. */
const FIRST_LOOK = 20;
/** A penalty within this factor of the better one is kept, which saves a factorisation. */
const KEEP = 2;

/** The number of iterations if the host cannot see that fewer are enough. */
const UNSEEN = 300;

type Found = Candidate & {status: tf.Tensor2D; iterations: tf.Tensor2D; rayX: tf.Tensor2D; rayY: tf.Tensor2D};
type Look = {iterate: Iterate; found: Found; rho: tf.Tensor2D; inverse: tf.Tensor3D; before: Pair};

/**
 * Iterates on equilibrated data with corrections x ← x − S⁻¹(Qx + p + Aᵀ(y + ρ(Ax − z))) with
 * S = Q + σI + AᵀρA: S⁻¹ is only as accurate as f32 allows, but the fixed point does not depend on its errors. It is an explicit inverse,
 * so that an iteration is four products.
 *
 * From time to time it checks the state: the guess of the active bounds is polished, and points that then satisfy the KKT conditions to
 * `tolerance` are kept; differences of the iterates are tried as certificates; and the penalties are balanced.
 *
 * @param data Finite except for the bounds, with l ≤ u and Q positive semidefinite.
 * @param status [B, 1]: 3 for the samples to solve; the others keep theirs.
 * @param start In the units of the problem, or `null`.
 * @see Stellato et al. 2020 (arXiv 1711.08013), algorithm 1 and sections 3.4, 4, 5.
 */
export function* splitOperators(
  data: BoxedRows,
  status: tf.Tensor2D,
  start: Pair | null,
  {maxIterations, tolerance, reporter}: SplittingOptions,
): Steps<SplittingEnd> {
  const scaled = equilibrate(data);
  const {Q, A, D, E} = scaled;
  const [p, l, u] = [tf.mul(data.p, D), tf.mul(data.l, E), tf.mul(data.u, E)];
  const even = {Q, A, p, l, u} as BoxedRows;
  const emphasis = tf.where(tf.equal(data.l, data.u), tf.fill(data.l.shape, EQUALITY), tf.onesLike(data.l));
  const errorAt = errorMeter(data, scaled);
  const begin = (): Look => {
    const guess = start && ({x: tf.div(start.x, D), y: tf.div(start.y, E)} as Pair);
    const iterate = firstIterate(even, guess);
    const {x, y} = iterate;
    const masks = {lower: noneOf(y.shape), upper: noneOf(y.shape)};
    const zero = {x: tf.zerosLike(x), y: tf.zerosLike(y), error: fill(status.shape, Infinity), ...masks};
    const nothing = {iterations: tf.zerosLike(status), rayX: zero.x, rayY: zero.y};
    const found = {...zero, ...nothing, status} as unknown as Found;
    return {iterate, found, rho: firstPenalty(even), inverse: tf.zeros([1, 1, 1]), before: {x, y}};
  };
  /** Keeps the samples that are solved or certified, and balances the penalties. */
  const look = ({iterate, found, rho, inverse, before}: Look, k: number): Look => {
    const {x, y, z} = iterate;
    const image = matVec(A, x) as tf.Tensor2D;
    const point = {x: tf.mul(x, D), y: tf.mul(y, E)} as Pair;
    const weights = {...scaled, rho: tf.mul(rho, emphasis) as tf.Tensor2D};
    const raw = {...point, error: errorAt(point), ...activeRows(data, weights, point)};
    const best = bestOf(raw, polish(data, weights, point, errorAt, tolerance / 10));
    const open = tf.equal(found.status, Status.ITERATION_LIMIT);
    const solved = tf.logicalAnd(open, tf.lessEqual(best.error, tolerance));
    const moved = {x: tf.sub(x, before.x), y: tf.sub(y, before.y)} as Pair;
    const none = {x: tf.zerosLike(x), y: tf.zerosLike(y), proven: noneOf(solved.shape)};
    // If the host can see that everything is solved, the rest is not needed.
    const left = tf.logicalAnd(open, tf.logicalNot(solved));
    const settled = hostCanRead() && !left.dataSync().some(Boolean);
    const trying = k > 0 && !settled;
    const farkas = trying ? farkasRay(even, moved.y) : {ray: none.y, proven: none.proven};
    const falling = trying ? unboundedRay(even, moved.x) : {ray: none.x, proven: none.proven};
    const infeasible = tf.logicalAnd(left, farkas.proven);
    const unbounded = tf.logicalAnd(tf.logicalAnd(left, tf.logicalNot(infeasible)), falling.proven);
    const code = (value: number) => fill(open.shape, value);
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
    const target = trying ? balance(rho, even, {x, y, z, image}) : rho;
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
  let state = tf.tidy(() => look(begin(), 0) as unknown as tf.TensorContainerObject) as unknown as Look;
  const tell = (iteration: number) =>
    reporter?.step({iteration, x: state.found.x, residual: tf.reshape(state.found.error, [-1])});
  tell(0);
  const isDone = () => hostCanRead() && !state.found.status.dataSync().includes(Status.ITERATION_LIMIT);
  const most = hostCanRead() ? maxIterations : Math.min(maxIterations, UNSEEN);
  const open = () => tf.cast(tf.equal(state.found.status, Status.ITERATION_LIMIT), 'float32');
  const lookAfter = (iteration: number) => () =>
    lookAt({iteration, maxIterations}, tf.reshape(open(), [-1]), tf.reshape(state.found.error, [-1]));
  for (let k = 0; k < most && !isDone();) {
    const steps = Math.min(Math.max(FIRST_LOOK, k >> 2), most - k);
    const rows = tf.mul(state.rho, emphasis);
    let iterate = state.iterate;
    for (let i = 0; i < steps; i++) {
      const previous = iterate;
      iterate = tf.tidy(() => advance(even, previous, rows, state.inverse));
      tf.dispose(previous);
      yield {look: lookAfter(k + i + 1)};
    }
    k += steps;
    const previous = {...state, iterate};
    state = tf.tidy(() => look(previous, k) as unknown as tf.TensorContainerObject) as unknown as Look;
    tf.dispose([previous as unknown as tf.TensorContainerObject, rows]);
    tell(k);
  }
  const {found} = state;
  const isSolved = tf.equal(found.status, Status.SOLVED);
  const {lower, upper} = pressed(data, found);
  const only = (value: tf.Tensor) =>
    tf.where(tf.broadcastTo(isSolved, value.shape), value, tf.zerosLike(value)) as tf.Tensor2D;
  const flat = (value: tf.Tensor) => tf.reshape(value, [-1]) as tf.Tensor1D;
  return {
    x: only(found.x),
    y: only(found.y),
    lower: tf.logicalAnd(lower, isSolved) as tf.Tensor2D,
    upper: tf.logicalAnd(upper, isSolved) as tf.Tensor2D,
    status: flat(tf.cast(found.status, 'int32')),
    iterations: flat(tf.cast(found.iterations, 'int32')),
    residual: flat(found.error),
    certificate: {x: found.rayX, y: found.rayY},
    point: {x: finite(found.x), y: finite(found.y)} as Pair,
  };
}
