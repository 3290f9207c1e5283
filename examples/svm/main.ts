/**
 * @file How strong should the regularisation of an SVM be? The derivative of the validation loss tells, by three solvers.
 *
 * The experiment of Blondel et al. 2022 (arXiv 2105.15183), section 4.1: the dual of a multiclass SVM is solved by mirror descent,
 * projected gradient and block coordinate descent, and differentiated by the fixed points of the first two. `docs/examples/svm.md`.
 */
import {readFileSync} from 'node:fs';
import {quantileOf} from '../support/metrics.js';
import {printTable, processorTime, runProgram} from '../support/program.js';
import {figureOf, labelOf} from './figure.js';
import {FULL, QUICK, run, type Mode, type References, type Timing} from './svm.js';

const known = JSON.parse(readFileSync(new URL('references.json', import.meta.url), 'utf8')) as References;

const cell = (timing: Timing | undefined) => {
  if (!timing) return '–';
  const [least, median, most] = [0, 0.5, 1].map((share) => quantileOf(timing.milliseconds, share).toFixed(0));
  return `${median} (${least}–${most})`;
};
const ratioOf = (unrolled: Timing, implicit: Timing) =>
  quantileOf(unrolled.milliseconds, 0.5) / quantileOf(implicit.milliseconds, 0.5);
const errorOf = (value: number, reference: number) => Math.abs(value / reference - 1).toExponential(1);

await runProgram({
  name: 'svm',
  title: 'the regularisation of a multiclass SVM',
  full: FULL,
  quick: QUICK,
  seeded: false,
  run: (size, _seed, report) => run(known, size, report, processorTime),
  print: ({timings, comparisons, choices}) => {
    console.log('Milliseconds of processor time for one hyper-gradient (median, least to most):\n');
    const find = ({features, method}: Timing, mode: Mode) =>
      timings.find((other) => other.features === features && other.method === method && other.mode === mode);
    printTable(
      ['solver', 'features', 'implicit', 'unrolled', 'unrolled / implicit'],
      timings
        .filter(({mode}) => mode === 'implicit')
        .map((timing) => {
          const unrolled = find(timing, 'unrolled');
          const ratio = unrolled ? ratioOf(unrolled, timing).toFixed(1) : '–';
          return [labelOf(timing.method), `${timing.features}`, cell(timing), cell(unrolled), ratio];
        }),
    );
    console.log('\nHyper-gradients at λ = 1 after convergence, compared with float64:\n');
    printTable(
      ['solver', 'features', 'derivative', 'value', 'reference', 'relative error', 'loss', 'reference'],
      comparisons.map(({features, method, mode, found, reference}) => [
        ...[labelOf(method), `${features}`, mode, found.gradient.toFixed(4), reference.gradient.toFixed(4)],
        errorOf(found.gradient, reference.gradient),
        ...[found.loss.toFixed(4), reference.loss.toFixed(4)],
      ]),
    );
    console.log('\nGradient descent on log(validation loss):\n');
    printTable(
      ['step', 'λ', 'validation loss'],
      choices.map(({lambda, loss}, step) => [`${step}`, lambda.toFixed(4), loss.toFixed(4)]),
    );
  },
  figure: (result) => figureOf(result, known.best),
  claims: ({comparisons, choices}, claims, quick) => {
    for (const {features, method, mode, found, reference} of comparisons) {
      // Mirror descent creeps where a sample hesitates between classes: what it lacks is in the table.
      if (mode === 'unrolled' || method.solver === 'mirror descent') continue;
      claims.close(`${labelOf(method)}, ${features} features`, found.gradient, reference.gradient, 1e-5);
    }
    if (quick) {
      claims.check(
        'each step to another λ lowers the validation loss',
        choices.every(({loss}, i) => i === 0 || loss < choices[i - 1].loss),
      );
      return;
    }
    const last = choices[choices.length - 1];
    claims.check(
      `λ = ${last.lambda.toFixed(4)}, reference ${known.best.lambda.toFixed(4)}`,
      Math.abs(last.lambda - known.best.lambda) < 1e-3,
    );
    claims.close('its validation loss', last.loss, known.best.loss, 1e-5);
  },
});
