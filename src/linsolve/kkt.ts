/** @file The KKT system of a batch of quadratic programs, solved on the active set in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {hostCanRead, KktFactor, readF64, type Problem} from '../kernels/index.js';
import {directReport} from './direct.js';
import {reporting} from './iterative.js';
import {toRows} from './rows.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver, Operator} from './types.js';

/**
 * The Jacobian of a quadratic program's KKT condition, with its blocks. Vectors are rows (x, ineqDual, eqDual) of
 * n + m + k entries. Every tensor has the batch or 1 in front.
 */
export interface KktOperator extends Operator {
  readonly blocks: {
    /** [B | 1, n, n], symmetric. */
    Q: tf.Tensor;
    /** [B | 1, m, n]. */
    G: tf.Tensor;
    /** [B | 1, k, n]. */
    A: tf.Tensor;
    /** [B, m] in [0, 1]: 1 where an inequality holds with equality, 0 where it does not matter. */
    weight: tf.Tensor;
    /** [B]: zero where the problem was solved; the other samples get a zero solution. */
    status: tf.Tensor;
  };
}

/**
 * The solver for operators that carry KKT blocks (`conditions.quadraticKkt` makes them): one Cholesky factorisation in
 * the size of x and one in the number of active rows, with refinement, in f64 on the host; least squares of least norm
 * where the active rows are dependent or the solution is not unique.
 *
 * @throws If the operator has no KKT blocks.
 */
export function kkt(): LinearSolver {
  return {
    className: 'kkt',
    getConfig: () => ({}),
    factor(operator) {
      if (!('blocks' in operator)) {
        throw new Error(
          'linsolve.kkt needs an operator with KKT blocks, as conditions.quadraticKkt makes; take linsolve.auto here.',
        );
      }
      if (!hostCanRead()) {
        throw new Error(`linsolve.kkt cannot read tensors of the backend '${tf.getBackend()}' on the host.`);
      }
      const {blocks} = operator as KktOperator;
      let factors: (KktFactor | null)[] | null = null;
      const sizes: Sizes = {n: blocks.Q.shape[2]!, m: blocks.G.shape[1]!, k: blocks.A.shape[1]!};
      return reporting((v, transpose) => {
        factors ??= factorAll(blocks, sizes);
        const rows = toRows(v, operator.batched);
        const u = solveRows(factors, readF64(rows), sizes, transpose);
        const x = tf.tensor2d(u, rows.shape);
        return {x: tf.reshape(x, v.shape), info: directReport(operator, v, x, transpose)};
      });
    },
  };
}

interface Sizes {
  n: number;
  m: number;
  k: number;
}

function factorAll(blocks: KktOperator['blocks'], {n, m, k}: Sizes): (KktFactor | null)[] {
  const [batch] = blocks.weight.shape;
  const Q = readF64(blocks.Q);
  const G = readF64(blocks.G);
  const A = readF64(blocks.A);
  const given = readF64(blocks.weight);
  const status = blocks.status.dataSync();
  const part = (values: Float64Array, shape: number[], sample: number) => {
    const size = shape[1] * shape[2];
    return shape[0] === 1 ? values.subarray(0, size) : values.subarray(sample * size, (sample + 1) * size);
  };
  const shared = [blocks.Q, blocks.G, blocks.A].every(({shape}) => shape[0] === 1);
  let scaling: KktFactor['scaling'] | undefined;
  return Array.from({length: batch}, (_, sample) => {
    if (status[sample] !== 0) return null;
    const C = new Float64Array((k + m) * n);
    C.set(part(A, blocks.A.shape, sample), 0);
    C.set(part(G, blocks.G.shape, sample), k * n);
    const weight = new Float64Array(k + m).fill(1);
    weight.set(given.subarray(sample * m, (sample + 1) * m), k);
    const problem: Problem = {
      n,
      p: k,
      m,
      P: part(Q, blocks.Q.shape, sample),
      q: new Float64Array(n),
      C,
      d: new Float64Array(k + m),
    };
    const factor = new KktFactor(problem, weight, scaling);
    if (shared) scaling = factor.scaling;
    return factor;
  });
}

function solveRows(
  factors: (KktFactor | null)[],
  v: Float64Array,
  {n, m, k}: Sizes,
  transpose: boolean,
): Float32Array {
  const width = n + m + k;
  const u = new Float32Array(factors.length * width);
  factors.forEach((factor, sample) => {
    if (!factor) return;
    const row = v.subarray(sample * width, (sample + 1) * width);
    // Vectors are (x, ineqDual, eqDual); the factor's rows are equalities first.
    const g = new Float64Array(k + m);
    g.set(row.subarray(n + m), 0);
    g.set(row.subarray(n, n + m), k);
    const {x, y} = factor.solve(row.slice(0, n), g, transpose);
    u.set(x, sample * width);
    u.set(y.subarray(k), sample * width + n);
    u.set(y.subarray(0, k), sample * width + n + m);
  });
  return u;
}

registerLinearSolver('kkt', kkt);
