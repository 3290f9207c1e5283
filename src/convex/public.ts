/** @file The namespace `convex`: problems written as on paper. */
export {abs, negativePart, norm1, normInf, pos, totalVariation} from './atoms/absolute.js';
export {add, div, mul, neg, sub} from './atoms/arithmetic.js';
export {geometricMean, lambdaMax, lambdaMin, norm2, nuclearNorm, sqrt} from './atoms/cones.js';
export {diff} from './atoms/differences.js';
export {entropy, exp, log, logSumExp, power} from './atoms/exponentials.js';
export {max, maximum, min, minimum} from './atoms/extremes.js';
export {convolution, matMul} from './atoms/mat-mul.js';
export {diag, trace} from './atoms/matrices.js';
export {piecewiseLinear, sumLargest} from './atoms/piecewise.js';
export {huber, quadForm, quadOverLin, square, sumSquares} from './atoms/quadratics.js';
export {concat, gather, reshape, slice, stack, transpose} from './atoms/rearrange.js';
export {cumsum, mean, sum} from './atoms/sums.js';
export {type SolveOptions} from './compile/program.js';
export {
  equal,
  greaterEqual,
  lessEqual,
  positiveSemidefinite,
  type Constraint,
  type ConstraintOptions,
} from './constraint.js';
export {type ConstraintWorth, type Explanation} from './explain.js';
export {
  parameter,
  variable,
  type ExpressionLike,
  type Nested,
  type ParameterOptions,
  type VariableOptions,
} from './leaves.js';
export {type ParameterValue} from './parameter-values.js';
export {ConvexProblem, problem, type ConvexSolution, type ProblemInput} from './problem.js';
export {problemFromJSON} from './problem-from-json.js';
export {
  type SavedAtom,
  type SavedConstraint,
  type SavedExpression,
  type SavedNumber,
  type SavedProblem,
  type SavedReference,
  type SavedSymbol,
} from './saved.js';
export {type Shape} from './shape.js';
export {type Sign} from './sign.js';
export {type Curvature, type Expression} from './types.js';
