/** @file Determinants and cofactors on the backend 'tensorflow'. */
import type {DeviceCompute} from '../../../backends/node-device.js';
import {
  constant,
  diagonal,
  exp,
  identity,
  isEqual,
  logDeterminant,
  minus,
  mul,
  mulByT,
  mulT,
  onDevice,
  reshape,
  rowProducts,
  broadcastTo,
  svd,
  times,
  transpose,
  where,
  type Doubles,
} from '../arrays/index.js';
import {flat} from './batches.js';

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
      const factors = where(isEqual(left, 1), 1, transpose(s));
      return reshape(rowProducts(factors), [count, rows, 1]);
    };
    if (!direction) {
      const others = productsWithout(broadcastTo(eye, [count, n, n]), n);
      return [{from: mulByT(times(U, transpose(times(signs, others))), V), shape: a.shape}];
    }
    const {a: C} = flat(direction);
    const M = mulT(U, mul(C, V));
    // Row i·n + j leaves out i and j.
    const pairs = Array.from({length: n * n}, (_, at) =>
      Array.from({length: n}, (__, k) => Number(k === Math.floor(at / n) || k === at % n)),
    ).flat();
    const without = productsWithout(broadcastTo(constant(pairs, [1, n * n, n]), [count, n * n, n]), n * n);
    const P = times(reshape(without, [count, n, n]), minus(1, eye));
    const diag = mul(P, diagonal(M));
    const inner = minus(times(eye, diag), times(transpose(M), P));
    return [{from: times(signs, mulByT(mul(U, inner), V)), shape: a.shape}];
  });
