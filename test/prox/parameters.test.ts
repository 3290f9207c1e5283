/** @file Parameters of proximal operators: numbers, scalars, one for all samples or one for each say the same; so do their gradients. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../src/autodiff/index.js';
import {prox} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

type Value = number | tf.Tensor;

interface Operator {
  run: (x: tf.Tensor, ...params: Value[]) => tf.Tensor;
  /** Without any parameter: each is 1 then. */
  bare?: (x: tf.Tensor) => tf.Tensor;
  x?: number[];
  /** Of each parameter where each sample, or each entry, has one of its own. */
  shapes: number[][];
}

const ENTRY = [3, 4];
const ROW = [3, 1];
const OPERATORS: Record<string, Operator> = {
  lasso: {run: (x, l1, s) => prox.lasso(x, l1, s), bare: (x) => prox.lasso(x), shapes: [ENTRY, ROW]},
  nonNegativeLasso: {
    run: (x, l1, s) => prox.nonNegativeLasso(x, l1, s),
    bare: (x) => prox.nonNegativeLasso(x),
    shapes: [ENTRY, ROW],
  },
  elasticNet: {
    run: (x, l1, l2, s) => prox.elasticNet(x, {l1, l2}, s),
    bare: (x) => prox.elasticNet(x, {l1: 1, l2: 1}),
    shapes: [ENTRY, ENTRY, ROW],
  },
  ridge: {run: (x, l2, s) => prox.ridge(x, l2, s), bare: (x) => prox.ridge(x), shapes: [ENTRY, ROW]},
  nonNegativeRidge: {
    run: (x, l2, s) => prox.nonNegativeRidge(x, l2, s),
    bare: (x) => prox.nonNegativeRidge(x),
    shapes: [ENTRY, ROW],
  },
  huber: {
    run: (x, weight, delta, s) => prox.huber(x, {weight, delta}, s),
    bare: (x) => prox.huber(x),
    shapes: [ENTRY, ENTRY, ROW],
  },
  logBarrier: {
    run: (x, weight, s) => prox.logBarrier(x, weight, s),
    bare: (x) => prox.logBarrier(x),
    shapes: [ENTRY, ROW],
  },
  groupLasso: {
    run: (x, weight, s) => prox.groupLasso(x, weight, s),
    bare: (x) => prox.groupLasso(x),
    shapes: [[3], ROW],
  },
  totalVariation1d: {
    run: (x, weight, s) => prox.totalVariation1d(x, weight, s),
    bare: (x) => prox.totalVariation1d(x),
    shapes: [[3], ROW],
  },
  nuclearNorm: {
    run: (x, weight, s) => prox.nuclearNorm(x, weight, s),
    bare: (x) => prox.nuclearNorm(x),
    x: [3, 2, 2],
    shapes: [[3], [3, 1, 1]],
  },
  sortedL1: {
    run: (x, weights, s) => prox.sortedL1(x, typeof weights === 'number' ? tf.scalar(weights) : weights, s),
    bare: (x) => prox.sortedL1(x, tf.ones([4])),
    shapes: [ENTRY, ROW],
  },
  'blockwise lasso': {
    run: (x, first, second, s) => prox.blockwise<Value>(prox.lasso as never, [1, 3])(x, [first, second], s),
    bare: (x) => prox.blockwise<Value>(prox.lasso as never, [1, 3])(x, 1),
    shapes: [ROW, [3, 3], ROW],
  },
  'blockwise lasso of one block': {
    run: (x, l1, s) => prox.blockwise<Value>(prox.lasso as never, [4])(x, [l1], s),
    shapes: [ENTRY, ROW],
  },
};

describeBackends('parameters of proximal operators', () => {
  for (const [name, {run, bare, x: shape = ENTRY, shapes}] of Object.entries(OPERATORS)) {
    const point = () => tf.randomNormal(shape, 0, 2, 'float32', 21);
    const VALUES = [0.75, 0.5, 1.25];
    const numbers = VALUES.slice(0, shapes.length);
    const withOne = (k: number, value: Value) => numbers.map((number, i) => (i === k ? value : number));

    it(`${name}: one parameter for all is the same as one for each, and has the sum of its gradients`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = point();
          const d = tf.randomNormal(shape, 0, 1, 'float32', 22);
          const expected = run(x, ...numbers);
          assert.deepEqual(expected.shape, shape);
          shapes.forEach((full, k) => {
            const each = tf.fill(full, numbers[k]);
            expectClose(run(x, ...withOne(k, each)), expected, 1e-6);
            const slope = (value: tf.Tensor) =>
              vjp((p: tf.Tensor) => run(x, ...withOne(k, p)), [value], d)[0];
            const shared = slope(tf.scalar(numbers[k]));
            assert.deepEqual(shared.shape, []);
            const own = slope(each);
            assert.deepEqual(own.shape, full);
            assert.isAbove(tf.max(tf.abs(own)).dataSync()[0], 0.01);
            expectClose(shared, tf.sum(own), 4e-6, 4e-6);
          });
        }),
      ));

    it(`${name}: a sample alone is what it is in a batch`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = point();
          const alone = tf.unstack(x).map((sample) => run(sample, ...numbers));
          expectClose(tf.stack(alone), run(x, ...numbers), 1e-6);
        }),
      ));

    if (bare) {
      it(`${name}: its parameters are 1 where none are given`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const x = point();
            expectClose(bare(x), run(x, ...numbers.map(() => 1)), 1e-7);
          }),
        ));
    }

    it(`${name}: with scaling 0 only the domain of the penalty is left`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = point();
          const bounded = /nonNegative|log/.test(name);
          expectClose(run(x, ...withOne(numbers.length - 1, 0)), bounded ? tf.relu(x) : x, 1e-6);
        }),
      ));
  }

  it('of one entry: total variation has none, with a gradient of zero in the weight', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([[3], [-2]]);
        const f = (weight: tf.Tensor) => prox.totalVariation1d(x, weight);
        expectClose(f(tf.scalar(Infinity)), x, 0);
        expectClose(tf.grad((w) => tf.sum(f(w)))(tf.tensor1d([1, 2])), [0, 0]);
      }),
    ));

  it('are refused by name', () => {
    const [scalar, row] = [tf.scalar(1), tf.zeros([4])];
    const cases: [() => tf.Tensor, RegExp][] = [
      [() => prox.sortedL1(scalar, row), /prox\.sortedL1: x must have at least one axis/],
      [() => prox.totalVariation1d(scalar), /prox\.totalVariation1d: x must have at least one axis/],
      [() => prox.nuclearNorm(row), /prox\.nuclearNorm: x must have at least two axes, got shape \[4\]/],
      [
        () => prox.blockwise(prox.none, [1])(scalar, null),
        /prox\.blockwise: blocks of 1 entries do not fit x of shape \[\]/,
      ],
      [() => prox.elasticNet(row, {l1: 1, l3: 1} as never), /prox\.elasticNet: .*'l3'/],
      [() => prox.huber(row, {detla: 1} as never), /prox\.huber: .*'detla'/],
      [() => prox.lasso(row, 1, 1, {degenrate: 'smooth'} as never), /prox\.lasso: .*'degenrate'/],
      [
        () => prox.elasticNet(row, {l1: 1, l2: 1}, 1, {degenrate: 'smooth'} as never),
        /prox\.elasticNet: .*'degenrate'/,
      ],
      [() => prox.ridge(tf.tensor1d(['a']), 1), /prox\.ridge: x must be a tensor of real numbers.*'string'/],
      [
        () => prox.lasso(row, tf.tensor1d(['a'])),
        /prox\.lasso: l1 must be a tensor of real numbers.*'string'/,
      ],
    ];
    for (const [run, message] of cases)
      assert.match(
        tf.tidy(() => messageOf(run)),
        message,
      );
    tf.dispose([scalar, row]);
  });
});
