/** @file The numbers that tell at a glance how the solves of a batch went. */
import {Status} from '../../implicit/index.js';
import type {Diagnostics} from '../base/diagnostics.js';

/** A multiplier below this part of the largest one of its sample counts as zero. */
const NEGLIGIBLE = 1e-6;

/** The numbers of samples by status: names and codes. */
export const COUNTS = {
  solved: Status.SOLVED,
  infeasible: Status.PRIMAL_INFEASIBLE,
  unbounded: Status.DUAL_INFEASIBLE,
  stopped: Status.ITERATION_LIMIT,
  numericalErrors: Status.NUMERICAL_ERROR,
  invalid: Status.INVALID_INPUT,
} as const;

/** The statuses of samples with a point. */
const HAS_POINT: readonly number[] = [Status.SOLVED, Status.ITERATION_LIMIT];

/** How the values of several batches become one. */
const TOGETHER: Readonly<Record<string, 'sum' | 'max' | 'mean'>> = {
  ...Object.fromEntries(Object.keys(COUNTS).map((name) => [name, 'sum' as const])),
  ...{residual: 'max', iterations: 'mean', kinks: 'sum', largestDual: 'max', activeRows: 'mean'},
  ...{gradientFailures: 'sum', gradientResidual: 'max'},
};

/** Numbers by name. */
export type Summary = Record<string, number>;

/** One batch. Names of multipliers and gradients are missing where there are none. */
export function summaryOf({
  status,
  residual,
  iterations,
  weaklyActive,
  duals,
  gradient,
}: Diagnostics): Summary {
  const counts = Object.entries(COUNTS).map(([name, code]) => [name, count(status, (each) => each === code)]);
  const rows =
    duals && status.map((_, i) => Object.values(duals).flatMap((all) => all[i].flat().map(Math.abs)));
  return {
    ...(Object.fromEntries(counts) as Summary),
    // A sample without a point has no residual that says anything.
    residual: largest(residual.filter((_, i) => HAS_POINT.includes(status[i]))),
    iterations: mean(iterations),
    kinks: count(weaklyActive.flat(), (flag) => flag),
    ...(rows && {largestDual: largest(rows.flat()), activeRows: mean(rows.map(activeIn))}),
    ...(gradient && {
      gradientFailures: count(gradient.status, (code) => code !== Status.SOLVED),
      gradientResidual: largest(gradient.residual),
    }),
  };
}

/** Several batches: numbers of samples are added up, of residuals and multipliers it is the largest, of the others the mean. */
export function together(summaries: readonly Summary[]): Summary {
  const names = [...new Set(summaries.flatMap((summary) => Object.keys(summary)))];
  const values = names.map((name) => {
    const all = summaries.flatMap((summary) => (name in summary ? [summary[name]] : []));
    // With several layers, a name ends with that of the number.
    const how = TOGETHER[name.slice(name.lastIndexOf('/') + 1)];
    return [name, how === 'max' ? largest(all) : how === 'mean' ? mean(all) : all.reduce((a, b) => a + b, 0)];
  });
  return Object.fromEntries(values) as Summary;
}

function activeIn(multipliers: readonly number[]): number {
  const least = NEGLIGIBLE * largest(multipliers);
  return count(multipliers, (value) => value > least);
}

function count<T>(list: readonly T[], holds: (entry: T) => boolean): number {
  return list.reduce((sum, entry) => sum + Number(holds(entry)), 0);
}

/** Zero of nothing; NaN if there is one. */
function largest(list: readonly number[]): number {
  return list.reduce((a, b) => Math.max(a, b), 0);
}

function mean(list: readonly number[]): number {
  return list.length === 0 ? 0 : list.reduce((a, b) => a + b, 0) / list.length;
}
