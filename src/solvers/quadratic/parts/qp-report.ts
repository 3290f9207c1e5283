/** @file Messages about failed quadratic programs: why they failed and what to do. */
import type * as tf from '@tensorflow/tfjs-core';
import type {QuadraticData} from '../../../conditions/index.js';
import {reportFailures, Status, type OnFailure} from '../../../implicit/index.js';
import {hostCanRead, hostShouldRead, NO_BOUND} from '../../../kernels/index.js';
import type {QPState} from '../implicit-qp.js';

const REASONS: Record<number, string> = {
  [Status.PRIMAL_INFEASIBLE]:
    'infeasible (no x satisfies Gx ≤ h and Ax = b; the certificate shows which rows contradict each other: relax h or b, or use ' +
    'OptNetQP, whose constraints always leave a feasible point)',
  [Status.DUAL_INFEASIBLE]:
    'unbounded (the objective can decrease without limit along the certificate; add constraints, or a multiple of I to Q)',
  [Status.ITERATION_LIMIT]: 'stopped at the iteration limit (raise maxIterations, or tolerance)',
  [Status.NUMERICAL_ERROR]:
    'stopped by a numerical error (rescale the data, or add a small multiple of I to Q)',
};

/** Applies the policy to the failed samples; on a backend without synchronous reads it does nothing, and where they wait for a GPU, it only throws. */
export function reportQPFailures(
  where: string,
  data: QuadraticData | (() => QuadraticData),
  {status}: QPState,
  onFailure: OnFailure,
  why: (data: QuadraticData, sample: number) => string = invalidReason,
): void {
  const reason = (code: number, sample: number) =>
    code === Status.INVALID_INPUT
      ? `invalid: ${why(typeof data === 'function' ? data() : data, sample)}`
      : (code === Status.PRIMAL_INFEASIBLE &&
          crossedBounds(typeof data === 'function' ? data() : data, sample)) ||
        REASONS[code];
  const consequence = 'A failed sample has x = 0 and a zero gradient.';
  const isRead = hostShouldRead() || (onFailure === 'throw' && hostCanRead());
  const codes = isRead ? Array.from(status.dataSync()) : [];
  reportFailures({where, codes, reason, consequence}, onFailure);
}

/** Which bounds contradict each other, in words; '' if none do. */
function crossedBounds({lower, upper}: QuadraticData, sample: number): string {
  if (!lower || !upper) return '';
  const [low, high] = [lower, upper].map((tensor) => valuesOf(tensor, sample));
  const j = low.findIndex((value, at) => value > high[at]);
  return j < 0
    ? ''
    : `infeasible (lower[${j}] = ${low[j]} is above upper[${j}] = ${high[j]}: no x[${j}] lies between)`;
}

/** The first number that may not stand in this tensor, and what may; '' if there is none. */
export function badNumber(name: string, values: tf.TypedArray): string {
  // In the direction in which it is no bound, a number may be infinite.
  const direction = {h: 1, upper: 1, lower: -1}[name];
  const bad = values.findIndex((value) => {
    if (direction) return Number.isNaN(value) || direction * value <= -NO_BOUND;
    return !(name === 'b' ? Math.abs(value) < NO_BOUND : Number.isFinite(value));
  });
  if (bad < 0) return '';
  const none = direction === 1 ? 'Infinity, or 1e20 and more' : '-Infinity, or -1e20 and less';
  return `${values[bad]}; expected finite numbers${direction ? ` (${none}, for no bound)` : ''}`;
}

/** The numbers of one sample. */
export function valuesOf(tensor: tf.Tensor, sample: number): tf.TypedArray {
  const size = tensor.size / tensor.shape[0];
  const start = tensor.shape[0] === 1 ? 0 : sample * size;
  return tensor.dataSync().slice(start, start + size);
}

/** What is wrong with a sample's data, in words. */
function invalidReason(data: QuadraticData, sample: number): string {
  for (const [name, tensor] of Object.entries(data)) {
    const bad = badNumber(name, valuesOf(tensor, sample));
    if (bad) return `${name} of shape [${tensor.shape}] contains ${bad}`;
  }
  const {Q} = data;
  const n = Q.shape[2]!;
  const start = Q.shape[0] === 1 ? 0 : sample * n * n;
  const q = Array.from(Q.dataSync().slice(start, start + n * n));
  const largest = q.reduce((a, value) => Math.max(a, Math.abs(value)), 0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.abs(q[i * n + j] - q[j * n + i]) > 1e-5 * largest) {
        return (
          `Q must be symmetric, but Q[${i}][${j}] = ${q[i * n + j]} and Q[${j}][${i}] = ${q[j * n + i]} ` +
          '(pass (Q + Qᵀ)/2)'
        );
      }
    }
  }
  return (
    'Q must be positive semidefinite, but has a negative eigenvalue, measured in the units of each variable (build Q as LLᵀ, or add a ' +
    'multiple of I)'
  );
}
