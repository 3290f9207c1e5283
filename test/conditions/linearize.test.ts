/** @file A Jacobian that a condition hands out by a formula is that of the condition. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {jvp, vjp} from '../../src/autodiff/index.js';
import {
  entropy,
  kinkWeight,
  mirrorDescent,
  newton,
  quadraticKkt,
  sparseCode,
  stationary,
} from '../../src/conditions/index.js';
import type {EntropyParams, MirrorGeometry} from '../../src/conditions/public.js';
import {customRoot, type Condition} from '../../src/implicit/index.js';
import type {Operator} from '../../src/linsolve/index.js';
import {elasticNet} from '../../src/prox/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

const drawn = (shape: number[], seed: number, low = -1) => tf.randomUniform(shape, low, 1, 'float32', seed);

type Leaves = tf.Tensor | Record<string, tf.Tensor>;
interface Case {
  x: () => Leaves;
  params: () => unknown[];
  condition: Condition<never, never[]>;
}

const square: Condition<tf.Tensor, [tf.Tensor]> = (x, t) => tf.sub(tf.square(x), t);
const newtonCase = (options: object, shape: number[]): Case => ({
  condition: newton(square, options) as never,
  // At a root alone its Jacobian is −ηI.
  x: () => tf.sqrt(tf.add(2, drawn(shape, 1))),
  params: () => [tf.add(2, drawn(shape, 1))],
});

const CASES: Record<string, Case> = {
  newton: newtonCase({}, [2, 3]),
  'newton, damped': newtonCase({stepSize: 0.3}, [2, 3]),
  'newton of one system': newtonCase({batched: false, stepSize: 0.7}, [4]),
  quadraticKkt: {
    condition: quadraticKkt as never,
    x: () => ({x: drawn([2, 3], 1), ineqDual: drawn([2, 2], 2), eqDual: drawn([2, 1], 3)}),
    params: () => [
      {Q: drawn([2, 3, 3], 4), p: drawn([2, 3], 5), G: drawn([1, 2, 3], 6), h: drawn([1, 2], 7), A: drawn([2, 1, 3], 8), b: drawn([2, 1], 9)}, // prettier-ignore
      {weight: drawn([2, 2], 10, 0), status: tf.zeros([2], 'int32')},
    ],
  },
  sparseCode: {
    condition: sparseCode(elasticNet) as never,
    x: () => tf.mul(drawn([2, 4], 11), tf.tensor2d([[1, 0, 1, 0], [0, 1, 1, 1]])), // prettier-ignore
    params: () => [{l1: 0.1, l2: 0.3}, drawn([3, 4], 12), drawn([2, 3], 13)],
  },
  'sparseCode, a weight for each entry': {
    condition: sparseCode(elasticNet) as never,
    x: () => tf.mul(drawn([2, 4], 11), tf.tensor2d([[1, 0, 1, 0], [0, 1, 1, 1]])), // prettier-ignore
    params: () => [{l1: 0.1, l2: drawn([2, 4], 14, 0)}, drawn([3, 4], 12), drawn([2, 3], 13)],
  },
};

const parts = (x: Leaves): tf.Tensor[] => (x instanceof tf.Tensor ? [x] : Object.values(x));

/** The leaves of x side by side, as operators take them. */
function packed(x: Leaves, batched: boolean): tf.Tensor {
  const leaves = parts(x);
  return batched ? tf.concat(leaves, 1) : tf.reshape(leaves[0], [1, -1]);
}

describeBackends('linearize', () => {
  for (const [name, {x, params, condition}] of Object.entries(CASES)) {
    it(`of ${name}: products, transposed ones and the matrix are those of the condition, and are let go`, () =>
      tf.tidy(() => {
        const [point, given] = [x(), params() as never[]];
        const F = (at: Leaves) => condition(at as never, ...given) as Leaves;
        const like = (seed: number): Leaves => {
          const leaves = parts(point).map(({shape}, i) => drawn(shape, seed + i));
          if (point instanceof tf.Tensor) return leaves[0];
          return Object.fromEntries(Object.keys(point).map((key, i) => [key, leaves[i]]));
        };
        const [v, w] = [like(20), like(30)];
        const before = tf.memory().numTensors;
        const operator: Operator = condition.linearize!(point as never, ...given);
        assert.equal(operator.batched, name !== 'newton of one system');
        const pack = (leaves: Leaves) => packed(leaves, operator.batched);
        tf.tidy(() => {
          const forward = pack(jvp(F as never, [point] as never, [v] as never) as unknown as Leaves);
          const [back] = vjp(F as never, [point] as never, w as never) as unknown as [Leaves];
          expectClose(operator.apply(pack(v)), forward, 2e-5, 1e-6);
          expectClose(operator.applyTranspose(pack(w)), pack(back), 2e-5, 1e-6);
          const product = tf.matMul(operator.materialize(pack(v).shape), tf.expandDims(pack(v), 2));
          expectClose(product, forward, 2e-5, 1e-6);
        });
        operator.dispose?.();
        assert.equal(tf.memory().numTensors, before, 'tensors left behind');
      }));
  }
});

describeBackends('conditions.newton', () => {
  it('is zero at the root alone, moves by the damped step, and has the derivative of the root', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const t = tf.tensor2d([[4], [9]]);
        for (const stepSize of [1, 0.5]) {
          const F = newton(square, {stepSize});
          const root: tf.Tensor = tf.sqrt(t);
          expectClose(F(root, t), [0, 0], 0, 1e-6);
          // From x = 4 the step is (x² − t)/(2x).
          const x = tf.fill([2, 1], 4) as tf.Tensor;
          const steps = [12 / 8, 7 / 8].map((step) => stepSize * step);
          expectClose(F(x, t), steps.map((step) => -step), 1e-6); // prettier-ignore
          expectClose(F.map(x, t), steps.map((step) => 4 - step), 1e-6); // prettier-ignore
          const solve = customRoot(F)((_init, s) => tf.sqrt(s));
          expectClose(tf.grad((s) => tf.sum(solve(null, s)))(t), [1 / 4, 1 / 6], 1e-6);
        }
        for (const stepSize of [0, -1, NaN]) {
          assert.match(
            messageOf(() => newton(square, {stepSize})),
            new RegExp(`conditions.newton: stepSize must be positive, got ${stepSize}`),
          );
        }
        // Of a minimum: x = log t.
        const logarithm = stationary((at: tf.Tensor, s: tf.Tensor) => tf.sum(tf.sub(tf.exp(at), tf.mul(s, at)), 1)); // prettier-ignore
        const log = customRoot(newton(logarithm))((_init, s) => tf.log(s));
        expectClose(tf.grad((s) => tf.sum(log(null, s)))(t), [1 / 4, 1 / 9], 2e-6);
      }),
    ));
});

describeBackends('conditions.mirrorDescent', () => {
  it('with entropy has the softmax for its fixed point, whatever the step, also as a function of the parameters', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // min Σ x log x − ⟨t, x⟩ on the simplex of sum `scale`.
        const objective = (x: tf.Tensor, t: tf.Tensor) => tf.sum(tf.mul(x, tf.sub(tf.log(x), t)), 1);
        const t = tf.tensor2d([[1, 0, -1], [0.2, 2, 0.3]]); // prettier-ignore
        const v = tf.tensor2d([[1, -2, 0.5], [0.3, 1, 2]]); // prettier-ignore
        for (const stepSize of [0.5, (s: tf.Tensor) => tf.mul(0.5, tf.onesLike(s))]) {
          for (const scale of [undefined, 3]) {
            const geometry = entropy as MirrorGeometry<tf.Tensor, EntropyParams>;
            const F = mirrorDescent(objective, geometry, {stepSize});
            const solution = (s: tf.Tensor) => tf.mul(scale ?? 1, tf.softmax(s as tf.Tensor2D));
            const params = scale === undefined ? null : {scale};
            expectClose(F(solution(t), params, t), new Float32Array(6), 0, 2e-6);
            expectClose(F.map(solution(t), params, t), solution(t), 2e-6);
            const root = customRoot(F)((_init, _own, s) => solution(s));
            const [slope] = vjp((s: tf.Tensor) => root(null, params, s), [t], v);
            expectClose(slope, vjp(solution, [t], v)[0], 1e-5);
          }
        }
      }),
    ));
});

describeBackends('conditions.entropy', () => {
  it('goes to the dual space and back along the last axis of leaves of any rank, entries of zero included', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const shape of [[3], [2, 3], [2, 2, 3], [2, 1, 4, 3]]) {
          const x = tf.softmax(drawn(shape, 15));
          const large = entropy.projection({y: [tf.add(entropy.mirrorMap(x), 500)]}, {scale: 2});
          expectClose(large.y[0], tf.mul(2, x), 1e-4);
        }
        const corner = tf.tensor1d([0, 1, 0]);
        expectClose(entropy.projection(entropy.mirrorMap(corner)), [0, 1, 0], 0, 1e-29);
      }),
    ));
});

describeBackends('kinkWeight', () => {
  it('is a step beside the kink; on it 0, 1 or ½ by the policy, for kinks of any scale', () =>
    tf.tidy(() => {
      for (const scale of [1, 1e4]) {
        const a = tf.tensor1d([-1, -1e-3, -1e-6, 0, 1e-6, 1].map((value) => value * scale));
        const weight = (degenerate: 'leastNorm' | 'oneSided') => kinkWeight(a, {degenerate}, scale);
        expectClose(weight('leastNorm'), [0, 0, 0, 0, 1, 1]);
        expectClose(kinkWeight(a, {}, scale), [0, 0, 0, 0, 1, 1]);
        expectClose(weight('oneSided'), [0, 0, 1, 1, 1, 1]);
      }
      // ½(1 + a/√(a² + 4κ))
      const smooth = kinkWeight(tf.tensor1d([-3, 0, 3, -1e30, 1e30]), {degenerate: 'smooth', smoothing: 4});
      expectClose(smooth, [0.2, 0.5, 0.8, 0, 1], 1e-6);
    }));
});
