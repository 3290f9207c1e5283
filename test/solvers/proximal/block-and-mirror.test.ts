/** @file BlockCoordinateDescent and MirrorDescent on problems with known solutions. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, enableHigherOrderGradients, projections, prox, solvers, vjp} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {seededRandom} from '../../zoo/linear-systems.js';
import {simplexInF64, soft, vjpInF64} from '../../zoo/maps.js';

type Blocks = solvers.BlockProblem<tf.Tensor[], [tf.Tensor]>;

/** ½‖Ax − b‖²/m for m points with n features, x in blocks along axis 1. */
function regression(A: number[], m: number, n: number) {
  const points = () => tf.tensor2d(A, [m, n]);
  const fun = (x: tf.Tensor[], b: tf.Tensor) => {
    const r = tf.sub(tf.matMul(tf.concat(x, 1) as tf.Tensor2D, points(), false, true), b);
    return tf.div(tf.sum(tf.square(r), 1), 2 * m);
  };
  return {fun};
}

/** min ½‖Ax − b‖²/m + Σ l1ⱼ|xⱼ| in f64, entry by entry. */
function lassoInF64(A: number[], b: number[], n: number, l1: number[]): number[] {
  const m = b.length;
  const x = Array<number>(n).fill(0);
  const r = b.map((value) => -value);
  for (let pass = 0; pass < 5000; pass++) {
    for (let j = 0; j < n; j++) {
      let [slope, curvature] = [0, 0];
      for (let i = 0; i < m; i++) {
        slope += (A[i * n + j] * r[i]) / m;
        curvature += (A[i * n + j] * A[i * n + j]) / m;
      }
      const next = curvature === 0 ? x[j] : soft(x[j] - slope / curvature, l1[j] / curvature);
      for (let i = 0; i < m; i++) r[i] += A[i * n + j] * (next - x[j]);
      x[j] = next;
    }
  }
  return x;
}

function randomRegression(m: number, n: number, seed: number) {
  const random = seededRandom(seed);
  const A = Array.from({length: m * n}, () => Math.fround(2 * random() - 1));
  const truth = Array.from({length: n}, (_, j) => (j % 4 === 0 ? 2 * random() - 1 : 0));
  const b = Array.from({length: m}, (_, i) =>
    Math.fround(truth.reduce((s, v, j) => s + A[i * n + j] * v, 0.1 * random())),
  );
  return {A, b};
}

describeAnyBackend('BlockCoordinateDescent', () => {
  before(() => enableHigherOrderGradients());

  it('solves a lasso of 20 features in 20 blocks within 100 passes (JAXopt: 999 to 7407)', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [m, n] = [100, 20];
        const {A, b} = randomRegression(m, n, 3);
        const {fun} = regression(A, m, n);
        const solver = new solvers.BlockCoordinateDescent<tf.Tensor[], [tf.Tensor]>(
          {fun, prox: prox.lasso as never},
          {tolerance: 1e-4, maxIterations: 100},
        );
        const {x, state} = solver.run(tf.split(tf.zeros([1, n]), n, 1), 0.02, tf.tensor2d([b]));
        expectClose(state.status, [0]);
        assert.isBelow(state.iterations.dataSync()[0], 40);
        // The least curvature of ½‖Ax‖²/m is about 0.1.
        expectClose(tf.concat(x, 1), lassoInF64(A, b, n, Array<number>(n).fill(0.02)), 0, 1e-3);
      }),
    ));

  it('takes an operator a block, and has the gradient of each block’s parameter', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [m, n] = [12, 5];
        const {A, b} = randomRegression(m, n, 4);
        const {fun} = regression(A, m, n);
        const problem: Blocks = {
          fun,
          prox: [prox.lasso as never, prox.none as never, prox.fromProjection(projections.box as never)],
        };
        const solver = new solvers.BlockCoordinateDescent<tf.Tensor[], [tf.Tensor]>(problem, {
          tolerance: 1e-7,
        });
        const run = (l1: tf.Tensor, upper: tf.Tensor, rhs: tf.Tensor) =>
          tf.concat(
            solver.run(tf.split(tf.zeros([1, n]), [2, 2, 1], 1), [l1, null, {lower: -1, upper}], rhs).x,
            1,
          );
        const reference = ([l1]: number[], [upper]: number[], rhs: number[]) => {
          // Proximal gradient in f64 with a step that is surely short enough.
          const eta = m / A.reduce((s, v) => s + v * v, 0);
          let x = Array<number>(n).fill(0);
          for (let k = 0; k < 4000; k++) {
            const r = rhs.map((v, i) => x.reduce((s, w, j) => s + A[i * n + j] * w, -v));
            x = x.map((v, j) => {
              const y = v - (eta * r.reduce((s, w, i) => s + A[i * n + j] * w, 0)) / m;
              if (j < 2) return soft(y, eta * l1);
              return j < 4 ? y : Math.min(Math.max(y, -1), upper);
            });
          }
          return x;
        };
        const inputs = [[0.02], [-0.4], b];
        const solution = reference(inputs[0], inputs[1], b);
        assert.equal(solution[4], -0.4, 'the bound is active');
        const at = [tf.scalar(0.02), tf.scalar(-0.4), tf.tensor2d([b])] as [tf.Tensor, tf.Tensor, tf.Tensor];
        expectClose(run(...at), solution, 0, 1e-5);
        const d = [1, -2, 0.5, 1.5, 3];
        const expected = vjpInF64(reference as never, inputs, d);
        vjp(run, at, tf.tensor2d([d])).forEach((slope, k) => expectClose(slope, expected[k], 1e-5, 1e-5));
      }),
    ));

  it('takes step sizes that are given, one a block', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const curvatures = [1, 100];
        const fun = ([u, v]: tf.Tensor[], c: tf.Tensor) => {
          const half = (x: tf.Tensor, j: number) =>
            tf.mul(curvatures[j] / 2, tf.sum(tf.square(tf.sub(x, c)), 1));
          return tf.add(half(u, 0), half(v, 1));
        };
        const count = (stepSize: number | number[]) => {
          const solver = new solvers.BlockCoordinateDescent<tf.Tensor[], [tf.Tensor]>(
            {fun, prox: (y) => y},
            {stepSize, maxIterations: 200},
          );
          const {x, state} = solver.run([tf.zeros([2, 1]), tf.zeros([2, 3])], null, tf.tensor2d([[1], [-2]]));
          if (state.status.dataSync()[0] === 0) {
            expectClose(x[0], [1, -2], 1e-6);
            expectClose(x[1], [1, 1, 1, -2, -2, -2], 1e-6);
          }
          return Array.from(state.iterations.dataSync());
        };
        // One pass solves it, a second one sees that.
        assert.deepEqual(count([1, 0.01]), [2, 2]);
        assert.deepEqual(count(0.01), [200, 200]);
      }),
    ));

  it('keeps a sample that is NaN to itself', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {A, b} = randomRegression(6, 4, 5);
        const {fun} = regression(A, 6, 4);
        const solver = new solvers.BlockCoordinateDescent<tf.Tensor[], [tf.Tensor]>({
          fun,
          prox: prox.lasso as never,
        });
        const run = (rhs: tf.Tensor) => solver.run(tf.split(tf.zeros([3, 4]), [1, 3], 1), 0.01, rhs);
        const rhs: tf.Tensor = tf.tensor2d([b, b.map(() => NaN), b.map((v) => -v)]);
        const {x, state} = run(rhs);
        expectClose(state.status, [0, 4, 0]);
        const solution = lassoInF64(A, b, 4, Array<number>(4).fill(0.01));
        expectClose(tf.concat(x, 1), [...solution, 0, 0, 0, 0, ...solution.map((v) => -v)], 0, 1e-4);
        const [slope] = vjp((at: tf.Tensor) => tf.concat(run(at).x, 1), [rhs], tf.ones([3, 4]));
        expectClose(tf.slice(slope, 1, 1), Array(6).fill(0), 0);
        assert.isTrue(Array.from(slope.dataSync()).every(Number.isFinite));
      }),
    ));
});

describeAnyBackend('MirrorDescent', () => {
  before(() => enableHigherOrderGradients());

  /** ½‖x − c‖². */
  const distance = (x: tf.Tensor, c: tf.Tensor) => tf.mul(0.5, tf.sum(tf.square(tf.sub(x, c)), 1));
  const entropy = conditions.entropy as conditions.MirrorGeometry<tf.Tensor, conditions.EntropyParams>;
  type Solver = solvers.MirrorDescent<tf.Tensor, conditions.EntropyParams, [tf.Tensor]>;
  const mirror = (options = {}): Solver =>
    new solvers.MirrorDescent<tf.Tensor, conditions.EntropyParams, [tf.Tensor]>(
      {fun: distance, geometry: entropy},
      options,
    );
  const uniform = (shape: number[]) => tf.fill(shape, 1 / shape[shape.length - 1]);

  it('projects onto the simplex, inside and onto its boundary, and has the gradient', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // One inside, one with an entry that is zero, one at a corner.
        const C = [
          [0.5, 0.4, 0.3],
          [0.9, 0.5, -0.6],
          [2, 0.2, -1],
        ];
        const solver = mirror({maxIterations: 400});
        const c: tf.Tensor = tf.tensor2d(C);
        const {x, state} = solver.run(uniform([3, 3]), null, c);
        expectClose(state.status, [0, 0, 0]);
        expectClose(
          x,
          C.flatMap((row) => simplexInF64(row)),
          0,
          2e-5,
        );
        const d = [
          [1, 2, -1],
          [3, -1, 2],
          [1, 2, 3],
        ];
        const [slope] = vjp((at: tf.Tensor) => solver.run(uniform([3, 3]), null, at).x, [c], tf.tensor2d(d));
        const expected = C.flatMap((row, i) => vjpInF64((list) => simplexInF64(list), [row], d[i])[0]);
        // An entry that is nearly zero is nearly held.
        expectClose(slope, expected, 1e-4, 1e-4);
      }),
    ));

  it('keeps to a simplex of another size: scale, a number or a tensor with a gradient', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const c: tf.Tensor = tf.tensor2d([
          [1, 0.8, 0.6],
          [3, 2, 0],
        ]);
        const solver = mirror({stepSize: 0.3});
        const init = tf.fill([2, 3], 1);
        expectClose(solver.run(init, {scale: 3}, c).x, [1.2, 1, 0.8, 2, 1, 0], 0, 3e-5);
        const run = (scale: tf.Tensor) => solver.run(init, {scale}, c).x;
        const scale: tf.Tensor = tf.tensor2d([[3], [6.5]]);
        expectClose(run(scale), [1.2, 1, 0.8, 3.5, 2.5, 0.5], 0, 3e-5);
        const [slope] = vjp(
          run,
          [scale],
          tf.tensor2d([
            [1, 2, 3],
            [3, 3, -1],
          ]),
        );
        expectClose(slope, [2, 5 / 3], 1e-4);
      }),
    ));

  it('takes shorter steps with decay, as a function that is not smooth needs', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // max(cᵀ of two rows): least where both are equal.
        const fun = (x: tf.Tensor, c: tf.Tensor) => tf.max(tf.mul(x, c), 1);
        const run = (decay: number) =>
          new solvers.MirrorDescent<tf.Tensor, null, [tf.Tensor]>(
            {fun, geometry: conditions.entropy as never},
            {decay, maxIterations: 200},
          ).run(uniform([1, 2]), null, tf.tensor2d([[1, 3]])).x;
        const miss = (decay: number) => Math.abs(run(decay).dataSync()[0] - 0.75);
        // The last step moves the logit by 3/√200 at most, and the entry by ¾·¼ of that.
        assert.isBelow(miss(0.5), ((3 / Math.sqrt(200)) * 3) / 16);
        assert.isAbove(miss(0), 2 * miss(0.5));
      }),
    ));

  it('takes a structure of several leaves, a simplex each', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        type Pair = {u: tf.Tensor; v: tf.Tensor};
        // ½‖u − c‖² + ½ Σ ‖vₖ − c‖², v with two distributions a sample.
        const fun = ({u, v}: Pair, c: tf.Tensor) =>
          tf.add(distance(u, c), tf.mul(0.5, tf.sum(tf.square(tf.sub(v, tf.expandDims(c, 1))), [1, 2])));
        const solver = new solvers.MirrorDescent<Pair, conditions.EntropyParams, [tf.Tensor]>({
          fun,
          geometry: conditions.entropy as never,
        });
        const C = [
          [0.5, 0.4, 0.3],
          [0.2, 0.7, 0.3],
        ];
        const c: tf.Tensor = tf.tensor2d(C);
        const run = (at: tf.Tensor) => solver.run({u: uniform([2, 3]), v: uniform([2, 2, 3])}, null, at);
        const {x, state} = run(c);
        expectClose(state.status, [0, 0]);
        const rows = C.map((row) => simplexInF64(row));
        expectClose(x.u, rows.flat(), 0, 1e-5);
        expectClose(x.v, [...rows[0], ...rows[0], ...rows[1], ...rows[1]], 0, 1e-5);
        const [slope] = vjp((at: tf.Tensor) => run(at).x.v, [c], tf.ones([2, 2, 3]));
        expectClose(slope, Array(6).fill(0), 0, 1e-5);
      }),
    ));

  it('keeps a sample that is NaN to itself', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const c: tf.Tensor = tf.tensor2d([
          [0.5, 0.4, 0.3],
          [NaN, 0, 0],
          [0.5, 0.4, 0.3],
        ]);
        const run = (at: tf.Tensor) => mirror().run(uniform([3, 3]), null, at);
        const {x, state} = run(c);
        expectClose(state.status, [0, 4, 0]);
        const row = simplexInF64([0.5, 0.4, 0.3]);
        expectClose(x, [...row, 0, 0, 0, ...row], 0, 1e-5);
        const [slope] = vjp((at: tf.Tensor) => run(at).x, [c], tf.tensor2d(Array(3).fill([3, 0, 0])));
        expectClose(slope, [2, -1, -1, 0, 0, 0, 2, -1, -1], 1e-5);
      }),
    ));

  it('refuses a decay that is negative', () => {
    assert.match(
      messageOf(() => mirror({decay: -1})),
      /^MirrorDescent: decay must not be negative/,
    );
  });
});
