/** @file `MatrixKernels` in plain TypeScript. */
import type {MatrixKernels} from '../matrices.js';
import {choleskyInPlace} from './cholesky.js';
import {luInPlace, solveLu} from './lu.js';
import {applyQ, qrInPlace} from './qr.js';
import {solveTriangular} from './triangular.js';

export const referenceMatrices: MatrixKernels = {
  name: 'reference',
  vector: (length) => new Float64Array(length),
  indices: (length) => new Int32Array(length),
  scope: (work) => work(),
  choleskyInPlace,
  luInPlace,
  solveLu,
  qrInPlace,
  applyQ,
  solveTriangular,
};
