/** @file Trains predictions for the paths that they lead to, beside two stages, with examples/decision. */
import {DecisionTraining, type Day} from '../../../examples/decision/step-training.js';
import type {StartDemo} from '../shell/demo.js';

/** The regret that should be reached, as a share of that of two stages. */
export const GOAL = 0.5;
/** How curved the costs are in the features: far from what a linear model can learn. */
const DEGREE = 8;
const COUNT = 100;
/** Steps of the training from one measurement to the next. */
const EVERY = 5;

/** How much more the paths cost than the best ones, on test days, as shares. */
export interface Picture {
  twoStage: number;
  focused: number;
}
/** A test day, or one with the reader's features. */
export type Ask = {sample: number} | {features: number[]};

export const start: StartDemo<Picture, Ask, Day> = async ({seed, quick}) => {
  const training = new DecisionTraining({degree: DEGREE, count: COUNT, seed});
  const steps = quick ? 40 : 100;
  let regrets = await training.regrets();
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

  return {
    steps,
    async *train() {
      for (let step = 1; step <= steps; step++) {
        const loss = await training.step();
        if (step % EVERY !== 0) {
          yield {loss, picture: () => regrets};
          continue;
        }
        regrets = await training.regrets();
        const {twoStage, focused} = regrets;
        const text = `${percent(focused)} against ${percent(twoStage)}`;
        const result = {value: focused / twoStage, text, reached: focused <= GOAL * twoStage};
        yield {loss, picture: () => regrets, result};
      }
    },
    ask: async (request) =>
      training.day('sample' in request ? await training.featuresOf(request.sample) : request.features),
    dispose: () => training.dispose(),
  };
};
