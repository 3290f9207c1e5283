/** @file A battery and a heat pump, planned a day ahead with weights that are learned from decisions. */
import {mean, quantileOf} from '../support/metrics.js';
import {printTable, runProgram, spread} from '../support/program.js';
import {FULL, METHODS, QUICK, run, type Method, type Outcome} from './energy.js';
import {figureOf} from './figure.js';
import {TERMS} from './home.js';

const of = (outcomes: Outcome[], method: Method) => outcomes.filter((outcome) => outcome.method === method);
/** The largest relative error of a weight. */
const worst = (outcomes: Outcome[], method: Method) =>
  Math.max(...of(outcomes, method).flatMap(({errors}) => errors.map(Math.abs)));

await runProgram({
  name: 'energy',
  title: 'plans of a battery and a heat pump, with weights learned from decisions',
  full: FULL,
  quick: QUICK,
  run,
  print: ({outcomes, long}) => {
    console.log(
      'How much more the plans cost than the best ones, in % (mean ± standard deviation over operators):',
    );
    printTable(
      ['', 'test days', `${long.steps} steps`],
      METHODS.map((method) => [
        method,
        ...(['days', 'long'] as const).map((plan) =>
          spread(
            of(outcomes, method).map((outcome) => 100 * outcome[plan]),
            3,
          ),
        ),
      ]),
    );
    console.log('\nThe relative error of the weights, mean of the absolute values:');
    printTable(
      ['', ...TERMS],
      METHODS.slice(1).map((method) => [
        method,
        ...TERMS.map((_, i) =>
          mean(of(outcomes, method).map(({errors}) => Math.abs(errors[i]))).toExponential(1),
        ),
      ]),
    );
    const median = quantileOf(long.times, 0.5).toFixed(0);
    console.log(
      `\nA plan of ${long.steps} steps, with ${7 * long.steps} variables, took ${median} ms (median).`,
    );
  },
  figure: figureOf,
  claims: ({outcomes}, claims) => {
    const [measured, exact] = ['learned from measured decisions', 'learned from exact decisions'] as const;
    const error = worst(outcomes, exact);
    claims.check(
      `exact decisions lead to the operator's weights: largest relative error ${error.toExponential(1)} ≤ 1 %`,
      error <= 0.01,
    );
    for (const plan of ['days', 'long'] as const) {
      const cost = (method: Method) => Math.max(...of(outcomes, method).map((outcome) => outcome[plan]));
      claims.check(
        `${plan === 'days' ? 'test days' : 'longer plan'}: with measured decisions it costs at most 0.5 % more than the best`,
        cost(measured) <= 0.005,
      );
      claims.check(
        '… less than before learning, and than with prices alone, for each operator',
        of(outcomes, measured).every(
          (outcome, k) =>
            outcome[plan] < of(outcomes, 'before learning')[k][plan] &&
            outcome[plan] < of(outcomes, 'prices alone')[k][plan],
        ),
      );
    }
  },
});
