/** @file Pullbacks, recorded once and asked often; Jacobian products of structures of every kind; and what is refused. */
import * as tf from '@tensorflow/tfjs-core';
import {NO_GRADIENT, withoutGradient} from '../helpers/no-gradient.js';
import {assert} from 'chai';
import {jvp, jvpOf, pullbackOf, pushforwardOf, vjp, vjpAt, type Structure} from '../../src/autodiff/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {vjpInF64} from '../zoo/maps.js';

const A = [0.5, -1.25, 0.75];
const B = [1.5, 0.25];
const D = [
  [1, -2, 0.5],
  [3, -0.25],
];

/** (a·sin b₀, b²·a₀) of a [3] and b [2], and the same in f64 with the results behind one another. */
const outputs = ([a, b]: tf.Tensor[]) => [
  tf.mul(a, tf.sin(tf.slice(b, 0, 1))),
  tf.mul(tf.square(b), tf.slice(a, 0, 1)),
];
const inF64 = (a: number[], b: number[]) => [
  ...a.map((value) => value * Math.sin(b[0])),
  ...b.map((value) => value * value * a[0]),
];
const transposed = (d: number[][]) => vjpInF64(inF64, [A, B], d.flat());
/** Column by column: J t. */
const straight = (t: number[][]) =>
  inF64(A, B).map((_, i) => {
    const unit = inF64(A, B).map((__, j) => (i === j ? 1 : 0));
    return vjpInF64(inF64, [A, B], unit)
      .flat()
      .reduce((sum, value, k) => sum + value * t.flat()[k], 0);
  });
const tensors = (lists: number[][]) => lists.map((list) => tf.tensor1d(list));

describeBackends('a pullback', () => {
  it('and its pushforward serve many cotangents and tangents from one recording, and free it', () =>
    expectNoLeak(() => {
      const xs = tensors([A, B]);
      let recorded = 0;
      const pullback = pullbackOf((at) => {
        recorded++;
        return outputs(at);
      }, xs);
      const pushforward = pushforwardOf(pullback);
      tf.tidy(() => {
        assert.deepEqual(
          pullback.outputs.map(({shape}) => shape),
          [[3], [2]],
        );
        for (const factor of [1, -3]) {
          const d = D.map((list) => list.map((value) => factor * value));
          pullback.pull(tensors(d)).forEach((slope, k) => expectClose(slope, transposed(d)[k], 1e-6));
          const t = [A, B].map((list) => list.map((value) => factor * value + 1));
          const tangent = pushforward.pull(tensors(t));
          expectClose(tf.concat(tangent), straight(t), 1e-6);
        }
        expectClose(tf.concat(jvpOf(() => outputs(xs), xs, tensors([A, B]))), straight([A, B]), 1e-6);
        assert.match(
          messageOf(() => pullback.pull(tensors(D).slice(1))),
          /The function returns 2 tensors, but the cotangent has 1/,
        );
        assert.match(
          messageOf(() => pullback.pull([tf.ones([3]), tf.ones([3])])),
          /Output 1 of the function has shape \[2\], but its cotangent has shape \[3\]/,
        );
      });
      assert.equal(recorded, 1);
      pushforward.dispose();
      pullback.dispose();
      tf.dispose(xs);
    }));

  it('is zero, of the right shape, for what the function does not read; a tensor may stand in it twice', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [x, unread] = [tf.scalar(3), tf.ones([2, 1])];
        const pullback = pullbackOf(([a, b]) => [tf.mul(a, tf.square(b))], [x, x, unread]);
        const [da, db, zero] = pullback.pull([tf.scalar(1)]);
        expectClose(da, 9);
        expectClose(db, 18);
        assert.deepEqual(zero.shape, [2, 1]);
        expectClose(zero, [0, 0]);
        pullback.dispose();
        expectClose(vjpAt(([a, b]) => [tf.mul(a, tf.square(b))], [x, x], [tf.scalar(1)])[1], 18);
      }),
    ));

  it('is off the tape around it', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const slope = tf.grad((x: tf.Tensor) => {
          const pullback = pullbackOf(([a]) => [tf.square(a)], [x]);
          const [dx] = tf.tidy(() => pullback.pull([tf.scalar(1)]));
          pullback.dispose();
          return tf.mul(x, dx);
        });
        expectClose(slope(tf.scalar(3)), 6);
      }),
    ));
});

describeBackends('Jacobian products of structures', () => {
  type Named = {a: tf.Tensor; rest: [tf.Tensor, {index: tf.Tensor}]};
  const index = () => tf.tensor1d([1, 0], 'int32');
  const f = ({a, rest: [b, {index}]}: Named) => {
    const [y, z] = outputs([a, b]);
    return {y, deep: [{z: tf.div(z, tf.add(1, index))}]};
  };
  const point = (): Named => ({a: tf.tensor1d(A), rest: [tf.tensor1d(B), {index: index()}]});
  const divided = (list: number[]) => [list[0] / 2, list[1]];

  it('with integers among the inputs are those of f64, backward and forward', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const g = (a: tf.Tensor, b: tf.Tensor) => f({a, rest: [b, {index: index()}]});
        const cotangent = {deep: [{z: tf.tensor1d([D[1][0] * 2, D[1][1]])}], y: tf.tensor1d(D[0])};
        const slopes = vjp(g, tensors([A, B]) as [tf.Tensor, tf.Tensor], cotangent);
        slopes.forEach((slope, k) => expectClose(slope, transposed(D)[k], 1e-6));
        const [ta, tb] = [A, B].map((list) => list.map((value) => value + 1));
        const expected = straight([ta, tb]);
        const tangents: Structure[] = [
          {rest: [tf.tensor1d(tb), {index: index()}], a: tf.tensor1d(ta)},
          {rest: [tf.tensor1d(tb), {}], a: tf.tensor1d(ta)} as Structure,
          {rest: [tf.tensor1d(tb), null], a: tf.tensor1d(ta)} as unknown as Structure,
        ];
        for (const tangent of tangents) {
          const {y, deep} = jvp(f, [point()], [tangent as Named]);
          expectClose(y, expected.slice(0, 3), 1e-6);
          expectClose(deep[0].z, divided(expected.slice(3)), 1e-6);
        }
      }),
    ));

  it('refuse one wrong shape among right ones, and what is no list', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const wrong = {a: tf.tensor1d(A), rest: [tf.ones([3]), {index: index()}]} as Named;
        assert.match(
          messageOf(() => jvp(f, [point()], [wrong])),
          /Tangent 0 of jvp must have the shapes of input 0/,
        );
        const x = tf.scalar(1);
        const square = (at: tf.Tensor) => tf.square(at);
        assert.match(
          messageOf(() => jvp(square, x as never, [x])),
          /jvp: the point and its tangents must be arrays.*got a Tensor and an array/,
        );
        assert.match(
          messageOf(() => jvp(square, [x], x as never)),
          /jvp: the point and its tangents must be arrays.*got an array and a Tensor/,
        );
        assert.match(
          messageOf(() => vjp(square, x as never, x)),
          /vjp: the point must be an array of the arguments of f, got a Tensor/,
        );
        assert.match(
          messageOf(() => vjp('f' as never, [x], x)),
          /vjp: f must be a function/,
        );
      }),
    ));
});

describeBackends('gradients that tfjs does not have', () => {
  const withoutGradients = (names: string[], run: () => void) => {
    const found = names.map((name) => tf.getGradient(name));
    names.forEach((name) => tf.unregisterGradient(name));
    try {
      run();
    } finally {
      found.forEach((config) => tf.registerGradient(config));
    }
  };
  const severed = () =>
    tf.tidy(() => messageOf(() => vjp((x: tf.Tensor) => withoutGradient(x), [tf.ones([2])], tf.ones([2]))));

  it('are told from tfjs-core alone, which has none', () =>
    expectNoLeak(() => {
      for (const names of [['Identity'], ['Add']]) {
        withoutGradients(names, () => assert.match(severed(), /The operation 'GatherNd' has no gradient/));
      }
      withoutGradients(['Identity', 'Add'], () =>
        assert.match(severed(), /No gradients are registered, because tfjs-core/),
      );
    }));

  it('of an input that a registered gradient forgot are not zero', () =>
    expectNoLeak(() => {
      tf.registerGradient({kernelName: NO_GRADIENT, gradFunc: () => ({})});
      try {
        assert.match(severed(), /The gradient of 'GatherNd' lacks its input 'params'/);
      } finally {
        tf.unregisterGradient(NO_GRADIENT);
      }
    }));
});
