/** @file Every proximal operator by the certificate of its definition: (x − y)/scaling is a subgradient of the penalty at y. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {prox} from '../../src/index.js';
import {Matrix, SVD} from 'ml-matrix';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {clip, dot, norm, sum} from '../zoo/maps.js';

const SIZE = 6;
const entry = fc.integer({min: -16, max: 16}).map((k) => k / 4);
const point = fc.array(entry, {minLength: SIZE, maxLength: SIZE});

interface Penalty {
  prox: (x: tf.Tensor, scaling: number) => tf.Tensor;
  /** g(y), Infinity outside of its domain. */
  value: (y: number[]) => number;
  /** Of the kind that Moreau's identity is written for: the proximal operator of the conjugate g*, by its own definition. */
  conjugate?: (x: tf.Tensor) => tf.Tensor;
}

const WEIGHTS = [2, 1.5, 1, 0.5, 0.25, 0];
const matrix = (values: number[]) => new Matrix([values.slice(0, 3), values.slice(3)]);
const PENALTIES: Record<string, Penalty> = {
  none: {prox: (x) => prox.none(x), value: () => 0},
  lasso: {
    prox: (x, s) => prox.lasso(x, 0.75, s),
    value: (y) => 0.75 * sum(y.map(Math.abs)),
    conjugate: (x) => tf.clipByValue(x, -0.75, 0.75),
  },
  nonNegativeLasso: {
    prox: (x, s) => prox.nonNegativeLasso(x, 0.75, s),
    value: (y) => (y.some((value) => value < 0) ? Infinity : 0.75 * sum(y)),
    conjugate: (x) => tf.minimum(x, 0.75),
  },
  elasticNet: {
    prox: (x, s) => prox.elasticNet(x, {l1: 0.5, l2: 2}, s),
    value: (y) => 0.5 * sum(y.map(Math.abs)) + dot(y, y),
  },
  groupLasso: {
    prox: (x, s) => prox.groupLasso(x, 2, s),
    value: (y) => 2 * norm(y),
    conjugate: (x) => tf.mul(x, tf.minimum(1, tf.div(2, tf.maximum(tf.norm(x, 2, -1, true), 1e-9)))),
  },
  ridge: {
    prox: (x, s) => prox.ridge(x, 3, s),
    value: (y) => 1.5 * dot(y, y),
    conjugate: (x) => tf.mul(x, 3 / 4),
  },
  nonNegativeRidge: {
    prox: (x, s) => prox.nonNegativeRidge(x, 3, s),
    value: (y) => (y.some((value) => value < 0) ? Infinity : 1.5 * dot(y, y)),
  },
  huber: {
    prox: (x, s) => prox.huber(x, {weight: 2, delta: 0.5}, s),
    value: (y) =>
      sum(y.map((value) => 2 * (Math.abs(value) <= 0.5 ? 0.5 * value ** 2 : 0.5 * (Math.abs(value) - 0.25)))),
  },
  logBarrier: {
    prox: (x, s) => prox.logBarrier(x, 0.5, s),
    value: (y) => sum(y.map((value) => (value > 0 ? -0.5 * Math.log(value) : Infinity))),
  },
  sortedL1: {
    prox: (x, s) => prox.sortedL1(x, tf.tensor1d(WEIGHTS), s),
    value: (y) =>
      dot(
        WEIGHTS,
        y.map(Math.abs).sort((a, b) => b - a),
      ),
  },
  totalVariation1d: {
    prox: (x, s) => prox.totalVariation1d(x, 0.75, s),
    value: (y) => 0.75 * sum(y.slice(1).map((value, i) => Math.abs(value - y[i]))),
  },
  nuclearNorm: {
    prox: (x, s) =>
      tf.reshape(prox.nuclearNorm(tf.reshape(x, [...x.shape.slice(0, -1), 2, 3]), 0.75, s), x.shape),
    value: (y) => 0.75 * sum(new SVD(matrix(y), {autoTranspose: true}).diagonal),
  },
  'blockwise groupLasso': {
    prox: (x, s) =>
      prox.blockwise<number>((y, weight, t) => prox.groupLasso(y, weight, t), [2, 4])(x, [1, 0.5], s),
    value: (y) => norm(y.slice(0, 2)) + 0.5 * norm(y.slice(2)),
  },
  'fromProjection of a box': {
    prox: (x, s) => prox.fromProjection((y: tf.Tensor) => tf.clipByValue(y, -1, 1))(x, null, s),
    value: (y) => (y.every((value) => value === clip(value, -1, 1)) ? 0 : Infinity),
  },
};

describeBackends('proximal operators', () => {
  for (const [name, {prox: operator, value, conjugate}] of Object.entries(PENALTIES)) {
    const at = (x: number[], s: number) =>
      Array.from(tf.tidy(() => operator(tf.tensor2d([x]), s).dataSync()));

    it(`${name}: what x moves by is a subgradient of the penalty`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(
            point,
            fc.array(point, {minLength: 4, maxLength: 4}),
            fc.constantFrom(0.25, 1, 2),
            (x, others, s) => {
              const y = at(x, s);
              assert.isTrue(Number.isFinite(value(y)));
              const slope = x.map((entryOfX, i) => (entryOfX - y[i]) / s);
              for (const z of [...others, x, y.map((entryOfY) => entryOfY / 2), others[0].map(Math.abs)]) {
                const along = dot(
                  slope,
                  z.map((entryOfZ, i) => entryOfZ - y[i]),
                );
                assert.isAtLeast(value(z), value(y) + along - 2e-5 * (1 + norm(slope)) * (1 + norm(z)));
              }
            },
          ),
          {numRuns: 25},
        ),
      ));

    it(`${name}: is firmly non-expansive`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(point, point, (x, z) => {
            const [p, q] = [at(x, 0.5), at(z, 0.5)];
            const moved = p.map((entryOfP, i) => entryOfP - q[i]);
            const given = x.map((entryOfX, i) => entryOfX - z[i]);
            assert.isAtMost(dot(moved, moved), dot(moved, given) + 3e-5 * (1 + norm(given)));
          }),
          {numRuns: 25},
        ),
      ));

    if (conjugate) {
      it(`${name}: obeys Moreau, prox_g(x) + prox_g*(x) = x`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const x = tf.randomNormal([5, SIZE], 0, 2, 'float32', 3);
            expectClose(tf.add(operator(x, 1), conjugate(x)), x, 1e-6);
          }),
        ));
    }

    it(`${name}: has a finite gradient at zero and at ties, and treats each row by itself`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = tf.tensor2d([
            Array<number>(SIZE).fill(0),
            Array<number>(SIZE).fill(1),
            [0.75, -0.75, 0, 2, -2, 0.375],
          ]);
          const gradient = (at: tf.Tensor) =>
            tf.grad((x: tf.Tensor) => tf.sum(tf.mul(tf.range(1, 7), operator(x, 1))))(at);
          const slope = gradient(x);
          assert.isTrue(Array.from(slope.dataSync()).every(Number.isFinite), String(slope));
          const rows = tf.split(x, 3).map((row) => [operator(row, 1), gradient(row)]);
          expectClose(operator(x, 1), tf.concat(rows.map(([y]) => y)), 1e-6, 1e-6);
          expectClose(slope, tf.concat(rows.map(([, dx]) => dx)), 1e-5, 1e-5);
        }),
      ));
  }

  it('refuse what does not fit', () => {
    const x = tf.zeros([4]);
    assert.match(
      messageOf(() => prox.nuclearNorm(x)),
      /at least two axes/,
    );
    assert.match(
      messageOf(() => prox.blockwise(prox.none, [2, 3])(x, null)),
      /blocks of 2 \+ 3 entries do not fit x of shape \[4\]/,
    );
    assert.match(
      messageOf(() => prox.blockwise<number>((y) => y, [2, 2])(x, [1, 2, 3])),
      /3 parameters for 2 blocks/,
    );
    x.dispose();
  });
});
