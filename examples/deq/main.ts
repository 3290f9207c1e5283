/**
 * @file A deep-equilibrium classifier of digits that keeps its fixed points, after Bai, Koltun & Kolter 2021 (arXiv 2106.14342).
 */
import {readTable} from '../support/csv.js';
import {printTable, runProgram, spread} from '../support/program.js';
import {FULL, QUICK, run, type Outcome} from './deq.js';
import {figureOf} from './figure.js';
import {MAX_NORM, METHODS, type Method} from './model.js';

const rows = readTable('digits.csv');

const of = (outcomes: Outcome[], method: Method, read: (outcome: Outcome) => number) =>
  outcomes.filter((outcome) => outcome.method === method).map(read);

await runProgram({
  name: 'deq',
  title: 'a deep-equilibrium classifier that keeps its fixed points',
  full: FULL,
  quick: QUICK,
  run: (size, seed, report) => run(rows, size, seed, report),
  print: (outcomes) => {
    printTable(
      ['on test images', 'accuracy, %', 'steps of the solver', 'not solved, %', '‖W‖₂'],
      METHODS.map((method) => [
        method,
        spread(
          of(outcomes, method, ({accuracy}) => 100 * accuracy),
          1,
        ),
        spread(
          of(outcomes, method, ({iterations}) => iterations),
          1,
        ),
        spread(
          of(outcomes, method, ({lost}) => 100 * lost),
          1,
        ),
        spread(
          of(outcomes, method, ({norm}) => norm),
          2,
        ),
      ]),
    );
  },
  figure: figureOf,
  claims: (outcomes, claims, quick) => {
    // Chance is 10 %.
    const least = quick ? 0.4 : 0.8;
    const most = (method: Method, read: (outcome: Outcome) => number) =>
      Math.max(...of(outcomes, method, read));
    for (const method of METHODS.slice(0, 3))
      claims.check(
        `${method}: above ${100 * least} % accuracy for each seed`,
        Math.min(...of(outcomes, method, ({accuracy}) => accuracy)) > least,
      );
    claims.check(
      `with spectral norm: ‖W‖₂ ≤ ${MAX_NORM}, and every fixed point is found after every epoch`,
      most('with spectral norm', ({norm}) => norm) <= MAX_NORM + 1e-6 &&
        most('with spectral norm', ({history}) => Math.max(...history.map(({lost}) => lost))) === 0,
    );
    claims.check(
      'both parts of the recipe take fewer steps of the solver than the plain layer',
      Math.max(
        most('with spectral norm', ({iterations}) => iterations),
        most('with Jacobian penalty', ({iterations}) => iterations),
      ) < most('plain equilibrium', ({iterations}) => iterations),
    );
  },
});
