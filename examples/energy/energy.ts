/** @file Plans of a home for the day ahead: the weights of its objective, learned from an operator's decisions. */
import * as tf from '@tensorflow/tfjs';
import {solvers} from '../../src/index.js';
import {randomNumbers, type Random} from '../support/random.js';
import type {Report} from '../support/report.js';
import {makeForecast, STEPS_PER_DAY, type Forecast} from './days.js';
import {Home, SET_POINT, TERMS, type Variable} from './home.js';

export interface Size {
  operators: number;
  /** Days whose decisions are seen. */
  days: number;
  /** Days for the test. */
  testDays: number;
  /** The length in days of a longer plan for the test. */
  longPlan: number;
  /** Of L-BFGS. */
  iterations: number;
  /** The standard deviation of what is measured of a decision, in kW. */
  noise: number;
}

export const FULL: Size = {operators: 3, days: 6, testDays: 10, longPlan: 7, iterations: 16, noise: 0.1};
export const QUICK: Size = {operators: 1, days: 1, testDays: 2, longPlan: 2, iterations: 14, noise: 0.1};

export const METHODS = [
  'prices alone',
  'before learning',
  'learned from measured decisions',
  'learned from exact decisions',
] as const;
export type Method = (typeof METHODS)[number];

export interface Outcome {
  method: Method;
  /** For each term: the learned weight, relative to the operator's, minus 1. Empty for prices alone. */
  errors: number[];
  /** How much more the plans of the test days cost than the best ones, by the operator's objective, as a share of those. */
  days: number;
  /** The same for the longer plan. */
  long: number;
}

export interface Result {
  outcomes: Outcome[];
  /** The steps of the longer plan, and the milliseconds that it took, one for each. */
  long: {steps: number; times: number[]};
  /** Of the first operator: a test day, and its plans. */
  example: {forecast: Forecast; plans: {who: string; of: Record<'stored' | 'heating' | 'room', number[]>}[]};
}

/** What all weights are before learning. The operator's are up to four times as large or as small. */
const START = 0.025;
/** With prices alone the room may be 1 K off its set point, and penalties only choose among plans of nearly equal cost. */
const [BAND, TINY] = [1, 1e-4];

/** Each operator has weights of its own; all methods see the same days. */
export async function run(size: Size, seed: number, report: Report): Promise<Result> {
  const [home, longHome] = [new Home(STEPS_PER_DAY), new Home(size.longPlan * STEPS_PER_DAY)];
  const long: Result['long'] = {steps: longHome.steps, times: []};
  const outcomes: Outcome[] = [];
  let example: Result['example'] | undefined;
  const total = size.operators * METHODS.length;
  for (let k = 0; k < size.operators; k++) {
    const random = randomNumbers(1000 * seed + k);
    const hidden = TERMS.map(() => START * 4 ** (2 * random.uniform() - 1));
    const days = (count: number, length = 1) =>
      Array.from({length: count}, () => makeForecast(length, random));
    const [training, test, longTest] = [days(size.days), days(size.testDays), days(1, size.longPlan)];
    const timed = (weights: number[], band?: number) => {
      const started = performance.now();
      const plan = plansOf(longHome, longTest, weights, band);
      long.times.push(performance.now() - started);
      return plan;
    };
    const best = {days: plansOf(home, test, hidden), long: timed(hidden)};
    for (const method of METHODS) {
      await report(outcomes.length, total, `operator ${k + 1}: ${method}`);
      const weights = learned(method, home, training, hidden, size, random);
      const band = method === 'prices alone' ? BAND : undefined;
      const plans = {days: plansOf(home, test, weights, band), long: timed(weights, band)};
      outcomes.push({
        method,
        errors: band ? [] : weights.map((weight, i) => weight / hidden[i] - 1),
        days: excess(home, plans.days, best.days, test, hidden),
        long: excess(longHome, plans.long, best.long, longTest, hidden),
      });
      if (k > 0) continue;
      example ??= {forecast: test[0], plans: [{who: 'operator', of: seriesOf(home, best.days[0])}]};
      example.plans.push({who: method, of: seriesOf(home, plans.days[0])});
    }
    await report(outcomes.length, total);
  }
  return {outcomes, long, example: example!};
}

function plansOf(home: Home, forecasts: Forecast[], weights: number[], band?: number): number[][] {
  return tf.tidy(() => home.plan(forecasts, tf.tensor1d(weights), band).arraySync());
}

function excess(
  home: Home,
  plans: number[][],
  best: number[][],
  forecasts: Forecast[],
  weights: number[],
): number {
  const cost = (of: number[][]) =>
    forecasts.reduce((sum, forecast, i) => sum + home.costOf(of[i], forecast, weights), 0);
  return cost(plans) / cost(best) - 1;
}

function seriesOf(home: Home, plan: number[]) {
  const of = (variable: Variable) => home.of(plan, variable);
  return {stored: of('stored'), heating: of('heating'), room: of('room').map((off) => SET_POINT + off)};
}

/** The weights whose plans differ least from the decisions: L-BFGS on their logarithms, so that they stay positive. */
function learned(
  method: Method,
  home: Home,
  forecasts: Forecast[],
  hidden: number[],
  {iterations, noise}: Size,
  random: Random,
): number[] {
  if (method === 'prices alone') return TERMS.map(() => TINY);
  if (method === 'before learning') return TERMS.map(() => START);
  return tf.tidy(() => {
    const exact = home.plan(forecasts, tf.tensor1d(hidden));
    const measured = exact.arraySync().map((plan) => plan.map((value) => value + noise * random.normal()));
    const decisions = method === 'learned from exact decisions' ? exact : tf.tensor2d(measured);
    const fun = (logWeights: tf.Tensor) =>
      home.difference(home.plan(forecasts, tf.exp(logWeights)), decisions);
    const start = tf.fill([TERMS.length], Math.log(START));
    const options = {
      maxIterations: iterations,
      tolerance: 1e-6,
      batched: false,
      onFailure: 'ignore',
    } as const;
    return [...tf.exp(new solvers.LBFGS({fun}, options).run(start).x).dataSync()];
  });
}
