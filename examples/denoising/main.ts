/**
 * @file Denoising with a quadratic program whose matrix is learned, after Amos & Kolter 2017 (OptNet, arXiv 1703.00443).
 */
import {mean} from '../support/metrics.js';
import {printTable, runProgram, spread} from '../support/program.js';
import {FULL, METHODS, QUICK, run, type Method} from './denoising.js';
import {figureOf} from './figure.js';

await runProgram({
  name: 'denoising',
  title: 'denoising signals with a learned quadratic program',
  full: FULL,
  quick: QUICK,
  run,
  print: ({errors}) => {
    console.log('Mean squared error on test signals, times 100 (mean ± standard deviation over seeds):');
    const cell = (values: number[]) =>
      spread(
        values.map((value) => 100 * value),
        2,
      );
    printTable(
      ['', 'steps', 'ramps'],
      METHODS.map((name) => [name, cell(errors.steps[name]), cell(errors.ramps[name])]),
    );
  },
  figure: figureOf,
  claims: ({errors}, claims) => {
    const less = (kind: 'steps' | 'ramps', a: Method, b: Method) =>
      claims.check(
        `${kind}: ${a} has a smaller error than ${b}`,
        mean(errors[kind][a]) < mean(errors[kind][b]),
      );
    less('steps', 'total variation', 'nothing');
    less('ramps', 'second differences', 'total variation');
    less('ramps', 'learned from total variation', 'total variation');
    less('steps', 'learned from total variation', 'dense network');
  },
});
