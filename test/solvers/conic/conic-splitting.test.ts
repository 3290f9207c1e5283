/** @file Conic programs with solutions known in closed form, their gradients, and programs without a solution. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {EigenvalueDecomposition, Matrix} from 'ml-matrix';
import {conditions, projections, rootVjp, solveQP, solvers} from '../../../src/index.js';
import type {ConicData} from '../../../src/conditions/public.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {withPrograms} from '../../helpers/programs.js';
import {conicCase} from '../../zoo/conic-programs.js';
import {norm, vjpInF64} from '../../zoo/maps.js';

const solver = (cones: projections.Cones, options = {}) =>
  new solvers.ConicSplitting((v) => projections.dualConeProduct(v, cones), options);

/** min cᵀz over the ball ‖z‖ ≤ r: z = −r c/‖c‖. */
const ball = {
  cones: {secondOrder: [4]},
  E: () =>
    tf.tensor3d([
      [
        [0, 0, 0],
        [-1, 0, 0],
        [0, -1, 0],
        [0, 0, -1],
      ],
    ]),
  d: (r: tf.Tensor) => tf.concat([r, tf.zeros([r.shape[0], 3])], 1),
  solution: (c: number[], [r]: number[]) => c.map((value) => (-r * value) / norm(c)),
};

/** min ⟨C, X⟩ over X ⪰ 0, tr X = 1, as triangles: X = vvᵀ for the least eigenvalue of C. */
const spectrahedron = {
  cones: {zero: 1, psd: [2]},
  E: () =>
    tf.tensor3d([
      [
        [1, 0, 1],
        [-1, 0, 0],
        [0, -1, 0],
        [0, 0, -1],
      ],
    ]),
  d: () => tf.tensor2d([[1, 0, 0, 0]]),
  solution: ([a, b, c]: number[]) => {
    const {eigenvectorMatrix: V, realEigenvalues} = new EigenvalueDecomposition(
      new Matrix([
        [a, b / Math.SQRT2],
        [b / Math.SQRT2, c],
      ]),
      {assumeSymmetric: true},
    );
    const least = realEigenvalues[0] < realEigenvalues[1] ? 0 : 1;
    const [x, y] = [V.get(0, least), V.get(1, least)];
    return [x * x, Math.SQRT2 * x * y, y * y];
  },
};

/** Solutions of f32 programs, refined by Newton's method. */
const CLOSE = 1e-5;

describeAnyBackend('solvers.ConicSplitting', () => {
  it('finds the point of a ball, and its gradient in c and d', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const c = [
          [1, 2, -0.5],
          [-3, 0.5, 1],
        ];
        const r = [[1.5], [0.5]];
        const w = [
          [1, -0.5, 2],
          [0.25, 1, -1],
        ];
        const solve = solver(ball.cones);
        const run = (c: tf.Tensor, r: tf.Tensor) => solve.run(null, {c, E: ball.E(), d: ball.d(r)});
        const at: [tf.Tensor, tf.Tensor] = [tf.tensor2d(c), tf.tensor2d(r)];
        const {x, state} = run(...at);
        expectClose(state.status, [0, 0]);
        expectClose(
          x.x,
          c.flatMap((values, i) => ball.solution(values, r[i])),
          CLOSE,
        );
        const slopes = tf.grads((c: tf.Tensor, r: tf.Tensor) =>
          tf.sum(tf.mul(tf.tensor2d(w), run(c, r).x.x)),
        )(at);
        const expected = c.map((values, i) => vjpInF64(ball.solution as never, [values, r[i]], w[i]));
        slopes.forEach((slope, k) =>
          expectClose(
            slope,
            expected.flatMap((lists) => lists[k]),
            CLOSE,
          ),
        );
      }),
    ));

  it('finds the eigenvector of the least eigenvalue as a semidefinite program, and its gradient', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const C = [
          [2, 1, 4],
          [1, -2, 0.5],
        ];
        const w = [
          [1, 0.5, -1],
          [0.5, 1, 2],
        ];
        const solve = solver(spectrahedron.cones);
        const run = (c: tf.Tensor) => solve.run(null, {c, E: spectrahedron.E(), d: spectrahedron.d()});
        const {x, state} = run(tf.tensor2d(C));
        expectClose(state.status, [0, 0]);
        expectClose(x.x, C.flatMap(spectrahedron.solution), CLOSE);
        const slope = tf.grad((c: tf.Tensor) => tf.sum(tf.mul(tf.tensor2d(w), run(c).x.x)))(tf.tensor2d(C));
        expectClose(
          slope,
          C.flatMap((values, i) => vjpInF64(spectrahedron.solution, [values], w[i])[0]),
          CLOSE,
        );
      }),
    ));

  it('agrees with solveQP on linear programs, in all of c, E, d', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // min cᵀz, z ≥ −1, Mz ≤ 1: a corner.
        const c = tf.tensor2d([
          [1, 2],
          [2, -1],
        ]);
        const G = tf.tensor2d([
          [-1, 0],
          [0, -1],
          [1, 1],
          [-0.5, 1],
        ]);
        const h = tf.tensor1d([1, 1.5, 1, 2]);
        const w = tf.tensor2d([
          [1, 0.5],
          [-1, 2],
        ]);
        const solve = solver({nonNegative: 4});
        const conic = (c: tf.Tensor, E: tf.Tensor, d: tf.Tensor) =>
          solve.run(null, {c, E: tf.expandDims(E, 0), d: tf.expandDims(d, 0)}).x.x;
        const linear = (c: tf.Tensor, G: tf.Tensor, h: tf.Tensor) =>
          solveQP({Q: tf.zeros([2, 2]), p: c, G, h}).x;
        expectClose(conic(c, G, h), linear(c, G, h), CLOSE);
        const slopes = [conic, linear].map((f) =>
          tf.grads((...at: tf.Tensor[]) => tf.sum(tf.mul(w, f(at[0], at[1], at[2]))))([c, G, h]),
        );
        slopes[0].forEach((slope, k) => expectClose(slope, slopes[1][k], CLOSE, CLOSE));
      }),
    ));

  it('returns a root of conicResidual, from which rootVjp has the same gradient', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const data: ConicData = {
          c: tf.tensor2d([[1, 2, -0.5]]),
          E: ball.E(),
          d: ball.d(tf.tensor2d([[1.5]])),
        };
        const dual = (v: tf.Tensor) => projections.dualConeProduct(v, ball.cones);
        const {z, dual: y, slack} = solver(ball.cones).run(null, data).x;
        const point = {u: z, v: tf.sub(y, slack), w: tf.ones([1, 1])};
        const F = conditions.conicResidual(dual);
        for (const part of Object.values(F(point, data)))
          expectClose(part, Array<number>(part.size).fill(0), 0, 3e-6);
        const w = tf.tensor2d([[1, -0.5, 2]]);
        const [gradient] = rootVjp(F, point, [data], {u: w, v: tf.zerosLike(y), w: tf.zeros([1, 1])}) as [
          ConicData,
        ];
        const own = tf.grad((c: tf.Tensor) =>
          tf.sum(tf.mul(w, solver(ball.cones).run(null, {...data, c}).x.x)),
        )(data.c);
        expectClose(gradient.c, own, CLOSE);
      }),
    ));

  it('says which samples are infeasible or unbounded, and solves the others', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // z ≥ 0 and z₁ + z₂ = b.
        const E = tf.tensor3d([
          [
            [1, 1],
            [-1, 0],
            [0, -1],
          ],
        ]);
        const c = tf.tensor2d([
          [1, 2],
          [1, 2],
          [2, 1],
        ]);
        const d = tf.tensor2d([
          [1, 0, 0],
          [-1, 0, 0],
          [2, 0, 0],
        ]);
        const solve = solver({zero: 1, nonNegative: 2});
        const {x, state} = solve.run(null, {c, E, d});
        expectClose(state.status, [0, 1, 0]);
        expectClose(x.x, [1, 0, 0, 0, 0, 2], CLOSE, CLOSE);
        const slope = tf.grad((d: tf.Tensor) => tf.sum(solve.run(null, {c, E, d}).x.x))(d);
        // The whole of z₁ + z₂ = b moves with b; the sample without a solution has no gradient.
        expectClose(tf.slice(slope, [0, 0], [3, 1]), [1, 0, 1], CLOSE, CLOSE);
        expectClose(tf.slice(slope, 1, 1), [0, 0, 0]);
        const free = tf.tensor3d([
          [
            [-1, 0],
            [0, -1],
          ],
        ]);
        const unbounded = solver({nonNegative: 2}).run(null, {
          c: tf.tensor2d([[-1, 1]]),
          E: free,
          d: tf.zeros([1, 2]),
        });
        expectClose(unbounded.state.status, [2]);
        expectClose(unbounded.x.x, [0, 0]);
      }),
    ));

  it('is as exact for data of any size', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const c = [1, 2, -0.5];
        for (const [ofC, ofE, r] of [
          [1e-6, 1, 1],
          [1e6, 1e-3, 10],
          [1, 1e4, 1e-4],
        ]) {
          // E ofE and d ofE·r: the ball of radius r again.
          const {x, state} = solver(ball.cones).run(null, {
            c: tf.mul(ofC, tf.tensor2d([c])),
            E: tf.mul(ofE, ball.E()),
            d: ball.d(tf.tensor2d([[ofE * r]])),
          });
          expectClose(state.status, [0]);
          expectClose(x.x, ball.solution(c, [r]), CLOSE);
        }
      }),
    ));

  it('refuses options out of range', () => {
    assert.match(
      messageOf(() => solver({zero: 1}, {tolerance: 0})),
      /tolerance must be positive/,
    );
    assert.match(
      messageOf(() => solver({zero: 1}, {maxIterations: 0})),
      /maxIterations must be a positive integer/,
    );
    assert.match(
      messageOf(() => projections.coneSize({psd: [1.5]})),
      /non-negative integer/,
    );
  });

  it('runs the steps for a projection whose cones are not known as a program, and finds the same without', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {c, E, d, cones} = conicCase(3, {secondOrder: [3, 4], zero: 1}, 5);
        const data = {c: tf.tensor2d([c]), E: tf.tensor3d([E]), d: tf.tensor2d([d])};
        // A sum has no cones.
        const hidden = new solvers.ConicSplitting((v) => tf.add(projections.dualConeProduct(v, cones), 0));
        const said: string[] = [];
        const {info} = console;
        console.info = (message: string) => said.push(message);
        try {
          const [on, off] = (['explain', 'off'] as const).map((flag) =>
            withPrograms(flag, () => hidden.run(null, data)),
          );
          expectClose(on.status, [0]);
          expectClose(off.status, [0]);
          expectClose(on.x.x, solver(cones).run(null, data).x.x, CLOSE);
          expectClose(off.x.x, on.x.x, CLOSE);
          assert.deepEqual(said, []);
        } finally {
          console.info = info;
        }
      }),
    ));
});
