/** @file QPLayer and OptNetQP: parameters, inputs, gradients of weights, bad input. */
import * as tf from '@tensorflow/tfjs-core';
import {input, layers as keras, model, sequential, type SymbolicTensor} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {layers, OptNetQP, QPLayer, solveQP, type QPLayerArgs} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

describeBackends('a QP layer', () => {
  const eye = [
    [1, 0],
    [0, 1],
  ];

  it('feeds any of the six parameters, in order', () => {
    const p = input({shape: [2]});
    const h = input({shape: [1]});
    const layer = new QPLayer({inputs: ['h', 'p'], constants: {Q: eye, G: [[1, 1]]}});
    const net = model({inputs: [h, p], outputs: layer.apply([h, p]) as SymbolicTensor});
    tf.tidy(() => {
      const values = {
        p: tf.tensor2d([
          [-2, -3],
          [1, 0],
        ]),
        h: tf.tensor2d([[1], [1]]),
      };
      const expected = solveQP({Q: eye, G: [[1, 1]], ...values}).x;
      expectClose(net.predict([values.h, values.p]) as tf.Tensor, expected, 1e-7);
      expectClose(expected, [0, 1, -1, 0], 1e-6, 1e-7);
    });
    net.dispose();
  });

  it('takes a bare tensor through apply, and one of Q of its own for each sample', () => {
    const layer = layers.qp({inputs: ['Q'], inequalities: 0, constants: {p: [-1, -1]}});
    tf.tidy(() => {
      const Q = tf.tensor3d([
        eye,
        [
          [2, 0],
          [0, 4],
        ],
      ]);
      expectClose(layer.apply(Q) as tf.Tensor, [1, 1, 0.5, 0.25], 1e-6);
    });
    layer.dispose();
  });

  it('differentiates its weights: ∂x/∂L in closed form for Q = LLᵀ', () => {
    tf.tidy(() => {
      const layer = new QPLayer({inequalities: 0, epsilon: 0});
      const p = tf.tensor2d([[-6]]);
      // x = 6 / L²: dx/dL = −12 / L³.
      layer.apply(p);
      layer.setWeights([tf.tensor2d([[2]])]);
      const {grads} = tf.variableGrads(() => tf.sum(layer.apply(p) as tf.Tensor));
      expectClose(Object.values(grads)[0], [-1.5], 1e-6);
      layer.dispose();
    });
  });

  it('OptNetQP stays feasible whatever its weights are', () => {
    tf.tidy(() => {
      const layer = new OptNetQP({equalities: 2, inequalities: 9, onFailure: 'throw'});
      const p = tf.randomNormal([6, 5], 0, 3, 'float32', 2);
      layer.apply(p);
      for (let seed = 1; seed < 15; seed++) {
        layer.setWeights(
          layer.getWeights().map((w, i) => tf.randomNormal(w.shape, 0, 4, 'float32', 97 * seed + i)),
        );
        assert.isTrue((layer.apply(p) as tf.Tensor).dataSync().every(Number.isFinite));
      }
      layer.dispose();
    });
  });

  it('finds its parameters again after tfjs has changed the case of their names', () => {
    const layer = new QPLayer({inputs: ['Q', 'p'], constants: {A: [[1, 1]], b: [1]}, inequalities: 0});
    const mangled = JSON.parse(
      JSON.stringify(layer.getConfig()).replace('["Q","p"]', '["q","p"]').replace('"A"', '"a"'),
    ) as QPLayerArgs;
    assert.deepEqual(new QPLayer(mangled).getConfig(), layer.getConfig());
  });

  const wrong: [string, () => QPLayerArgs, RegExp][] = [
    [
      'an unknown parameter name',
      () => ({inputs: ['R' as 'p']}),
      /inputs must be one of Q, p, G, h, A, b, lower, upper; got "R"/,
    ],
    ['a parameter named twice', () => ({inputs: ['p', 'p']}), /contains p twice/],
    ['an input that is constant too', () => ({constants: {p: [1]}}), /p is both an input and a constant/],
    ['a negative count', () => ({equalities: -1}), /equalities must be an integer, at least 0 .*; got -1/],
    ['a fractional count', () => ({inequalities: 1.5}), /inequalities must be an integer/],
    [
      'a tolerance that is no number',
      () => ({tolerance: 'small' as unknown as number}),
      /tolerance must be a finite number.*"small"/,
    ],
    [
      'a policy that does not exist',
      () => ({onFailure: 'panic' as 'warn'}),
      /onFailure must be one of warn, throw, ignore/,
    ],
    ['a constant of the wrong rank', () => ({constants: {Q: [1, 2]}}), /constant Q must be a matrix.*\[2\]/],
    ['a constant with NaN', () => ({constants: {h: [NaN]}}), /constant h must be a vector of finite numbers/],
    [
      'an unknown linear solver',
      () => ({linsolve: {className: 'magic', config: {}}}),
      /Unknown linear solver 'magic'/,
    ],
  ];
  for (const [what, args, expected] of wrong) {
    it(`refuses ${what}, and leaks nothing`, () =>
      expectNoLeak(() =>
        assert.match(
          messageOf(() => new QPLayer(args())),
          expected,
        ),
      ));
  }

  it('refuses sizes that contradict each other at build', () => {
    const build = (args: QPLayerArgs, shape: number[]) =>
      messageOf(() => new QPLayer(args).apply(input({shape})));
    assert.match(
      build({constants: {Q: eye}}, [3]),
      /input p of shape \[B,? ?3\] has 3 variables.*constant Q.*has 2/,
    );
    assert.match(build({constants: {G: [[1, 0]], h: [1, 2]}}, [2]), /has 2 inequalities.*has 1/);
    assert.match(build({inputs: ['Q']}, [3]), /input 0 is Q and must have shape \[B, n, n\]; got \[B, 3\]/);
  });

  it('warns once about failed samples, and throws where asked, with nothing left behind', async () => {
    const infeasible = {G: [[1], [-1]], h: [-1, -1], Q: [[1]]};
    await expectNoLeak(() => {
      const layer = new QPLayer({constants: infeasible, onFailure: 'throw'});
      const x = tf.ones([2, 1]);
      assert.match(
        messageOf(() => layer.apply(x)),
        /2 of 2 problems not solved: samples 0, 1 infeasible/,
      );
      x.dispose();
      layer.dispose();
    });
    const net = sequential({
      layers: [
        keras.dense({units: 1, inputShape: [1]}),
        new QPLayer({constants: infeasible, onFailure: 'throw'}),
      ],
    });
    net.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
    const x = tf.ones([2, 1]);
    const before = tf.memory().numTensors;
    let message = '';
    try {
      tf.dispose(net.predict(x));
    } catch (error) {
      message = (error as Error).message;
    }
    assert.match(message, /infeasible/);
    assert.equal(tf.memory().numTensors, before, 'after a throw in predict');
    tf.dispose(x);
    net.dispose();
  });
});
