/**
 * @file Learning to rank with soft ranks (Blondel et al. 2020, arXiv 2002.08871), against regression.
 */
import {mean} from '../support/metrics.js';
import {printTable, runProgram, spread} from '../support/program.js';
import {figureOf} from './figure.js';
import {TASKS, type Task} from './lists.js';
import {FULL, METHODS, QUICK, run, type Method, type Outcome} from './ranking.js';

const of = (outcomes: Outcome[], task: Task, method: Method) =>
  outcomes
    .filter((outcome) => outcome.task === task && outcome.method === method)
    .map(({spearman}) => spearman);

await runProgram({
  name: 'ranking',
  title: 'learning to rank with soft ranks',
  full: FULL,
  quick: QUICK,
  run,
  print: (outcomes) => {
    console.log('Spearman’s correlation on test lists:');
    printTable(
      ['', ...TASKS],
      METHODS.map((method) => [method, ...TASKS.map((task) => spread(of(outcomes, task, method)))]),
    );
  },
  figure: figureOf,
  claims: (outcomes, claims) => {
    const [same, own] = TASKS;
    claims.check(
      'a scale for each list: soft ranks order better than a regression of the relevance',
      mean(of(outcomes, own, 'soft ranks')) > mean(of(outcomes, own, 'regression')),
    );
    claims.check(
      'one scale: the regression is within 0.05 of the soft ranks',
      Math.abs(mean(of(outcomes, same, 'regression')) - mean(of(outcomes, same, 'soft ranks'))) < 0.05,
    );
    claims.check(
      'soft ranks do not depend on the scale: both tasks give the same result',
      of(outcomes, same, 'soft ranks').every(
        (value, k) => Math.abs(value - of(outcomes, own, 'soft ranks')[k]) < 0.1,
      ),
    );
  },
});
