/** @file The Sudoku model, its data and its accuracy. */
import * as tf from '@tensorflow/tfjs';
import {OptNetQP} from '../../src/index.js';
import type {Puzzle} from './boards.js';

/** The first learning rate; it decreases to zero along a cosine. */
const LEARNING_RATE = 2e-2;

/** The learning rate after a fraction of the training. */
export function learningRate(progress: number): number {
  return (LEARNING_RATE * (1 + Math.cos(Math.PI * progress))) / 2;
}

/** 16 cells of 4 digits. */
const N = 64;

/**
 * One quadratic program: min 0.05‖x‖² − ⟨givens, x⟩ subject to x ≥ 0 and A x = b. The layer learns A and b, 40 equalities,
 * which represent the rules.
 */
export function createModel(seed: number): tf.Sequential {
  const constants = {Q: diagonal(0.1), G: diagonal(-1), h: new Array<number>(N).fill(0)};
  const layer = new OptNetQP({inputShape: [N], equalities: 40, constants, seed, name: 'rules'});
  const model = tf.sequential({layers: [layer]});
  model.compile({optimizer: tf.train.adam(LEARNING_RATE), loss: 'meanSquaredError'});
  return model;
}

/** Numbers rather than a tensor, which the layer could not read at once on a GPU. */
function diagonal(value: number): number[][] {
  return Array.from({length: N}, (_, i) => Array.from({length: N}, (_, j) => (i === j ? value : 0)));
}

/** Inputs and targets, [count, 64] each. The input is the linear term: minus one where a digit is given. */
export function tensorsOf(puzzles: readonly Puzzle[]): {x: tf.Tensor2D; y: tf.Tensor2D} {
  const encode = (boards: (readonly number[])[], sign: number) =>
    tf.tensor2d(
      boards.map((board) => board.flatMap((digit) => [1, 2, 3, 4].map((d) => (d === digit ? sign : 0)))),
      [boards.length, N],
    );
  return {
    x: encode(
      puzzles.map(({givens}) => givens),
      -1,
    ),
    y: encode(
      puzzles.map(({solution}) => solution),
      1,
    ),
  };
}

/** The digits with the largest value in each cell. */
export async function decode(output: tf.Tensor): Promise<number[][]> {
  const digits = tf.tidy(() => tf.add(tf.argMax(tf.reshape(output, [-1, 16, 4]), 2), 1));
  const read = (await digits.array()) as number[][];
  digits.dispose();
  return read;
}

/** How many boards, and how many empty cells, the model gets right. */
export async function evaluate(
  model: tf.LayersModel,
  puzzles: readonly Puzzle[],
): Promise<{boards: number; cells: number}> {
  const {x, y} = tensorsOf(puzzles);
  const output = model.predict(x) as tf.Tensor;
  const boards = await decode(output);
  tf.dispose([x, y, output]);
  let right = 0;
  let cells = 0;
  let empty = 0;
  boards.forEach((board, i) => {
    const {givens, solution} = puzzles[i];
    right += board.every((digit, cell) => digit === solution[cell]) ? 1 : 0;
    givens.forEach((given, cell) => {
      if (given !== 0) return;
      empty++;
      cells += board[cell] === solution[cell] ? 1 : 0;
    });
  });
  return {boards: right / puzzles.length, cells: cells / empty};
}
