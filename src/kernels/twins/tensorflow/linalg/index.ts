/**
 * @file The kernels of dense linear algebra on the backend 'tensorflow', in double precision. A sample that the host would reject gets NaN,
 * because the host does not look at it.
 */
export {deviceDenseSystems} from './dense-systems.js';
export {deviceDeterminant, deviceCofactors} from './determinant.js';
export {deviceEigh} from './eigh.js';
export {deviceLstsq} from './lstsq.js';
export {deviceSolve} from './solve.js';
export {deviceCholesky, deviceCholeskySolve, deviceTriangularSolve} from './triangular.js';
