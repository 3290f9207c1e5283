/**
 * @file Dataset distillation: ten images, one of each digit, from which a classifier learns as much as it can.
 *
 * The experiment of Blondel et al. 2022 (arXiv 2105.15183), section 4.2, with the settings of JAXopt's notebook: the inner problem trains
 * a logistic regression on the ten images; the outer one changes the images. `docs/examples/distillation.md`.
 */
import {quantileOf} from '../support/metrics.js';
import {printTable, processorTime, runProgram} from '../support/program.js';
import {readImages} from './data.js';
import {FULL, QUICK, run, type Result, type Size} from './distillation.js';
import {figureOf} from './figure.js';

/** JAXopt 0.8.5 on the digits after 50 steps, float32, from other random images. */
const REFERENCE = {loss: 1.1564, accuracy: 0.916};

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const isKnown = ({data, steps}: Size) => data === FULL.data && steps === FULL.steps;

await runProgram({
  name: 'distillation',
  title: 'dataset distillation',
  full: FULL,
  quick: QUICK,
  run: async (size, seed, report) => ({
    ...(await run(readImages(size.data), size, seed, report, processorTime)),
    known: isKnown(size),
  }),
  print: (result: Result & {known: boolean}) => {
    const {timings, count, pixels, losses, accuracy, held, known} = result;
    console.log(`The outer loss and its gradient in ${10 * pixels} pixels, ${count} images:\n`);
    printTable(
      ['derivative', 'loss', '‖gradient‖', 'ms of the processor (least–most)'],
      timings.map(({mode, milliseconds, loss, gradientNorm}) => {
        const [least, median, most] = [0, 0.5, 1].map((share) => quantileOf(milliseconds, share).toFixed(0));
        return [mode, loss.toFixed(6), gradientNorm.toFixed(6), `${median} (${least}–${most})`];
      }),
    );
    console.log(`\nA classifier that was trained on the ten images, after ${losses.length} steps:\n`);
    const last = losses[losses.length - 1];
    printTable(
      ['', 'here', 'JAXopt'],
      [
        ['loss on all images', last.toFixed(4), known ? REFERENCE.loss.toFixed(4) : '–'],
        ['accuracy on all images', percent(accuracy), known ? percent(REFERENCE.accuracy) : '–'],
        [`accuracy on ${held.test} others, learned from ${held.training}`, percent(held.accuracy), '–'],
      ],
    );
  },
  figure: figureOf,
  claims: ({timings, losses, accuracy, known}, claims) => {
    const [implicit, unrolled] = timings;
    claims.close('‖gradient‖, implicit against unrolled', implicit.gradientNorm, unrolled.gradientNorm, 1e-5);
    claims.check(
      'each step lowers the loss, up to 0.5 %',
      losses.every((value, i) => i === 0 || value < 1.005 * losses[i - 1]),
    );
    const least = known ? 0.91 : 0.8;
    claims.check(`accuracy at least ${least}`, accuracy >= least);
    if (known) claims.close('loss, against JAXopt', losses[losses.length - 1], REFERENCE.loss, 5e-3);
  },
});
