/** @file Transport plans at small strengths, large costs and zero weights, against their optimality conditions; and what is no plan. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {layers, projections} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';

type Regularization = 'entropic' | 'euclidean';
const KINDS: Regularization[] = ['entropic', 'euclidean'];

interface Plan {
  P: number[][];
  status: number;
}

async function planOf(
  regularization: Regularization,
  strength: number,
  x: number[][],
  a: number[],
  b: number[],
): Promise<Plan> {
  const layer = layers.transport({regularization, strength, marginals: true});
  const P = tf.tidy(() => {
    const inputs = [tf.tensor3d([x]), tf.tensor2d([a]), tf.tensor2d([b])];
    return (layer.apply(inputs) as tf.Tensor3D).arraySync()[0];
  });
  const {status} = await layer.diagnostics();
  layer.dispose();
  return {P, status: status[0]};
}

/**
 * That P has the sums a and b, and that no plan is better: around any circle of four entries, what is moved changes ⟨P, x⟩ by as
 * much as the regulariser, or by less where an entry is zero.
 */
function checkPlan(
  kind: Regularization,
  strength: number,
  x: number[][],
  a: number[],
  b: number[],
  {P, status}: Plan,
): void {
  assert.equal(status, 0);
  P.forEach((row, i) =>
    expectClose(
      row.reduce((s, p) => s + p),
      a[i],
      2e-6,
      1e-12,
    ),
  );
  b.forEach((sum, j) =>
    expectClose(
      P.reduce((s, row) => s + row[j], 0),
      sum,
      2e-6,
      1e-12,
    ),
  );
  const scale = Math.max(...x.flat().map(Math.abs));
  // Of f32 outputs: an entropic plan's entries are relative, a Euclidean one's are not.
  const slack = kind === 'entropic' ? 4e-6 * strength + 1e-12 * scale : 1e-6 * strength + 1e-12 * scale;
  const slope = (p: number) => (kind === 'entropic' ? Math.log(p) : p) * strength;
  for (let i = 0; i < a.length; i++) {
    for (let k = 0; k < a.length; k++) {
      for (let j = 0; j < b.length; j++) {
        for (let l = 0; l < b.length; l++) {
          // From (i, j) and (k, l), which hold something, to (i, l) and (k, j).
          if (!(P[i][j] > 1e-30 && P[k][l] > 1e-30)) continue;
          const gain =
            Math.fround(x[i][l]) + Math.fround(x[k][j]) - Math.fround(x[i][j]) - Math.fround(x[k][l]);
          if (kind === 'entropic' && !(P[i][l] > 1e-30 && P[k][j] > 1e-30)) {
            assert.isAtMost(gain, slack + strength * 80);
            continue;
          }
          const price = slope(P[i][l]) + slope(P[k][j]) - slope(P[i][j]) - slope(P[k][l]);
          assert.isAtMost(gain - price, slack, `around ${i} ${j} ${k} ${l}`);
        }
      }
    }
  }
}

const shares = (weights: number[]) => {
  const sum = weights.reduce((s, w) => s + w, 0);
  return weights.map((w) => Math.fround(w / sum));
};

describeBackends('transport', () => {
  for (const kind of KINDS) {
    it(`${kind}: right from weak to strong regularisation, at costs of any size, with zero weights`, () =>
      fc.assert(
        fc.asyncProperty(
          fc.nat(),
          fc.integer({min: 1, max: 5}),
          fc.integer({min: 1, max: 5}),
          fc.constantFrom(10, 1, 0.1, 0.01, 0.002, 1e-4),
          fc.constantFrom(1, 1, 1e4, 1e7, 1e-3),
          async (seed, n, m, strength, size) => {
            const random = seededRandom(seed);
            const x = Array.from({length: n}, () => Array.from({length: m}, () => -size * random()));
            const weights = (count: number) =>
              shares(Array.from({length: count}, (_, i) => (i > 0 && random() < 0.2 ? 0 : 0.05 + random())));
            const [a, b] = [weights(n), weights(m)];
            checkPlan(kind, strength * size, x, a, b, await planOf(kind, strength * size, x, a, b));
            if (size > 1) checkPlan(kind, 1, x, a, b, await planOf(kind, 1, x, a, b));
          },
        ),
        {numRuns: 60},
      ));

    it(`${kind}: a row whose sum is zero is zero, and has no gradient`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const f = kind === 'entropic' ? projections.klTransport : projections.transport;
          const x: tf.Tensor = tf.tensor2d([
            [0.3, 0.1],
            [0.9, 0.2],
            [0.4, 0.7],
          ]);
          const [a, b] = [tf.tensor1d([0.5, 0, 0.5]), tf.tensor1d([0.25, 0.75])];
          const P = f(x, {a, b}).arraySync() as number[][];
          assert.deepEqual(P[1], [0, 0]);
          const rest = f(tf.gather(x, [0, 2]), {a: tf.tensor1d([0.5, 0.5]), b});
          expectClose([...P[0], ...P[2]], rest, 1e-6);
          const slopes = tf.grads((x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) =>
            tf.sum(tf.square(f(x, {a, b}))),
          )([x, a, b]);
          for (const slope of slopes) assert.isTrue(slope.dataSync().every(Number.isFinite));
          assert.deepEqual((slopes[0].arraySync() as number[][])[1].map(Math.abs), [0, 0]);
        }),
      ));

    it(`${kind}: sums that agree up to rounding are met, others are infeasible, and −∞ lets nothing through`, async () => {
      const third = Math.fround(1 / 3);
      const x = [
        [0, 0.5, 1],
        [1, 0, 0.5],
        [0.2, 1, 0],
      ];
      const thirds = [third, third, third];
      const off = [third * (1 + 3e-7), third, third * (1 - 1e-6)];
      checkPlan(kind, 0.1, x, thirds, thirds, await planOf(kind, 0.1, x, thirds, off));
      const {warn} = console;
      console.warn = () => undefined;
      const statusOf = async (a: number[], b: number[], at = x) => (await planOf(kind, 0.1, at, a, b)).status;
      assert.equal(await statusOf(thirds, [0.5, 0.5, 0.001]), 1);
      assert.equal(await statusOf([0.5, 1, -0.5], thirds), 1);
      assert.equal(await statusOf(thirds, [NaN, 0.5, 0.5]), 5);
      assert.equal(
        await statusOf(thirds, thirds, [
          [-Infinity, -Infinity, -Infinity],
          [0, 0, 0],
          [0, 0, 0],
        ]),
        1,
      );
      console.warn = warn;
      const {P, status} = await planOf(
        kind,
        0.1,
        [
          [0, -Infinity, 1],
          [1, 0, 0.5],
          [0.2, 1, 0],
        ],
        thirds,
        thirds,
      );
      assert.equal(status, 0);
      assert.equal(P[0][1], 0);
      expectClose(P[0][0] + P[0][2], third, 1e-6);
    });
  }

  it('is differentiable at a small strength: by differences of plans in the strength of f32', () =>
    tf.tidy(() => {
      // Two by two: P = [t, ½ − t; ½ − t, t] with 2 log(t/(½ − t)) = (x₀₀ + x₁₁ − x₀₁ − x₁₀)/ε.
      const strength = 0.002;
      const layer = layers.transport({strength});
      const x = tf.tensor3d([
        [
          [0.001, 0],
          [0, 0.0005],
        ],
      ]);
      const ratio = Math.exp((Math.fround(0.001) + Math.fround(0.0005)) / strength / 2);
      const t = (0.5 * ratio) / (1 + ratio);
      expectClose(layer.apply(x) as tf.Tensor, [t, 0.5 - t, 0.5 - t, t], 1e-6);
      const slope = tf.grad((at: tf.Tensor) => tf.sum(tf.slice(layer.apply(at) as tf.Tensor, 0, [1, 1, 1])))(
        x,
      );
      const expected = (t * (0.5 - t)) / 0.5 / strength / 2;
      expectClose(slope, [expected, -expected, -expected, expected], 2e-6);
      layer.dispose();
    }));
});
