/** @file The kernel 'ImplicitKKT' on the backend 'tensorflow': the KKT systems of a batch on their active sets, in double precision. */
import type * as tf from '@tensorflow/tfjs-core';
import type {DeviceCompute} from '../../backends/node-device.js';
import {
  and,
  asNumber,
  chosen,
  concat,
  filled,
  given,
  identity,
  isAtMost,
  isEqual,
  isGreater,
  maximum,
  maxAbs,
  minus,
  mul,
  mulT,
  not,
  onDevice,
  over,
  overOrZero,
  slice,
  plus,
  scatter,
  broadcastTo,
  square,
  gather,
  tidy,
  times,
  transpose,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import {hardRows, KktFactors, NO_ROWS, type Solved} from './kkt-factors.js';
import {leastNorm} from './least-norm.js';
import {readMatrices} from './read-matrices.js';
import {equilibrate} from './scaling.js';

const DELTA = 1e-10;
const CORRECTIONS = 5;
/** A relative residual above this is that of a singular system. */
const SINGULAR = 1e-9;
/** Eigenvalues below this part of the largest count as zero. */
const RANK = 1e-12;
/** How often a system of least norm is solved, with corrections. */
const PASSES = 2;

type Inputs = 'Q' | 'G' | 'A' | 'weight' | 'status' | 'right';

export const deviceKKT: DeviceCompute<Inputs> = (inputs, {transpose: isTransposed}, backend) =>
  onDevice(backend, () => {
    const {u, residual} = tidy(() => solve(inputs, isTransposed as boolean));
    const [batch] = inputs.right.shape;
    return [
      {from: u, shape: inputs.right.shape},
      {from: residual, shape: [batch]},
    ];
  });

/**
 * K u = v, or Kᵀu = v, with
 *
 *     K = [ P     Cᵀ  ]      M = diag(weight).
 *         [ M C  M−I  ]
 *
 * Both reduce to [P Cᵀ; C −W] with W = (I − M)/M over the rows whose weight is not zero. If that system is singular, the result is the
 * least-squares solution of least norm (in the norm of the equilibrated system).
 */
function solve(
  {Q, G, A, weight, status, right}: Record<Inputs, tf.TensorInfo>,
  isTransposed: boolean,
): {u: Doubles; residual: Doubles} {
  const [batch] = right.shape;
  const [n, m, k] = [Q.shape[2], G.shape[1], A.shape[1]];
  const rows = k + m;
  const read = readMatrices({Q, G, A}, batch);
  const isSolved = isEqual(given(status, [batch, 1, 1]), 0);
  const eye = identity(n);
  const wide = (v: Doubles, height: number) => broadcastTo(v, [batch, height, n]);
  const P0 = where(isSolved, wide(read.P, n), eye);
  const C = where(isSolved, wide(read.C, rows), 0);
  const both = (equalities: Doubles, inequalities: Doubles) => concat([equalities, inequalities], 1);
  const share = both(filled([batch, k, 1], 1), given(weight, [batch, m, 1]));
  const scales = equilibrate(read.P, read.C, filled([1, rows, 1], 1));
  const D = where(isSolved, scales.D, 1);
  const E = where(isSolved, scales.E, 1);
  const lifted = plus(P0, times(times(read.lift, P0), eye));
  const scaled: Scaled = {
    P: times(times(lifted, D), transpose(D)),
    C: times(times(C, E), transpose(D)),
    w: times(square(E), overOrZero(minus(1, share), share)),
    counts: isGreater(share, 0),
  };
  // The vectors are (x, ineqDual, eqDual), but the rows begin with the equalities.
  const v = given(right, [batch, n + rows, 1]);
  const vx = slice(v, 1, 0, n);
  const vy = where(isSolved, both(slice(v, 1, n + m, k), slice(v, 1, n, m)), 0);
  const {counts} = scaled;
  // Rows of weight 0: yᵢ = −gᵢ, which then acts on the first block.
  const direct = isTransposed ? vx : plus(vx, mulT(C, where(counts, 0, vy)));
  const f = where(isSolved, times(D, direct), 0);
  const g = where(counts, times(E, isTransposed ? vy : overOrZero(vy, share)), 0);
  const found = solveScaled(scaled, f, g);
  const x = times(D, found.x);
  const scaledY = times(E, isTransposed ? overOrZero(found.y, share) : found.y);
  const y = where(counts, scaledY, minus(isTransposed ? mul(C, x) : 0, vy));
  const u = concat([x, slice(y, 1, k, m), slice(y, 1, 0, k)], 1);
  return {u: where(isSolved, u, 0), residual: where(isSolved, found.residual, 0)};
}

/** [P Cᵀ; C −W] over the rows that count. */
interface Scaled {
  P: Doubles;
  C: Doubles;
  w: Doubles;
  counts: Flags;
}

function solveScaled(scaled: Scaled, f: Doubles, g: Doubles): Solved {
  const {P, C, w, counts} = scaled;
  if (C.shape[1] === 0)
    return completed(scaled, f, g, new KktFactors(P, C, NO_ROWS, DELTA).refined(f, g, CORRECTIONS));
  const hard = asNumber(and(counts, isEqual(w, 0)));
  const present = asNumber(counts);
  const soft = where(counts, overOrZero(1, w), 0);
  const rows = {...hardRows(C, hard, hard), soft, w: times(present, w), present};
  const factors = new KktFactors(P, times(present, C), rows, DELTA);
  return completed(scaled, f, g, factors.refined(f, g, CORRECTIONS));
}

/** The solution, with that of least norm where a system is singular. */
function completed(scaled: Scaled, f: Doubles, g: Doubles, found: Solved): Solved {
  const singular = chosen(not(isAtMost(found.residual, SINGULAR)));
  if (singular.count === 0) return found;
  const few = (v: Doubles) => gather(v, singular);
  const {P, C, w, counts} = scaled;
  const part = {P: few(P), C: few(C), w: few(w), counts: gather(counts, singular, true)};
  const least = shortest(part, few(f), few(g));
  return {
    x: scatter(found.x, singular, least.x),
    y: scatter(found.y, singular, least.y),
    residual: scatter(found.residual, singular, least.residual),
  };
}

function shortest({P, C, w, counts}: Scaled, f: Doubles, g: Doubles): Solved {
  const n = P.shape[1];
  const present = asNumber(counts);
  const {hard: B, idle, toAll, toHard} = hardRows(C, present, present);
  const W = plus(idle, toHard(times(present, w)));
  const right = concat([f, toHard(g)], 1);
  const {u, rest} = leastNorm({P, B, W}, right, {rank: RANK, passes: PASSES});
  const residual = over(maxAbs(rest), maximum(maxAbs(right), 1e-30));
  return {x: slice(u, 1, 0, n), y: times(present, toAll(slice(u, 1, n, B.shape[1]))), residual};
}
