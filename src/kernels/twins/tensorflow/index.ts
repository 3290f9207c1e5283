/**
 * @file The operations on TensorFlow's own arrays, for the backend 'tensorflow'. Pages have no such backend: there `absent.ts` takes the
 * place of this file (`browser` in package.json, and the build of the single files).
 */
import {deviceCertifyQP} from './certify-qp.js';
import {RawCopies} from './copies.js';
import {deviceQP} from './implicit-qp.js';
import {deviceKKT} from './kkt.js';
import * as linalg from './linalg/index.js';
import {deviceOuters} from './outers.js';

const twin = {
  ...{certifyQP: deviceCertifyQP, qp: deviceQP, kkt: deviceKKT, outers: deviceOuters, Copies: RawCopies},
  ...{cholesky: linalg.deviceCholesky, choleskySolve: linalg.deviceCholeskySolve},
  ...{
    triangularSolve: linalg.deviceTriangularSolve,
    solve: linalg.deviceSolve,
    denseSystems: linalg.deviceDenseSystems,
    lstsq: linalg.deviceLstsq,
  },
  ...{eigh: linalg.deviceEigh, determinant: linalg.deviceDeterminant, cofactors: linalg.deviceCofactors},
};

export type TensorflowTwin = typeof twin;

export const tensorflowTwin: Partial<TensorflowTwin> = twin;
