/** @file The engine of tfjs after a private tape, also after one that failed; and whose tensors a backward pass frees. */
import * as tf from '@tensorflow/tfjs-core';
import {NO_GRADIENT, withoutGradient} from '../helpers/no-gradient.js';
import {assert} from 'chai';
import {
  freeTensors,
  isTapeOn,
  jvp,
  offTape,
  pullbackOf,
  pushforwardOf,
  recordOp,
  rollBackOnThrow,
  vjp,
  vjpAt,
  vjpOf,
} from '../../src/autodiff/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

interface Depths {
  gradientDepth: number;
  kernelDepth: number;
  scopeStack: unknown[];
}

const depths = () => {
  const {gradientDepth, kernelDepth, scopeStack} = tf.engine().state as unknown as Depths;
  return [gradientDepth, kernelDepth, scopeStack.length];
};
const one = () => tf.scalar(1);

/** x·w, an operation that reads w by identity. */
function timesFree(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  return recordOp({
    name: 'TimesFree',
    values: [offTape(() => tf.mul(x, w))],
    inputs: [x],
    free: [w],
    gradient: ([dy], _outputs, [at]) => [tf.mul(dy, w), tf.mul(dy, at)],
  })[0];
}

describeBackends('the engine', () => {
  const failing = (x: tf.Tensor): tf.Tensor => {
    tf.exp(tf.exp(x));
    throw new Error('user error');
  };
  const noGradient = (x: tf.Tensor) => withoutGradient(tf.exp(tf.reshape(x, [1])));
  const runs: Record<string, (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor) => unknown> = {
    vjp: (f, x) => vjp(f, [x], tf.ones(f === failing ? [] : [1])),
    vjpOf: (f, x) => vjpOf(() => [f(x)], [x], [tf.ones(f === failing ? [] : [1])]),
    vjpAt: (f, x) => vjpAt(([at]) => [f(at)], [x], [tf.ones(f === failing ? [] : [1])]),
    jvp: (f, x) => jvp(f, [x], [one()]),
    pullbackOf: (f, x) => {
      const pullback = pullbackOf(([at]) => [f(at)], [x]);
      try {
        pullback.pull([tf.ones([1])]);
      } finally {
        pullback.dispose();
      }
    },
    pushforwardOf: (f, x) => {
      const pullback = pullbackOf(([at]) => [f(at)], [x]);
      try {
        pushforwardOf(pullback);
      } finally {
        pullback.dispose();
      }
    },
    freeTensors: (f, x) => {
      freeTensors(([at]) => [f(at)], [x]);
      throw new Error(f === failing ? 'never' : `'${NO_GRADIENT}'`);
    },
  };
  for (const [name, run] of Object.entries(runs)) {
    it(`is as before after ${name} fails, forward or backward, under a gradient or not`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const before = depths();
          for (const [f, message] of [
            [failing, /user error/],
            [noGradient, /GatherNd/],
          ] as [(x: tf.Tensor) => tf.Tensor, RegExp][]) {
            assert.match(
              tf.tidy(() => messageOf(() => run(f, tf.scalar(0.5)))),
              message,
            );
            assert.deepEqual(depths(), before);
            const slope = tf.grad((x: tf.Tensor) => {
              const inside = depths();
              assert.match(
                tf.tidy(() => messageOf(() => run(f, x))),
                message,
              );
              assert.deepEqual(depths(), inside);
              assert.isTrue(isTapeOn());
              return tf.square(x);
            });
            expectClose(slope(tf.scalar(3)), 6);
          }
          expectClose(vjp((x: tf.Tensor) => tf.tanh(x), [tf.scalar(0)], one())[0], 1);
        }),
      ));
  }

  it('rollBackOnThrow takes back what was put on the tape, and only that', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const slope = tf.grad((x: tf.Tensor) => {
          const y = tf.exp(x);
          const tried = messageOf(() => rollBackOnThrow(() => failing(y)));
          assert.equal(tried, 'user error');
          return tf.mul(
            y,
            rollBackOnThrow(() => tf.square(x)),
          );
        });
        expectClose(slope(tf.scalar(1)), 3 * Math.E, 1e-6);
        assert.equal(
          messageOf(() => rollBackOnThrow(() => failing(one()))),
          'user error',
        );
      }),
    ));
});

describeBackends('tensors that a backward pass reads', () => {
  it('live until then where the forward pass made them, by every kind of gradient, in a tidy and outside', () =>
    expectNoLeak(() => {
      const x = tf.scalar(3);
      const u = one();
      const variable = tf.variable(x);
      // w = 2x is made within; tidied away before the backward pass begins, were it not kept: d(x·2x) = 4x.
      const f = (at: tf.Tensor) =>
        tf.tidy(() => {
          const w = tf.mul(at, 2);
          return tf.tidy(() => timesFree(at, w));
        });
      const gradients: (() => tf.Tensor)[] = [
        () => tf.grad(f)(x),
        () => vjp(f, [x], u)[0],
        () => {
          const {value, grads} = tf.variableGrads(() => f(variable) as tf.Scalar);
          value.dispose();
          return Object.values(grads)[0];
        },
        () => {
          const pullback = pullbackOf(([at]) => [f(at)], [x]);
          const [first] = pullback.pull([u]);
          const [second] = pullback.pull([u]);
          expectClose(first, second, 0);
          first.dispose();
          pullback.dispose();
          return second;
        },
      ];
      for (const gradient of gradients) {
        for (const run of [gradient, () => tf.tidy(gradient)]) {
          const slope = run();
          expectClose(slope, 12);
          slope.dispose();
        }
      }
      expectClose(
        tf.tidy(() =>
          tf
            .grad((at) => vjp(f, [at], u)[0])(x)
            .dataSync(),
        ),
        [4],
      );
      variable.dispose();
      tf.dispose([x, u]);
    }));

  it('are left alone where they are the caller’s: a weight, one from around the gradient, one that f keeps', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.scalar(3);
        const weight = tf.scalar(5);
        for (const gradient of [
          (w: tf.Tensor) => tf.grad((at: tf.Tensor) => timesFree(at, w))(x),
          (w: tf.Tensor) => vjp((at: tf.Tensor) => timesFree(at, w), [x], one())[0],
        ]) {
          expectClose(gradient(weight), 5);
          expectClose(weight, 5);
          // Made under an outer gradient, off its tape: the inner one must not free it.
          const outer = tf.grad((at: tf.Tensor) =>
            tf.mul(
              at,
              offTape(() => {
                const w = tf.mul(at, 2);
                expectClose(gradient(w), 6);
                return tf.clone(w);
              }),
            ),
          );
          expectClose(outer(x), 6);
          let kept!: tf.Tensor;
          const keeping = (at: tf.Tensor) => {
            kept = tf.keep(tf.mul(at, 2));
            return timesFree(at, kept);
          };
          expectClose(vjp(keeping, [x], one())[0], 12);
          expectClose(kept, 6);
          kept.dispose();
          tf.grad(keeping)(x);
          expectClose(kept, 6);
          kept.dispose();
        }
      }),
    ));
});
