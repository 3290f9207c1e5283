/**
 * @file Handwritten digits with two implicit layers: a deep-equilibrium layer, and sparsemax instead of softmax.
 *
 * The equilibrium layer is as deep as its solver takes steps, but needs the memory of one layer: its gradient is one linear
 * solve at the fixed point (Bai, Kolter & Koltun 2019). Sparsemax gives most classes a probability of exactly zero.
 */
import {parseArgs} from 'node:util';
import {SingleBar} from 'cli-progress';
import seedrandom from 'seedrandom';
import * as tf from '@tensorflow/tfjs';
import {startBackend} from '../support/backend.js';
import {Claims} from '../support/claims.js';
import {readTable} from '../support/csv.js';
import {folder} from '../support/file-system.js';
import {splitDigits} from './data.js';
import {accuracy, createModel, evaluate, predict, type Evaluation} from './model.js';

const {values: options} = parseArgs({
  options: {
    backend: {type: 'string', default: 'wasm'},
    seed: {type: 'string', default: '1'},
    epochs: {type: 'string', default: '12'},
    quick: {type: 'boolean', default: false},
    solver: {type: 'string', default: 'anderson'},
    out: {type: 'string', default: 'out/digits-model'},
  },
});

if (options.solver !== 'anderson' && options.solver !== 'iteration') {
  throw new Error(`--solver is anderson or iteration, not ${options.solver}.`);
}
const epochs = options.quick ? 2 : Math.max(2, Math.round(Number(options.epochs)));
const fast = Math.ceil((2 / 3) * epochs);
/** If the cell is nearly not a contraction, the gradient is large. The last epochs therefore take small steps. */
const stages = [
  {rate: 3e-3, epochs: fast},
  {rate: 3e-4, epochs: epochs - fast},
];

console.log(`tfjs-implicit: handwritten digits (${options.backend} backend, seed ${options.seed})\n`);
await startBackend(options.backend);
const started = performance.now();

// model.fit shuffles with Math.random, so this seeds it.
seedrandom(options.seed, {global: true});
const {training, test} = splitDigits(readTable('digits.csv'), Math.random);
console.log(`${training.count} images for training, ${test.count} for testing.`);

const model = createModel(Number(options.seed), options.solver);
const bar = new SingleBar({
  format: '{bar} epoch {value}/{total} | loss {loss} | test accuracy {accuracy} | {duration} s',
  barsize: 24,
  hideCursor: true,
  noTTYOutput: true,
  notTTYSchedule: 10000,
});
bar.start(epochs, 0, {loss: '-', accuracy: '-'});
for (const stage of stages) {
  // The squared distance to the one-hot label: the Brier score divided by 10.
  model.compile({optimizer: tf.train.adam(stage.rate), loss: 'meanSquaredError'});
  await model.fit(training.images, training.targets, {
    epochs: stage.epochs,
    batchSize: 32,
    verbose: 0,
    callbacks: {
      // The test accuracy is only displayed; it influences nothing.
      onEpochEnd: (_epoch, logs) =>
        bar.increment(1, {loss: logs!.loss.toFixed(5), accuracy: percent(accuracy(model, test))}),
    },
  });
}
bar.stop();
const seconds = (performance.now() - started) / 1000;

console.log(`\nAfter ${epochs} epochs, ${seconds.toFixed(0)} s:\n`);
console.log(
  'set        samples   accuracy   Brier score   classes above 0   fixed points found   iterations (max)',
);
const results: Evaluation[] = [];
for (const [name, samples] of Object.entries({training, test})) {
  const result = await evaluate(model, samples);
  results.push(result);
  const {mean, max} = result.iterations;
  console.log(
    [
      name.padEnd(8),
      String(samples.count).padStart(10),
      percent(result.accuracy).padStart(11),
      result.brier.toFixed(4).padStart(14),
      `${result.classes.toFixed(2)} of 10`.padStart(18),
      `${result.converged} of ${samples.count}`.padStart(21),
      `${mean.toFixed(1)} (${max})`.padStart(19),
    ].join(''),
  );
}

await model.save(folder(options.out));
const loaded = await tf.loadLayersModel(folder(options.out));
const difference = tf.tidy(
  () => tf.max(tf.abs(tf.sub(predict(model, test), predict(loaded, test)))).dataSync()[0],
);
console.log(`\nSaved to ${options.out} and loaded again: the predictions differ by ${difference}.\n`);

const claims = new Claims();
const least = options.quick ? 0.85 : 0.95;
claims.check(`test accuracy at least ${percent(least)}`, results[1].accuracy >= least);
claims.check(
  'a fixed point for every image',
  [training, test].every((samples, i) => results[i].converged === samples.count),
);
claims.check('the loaded model predicts the same', difference === 0);
claims.end();

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
