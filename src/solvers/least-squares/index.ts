/** @file min ½‖r(x)‖²: solvers that use the residuals and their Jacobian, as rows (`least-squares.ts`). */
export {GaussNewton} from './gauss-newton.js';
export {type LeastSquaresProblem} from './least-squares.js';
export {LevenbergMarquardt, type LevenbergMarquardtOptions} from './levenberg-marquardt.js';
