/** @file Solves a batch of quadratic programs of one shape, and judges each answer. */
import * as tf from '@tensorflow/tfjs-core';
import {solveQP, type QPInput, type SolveQPOptions} from '../../src/index.js';
import type {QPCase} from '../zoo/qp/case.js';
import type {NastyCase} from '../zoo/qp/nasty.js';
import type {SolvedCase} from '../zoo/qp/solved.js';
import {boundPlaces, inRows, withBounds, type BoundPlaces} from './qp-bounds.js';
import {farkasQuotients, rayQuotients, residualOf, type Answer} from './qp-judge.js';

/** What a sample got. */
export interface Outcome extends Answer {
  status: number;
  iterations: number;
  certificate: Answer;
}

/**
 * right: solved and optimal, or a proof that holds. loose: solved, with a residual above 2⁻²⁰ that no wrong answer has.
 * wrong: an answer that is none. missed: no answer although there is one. unknown: no answer, and nobody knows one.
 */
export type Verdict = 'right' | 'loose' | 'wrong' | 'missed' | 'unknown';

export interface Judgement {
  verdict: Verdict;
  why: string;
}

/** What f32 outputs can meet. */
export const F32_TOLERANCE = 2 ** -20;

/** Above this an answer is wrong; right and wrong ones are a factor of 1,000 apart. */
const WRONG = 1e-5;

/** A unique solution differs from that found by no more than this, in units of its variables. */
const OFF = 1e-3;

/** What rounding to f32 changes, at most, relative to a number. */
const HALF_A_DIGIT = 2 ** -24;

/** A rise of the objective that is a tie but for rounding to f32. */
const TIE = 1e-7;

const NAMES = ['Q', 'p', 'G', 'h', 'A', 'b', 'lower', 'upper'] as const;

const MULTIPLIERS = ['ineqDual', 'eqDual', 'lowerDual', 'upperDual'] as const;
const READ = [
  'x',
  ...MULTIPLIERS,
  'status',
  'iterations',
  'certificate.x',
  ...MULTIPLIERS.map((name) => `certificate.${name}`),
];

/** How the rows of one variable are given: as rows of G, or as `lower` and `upper`. */
export type Form = 'rows' | 'bounds';

function placesOf(samples: readonly QPCase[], form: Form): BoundPlaces {
  if (form === 'bounds') return boundPlaces(samples);
  return {lower: null, upper: null, rest: samples[0].h.map((_, i) => i)};
}

/** The tensors that `READ` names; null where every sample is invalid. Tensors that are equal in all samples are given once. */
function solveTensors(
  samples: readonly QPCase[],
  places: BoundPlaces,
  options: SolveQPOptions,
): tf.Tensor[] | null {
  const {n, k} = samples[0];
  const m = places.rest.length;
  const [below, above] = [places.lower ? n : 0, places.upper ? n : 0];
  const shapes = {Q: [n, n], p: [n], G: [m, n], h: [m], A: [k, n], b: [k], lower: [below], upper: [above]};
  const data = samples.map(({Q, p, A, b, ...rows}) => ({Q, p, A, b, ...withBounds(rows, places)}));
  const given = NAMES.filter((name) => shapes[name].every((size) => size > 0)).map((name) => {
    const flat = data.map((sample) => (sample[name] as (number | number[])[]).flat() as number[]);
    const isShared = name !== 'p' && flat.every((values) => values.every((value, i) => value === flat[0][i]));
    const tensor = isShared
      ? tf.tensor(flat[0], shapes[name], 'float32')
      : tf.tensor(flat.flat(), [samples.length, ...shapes[name]], 'float32');
    return [name, tensor] as const;
  });
  const problem = Object.fromEntries(given) as unknown as QPInput;
  try {
    return tf.tidy(() => {
      const {certificate, ...rest} = solveQP(problem, {onFailure: 'ignore', ...options});
      const all: Record<string, unknown> = {...rest};
      for (const [name, tensor] of Object.entries(certificate)) all[`certificate.${name}`] = tensor;
      return READ.map((name) => all[name] as tf.Tensor);
    });
  } catch (error) {
    // It throws where every sample is invalid.
    if (!/invalid/i.test((error as Error).message)) throw error;
    return null;
  } finally {
    tf.dispose(given.map(([, tensor]) => tensor));
  }
}

function outcomesOf(
  samples: readonly QPCase[],
  places: BoundPlaces,
  values: ArrayLike<number>[] | null,
): Outcome[] {
  const [{n, m, k}] = samples;
  if (!values) {
    const answer = () => ({x: new Array<number>(n).fill(0), ineqDual: new Array<number>(m).fill(0), eqDual: new Array<number>(k).fill(0)}); // prettier-ignore
    return samples.map(() => ({...answer(), status: 5, iterations: 0, certificate: answer()}));
  }
  return samples.map((_, i) => {
    const read = (name: string) => {
      const all = Array.from(values[READ.indexOf(name)]);
      const size = all.length / samples.length;
      return all.slice(i * size, (i + 1) * size);
    };
    const answer = (from: string) => ({
      x: read(`${from}x`),
      ineqDual: inRows(places, read(`${from}ineqDual`), read(`${from}lowerDual`), read(`${from}upperDual`)),
      eqDual: read(`${from}eqDual`),
    });
    const [[status], [iterations]] = [read('status'), read('iterations')];
    return {...answer(''), status, iterations, certificate: answer('certificate.')};
  });
}

export function solveBatch(
  samples: readonly QPCase[],
  options: SolveQPOptions = {},
  form: Form = 'rows',
): Outcome[] {
  const places = placesOf(samples, form);
  const tensors = solveTensors(samples, places, options);
  const outcomes = outcomesOf(samples, places, tensors && tensors.map((tensor) => tensor.dataSync()));
  if (tensors) tf.dispose(tensors);
  return outcomes;
}

/** The same where no host may read a tensor at once. */
export async function solveBatchAsync(
  samples: readonly QPCase[],
  options: SolveQPOptions = {},
  form: Form = 'rows',
): Promise<Outcome[]> {
  const places = placesOf(samples, form);
  const tensors = solveTensors(samples, places, options);
  const outcomes = outcomesOf(
    samples,
    places,
    tensors && (await Promise.all(tensors.map((tensor) => tensor.data()))),
  );
  if (tensors) tf.dispose(tensors);
  return outcomes;
}

export function judgeSolved(problem: SolvedCase, outcome: Outcome): Judgement {
  if (outcome.status !== 0) return withoutAnswer(problem, outcome, problem);
  const judgement = judgeAnswer(problem, outcome);
  if (judgement.verdict === 'wrong' || !problem.unique) return judgement;
  const off = problem.x.reduce(
    (most, value, j) => Math.max(most, Math.abs(value - outcome.x[j]) / problem.unit[j]),
    0,
  );
  if (off <= OFF || !isWorse(problem, outcome)) return judgement;
  return {verdict: 'wrong', why: `x is off by ${off.toExponential(1)}`};
}

/**
 * Whether the objective at x is higher than at the planted solution. Rounding the data to f32 can make another point as good, or
 * better: two costs that differ by less than that become equal. Rounding x to f32 moves rows, each at the price of its multiplier: by
 * weak duality a stationary x is above the minimum by no more than Σ yᵢ(rhs − row·x)ᵢ, of which the part within rounding says nothing.
 */
function isWorse({Q, p, G, h, A, b, x: planted}: SolvedCase, {x, ineqDual, eqDual}: Answer): boolean {
  const step = x.map((value, j) => value - planted[j]);
  let [rise, terms] = [0, 0];
  const add = (term: number) => {
    rise += term;
    terms += Math.abs(term);
  };
  step.forEach((move, j) => {
    add(p[j] * move);
    Q[j].forEach((entry, i) => add(entry * move * (planted[i] + step[i] / 2)));
  });
  const priceOfRounding = (row: number[], rhs: number, multiplier: number) => {
    if (multiplier === 0 || !Number.isFinite(rhs)) return 0;
    const missed = Math.abs(exactSum([...row.map((entry, j) => entry * x[j]), -rhs]));
    const rounding = row.reduce((sum, entry, j) => sum + Math.abs(entry * x[j]) * HALF_A_DIGIT, 0);
    return Math.abs(multiplier) * Math.min(missed, rounding);
  };
  const excused =
    G.reduce((sum, row, i) => sum + priceOfRounding(row, h[i], ineqDual[i]), 0) +
    A.reduce((sum, row, i) => sum + priceOfRounding(row, b[i], eqDual[i]), 0);
  return rise - excused > TIE * terms;
}

/** A sum whose terms may cancel, with what f64 loses in each addition (Neumaier 1974). */
function exactSum(values: number[]): number {
  let [sum, lost] = [0, 0];
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}

export function judgeNasty(problem: NastyCase, outcome: Outcome): Judgement {
  if (outcome.status === 0) return judgeAnswer(problem, outcome);
  return withoutAnswer(problem, outcome, problem.planted);
}

function judgeAnswer(problem: QPCase, outcome: Outcome): Judgement {
  const residual = residualOf(problem, outcome);
  const why = `status 0 with residual ${residual.toExponential(1)}`;
  return {verdict: residual <= F32_TOLERANCE ? 'right' : residual <= WRONG ? 'loose' : 'wrong', why};
}

function withoutAnswer(problem: QPCase & {known?: boolean}, outcome: Outcome, planted?: Answer): Judgement {
  const {status, certificate} = outcome;
  const why = `status ${status} instead of ${problem.known === false ? '?' : problem.expectedStatus}`;
  if ([outcome.x, outcome.ineqDual, outcome.eqDual].some((values) => !values.every(Number.isFinite))) {
    return {verdict: 'wrong', why: `${why}, with an output that is not finite`};
  }
  if (status === 1 || status === 2) {
    const {error, gap} = (status === 1 ? farkasQuotients : rayQuotients)(problem, certificate);
    const holds = error <= WRONG && gap > F32_TOLERANCE / 2;
    if (!holds) {
      return {
        verdict: 'wrong',
        why: `${why}, proof off by ${error.toExponential(1)}, gap ${gap.toExponential(1)}`,
      };
    }
    if (problem.expectedStatus === status || !hasAnswer(problem, planted)) return {verdict: 'right', why};
    return {verdict: 'missed', why: `${why}, with a proof that seems to hold`};
  }
  const isKnown = problem.expectedStatus !== 0 ? problem.known !== false : hasAnswer(problem, planted);
  return {verdict: isKnown ? 'missed' : 'unknown', why};
}

/** Whether the built-in solution survived the rounding of the data. */
function hasAnswer(problem: QPCase, planted?: Answer): boolean {
  return planted !== undefined && residualOf(problem, planted) <= F32_TOLERANCE / 4;
}
