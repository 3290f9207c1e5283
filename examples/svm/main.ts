/**
 * @file How strong should the regularisation of an SVM be? The derivative of the validation loss tells, by three solvers.
 *
 * The experiment of Blondel et al. 2022 (arXiv 2105.15183), section 4.1: the dual of a multiclass SVM is solved by mirror descent,
 * projected gradient and block coordinate descent, and differentiated by the fixed points of the first two. `docs/examples/svm.md`.
 */
import {readFileSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {startBackend} from '../support/backend.js';
import {Claims} from '../support/claims.js';
import {quantileOf} from '../support/metrics.js';
import {withProgress} from '../support/progress.js';
import {saveFigure} from '../support/save-figure.js';
import {printTable} from '../support/table.js';
import {figureOf, labelOf} from './figure.js';
import {run, type Choice, type Mode, type Reference, type Timing} from './svm.js';

const HELP = `npm run example:svm -- [options]
  --features LIST      numbers of features whose hyper-gradients are timed (default 100,1000,5000)
  --repeats N          how often each is timed (default 2)
  --iterations N       of the solver, when timed (default 100; passes of coordinate descent: a fifth)
  --references LIST    numbers of features whose hyper-gradients are compared with float64 (default 100,1000)
  --converge N         iterations for that, and to choose λ (default 1500)
  --backend NAME       cpu, wasm (default) or webgpu
  --out FILE           the figure (default docs/images/svm.svg)
  --quick              a small problem, no figure`;

const {values: options} = parseArgs({
  options: {
    features: {type: 'string', default: '100,1000,5000'},
    repeats: {type: 'string', default: '2'},
    iterations: {type: 'string', default: '100'},
    references: {type: 'string', default: '100,1000'},
    converge: {type: 'string', default: '1500'},
    backend: {type: 'string', default: 'wasm'},
    out: {type: 'string', default: 'docs/images/svm.svg'},
    quick: {type: 'boolean', default: false},
    help: {type: 'boolean', default: false},
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}

/** The processor's time, so that other programs disturb it less. */
const clock = () => {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1000;
};

type Known = Reference & {lambda: number};
interface References {
  training: number;
  validation: number;
  quick: Known & {training: number; validation: number};
  references: Known[];
  best: Choice & {features: number};
}
const known = JSON.parse(readFileSync(new URL('references.json', import.meta.url), 'utf8')) as References;
const numbers = (list: string) => list.split(',').map(Number);
const {quick} = options;

console.log(`tfjs-implicit: the regularisation of a multiclass SVM (${options.backend} backend)\n`);
await startBackend(options.backend);
const started = performance.now();
const result = await withProgress((report) =>
  run(
    {
      ...(quick ? known.quick : known),
      lambda: known.quick.lambda,
      timing: quick
        ? {features: [known.quick.features], iterations: 100, repeats: 2}
        : {
            features: numbers(options.features),
            iterations: Number(options.iterations),
            repeats: Number(options.repeats),
          },
      references: quick
        ? [known.quick]
        : known.references.filter(({features}) => numbers(options.references).includes(features)),
      iterations: quick ? 500 : Number(options.converge),
      choice: {features: quick ? known.quick.features : known.best.features, steps: quick ? 4 : 12},
      clock,
    },
    report,
  ),
);

console.log(
  `\nMilliseconds of processor time for one hyper-gradient, ${quick ? 100 : options.iterations} iterations (median, least to most):\n`,
);
const cell = (timing: Timing | undefined) => {
  if (!timing) return '–';
  const {milliseconds} = timing;
  const [least, median, most] = [0, 0.5, 1].map((share) => quantileOf(milliseconds, share).toFixed(0));
  return `${median} (${least}–${most})`;
};
const find = ({features, method}: Timing, mode: Mode) =>
  result.timings.find(
    (other) => other.features === features && other.method === method && other.mode === mode,
  );
printTable(
  ['solver', 'features', 'implicit', 'unrolled', 'unrolled / implicit'],
  result.timings
    .filter(({mode}) => mode === 'implicit')
    .map((timing) => {
      const unrolled = find(timing, 'unrolled');
      const ratio = unrolled
        ? quantileOf(unrolled.milliseconds, 0.5) / quantileOf(timing.milliseconds, 0.5)
        : null;
      return [
        labelOf(timing.method),
        `${timing.features}`,
        cell(timing),
        cell(unrolled),
        ratio ? ratio.toFixed(1) : '–',
      ];
    }),
);

console.log('\nHyper-gradients at λ = 1 after convergence, compared with float64:\n');
const errorOf = (value: number, reference: number) => Math.abs(value / reference - 1).toExponential(1);
printTable(
  ['solver', 'features', 'derivative', 'value', 'reference', 'relative error', 'loss', 'reference'],
  result.comparisons.map(({features, method, mode, found, reference}) => [
    ...[labelOf(method), `${features}`, mode, found.gradient.toFixed(4), reference.gradient.toFixed(4)],
    errorOf(found.gradient, reference.gradient),
    ...[found.loss.toFixed(4), reference.loss.toFixed(4)],
  ]),
);

console.log('\nGradient descent on log(validation loss):\n');
printTable(
  ['step', 'λ', 'validation loss'],
  result.choices.map(({lambda, loss}, step) => [`${step}`, lambda.toFixed(4), loss.toFixed(4)]),
);
console.log();

const claims = new Claims();
for (const {features, method, mode, found, reference} of result.comparisons) {
  // Mirror descent creeps where a sample hesitates between classes: what it lacks is in the table.
  if (mode === 'unrolled' || method.solver === 'mirror descent') continue;
  claims.close(`${labelOf(method)}, ${features} features`, found.gradient, reference.gradient, 1e-5);
}
const last = result.choices[result.choices.length - 1];
if (quick) {
  claims.check(
    'each step to another λ lowers the validation loss',
    result.choices.every(({loss}, i) => i === 0 || loss < result.choices[i - 1].loss),
  );
} else {
  claims.check(
    `λ = ${last.lambda.toFixed(4)}, reference ${known.best.lambda.toFixed(4)}`,
    Math.abs(last.lambda - known.best.lambda) < 1e-3,
  );
  claims.close('its validation loss', last.loss, known.best.loss, 1e-5);
}
if (!quick) await saveFigure(options.out, figureOf(result, known.best));
console.log(
  `${((performance.now() - started) / 1000).toFixed(0)} s, ${(clock() / 1000).toFixed(0)} s of the processor.`,
);
claims.end();
