/** @file The demos of the site, without a page: they learn, answer between two steps, pause, and leave no tensors. */
import {expect} from 'chai';
import * as tf from '@tensorflow/tfjs';
import {readTable} from '../../examples/support/csv.js';
import {startDigits} from '../../site/demos/digits/training.js';
import {pixelsOf} from '../../site/demos/digits/raster.js';
import type {Demo, Settings} from '../../site/demos/shell/demo.js';
import type {Reply} from '../../site/demos/shell/messages.js';
import {Training} from '../../site/demos/shell/training.js';
import {start as startSorting} from '../../site/demos/sorting/demo.js';
import {start as startSudoku} from '../../site/demos/sudoku/demo.js';

const settings: Settings = {backend: 'wasm', seed: 1, quick: true};

/** The losses of the first steps. */
async function lossesOf(demo: Demo, count: number): Promise<number[]> {
  const losses: number[] = [];
  for await (const {loss} of demo.train()) {
    losses.push(loss);
    if (losses.length === count) break;
  }
  return losses;
}

describe('demos of the site', () => {
  before(() => tf.setBackend('cpu'));

  it('sorting learns each order, and leaves no tensors', async () => {
    const before = tf.memory().numTensors;
    for (const options of ['from dark to light', 'from cold to warm', 'from grey to bright']) {
      const demo = await startSorting({...settings, options});
      let reached = false;
      for await (const {result} of demo.train()) reached = result?.reached ?? reached;
      expect(reached, options).to.equal(true);
      demo.dispose();
    }
    expect(tf.memory().numTensors).to.equal(before);
  });

  it('Sudoku lowers its loss, and answers a puzzle', async () => {
    const demo = await startSudoku(settings);
    const losses = await lossesOf(demo, 6);
    expect(losses[5]).to.be.below(losses[0]);
    const givens = [1, 2, 3, 0, ...Array<number>(12).fill(0)];
    const {cells, solutions} = await demo.ask({givens});
    expect(cells.map((values) => values.length)).to.deep.equal(Array(16).fill(4));
    expect(solutions.every((board) => board[3] === 4)).to.equal(true);
    demo.dispose();
  });

  it('digits lower their loss, and answer a drawing with probabilities', async () => {
    const demo = startDigits(readTable('digits.csv'), settings);
    const losses = await lossesOf(demo, 12);
    expect(losses[11]).to.be.below(losses[0]);
    const drawing = pixelsOf([
      [
        [50, 10],
        [50, 90],
      ],
    ]);
    const {probabilities} = await demo.ask({kind: 'classify', pixels: drawing});
    expect(probabilities.reduce((a, b) => a + b, 0)).to.be.closeTo(1, 1e-5);
    demo.dispose();
  });

  it('a drawing fills its square, wherever and however large it is drawn', () => {
    const stroke = (x: number, y: number, size: number) => [
      [[x, y] as const, [x + size / 2, y + size] as const, [x + size, y] as const],
    ];
    const pixels = pixelsOf(stroke(0, 0, 1));
    expect(pixelsOf(stroke(30, 12, 40))).to.deep.equal(pixels);
    expect(Math.max(...pixels.slice(0, 8))).to.be.above(0);
    expect(Math.max(...pixels.slice(56))).to.be.above(0);
    expect(Math.max(...pixels)).to.be.at.most(1);
  });
});

describe('the training of a demo', () => {
  /** Its steps do nothing. */
  const counting = (): Demo<number, number, number> => ({
    steps: 5,
    async *train() {
      for (let step = 1; step <= 5; step++) {
        yield await Promise.resolve({loss: 1 / step, picture: () => Promise.resolve(step)});
      }
    },
    ask: (n) => (n < 0 ? Promise.reject(new Error('negative')) : n + 1),
    dispose: () => {},
  });
  const started = (rate: number) => {
    const replies: Reply[] = [];
    const training = new Training(counting() as Demo, (reply) => replies.push(reply), rate);
    return {replies, training, end: training.run()};
  };

  it('reports each step and, at the end, the last picture', async () => {
    const {replies, end} = started(0);
    await end;
    expect(replies[0]).to.deep.equal({kind: 'ready', steps: 5, claim: undefined});
    expect(replies.at(-1)).to.deep.equal({kind: 'end'});
    const steps = replies.filter((reply) => reply.kind === 'step');
    expect([...new Set(steps.map(({step}) => step))]).to.deep.equal([1, 2, 3, 4, 5]);
    expect(steps.filter(({picture}) => picture !== undefined).at(-1)?.picture).to.equal(5);
  });

  it('answers while it is paused, and goes on', async () => {
    const {replies, training, end} = started(1000);
    training.paused = true;
    training.ask(1, 41);
    training.ask(2, -1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(replies.filter(({kind}) => kind === 'end')).to.deep.equal([]);
    expect(replies).to.deep.include({kind: 'answer', id: 1, answer: 42});
    expect(replies).to.deep.include({kind: 'error', id: 2, text: 'negative'});
    training.paused = false;
    await end;
    expect(replies.at(-1)).to.deep.equal({kind: 'end'});
  });

  it('ends without a last word when it is stopped', async () => {
    const {replies, training, end} = started(2);
    await new Promise((resolve) => setTimeout(resolve, 10));
    training.stop();
    await end;
    expect(replies.some(({kind}) => kind === 'end')).to.equal(false);
  });
});
