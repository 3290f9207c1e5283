/** @file Messages about failed samples of a batch: which, why, and what to do. */
import {see} from '../checks/index.js';
import {Status, type OnFailure} from './types.js';

export const ON_FAILURE: readonly OnFailure[] = ['warn', 'throw', 'ignore'];

export interface Failures {
  /** The name of the function or layer in messages, e.g. 'solveQP'. */
  where: string;
  /** The status of each sample. */
  codes: readonly number[];
  /** The reason for a code, and what to do; `sample` is the first one that has it. */
  reason: (code: number, sample: number) => string;
  /** The value and gradient of a failed sample, in words. */
  consequence: string;
  /** What is solved. Default 'problem'. */
  what?: string | undefined;
  /** What each code belongs to. Default 'sample'. */
  each?: string | undefined;
  /** Failures with the same key are printed once. Default: their reasons. */
  kind?: string | undefined;
  /**
   * Whether a batch may consist of invalid samples only. Otherwise this counts as a mistake in the program. Attention needs it, because it
   * has fully masked rows.
   */
  mayAllFail?: boolean | undefined;
  /** The page that explains the failures, for `see`. Default: that of the status codes. */
  page?: string | undefined;
}

/** @throws If the policy does not exist. */
export function checkOnFailure(where: string, onFailure: OnFailure): void {
  if (ON_FAILURE.includes(onFailure)) return;
  throw new Error(`${where}: onFailure must be one of ${ON_FAILURE.join(', ')}; got '${String(onFailure)}'.`);
}

/** Messages that were already printed: training repeats the same failure thousands of times. */
const printed = new Set<string>();

/** Failures of some samples, of which nothing has been said yet. */
interface Collected extends Failures {
  codes: number[];
  onFailure: OnFailure;
}

let collector: FailureCollector | null = null;

/** Holds back the reports on parts of a batch, and makes one for the whole of each. */
export class FailureCollector {
  /** By the place of a report among those of a part, and by its name. */
  private readonly reports = new Map<string, Collected>();
  private place = 0;

  /** Runs `f` for the next part. */
  run<T>(f: () => T): T {
    const before = collector;
    [collector, this.place] = [this, 0];
    try {
      return f();
    } finally {
      collector = before;
    }
  }

  /** Notes a report. The reasons are found now, because they may need the data of the part. */
  note(failures: Failures, onFailure: OnFailure): void {
    const key = `${this.place++} ${failures.where}`;
    const texts = new Map<number, string>();
    const known = this.reports.get(key);
    failures.codes.forEach((code, sample) => {
      if (code !== Status.SOLVED && !texts.has(code)) texts.set(code, failures.reason(code, sample));
    });
    const reason = (code: number, sample: number) =>
      known?.codes.includes(code) ? known.reason(code, sample) : texts.get(code)!;
    this.reports.set(key, {
      ...failures,
      codes: [...(known?.codes ?? []), ...failures.codes],
      reason,
      onFailure,
    });
  }

  /** Makes the reports. @throws As `reportFailures`. */
  report(): void {
    for (const {onFailure, ...failures} of this.reports.values()) reportFailures(failures, onFailure);
  }
}

/**
 * Applies the policy to the failed samples.
 *
 * @throws With 'throw'; and always if the input of every sample is invalid, because the mistake is then in the program, not in a
 *   sample.
 */
export function reportFailures(failures: Failures, onFailure: OnFailure): void {
  const {where, codes, reason, consequence} = failures;
  const {
    what = 'problem',
    each = 'sample',
    kind,
    mayAllFail = false,
    page = 'robustness#status-codes',
  } = failures;
  checkOnFailure(where, onFailure);
  if (collector) {
    collector.note(failures, onFailure);
    return;
  }
  if (codes.every((code) => code === Status.SOLVED)) return;
  const failed = codes.map((code, sample) => ({code, sample})).filter(({code}) => code !== Status.SOLVED);
  const hopeless = !mayAllFail && codes.every((code) => code === Status.INVALID_INPUT);
  if (onFailure === 'ignore' && !hopeless) return;
  const kinds = [...new Set(failed.map(({code}) => code))].map((code) => {
    const samples = failed.filter((f) => f.code === code).map((f) => f.sample);
    const names = samples.slice(0, 5).join(', ') + (samples.length > 5 ? ', …' : '');
    return {samples: `${each}${samples.length > 1 ? 's' : ''} ${names}`, reason: reason(code, samples[0])};
  });
  const message =
    `${where}: ${failed.length} of ${codes.length} ${what}${codes.length > 1 ? 's' : ''} not solved: ` +
    `${kinds.map((kind) => `${kind.samples} ${kind.reason}`).join('; ')}. ${consequence}`;
  if (onFailure === 'throw' || hopeless) throw new Error(message + see(page));
  const key = `${where} ${kind ?? kinds.map(({reason: text}) => text).join()}`;
  if (printed.has(key)) return;
  printed.add(key);
  console.warn(`${message} (Further failures of this kind are not printed; read the status.)${see(page)}`);
}
