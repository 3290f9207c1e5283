/** @file customRoot on M x + x³ = c, a coupled system with a matrix parameter, against J = −(∂₁F)⁻¹∂₂F by hand. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {vjp} from '../../src/autodiff/index.js';
import {customRoot, rootJvp, rootVjp} from '../../src/implicit/index.js';
import {bicgstab, gmres} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';

type Pair = [number, number];
type Matrix = [Pair, Pair];

const M: Matrix = [
  [2, 0.5],
  [-0.75, 1.5],
];
const C: Pair[] = [
  [1, -2],
  [3, 0.5],
];
const V: Pair[] = [
  [0.5, 1],
  [-1.5, 0.25],
];
const W: Matrix = [
  [0.3, -1],
  [0.7, 0.4],
];

/** a⁻¹ r, or a⁻ᵀ r. */
function solve2([[a, b], [c, d]]: Matrix, [r, s]: Pair, transpose = false): Pair {
  const det = a * d - b * c;
  const [p, q] = transpose ? [c, b] : [b, c];
  return [(d * r - p * s) / det, (a * s - q * r) / det];
}

const jacobian = (m: Matrix, [x, y]: Pair): Matrix => [
  [m[0][0] + 3 * x * x, m[0][1]],
  [m[1][0], m[1][1] + 3 * y * y],
];

/** Newton in double precision. */
function root(m: Matrix, c: Pair): Pair {
  let [x, y]: Pair = [0, 0];
  for (let i = 0; i < 100; i++) {
    const residual: Pair = [
      m[0][0] * x + m[0][1] * y + x ** 3 - c[0],
      m[1][0] * x + m[1][1] * y + y ** 3 - c[1],
    ];
    const [dx, dy] = solve2(jacobian(m, [x, y]), residual);
    [x, y] = [x - dx, y - dy];
  }
  return [x, y];
}

/** ∇_M Σ_b ⟨v_b, x_b⟩ = −Σ_b u_b x_bᵀ with u_b = A_b⁻ᵀ v_b. */
function gradientM(m: Matrix): number[] {
  const sum = [0, 0, 0, 0];
  C.forEach((c, b) => {
    const x = root(m, c);
    const u = solve2(jacobian(m, x), V[b], true);
    [u[0] * x[0], u[0] * x[1], u[1] * x[0], u[1] * x[1]].forEach((value, i) => (sum[i] -= value));
  });
  return sum;
}

const residual = (x: tf.Tensor, m: tf.Tensor, c: tf.Tensor) =>
  tf.sub(tf.add(tf.matMul(x as tf.Tensor2D, m as tf.Tensor2D, false, true), tf.mul(x, tf.square(x))), c);

const solver = customRoot(residual)((_init, m, c) => {
  const [a, b, d, e] = m.dataSync();
  const values = c.dataSync();
  const rows = C.map((_, i) => root([[a, b], [d, e]], [values[2 * i], values[2 * i + 1]])); // prettier-ignore
  return tf.tensor2d(rows);
});

const tensors = () => ({m: tf.tensor2d(M), c: tf.tensor2d(C), v: tf.tensor2d(V), w: tf.tensor2d(W)});

describeBackends('customRoot on a 2-d cubic system', () => {
  it('gives the cotangents of a shared matrix, summed over the batch, and of a batched vector', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {m, c, v} = tensors();
        const [dm, dc] = vjp((mm: tf.Tensor, cc: tf.Tensor) => solver(null, mm, cc), [m, c], v);
        expectClose(dm, gradientM(M), 1e-6);
        const expected = C.flatMap((ci, b) => solve2(jacobian(M, root(M, ci)), V[b], true));
        expectClose(dc, expected, 1e-6);
      }),
    ));

  it('gives the second derivative in the matrix', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {m, c, v, w} = tensors();
        const first = (mm: tf.Tensor) => vjp((at: tf.Tensor) => solver(null, at, c), [mm], v)[0];
        // A central difference of the closed form, in double precision, along W.
        const h = 1e-5;
        const moved = (sign: number) =>
          gradientM(M.map((r, i) => r.map((a, j) => a + sign * h * W[i][j])) as Matrix);
        const [up, down] = [moved(1), moved(-1)];
        const expected = up.map((value, i) => (value - down[i]) / (2 * h));
        // The Hessian is symmetric, so its vjp along W is this too.
        expectClose(vjp(first, [m], w)[0], expected, 2e-6);
      }),
    ));

  it('gives both by rootVjp and rootJvp, for a root that was found elsewhere', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {m, c, v, w} = tensors();
        const rows = C.map((ci) => root(M, ci));
        const x: tf.Tensor = tf.tensor2d(rows);
        const [dm, dc] = rootVjp(residual, x, [m, c], v);
        expectClose(dm, gradientM(M), 1e-6);
        expectClose(
          dc,
          rows.flatMap((row, b) => solve2(jacobian(M, row), V[b], true)),
          1e-6,
        );
        const along = (row: Pair): Pair => [
          -(W[0][0] * row[0] + W[0][1] * row[1]),
          -(W[1][0] * row[0] + W[1][1] * row[1]),
        ];
        expectClose(
          rootJvp(residual, x, [m, c], [w, null]),
          rows.flatMap((row) => solve2(jacobian(M, row), along(row))),
          1e-6,
        );
        expectClose(
          rootJvp(residual, x, [m, c], [null, v]),
          rows.flatMap((row, b) => solve2(jacobian(M, row), V[b])),
          1e-6,
        );
      }),
    ));

  for (const linsolve of [gmres(), bicgstab()]) {
    it(`gives both with linsolve.${linsolve.className}, which multiplies by the Jacobian and its transpose`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {m, c, v} = tensors();
          const rows = C.map((ci) => root(M, ci));
          const x: tf.Tensor = tf.tensor2d(rows);
          // The Jacobians have condition numbers below 4: an error of 4e-6 at the solvers' tolerance of 1e-6.
          expectClose(
            rootJvp(residual, x, [m, c], [null, v], {linsolve}),
            rows.flatMap((row, b) => solve2(jacobian(M, row), V[b])),
            4e-6,
          );
          expectClose(
            rootVjp(residual, x, [m, c], v, {linsolve})[1],
            rows.flatMap((row, b) => solve2(jacobian(M, row), V[b], true)),
            4e-6,
          );
        }),
      ));
  }

  it('has rootJvp and rootVjp adjoint to each other: <v, J t> = <Jᵀv, t>', () => {
    const entry = fc.integer({min: -32, max: 32}).map((k) => k / 16);
    const list = (length: number) => fc.array(entry, {minLength: length, maxLength: length});
    return expectNoLeak(() =>
      fc.assert(
        fc.property(list(4), list(4), list(4), list(4), (c, v, tm, tc) =>
          tf.tidy(() => {
            const m = tf.tensor2d(M);
            const [cs, vs, dm, dc] = [c, v, tm, tc].map((values): tf.Tensor => tf.tensor2d(values, [2, 2]));
            const x = solver(null, m, cs);
            const inner = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b)).dataSync()[0];
            const left = inner(vs, rootJvp(residual, x, [m, cs], [dm, dc]));
            const [gm, gc] = rootVjp(residual, x, [m, cs], vs);
            // A⁻¹ has norm about 1 and |x| stays below 2 here.
            const size = Math.hypot(...v) * (Math.hypot(...tm) + Math.hypot(...tc)) * 4;
            assert.isAtMost(Math.abs(left - inner(gm, dm) - inner(gc, dc)), 1e-6 * (size + 1e-3));
          }),
        ),
        {numRuns: 40},
      ),
    );
  });
});
