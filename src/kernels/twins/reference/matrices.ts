/** @file `MatrixKernels` in plain TypeScript. */
import type {MatrixKernels} from '../../contracts/matrices.js';
import {choleskyInPlace} from './cholesky.js';
import {luInPlace, solveLu} from './lu.js';
import {applyQ, qrInPlace} from './qr.js';
import {solveTriangular} from './triangular.js';

export const referenceMatrices: MatrixKernels = {
  name: 'reference',
  vector: (length) => new Float64Array(length),
  singles: (length) => new Float32Array(length),
  indices: (length) => new Int32Array(length),
  scope: (work) => work(),
  choleskyInPlace,
  choleskySingle(a, n, l) {
    const matrix = Float64Array.from(a);
    const failed = choleskyInPlace(matrix, n);
    l.set(matrix);
    return failed;
  },
  luInPlace,
  solveLu,
  qrInPlace,
  applyQ,
  solveTriangular,
};
