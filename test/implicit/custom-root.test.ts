/** @file customRoot: structures, kinds of parameters and solvers, and where it may be called. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {vjp} from '../../src/autodiff/index.js';
import {customRoot, type Condition} from '../../src/implicit/index.js';
import {cg, gmres, lu} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

const column = (...values: number[]): tf.Tensor => tf.tensor2d(values, [values.length, 1]);
const squareMinus: Condition<tf.Tensor, [tf.Tensor]> = (x, t) => tf.sub(tf.square(x), t);
const sqrt = customRoot(squareMinus)((_init, t) => tf.sqrt(t));
const SLOPES = [0.5, 0.25, 1 / 6];

describeBackends('customRoot', () => {
  it('takes nested containers for x and for parameters', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        type X = {u: tf.Tensor; v: tf.Tensor[]};
        type P = {a: tf.Tensor; b: [tf.Tensor, {c: tf.Tensor}]};
        // u = c / a and v = u·b.
        const condition: Condition<X, [P]> = ({u, v: [v]}, {a, b: [b, {c}]}) => ({
          u: tf.sub(tf.mul(a, u), c),
          v: [tf.sub(v, tf.mul(u, b))],
        });
        const root = customRoot(condition)((_init, {a, b: [b, {c}]}) => {
          const u = tf.div(c, a);
          return {u, v: [tf.mul(u, b)]};
        });
        const p: P = {a: column(2, 4), b: [tf.tensor1d([3, 5]), {c: column(6, 2)}]};
        const {u, v} = root(null, p);
        expectClose(u, [3, 0.5]);
        expectClose(v[0], [9, 15, 1.5, 2.5]);
        const dv = tf.tensor2d([1, 10, 1, 10], [2, 2]);
        const [dp] = vjp((q: P) => root(null, q), [p], {u: column(100, 100), v: [dv]});
        // ∂/∂u = 100 + ⟨dv, b⟩ = 153, then ∂/∂c = 153/a, ∂/∂a = −153·c/a², ∂/∂b = Σ dv·u.
        expectClose(dp.b[1].c, [76.5, 38.25], 1e-6);
        expectClose(dp.a, [-229.5, -19.125], 1e-6);
        expectClose(dp.b[0], [3.5, 35], 1e-6);
      }),
    ));

  it('sums the gradient of a shared parameter over the batch', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const root = customRoot((x: tf.Tensor, s: tf.Tensor, c: tf.Tensor) => tf.sub(x, tf.mul(s, c)))(
          (_init, s, c) => tf.mul(s, c),
        );
        const [ds, dc] = tf.grads((s, c) => tf.sum(root(null, s, c)))([tf.scalar(2), column(1, 10, 100)]);
        expectClose(ds, 111);
        expectClose(dc, [2, 2, 2]);
      }),
    ));

  it('passes int32 tensors and values that are no tensors on to the condition', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const scale = (k: tf.Tensor, factor: number) => tf.mul(tf.cast(k, 'float32'), factor);
        const root = customRoot((x: tf.Tensor, t: tf.Tensor, k: tf.Tensor, factor: number) =>
          tf.sub(x, tf.mul(tf.square(t), scale(k, factor))),
        )((_init, t, k, factor) => tf.mul(tf.square(t), scale(k, factor)));
        const k = tf.tensor2d([3, 5], [2, 1], 'int32');
        expectClose(tf.grad((t) => tf.sum(root(null, t, k, 10)))(column(1, 2)), [60, 200]);
      }),
    ));

  it('has no gradient in the initial guess', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const root = customRoot(squareMinus)((init, t) => tf.add(tf.sqrt(t), tf.mul(0, init)));
        const [dInit, dt] = tf.grads((init, t) => tf.sum(tf.add(tf.mul(7, init), root(init, t))))([
          column(1, 2, 3),
          column(1, 4, 9),
        ]);
        expectClose(dInit, [7, 7, 7]);
        expectClose(dt, SLOPES);
      }),
    ));

  it('is a plain solve off the tape, and may return its own arguments', () =>
    expectNoLeak(() => {
      const identity = customRoot((x: tf.Tensor, t: tf.Tensor) => tf.sub(x, t))((_init, t) => t);
      const t = column(1, 4);
      const x = identity(null, t);
      assert.notEqual(x.id, t.id);
      expectClose(x, [1, 4]);
      expectClose(
        tf.tidy(() =>
          tf
            .grad((s) => tf.sum(identity(null, s)))(t)
            .dataSync(),
        ),
        [1, 1],
      );
      tf.dispose([x, t]);
    }));

  it('returns aux as it is with hasAux', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const root = customRoot(squareMinus, {hasAux: true})((_init, t) => [
          tf.sqrt(t),
          {steps: tf.scalar(12, 'int32'), name: 'sqrt'},
        ]);
        let aux!: {steps: tf.Tensor; name: string};
        const gradient = tf.grad((t) => {
          const [x, found] = root(null, t) as unknown as [tf.Tensor, typeof aux];
          aux = {steps: tf.keep(tf.clone(found.steps)), name: found.name};
          return tf.sum(x);
        })(column(1, 4, 9));
        expectClose(gradient, SLOPES);
        expectClose(aux.steps, 12);
        assert.equal(aux.name, 'sqrt');
        aux.steps.dispose();
      }),
    ));

  it('refuses a solver that is none, one without its aux, and a tolerance that is not positive', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const solver of [undefined, 3, {}, {run: 3}]) {
          assert.match(
            messageOf(() => customRoot(squareMinus)(solver as never)),
            /customRoot: the solver must be a function or have a method run, got /,
          );
        }
        for (const residualTolerance of [0, -1, NaN]) {
          assert.match(
            messageOf(() => customRoot(squareMinus, {residualTolerance})),
            new RegExp(`customRoot: residualTolerance must be positive, got ${residualTolerance}`),
          );
        }
        const results = [
          (t: tf.Tensor) => tf.sqrt(t),
          (t: tf.Tensor) => [tf.sqrt(t)],
          (t: tf.Tensor) => [tf.sqrt(t), 1, 2],
        ];
        for (const result of results) {
          const root = customRoot(squareMinus, {hasAux: true})((_init, t) => result(t) as never);
          assert.match(
            messageOf(() => root(null, column(4))),
            /customRoot: with hasAux the solver must return \[x, aux\], got an? /,
          );
        }
      }),
    ));

  it('takes a Solver object, and drops its state', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const solver = {
          run(_init: unknown, t: unknown) {
            const zero = tf.zeros([3]);
            return {x: tf.sqrt(t as tf.Tensor), state: {status: zero, iterations: zero, residual: zero}};
          },
        };
        const root = customRoot(squareMinus)(solver);
        expectClose(tf.grad((t) => tf.sum(root(null, t)))(column(1, 4, 9)), SLOPES);
      }),
    ));

  for (const linsolve of [lu(), gmres(), cg()]) {
    it(`takes linsolve.${linsolve.className} for its linear system`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const root = customRoot(squareMinus, {linsolve})((_init, t) => tf.sqrt(t));
          expectClose(tf.grad((t) => tf.sum(root(null, t)))(column(1, 4, 9)), SLOPES, 1e-6);
        }),
      ));
  }

  it('differentiates the intermediates of the enclosing forward pass that the condition closes over', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // x = 1/(2w): first derivative −1/(2w²), second 1/w³.
        const half = (w: tf.Tensor): tf.Tensor => {
          const doubled = tf.mul(w, 2);
          return customRoot((x: tf.Tensor) => tf.sub(tf.mul(x, doubled), 1))(() => tf.div(1, doubled))(null);
        };
        const w = column(1, 2);
        expectClose(tf.grad((at) => tf.sum(half(at)))(w), [-0.5, -0.125], 1e-6);
        expectClose(tf.grad((at) => tf.sum(tf.tidy(() => half(at))))(w), [-0.5, -0.125], 1e-6);
        expectClose(vjp(half, [w], tf.onesLike(w))[0], [-0.5, -0.125], 1e-6);
        const slope = (at: tf.Tensor) => vjp(half, [at], tf.onesLike(at))[0];
        expectClose(vjp(slope, [w], tf.onesLike(w))[0], [1, 0.125], 2e-6);
        expectClose(tf.grad((at) => tf.sum(slope(at)))(w), [1, 0.125], 2e-6);
      }),
    ));

  it('works inside tf.tidy inside tf.variableGrads, beside other losses', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const t = tf.variable(column(1, 4, 9), true, 'root-t');
        const loss = () => tf.tidy(() => tf.add<tf.Scalar>(tf.sum(sqrt(null, t)), tf.sum(tf.square(t))));
        const {value, grads} = tf.variableGrads(loss);
        expectClose(value, 6 + 98);
        expectClose(
          grads[t.name],
          SLOPES.map((slope, i) => slope + 2 * [1, 4, 9][i]),
          1e-6,
        );
        t.dispose();
      }),
    ));

  it('can be minimised through by an optimizer without a leak', () =>
    expectNoLeak(() => {
      const t = tf.tidy(() => tf.variable(column(4)));
      const optimizer = tf.train.sgd(1);
      const step = () => {
        const loss = optimizer.minimize(() => tf.sum<tf.Scalar>(tf.square(tf.sub(sqrt(null, t), 1))), true, [
          t,
        ]);
        loss!.dispose();
      };
      step();
      const before = tf.memory().numTensors;
      for (let i = 0; i < 30; i++) step();
      assert.equal(tf.memory().numTensors, before);
      expectClose(t, 1, 1e-5);
      optimizer.dispose();
      t.dispose();
    }));
});
