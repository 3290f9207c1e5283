/** @file Perturbed argmax and max: their means and derivatives against softmax, within five standard errors. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {jvp, vjp} from '../../../src/autodiff/index.js';
import {perturbedArgmax} from '../../../src/solvers/perturbed/perturbed-argmax.js';
import {perturbedMax} from '../../../src/solvers/perturbed/perturbed-max.js';
import {type Noise, type PerturbedOptions} from '../../../src/solvers/perturbed/perturbed.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';

const SIGMA = 0.5;
const THETA = [
  [0.3, -0.1, 0.4],
  [1, 0.8, -0.5],
];
const DY = [
  [1, -0.5, 2],
  [0.25, 1, -1],
];
const V = [
  [0.5, 1, -0.75],
  [-1, 0.5, 0.25],
];
const EULER = 0.5772156649015329;

const oneHotArgmax = (rows: tf.Tensor) => tf.oneHot(tf.argMax(rows, -1), rows.shape[1]!);
const max = (rows: tf.Tensor) => tf.max(rows, -1);
const numbers = (x: tf.Tensor) => Array.from(x.dataSync());

/** softmax(θ/σ) */
const SOFT = THETA.map((row) => {
  const e = row.map((value) => Math.exp(value / SIGMA));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((value) => value / sum);
});

/** Its Jacobian times v, row by row: σ⁻¹(diag(p) − ppᵀ)v. */
const jacobianProduct = (v: number[][]) =>
  SOFT.flatMap((p, b) => {
    const mean = p.reduce((sum, value, i) => sum + value * v[b][i], 0);
    return p.map((value, i) => (value * (v[b][i] - mean)) / SIGMA);
  });

/** d/dθ of ⟨v, jacobianProduct(u)⟩, row by row. */
const hessianProduct = (u: number[][], v: number[][]) =>
  SOFT.flatMap((p, b) => {
    const mean = (w: number[]) => p.reduce((sum, value, i) => sum + value * w[i], 0);
    const [mu, mv] = [mean(u[b]), mean(v[b])];
    const muv = mean(u[b].map((value, i) => (value - mu) * (v[b][i] - mv)));
    return p.map((value, i) => (value * ((u[b][i] - mu) * (v[b][i] - mv) - muv)) / SIGMA ** 2);
  });

/** Mean and variance of each entry of what `f` returns, over seeds. */
function overSeeds(seeds: number, f: (seed: number) => tf.Tensor): {mean: number[]; variance: number[]} {
  const runs = Array.from({length: seeds}, (_, seed) => {
    const result = tf.tidy(() => f(seed));
    const values = numbers(result);
    result.dispose();
    return values;
  });
  const mean = runs[0].map((_, i) => runs.reduce((sum, run) => sum + run[i], 0) / seeds);
  const variance = mean.map((m, i) => runs.reduce((sum, run) => sum + (run[i] - m) ** 2, 0) / (seeds - 1));
  return {mean, variance};
}

/** |mean − expected| within five standard errors, entry by entry. */
function expectMean({mean, variance}: ReturnType<typeof overSeeds>, expected: number[], seeds: number): void {
  mean.forEach((actual, i) => {
    const bound = 5 * Math.sqrt(variance[i] / seeds) + 1e-6;
    assert.isAtMost(Math.abs(actual - expected[i]), bound, `entry ${i}: ${actual} instead of ${expected[i]}`);
    assert.isAtMost(bound, 0.3, 'the bound says something');
  });
}

const gradientOf = (options: PerturbedOptions) =>
  tf.tidy(() => vjp(perturbedArgmax(oneHotArgmax, options), [tf.tensor2d(THETA)], tf.tensor2d(DY))[0]);

describeAnyBackend('perturbedArgmax', () => {
  it('of a one-hot argmax with Gumbel noise is softmax(θ/σ)', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const numSamples = 20000;
        const p = SOFT.flat();
        const f = perturbedArgmax(oneHotArgmax, {sigma: SIGMA, numSamples, seed: 1});
        numbers(f(tf.tensor2d(THETA))).forEach((frequency, i) =>
          assert.approximately(frequency, p[i], 5 * Math.sqrt((p[i] * (1 - p[i])) / numSamples)),
        );
      }),
    ));

  it('with normal noise is the normal distribution function, for two classes', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const numSamples = 20000;
        // The difference of two normals has the deviation √2·σ: Φ(1) at a lead of that size.
        const options = {sigma: SIGMA, numSamples, seed: 1, noise: 'normal'} as const;
        const p = 0.8413447460685429;
        const f = perturbedArgmax(oneHotArgmax, options);
        const [first] = numbers(f(tf.tensor2d([[Math.SQRT2 * SIGMA, 0]])));
        assert.approximately(first, p, 5 * Math.sqrt((p * (1 - p)) / numSamples));
      }),
    ));

  for (const controlVariate of [true, false]) {
    for (const antithetic of [true, false]) {
      it(`has the Jacobian of softmax, controlVariate ${controlVariate}, antithetic ${antithetic}`, () =>
        expectNoLeak(() => {
          const options = {sigma: SIGMA, numSamples: 1000, controlVariate, antithetic};
          const statistics = overSeeds(20, (seed) => gradientOf({...options, seed}));
          expectMean(statistics, jacobianProduct(DY), 20);
        }));
    }
  }

  it('has the derivative of the normal distribution function, with normal noise', () =>
    expectNoLeak(() => {
      const density = Math.exp(-0.5) / Math.sqrt(2 * Math.PI) / (Math.SQRT2 * SIGMA);
      const statistics = overSeeds(20, (seed) => {
        const f = perturbedArgmax(oneHotArgmax, {sigma: SIGMA, numSamples: 1000, seed, noise: 'normal'});
        return vjp(f, [tf.tensor2d([[Math.SQRT2 * SIGMA, 0]])], tf.tensor2d([[1, 0]]))[0];
      });
      expectMean(statistics, [density, -density], 20);
    }));

  it('has the second derivative of softmax, and a jvp', () =>
    expectNoLeak(() => {
      const seeds = 20;
      const at = (seed: number) => perturbedArgmax(oneHotArgmax, {sigma: SIGMA, numSamples: 2000, seed});
      const second = overSeeds(seeds, (seed) => {
        const slope = (x: tf.Tensor) => vjp(at(seed), [x], tf.tensor2d(DY))[0];
        return vjp(slope, [tf.tensor2d(THETA) as tf.Tensor], tf.tensor2d(V))[0];
      });
      expectMean(second, hessianProduct(DY, V), seeds);
      const forward = overSeeds(seeds, (seed) => jvp(at(seed), [tf.tensor2d(THETA)], [tf.tensor2d(V)]));
      expectMean(forward, jacobianProduct(V), seeds);
    }));

  it('works under tf.grad, also twice', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = perturbedArgmax(oneHotArgmax, {sigma: SIGMA, numSamples: 50, seed: 2});
        const [theta, dy, v] = [THETA, DY, V].map((rows) => tf.tensor2d(rows)) as tf.Tensor[];
        const loss = (x: tf.Tensor) => tf.sum(tf.mul(dy, f(x)));
        const slope = (x: tf.Tensor) => vjp(f, [x], dy)[0];
        expectClose(tf.grad(loss)(theta), slope(theta), 1e-6);
        const twice = tf.grad((x) => tf.sum(tf.mul(v, tf.grad(loss)(x))));
        expectClose(twice(theta), vjp(slope, [theta], v)[0], 1e-6);
      }),
    ));

  it('has less variance with the control variate', () =>
    expectNoLeak(() => {
      const total = (controlVariate: boolean) =>
        overSeeds(60, (seed) =>
          gradientOf({sigma: SIGMA, numSamples: 100, seed, controlVariate}),
        ).variance.reduce((a, b) => a + b, 0);
      assert.isBelow(total(true), 0.75 * total(false));
    }));

  it('repeats itself for a seed, also for seed 0, and draws anew without one', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const noise of ['gumbel', 'normal'] as Noise[]) {
          const run = (f: (x: tf.Tensor) => tf.Tensor) => numbers(f(tf.tensor2d(THETA)));
          const make = (seed?: number) =>
            perturbedArgmax((rows) => rows, {sigma: 1, numSamples: 3, noise, seed});
          const f = make(0);
          assert.deepEqual(run(f), run(f));
          assert.deepEqual(run(make(0)), run(f));
          assert.notDeepEqual(run(make(1)), run(f));
          const free = make();
          assert.notDeepEqual(run(free), run(free));
        }
      }),
    ));

  it('uses the noise of the value in its gradient, without a seed too', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // With f = identity and normal noise the derivative is the mean of Z², and the value tells Z for N = 1.
        const f = perturbedArgmax((rows) => rows, {sigma: 2, numSamples: 1, noise: 'normal'});
        const {value, grad} = tf.valueAndGrad((x) => tf.sum(f(x)))(tf.tensor1d([3]));
        const z = (numbers(value)[0] - 3) / 2;
        expectClose(grad, z * z, 1e-5, 1e-6);
      }),
    ));

  it('mirrors antithetic noise', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const theta = tf.tensor2d(THETA);
        const normal = {sigma: 1, numSamples: 6, noise: 'normal', antithetic: true, seed: 5} as const;
        expectClose(perturbedArgmax((rows) => rows, normal)(theta), THETA.flat(), 0, 1e-6);
        const seen: number[][] = [];
        const spy = (rows: tf.Tensor) => {
          seen.push(numbers(rows));
          return rows;
        };
        perturbedArgmax(spy, {sigma: 1, numSamples: 2, antithetic: true, seed: 5})(tf.zeros([3]));
        const quantiles = seen[0].map((z) => Math.exp(-Math.exp(-z)));
        expectClose(
          quantiles.slice(0, 3).map((u, i) => u + quantiles[3 + i]),
          [1, 1, 1],
          1e-6,
        );
      }),
    ));

  it('takes any shapes, and calls the argmax once off the tape', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const calls: number[][] = [];
        // The index alone, an integer for each row of a matrix.
        const argmax = (rows: tf.Tensor) => {
          calls.push(rows.shape);
          return tf.argMax(rows, -1);
        };
        const f = perturbedArgmax(argmax, {numSamples: 7});
        const theta: tf.Tensor = tf.zeros([2, 3, 4]);
        const result = f(theta);
        assert.deepEqual([result.shape, result.dtype], [[2, 3], 'float32']);
        assert.deepEqual(calls, [[14, 3, 4]]);
        assert.deepEqual(vjp(f, [theta], tf.ones([2, 3]))[0].shape, [2, 3, 4]);
        assert.deepEqual(calls.slice(1), [
          [14, 3, 4],
          [2, 3, 4],
        ]);
      }),
    ));

  it('refuses options out of range, a scalar, and an argmax that loses rows', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const message = (options: object) => messageOf(() => perturbedArgmax(oneHotArgmax, options));
        assert.match(message({numSamples: 0}), /numSamples must be a positive integer/);
        assert.match(message({numSamples: 3, antithetic: true}), /come[s]? in pairs/);
        assert.match(message({sigma: 0}), /sigma must be positive/);
        assert.match(message({noise: 'uniform'}), /noise must be 'gumbel' or 'normal'/);
        assert.match(message({seed: 0.5}), /seed must be an integer/);
        assert.match(
          messageOf(() => perturbedArgmax(oneHotArgmax)(tf.scalar(1))),
          /must have a batch axis/,
        );
        assert.match(
          messageOf(() => perturbedArgmax((x) => tf.sum(x))(tf.zeros([2, 3]))),
          /it must return one row for each row/,
        );
      }),
    ));
});

describeAnyBackend('perturbedMax', () => {
  const logSums = THETA.map(
    (row) => SIGMA * (Math.log(row.reduce((sum, value) => sum + Math.exp(value / SIGMA), 0)) + EULER),
  );

  for (const {title, source} of [
    {title: 'a maximum', source: max},
    {title: 'an argmax', source: {argmax: oneHotArgmax}},
  ]) {
    it(`of ${title} with Gumbel noise is σ·logSumExp(θ/σ) + γσ, with the slope softmax(θ/σ)`, () =>
      expectNoLeak(() => {
        const seeds = 20;
        const at = (seed: number) => perturbedMax(source, {sigma: SIGMA, numSamples: 5000, seed});
        expectMean(
          overSeeds(seeds, (seed) => at(seed)(tf.tensor2d(THETA))),
          logSums,
          seeds,
        );
        const slope = (seed: number, x: tf.Tensor) => vjp(at(seed), [x], tf.tensor1d([1, -2]))[0];
        const weighted = [SOFT[0], SOFT[1].map((p) => -2 * p)].flat();
        expectMean(
          overSeeds(seeds, (seed) => slope(seed, tf.tensor2d(THETA))),
          weighted,
          seeds,
        );
        const second = overSeeds(
          seeds,
          (seed) => vjp((x: tf.Tensor) => slope(seed, x), [tf.tensor2d(THETA)], tf.tensor2d(V))[0],
        );
        expectMean(second, jacobianProduct([V[0], V[1].map((v) => -2 * v)]), seeds);
      }));
  }

  it('of an argmax has the perturbed argmax as its slope, sample for sample, and the maximum as its value', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const noise of ['gumbel', 'normal'] as Noise[]) {
          const options = {sigma: SIGMA, numSamples: 20, seed: 9, noise};
          const theta: tf.Tensor = tf.tensor2d(THETA);
          const f = perturbedMax({argmax: oneHotArgmax}, options);
          expectClose(f(theta), perturbedMax(max, options)(theta), 1e-6);
          const slope = (x: tf.Tensor) => vjp(f, [x], tf.ones([2]))[0];
          const argmax = perturbedArgmax(oneHotArgmax, options);
          expectClose(slope(theta), argmax(theta), 1e-6);
          const product = (g: (x: tf.Tensor) => tf.Tensor) => vjp(g, [theta], tf.tensor2d(V))[0];
          expectClose(product(slope), product(argmax), 1e-6);
        }
      }),
    ));

  it('sums over all axes of a structured argmax, and refuses one of another shape', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const rowwise = (x: tf.Tensor) => tf.cast(tf.equal(x, tf.max(x, -1, true)), 'float32');
        const theta: tf.Tensor = tf.tensor3d([...THETA.flat(), ...V.flat()], [2, 2, 3]);
        const f = perturbedMax({argmax: rowwise}, {numSamples: 4, seed: 1});
        const best = (x: tf.Tensor) => tf.sum(tf.max(x, -1), -1);
        expectClose(f(theta), perturbedMax(best, {numSamples: 4, seed: 1})(theta), 1e-6);
        assert.deepEqual(vjp(f, [theta], tf.ones([2]))[0].shape, [2, 2, 3]);
        const wrong = perturbedMax({argmax: (x) => tf.argMax(x, -1)});
        assert.match(
          messageOf(() => wrong(theta)),
          /perturbedMax: the argmax of rows of shape \[2,3\] has shape/,
        );
      }),
    ));
});
