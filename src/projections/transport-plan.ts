/** @file Transport plans of a batch and how each went: by a kernel if the host can read, else by tensor operations. */
import * as tf from '@tensorflow/tfjs-core';
import {isTapeOn, offTape, recordOp} from '../autodiff/index.js';
import {PLAN, runSimplex, runTransport, runTransportGradient, type Regularization} from '../kernels/index.js';
import {areFinite, lstsq} from '../linalg/index.js';
import {balanced, type Potential} from '../solvers/index.js';

/** x [B, n, m], a [B, n] and b [B, m]. */
export type TransportProblem = Record<'x' | 'a' | 'b', tf.Tensor>;

/** `plan` [B, n, m] is NaN where `status` [B] is not 0; the status has the codes of `Status`. */
export interface TransportPlan {
  plan: tf.Tensor;
  status: tf.Tensor;
}

/** Totals that differ by this share agree up to rounding. */
const CONSISTENT = 1e-5;

/** The plan that maximises ⟨P, x⟩ − strength·regulariser(P). Differentiable in x, a and b, to any order. */
export function transportPlan(how: Regularization, problem: TransportProblem): TransportPlan {
  const found = offTape(() => runTransport(how, problem) as unknown as tf.TensorContainerObject);
  if (!found) return planOnDevice(how, problem);
  const {plan, status} = found as unknown as TransportPlan;
  const {x, a, b} = problem;
  const [P] = recordOp({
    name: 'Transport',
    values: [plan],
    inputs: [x, a, b],
    gradient: ([dP], [P]) => {
      const known = tf.where(
        offTape(() => tf.isNaN(P)),
        tf.zerosLike(P),
        P,
      );
      return isTapeOn() ? pullback(how, known, dP) : runTransportGradient(how, known, dP);
    },
  });
  return {plan: P, status};
}

/** The derivative with operations that can be differentiated again: what `runTransportGradient` does in one. */
function pullback({kind, strength}: Regularization, P: tf.Tensor, dP: tf.Tensor): tf.Tensor[] {
  const [, n, m] = P.shape as [number, number, number];
  const W = kind === 'entropic' ? P : offTape(() => tf.step(P));
  const R = tf.mul(W, dP);
  const flip = (tensor: tf.Tensor) => tf.transpose(tensor, [0, 2, 1]);
  const rhs = tf.concat([tf.sum(R, 2, true), flip(tf.sum(R, 1, true))], 1);
  const diagonal = (values: tf.Tensor, size: number) => tf.mul(tf.expandDims(values, 2), tf.eye(size));
  const H = tf.concat(
    [tf.concat([diagonal(tf.sum(W, 2), n), W], 2), tf.concat([flip(W), diagonal(tf.sum(W, 1), m)], 2)],
    1,
  );
  const [u, v] = tf.split(lstsq(H, rhs), [n, m], 1);
  const dx = tf.div(tf.sub(R, tf.mul(W, tf.add(u, flip(v)))), strength);
  return [dx, tf.squeeze(u, [2]), tf.squeeze(v, [2])];
}

const EUCLIDEAN: Potential = {
  value: (z) => tf.relu(z),
  // Not a cast of a comparison, which tfjs cannot transpose on WebGPU.
  slope: (z) => tf.step(z),
  balanceRows(z, a) {
    const [batch, n, m] = z.shape as [number, number, number];
    const rows = tf.reshape(z, [batch * n, m]) as tf.Tensor2D;
    const y = runSimplex(rows, tf.reshape(tf.broadcastTo(a, [batch, n, 1]), [batch * n, 1]));
    return tf.reshape(tf.sub(tf.max(rows, 1), tf.max(y, 1)), [batch, n, 1]);
  },
};

const ENTROPIC: Potential = {
  // Not tf.exp itself, whose second derivative tfjs loses.
  value: (z) =>
    recordOp({
      name: 'Plan',
      values: [offTape(() => tf.exp(z))],
      inputs: [z],
      gradient: ([dp], [p]) => [tf.mul(dp, p)],
    })[0],
  slope: (z) => tf.exp(z),
  balanceRows: (z, a) => tf.sub(tf.logSumExp(z, 2, true), tf.log(a)),
};

/** The dual in f32, for devices whose tensors the host cannot read. */
function planOnDevice({kind, strength}: Regularization, {x, a, b}: TransportProblem): TransportPlan {
  const [batch, n, m] = x.shape as [number, number, number];
  const [rows, columns] = [tf.reshape(a, [batch, n, 1]), tf.reshape(b, [batch, 1, m])];
  // A sum of zero has no logarithm: a tiny number replaces it, and its effect is removed.
  const present = (sums: tf.Tensor) => offTape(() => tf.step(sums));
  const tiny = (sums: tf.Tensor) => tf.add(sums, tf.mul(1e-20, tf.sub(1, present(sums))));
  const balancedPlan =
    kind === 'euclidean'
      ? balanced(EUCLIDEAN, tf.div(x, strength), rows, columns)
      : tf.mul(
          balanced(ENTROPIC, tf.div(x, strength), tiny(rows), tiny(columns)),
          tf.mul(present(rows), present(columns)),
        );
  const status = offTape(() => {
    const flag = (condition: tf.Tensor) => tf.cast(condition, 'bool');
    const code = (value: number) => tf.fill([batch], value);
    const [given, taken] = [tf.sum(a, 1), tf.sum(b, 1)];
    const apart = tf.greater(tf.abs(tf.sub(given, taken)), tf.mul(CONSISTENT, tf.maximum(given, taken)));
    const negative = tf.less(tf.minimum(tf.min(a, 1), tf.min(b, 1)), 0);
    const why = tf.where(tf.logicalOr(apart, negative), code(PLAN.infeasible), code(PLAN.notConverged));
    const solved = tf.reshape(areFinite(balancedPlan, 2), [batch]);
    const valid = tf.minimum(tf.reshape(areFinite(x, 2), [batch]), tf.minimum(finite(a), finite(b)));
    return tf.where(flag(valid), tf.where(flag(solved), code(PLAN.solved), why), code(PLAN.invalid));
  });
  return {plan: balancedPlan, status};
}

const finite = (sums: tf.Tensor) => tf.reshape(areFinite(sums, 1), [sums.shape[0]]);
