/**
 * @file The main example: learns the rules of 4×4 Sudoku from solved boards, without being told the rules.
 *
 * OptNet's experiment (Amos & Kolter 2017, section 4.4): the network is one quadratic program whose equality constraints
 * are learned. Training sees no grid of the test set, and none of its puzzles.
 */
import {parseArgs} from 'node:util';
import {SingleBar} from 'cli-progress';
import * as tf from '@tensorflow/tfjs';
import {startBackend} from '../support/backend.js';
import {folder} from '../support/file-system.js';
import {draw} from './boards.js';
import {createModel, decode, evaluate, learningRate, tensorsOf} from './model.js';
import {BATCH, makeSets, STEPS_AN_EPOCH} from './sets.js';

const {values: options} = parseArgs({
  options: {
    backend: {type: 'string', default: 'wasm'},
    seed: {type: 'string', default: '1'},
    steps: {type: 'string', default: '600'},
    out: {type: 'string', default: 'out/sudoku-model'},
  },
});

const maxEpochs = Math.max(1, Math.round(Number(options.steps) / STEPS_AN_EPOCH));

console.log(`tfjs-implicit: learning 4×4 Sudoku (${options.backend} backend, seed ${options.seed})\n`);
await startBackend(options.backend);
const started = performance.now();

const sets = makeSets(options.seed);
console.log(
  `288 solution grids: 200 for training (${sets.training.length} puzzles), 40 for validation ` +
    `(${sets.validation.length}), 48 for testing (${sets.test.length}).`,
);

const model = createModel(Number(options.seed));
const {x, y} = tensorsOf(sets.training);
const bar = new SingleBar({
  format: '{bar} step {value}/{total} | loss {loss} | validation boards {boards} | {duration} s',
  barsize: 24,
  hideCursor: true,
});
bar.start(maxEpochs * STEPS_AN_EPOCH, 0, {loss: '-', boards: '-'});
// Adam reads it at every step, although tfjs's types do not declare it.
const adam = model.optimizer as unknown as {learningRate: number};
let steps = 0;
let solvedEpochs = 0;
let epochs = 0;
await model.fit(x, y, {
  epochs: maxEpochs,
  batchSize: BATCH,
  shuffle: false,
  verbose: 0,
  callbacks: {
    onBatchEnd: (_batch, logs) => {
      bar.increment(1, {loss: logs!.loss.toFixed(5)});
      steps++;
      adam.learningRate = learningRate(steps / (maxEpochs * STEPS_AN_EPOCH));
    },
    onEpochEnd: async (_epoch, logs) => {
      epochs++;
      const {boards} = await evaluate(model, sets.validation);
      bar.update({boards: percent(boards)});
      // The progress bar appears only on a terminal.
      if (!process.stdout.isTTY) {
        const progress = `step ${String(epochs * STEPS_AN_EPOCH).padStart(4)}/${maxEpochs * STEPS_AN_EPOCH}`;
        console.log(`${progress}   loss ${logs!.loss.toFixed(5)}   validation boards ${percent(boards)}`);
      }
      // Two epochs in a row without a mistake on the validation boards: it has learned the rules.
      solvedEpochs = boards === 1 ? solvedEpochs + 1 : 0;
      model.stopTraining = solvedEpochs === 2;
    },
  },
});
bar.setTotal(epochs * STEPS_AN_EPOCH);
bar.stop();
tf.dispose([x, y]);
const seconds = (performance.now() - started) / 1000;

console.log(`\nAfter ${epochs * STEPS_AN_EPOCH} steps of ${BATCH} puzzles, ${seconds.toFixed(0)} s:\n`);
// Five hundred of the training puzzles are enough for an estimate.
const samples = {...sets, training: sets.training.slice(0, 500)};
const results = await Promise.all(
  Object.entries(samples).map(async ([name, set]) => ({
    name,
    count: set.length,
    ...(await evaluate(model, set)),
  })),
);
console.log('set          puzzles   boards solved   empty cells right');
for (const {name, count, boards, cells} of results) {
  console.log(
    `${name.padEnd(10)}  ${String(count).padStart(8)}  ${percent(boards).padStart(14)}  ${percent(cells).padStart(18)}`,
  );
}

await model.save(folder(options.out));
const loaded = await tf.loadLayersModel(folder(options.out));
const held = tensorsOf(sets.test);
const [before, after] = [model, loaded].map((m) => m.predict(held.x) as tf.Tensor);
const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(before, after))).dataSync()[0]);
console.log(`\nSaved to ${options.out} and loaded again: the predictions differ by ${difference}.`);

console.log('\nThree test puzzles, and the answers of the model:\n');
const answers = await decode(after);
for (const index of [0, 1, 2]) {
  const {givens, solution} = sets.test[index];
  const left = draw(givens);
  const right = draw(answers[index]);
  const verdict = answers[index].every((digit, cell) => digit === solution[cell]) ? 'right' : 'wrong';
  left.forEach((line, row) =>
    console.log(`  ${line}   →   ${right[row]}${row === 3 ? `   (${verdict})` : ''}`),
  );
  console.log();
}
tf.dispose([held.x, held.y, before, after]);

const test = results.find(({name}) => name === 'test')!;
if (test.boards === 1) {
  console.log('Every test board is solved.');
} else {
  console.log(
    `${percent(test.boards)} of the test boards are solved. Training had not converged after ${epochs} epochs; ` +
      'run it with more --steps, or another --seed.',
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share === 1 ? 0 : 1)} %`;
}
