/** @file Learns the rules of 4×4 Sudoku, as examples/sudoku does, and solves a puzzle with what it knows. */
import * as tf from '@tensorflow/tfjs';
import {solutionsOf, type Board} from '../../../examples/sudoku/boards.js';
import {createModel, evaluate, learningRate, tensorsOf} from '../../../examples/sudoku/model.js';
import {BATCH, makeSets, STEPS_AN_EPOCH} from '../../../examples/sudoku/sets.js';
import type {Result, StartDemo} from '../shell/demo.js';

/** A measurement after so many steps. */
const EVERY = 25;

/** For each cell the numbers of the digits 1 to 4; the largest is the answer. */
export type Cells = number[][];
export interface Picture {
  givens: Board;
  solution: Board;
  cells: Cells;
}
export interface Ask {
  givens: Board;
}
export interface Answer {
  cells: Cells;
  /** The solutions of the puzzle, by search; of many, two. */
  solutions: Board[];
}

export const start: StartDemo<Picture, Ask, Answer> = ({seed, quick}) => {
  const {training, validation} = makeSets(String(seed));
  const model = createModel(seed);
  // Adam reads it at every step, although tfjs's types do not declare it.
  const adam = model.optimizer as unknown as {learningRate: number};
  const [steps, every] = quick ? [100, 10] : [600, EVERY];

  async function solve(givens: Board): Promise<Cells> {
    const {x, y} = tensorsOf([{givens, solution: givens}]);
    const output = model.predict(x) as tf.Tensor;
    const values = await output.data();
    tf.dispose([x, y, output]);
    return givens.map((_, cell) => [...values.subarray(4 * cell, 4 * cell + 4)]);
  }

  async function measure(): Promise<Result> {
    const {boards, cells} = await evaluate(model, validation);
    const percent = (share: number) => `${Math.round(100 * share)} %`;
    return {
      value: boards,
      text: `${percent(boards)} of ${validation.length} boards, ${percent(cells)} of their empty cells`,
      reached: quick ? cells >= 0.45 : boards >= 0.95,
    };
  }

  return {
    steps,
    claim: quick ? 'Gets at least 45 % of the empty cells right, where guessing gets 25 %' : undefined,
    async *train() {
      let perfect = 0;
      for (let step = 1; step <= steps; step++) {
        const from = ((step - 1) % STEPS_AN_EPOCH) * BATCH;
        const {x, y} = tensorsOf(training.slice(from, from + BATCH));
        const loss = (await model.trainOnBatch(x, y)) as number;
        tf.dispose([x, y]);
        adam.learningRate = learningRate(step / (quick ? 600 : steps));
        const result = step % every === 0 ? await measure() : undefined;
        const {givens, solution} = validation[0];
        yield {loss, result, picture: async () => ({givens, solution, cells: await solve(givens)})};
        if (result) perfect = result.value === 1 ? perfect + 1 : 0;
        if (perfect === 2 || (quick && result?.reached)) return;
      }
    },
    async ask({givens}) {
      return {cells: await solve(givens), solutions: solutionsOf(givens, 2)};
    },
    dispose() {
      model.dispose();
    },
  };
};
