/** @file What goes wrong inside customRoot is told, and leaves no tensor behind. */
import * as tf from '@tensorflow/tfjs-core';
import {withoutGradient} from '../helpers/no-gradient.js';
import {assert} from 'chai';
import {vjp} from '../../src/autodiff/index.js';
import {customFixedPoint, customRoot, rootJvp, rootVjp} from '../../src/implicit/index.js';
import type {LinearSolver} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

type Root = (t: tf.Tensor) => tf.Tensor;

const squareMinus = (x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.square(x), t);
const t4 = (): tf.Tensor => tf.tensor2d([[4], [9]]);

/**
 * The root in the middle of a computation, differentiated in every way there is.
 *
 * tfjs never frees what a tape has saved when the forward pass throws, whoever throws: where it does, the root comes first.
 */
const backwards = (root: Root, rootFirst = false): [string, () => unknown][] => {
  const around = (t: tf.Tensor) => tf.sum(tf.exp(root(rootFirst ? t : tf.exp(t))));
  return [
    ['tf.grad', () => tf.grad(around)(t4())],
    ['vjp', () => vjp(around, [t4()], tf.scalar(1))],
    ['tf.grad of vjp', () => tf.grad((t) => tf.sum(vjp(around, [t], tf.scalar(1))[0]))(t4())],
    [
      'tf.variableGrads',
      () => {
        const variable = tf.variable(t4());
        try {
          tf.variableGrads(() => around(variable) as tf.Scalar);
        } finally {
          variable.dispose();
        }
      },
    ],
  ];
};

/** A condition that computes something and throws at its n-th call. */
const failingAt = (n: number) => {
  let calls = 0;
  return (x: tf.Tensor, t: tf.Tensor) => {
    tf.exp(x);
    if (++calls === n) throw new Error('condition failed');
    return squareMinus(x, t);
  };
};

describeBackends('failures of customRoot', () => {
  it('leaves nothing behind when the solver throws', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const root = customRoot(squareMinus)((_init, t) => {
          tf.exp(tf.sqrt(t));
          throw new Error('solver failed');
        });
        assert.equal(
          messageOf(() => root(null, t4())),
          'solver failed',
        );
        for (const [, run] of backwards((t) => root(null, t), true))
          assert.equal(messageOf(run), 'solver failed');
      }),
    ));

  it('leaves nothing behind outside a tidy when the solver throws off the tape', () =>
    expectNoLeak(() => {
      const t = t4();
      const root = customRoot(squareMinus)((_init, s) => {
        tf.exp(s);
        throw new Error('solver failed');
      });
      assert.equal(
        messageOf(() => root(null, t)),
        'solver failed',
      );
      t.dispose();
    }));

  // The first call looks for free tensors in the forward pass; the later ones belong to the backward pass.
  for (const call of [1, 2, 3]) {
    for (const [index, name] of backwards((t) => t).map(([title], i) => [i, title] as const)) {
      it(`leaves nothing behind when the condition throws at call ${call} under ${name}`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const condition = failingAt(call);
            const root = customRoot(condition)((_init, t) => tf.sqrt(t));
            const [, run] = backwards((t) => root(null, t), call === 1)[index];
            assert.equal(messageOf(run), 'condition failed');
          }),
        ));
    }
  }

  it('leaves nothing behind when the linear solver throws', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const linsolve: LinearSolver = {
          className: 'failing',
          getConfig: () => ({}),
          factor(operator) {
            operator.applyTranspose(tf.ones([2, 1]));
            throw new Error('no factor');
          },
        };
        const root = customRoot(squareMinus, {linsolve})((_init, t) => tf.sqrt(t));
        for (const [, run] of backwards((t) => root(null, t))) assert.equal(messageOf(run), 'no factor');
      }),
    ));

  it('can be used again after a failure', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const root = customRoot(failingAt(2))((_init, t) => tf.sqrt(t));
        const gradient = () => tf.grad((t) => tf.sum(root(null, t)))(t4());
        assert.equal(messageOf(gradient), 'condition failed');
        expectClose(gradient(), [0.25, 1 / 6], 1e-6);
      }),
    ));

  it('says so when the condition returns something unlike x', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const narrow = customRoot((x: tf.Tensor) => tf.sum(x, 1))(() => tf.ones([2, 3]));
        const w = tf.variable(tf.scalar(1));
        for (const run of [
          () => tf.grad((t) => tf.sum(tf.mul(t, narrow(null))))(tf.scalar(1)),
          () =>
            rootVjp(
              (x: tf.Tensor, t: tf.Tensor) => tf.mul(t, tf.sum(x, 1)),
              tf.ones([2, 3]),
              [w],
              tf.ones([2, 3]),
            ),
        ]) {
          assert.match(
            messageOf(run),
            /must return a structure like x: expected tensors of shapes \[2,3\], got \[2\]/,
          );
        }
        w.dispose();
        // One of two is enough.
        const pair = customRoot(([u, v]: tf.Tensor[]) => [u, tf.sum(v, 1)])(() => [
          tf.zeros([2, 1]),
          tf.zeros([2, 3]),
        ]);
        assert.match(
          messageOf(() => tf.grad((t) => tf.sum(tf.mul(t, pair(null)[1])))(tf.scalar(1))),
          /expected tensors of shapes \[2,1\], \[2,3\], got \[2,1\], \[2\]/,
        );
        const fixedPoint = customFixedPoint((x: tf.Tensor[]) => x.slice(1))(() => [
          tf.ones([2, 1]),
          tf.ones([2, 1]),
        ]);
        assert.match(
          messageOf(() => tf.grad((t) => tf.sum(tf.mul(t, fixedPoint(null)[0])))(tf.scalar(1))),
          /fixed-point map returns must be a structure like x: /,
        );
      }),
    ));

  it('names an operation of the condition that has no gradient', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const root = customRoot((x: tf.Tensor, t: tf.Tensor) => tf.sub(withoutGradient(x), t))((_init, t) =>
          tf.clone(t),
        );
        assert.match(
          messageOf(() => tf.grad((t) => tf.sum(root(null, t)))(t4())),
          /'GatherNd' has no gradient/,
        );
      }),
    ));

  it('refuses cotangents and tangents of another shape or number', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x: tf.Tensor = tf.sqrt(t4());
        assert.match(
          messageOf(() => rootVjp(squareMinus, x, [t4()], tf.ones([2]))),
          /The cotangent must have the shapes \[2,1\], got \[2\]/,
        );
        assert.match(
          messageOf(() => rootJvp(squareMinus, x, [t4()], [tf.ones([2])])),
          /The tangent 0 must have the shapes \[2,1\], got \[2\]/,
        );
        assert.match(
          messageOf(() => rootJvp(squareMinus, x, [t4()], [] as unknown as [tf.Tensor])),
          /1 params, but 0 tangents/,
        );
      }),
    ));
});
