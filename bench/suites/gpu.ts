/** @file Large batches on a GPU, against tfjs's own matMul and softmax there. */
import seedrandom from 'seedrandom';
import * as tf from '@tensorflow/tfjs';
import {tensorsOf, createModel} from '../../examples/sudoku/model.js';
import {allGrids, makePuzzle, shuffled} from '../../examples/sudoku/boards.js';
import {LassoLayer, linalg, projections, solveQP, sparsemax} from '../../src/index.js';
import {makeProblem, type Problem} from '../problems.js';
import type {Row, Suite} from '../row.js';

const SIZES = [
  {n: 10, k: 5, m: 10},
  {n: 50, k: 10, m: 50},
  {n: 100, k: 0, m: 100},
];

/** Work is done when its last result has been read; the time includes the read. */
async function finished(results: tf.Tensor | tf.Tensor[]): Promise<void> {
  const list = [results].flat();
  await Promise.all(list.map((tensor) => tf.tidy(() => tf.sum(tensor)).data()));
  tf.dispose(list);
}

/** As many problems as that are made; larger batches repeat them, since they are made on the host. */
const DISTINCT = 128;

function repeated(problem: Problem, batch: number): Problem {
  const times = Math.ceil(batch / DISTINCT);
  const repeat = (tensor: tf.Tensor) =>
    tf.slice(tf.tile(tensor, [times, ...tensor.shape.slice(1).map(() => 1)]), 0, batch);
  return Object.fromEntries(
    Object.entries(problem).map(([name, tensor]) => [name, repeat(tensor)]),
  ) as Problem;
}

/** A step of Adam on 50 puzzles: the training of the example. */
function sudokuStep(): Row {
  const random = seedrandom('1');
  const grids = shuffled(allGrids(), random);
  const {x, y} = tensorsOf(grids.slice(0, 50).map((grid) => makePuzzle(grid, 8, random)));
  const model = createModel(1);
  return {
    name: 'Sudoku: a training step of 50 puzzles',
    run: () => model.trainOnBatch(x, y).then(() => undefined),
  };
}

function lassoRows(batch: number): Row[] {
  const layer = new LassoLayer({units: 128, l1: 0.1, onFailure: 'ignore'});
  const x = tf.randomNormal([batch, 64], 0, 1, 'float32', 5);
  layer.apply(x);
  const codes = (input: tf.Tensor) => layer.apply(input) as tf.Tensor;
  const backward = tf.grad((input: tf.Tensor) => tf.sum(tf.square(codes(input))));
  const name = `LassoLayer 64 → 128, batch ${batch}`;
  return [
    {name: `${name}: forward`, run: () => finished(codes(x))},
    {name: `${name}: forward and backward`, run: () => finished(backward(x))},
  ];
}

/** @param batches Sizes of the batches. */
export const gpuSuite =
  (batches: readonly number[]): Suite =>
  () => {
    const rows: Row[] = [];
    for (const batch of batches) {
      for (const {n, k, m} of SIZES) {
        const {Q, p, G, h, A, b} = repeated(makeProblem({n, k, m, batch: Math.min(batch, DISTINCT)}), batch);
        const square = tf.randomNormal<tf.Rank.R3>([batch, n, n]);
        const yardstick = `tf.matMul of [${batch}, ${n}, ${n}]`;
        const name = `QP n=${n} equalities=${k} inequalities=${m} batch=${batch}`;
        const solve = (...[Q, p, G, h, A, b]: tf.Tensor[]) =>
          solveQP({Q, p, G, h, ...(k > 0 && {A, b})}, {onFailure: 'ignore'}).x;
        const inputs = k > 0 ? [Q, p, G, h, A, b] : [Q, p, G, h];
        const backward = tf.grads((...values: tf.Tensor[]) => tf.sum(solve(...values)));
        rows.push(
          {name: yardstick, run: () => finished(tf.matMul(square, square))},
          {name: `${name}: forward`, run: () => finished(solve(...inputs)), yardstick},
          {
            name: `${name}: forward and backward, in every tensor`,
            run: () => finished(backward(inputs)),
            yardstick,
          },
          {
            name: `linalg.solve of [${batch}, ${n}, ${n}]`,
            run: () => finished(linalg.solve(Q, tf.expandDims(p, 2))),
            yardstick,
          },
        );
      }
      const logits = tf.randomNormal([batch, 1000]);
      const softmax = `tf.softmax of [${batch}, 1000], forward and backward`;
      const gradient = (f: (x: tf.Tensor) => tf.Tensor) => tf.grad((x: tf.Tensor) => tf.sum(tf.square(f(x))));
      rows.push(
        {name: softmax, run: () => finished(gradient((x) => tf.softmax(x))(logits))},
        {
          name: `sparsemax of [${batch}, 1000], forward and backward`,
          run: () => finished(gradient((x) => sparsemax(x))(logits)),
          yardstick: softmax,
        },
        {
          name: `projections.isotonic of [${batch}, 1000], forward and backward`,
          run: () => finished(gradient((x) => projections.isotonic(x))(logits)),
          yardstick: softmax,
        },
      );
    }
    return Promise.resolve([...rows, ...batches.flatMap(lassoRows), sudokuStep()]);
  };
