/**
 * @file Meta-learning with implicit gradients (iMAML, Rajeswaran et al. 2019, arXiv 1909.04630) on the sine waves of Finn, Abbeel & Levine
 * 2017 (MAML, arXiv 1703.03400).
 */
import {mean} from '../support/metrics.js';
import {printTable, runProgram, spread} from '../support/program.js';
import {figureOf} from './figure.js';
import {FULL, METHODS, QUICK, run, type Method, type Outcome} from './imaml.js';

const of = (outcomes: Outcome[], method: Method) =>
  outcomes.filter((outcome) => outcome.method === method).map(({error}) => error);

await runProgram({
  name: 'imaml',
  title: 'learning to learn sine waves from ten points',
  full: FULL,
  quick: QUICK,
  run,
  print: ({outcomes}) => {
    printTable(
      ['start', 'mean squared error on new waves'],
      METHODS.map((method) => [method, spread(of(outcomes, method))]),
    );
  },
  figure: figureOf,
  claims: ({outcomes, differences}, claims, quick) => {
    const most = Math.max(...differences);
    claims.check(
      `iMAML’s gradient by MINRES is that of a direct solver to ${most.toExponential(1)} ≤ 1e-3`,
      most <= 1e-3,
    );
    const error = (method: Method) => mean(of(outcomes, method));
    claims.check(
      'iMAML learns new waves better than from random weights',
      error('iMAML') < error('random weights'),
    );
    if (quick) return;
    claims.check('… than from weights of joint training', error('iMAML') < error('joint training'));
    claims.check('… than MAML, which takes five steps', error('iMAML') < error('MAML'));
  },
});
