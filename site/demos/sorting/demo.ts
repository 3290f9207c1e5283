/** @file Learns an order of colours from sorted lists, with the loss of examples/ranking. */
import * as tf from '@tensorflow/tfjs';
import {projections} from 'tfjs-implicit';
import {network, scoresOf} from '../../../examples/ranking/network.js';
import {spearman, spearmanLoss} from '../../../examples/ranking/spearman.js';
import {randomNumbers} from '../../../examples/support/random.js';
import {trainable} from '../../../examples/support/training.js';
import type {Progress, StartDemo} from '../shell/demo.js';
import {makeList, type Colour, type ColourList, type Rule} from './colours.js';

const LENGTH = 8;
const BATCH = 10;
const HELD_OUT = 60;
/** How many of the held-out lists the page shows. */
const SHOWN = 4;
const STRENGTH = 0.1;
const RATE = 0.01;
const GOAL = 0.95;

/** Held-out lists, and the score of each colour. */
export type Picture = (ColourList & {scores: number[]})[];
export interface Ask {
  colours: Colour[];
  strength: number;
}
/** For each colour its score, and its soft rank, 1 … n. */
export interface Answer {
  scores: number[];
  ranks: number[];
}

const featuresOf = (lists: readonly (readonly Colour[])[]) =>
  tf.tensor3d(lists.map((colours) => colours.map((colour) => colour.map((part) => 2 * part - 1))));

export const start: StartDemo<Picture, Ask, Answer> = ({seed, quick, options}) => {
  const rule = options as Rule;
  const random = randomNumbers(seed);
  const list = () => makeList(rule, LENGTH, random);
  const heldOut = Array.from({length: HELD_OUT}, list);
  const model = network(3, seed);
  const variables = trainable(model);
  const optimizer = tf.train.adam(RATE);
  const steps = quick ? 200 : 300;

  async function scores(lists: readonly (readonly Colour[])[]): Promise<number[][]> {
    const values = tf.tidy(() => scoresOf(model, featuresOf(lists)));
    const read = await values.array();
    values.dispose();
    return read;
  }

  const picture = async (): Promise<Picture> => {
    const shown = heldOut.slice(0, SHOWN);
    const all = await scores(shown.map(({colours}) => colours));
    return shown.map((each, i) => ({...each, scores: all[i]}));
  };

  async function measure(): Promise<Progress['result']> {
    const all = await scores(heldOut.map(({colours}) => colours));
    const value = spearman(
      all,
      heldOut.map(({ranks}) => ranks),
    );
    return {value, text: `${value.toFixed(3)} on ${HELD_OUT} lists`, reached: value >= GOAL};
  }

  return {
    steps,
    async *train() {
      for (let step = 1; step <= steps; step++) {
        const lists = Array.from({length: BATCH}, list);
        const cost = optimizer.minimize(
          () => {
            const found = scoresOf(model, featuresOf(lists.map(({colours}) => colours)));
            const ranks = tf.tensor2d(lists.map(({ranks}) => ranks));
            return tf.mean(spearmanLoss(found, ranks, STRENGTH));
          },
          true,
          variables,
        ) as tf.Scalar;
        const [loss] = await cost.data();
        cost.dispose();
        const result = step % 10 === 0 ? await measure() : undefined;
        yield {loss, picture, result};
        if (quick && result?.reached) return;
      }
    },
    async ask({colours, strength}) {
      const [own] = await scores([colours]);
      const soft = tf.tidy(() => projections.softRank(tf.tensor1d(own), {strength}));
      const ranks = [...(await soft.data())];
      soft.dispose();
      return {scores: own, ranks};
    },
    dispose() {
      model.dispose();
      optimizer.dispose();
    },
  };
};
