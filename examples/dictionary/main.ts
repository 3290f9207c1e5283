/**
 * @file Task-driven dictionary learning: does it help to learn the dictionary of sparse codes together with the classifier of the codes?
 *
 * The experiment of Blondel et al. 2022 (arXiv 2105.15183), section 4.3, on two tasks that are available here. The derivative of the codes in
 * the dictionary is implicit. `docs/examples/dictionary.md`.
 */
import {readTable} from '../support/csv.js';
import {meanOf, quantileOf} from '../support/metrics.js';
import {printTable, processorTime, runProgram} from '../support/program.js';
import {FULL, QUICK, run, type Score} from './dictionary.js';
import {figureOf} from './figure.js';
import type {Model} from './models.js';

const rows = readTable('digits.csv');
const median = (values: readonly number[]) => quantileOf(values, 0.5);
/** How much larger the AUC of a model is than that of another, in %, on the same splits. */
const gainOf = (scores: readonly Score[], model: Model, than: Model) => {
  const [ours, theirs] = [model, than].map((name) => scores.find((score) => score.model === name)!.aucs);
  return percent(ours.map((auc, i) => auc - theirs[i]));
};
const percent = (aucs: readonly number[]) => {
  const {mean, margin} = meanOf(aucs);
  return `${(100 * mean).toFixed(1)} ± ${(100 * margin).toFixed(1)}`;
};

await runProgram({
  name: 'dictionary',
  title: 'task-driven dictionary learning',
  full: FULL,
  quick: QUICK,
  run: (size, seed, report) => run(rows, size, seed, report, processorTime),
  print: ({gradients, results}) => {
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
    for (const {task, scores} of results) {
      console.log(`\n${task}: AUC in %, mean of ${scores[0].aucs.length} splits ± 95 % interval:\n`);
      printTable(
        ['model', 'AUC', 'more than L2', 'λ', 'sparsity', 'step'],
        scores.map(({model, aucs, settings}) => [
          model,
          percent(aucs),
          model === 'L2' ? '' : gainOf(scores, model, 'L2'),
          ...[settings.penalty, settings.sparsity, settings.rate].map((value) =>
            Number.isNaN(value) ? '–' : `${value}`,
          ),
        ]),
      );
      const gain = gainOf(scores, 'task-driven', 'dictionary + L2');
      console.log(`\nLearning the dictionary for the task changes its AUC by ${gain} %.`);
    }
  },
  figure: figureOf,
  claims: ({gradients, results}, claims) => {
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
  },
});
