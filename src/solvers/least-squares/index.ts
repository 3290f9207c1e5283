/** @file min ½‖r(x)‖²: solvers that work on the residuals and their Jacobian, as rows of `least-squares.ts`. */
export {GaussNewton} from './gauss-newton.js';
export {type LeastSquaresProblem} from './least-squares.js';
export {LevenbergMarquardt, type LevenbergMarquardtOptions} from './levenberg-marquardt.js';
