/**
 * @file The kernels of dense linear algebra on the backend 'tensorflow', in double precision. A sample that the host would reject gets NaN,
 * because the host does not look at it.
 */
import * as tf from '@tensorflow/tfjs-core';
import type {DeviceCompute} from '../../backends/node-device.js';
import {
  abs,
  all,
  cholesky,
  choleskySolve,
  constant,
  diagonal,
  eigh,
  exp,
  given,
  identity,
  isEqual,
  isGreater,
  logDeterminant,
  lowerPart,
  max,
  maxAbs,
  minus,
  mul,
  mulByT,
  mulT,
  onDevice,
  overOrZero,
  plus,
  qr,
  reshape,
  rowMaxima,
  rowProducts,
  spread,
  svd,
  times,
  triangularSolve,
  turned,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';

const size = (shape: readonly number[]) => shape.reduce((count, length) => count * length, 1);

/** The batch of an array of matrices, and its matrices with one batch axis. */
function flat(info: tf.TensorInfo): {a: Doubles; batch: number[]} {
  const batch = info.shape.slice(0, -2);
  return {a: given(info, [size(batch), ...info.shape.slice(-2)]), batch};
}

/** Two arrays of matrices with one batch axis, on which they broadcast. */
function pair(a: tf.TensorInfo, b: tf.TensorInfo): {a: Doubles; b: Doubles; batch: number[]} {
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const widened = (info: tf.TensorInfo): Doubles => {
    const own = info.shape.slice(0, -2);
    const matrix = info.shape.slice(-2);
    if (size(own) === 1 || size(own) === size(batch)) return given(info, [size(own), ...matrix]);
    // The backend takes no more than four axes, so the batch axes are repeated one by one.
    const padded = [...batch.map(() => 1), ...own].slice(-batch.length);
    let array = given(info);
    batch.forEach((length, axis) => {
      const after = size(padded.slice(axis + 1)) * size(matrix);
      const before = size(batch.slice(0, axis));
      array = spread(reshape(array, [before, padded[axis], after]), [before, length, after]);
    });
    return reshape(array, [size(batch), ...matrix]);
  };
  return {a: widened(a), b: widened(b), batch};
}

/** Factors with rows and columns of size one, so that units do not count. */
interface Factored {
  Q: Doubles;
  R: Doubles;
  rows: Doubles;
  columns: Doubles;
  regular: Flags;
}

/** A pivot below this part of its column is rounding. */
const SINGULAR = 2 ** -46;

function factor(a: Doubles): Factored {
  const rows = overOrZero(1, rowMaxima(abs(a)));
  const scaled = times(a, rows);
  const columns = overOrZero(1, turned(max(abs(scaled))));
  const {Q, R} = qr(times(scaled, turned(columns)));
  const regular = all(isGreater(abs(diagonal(R)), SINGULAR));
  return {Q, R, rows, columns, regular};
}

/** A⁻¹ b or A⁻ᵀ b, corrected once; any number for a singular matrix. */
function solveGeneral(a: Doubles, b: Doubles, adjoint: boolean): {x: Doubles; regular: Flags} {
  const {Q, R, rows, columns, regular} = factor(a);
  const apply = (right: Doubles): Doubles =>
    adjoint
      ? times(rows, mul(Q, triangularSolve(R, times(columns, right), false, true)))
      : times(columns, triangularSolve(R, mulT(Q, times(rows, right)), false, false));
  const x = apply(b);
  return {x: plus(x, apply(minus(b, adjoint ? mulT(a, x) : mul(a, x)))), regular};
}

/** A⁺ b or A⁺ᵀ b. */
function pseudoInverse(a: Doubles, b: Doubles, rcond: number, adjoint: boolean): Doubles {
  const {s, U, V} = svd(a);
  const inverse = where(isGreater(s, times(rcond, max(s))), overOrZero(1, s), 0);
  return adjoint ? mul(U, times(inverse, mulT(V, b))) : mul(V, times(inverse, mulT(U, b)));
}

export const deviceCholesky: DeviceCompute<'a'> = ({a}, _attributes, backend) =>
  onDevice(backend, () => [{from: lowerPart(cholesky(flat(a).a)), shape: a.shape}]);

export const deviceCholeskySolve: DeviceCompute<'l' | 'b'> = ({l, b}, _attributes, backend) =>
  onDevice(backend, () => {
    const {a: L, b: right, batch} = pair(l, b);
    return [{from: choleskySolve(L, withZero(L, right)), shape: [...batch, ...b.shape.slice(-2)]}];
  });

/** NaN where a triangular matrix has a zero on its diagonal. */
function withZero(t: Doubles, b: Doubles): Doubles {
  return where(all(isGreater(abs(diagonal(t)), 0)), b, NaN);
}

export const deviceTriangularSolve: DeviceCompute<'t' | 'b'> = ({t, b}, attributes, backend) =>
  onDevice(backend, () => {
    const {lower, transpose = false, unitDiagonal = false} = attributes as Record<string, boolean>;
    const {a: T, b: right, batch} = pair(t, b);
    const own = unitDiagonal ? where(isEqual(identity(T.shape[1]), 1), 1, T) : T;
    const x = triangularSolve(own, withZero(own, right), lower, transpose);
    return [{from: x, shape: [...batch, ...b.shape.slice(-2)]}];
  });

export const deviceSolve: DeviceCompute<'a' | 'b'> = ({a, b}, attributes, backend) =>
  onDevice(backend, () => {
    const {positiveDefinite, adjoint} = attributes as Record<string, boolean>;
    const {a: A, b: right, batch} = pair(a, b);
    const shape = [...batch, ...b.shape.slice(-2)];
    if (positiveDefinite) return [{from: choleskySolve(cholesky(A), right), shape}];
    const {x, regular} = solveGeneral(A, right, adjoint);
    return [{from: where(regular, x, NaN), shape}];
  });

export const deviceLstsq: DeviceCompute<'a' | 'b'> = ({a, b}, attributes, backend) =>
  onDevice(backend, () => {
    const {rcond, adjoint} = attributes as {rcond: number; adjoint: boolean};
    const [m, n] = a.shape.slice(-2);
    const columns = b.shape[b.shape.length - 1];
    const {a: A, b: right, batch} = pair(a, b);
    const x = pseudoInverse(A, right, rcond, adjoint);
    const residual = minus(right, adjoint ? mulT(A, x) : mul(A, x));
    return [
      {from: x, shape: [...batch, adjoint ? m : n, columns]},
      {from: residual, shape: [...batch, ...b.shape.slice(-2)]},
    ];
  });

/** Differences of eigenvalues that f32 data cannot tell from zero, relative to the largest and per row. */
const EQUAL = 2 ** -23;

export const deviceEigh: DeviceCompute<'a'> = ({a}, _attributes, backend) =>
  onDevice(backend, () => {
    const lower = lowerPart(flat(a).a);
    const n = lower.shape[1];
    const eye = identity(n);
    const {values, vectors} = eigh(plus(lower, turned(times(lower, minus(1, eye)))));
    const gaps = minus(turned(values), values);
    const differ = isGreater(abs(gaps), times(n * EQUAL, maxAbs(values)));
    return [
      {from: values, shape: a.shape.slice(0, -1)},
      {from: vectors, shape: a.shape},
      {from: where(differ, overOrZero(1, gaps), 0), shape: a.shape},
    ];
  });

export const deviceDeterminant: DeviceCompute<'a'> = ({a}, _attributes, backend) =>
  onDevice(backend, () => {
    const {a: A, batch} = flat(a);
    const {sign, log: logabs} = logDeterminant(A);
    return [where(isEqual(sign, 0), 0, times(sign, exp(logabs))), sign, logabs].map((from) => ({
      from,
      shape: batch,
    }));
  });

/**
 * With A = U diag(σ) Vᵀ, the cofactors are det U det V · U diag(Π_{k≠i} σ_k) Vᵀ, and their derivative has the products without two of the
 * σ. Nothing is divided by σ, so singular matrices need no care.
 */
export const deviceCofactors: DeviceCompute<'a' | 'direction'> = ({a, direction}, _attributes, backend) =>
  onDevice(backend, () => {
    const {a: A} = flat(a);
    const n = A.shape[1];
    const count = A.shape[0];
    const {s, U, V} = svd(A);
    const signs = times(logDeterminant(U).sign, logDeterminant(V).sign);
    const eye = identity(n);
    /** Π over k of σ_k, where the flag [·, k] of each row is not set. */
    const productsWithout = (left: Doubles, rows: number): Doubles => {
      const factors = where(isEqual(left, 1), 1, turned(s));
      return reshape(rowProducts(factors), [count, rows, 1]);
    };
    if (!direction) {
      const others = productsWithout(spread(eye, [count, n, n]), n);
      return [{from: mulByT(times(U, turned(times(signs, others))), V), shape: a.shape}];
    }
    const {a: C} = flat(direction);
    const M = mulT(U, mul(C, V));
    // Row i·n + j leaves out i and j.
    const pairs = Array.from({length: n * n}, (_, at) =>
      Array.from({length: n}, (__, k) => Number(k === Math.floor(at / n) || k === at % n)),
    ).flat();
    const without = productsWithout(spread(constant(pairs, [1, n * n, n]), [count, n * n, n]), n * n);
    const P = times(reshape(without, [count, n, n]), minus(1, eye));
    const diag = mul(P, diagonal(M));
    const inner = minus(times(eye, diag), times(turned(M), P));
    return [{from: times(signs, mulByT(mul(U, inner), V)), shape: a.shape}];
  });
