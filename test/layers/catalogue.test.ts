/** @file What the layers of the catalogue compute, against closed forms, and what they refuse. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  BirkhoffLayer,
  ConicLayer,
  EntmaxLayer,
  IsotonicLayer,
  layers,
  LinearProgramLayer,
  projections,
  RidgeLayer,
  SimplexProjection,
  SoftRank,
  SoftSort,
  SVMLayer,
  TopK,
  TransportLayer,
} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, messageOf} from '../helpers/expect.js';

const apply = (layer: SolverLayer, ...inputs: tf.Tensor[]) =>
  layer.apply(inputs.length === 1 ? inputs[0] : inputs) as tf.Tensor;
const points = () => tf.randomNormal([3, 5], 0, 1, 'float32', 3);
const matrices = () => tf.randomNormal([3, 2, 4], 0, 1, 'float32', 4);

/** Each layer beside the function that it is. */
const SAME: [string, () => SolverLayer, () => tf.Tensor, (x: tf.Tensor) => tf.Tensor][] = [
  [
    'SimplexProjection',
    () => new SimplexProjection({scale: 2}),
    points,
    (x) => projections.simplex(x, {scale: 2}),
  ],
  ['EntmaxLayer', () => new EntmaxLayer({alpha: 1.25}), points, (x) => projections.entmax(x, {alpha: 1.25})],
  ['SoftSort', () => new SoftSort({strength: 0.5}), points, (x) => projections.softSort(x, {strength: 0.5})],
  [
    'SoftRank',
    () => new SoftRank({direction: 'descending'}),
    points,
    (x) => projections.softRank(x, {direction: 'descending'}),
  ],
  [
    'IsotonicLayer',
    () => new IsotonicLayer({increasing: false}),
    points,
    (x) => projections.isotonic(x, {increasing: false}),
  ],
  [
    'TopK',
    () => new TopK({k: 2, strength: 0.5}),
    points,
    (x) => projections.boxSection(tf.mul(x, 2), {c: 2}),
  ],
  [
    'TransportLayer',
    () => new TransportLayer({strength: 0.5}),
    matrices,
    (x) => projections.klTransport(tf.mul(x, 2), {a: tf.fill([2], 0.5), b: tf.fill([4], 0.25)}),
  ],
  [
    'TransportLayer, sparse',
    () => new TransportLayer({regularization: 'euclidean'}),
    matrices,
    (x) => projections.transport(x, {a: tf.fill([2], 0.5), b: tf.fill([4], 0.25)}),
  ],
  [
    'BirkhoffLayer, sparse',
    () => new BirkhoffLayer({regularization: 'euclidean', strength: 2}),
    () => tf.randomNormal([2, 3, 3], 0, 1, 'float32', 5),
    (x) => projections.birkhoff(tf.div(x, 2)),
  ],
];

describeBackends('layers of the catalogue', () => {
  for (const [name, make, input, f] of SAME) {
    it(`${name} is its projection`, () =>
      tf.tidy(() => {
        const layer = make();
        const x = input();
        expectClose(apply(layer, x), f(x));
        layer.dispose();
      }));

    it(`${name} gives a sample with NaN zeros and the status 5, and leaves the others alone`, async () => {
      const layer = make();
      const x = input();
      const broken = tf.tidy(() => tf.concat([tf.fill([1, ...x.shape.slice(1)], NaN), tf.slice(x, 1)]));
      const [y, whole] = [broken, x].map((at) => tf.tidy(() => apply(layer, at).dataSync()));
      const size = x.size / x.shape[0];
      assert.isTrue(y.slice(0, size).every((value) => value === 0));
      expectClose(y.slice(size), whole.slice(size), 1e-6, 1e-7);
      tf.tidy(() => apply(layer, broken));
      assert.deepEqual((await layer.diagnostics()).status, [5, ...Array<number>(x.shape[0] - 1).fill(0)]);
      const slope = tf.tidy(() =>
        tf
          .grad((x: tf.Tensor) => tf.sum(tf.square(apply(layer, x))))(broken)
          .dataSync(),
      );
      assert.isTrue(slope.slice(0, size).every((value) => value === 0));
      assert.isTrue(slope.every(Number.isFinite));
      layer.dispose();
      tf.dispose([x, broken]);
    });
  }

  it('TransportLayer takes the sums as inputs, and says where they cannot be met', async () => {
    const layer = new TransportLayer({marginals: true, regularization: 'euclidean'});
    const [a, b] = [
      tf.tensor2d([
        [0.3, 0.7],
        [1, 1],
      ]),
      tf.tensor2d([
        [0.5, 0.5],
        [0.25, 0.25],
      ]),
    ];
    const x = tf.zeros([2, 2, 2]);
    const P = tf.tidy(() => apply(layer, x, a, b).dataSync());
    expectClose(P, [0.15, 0.15, 0.35, 0.35, 0, 0, 0, 0], 1e-6);
    assert.deepEqual((await layer.diagnostics()).status, [0, 1]);
    layer.dispose();
    tf.dispose([a, b, x]);
  });

  it('RidgeLayer is (XᵀX + λI)⁻¹XᵀY, also in its gradients', () =>
    tf.tidy(() => {
      const layer = new RidgeLayer({l2: 0.5, query: false});
      const [X, Y] = [
        tf.randomNormal([2, 4, 3], 0, 1, 'float32', 1),
        tf.randomNormal([2, 4, 2], 0, 1, 'float32', 2),
      ];
      const W = apply(layer, X, Y);
      // Stationary: Xᵀ(XW − Y) + λW = 0.
      const residual = tf.add(tf.matMul(X, tf.sub(tf.matMul(X, W), Y), true), tf.mul(0.5, W));
      expectClose(residual, Array<number>(12).fill(0), 0, 3e-6);
      // With X the identity W is Y/(1 + λ), and dW/dlog λ = −λY/(1 + λ)².
      const eye = tf.expandDims(tf.eye(3), 0);
      const one = tf.ones([1, 3, 2]);
      const {grads} = tf.variableGrads(() => tf.sum(apply(layer, eye, one)));
      expectClose(Object.values(grads)[0], (-6 * 0.5) / 1.5 ** 2, 2e-6);
      layer.dispose();
    }));

  it('SVMLayer satisfies the conditions of the primal problem: W = Σ βᵢ-combinations of margins', () =>
    tf.tidy(() => {
      // Two points of two classes at ±1: the margin of W = [w, −w] is 2w, hinge max(0, 1 − 2w), minimised with ½λ‖W‖² = λw².
      const [X, Y] = [
        tf.tensor3d([[[1], [-1]]]),
        tf.tensor3d([
          [
            [1, 0],
            [0, 1],
          ],
        ]),
      ];
      for (const [l2, w] of [
        [0.5, 0.5],
        [8, 0.25],
      ]) {
        const layer = new SVMLayer({l2, query: false, learnL2: false});
        // min λw² + 2·max(0, 1 − 2w): w = ½ while 4 ≥ λ, else 2/λ.
        expectClose(apply(layer, X, Y), [w, -w], 1e-4);
        layer.dispose();
      }
    }));

  it('SVMLayer and RidgeLayer are right at any scale of the features: c times as large, W is c times smaller for c²λ', () =>
    tf.tidy(() => {
      const X = tf.tensor3d([1, 0.2, -0.7, 1, -0.4, -1, 0.9, -0.3], [1, 4, 2]);
      const Y = tf.tensor3d([1, 0, 1, 0, 0, 1, 0, 1], [1, 4, 2]);
      const fit = (Layer: typeof SVMLayer | typeof RidgeLayer, scale: number, l2: number) => {
        const layer = new Layer({l2, query: false, learnL2: false});
        const f = (at: tf.Tensor) => apply(layer, at, Y);
        const W = f(tf.mul(X, scale));
        const slope = tf.grad((at: tf.Tensor) => tf.sum(tf.mul(f(at), tf.tensor2d([1, 2, -3, 4], [2, 2]))))(
          tf.mul(X, scale),
        );
        layer.dispose();
        return [tf.mul(W, scale), tf.mul(slope, scale * scale)];
      };
      for (const Layer of [SVMLayer, RidgeLayer]) {
        const [plain, slope] = fit(Layer, 1, 0.5);
        for (const scale of [1e-3, 0.1, 100, 1000, 1e4]) {
          const [W, scaled] = fit(Layer, scale, 0.5 * scale * scale);
          expectClose(W, plain, 1e-4);
          expectClose(scaled, slope, 1e-3);
        }
      }
    }));

  it('SVMLayer separates features of any size with the margin 1 where λ is small beside them', () =>
    tf.tidy(() => {
      // Points at ±c: W = [w, −w] with 2wc = 1.
      const Y = tf.tensor3d([1, 0, 0, 1], [1, 2, 2]);
      for (const scale of [10, 100, 1000, 1e4]) {
        const layer = new SVMLayer({l2: 1, query: false, learnL2: false});
        expectClose(
          tf.mul(apply(layer, tf.tensor3d([scale, -scale], [1, 2, 1]), Y), scale),
          [0.5, -0.5],
          1e-4,
        );
        layer.dispose();
      }
    }));

  it('SVMLayer has the gradient of its solution, in the points and in λ', () =>
    tf.tidy(() => {
      // As above with λ = 8, where no margin is reached: w = (x₁ − x₂)/λ.
      const layer = new SVMLayer({l2: 8, query: false});
      const Y = tf.tensor3d([1, 0, 0, 1], [1, 2, 2]);
      const w = (X: tf.Tensor) => tf.sum(tf.mul(apply(layer, X, Y), tf.tensor1d([1, 0])));
      const X = tf.tensor3d([1, -1.2], [1, 2, 1]);
      expectClose(w(X), 2.2 / 8, 4e-7);
      expectClose(tf.grad(w)(X), [1 / 8, -1 / 8], 4e-7);
      const {grads} = tf.variableGrads(() => w(X) as tf.Scalar);
      expectClose(Object.values(grads)[0], -2.2 / 8, 4e-7);
      layer.dispose();
    }));

  it('LinearProgramLayer tends to the corner as its strength falls', () =>
    tf.tidy(() => {
      const G = [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ];
      const p = tf.tensor2d([[1, -0.25]]);
      for (const [strength, x] of [
        [1, [-1, 0.25]],
        [0.1, [-1, 1]],
      ] as [number, number[]][]) {
        const layer = new LinearProgramLayer({strength, constants: {G, h: [1, 1, 1, 1]}});
        expectClose(apply(layer, p), x, 1e-6);
        layer.dispose();
      }
    }));

  it('ConicLayer finds the point of a ball, and names what failed', async () => {
    const ball = {
      cones: {secondOrder: [3]},
      constants: {
        E: [
          [0, 0],
          [-1, 0],
          [0, -1],
        ],
        d: [2, 0, 0],
      },
    };
    const c = tf.tensor2d([
      [3, 4],
      [NaN, 1],
    ]);
    const warned = messageOf(() => tf.tidy(() => apply(new ConicLayer({...ball, onFailure: 'throw'}), c)));
    assert.match(warned, /sample 1 has NaN or infinity/);
    const quiet = new ConicLayer({...ball, onFailure: 'ignore'});
    const z = tf.tidy(() => apply(quiet, c).dataSync());
    expectClose(z, [-1.2, -1.6, 0, 0], 4e-7);
    assert.deepEqual((await quiet.diagnostics()).status, [0, 5]);
    quiet.dispose();
    c.dispose();
  });

  it('every layer has a lower-case factory', () => {
    const made = [
      layers.birkhoff(),
      layers.conic({cones: {nonNegative: 1}}),
      layers.entmax(),
      layers.isotonic(),
      layers.linearProgram(),
      layers.ridge(),
      layers.simplexProjection(),
      layers.softRank(),
      layers.softSort(),
      layers.svm(),
      layers.topK({k: 1}),
      layers.transport(),
    ];
    assert.deepEqual(
      made.map((layer) => layer.getClassName()),
      [
        'BirkhoffLayer',
        'ConicLayer',
        'EntmaxLayer',
        'IsotonicLayer',
        'LinearProgramLayer',
        'RidgeLayer',
        'SimplexProjection',
        'SoftRank',
        'SoftSort',
        'SVMLayer',
        'TopK',
        'TransportLayer',
      ],
    );
  });

  it('refuse what does not fit, by name', () => {
    const shaped = (layer: SolverLayer, ...shapes: number[][]) =>
      messageOf(() => tf.tidy(() => apply(layer, ...shapes.map((shape) => tf.zeros(shape)))));
    assert.match(shaped(new TopK({k: 4}), [2, 3]), /k = 4 of 3 entries/);
    assert.match(shaped(new TransportLayer(), [2, 3]), /\[B, n, m\]/);
    assert.match(shaped(new BirkhoffLayer(), [2, 3, 4]), /\[B, n, n\]/);
    assert.match(shaped(new RidgeLayer(), [1, 3, 2], [1, 4, 2], [1, 1, 2]), /X \[B, m, p\], Y \[B, m, k\]/);
    assert.match(shaped(new SimplexProjection({axis: 2}), [2, 3]), /axis 2 is not a feature axis/);
    assert.match(
      messageOf(() => new LinearProgramLayer({constants: {Q: [[1]]}})),
      /has no parameter Q/,
    );
    assert.match(
      messageOf(() => new ConicLayer({cones: {}})),
      /at least one cone/,
    );
    assert.match(
      messageOf(() => new ConicLayer({cones: {nonNegative: 1}, inputs: ['x' as never]})),
      /inputs must be one of c, E, d/,
    );
    assert.match(
      shaped(new ConicLayer({cones: {nonNegative: 2}, constants: {d: [1]}}), [1, 3]),
      /d must have shape/,
    );
  });
});
