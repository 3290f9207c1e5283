/**
 * @file Attention with exact zeros (Martins & Astudillo 2016, arXiv 1602.02068; Peters, Niculae & Martins 2019, arXiv 1905.05702),
 * also on longer sequences than those of training.
 */
import {mean} from '../support/metrics.js';
import {printTable, runProgram, spread} from '../support/program.js';
import {FULL, LENGTHS, QUICK, run, TASKS, type Outcome} from './attention.js';
import {figureOf} from './figure.js';
import {METHODS, type Method} from './model.js';
import type {Task} from './sequences.js';

const of = (
  outcomes: Outcome[],
  task: Task,
  method: Method,
  length: number,
  read: (outcome: Outcome) => number,
) =>
  outcomes.filter((each) => each.task === task && each.method === method && each.length === length).map(read);

await runProgram({
  name: 'attention',
  title: 'attention with exact zeros',
  full: FULL,
  quick: QUICK,
  run,
  print: ({outcomes}) => {
    const table = (title: string, task: Task, read: (outcome: Outcome) => number, digits: number) => {
      console.log(`\n${title}`);
      printTable(
        ['tokens, up to', ...LENGTHS.map(String)],
        METHODS.map((method) => [
          method,
          ...LENGTHS.map((length) => spread(of(outcomes, task, method, length, read), digits)),
        ]),
      );
    };
    table('find: accuracy on test sequences, %', 'find', ({accuracy}) => 100 * accuracy, 1);
    table('find: tokens with a weight above zero, %', 'find', ({attended}) => 100 * attended, 1);
    table('find: mean squared error on test sequences, times 1000', 'find', ({error}) => 1000 * error, 1);
    table('count: mean squared error on test sequences, times 1000', 'count', ({error}) => 1000 * error, 2);
  },
  figure: figureOf,
  claims: ({outcomes, onPadding}, claims) => {
    const longest = LENGTHS[LENGTHS.length - 1];
    const accuracy = (method: Method, length: number) =>
      mean(of(outcomes, 'find', method, length, (outcome) => outcome.accuracy));
    claims.check('padding has the weight 0 in every map', onPadding === 0);
    claims.check(
      'find: each map is above 80 % for the lengths of training',
      METHODS.every((method) => accuracy(method, LENGTHS[0]) > 0.8),
    );
    const attended = (method: Method) =>
      mean(of(outcomes, 'find', method, longest, (outcome) => outcome.attended));
    claims.check('find: softmax gives each token a positive weight', attended('softmax') === 1);
    for (const method of ['entmax', 'sparsemax'] as const) {
      claims.check(
        `find: with up to ${longest} tokens ${method} gives less than a quarter of them a positive weight`,
        attended(method) < 0.25,
      );
      claims.check(
        `find: ${method} is at most 5 points less accurate than softmax at each length`,
        LENGTHS.every((length) => accuracy(method, length) > accuracy('softmax', length) - 0.05),
      );
    }
    claims.check(
      'count: exact zeros do not help; every map learns nearly equal weights',
      METHODS.every((method) => mean(of(outcomes, 'count', method, LENGTHS[0], ({error}) => error)) < 5e-3) &&
        TASKS.includes('count'),
    );
  },
});
