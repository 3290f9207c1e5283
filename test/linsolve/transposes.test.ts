/** @file Products that the library itself never forms: transposed solves of structured systems, QP gradients by other solvers. */
import * as tf from '@tensorflow/tfjs-core';
import {quadraticKkt, sparseCode} from '../../src/conditions/index.js';
import {
  auto,
  gmres,
  kkt,
  lu,
  qr,
  support,
  type LinearSolver,
  type Operator,
} from '../../src/linsolve/public.js';
import {lasso} from '../../src/prox/index.js';
import {solveQP} from '../../src/solvers/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {seededRandom, solveExactly, transposed} from '../zoo/linear-systems.js';

const random = (seed: number) => {
  const next = seededRandom(seed);
  return (...shape: number[]) =>
    tf.tensor(
      Float32Array.from({length: shape.reduce((a, b) => a * b, 1)}, () => next() * 2 - 1),
      shape,
    );
};

/** Solves with the operator and its transpose against Gaussian elimination on its matrix, and that against its products. */
function compare(solver: LinearSolver, operator: Operator, b: tf.Tensor2D, tolerance: number): void {
  const [batch, n] = b.shape;
  const values = (tensor: tf.Tensor, i: number, size: number) =>
    Array.from(tensor.dataSync().slice(i * size, (i + 1) * size));
  const matrices = operator.materialize(b.shape);
  const column = tf.expandDims(b, 2) as tf.Tensor3D;
  expectClose(operator.apply(b), tf.matMul(matrices, column).dataSync(), 1e-5);
  expectClose(operator.applyTranspose(b), tf.matMul(matrices, column, true).dataSync(), 1e-5);
  for (const transpose of [false, true]) {
    const factorization = solver.factor(operator);
    try {
      const x = transpose ? factorization.solveTranspose(b) : factorization.solve(b);
      const exact = Array.from({length: batch}, (_, i) => {
        const A = values(matrices, i, n * n);
        return solveExactly(transpose ? transposed(A) : A, values(b, i, n));
      });
      expectClose(x, exact.flat(), tolerance);
      expectClose(factorization.info!.converged, Array<number>(batch).fill(1));
    } finally {
      factorization.dispose();
    }
  }
}

describeBackends('transposed solves', () => {
  for (const scale of [1e-3, 1, 1e3]) {
    it(`linsolve.support against the dense matrix and its transpose, dictionary times ${scale}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const draw = random(2);
          const D = tf.mul(draw(6, 4), scale);
          const condition = sparseCode((y, {l1}, eta) => lasso(y, l1, eta));
          const z = tf.tensor2d([0.5, 0, -0.3, 0, 0, 0, 0.2, 0.1], [2, 4]);
          const x = tf.add(tf.matMul(z, D as tf.Tensor2D, false, true), tf.mul(0.01 * scale, draw(2, 6)));
          const l1 = tf.scalar(0.2 * scale ** 2);
          const operator = condition.linearize!(z, {l1, l2: tf.scalar(0)}, D, x);
          for (const solver of [support(), auto(), lu()])
            compare(solver, operator, draw(2, 4) as tf.Tensor2D, 2e-4);
          operator.dispose();
        }),
      ));

    it(`linsolve.kkt against the dense matrix and its transpose, inactive rows among them, times ${scale}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const draw = random(4);
          const [batch, n, m, k] = [2, 4, 3, 1];
          const L = draw(batch, n, n);
          const Q = tf.mul(scale, tf.add(tf.matMul(L, L, false, true), tf.eye(n)));
          const [G, A] = [draw(batch, m, n), draw(batch, k, n)];
          const weight = tf.tensor2d([1, 0, 1, 0, 0, 1], [batch, m]);
          const solution = {x: draw(batch, n), ineqDual: draw(batch, m), eqDual: draw(batch, k)};
          const data = {Q, p: draw(batch, n), G, h: draw(batch, m), A, b: draw(batch, k)};
          const operator = quadraticKkt.linearize!(solution, data, {
            weight,
            status: tf.zeros([batch], 'int32'),
          });
          // `qr` measures rank against the longest column, without scaling.
          for (const solver of [kkt(), auto(), lu(), ...(scale === 1 ? [qr()] : [])]) {
            compare(solver, operator, draw(batch, n + m + k) as tf.Tensor2D, 2e-5);
          }
          operator.dispose();
        }),
      ));
  }

  for (const linsolve of [lu(), qr(), gmres(), auto()]) {
    it(`gradients of solveQP by linsolve.${linsolve.className} are those by linsolve.kkt, with inactive rows`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const draw = random(7);
          const [batch, n, m, k] = [3, 4, 6, 1];
          const L = draw(batch, n, n);
          const Q = tf.add(tf.matMul(L, L, false, true), tf.eye(n));
          const data = [
            Q,
            draw(batch, n),
            draw(batch, m, n),
            tf.add(0.4, tf.abs(draw(m))),
            draw(k, n),
            draw(batch, k),
          ];
          const weights = [draw(batch, n), draw(batch, m), draw(batch, k)];
          const gradients = (solver: LinearSolver) =>
            tf.grads((...[Q, p, G, h, A, b]: tf.Tensor[]) => {
              const {x, ineqDual, eqDual} = solveQP(
                {Q, p, G, h, A, b},
                {linsolve: solver, onFailure: 'throw'},
              );
              return tf.addN([x, ineqDual, eqDual].map((part, i) => tf.sum(tf.mul(part, weights[i]))));
            })(data);
          const expected = gradients(kkt());
          gradients(linsolve).forEach((gradient, i) => expectClose(gradient, expected[i], 2e-5));
        }),
      ));
  }
});
