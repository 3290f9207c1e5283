/** @file What is right at unit scale is right at others: gradients in closed form where rows, columns, steps and points are not of size one. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {conditions, linsolve, projections, prox, rootVjp, solvers, sparsemax} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose} from '../helpers/expect.js';
import {closedFormGradient, solve} from '../helpers/qp-jacobian.js';
import {solveWithGradients} from '../helpers/qp-solved.js';
import {times, transposedTimes} from '../zoo/qp/case.js';
import {QP_ZOO, type KnownQP} from '../zoo/quadratic-programs.js';

/** The problem in other units: rows of G and A, columns, and the objective times powers of two, different ones for each. */
function inOtherUnits(qp: KnownQP, rows: number, columns: number, weight: number): KnownQP {
  const power = (base: number, i: number) => base ** ((i % 3) - 1);
  const scale = (M: number[][]) =>
    M.map((row, i) => row.map((value, j) => value * power(rows, i) * power(columns, j)));
  const byRow = (values: number[]) => values.map((value, i) => value * power(rows, i));
  const multipliers = (values: number[]) => values.map((value, i) => (weight * value) / power(rows, i));
  return {
    ...qp,
    name: `${qp.name}, rows ×${rows}^±1, columns ×${columns}^±1, objective ×${weight}`,
    Q: qp.Q.map((row, i) => row.map((value, j) => weight * value * power(columns, i) * power(columns, j))),
    p: qp.p.map((value, j) => weight * value * power(columns, j)),
    G: scale(qp.G),
    h: byRow(qp.h),
    A: scale(qp.A),
    b: byRow(qp.b),
    x: qp.x.map((value, j) => value / power(columns, j)),
    ineqDual: multipliers(qp.ineqDual),
    eqDual: multipliers(qp.eqDual),
  };
}

describeBackends('the gradient of solveQP in other units', () => {
  const units: [rows: number, columns: number, weight: number][] = [
    [8, 1, 1],
    [1 / 8, 1, 1],
    [1, 8, 1],
    [1, 1, 1 / 64],
    [1024, 16, 64],
  ];
  for (const [rows, columns, weight] of units) {
    it(`rows ×${rows}^±1, columns ×${columns}^±1, objective ×${weight}`, () => {
      for (const known of QP_ZOO) {
        const qp = inOtherUnits(known, rows, columns, weight);
        const weights = qp.x.map((_, j) => Math.fround(Math.cos(1 + 2 * j)));
        const expected = closedFormGradient(qp, {x: weights});
        const {gradients, status} = solveWithGradients(qp, {weights});
        assert.deepEqual(status, [0]);
        for (const name of ['Q', 'p', 'G', 'h', 'A', 'b'] as const) {
          const values = expected[name].flat();
          // At a vertex that of Q and p is zero but for rounding.
          if (values.some((value) => Math.abs(value) > 1e-9)) expectClose(gradients[name]!, values, 2e-5);
        }
      }
    });
  }
});

/** λ̃/(λ̃ + s̃) of the pair with λ̃ − s̃ = λ − s and λ̃s̃ = κ. */
function smoothedWeight(multiplier: number, slack: number, kappa: number): number {
  const a = multiplier - slack;
  const root = Math.sqrt(a * a + 4 * kappa);
  return a > 0 ? (a + root) / 2 / root : kappa / ((a < 0 ? -a + root : root) / 2) / root;
}

describeBackends("degenerate: 'smooth' with rows of any length", () => {
  const kappa = 0.01;
  for (const [name, solver] of [
    ['kkt', linsolve.kkt()],
    ['lu', linsolve.lu()],
  ] as const) {
    it(`has the derivative of its smoothed complementarity: ${name}`, () => {
      for (const size of [0.1, 1, 10]) {
        // x = (1, −½): the first row is weakly active, the second strictly, the third not.
        const Q = [
          [2, 0.5],
          [0.5, 1],
        ];
        const x = [1, -0.5];
        const G = [
          [size, 2 * size],
          [-0.3 / size, 0.1],
          [size, -size],
        ];
        const [ineqDual, slack] = [
          [0, 0.5, 0],
          [0, 0, 0.25],
        ];
        const p = times(Q, x).map((value, j) => -value - transposedTimes(G, ineqDual, 2)[j]);
        const h = times(G, x).map((value, i) => value + slack[i]);
        const w = ineqDual.map((value, i) => smoothedWeight(value, slack[i], kappa));
        // (Q + Σ w/(1−w) ggᵀ) u = −v is what the smoothed system leaves of x.
        const M = Q.map((row, i) =>
          row.map((value, j) => value + G.reduce((sum, g, r) => sum + (w[r] / (1 - w[r])) * g[i] * g[j], 0)),
        );
        const weights = [1, 2];
        const u = solve(
          M,
          weights.map((value) => -value),
        );
        const {gradients} = solveWithGradients(
          {Q, p, G, h},
          {degenerate: 'smooth', smoothing: kappa, weights, linsolve: solver},
        );
        expectClose(gradients.p!, u, 1e-5);
        // ∂L/∂h = −w/(1−w) (Gu).
        expectClose(
          gradients.h!,
          times(G, u).map((value, r) => (-w[r] / (1 - w[r])) * value),
          1e-5,
        );
      }
    });
  }
});

describeBackends('conditions.newton with a step that is not one', () => {
  for (const stepSize of [0.25, 1, 3]) {
    for (const [name, solver] of Object.entries({
      auto: linsolve.auto(),
      gmres: linsolve.gmres(),
      lu: linsolve.lu(),
    })) {
      it(`moves by ${stepSize} of Newton's step, and has the gradient of the root by ${name}`, () => {
        tf.tidy(() => {
          // G = (x₀² + x₁ − a, 3x₁ − b) at its root for a = 5, b = 3: x = (2, 1).
          const G = (x: tf.Tensor, ab: tf.Tensor) => {
            const [x0, x1] = tf.split(x, 2, 1);
            return tf.sub(tf.concat([tf.add(tf.square(x0), x1), tf.mul(3, x1)], 1), ab);
          };
          const F = conditions.newton(G, {stepSize});
          const ab = tf.tensor2d([[5, 3]]);
          const [gradient] = rootVjp(F, tf.tensor2d([[2, 1]]), [ab], tf.tensor2d([[1, 10]]), {
            linsolve: solver,
          });
          // dx₁/db = 1/3, dx₀/da = ¼, dx₀/db = −1/12.
          expectClose(gradient, [0.25, 10 / 3 - 1 / 12], 1e-6);
          // Away from the root: J = [[6, 1], [0, 3]], G = (9 + 1 − 5, 0).
          expectClose(F.map(tf.tensor2d([[3, 1]]), ab), [3 - (stepSize * 5) / 6, 1], 1e-6);
        });
      });
    }
  }
});

describeBackends('kinks at other scales', () => {
  for (const scale of [1e-3, 1, 1e4]) {
    it(`the simplex of size ${scale}: a tie, and a point beside it`, () => {
      tf.tidy(() => {
        const weights = tf.tensor2d([[2, 5, 7]]);
        const slope = (x: number[], degenerate: conditions.Degenerate) =>
          tf.grad((v: tf.Tensor) =>
            tf.sum(
              tf.mul(weights, projections.simplex(v, {scale, degenerate, smoothing: 1e-9 * scale * scale})),
            ),
          )(tf.tensor2d([x.map((value) => scale * value)]));
        expectClose(slope([1, 0, -9], 'leastNorm'), [0, 0, 0], 0, 1e-6);
        expectClose(slope([1, 0, -9], 'oneSided'), [-1.5, 1.5, 0], 1e-5);
        expectClose(slope([1, 0, -9], 'smooth'), [-1, 1, 0], 1e-4);
        // A thousandth of the size away is no tie.
        for (const degenerate of ['leastNorm', 'oneSided'] as const) {
          expectClose(slope([1, -1e-3, -9], degenerate), [0, 0, 0], 0, 1e-6);
          expectClose(slope([1, 1e-3, -9], degenerate), [-1.5, 1.5, 0], 1e-5);
        }
      });
    });

    it(`soft thresholding at ${scale}: a kink, and a point beside it`, () => {
      tf.tidy(() => {
        const slope = (at: number, degenerate: conditions.Degenerate) =>
          tf.grad((v: tf.Tensor) =>
            tf.sum(prox.lasso(v, 2 * scale, 1, {degenerate, smoothing: 1e-9 * scale * scale})),
          )(tf.tensor1d([at * scale]));
        expectClose(slope(2, 'leastNorm'), [0], 0, 1e-7);
        expectClose(slope(2, 'oneSided'), [1], 1e-6);
        expectClose(slope(-2, 'smooth'), [0.5], 1e-4);
        for (const degenerate of ['leastNorm', 'oneSided'] as const) {
          expectClose(slope(1.998, degenerate), [0], 0, 1e-7);
          expectClose(slope(-2.002, degenerate), [1], 1e-6);
        }
      });
    });
  }

  it('sparsemax far from the origin', () => {
    tf.tidy(() => {
      for (const shift of [-1024, 4096]) {
        const x = tf.tensor2d([[0.75 + shift, 0.25 + shift, shift - 3]]);
        expectClose(sparsemax(x), [0.75, 0.25, 0], 1e-6);
        const slope = tf.grad((v: tf.Tensor) => tf.sum(tf.mul(tf.tensor2d([[2, 5, 7]]), sparsemax(v))))(x);
        expectClose(slope, [-1.5, 1.5, 0], 1e-6);
      }
    });
  });
});

describeBackends('a semidefinite program of order 3', () => {
  // Columns of a rotation, and the eigenvalues of C: X = v₀v₀ᵀ, the first of them being the least.
  const V = [
    [2 / 3, -2 / 3, 1 / 3],
    [1 / 3, 2 / 3, 2 / 3],
    [2 / 3, 1 / 3, -2 / 3],
  ];
  const eigenvalues = [-1, 0.5, 2];
  /** Lower triangle by columns, off the diagonal times √2. */
  const triangle = (M: number[][]) =>
    [0, 1, 2].flatMap((j) => M.slice(j).map((row, i) => row[j] * (i === 0 ? 1 : Math.SQRT2)));
  const outer = (a: number[], b: number[]) =>
    a.map((ai, i) => b.map((_, j) => (ai * b[j] + a[j] * b[i]) / 2));
  const column = (j: number) => V.map((row) => row[j]);
  const C = V.map((row) =>
    V.map((other) => eigenvalues.reduce((sum, value, l) => sum + value * row[l] * other[l], 0)),
  );

  for (const size of [0.1, 10]) {
    it(`has the eigenvector of the least eigenvalue, and its derivative, with an E of size ${size}`, () => {
      tf.tidy(() => {
        const solver = new solvers.ConicSplitting((v) => projections.dualConeProduct(v, {zero: 1, psd: [3]}));
        const trace = triangle([[1, 0, 0], [0, 1, 0], [0, 0, 1]]); // prettier-ignore
        const rows = [trace, ...trace.map((_, i) => trace.map((__, j) => (i === j ? -1 : 0)))];
        const E = tf.mul(size, tf.tensor3d([rows]));
        const d = tf.tensor2d([[size, 0, 0, 0, 0, 0, 0]]);
        const run = (c: tf.Tensor) => solver.run(null, {c, E, d});
        const c = tf.tensor2d([triangle(C)]);
        const {x, state} = run(c);
        assert.deepEqual(Array.from(state.status.dataSync()), [0]);
        expectClose(x.x, triangle(outer(column(0), column(0))), 1e-5);
        // d⟨W, v₀v₀ᵀ⟩/dC = Σ 2⟨W, Sⱼ⟩/(e₀ − eⱼ) Sⱼ with Sⱼ the symmetric part of v₀vⱼᵀ.
        const w = [1, -0.5, 2, 0.25, 1.5, -1];
        const expected = [1, 2]
          .map((j) => {
            const direction = triangle(outer(column(0), column(j)));
            const along = w.reduce((sum, value, i) => sum + value * direction[i], 0);
            return direction.map((value) => (2 * along * value) / (eigenvalues[0] - eigenvalues[j]));
          })
          .reduce((a, b) => a.map((value, i) => value + b[i]));
        const slope = tf.grad((c: tf.Tensor) => tf.sum(tf.mul(tf.tensor2d([w]), run(c).x.x)))(c);
        expectClose(slope, expected, 3e-5);
      });
    });
  }
});

describeBackends('weights of each sample', () => {
  it('of a sparse code, l1 and l2: as if each sample came alone, with its gradients', () => {
    tf.tidy(() => {
      const solver = new solvers.SparseCoding();
      const D = tf.tensor2d([1, 0.5, -0.2, 0.3, 2, 0.7, -0.4, 0.1, 3], [3, 3]);
      const x = tf.tensor2d([1, -2, 0.5, 3, 1, -1], [2, 3]);
      const l1 = tf.tensor2d([[0.05], [0.3]]);
      const l2 = tf.tensor2d([[2], [0.1]]);
      const loss = (l1: tf.Tensor, l2: tf.Tensor, x: tf.Tensor) =>
        tf.sum(tf.square(solver.run(tf.zeros([x.shape[0], 3]), {l1, l2}, D, x).x));
      const slopes = tf.grads(loss)([l1, l2, x]);
      const alone = [0, 1].map((s) =>
        tf.grads(loss)([l1, l2, x].map((tensor) => tf.slice(tensor, [s, 0], [1, -1]))),
      );
      slopes.forEach((slope, k) => {
        expectClose(
          slope,
          alone.flatMap((of) => Array.from(of[k].dataSync())),
          1e-6,
        );
        assert.isTrue(slope.dataSync().every((value) => value !== 0));
      });
    });
  });
});
