/** @file Messages about failed quadratic programs: why they failed and what to do. */
import type {QuadraticData} from '../../../conditions/index.js';
import {reportFailures, Status, type OnFailure} from '../../../implicit/index.js';
import {hostCanRead, hostShouldRead, NO_BOUND} from '../../../kernels/index.js';
import type {QPState} from '../implicit-qp.js';

const EXPECTED = 'expected finite numbers';

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
      : REASONS[code];
  const consequence = 'A failed sample has x = 0 and a zero gradient.';
  const isRead = hostShouldRead() || (onFailure === 'throw' && hostCanRead());
  const codes = isRead ? Array.from(status.dataSync()) : [];
  reportFailures({where, codes, reason, consequence}, onFailure);
}

/** What is wrong with a sample's data, in words. */
function invalidReason(data: QuadraticData, sample: number): string {
  for (const [name, tensor] of Object.entries(data)) {
    const size = tensor.size / tensor.shape[0];
    const start = tensor.shape[0] === 1 ? 0 : sample * size;
    const values = tensor.dataSync().slice(start, start + size);
    const bad = values.findIndex((value) => {
      if (name === 'h') return Number.isNaN(value) || value <= -NO_BOUND;
      return !(name === 'b' ? Math.abs(value) < NO_BOUND : Number.isFinite(value));
    });
    const expected = name === 'h' ? `${EXPECTED} (Infinity, or 1e20 and more, for no bound)` : EXPECTED;
    if (bad >= 0) return `${name} of shape [${tensor.shape}] contains ${values[bad]}; ${expected}`;
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
