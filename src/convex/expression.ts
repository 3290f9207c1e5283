/** @file Makes an expression of an atom and its arguments: finds the shape, and the curvature by the rule of composition. */
import {isNonNegative, isNonPositive} from './sign.js';
import {sizeOf, type Shape} from './shape.js';
import type {Atom, Curvature, Expression, Monotonicity, Options} from './types.js';

/** @throws If the arguments do not fit. */
export function expression(atom: Atom, args: readonly Expression[], options: Options = {}): Expression {
  return {
    shape: shapeOf(atom, args, options),
    get size() {
      return sizeOf(this.shape);
    },
    sign: atom.sign(args, options),
    curvature: curvatureOf(atom, args, options),
    hasParameters: atom.leaf === 'parameter' || args.some(({hasParameters}) => hasParameters),
    ...{atom, args, options},
  };
}

/** Whether no variable occurs in it. */
export function isConstant({curvature}: Expression): boolean {
  return curvature === 'constant';
}

/** Whether it is affine in the variables. */
export function isAffine({curvature}: Expression): boolean {
  return curvature === 'constant' || curvature === 'affine';
}

/** Whether it is convex in the variables. */
export function isConvex(given: Expression): boolean {
  return isAffine(given) || given.curvature === 'convex';
}

/** Whether it is concave in the variables. */
export function isConcave(given: Expression): boolean {
  return isAffine(given) || given.curvature === 'concave';
}

/** Whether the atom stays convex (or concave) with this argument: the rule of composition. */
export function allows(
  {atom, args, options}: Pick<Expression, 'atom' | 'args' | 'options'>,
  index: number,
  as: 'convex' | 'concave',
): boolean {
  const arg = args[index];
  if (isAffine(arg)) return true;
  const monotonicity = atom.monotonicity(index, args, options);
  if (monotonicity === 'none') return false;
  return (monotonicity === 'increasing') === (as === 'convex') ? isConvex(arg) : isConcave(arg);
}

/** The monotonicity of a function that falls to the left of zero and rises to the right, such as |x|. */
export function awayFromZero({sign}: Expression): Monotonicity {
  if (isNonNegative(sign)) return 'increasing';
  return isNonPositive(sign) ? 'decreasing' : 'none';
}

function shapeOf(atom: Atom, args: readonly Expression[], options: Options): Shape {
  try {
    return atom.shape(
      args.map(({shape}) => shape),
      options,
    );
  } catch (error) {
    throw new Error(`convex.${atom.name}: ${(error as Error).message}.`, {cause: error});
  }
}

/** Grant, Boyd & Ye 2006, Disciplined convex programming. */
function curvatureOf(atom: Atom, args: readonly Expression[], options: Options): Curvature {
  if (atom.leaf) return atom.leaf === 'variable' ? 'affine' : 'constant';
  if (args.every(isConstant)) return 'constant';
  const own = atom.curvature(args, options);
  if (own === 'unknown') return 'unknown';
  if (own === 'affine' && args.every(isAffine)) return 'affine';
  const fits = (as: 'convex' | 'concave') =>
    own !== (as === 'convex' ? 'concave' : 'convex') &&
    args.every((_, i) => allows({atom, args, options}, i, as));
  if (fits('convex')) return 'convex';
  return fits('concave') ? 'concave' : 'unknown';
}
