/**
 * @file Task-driven dictionary learning: does it help to learn the dictionary of sparse codes together with the classifier of the codes?
 *
 * The experiment of Blondel et al. 2022 (arXiv 2105.15183), section 4.3, on two tasks that are available here. The derivative of the codes in
 * the dictionary is implicit. `docs/examples/dictionary.md`.
 */
import {parseArgs} from 'node:util';
import {startBackend} from '../support/backend.js';
import {Claims} from '../support/claims.js';
import {readTable} from '../support/csv.js';
import {meanOf, quantileOf} from '../support/metrics.js';
import {withProgress} from '../support/progress.js';
import {randomNumbers} from '../support/random.js';
import {saveFigure} from '../support/save-figure.js';
import {printTable} from '../support/table.js';
import {compareGradients, measure, type Score} from './dictionary.js';
import {figureOf} from './figure.js';
import {digitsTask, mixtureTask} from './tasks.js';

const HELP = `npm run example:dictionary -- [options]
  --splits N       for each score (default 10)
  --choosing N     splits to choose the settings by (default 2)
  --seed N         of the data and the splits (default 1)
  --backend NAME   cpu, wasm (default) or webgpu
  --out FILE       the figure (default docs/images/dictionary.svg)
  --quick          one split of one task, no figure`;

const {values: options} = parseArgs({
  options: {
    splits: {type: 'string', default: '10'},
    choosing: {type: 'string', default: '2'},
    seed: {type: 'string', default: '1'},
    backend: {type: 'string', default: 'wasm'},
    out: {type: 'string', default: 'docs/images/dictionary.svg'},
    quick: {type: 'boolean', default: false},
    help: {type: 'boolean', default: false},
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}

const {quick} = options;
const seed = Number(options.seed);
const clock = () => {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1000;
};

console.log(`tfjs-implicit: task-driven dictionary learning (${options.backend} backend, seed ${seed})\n`);
await startBackend(options.backend);
const started = performance.now();
const both = [digitsTask(readTable('digits.csv'), randomNumbers(seed)), mixtureTask(randomNumbers(seed + 1))];
const tasks = quick ? both.slice(1) : both;
const claims = new Claims();

const median = (values: readonly number[]) => quantileOf(values, 0.5);
const gradients = tasks.map((task) => ({task, ...compareGradients(task, quick ? 2 : 5, clock)}));
console.log(
  'The loss of the codes’ classifier, differentiated in the dictionary (ms of the processor, medians):\n',
);
printTable(
  ['task', 'samples', 'pixels or genes', 'implicit', 'unrolled', 'difference'],
  gradients.map(({task, implicit, unrolled, difference}) => [
    ...[task.name, `${task.trained}`, `${task.measuring.rows[0].length}`],
    ...[median(implicit).toFixed(1), median(unrolled).toFixed(1), difference.toExponential(1)],
  ]),
);
console.log();

const counts = quick
  ? {choosing: 1, measuring: 2}
  : {choosing: Number(options.choosing), measuring: Number(options.splits)};
const results = await withProgress(async (report) => {
  const scores: {task: string; scores: Score[]}[] = [];
  for (const [i, task] of tasks.entries()) {
    const part = await measure(task, {...counts, seed}, (done, total, note) =>
      report(i * total + done, tasks.length * total, note),
    );
    scores.push({task: task.name, scores: part});
  }
  return scores;
});

for (const {task, scores} of results) {
  console.log(`\n${task}: AUC in %, mean of ${counts.measuring} splits ± 95 % interval:\n`);
  const l2 = scores.find(({model}) => model === 'L2')!;
  printTable(
    ['model', 'AUC', 'more than L2', 'λ', 'sparsity', 'step'],
    scores.map(({model, aucs, settings}) => {
      const written = ({mean, margin}: {mean: number; margin: number}) =>
        `${(100 * mean).toFixed(1)} ± ${(100 * margin).toFixed(1)}`;
      const beyond = model === 'L2' ? '' : written(meanOf(aucs.map((auc, i) => auc - l2.aucs[i])));
      const setting = (value: number) => (Number.isNaN(value) ? '–' : `${value}`);
      return [
        model,
        written(meanOf(aucs)),
        beyond,
        ...[settings.penalty, settings.sparsity, settings.rate].map(setting),
      ];
    }),
  );
}
console.log();

for (const {task, difference} of gradients) {
  claims.check(
    `${task.name}: implicit and unrolled gradients differ by ${difference.toExponential(1)} ≤ 1e-4`,
    difference <= 1e-4,
  );
}
for (const {task, scores} of results) {
  claims.check(
    `${task}: every model is better than chance`,
    scores.every(({aucs}) => meanOf(aucs).mean > 0.55),
  );
}
for (const {task, scores} of results) {
  const aucs = (model: Score['model']) => scores.find((score) => score.model === model)!.aucs;
  const gain = meanOf(aucs('task-driven').map((auc, i) => auc - aucs('dictionary + L2')[i]));
  const written = `${(100 * gain.mean).toFixed(1)} ± ${(100 * gain.margin).toFixed(1)}`;
  console.log(`${task}: learning the dictionary for the task changes its AUC by ${written} %.`);
}
if (!quick) {
  await saveFigure(options.out, figureOf(results));
}
console.log(
  `${((performance.now() - started) / 1000).toFixed(0)} s, ${(clock() / 1000).toFixed(0)} s of the processor.`,
);
claims.end();
