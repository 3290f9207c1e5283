/** @file OSQP, BoxOSQP, BoxCDQP and EqualityConstrainedQP: what cannot change a solution does not; statuses in the user's units. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solveQP, solvers, type QPInput} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {judgeNasty, judgeSolved, solveBatch, type Judgement} from '../../helpers/qp-verdicts.js';
import {metamorphicBatch} from '../../zoo/qp/metamorphic.js';
import {nastyBatch} from '../../zoo/qp/nasty.js';

const eye = (n: number, factor = 1) =>
  Array.from({length: n}, (_, i) => Array.from({length: n}, (__, j) => (i === j ? factor : 0)));
const solver = () => new solvers.OSQP();

/** Problem, status, x, and the sum of x's gradient in p where it is asked for. */
const CASES: [string, QPInput, number, number[]?][] = [
  [
    'a bound that is far',
    {Q: [[14, -15], [-15, 19]], p: [-6, 5], G: [[1, 3], [-1, 1], [2, 1], [1, 1]], h: [2, 1, 0, 1e6]}, // prettier-ignore
    0,
    [0.1066667, -0.2133333],
  ],
  ...[1e6, 1e10, 1e19, 1e20, Infinity].map((far): (typeof CASES)[number] => [
    `x ≤ 2, −x ≤ ${far}`,
    {Q: [[1]], p: [-3], G: [[1], [-1]], h: [2, far]},
    0,
    [2],
  ]),
  [
    'a linear program with a far bound',
    {Q: [[0, 0, 0], [0, 0, 0], [0, 0, 1]], p: [1, 2, 0], G: [[-1, -1, 0], [-1, 0, 0], [0, -1, 0], [1, 0, 0]], h: [-1, 0, 0, 1e7]}, // prettier-ignore
    0,
    [1, 0, 0],
  ],
  ['a huge price', {Q: eye(2), p: [1e10, -1.05], G: [[-1, 0], [0, 1]], h: [0, 1]}, 0, [0, 1]], // prettier-ignore
  [
    'far bounds around nothing feasible',
    {Q: [[2, 0], [0, 4]], p: [0, 0], A: [[1, 2]], b: [2], G: [[-1, 0], [0, -1], [1, 0], [0, 1]], h: [-1, -2, 1e20, 1e20]}, // prettier-ignore
    1,
  ],
  ['rounding in a row of zeros', {Q: [[1]], p: [1], G: [[0]], h: [-1e-17]}, 0, [-1]],
  ['a row of zeros that cannot hold', {Q: [[1]], p: [1], G: [[0]], h: [-1]}, 1],
  ['a far minimum', {Q: [[1]], p: [-1e8], G: [[-1]], h: [0]}, 0, [1e8]],
  ['equalities that agree but for rounding', {Q: eye(2), p: [0, 0], A: [[1, 0], [0, 1], [1, 1]], b: [0.1, 0.2, 0.3]}, 0, [0.1, 0.2]], // prettier-ignore
  ['equalities that do not agree', {Q: eye(2), p: [0, 0], A: [[1, 0], [0, 1], [1, 1]], b: [0.1, 0.2, 0.301]}, 1], // prettier-ignore
  ['an equality three times', {Q: eye(2), p: [0, 0], A: [[1, 1], [1, 1], [1, 1]], b: [0.1, 0.1, 0.1]}, 0, [0.05, 0.05]], // prettier-ignore
  ['rounding in an equality of zeros', {Q: eye(1), p: [1], A: [[0]], b: [1e-20]}, 0, [-1]],
];

/** Unbounded along the last variable of many. */
function unbounded(n: number): QPInput {
  const Q = eye(n);
  Q[n - 1][n - 1] = 0;
  return {
    Q,
    p: Array.from({length: n}, (_, j) => Math.cos(j) - 1.1),
    G: eye(n, -1),
    h: new Array<number>(n).fill(1),
  };
}

describeBackends('the other solvers of quadratic programs', (backend) => {
  for (const [name, problem, status, x] of CASES) {
    it(`find ${name}`, () => {
      tf.tidy(() => {
        const all = problem.G ? [solver()] : [solver(), new solvers.EqualityConstrainedQP()];
        for (const one of all) {
          const result = solveQP(problem, {solver: one, onFailure: 'ignore'});
          assert.equal(result.status.dataSync()[0], status);
          expectClose(result.x, x ?? [0, 0].slice(0, result.x.size), 2e-6);
          for (const tensor of [result.ineqDual, result.eqDual, result.slack, result.residual]) {
            assert.isTrue(Array.from(tensor.dataSync()).every(Number.isFinite));
          }
        }
      });
    });
  }

  it('has the gradient of a problem whose far bound is not there', () => {
    tf.tidy(() => {
      const [, {Q, p, G, h}] = CASES[0];
      const [slopeP, slopeH] = tf.grads((at: tf.Tensor, bounds: tf.Tensor) =>
        tf.sum(solveQP({Q, p: at, G, h: bounds}, {solver: solver()}).x),
      )([tf.tensor1d(p as number[]), tf.tensor1d(h as number[])]);
      expectClose(slopeP, [0.0066667, -0.0133333], 1e-5);
      expectClose(slopeH, [0, 0, 0.6466667, 0], 1e-6, 1e-7);
    });
  });

  const size = backend === 'cpu' ? 12 : 4;
  it('OSQP gives no wrong answer, and hardly ever none, whatever cannot change the solution', () => {
    const judged: Judgement[] = [];
    for (let i = 0; i < size; i++) {
      const {samples, neighbours} = metamorphicBatch(`osqp ${i}`, 2);
      const outcomes = solveBatch([...samples, ...neighbours], {solver: solver()});
      samples.forEach((sample, k) => judged.push(judgeSolved(sample, outcomes[k])));
    }
    const of = (verdict: string) => judged.filter((one) => one.verdict === verdict).map(({why}) => why);
    assert.deepEqual(of('wrong'), []);
    assert.isAtMost(of('missed').length + of('loose').length, judged.length / 20);
  });

  it('OSQP gives no wrong answer to nasty problems', () => {
    for (let i = 0; i < size / 2; i++) {
      const samples = nastyBatch(`osqp ${i}`, 2);
      const outcomes = solveBatch(samples, {solver: solver()});
      samples.forEach((sample, k) => {
        const {verdict, why} = judgeNasty(sample, outcomes[k]);
        assert.notEqual(verdict, 'wrong', `${i} ${k}: ${why}`);
      });
    }
  });

  it('OSQP proves that problems of many variables are unbounded', () => {
    for (const n of backend === 'cpu' ? [2, 100] : [2, 20]) {
      tf.tidy(() => {
        const problem = unbounded(n);
        const {status, certificate} = solveQP(problem, {solver: solver(), onFailure: 'ignore'});
        assert.equal(status.dataSync()[0], 2);
        const ray = certificate.x.dataSync();
        expectClose(ray[n - 1] * (problem.p as number[])[n - 1], [-1], 1e-5);
        expectClose(ray.slice(0, n - 1), new Array<number>(n - 1).fill(0), 0, 1e-6);
      });
    }
  });

  it('BoxOSQP and BoxCDQP hold variables that are fixed, and take bounds from 1e20 on for none', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        for (const far of [1e6, 1e12, 1e19, 1e20, 3e38, Infinity]) {
          const data = {
            Q: tf.tensor3d([[[2, 0.5, 0], [0.5, 2, 0], [0, 0, 1]]]), // prettier-ignore
            p: tf.tensor2d([[1, -8, 1e3]]),
            l: tf.tensor2d([[-far, 1, 0.25]]),
            u: tf.tensor2d([[far, far, 0.25]]),
          };
          // x₂ is fixed; 2x₀ + ½x₁ = −1, ½x₀ + 2x₁ = 8.
          const right = [-1.6, 4.4, 0.25];
          const cd = new solvers.BoxCDQP().run(null, data);
          const A = tf.expandDims(tf.eye(3), 0);
          const osqp = new solvers.BoxOSQP().run(null, {...data, A});
          for (const {state} of [cd, osqp]) {
            assert.equal(state.status.dataSync()[0], 0, `${far}`);
            assert.isAtMost(state.residual.dataSync()[0], 2 ** -20);
            assert.equal(Math.abs(state.activity.dataSync()[2]), 1);
          }
          expectClose(cd.x, right, 1e-6);
          expectClose(osqp.x.x, right, 1e-6);
          expectClose(osqp.x.dual, [0, 0, -1000.25], 1e-6);
          const slopes = [
            tf.grad((l: tf.Tensor) => tf.sum(new solvers.BoxCDQP().run(null, {...data, l, u: data.u}).x))(
              data.l,
            ),
            tf.grad((p: tf.Tensor) => tf.sum(new solvers.BoxOSQP().run(null, {...data, A, p}).x.x))(data.p),
          ];
          assert.isTrue(slopes.every((slope) => Array.from(slope.dataSync()).every(Number.isFinite)));
          expectClose(slopes[1], [-0.4, -0.4, 0], 1e-5);
        }
      }),
    ));

  it('BoxOSQP and BoxCDQP see crossing bounds on both sides of what rounding can make, and infinities of the wrong sign', () => {
    tf.tidy(() => {
      const bounds: [number, number, number][] = [
        [1, 1 - 1e-7, 0],
        [1e8, 1e8 * (1 - 5e-7), 0],
        [1, 1 - 1e-5, 1],
        [1e-8, 0.99e-8, 1],
        [-Infinity, -Infinity, 5],
        [-1, -1e20, 5],
        [1e20, Infinity, 5],
        [NaN, 1, 5],
        [0, 1, 0],
      ];
      const [l, u] = [0, 1].map((side) => tf.tensor2d(bounds.map((pair) => [pair[side]])));
      const data = {Q: tf.ones([1, 1, 1]), p: tf.tensor2d([[-0.5]]), l, u};
      const expected = bounds.map(([, , status]) => status);
      const cd = new solvers.BoxCDQP().run(null, data);
      const osqp = new solvers.BoxOSQP().run(null, {...data, A: tf.ones([1, 1, 1])});
      for (const {state} of [cd, osqp]) {
        assert.deepEqual(Array.from(state.status.dataSync()), expected);
        assert.isTrue(Array.from(state.residual.dataSync()).every(Number.isFinite));
      }
      for (const x of [cd.x, osqp.x.x]) expectClose(x, [1, 1e8, 0, 0, 0, 0, 0, 0, 0.5], 1e-6);
    });
  });
});
