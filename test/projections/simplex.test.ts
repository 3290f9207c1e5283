/** @file Projection onto the simplex: its definition, its properties, and its derivatives. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {jvp, vjp} from '../../src/autodiff/index.js';
import {simplex} from '../../src/projections/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {jacobianProduct} from './jacobian.js';

const entry = fc.float({min: -3, max: 3, noNaN: true, noDefaultInfinity: true});
const list = fc.array(entry, {minLength: 1, maxLength: 12});
const scales = fc.integer({min: 1, max: 64}).map((k) => k / 16);

const project = (x: number[], scale = 1): number[] =>
  Array.from(tf.tidy(() => simplex(tf.tensor1d(x), {scale}).dataSync()));

/** Entries up to 3·12 are summed in f64 and rounded to f32: a few units in the last place of 3. */
const ROUNDING = 2e-6;

describeBackends('projections.simplex', () => {
  it('is non-negative and sums to the scale', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(list, scales, (x, scale) => {
          const p = project(x, scale);
          assert.isAtLeast(Math.min(...p), 0);
          assert.approximately(
            p.reduce((a, b) => a + b, 0),
            scale,
            ROUNDING,
          );
        }),
      ),
    ));

  it('is the nearest point: <x - p, z - p> <= 0 for every z of the simplex', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(list, scales, (x, scale) => {
          const p = project(x, scale);
          // The vertices suffice: the product is linear in z.
          x.forEach((_, vertex) => {
            const product = x.reduce(
              (sum, value, i) => sum + (value - p[i]) * ((i === vertex ? scale : 0) - p[i]),
              0,
            );
            assert.isAtMost(product, ROUNDING * 10 * (1 + scale));
          });
        }),
      ),
    ));

  it('is idempotent', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(list, scales, (x, scale) => {
          const p = project(x, scale);
          expectClose(project(p, scale), p, 0, ROUNDING);
        }),
      ),
    ));

  it('is non-expansive, and moves with a shift of all entries', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(list, entry, (x, shift) => {
          const y = x.map((value, i) => value + Math.sin(7 * i + 1));
          const [p, q] = [project(x), project(y)];
          const distance = (a: number[], b: number[]) => Math.hypot(...a.map((value, i) => value - b[i]));
          assert.isAtMost(distance(p, q), distance(x, y) + ROUNDING);
          expectClose(project(x.map((value) => value + shift)), p, 0, ROUNDING);
        }),
      ),
    ));

  it('has the Jacobian diag(S) - SSᵀ/|S|, by vjp and by jvp', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(list, (x) =>
          tf.tidy(() => {
            const v = x.map((_, i) => Math.cos(3 * i) + 0.5);
            const at: tf.Tensor = tf.tensor1d(x);
            const f = (z: tf.Tensor) => simplex(z);
            const expected = jacobianProduct(project(x), v);
            expectClose(vjp(f, [at], tf.tensor1d(v))[0], expected, 0, ROUNDING);
            expectClose(jvp(f, [at], [tf.tensor1d(v)]), expected, 0, ROUNDING);
          }),
        ),
        {numRuns: 50},
      ),
    ));

  it('has the derivative S/|S| in a tensor scale, one a row', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([1, 0.75, -3, 0.1, 0.2, 0.3], [2, 3]);
        const scale = tf.tensor1d([1, 3]);
        const f = (...[at, s]: tf.Tensor[]) => simplex(at, {scale: s});
        expectClose(f(x, scale), [0.625, 0.375, 0, 0.9, 1, 1.1], 1e-6);
        const u = tf.tensor2d([1, 2, 4, 3, 6, 12], [2, 3]);
        const [dx, ds] = vjp(f, [x, scale], u);
        expectClose(dx, [-0.5, 0.5, 0, -4, -1, 5], 1e-6);
        expectClose(ds, [1.5, 7], 1e-6);
        expectClose(jvp(f, [x, scale], [null, tf.tensor1d([2, 3])]), [1, 1, 0, 1, 1, 1], 1e-6);
      }),
    ));

  it('sums the derivative in a scale that all rows share', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([1, 0.75, 0.1, 0.2], [2, 2]);
        const [, ds] = tf.grads((at, s) => tf.sum(tf.mul(tf.tensor1d([1, 3]), simplex(at, {scale: s}))))([
          x,
          tf.scalar(2),
        ]);
        expectClose(ds, 4);
      }),
    ));

  it('works along the last axis of any shape, and on integers', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const p = simplex(tf.tensor4d([5, 0, 0, 5, 1, 1, -9, -9], [2, 1, 2, 2]));
        assert.deepEqual(p.shape, [2, 1, 2, 2]);
        expectClose(p, [1, 0, 0, 1, 0.5, 0.5, 0.5, 0.5]);
        expectClose(simplex(tf.tensor1d([5, 0], 'int32')), [1, 0]);
      }),
    ));

  it('stays exact for large entries and long rows', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.add(tf.mul(1024, tf.ones([1, 1000])), tf.div(tf.range(0, 1000), 1024));
        const p = Array.from(simplex(x).dataSync());
        // The support is the last m entries, the largest m with m(m − 1)/2 < 1024, i.e. 45.
        assert.equal(p.filter((value) => value > 0).length, 45);
        assert.approximately(
          p.reduce((a, b) => a + b, 0),
          1,
          1e-6,
        );
        assert.approximately(p[999] - p[998], 1 / 1024, 1e-8);
      }),
    ));

  it('refuses a scalar and a scale that is not positive and finite', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        assert.match(
          messageOf(() => simplex(tf.scalar(1))),
          /x must have at least one axis/,
        );
        for (const scale of [0, -1, Infinity, NaN]) {
          assert.match(
            messageOf(() => simplex(tf.tensor1d([1]), {scale})),
            /scale must be positive and finite, got/,
          );
        }
      }),
    ));
});
