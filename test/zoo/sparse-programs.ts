/** @file Quadratic programs with sparse matrices: known ones in that form, and others whose entries lie around the diagonal. */
import * as tf from '@tensorflow/tfjs-core';
import {sparseMatrix, type QPInput} from '../../src/index.js';
import {randomOf} from '../helpers/random.js';
import type {KnownQP} from './quadratic-programs.js';

export interface Places {
  shape: [number, number];
  rows: number[];
  columns: number[];
}

/** The places of the entries of a matrix that are not zero, from the last to the first. */
export function placesOf(M: number[][], columns: number): Places {
  const at = M.flatMap((row, i) => row.flatMap((value, j) => (value === 0 ? [] : [[i, j]]))).reverse();
  return {shape: [M.length, columns], rows: at.map(([i]) => i), columns: at.map(([, j]) => j)};
}

/** The values of the entries. */
export const entriesOf = (M: number[][], {rows, columns}: Places) => rows.map((i, e) => M[i][columns[e]]);

/** The six parameters in the order of `tf.grads`, and the problem of them. */
export function sparseForm({n, Q, p, G, h, A, b}: KnownQP) {
  const places = {Q: placesOf(Q, n), G: placesOf(G, n), A: placesOf(A, n)};
  const values = [entriesOf(Q, places.Q), p, entriesOf(G, places.G), h, entriesOf(A, places.A), b].map(
    (numbers) => tf.tensor1d(numbers, 'float32'),
  );
  const problem = ([q, cost, g, bounds, a, sides]: tf.Tensor[]): QPInput => ({
    Q: sparseMatrix({...places.Q, values: q}),
    p: cost,
    ...(G.length > 0 && {G: sparseMatrix({...places.G, values: g}), h: bounds}),
    ...(A.length > 0 && {A: sparseMatrix({...places.A, values: a}), b: sides}),
  });
  return {places, values, problem};
}

/** Numbers to weight a solution with. */
export const wave = (size: number, phase: number) =>
  Array.from({length: size}, (_, i) => Math.fround(Math.cos(phase + 2 * i)));

/** The same problem with fewer entries: what is not zero lies around the diagonal. */
export function banded(size: {n: number; m: number; k: number}, seed: string): KnownQP {
  const random = randomOf(seed);
  const {n, m, k} = size;
  const near = (i: number, j: number, rows: number) => Math.abs(i * n - j * rows) <= 2 * Math.max(n, rows);
  const matrix = (rows: number) =>
    Array.from({length: rows}, (_, i) =>
      Array.from({length: n}, (__, j) => (near(i, j, rows) ? Math.fround(2 * random() - 1) : 0)),
    );
  const L = matrix(n);
  const Q = L.map((u, i) =>
    L.map((v, j) => Math.fround(u.reduce((sum, value, e) => sum + value * v[e], 0) + (i === j ? 0.1 : 0))),
  );
  const [G, A] = [matrix(m), matrix(k)];
  const x = Array.from({length: n}, () => Math.fround(2 * random() - 1));
  const active = Array.from({length: m}, (_, i) => i % 3 === 0);
  const ineqDual = active.map((is) => (is ? 0.5 + random() : 0));
  const eqDual = A.map(() => random() - 0.5);
  const at = (row: number[]) => row.reduce((sum, value, j) => sum + value * x[j], 0);
  const h = G.map((row, i) => at(row) + (active[i] ? 0 : 0.5 + random()));
  const p = Q.map((row, j) => {
    const pull = (M: number[][], y: number[]) => M.reduce((sum, r, i) => sum + r[j] * y[i], 0);
    return -at(row) - pull(G, ineqDual) - pull(A, eqDual);
  });
  return {name: `banded ${seed}`, ...size, Q, p, G, h, A, b: A.map(at), x, ineqDual, eqDual, active};
}
