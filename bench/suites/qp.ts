/** @file Batches of quadratic programs against tfjs's own matMul of the same size, and against quadprog. */
import * as tf from '@tensorflow/tfjs';
import type {QPInput} from '../../src/index.js';
import {solveQP} from '../library.js';
import {optional} from '../peers/optional.js';
import {makeProblem, type Problem, type Setup} from '../problems.js';
import {sameNumbers, type Row, type Suite} from '../row.js';

const SETUPS: Setup[] = [1, 128].flatMap((batch) => [
  {n: 4, k: 0, m: 4, batch},
  {n: 10, k: 0, m: 10, batch},
  {n: 10, k: 5, m: 10, batch},
  {n: 20, k: 0, m: 20, batch},
  {n: 50, k: 10, m: 50, batch},
  {n: 100, k: 0, m: 100, batch},
  {n: 100, k: 10, m: 100, batch},
]);
/** Worker threads start with the first large batch, while it is being solved. */
const WAKING: Setup = {n: 50, k: 10, m: 50, batch: 128};

export const qpSuite: Suite = async () => {
  const quadprog = await optional('quadprog', () => import('quadprog'));
  const rows: Row[] = [];
  for (const setup of SETUPS) {
    const {n, k, m, batch} = setup;
    const problem = makeProblem(setup);
    const input = asInput(problem);
    const name = `QP n=${n} equalities=${k} inequalities=${m} batch=${batch}`;
    const yardstick = `tf.matMul of [${batch}, ${n}, ${n}]`;
    const [left, right] = [1, 2].map((seed) =>
      tf.randomNormal<tf.Rank.R3>([batch, n, n], 0, 1, 'float32', seed),
    );
    if (!rows.some((row) => row.name === yardstick)) {
      rows.push({
        name: yardstick,
        run() {
          const product = tf.matMul(left, right);
          product.dataSync();
          product.dispose();
        },
      });
    }
    const sum = (...tensors: tf.Tensor[]) => {
      const [Q, p, G, h, A, b] = tensors;
      return tf.sum(solveQP({Q, p, G, h, ...(A && {A, b})}).x);
    };
    rows.push(
      {name: `${name}: forward`, run: () => tf.dispose(solveQP(input)), yardstick},
      {
        name: `${name}: forward and backward, in every tensor`,
        run: () => tf.dispose(tf.grads(sum)(Object.values(input) as tf.Tensor[])),
        yardstick,
      },
    );
    if (!quadprog) continue;
    const samples = forQuadprog(problem, setup);
    // It overwrites what it is given.
    const copy = (matrix: number[][]) => matrix.map((row) => row.slice());
    const solveAll = () =>
      samples.map(({D, d, A, b}) =>
        quadprog.default.solveQP(copy(D), d.slice(), copy(A), b.slice(), k).solution.slice(1),
      );
    const ours = tf.tidy(() => solveQP(input).x.dataSync());
    sameNumbers(name, ours, solveAll().flat(), 1e-3);
    rows.push({name: `${name}: quadprog, forward`, run: () => void solveAll(), yardstick});
  }
  // Let them come up.
  tf.dispose(solveQP(asInput(makeProblem(WAKING))));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return rows;
};

function asInput({Q, p, G, h, A, b}: Problem): QPInput {
  return A.shape[1] === 0 ? {Q, p, G, h} : {Q, p, G, h, A, b};
}

/** min ½xᵀDx − dᵀx subject to Aᵀx ≥ b, the first k of them equalities; indices start at 1. */
function forQuadprog({Q, p, G, h, A, b}: Problem, {n, k, m, batch}: Setup) {
  const [q, linear, g, limits, a, sides] = [Q, p, G, h, A, b].map((tensor) => tensor.dataSync());
  const one = (length: number, entry: (i: number) => number) => [
    0,
    ...Array.from({length}, (_, i) => entry(i)),
  ];
  const matrix = (rows: number, columns: number, entry: (i: number, j: number) => number) => [
    [],
    ...Array.from({length: rows}, (_, i) => one(columns, (j) => entry(i, j))),
  ];
  return Array.from({length: batch}, (_, s) => ({
    D: matrix(n, n, (i, j) => (q[(s * n + i) * n + j] + q[(s * n + j) * n + i]) / 2),
    d: one(n, (i) => -linear[s * n + i]),
    A: matrix(n, k + m, (i, j) => (j < k ? a[(s * k + j) * n + i] : -g[(s * m + j - k) * n + i])),
    b: one(k + m, (j) => (j < k ? sides[s * k + j] : -limits[s * m + j - k])),
  }));
}
