/** @file What every projection onto a convex set does: it stays, comes no nearer by chance, and treats each row by itself. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {projections, solveQP} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

type Project = (x: tf.Tensor) => tf.Tensor;

const normal = () => tf.tensor1d([1, 2, -1, 0.5, 0, 1]);
const row = () => tf.reshape(normal(), [1, 6]);
const entry = fc.integer({min: -12, max: 12}).map((k) => k / 4);
const point = fc.array(entry, {minLength: 6, maxLength: 6});
const ROUNDING = 3e-5;

/** Convex sets in R⁶. `polytope`: the same set for a quadratic program. */
const SETS: Record<string, {project: Project; polytope?: () => Parameters<typeof solveQP>[0]}> = {
  box: {
    project: (x) => projections.box(x, {lower: -1, upper: 0.5}),
    polytope: () =>
      halfspaces(
        [...identity(1), ...identity(-1)],
        [...Array<number>(6).fill(0.5), ...Array<number>(6).fill(1)],
      ),
  },
  hypercube: {project: (x) => projections.hypercube(x)},
  simplex: {
    project: (x) => projections.simplex(x, {scale: 2}),
    polytope: () => halfspaces(identity(-1), Array<number>(6).fill(0), [Array<number>(6).fill(1)], [2]),
  },
  l1Ball: {
    project: (x) => projections.l1Ball(x, {radius: 1.5}),
    polytope: () => {
      const signs = Array.from({length: 64}, (_, k) =>
        Array.from({length: 6}, (__, i) => ((k >> i) & 1 ? 1 : -1)),
      );
      return halfspaces(signs, Array<number>(64).fill(1.5));
    },
  },
  l2Ball: {project: (x) => projections.l2Ball(x, {radius: 1.5})},
  linfBall: {project: (x) => projections.linfBall(x, {radius: 0.75})},
  hyperplane: {
    project: (x) => projections.hyperplane(x, {a: normal(), b: 1}),
    polytope: () => halfspaces([], [], [[1, 2, -1, 0.5, 0, 1]], [1]),
  },
  halfspace: {
    project: (x) => projections.halfspace(x, {a: normal(), b: 1}),
    polytope: () => halfspaces([[1, 2, -1, 0.5, 0, 1]], [1]),
  },
  affineSet: {
    project: (x) => projections.affineSet(x, {A: tf.concat([row(), row()]), b: tf.tensor1d([1, 1])}),
    polytope: () => halfspaces([], [], [[1, 2, -1, 0.5, 0, 1]], [1]),
  },
  boxSection: {
    project: (x) => projections.boxSection(x, {lower: -1, upper: 2, w: normal(), c: 1}),
    polytope: () =>
      halfspaces(
        [...identity(1), ...identity(-1)],
        [...Array<number>(6).fill(2), ...Array<number>(6).fill(1)],
        [[1, 2, -1, 0.5, 0, 1]],
        [1],
      ),
  },
  isotonic: {
    project: (x) => projections.isotonic(x),
    polytope: () =>
      halfspaces(
        Array.from({length: 5}, (_, i) =>
          Array.from({length: 6}, (__, j) => (j === i ? 1 : j === i + 1 ? -1 : 0)),
        ),
        Array<number>(5).fill(0),
      ),
  },
  permutahedron: {project: (x) => projections.permutahedron(x)},
  secondOrderCone: {project: (x) => projections.secondOrderCone(x)},
  'psdCone (a triangle)': {project: (x) => projections.coneProduct(x, {psd: [3]})},
  coneProduct: {project: (x) => projections.coneProduct(x, {zero: 1, nonNegative: 2, secondOrder: [3]})},
  dualConeProduct: {
    project: (x) => projections.dualConeProduct(x, {zero: 1, nonNegative: 2, secondOrder: [3]}),
  },
  transport: {
    project: (x) =>
      flat(projections.transport(matrix(x), {a: tf.tensor1d([0.5, 0.5]), b: tf.tensor1d([0.25, 0.25, 0.5])})),
    polytope: () =>
      halfspaces(
        identity(-1),
        Array<number>(6).fill(0),
        [
          [1, 1, 1, 0, 0, 0],
          [0, 0, 0, 1, 1, 1],
          [1, 0, 0, 1, 0, 0],
          [0, 1, 0, 0, 1, 0],
          [0, 0, 1, 0, 0, 1],
        ],
        [0.5, 0.5, 0.25, 0.25, 0.5],
      ),
  },
};

const matrix = (x: tf.Tensor) => tf.reshape(x, [...x.shape.slice(0, -1), 2, 3]);
const flat = (x: tf.Tensor) => tf.reshape(x, [...x.shape.slice(0, -2), 6]);
const identity = (sign: number) =>
  Array.from({length: 6}, (_, i) => Array.from({length: 6}, (__, j) => (i === j ? sign : 0)));

function halfspaces(G: number[][], h: number[], E: number[][] = [], b: number[] = []) {
  return {
    Q: tf.eye(6),
    p: tf.zeros([6]),
    ...(G.length > 0 && {G: tf.tensor2d(G), h: tf.tensor1d(h)}),
    ...(E.length > 0 && {A: tf.tensor2d(E), b: tf.tensor1d(b)}),
  };
}

describeBackends('projections onto convex sets', () => {
  for (const [name, {project, polytope}] of Object.entries(SETS)) {
    const rows = (points: number[][]) => Array.from(tf.tidy(() => project(tf.tensor2d(points)).dataSync()));

    it(`${name}: is idempotent and non-expansive, and the angle at the projection is obtuse`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(fc.array(point, {minLength: 3, maxLength: 3}), (points) => {
            const y = rows(points);
            expectClose(rows([0, 1, 2].map((i) => y.slice(6 * i, 6 * i + 6))), y, ROUNDING, ROUNDING);
            const part = (values: number[], i: number) => values.slice(6 * i, 6 * i + 6);
            const difference = (a: number[], b: number[]) => a.map((value, i) => value - b[i]);
            const size = (a: number[]) => Math.hypot(...a);
            const flatPoints = points.flat();
            for (const [i, j] of [
              [0, 1],
              [1, 2],
              [2, 0],
            ]) {
              const moved = size(difference(part(y, i), part(y, j)));
              assert.isAtMost(moved, size(difference(points[i], points[j])) + ROUNDING);
              // ⟨x − y, z − y⟩ ≤ 0 for every z of the set: y is nearest.
              const away = difference(part(flatPoints, i), part(y, i));
              const along = difference(part(y, j), part(y, i));
              const product = away.reduce((total, value, k) => total + value * along[k], 0);
              assert.isAtMost(product, ROUNDING * (1 + size(away)) * (1 + size(along)));
            }
          }),
          {numRuns: 25},
        ),
      ));

    if (polytope) {
      it(`${name}: is the solution of its quadratic program`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const x = tf.randomNormal([8, 6], 0, 2, 'float32', 3);
            const {x: expected} = solveQP({...polytope(), p: tf.neg(x)});
            expectClose(project(x), expected, 3e-6, 3e-6);
          }),
        ));
    }

    it(`${name}: treats each row of leading axes by itself, with its gradient`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = tf.randomNormal([2, 2, 6], 0, 1, 'float32', 5);
          const weights = tf.randomNormal([2, 2, 6], 0, 1, 'float32', 6);
          const gradient = (at: tf.Tensor, w: tf.Tensor) =>
            tf.grad((x: tf.Tensor) => tf.sum(tf.mul(w, project(x))))(at);
          const slope = gradient(x, weights);
          const each = (tensor: tf.Tensor) => tf.unstack(tf.reshape(tensor, [4, 6]));
          const single = each(x).map((row) => project(row));
          expectClose(project(x), tf.stack(single), 1e-5, 1e-6);
          const slopes = each(x).map((row, i) => gradient(row, each(weights)[i]));
          expectClose(slope, tf.stack(slopes), 1e-5, 1e-5);
        }),
      ));

    it(`${name}: has a finite gradient at zero, at ties and on its boundary`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const ties = tf.tensor2d([
            [0, 0, 0, 0, 0, 0],
            [1, 1, 1, 1, 1, 1],
            [1, -1, 1, -1, 0, 0],
          ]);
          for (const at of [ties, project(ties), tf.mul(1e-30, ties), tf.mul(1e4, ties)]) {
            const slope = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(tf.range(1, 7), project(x))))(at);
            assert.isTrue(Array.from(slope.dataSync()).every(Number.isFinite), String(slope));
          }
        }),
      ));
  }

  it('a shared parameter gets the sum of the gradients of the rows', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.randomNormal([5, 6], 0, 1, 'float32', 9);
        const w = tf.randomNormal([5, 6], 0, 1, 'float32', 10);
        const cases: [tf.Tensor, (x: tf.Tensor, p: tf.Tensor) => tf.Tensor][] = [
          [tf.scalar(0.5), (x, radius) => projections.l1Ball(x, {radius})],
          [tf.scalar(0.5), (x, radius) => projections.l2Ball(x, {radius})],
          [tf.scalar(0.5), (x, scale) => projections.simplex(x, {scale})],
          [normal(), (x, a) => projections.hyperplane(x, {a, b: 1})],
          [row(), (x, M) => projections.affineSet(x, {A: M, b: tf.tensor1d([1])})],
          [normal(), (x, a) => projections.boxSection(x, {lower: -2, upper: 2, w: a, c: 1})],
          [tf.tensor1d([3, 1, 0, -1, 2, 5]), (x, corner) => projections.permutahedron(x, {w: corner})],
        ];
        for (const [shared, project] of cases) {
          const slope = (x: tf.Tensor, w: tf.Tensor) =>
            tf.grad((p: tf.Tensor) => tf.sum(tf.mul(w, project(x, p))))(shared);
          const rows = [0, 1, 2, 3, 4].map((i) => slope(tf.slice(x, i, 1), tf.slice(w, i, 1)));
          expectClose(slope(x, w), tf.addN(rows), 1e-5, 1e-6);
        }
      }),
    ));

  it('an empty set makes its row NaN, and only that', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([
          [0.5, 0.5],
          [0.5, 0.5],
        ]);
        const y = projections.boxSection(x, {c: tf.tensor1d([3, 1])}).arraySync() as number[][];
        assert.deepEqual(y, [
          [NaN, NaN],
          [0.5, 0.5],
        ]);
        const P = projections
          .transport(tf.zeros([2, 2, 2]), {
            a: tf.tensor2d([
              [1, 1],
              [1, 1],
            ]),
            b: tf.tensor2d([
              [1, 2],
              [1, 1],
            ]),
          })
          .arraySync() as number[][][];
        assert.isTrue(P[0].flat().every(Number.isNaN));
        expectClose(P[1].flat(), [0.5, 0.5, 0.5, 0.5], 1e-6);
      }),
    ));

  it('entries beyond the range of squares keep their digits', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        expectClose(projections.l2Ball(tf.tensor1d([3e25, 4e25])), [0.6, 0.8], 1e-6);
        expectClose(projections.l2Sphere(tf.tensor1d([3e-25, 4e-25])), [0.6, 0.8], 1e-6);
        expectClose(projections.softSort(tf.tensor1d([3, 1, 2]), {strength: 1e-6}), [1, 2, 3], 1e-6);
        expectClose(projections.softRank(tf.tensor1d([3e5, 1e5, 2e5])), [3, 1, 2], 1e-6);
      }),
    ));

  it('refuses what is no set', () => {
    const x = tf.tensor1d([1, 2]);
    assert.match(
      messageOf(() => projections.l1Ball(x, {radius: -1})),
      /radius must be positive/,
    );
    assert.match(
      messageOf(() => projections.l2Ball(tf.scalar(1))),
      /at least one axis/,
    );
    assert.match(
      messageOf(() => projections.psdCone(tf.zeros([2, 3]))),
      /\[\.\.\., n, n\]/,
    );
    assert.match(
      messageOf(() => projections.entmax(x, {alpha: 0.5})),
      /at least 1/,
    );
    assert.match(
      messageOf(() => projections.softSort(x, {strength: 0})),
      /strength must be positive/,
    );
    assert.match(
      messageOf(() => projections.sparseSimplex(x, {maxNonZeros: 0})),
      /positive integer/,
    );
    assert.match(
      messageOf(() => projections.coneProduct(x, {psd: [2]})),
      /3 entries/,
    );
    assert.match(
      messageOf(() => projections.affineSet(x, {A: tf.zeros([1, 3]), b: tf.zeros([1])})),
      /\[\.\.\., k, 2\]/,
    );
    assert.match(
      messageOf(() => projections.transport(tf.zeros([2, 2]), {a: x, b: tf.zeros([3])})),
      /a must have shape/,
    );
    x.dispose();
  });
});
