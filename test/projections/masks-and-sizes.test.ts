/** @file Attention's maps at −∞, which takes an entry out, and at finite entries of any size, which are not special. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {layers, projections, sparsemax} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

type Map = (x: tf.Tensor) => tf.Tensor;

/** Each with a total, or a bound of it, of 1. */
const MAPS: Record<string, Map> = {
  sparsemax: (x) => sparsemax(x),
  simplex: (x) => projections.simplex(x),
  'simplex, smooth': (x) => projections.simplex(x, {degenerate: 'smooth'}),
  'simplex, one-sided': (x) => projections.simplex(x, {degenerate: 'oneSided'}),
  sparseSimplex: (x) => projections.sparseSimplex(x, {maxNonZeros: 2}),
  'entmax, 1': (x) => projections.entmax(x, {alpha: 1}),
  'entmax, 1.000001': (x) => projections.entmax(x, {alpha: 1.000001}),
  'entmax, 1.5': (x) => projections.entmax(x),
  'entmax, 2': (x) => projections.entmax(x, {alpha: 2}),
  'entmax, 5': (x) => projections.entmax(x, {alpha: 5}),
  'entmax of a tensor': (x) => projections.entmax(x, {alpha: tf.scalar(1.7)}),
  normmax: (x) => projections.normmax(x),
  'normmax, 4': (x) => projections.normmax(x, {alpha: 4}),
  boxSection: (x) => projections.boxSection(x, {c: 1}),
};
const BALLS: Record<string, Map> = {
  l1Ball: (x) => projections.l1Ball(x),
  l1Sphere: (x) => projections.l1Sphere(x),
};

const values = (f: Map, x: number[]) => Array.from(tf.tidy(() => f(tf.tensor1d(x)).dataSync()));
const slopes = (f: Map, x: number[]) =>
  Array.from(
    tf.tidy(() =>
      tf
        .grad((at: tf.Tensor) => tf.sum(tf.mul(tf.range(1, x.length + 1), f(at))))(tf.tensor1d(x))
        .dataSync(),
    ),
  );
const MASK = -Infinity;
const entry = fc.integer({min: -16, max: 16}).map((k) => k / 8);
const row = fc.array(entry, {minLength: 1, maxLength: 7});

describeBackends('maps of attention', () => {
  for (const [name, f] of Object.entries({...MAPS, ...BALLS})) {
    it(`${name}: a masked entry is 0 without a gradient, and the others are as if it were not there`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(row, fc.array(fc.boolean(), {minLength: 7, maxLength: 7}), (x, mask) => {
            const masked = x.map((value, i) => (mask[i] ? MASK : value));
            const left = x.filter((_, i) => !mask[i]);
            const [y, dy] = [values(f, masked), slopes(f, masked)];
            y.forEach((value, i) => mask[i] && assert.deepEqual([value, dy[i]], [0, 0]));
            if (left.length === 0) return;
            const present = <T>(list: T[]) => list.filter((_, i) => !mask[i]);
            expectClose(present(y), values(f, left), 0, 1e-6);
            const weights = present(x.map((_, i) => i + 1));
            const expected = tf.tidy(() =>
              tf
                .grad((at: tf.Tensor) => tf.sum(tf.mul(tf.tensor1d(weights), f(at))))(tf.tensor1d(left))
                .dataSync(),
            );
            expectClose(present(dy), expected, 2e-5, 2e-5);
          }),
          {numRuns: 30},
        ),
      ));

    it(`${name}: a row with nothing left is 0, one with NaN or +∞ is NaN, and the others do not notice`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const x = tf.tensor2d([
            [MASK, MASK, MASK],
            [NaN, 1, 2],
            [1, Infinity, 0],
            [0.25, MASK, 0.5],
          ]);
          const y = f(x).arraySync() as number[][];
          assert.deepEqual(y[0], [0, 0, 0]);
          assert.isTrue([...y[1], ...y[2]].every(Number.isNaN));
          expectClose(y[3], values(f, [0.25, MASK, 0.5]), 0, 1e-7);
          const slope = tf.grad((at: tf.Tensor) => tf.sum(tf.square(tf.slice(f(at), [0, 0], [1, 3]))))(x);
          assert.deepEqual(Array.from(tf.slice(slope, [0, 0], [1, 3]).dataSync()), [0, 0, 0]);
        }),
      ));
  }

  for (const [name, f] of Object.entries(MAPS)) {
    it(`${name}: only differences count, at any size`, () => {
      for (const size of [0, 1e15, -1e15, 1e17, 1e19, -1e20, -3.4e38, 3.4e38]) {
        const equal = values(f, [size, size, size]);
        if (name !== 'sparseSimplex') expectClose(equal, [1 / 3, 1 / 3, 1 / 3], 1e-6);
        expectClose(
          equal.reduce((a, b) => a + b),
          1,
          1e-6,
        );
        if (name.startsWith('entmax, 1.00') || name === 'entmax, 1') continue;
        if (Math.abs(size) >= 1e15)
          expectClose(values(f, [size / 2, size / 2, -size / 2]), size > 0 ? [0.5, 0.5, 0] : [0, 0, 1], 1e-6);
      }
      expectClose(values(f, [1e17, 0, 0]), [1, 0, 0], 1e-6);
      expectClose(values(f, [-3.4e38, 0, 3.4e38]), [0, 0, 1], 1e-6);
      expectClose(values(f, [-3.4e38, 0, -1e20]), [0, 1, 0], 1e-6);
    });

    it(`${name}: a shift of all entries changes nothing, and a permutation permutes`, () =>
      expectNoLeak(() =>
        fc.assert(
          fc.property(row, fc.constantFrom(-1024, 256, 2 ** 20), (x, shift) => {
            // Eighths: exact in f32 up to 2²⁰.
            const y = values(f, x);
            expectClose(
              values(
                f,
                x.map((value) => value + shift),
              ),
              y,
              1e-6,
              1e-6,
            );
            if (name !== 'sparseSimplex') expectClose(values(f, [...x].reverse()).reverse(), y, 1e-6, 1e-6);
          }),
          {numRuns: 25},
        ),
      ));
  }

  it('scaling x and the set together scales the projection, from 1e-8 to 1e19', () =>
    fc.assert(
      fc.property(row, fc.integer({min: -26, max: 63}), (x, exponent) => {
        const t = 2 ** exponent;
        const sets: ((s: number) => Map)[] = [
          (s) => (at) => projections.simplex(at, {scale: s}),
          (s) => (at) => projections.l1Ball(at, {radius: s}),
          (s) => (at) => projections.sparseSimplex(at, {maxNonZeros: 2, scale: s}),
          (s) => (at) => projections.boxSection(at, {lower: -s, upper: 2 * s, c: s / 2}),
        ];
        for (const set of sets) {
          const expected = values(set(1), x).map((value) => value * t);
          const scaled = values(
            set(t),
            x.map((value) => value * t),
          );
          expectClose(
            scaled.map((value) => (Number.isNaN(value) ? -7 * t : value)),
            expected.map((value) => (Number.isNaN(value) ? -7 * t : value)),
            1e-6,
          );
        }
      }),
      {numRuns: 40},
    ));

  it('boxSection at any size', () => {
    expectClose(
      values((x) => projections.boxSection(x, {c: 1}), [1e7, 1e7]),
      [0.5, 0.5],
    );
    expectClose(
      values((x) => projections.boxSection(x, {c: 2}), [1e17, 1, 1, 0]),
      [1, 0.5, 0.5, 0],
    );
    expectClose(
      values((x) => projections.boxSection(x, {lower: -Infinity, upper: Infinity, c: 3}), [1e7, 1e7, 1e7]),
      [1, 1, 1],
    );
    const w = tf.tensor1d([2, -1, 0]);
    // Free: x + τw with 2(2 + 2τ) − (1 − τ) = 0, so τ = −3/5.
    const f: Map = (x) => projections.boxSection(x, {lower: -1e9, upper: 1e9, w, c: 0});
    expectClose(values(f, [2, 1, 7]), [0.8, 1.6, 7]);
    w.dispose();
    assert.isTrue(values((x) => projections.boxSection(x, {c: 2}), [1, MASK, MASK]).every(Number.isNaN));
  });

  it('the layers keep to that: status 5 and a warning for a row with nothing left, whose neighbours keep their values', async () => {
    const made = [
      layers.sparsemax(),
      layers.simplexProjection(),
      layers.entmax(),
      layers.entmax({alpha: 1}),
      layers.topK({k: 1}),
    ];
    const x = tf.tensor3d([
      [
        [0.5, MASK, MASK],
        [0.5, 0.25, MASK],
      ],
      [
        [MASK, MASK, MASK],
        [0.5, 0.25, -1e20],
      ],
      [
        [NaN, 0, 0],
        [0, 0, 0],
      ],
    ]);
    const {warn} = console;
    try {
      for (const layer of made) {
        const warned: string[] = [];
        console.warn = (message: string) => void warned.push(message);
        const y = layer.apply(x) as tf.Tensor;
        const [first, second, third] = y.arraySync() as number[][][];
        assert.deepEqual(first[0], [1, 0, 0]);
        expectClose(first[1], second[1], 1e-7);
        assert.deepEqual([second[0], ...third].flat(), Array<number>(9).fill(0));
        assert.deepEqual((await layer.diagnostics()).status, [0, 5, 5]);
        assert.match(warned.join(), /masked/);
        const slope = tf.tidy(() =>
          tf
            .grad((at: tf.Tensor) => tf.sum(tf.square(layer.apply(at) as tf.Tensor)))(x)
            .dataSync(),
        );
        assert.isTrue(slope.every(Number.isFinite));
        y.dispose();
        layer.dispose();
      }
      console.warn = () => undefined;
      const [alone, choice] = [layers.sparsemax(), layers.topK({k: 2})];
      tf.tidy(() => expectClose(alone.apply(tf.fill([1, 4], MASK)) as tf.Tensor, [0, 0, 0, 0]));
      tf.tidy(() => expectClose(choice.apply(tf.tensor2d([[3, MASK, MASK]])) as tf.Tensor, [0, 0, 0]));
      assert.deepEqual((await alone.diagnostics()).status, [5]);
      assert.deepEqual((await choice.diagnostics()).status, [1]);
      for (const layer of [alone, choice]) layer.dispose();
    } finally {
      console.warn = warn;
      x.dispose();
    }
  });
});
