/** @file The objectives of data: values and gradients compared with their definitions in f64, and their structure. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, objectives, vjp} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';

const [B, m, n, k] = [2, 5, 4, 3];
const random = seededRandom(11);
const numbers = (size: number) => Array.from({length: size}, () => Math.fround(2 * random() - 1));
const LABELS = [0, 2, 1, 1, 0];
const ONE_HOT = LABELS.flatMap((label) => Array.from({length: k}, (_, c) => Number(c === label)));

/** Leaves in f64, in the order x, l2, X, y; and f of them, one value per sample. */
interface Case {
  objective: (...args: never[]) => tf.Tensor;
  x: {values: number[]; shape: number[]};
  l2?: number;
  X: {values: number[]; shape: number[]};
  y: {values: number[]; shape: number[]};
  reference: (x: number[], l2: number, X: number[], y: number[]) => number[];
}

/** X x of one sample, row by row; x has `width` columns. */
const productOf = (X: number[], x: number[], width: number) =>
  Array.from({length: m * width}, (_, at) => {
    const [i, c] = [Math.floor(at / width), at % width];
    let total = 0;
    for (let j = 0; j < n; j++) total += X[i * n + j] * x[j * width + c];
    return total;
  });
const part = (values: number[], sample: number, size: number) =>
  values.length === size ? values : values.slice(sample * size, (sample + 1) * size);
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const squares = (values: number[]) => sum(values.map((v) => v * v));
/** The mean over points of `loss`, and ½ l2‖x‖². */
const meanOf =
  (width: number, loss: (z: number[], y: number[]) => number) =>
  (x: number[], l2: number, X: number[], y: number[]) =>
    Array.from({length: x.length / (n * width)}, (_, s) => {
      const own = part(x, s, n * width);
      const z = productOf(part(X, s, m * n), own, width);
      return loss(z, part(y, s, m * width)) / m + 0.5 * l2 * squares(own);
    });
const halfSquares = (z: number[], y: number[]) => 0.5 * squares(z.map((v, i) => v - y[i]));
const logistic = (z: number[], y: number[]) => sum(z.map((v, i) => Math.log1p(Math.exp(v)) - y[i] * v));
const softmaxLoss = (z: number[], y: number[]) =>
  sum(
    Array.from({length: m}, (_, i) => {
      const row = z.slice(i * k, (i + 1) * k);
      return Math.log(sum(row.map(Math.exp))) - sum(row.map((v, c) => v * y[i * k + c]));
    }),
  );
const svmDual = (beta: number[], l2: number, X: number[], Y: number[]) =>
  Array.from({length: beta.length / (m * k)}, (_, s) => {
    const own = part(beta, s, m * k);
    let total = sum(own.map((v, i) => v * (Y[i] - 1)));
    for (let j = 0; j < n; j++) {
      for (let c = 0; c < k; c++) {
        let w = 0;
        for (let i = 0; i < m; i++) w += X[i * n + j] * (Y[i * k + c] - own[i * k + c]);
        total += (w * w) / (2 * l2);
      }
    }
    return total;
  });

const shared = {values: numbers(m * n), shape: [m, n]};
const own = {values: numbers(B * m * n), shape: [B, m, n]};
const vectors = {values: numbers(B * n), shape: [B, n]};
const matrices = {values: numbers(B * n * k), shape: [B, n, k]};
const targets = {values: numbers(m), shape: [m]};
const yes = {values: [0, 1, 1, 0, 1], shape: [m]};
const onehot = {values: ONE_HOT, shape: [m, k]};
const as = (objective: unknown) => objective as Case['objective'];

const CASES: Record<string, Case> = {
  leastSquares: {
    ...{objective: as(objectives.leastSquares), x: vectors, X: shared, y: targets},
    reference: meanOf(1, halfSquares),
  },
  'leastSquares, data of each sample': {
    ...{objective: as(objectives.leastSquares), x: vectors, X: own},
    y: {values: numbers(B * m), shape: [B, m]},
    reference: meanOf(1, halfSquares),
  },
  'leastSquares, three outputs': {
    ...{objective: as(objectives.leastSquares), x: matrices, X: shared},
    y: {values: numbers(m * k), shape: [m, k]},
    reference: meanOf(k, halfSquares),
  },
  'leastSquares, one problem': {
    ...{objective: as(objectives.leastSquares), x: {values: numbers(n), shape: [n]}, X: shared, y: targets},
    reference: meanOf(1, halfSquares),
  },
  ridge: {
    ...{objective: as(objectives.ridge), x: vectors, l2: 0.7, X: own, y: targets},
    reference: meanOf(1, halfSquares),
  },
  logistic: {
    ...{objective: as(objectives.logistic), x: vectors, X: shared, y: yes},
    reference: meanOf(1, logistic),
  },
  l2Logistic: {
    ...{objective: as(objectives.l2Logistic), x: vectors, l2: 0.3, X: own, y: yes},
    reference: meanOf(1, logistic),
  },
  multiclassLogistic: {
    ...{objective: as(objectives.multiclassLogistic), x: matrices, X: shared, y: onehot},
    reference: meanOf(k, softmaxLoss),
  },
  'multiclassLogistic, one problem': {
    objective: as(objectives.multiclassLogistic),
    ...{x: {values: numbers(n * k), shape: [n, k]}, X: shared, y: onehot},
    reference: meanOf(k, softmaxLoss),
  },
  l2MulticlassLogistic: {
    ...{objective: as(objectives.l2MulticlassLogistic), x: matrices, l2: 0.4, X: own, y: onehot},
    reference: meanOf(k, softmaxLoss),
  },
  multiclassLinearSVMDual: {
    objective: as(objectives.multiclassLinearSVMDual),
    ...{x: {values: numbers(B * m * k), shape: [B, m, k]}, l2: 0.6, X: shared, y: onehot},
    reference: svmDual,
  },
};

/** Central differences of the weighted values, for each entry of one of the arguments. */
function differences(f: (values: number[]) => number, values: number[]): number[] {
  const h = 1e-5;
  return values.map((value, i) => {
    const at = (there: number) => f(values.map((v, j) => (j === i ? there : v)));
    return (at(value + h) - at(value - h)) / (2 * h);
  });
}

describeBackends('objectives', () => {
  for (const [name, {objective, x, l2, X, y, reference}] of Object.entries(CASES)) {
    const call = (...[at, weight, features, labels]: tf.Tensor[]) => {
      const data = {X: features, y: labels};
      const args = l2 === undefined ? [at, data] : [at, weight, data];
      return objective(...(args as never[]));
    };
    const leaves = () => [
      tf.tensor(x.values, x.shape),
      tf.scalar(l2 ?? 0),
      tf.tensor(X.values, X.shape),
      tf.tensor(y.values, y.shape),
    ];

    it(`${name}: value and gradients in x, l2 and the data`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const expected = reference(x.values, l2 ?? 0, X.values, y.values);
          const isSingle = x.shape.length === (/multiclass|outputs|SVM/i.test(name) ? 2 : 1);
          const {value, pullback} = vjpValue(call, leaves());
          assert.deepEqual(value.shape, isSingle ? [] : [B]);
          expectClose(value, expected, 2e-6, 1e-7);
          const weights = expected.map((_, s) => 1 + 0.5 * s);
          const weighted = (values: number[]) => sum(values.map((v, s) => v * weights[s]));
          const [dx, dl2, dX, dy] = pullback(tf.tensor(weights, value.shape));
          const scale = Math.max(...X.values.map(Math.abs));
          const compare = (actual: tf.Tensor, f: (values: number[]) => number[], at: number[]) =>
            expectClose(
              actual,
              differences((v) => weighted(f(v)), at),
              2e-5,
              2e-6 * scale,
            );
          compare(dx, (v) => reference(v, l2 ?? 0, X.values, y.values), x.values);
          if (l2 !== undefined) compare(dl2, ([v]) => reference(x.values, v, X.values, y.values), [l2]);
          compare(dX, (v) => reference(x.values, l2 ?? 0, v, y.values), X.values);
          // At a label of 0 or 1 the entropy has an infinite slope, which does not count.
          if (!/ogistic/.test(name)) compare(dy, (v) => reference(x.values, l2 ?? 0, X.values, v), y.values);
        }),
      ));

    it(`${name}: the gradient of the structure is that of the value`, () =>
      tf.tidy(() => {
        const [at, weight, features, labels] = leaves();
        const params = (l2 === undefined ? [] : [weight]).concat({X: features, y: labels} as never);
        const gradient = conditions.gradientOf(objective as never, 'test') as (
          ...args: unknown[]
        ) => tf.Tensor;
        const [expected] = vjpValue(call, [at, weight, features, labels]).pullback(
          tf.ones(objective(...([at, ...params] as never[])).shape),
        );
        const actual = gradient(at, ...params);
        assert.deepEqual(actual.shape, x.shape);
        expectClose(actual, [...expected.dataSync()], 2e-5, 1e-6);
      }));
  }

  it('class indices are the same as one-hot labels', () =>
    tf.tidy(() => {
      const W = tf.tensor(matrices.values, [B, n, k]);
      const X = tf.tensor(X0(), [m, n]);
      const indices = objectives.multiclassLogistic(W, {X, y: tf.tensor1d(LABELS, 'int32')});
      const labels = objectives.multiclassLogistic(W, {X, y: tf.tensor(ONE_HOT, [m, k])});
      expectClose(indices, [...labels.dataSync()]);
    }));

  it('the weights of the SVM are Xᵀ(Y − β)/l2', () =>
    tf.tidy(() => {
      const data = {X: tf.tensor2d([1, 2, 3, 4], [2, 2]), y: tf.tensor2d([1, 0, 0, 1], [2, 2])};
      const W = objectives.multiclassLinearSVMWeights(tf.fill([2, 2], 0.5), 0.5, data);
      assert.deepEqual(W.shape, [2, 2]);
      expectClose(W, [-2, 2, -2, 2]);
    }));

  it('shapes that do not fit are explained', () =>
    tf.tidy(() => {
      const X = tf.ones([m, n]);
      const call = (f: () => unknown) => messageOf(f);
      assert.include(
        call(() => objectives.leastSquares(tf.ones([B, n]), {X, y: tf.ones([3])})),
        'must agree',
      );
      assert.include(
        call(() => objectives.leastSquares(tf.ones([1, B, n, k]), {X, y: tf.ones([m])})),
        'a batch of problems of shape',
      );
      assert.include(
        call(() => objectives.multiclassLinearSVMDual(tf.ones([m, k]), 1, {X, y: tf.ones([m])})),
        'tf.oneHot',
      );
      assert.include(
        call(() => objectives.structured({matrix: () => X, value: (z: tf.Tensor) => z} as never)),
        'smoothness',
      );
    }));
});

const X0 = () => shared.values;

function vjpValue(
  f: (...args: tf.Tensor[]) => tf.Tensor,
  leaves: tf.Tensor[],
): {value: tf.Tensor; pullback: (dy: tf.Tensor) => tf.Tensor[]} {
  return {value: f(...leaves), pullback: (dy) => vjp(f as never, leaves as never, dy) as never};
}
