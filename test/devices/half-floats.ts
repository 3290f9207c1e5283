/** @file A page whose WebGL has textures of 16 bits, as on phones: simplex maps, masks of −∞, limits of softmax. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {projections, solveQP, sparsemax} from '../../src/index.js';

/** What rounding a number below 2 to 11 bits may cost, a few times over. */
const HALF = 2e-3;

/** The result of an operation, which lies in a texture; what comes from the host and was not used yet does not. */
const inTexture = (rows: number[][]) => tf.mul(tf.tensor2d(rows), 1);

async function rowsOf(tensor: tf.Tensor): Promise<number[][]> {
  const values = Array.from(await tensor.data());
  const width = tensor.shape[tensor.rank - 1];
  return Array.from({length: values.length / width}, (_, i) => values.slice(i * width, (i + 1) * width));
}

function assertRows(actual: number[][], expected: number[][]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((row, i) =>
    row.forEach((value, j) =>
      assert.isTrue(
        Object.is(value, expected[i][j]) || Math.abs(value - expected[i][j]) <= HALF,
        `row ${i}, entry ${j} is ${value} instead of ${expected[i][j]}`,
      ),
    ),
  );
}

const LOGITS = [
  [0.5, 1.25, -0.25, 1],
  [-Infinity, 0.5, 0.25, -Infinity],
  [3, -4, 0, 3],
];
const SPARSE = [
  [0, 0.625, 0, 0.375],
  [0, 0.625, 0.375, 0],
  [0.5, 0, 0, 0.5],
];

describe('WebGL with textures of 16 bits', () => {
  /** Some devices store NaN in the place of an infinity. */
  let holdsInfinity = false;
  before(async () => {
    tf.env().set('WEBGL_FORCE_F16_TEXTURES', true);
    tf.env().set('WEBGL_CPU_FORWARD', false);
    assert.isTrue(await tf.setBackend('webgl'), 'the backend webgl does not start');
    await tf.ready();
    const [[value]] = await rowsOf(inTexture([[-Infinity]]));
    assert.isTrue(Number.isNaN(value) || value === -Infinity);
    holdsInfinity = value === -Infinity;
  });

  it('holds no more than 11 bits', async () => {
    const [[value]] = await rowsOf(inTexture([[1 / 3]]));
    assert.isAbove(Math.abs(value - 1 / 3), 1e-6);
    assert.isBelow(Math.abs(value - 1 / 3), HALF);
  });

  /** A row whose mask the device cannot hold is NaN and not another answer; the rows beside it do not notice. */
  const heldOf = (rows: number[][], wrong: number) =>
    rows.map((row, i) => (holdsInfinity || LOGITS[i].every(Number.isFinite) ? row : row.map(() => wrong)));
  const weights = LOGITS.map((_, i) => [1, -1, 0.5, i]);
  const slopes = SPARSE.map((row, i) => {
    const mean = row.reduce((sum, p, j) => sum + (p > 0 ? weights[i][j] : 0), 0) / 2;
    return row.map((p, j) => (p > 0 ? weights[i][j] - mean : 0));
  });

  for (const [name, map] of Object.entries({
    sparsemax: (x: tf.Tensor) => sparsemax(x),
    'projections.simplex': (x: tf.Tensor) => projections.simplex(x),
    'projections.boxSection': (x: tf.Tensor) => projections.boxSection(x, {c: 1}),
    'projections.entmax, alpha = 2': (x: tf.Tensor) => projections.entmax(x, {alpha: 2}),
  })) {
    it(`${name} takes masks of −∞ that come from the host`, async () => {
      assertRows(await rowsOf(map(tf.tensor2d(LOGITS))), SPARSE);
    });

    it(`${name} finds the support of logits in a texture, and no other answer where it cannot hold a mask`, async () => {
      assertRows(await rowsOf(map(inTexture(LOGITS))), heldOf(SPARSE, NaN));
    });

    it(`${name} has a finite gradient`, async () => {
      const slope = tf.grad((at: tf.Tensor) => tf.sum(tf.mul(map(at), tf.tensor2d(weights))));
      assertRows(await rowsOf(slope(inTexture(LOGITS))), heldOf(slopes, 0));
    });
  }

  it('entmax is softmax at 1, and near it', async () => {
    const expected = LOGITS.map((row) => {
      const powers = row.map((value) => Math.exp(value - Math.max(...row)));
      const total = powers.reduce((a, b) => a + b);
      return powers.map((value) => value / total);
    });
    for (const alpha of [1, 1.001]) {
      assertRows(await rowsOf(projections.entmax(inTexture(LOGITS), {alpha})), heldOf(expected, NaN));
    }
  });

  it('logits near the end of what 16 bits hold are logits', async () => {
    const x = inTexture([
      [-65000, 0, 0.5],
      [60000, 59000, -65000],
    ]);
    assertRows(await rowsOf(sparsemax(x)), [
      [0, 0.25, 0.75],
      [1, 0, 0],
    ]);
  });

  it('solves a quadratic program whose row has no bound', async () => {
    const Q = [
      [1, 0],
      [0, 1],
    ];
    const G = [
      [1, 0],
      [0, -1],
    ];
    const {x, status} = solveQP({Q, p: inTexture([[-3, 1]]), G, h: [2, Infinity]}, {onFailure: 'ignore'});
    assert.deepEqual(Array.from(await status.data()), [0]);
    assertRows(await rowsOf(x), [[2, -1]]);
  });
});
