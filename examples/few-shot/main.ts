/**
 * @file Few-shot learning with a convex base learner inside the model, after Lee et al. 2019 (MetaOptNet, arXiv 1904.03758) and Bertinetto
 * et al. 2019 (R2D2, arXiv 1805.08136).
 */
import {readTable} from '../support/csv.js';
import {mean} from '../support/metrics.js';
import {printTable, runProgram, spread} from '../support/program.js';
import {LIGHTS, SHOTS, WAYS, type Light} from './episodes.js';
import {FULL, METHODS, QUICK, run, type Method, type Outcome} from './few-shot.js';
import {figureOf} from './figure.js';

const rows = readTable('digits.csv');
const of = (outcomes: Outcome[], light: Light, method: Method, read: (outcome: Outcome) => number) =>
  outcomes.filter((outcome) => outcome.light === light && outcome.method === method).map(read);

await runProgram({
  name: 'few-shot',
  title: `few-shot learning, ${WAYS} classes with ${SHOTS} images each`,
  full: FULL,
  quick: QUICK,
  run: (size, seed, report) => run(rows, size, seed, report),
  print: (outcomes) => {
    printTable(
      ['accuracy, %', ...LIGHTS.flatMap((light) => [light, '(known classes)'])],
      METHODS.map((method) => [
        method,
        ...LIGHTS.flatMap((light) =>
          (['accuracy', 'known'] as const).map((name) =>
            spread(
              of(outcomes, light, method, (outcome) => 100 * outcome[name]),
              1,
            ),
          ),
        ),
      ]),
    );
  },
  figure: figureOf,
  claims: (outcomes, claims, quick) => {
    const accuracy = (light: Light, method: Method, name: 'accuracy' | 'known' = 'accuracy') =>
      mean(of(outcomes, light, method, (outcome) => outcome[name]));
    for (const method of METHODS)
      claims.check(`${method}: better than chance on new classes`, accuracy('as they are', method) > 0.5);
    for (const [layer, plain] of [
      ['RidgeLayer', 'pixels, ridge'],
      ['SVMLayer', 'pixels, SVM'],
    ] as const) {
      claims.check(
        `uneven light: features learned through ${layer} are better than pixels for known classes`,
        accuracy('uneven light', layer, 'known') > accuracy('uneven light', plain, 'known'),
      );
      if (quick) continue;
      claims.check(
        `uneven light: features learned through ${layer} are better than pixels for new classes`,
        accuracy('uneven light', layer) > accuracy('uneven light', plain),
      );
      claims.check(
        `as they are: pixels are better than features learned through ${layer} for new classes`,
        accuracy('as they are', layer) < accuracy('as they are', plain),
      );
      claims.check(
        `as they are: features learned through ${layer} are better than pixels for known classes`,
        accuracy('as they are', layer, 'known') > accuracy('as they are', plain, 'known'),
      );
    }
  },
});
