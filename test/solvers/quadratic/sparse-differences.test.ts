/** @file Gradients of solveQP with large sparse matrices, in all entries at once, against differences of its solutions. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solveQP, sparseMatrix, type QPInput} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {effort} from '../../helpers/effort.js';
import {randomOf} from '../../helpers/random.js';

/** The step of the differences, and how far they may be from the gradient: the fourth power of the step, and f32 rounding of x over it. */
const STEP = 0.02;
const CLOSE = 1e-4;

interface Places {
  shape: [number, number];
  rows: number[];
  columns: number[];
}

/** A problem with these values, whose solution keeps its active set if they change a little. */
interface Large {
  problem: (values: tf.Tensor[]) => QPInput;
  /** Of Q, p, G, h, A and b. Changes of Q must be symmetric. */
  values: number[][];
  direction: number[][];
}

function largeProblem(n: number, m: number, k: number, seed: string): Large {
  const random = randomOf(seed);
  const number = () => 2 * random() - 1;
  const x = Array.from({length: n}, number);
  const pull = new Array<number>(n).fill(0);
  const matrix = (count: number) => ({
    places: {shape: [count, n], rows: [], columns: []} as Places,
    values: [] as number[],
    direction: [] as number[],
  });
  const [Q, G, A] = [matrix(n), matrix(m), matrix(k)];
  const add = (to: typeof Q, i: number, j: number, value: number, change: number) => {
    to.places.rows.push(i);
    to.places.columns.push(j);
    to.values.push(value);
    to.direction.push(change);
  };
  for (let j = 0; j < n; j++) {
    add(Q, j, j, 1, number() / 4);
    pull[j] += x[j];
    const other = (j + 1 + Math.floor(20 * random())) % n;
    const [value, change] = [number(), number() / 4];
    // Each pair adds a square.
    for (const [i, l, entry] of [
      [j, other, value],
      [other, j, value],
      [j, j, Math.abs(value)],
      [other, other, Math.abs(value)],
    ]) {
      // prettier-ignore
      add(Q, i, l, entry, i === l ? 0 : change);
      pull[i] += entry * x[l];
    }
  }
  // Each row has a variable that no other row has, so rows are independent.
  const rowsOf = (
    to: typeof Q,
    count: number,
    from: number,
    dual: (i: number) => number,
    slack: (i: number) => number,
  ) =>
    Array.from({length: count}, (_, i) => {
      const y = dual(i);
      let sum = 0;
      for (const [j, value] of [
        [from + i, 1 + random()],
        [Math.floor(n * random()), number()],
        [Math.floor(n * random()), number()],
      ]) {
        // prettier-ignore
        add(to, i, j, value, number());
        sum += value * x[j];
        pull[j] += value * y;
      }
      return sum + slack(i);
    });
  const isActive = (i: number) => i % 3 === 0;
  const b = rowsOf(A, k, 0, number, () => 0);
  const h = rowsOf(
    G,
    m,
    k,
    (i) => (isActive(i) ? 0.5 + random() : 0),
    (i) => (isActive(i) ? 0 : 0.5 + random()),
  );
  const numbers = (count: number) => Array.from({length: count}, number);
  return {
    problem: ([q, p, g, bounds, a, sides]) => ({
      Q: sparseMatrix({...Q.places, values: q}),
      p,
      G: sparseMatrix({...G.places, values: g}),
      h: bounds,
      A: sparseMatrix({...A.places, values: a}),
      b: sides,
    }),
    values: [Q.values, pull.map((value) => -value), G.values, h, A.values, b],
    direction: [Q.direction, numbers(n), G.direction, numbers(m), A.direction, numbers(k)],
  };
}

describeAnyBackend('gradients of large sparse quadratic programs', () => {
  const sizes = Array.from({length: 10}, (_, s) => 500 + 150 * s).slice(0, effort(2, 10));
  for (const n of sizes) {
    it(`are the differences of the solutions along a direction: ${n} variables`, () =>
      tf.tidy(() => {
        const {problem, values, direction} = largeProblem(n, n / 5, n / 10, `large ${n}`);
        const random = randomOf(`weights ${n}`);
        const weights = Array.from({length: n}, () => 2 * random() - 1);
        const tensorsAt = (step: number) =>
          values.map((part, i) => tf.tensor1d(part.map((value, e) => value + step * direction[i][e])));
        const lossAt = (step: number) => {
          const {x, status} = solveQP(problem(tensorsAt(step)));
          assert.equal(status.dataSync()[0], 0);
          return Array.from(x.dataSync()).reduce((sum, value, j) => sum + weights[j] * value, 0);
        };
        const difference = (step: number) => (lossAt(step) - lossAt(-step)) / (2 * step);
        // Richardson's extrapolation of central differences.
        const expected = (4 * difference(STEP) - difference(2 * STEP)) / 3;
        const loss = (...given: tf.Tensor[]) =>
          tf.sum(tf.mul(solveQP(problem(given)).x, tf.tensor1d(weights)));
        const gradients = tf.grads(loss as (...given: tf.Tensor[]) => tf.Scalar)(tensorsAt(0));
        const along = gradients.reduce(
          (total, gradient, i) =>
            Array.from(gradient.dataSync()).reduce((sum, value, e) => sum + value * direction[i][e], total),
          0,
        );
        const size = Math.sqrt(n);
        assert.isAbove(Math.abs(expected), 1e-3 * size);
        assert.closeTo(along, expected, CLOSE * size);
      }));
  }
});
