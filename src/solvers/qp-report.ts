/** @file Says which quadratic programs of a batch failed, why, and what to do. */
import type {QuadraticData} from '../conditions/index.js';
import {Status} from '../implicit/index.js';
import {hostCanRead} from '../kernels/index.js';
import type {InteriorPointQPState} from './interior-point-qp.js';

/** 'warn' prints a message, 'throw' throws it, 'ignore' leaves it to the reader of `status`. */
export type OnFailure = 'warn' | 'throw' | 'ignore';

const REASONS: Record<number, string> = {
  [Status.PRIMAL_INFEASIBLE]:
    'infeasible (no x satisfies Gx ≤ h and Ax = b; the certificate holds the Farkas ray: relax h or b, or let OptNetQP ' +
    'parametrise them)',
  [Status.DUAL_INFEASIBLE]:
    'unbounded (the objective falls without end along the certificate; add constraints or a multiple of I to Q)',
  [Status.ITERATION_LIMIT]: 'stopped at the iteration limit (raise maxIterations, or tolerance)',
  [Status.NUMERICAL_ERROR]:
    'stopped by a numerical error (scale the data, or add a small multiple of I to Q)',
};

/** Messages that were printed already: training repeats the same failure thousands of times. */
const printed = new Set<string>();

/** Applies the policy to the failed samples; on a backend without synchronous reads there is nothing to apply. */
export function reportFailures(
  where: string,
  data: QuadraticData,
  {status}: InteriorPointQPState,
  onFailure: OnFailure,
): void {
  if (!['warn', 'throw', 'ignore'].includes(onFailure)) {
    throw new Error(`${where}: onFailure must be 'warn', 'throw' or 'ignore', got '${String(onFailure)}'.`);
  }
  if (!hostCanRead()) return;
  const codes = Array.from(status.dataSync());
  const failed = codes.map((code, sample) => ({code, sample})).filter(({code}) => code !== Status.SOLVED);
  if (failed.length === 0) return;
  const allInvalid = codes.every((code) => code === Status.INVALID_INPUT);
  if (onFailure === 'ignore' && !allInvalid) return;
  const reasons = [...new Set(failed.map(({code}) => code))].map((code) => {
    const samples = failed.filter((f) => f.code === code).map((f) => f.sample);
    const reason =
      code === Status.INVALID_INPUT ? `invalid: ${invalidReason(data, samples[0])}` : REASONS[code];
    return `sample${samples.length > 1 ? 's' : ''} ${listed(samples)} ${reason}`;
  });
  const message =
    `${where}: ${failed.length} of ${codes.length} problem${codes.length > 1 ? 's' : ''} not solved: ` +
    `${reasons.join('; ')}. A failed sample has x = 0 and a zero gradient.`;
  // Nothing could survive: invalid input for the whole batch is a mistake in the program, not in a sample.
  if (onFailure === 'throw' || allInvalid) throw new Error(message);
  const kind = reasons.map((reason) => reason.replace(/^samples? [\d, …]+/, '')).join();
  if (printed.has(where + kind)) return;
  printed.add(where + kind);
  console.warn(`${message} (Further failures of this kind are not printed; read the status.)`);
}

function listed(samples: number[]): string {
  return samples.slice(0, 5).join(', ') + (samples.length > 5 ? ', …' : '');
}

/** What is wrong with a sample's data, in words. */
function invalidReason(data: QuadraticData, sample: number): string {
  for (const [name, tensor] of Object.entries(data)) {
    const size = tensor.size / tensor.shape[0];
    const start = tensor.shape[0] === 1 ? 0 : sample * size;
    const values = tensor.dataSync().slice(start, start + size);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) return `${name} of shape [${tensor.shape}] holds ${values[bad]}; expected finite numbers`;
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
  return 'Q must be positive semidefinite, but has a negative eigenvalue (pass Q = LLᵀ, or add a multiple of I)';
}
