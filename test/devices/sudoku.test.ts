/** @file `fit` of the Sudoku model on a small set: the same losses and the same boards as with the f64 kernels of the host. */
import * as tf from '@tensorflow/tfjs-core';
import {sequential} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {OptNetQP} from '../../src/index.js';
import {allGrids, makePuzzle, shuffled} from '../../examples/sudoku/boards.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {assertClose, describeDevices, REFERENCE, use, valuesOf} from './devices.js';

const CELLS = 16;
const N = 4 * CELLS;
const BOARDS = 6;
const EPOCHS = 30;

/** [boards, 64]: `sign` where the digit stands. */
function encode(boards: readonly (readonly number[])[], sign: number): tf.Tensor2D {
  return tf.tensor2d(
    boards.map((board) => board.flatMap((digit) => [1, 2, 3, 4].map((d) => (d === digit ? sign : 0)))),
  );
}

/** The losses of all epochs, the digits that the trained model writes, and its accuracy on empty cells. */
async function train() {
  const diagonal = (value: number) =>
    Array.from({length: N}, (_, i) => Array.from({length: N}, (__, j) => (i === j ? value : 0)));
  const constants = {Q: diagonal(0.1), G: diagonal(-1), h: Array<number>(N).fill(0)};
  const model = sequential();
  model.add(new OptNetQP({inputShape: [N], equalities: 40, constants, seed: 7, onFailure: 'ignore'}));
  model.compile({optimizer: tf.train.adam(0.05), loss: 'meanSquaredError'});
  const random = seededRandom(3);
  const puzzles = shuffled(allGrids(), random)
    .slice(0, BOARDS)
    .map((grid) => makePuzzle(grid, 8, random));
  const x = encode(
    puzzles.map(({givens}) => givens),
    -1,
  );
  const y = encode(
    puzzles.map(({solution}) => solution),
    1,
  );
  const {history} = await model.fit(x, y, {epochs: EPOCHS, batchSize: BOARDS, shuffle: false, verbose: 0});
  const output = await valuesOf(model.predict(x) as tf.Tensor);
  model.dispose();
  tf.dispose([x, y]);
  const digits = Array.from({length: BOARDS * CELLS}, (_, cell) => {
    const scores = output.slice(4 * cell, 4 * cell + 4);
    return scores.indexOf(Math.max(...scores)) + 1;
  });
  const empty = puzzles.flatMap(({givens, solution}) =>
    givens.map((given, i) => (given === 0 ? solution[i] : null)),
  );
  const right = digits.filter((digit, cell) => digit === empty[cell]).length;
  return {losses: history.loss as number[], accuracy: right / empty.filter((digit) => digit !== null).length};
}

describeDevices('Sudoku', (device) => {
  if (device === REFERENCE) return;

  it('trains as with the f64 kernels', async function () {
    this.timeout(400_000);
    await use(REFERENCE);
    const expected = await train();
    await use(device);
    const found = await train();
    assertClose(found.losses, expected.losses, 1e-3, 'losses');
    assert.isBelow(found.losses[EPOCHS - 1], 0.5 * found.losses[0]);
    assert.equal(found.accuracy, expected.accuracy);
    assert.isAbove(found.accuracy, 0.9);
  });
});
