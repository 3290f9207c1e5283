/** @file Problems that break the rules of disciplined convex programming, and what the refusal says. */
import {convex} from '../../src/index.js';

const {abs, add, equal, greaterEqual, lessEqual, matMul, max, maximum, min, minimum, mul, neg, norm1, norm2} =
  convex;
const {parameter, positiveSemidefinite, square, sqrt, sub, sum, sumSquares, variable} = convex;

const x = variable('x', [2]);
const y = variable('y');
const X = variable('X', [2, 2]);
const t = parameter('t');
const W = parameter('W', [2, 2]);

interface Refused {
  input: convex.ProblemInput;
  /** What is underlined. */
  marked: string;
  /** A part of the explanation. */
  says: RegExp;
}

const refused = (input: convex.ProblemInput, marked: string, says: RegExp): Refused => ({
  input,
  marked,
  says,
});

/** By name. Each is refused by CVXPY, too: see fixtures/convex/refused.json. */
export const REFUSED: Record<string, Refused> = {
  'a product of variables': refused({minimize: mul(y, sum(x))}, 'y · sum(x)', /One factor/),
  'a variable times itself': refused({minimize: mul(y, y)}, 'y · y', /Write square\(x\)/),
  'a dot product of variables': refused(
    {minimize: matMul(x, x)},
    'x x',
    /Write square\(x\), sumSquares\(x\)/,
  ),
  'a concave minimum': refused({minimize: sqrt(y)}, 'sqrt(y)', /is concave.*maximize/s),
  'a convex maximum': refused({maximize: sumSquares(x)}, 'sumSquares(x)', /is convex.*minimize/s),
  'a norm that is large': refused(
    {minimize: y, subjectTo: [greaterEqual(norm2(x), 1)]},
    'norm2(x)',
    /is convex/,
  ),
  'a sum of squares that is large': refused(
    {minimize: y, subjectTo: [greaterEqual(sumSquares(x), y)]},
    'sumSquares(x)',
    /is convex/,
  ),
  'a circle': refused({minimize: sum(x), subjectTo: [equal(sumSquares(x), 1)]}, 'sumSquares(x)', /lessEqual/),
  'an absolute value that is fixed': refused({minimize: y, subjectTo: [equal(abs(y), 1)]}, '|y|', /affine/),
  'a maximum of concave functions': refused({minimize: maximum(sqrt(y), y)}, 'sqrt(y)', /is concave/),
  'a minimum of convex functions': refused({maximize: minimum(square(y), 1)}, 'y²', /is convex/),
  'a largest entry that is large': refused(
    {minimize: sum(x), subjectTo: [greaterEqual(max(x), 1)]},
    'max(x)',
    /is convex/,
  ),
  'a smallest entry that is small': refused(
    {minimize: sum(x), subjectTo: [lessEqual(min(x), 1)]},
    'min(x)',
    /is concave/,
  ),
  'a difference of convex functions': refused(
    {minimize: sub(norm1(x), sumSquares(x))},
    'sumSquares(x)',
    /is convex/,
  ),
  'a negative square': refused({minimize: neg(square(y))}, 'y²', /is convex/),
  'a parameter of either sign times a norm': refused({minimize: mul(t, norm1(x))}, 'norm1(x)', /sign/),
  'a matrix of either sign times squares': refused({minimize: sum(matMul(W, square(x)))}, 'x²', /sign/),
  'a square of what is convex and of either sign': refused(
    {minimize: square(sub(square(y), 1))},
    'y² − 1',
    /square\(pos\(…\)\)/,
  ),
  'a norm of a norm less one': refused({minimize: abs(sub(norm2(x), 1))}, 'norm2(x) − 1', /abs\(pos\(…\)\)/),
  'a square of a concave function': refused({minimize: square(sqrt(y))}, 'sqrt(y)', /is concave/),
  'a root of a square': refused({maximize: sqrt(square(y))}, 'y²', /is convex/),
  'an exponential of a concave function': refused({minimize: convex.exp(sqrt(y))}, 'sqrt(y)', /is concave/),
  'a logarithm of a convex function': refused({maximize: convex.log(convex.exp(y))}, 'exp(y)', /is convex/),
  'an entropy to minimise': refused({minimize: convex.entropy(y)}, 'entropy(y)', /is concave/),
  'a matrix of squares': refused(
    {minimize: sum(X), subjectTo: [positiveSemidefinite(square(X))]},
    'X²',
    /must be affine/,
  ),
  'the largest eigenvalue of absolute values': refused({minimize: convex.lambdaMax(abs(X))}, '|X|', /affine/),
  'the smallest eigenvalue to minimise': refused(
    {minimize: convex.lambdaMin(X)},
    'lambdaMin(X)',
    /is concave/,
  ),
  'differences of norms': refused({minimize: sum(convex.diff(abs(x)))}, '|x|', /affine/),
  'a variation of squares': refused({minimize: convex.totalVariation(square(x))}, 'x²', /affine/),
  'a quotient by a convex function': refused({minimize: convex.quadOverLin(x, square(y))}, 'y²', /is convex/),
  'lines in a convex function, falling': refused(
    {minimize: convex.piecewiseLinear(square(y), {slopes: [-1, 1], intercepts: [0, 0]})},
    'y²',
    /affine/,
  ),
  'a set between two convex functions': refused(
    {minimize: y, subjectTo: [lessEqual(1, add(square(y), norm1(x)))]},
    'y²',
    /is convex/,
  ),
};
