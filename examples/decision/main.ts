/**
 * @file Predict, then decide: decision-focused learning against two stages, on the shortest paths of Elmachtoub & Grigas 2022 (Smart
 * "predict, then optimize", arXiv 1710.08005).
 */
import {mean} from '../support/metrics.js';
import {printTable, runProgram, spread} from '../support/program.js';
import {DEGREES, FULL, METHODS, QUICK, run, type Method, type Outcome} from './decision.js';
import {figureOf} from './figure.js';

const of = (outcomes: Outcome[], degree: number, method: Method, read: (outcome: Outcome) => number) =>
  outcomes.filter((outcome) => outcome.degree === degree && outcome.method === method).map(read);

await runProgram({
  name: 'decision',
  title: 'predicting costs for the decision that they lead to',
  full: FULL,
  quick: QUICK,
  run,
  print: (outcomes) => {
    printTable(
      ['degree', 'method', 'regret, %', 'error of the prediction'],
      DEGREES.flatMap((degree) =>
        METHODS.map((method) => [
          String(degree),
          method,
          spread(
            of(outcomes, degree, method, ({regret}) => 100 * regret),
            2,
          ),
          spread(
            of(outcomes, degree, method, ({error}) => error),
            2,
          ),
        ]),
      ),
    );
  },
  figure: figureOf,
  claims: (outcomes, claims, quick) => {
    const regret = (degree: number, method: Method) =>
      mean(of(outcomes, degree, method, (outcome) => outcome.regret));
    const error = (degree: number, method: Method) =>
      mean(of(outcomes, degree, method, (outcome) => outcome.error));
    const [straight, , curved] = DEGREES;
    if (!quick) {
      claims.check(
        `degree ${straight}, which the model can learn: it makes no difference, within half a per cent`,
        Math.abs(regret(straight, 'decision-focused') - regret(straight, 'two-stage')) < 0.005,
      );
      claims.check(
        `degree ${curved}: decision-focused learning has less regret`,
        regret(curved, 'decision-focused') < regret(curved, 'two-stage'),
      );
      claims.check(
        `degree ${curved}: … although its predictions are worse`,
        error(curved, 'decision-focused') > error(curved, 'two-stage'),
      );
    }
    for (const degree of DEGREES)
      claims.check(
        `degree ${degree}: every regret is non-negative and below 100 %`,
        METHODS.every((method) =>
          of(outcomes, degree, method, (outcome) => outcome.regret).every((each) => each > -1e-9 && each < 1),
        ),
      );
  },
});
