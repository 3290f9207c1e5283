/** @file Quadratic programs with many more rows than variables: memory that follows the rows, and rows that all meet in the solution. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solveQP} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {LONG} from '../../helpers/effort.js';
import {expectClose} from '../../helpers/expect.js';

interface Outcome {
  x: number[];
  status: number[];
  /** The gradient of x₀ + 2x₁ in p. */
  slope: number[];
}

/** min ½‖x‖² + pᵀx, G x ≤ h, A x = b. */
function outcomeOf(p: number[], G: number[][], h: number[], A: number[][] = [], b: number[] = []): Outcome {
  return tf.tidy(() => {
    const n = p.length;
    const given = {
      Q: tf.eye(n, n, [1]) as tf.Tensor,
      G: tf.tensor3d([G]),
      h: tf.tensor2d([h]),
      ...(A.length > 0 && {A: tf.tensor3d([A]), b: tf.tensor2d([b])}),
    };
    const weights = tf.tensor2d([p.map((_, j) => j + 1)]);
    const read = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
    let found!: {x: number[]; status: number[]};
    const loss = (cost: tf.Tensor) => {
      const {x, status} = solveQP({...given, p: cost} as never);
      found = {x: read(x), status: read(status)};
      return tf.sum(tf.mul(weights, x)) as tf.Scalar;
    };
    const slope = tf.grad(loss)(tf.tensor2d([p]));
    return {...found, slope: read(slope)} as never;
  }) as unknown as Outcome;
}

/** The tangents of the unit circle at equal angles. */
const circle = (rows: number) =>
  Array.from({length: rows}, (_, i) => {
    const angle = (2 * Math.PI * i) / rows;
    return [Math.cos(angle), Math.sin(angle)];
  });

describeAnyBackend('quadratic programs with many rows', () => {
  it('project onto polygons of many sides, in memory that follows the number of sides', () => {
    const rows = LONG ? 100_000 : 12_000;
    const G = circle(rows);
    const target = [3, 2];
    const before = process.memoryUsage().rss;
    const {x, status, slope} = outcomeOf(
      [-3, -2],
      G,
      G.map(() => 1),
    );
    // A square matrix of the rows would take 1.1 GB, 80 GB with all of them.
    assert.isBelow((process.memoryUsage().rss - before) / 2 ** 20, 400);
    assert.deepEqual(status, [0]);
    expectClose(
      x,
      target.map((value) => value / Math.hypot(3, 2)),
      (2 * Math.PI) / rows,
    );
    // Between two corners, x moves along the side or not at all: then the gradient is zero.
    const side = [-x[1], x[0]];
    const along = side[0] + 2 * side[1];
    const isCorner = slope.every((value) => Math.abs(value) < 1e-6);
    if (!isCorner)
      expectClose(
        slope,
        side.map((value) => -value * along),
        (4 * Math.PI) / rows,
      );
  });

  it('solve where far more rows meet than there are variables', () => {
    // All sides of a fan go through (1, 1), so does each equality.
    const fan = Array.from({length: 150}, (_, i) => {
      const angle = (Math.PI / 2) * (i / 149);
      return [Math.cos(angle), Math.sin(angle)];
    });
    const sums = (rows: number[][]) => rows.map(([a, b]) => a + b);
    const vertex = outcomeOf([-9, -9], fan, sums(fan));
    assert.deepEqual(vertex.status, [0]);
    expectClose(vertex.x, [1, 1], 1e-6);
    for (const value of vertex.slope) assert.closeTo(value, 0, 1e-6);
    const equalities = outcomeOf([5, -3], [[1, 0]], [7], fan.slice(0, 90), sums(fan.slice(0, 90)));
    assert.deepEqual(equalities.status, [0]);
    expectClose(equalities.x, [1, 1], 1e-6);
    const line = Array.from({length: 120}, (_, i) => [i + 1, i + 1]);
    const parallel = outcomeOf([1, -1], [[1, 0]], [7], line, sums(line));
    assert.deepEqual(parallel.status, [0]);
    expectClose(parallel.x, [0, 2], 1e-5);
    expectClose(parallel.slope, [0.5, -0.5], 1e-5);
  });

  it('solve problems of few and of many rows in turns', () => {
    const fan = Array.from({length: 80}, (_, i) => [1, i / 79]);
    for (let k = 0; k < 3; k++) {
      const many = outcomeOf(
        [-9, -9],
        fan,
        fan.map(([a, b]) => a + b),
      );
      assert.deepEqual(many.status, [0]);
      const few = outcomeOf(
        [-1, -2],
        [
          [1, 0],
          [0, 1],
        ],
        [0.5, 3],
      );
      expectClose(few.x, [0.5, 2], 1e-6);
    }
  });
});
