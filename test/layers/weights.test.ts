/** @file What layers make of their arguments: the weights they start with, the shapes they refuse, the constants they read back. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  BirkhoffLayer,
  ConicLayer,
  LassoLayer,
  OptNetQP,
  QPLayer,
  TransportLayer,
  type ConicLayerArgs,
  type QPLayerArgs,
} from '../../src/index.js';
import {product} from '../../src/layers/base/product.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, messageOf} from '../helpers/expect.js';

const weightsOf = (layer: QPLayer | ConicLayer) =>
  Object.fromEntries(
    layer.weights.map(({originalName, shape}, i) => [
      originalName.replace(/^.*\//, '').replace(/_\d+$/, ''),
      {shape, values: Array.from(layer.getWeights()[i].dataSync())},
    ]),
  );

describeBackends('the weights of ConicLayer', () => {
  const cones = {zero: 1, nonNegative: 2, secondOrder: [3, 1], psd: [2, 3]};
  const interior = [0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 1];

  it('start with d inside of the cones, E at random by its seed, and c = 0', () =>
    tf.tidy(() => {
      const build = (args: Partial<ConicLayerArgs> = {}) => {
        const layer = new ConicLayer({cones, units: 2, inputs: ['d'], seed: 3, ...args});
        layer.build([null, 16]);
        return weightsOf(layer);
      };
      const {c, E} = build();
      assert.deepEqual(c, {shape: [2], values: [0, 0]});
      assert.deepEqual(E.shape, [16, 2]);
      assert.isTrue(E.values.every((value) => value !== 0 && Math.abs(value) < 1));
      assert.deepEqual(build().E, E);
      assert.notDeepEqual(build({seed: 4}).E, E);
      const fed = new ConicLayer({cones});
      fed.build([null, 2]);
      assert.deepEqual(weightsOf(fed).d, {shape: [16], values: interior});
      for (const [one, expected] of [
        [{secondOrder: [2]}, [1, 0]],
        [{nonNegative: 2}, [1, 1]],
        [{psd: [2]}, [1, 0, 1]],
        [{zero: 2}, [0, 0]],
      ] as const) {
        const layer = new ConicLayer({cones: one as ConicLayerArgs['cones']});
        layer.build([null, 1]);
        assert.deepEqual(weightsOf(layer).d.values, [...expected]);
      }
    }));

  it('are the constants where these are given, and those are not trained', () =>
    tf.tidy(() => {
      const layer = new ConicLayer({
        cones: {nonNegative: 2},
        inputs: ['d'],
        constants: {c: [1, -2, 3], E: [[1, 2, 3], [4, 5, 6]]}, // prettier-ignore
      });
      layer.build([null, 2]);
      const {c, E} = weightsOf(layer);
      assert.deepEqual(c, {shape: [3], values: [1, -2, 3]});
      assert.deepEqual(E, {shape: [2, 3], values: [1, 2, 3, 4, 5, 6]});
      assert.isEmpty(layer.trainableWeights);
    }));
});

describeBackends('OptNetQP beside given constraints', () => {
  /** The solution, with z₀ = (3, 1) and s₀ = softplus(0) = ln 2. */
  const solve = (args: QPLayerArgs, p: number[]) =>
    tf.tidy(() => {
      const layer = new OptNetQP({onFailure: 'throw', ...args});
      const at = tf.tensor2d([p]);
      layer.apply(at);
      const start: Record<string, number[]> = {z0: [3, 1], s0: [0]};
      layer.setWeights(
        layer.weights.map(({originalName, shape}, i) => {
          const name = Object.keys(start).find((key) => originalName.toLowerCase().includes(key));
          return name ? tf.tensor(start[name], shape as number[]) : layer.getWeights()[i];
        }),
      );
      const x = Array.from((layer.apply(at) as tf.Tensor).dataSync());
      layer.dispose();
      return x;
    });
  const Q = [
    [1, 0],
    [0, 1],
  ];

  it('takes z₀ as it is where none are given', () => {
    // Ax = Az₀ = 4 with p = 0: the nearest point to the origin.
    expectClose(solve({inequalities: 0, equalities: 1, constants: {Q, A: [[1, 1]]}}, [0, 0]), [2, 2], 1e-5);
    // Gx ≤ Gz₀ + ln 2.
    expectClose(solve({inequalities: 1, constants: {Q, G: [[1, 0]]}}, [-9, -1]), [3 + Math.log(2), 1], 1e-5);
  });

  it('takes the nearest point to z₀ that satisfies them', () => {
    // x₀ ≤ 1 moves z₀ to (1, 1): Ax = 2.
    const given = {inequalities: 1, equalities: 1, constants: {Q, G: [[1, 0]], h: [1], A: [[1, 1]]}};
    expectClose(solve(given, [0, -2]), [0, 2], 1e-5, 1e-6);
    // x₀ + x₁ = 2 moves z₀ to (2, 0): x₀ ≤ 2 + ln 2.
    const other = {inequalities: 1, equalities: 1, constants: {Q, A: [[1, 1]], b: [2], G: [[1, 0]]}};
    expectClose(solve(other, [-9, 0]), [2 + Math.log(2), -Math.log(2)], 1e-5);
  });

  it('takes a G for each sample beside a learned h', () =>
    tf.tidy(() => {
      const layer = new OptNetQP({inputs: ['p', 'G'], inequalities: 1, constants: {Q}});
      // z₀ = (1, 1) and s₀ = softplus⁻¹(1): x₀ ≤ 2, and 2x₁ ≤ 3.
      const inputs = [tf.tensor2d([[-9, -9], [-9, -9]]), tf.tensor3d([[[1, 0]], [[0, 2]]])]; // prettier-ignore
      expectClose(layer.apply(inputs) as tf.Tensor, [2, 9, 9, 1.5], 1e-5);
      layer.dispose();
    }));

  it('multiplies shared and batched matrices and points', () =>
    tf.tidy(() => {
      const [G, z] = [tf.tensor2d([[2, 3]]), tf.tensor1d([4, 5])];
      const results = [
        product(G, z),
        product(tf.stack([G, tf.mul(2, G)]), z),
        product(G, tf.stack([z, tf.mul(3, z)])),
      ];
      assert.deepEqual(
        results.map(({shape}) => shape),
        [[1], [2, 1], [2, 1]],
      );
      expectClose(
        results.flatMap((result) => Array.from(result.dataSync())),
        [23, 23, 46, 23, 69],
      );
    }));
});

describeBackends('layers and what they cannot take', () => {
  it('name the rank that they want', () => {
    const built = (layer: {build(shape: (number | null)[]): void}, shape: (number | null)[]) =>
      messageOf(() => layer.build(shape));
    assert.match(built(new BirkhoffLayer(), [null, 3, 3, 2]), /BirkhoffLayer.*\[B, n, n\]/);
    assert.match(built(new LassoLayer({units: 2}), [null, 3, 4]), /LassoLayer.*\[B, n\]/);
    assert.match(built(new LassoLayer({units: 2}), [null, null]), /LassoLayer.*known n/);
  });

  it('name the argument that is missing', () => {
    assert.match(
      messageOf(() => new LassoLayer(undefined as never)),
      /LassoLayer.*units/,
    );
    assert.match(
      messageOf(() => new QPLayer({solver: {} as never})),
      /solver must be an object with run/,
    );
    const solver = {run: () => assert.fail('not called yet')};
    assert.doesNotThrow(() => new QPLayer({solver: solver as never}));
  });

  it('refuse saved constants that are no finite numbers, or too few', () => {
    const read = (values: unknown[], shape = [2]) =>
      messageOf(() => new QPLayer({constants: [{symbol: 'p', shape, values}] as never}));
    for (const values of [['1', 2], [NaN, 1], [Infinity, 1], [1], [true, 1]]) {
      assert.match(read(values), /constant p must be a vector of finite numbers/, String(values));
    }
    assert.match(read([1, 2], [1, 2]), /constant p must be a vector/);
  });

  it('TransportLayer keeps a sample with sums of zero to itself, in a batch of any size', () => {
    for (const batch of [1, 2, 3]) {
      tf.tidy(() => {
        const layer = new TransportLayer({marginals: true});
        const cost = tf.randomNormal([batch, 2, 2], 0, 1, 'float32', 7);
        const sums = tf.tensor2d(
          Array.from({length: batch}, (_, i) => (i === 0 ? [NaN, NaN] : [0.25 * i, 1 - 0.25 * i])),
        );
        const plan = layer.apply([cost, sums, sums]) as tf.Tensor;
        const rows = tf.sum(plan, 2).arraySync() as number[][];
        rows.forEach((row, i) => expectClose(row, i === 0 ? [0, 0] : [0.25 * i, 1 - 0.25 * i], 1e-4));
        layer.dispose();
      });
    }
  });
});
