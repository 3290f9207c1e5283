/** @file Cholesky factorisations and linear systems of a batch, against jax-js and ml-matrix. */
import * as tf from '@tensorflow/tfjs';
import {linalg} from '../library.js';
import {loadJax} from '../peers/jax-js.js';
import {optional} from '../peers/optional.js';
import {sameNumbers, type Row, type Suite} from '../row.js';

const BATCH = 128;

export const linalgSuite: Suite = async () => {
  const rows: Row[] = [];
  const jax = await loadJax();
  const mlMatrix = await optional('ml-matrix', () => import('ml-matrix'));
  for (const n of [50, 100]) {
    const shape: [number, number, number] = [BATCH, n, n];
    const A = tf.tidy((): tf.Tensor3D => {
      const L: tf.Tensor3D = tf.randomNormal(shape, 0, 1, 'float32', n);
      return tf.add(tf.div(tf.matMul(L, L, false, true), n), tf.eye(n));
    });
    const b = tf.randomNormal([BATCH, n, 1], 0, 1, 'float32', n + 1);
    const [valuesA, valuesB] = [A.dataSync<'float32'>(), b.dataSync<'float32'>()];
    const read = (f: () => tf.Tensor) => {
      const result = f();
      const values = result.dataSync();
      result.dispose();
      return values;
    };
    const size = `${BATCH}×[${n}, ${n}]`;
    const names = {cholesky: `Cholesky of ${size}`, solve: `solve ${size}, one right-hand side`};
    const ours = {
      cholesky: () => read(() => linalg.cholesky(A)),
      solve: () => read(() => linalg.solve(A, b)),
    };
    for (const task of ['cholesky', 'solve'] as const) {
      rows.push({name: names[task], run: () => void ours[task]()});
    }
    if (jax) {
      const {numpy: np} = jax;
      const [a, right] = [np.array(valuesA, {shape}), np.array(valuesB, {shape: [BATCH, n, 1]})];
      const theirs = {
        cholesky: () => jax.lax.linalg.cholesky(a.ref).data(),
        solve: () => np.linalg.solve(a.ref, right.ref).data(),
      };
      for (const task of ['cholesky', 'solve'] as const) {
        sameNumbers(names[task], ours[task](), (await theirs[task]()) as Float32Array, 1e-3);
        rows.push({
          name: `${names[task]}: jax-js, f32`,
          run: async () => void (await theirs[task]()),
          yardstick: names[task],
        });
      }
    }
    if (mlMatrix) {
      const {CholeskyDecomposition, LuDecomposition, Matrix} = mlMatrix;
      const split = (values: Float32Array, columns: number) =>
        Array.from({length: BATCH}, (_, i) =>
          Matrix.from1DArray(n, columns, values.subarray(i * n * columns, (i + 1) * n * columns)),
        );
      const [matrices, vectors] = [split(valuesA, n), split(valuesB, 1)];
      const theirs = {
        cholesky: () => matrices.map((matrix) => new CholeskyDecomposition(matrix).lowerTriangularMatrix),
        solve: () => matrices.map((matrix, i) => new LuDecomposition(matrix).solve(vectors[i])),
      };
      for (const task of ['cholesky', 'solve'] as const) {
        const flat = theirs[task]().flatMap((matrix) => matrix.to1DArray());
        sameNumbers(names[task], ours[task](), flat, 1e-3);
        rows.push({
          name: `${names[task]}: ml-matrix, f64`,
          run: () => void theirs[task](),
          yardstick: names[task],
        });
      }
    }
  }
  return rows;
};
