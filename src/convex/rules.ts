/** @file Refuses problems that break the rules of disciplined convex programming, and says where and why. */
import {see} from '../checks/index.js';
import {briefText, constraintText, namesFor, textOf, underlined, type Names} from './text.js';
import type {Constraint} from './constraint.js';
import {allows, isAffine, isConcave, isConstant, isConvex} from './expression.js';
import {nameOf} from './leaves.js';
import {sameShape, shapeText} from './shape.js';
import type {Expression} from './types.js';

/** What an expression has to be. */
type Demand = 'convex' | 'concave' | 'affine';

const FITS: Record<Demand, (expression: Expression) => boolean> = {
  convex: isConvex,
  concave: isConcave,
  affine: isAffine,
};

/** @throws If the objective is no convex number to minimise, or no concave one to maximise. */
export function checkObjective(sense: 'minimize' | 'maximize', objective: Expression): void {
  const names = namesFor([objective]);
  const line = (marked: Expression | null) => `  ${sense} ${textOf(objective, names, marked)}`;
  if (objective.size !== 1) {
    throw new Error(
      `convex.problem: the objective must be one number, but has the shape ${shapeText(objective.shape)}; take the sum of its entries.\n` +
        line(null),
    );
  }
  const demand = sense === 'minimize' ? 'convex' : 'concave';
  if (FITS[demand](objective)) return;
  const other = demand === 'convex' ? 'concave' : 'convex';
  const hint =
    objective.curvature === other
      ? ` It is ${other}: ${sense === 'minimize' ? 'maximize' : 'minimize'} it, or change its sign.`
      : '';
  throw new Error(
    complaint(`what to ${sense} must be ${demand}.${hint}`, line, names, faultIn(objective, demand)),
  );
}

/** @throws If what it says is not a convex set. */
export function checkConstraint(constraint: Constraint, name: string): void {
  const {kind, expression} = constraint;
  const demand = kind === 'equal' || kind === 'positiveSemidefinite' ? 'affine' : 'convex';
  if (FITS[demand](expression)) return;
  const names = namesFor(constraint.sides);
  const line = (marked: Expression | null) => `  ${name}: ${constraintText(constraint, names, marked)}`;
  const rule = {
    equal: 'both sides of an equality must be affine (what is convex can be at most something, by lessEqual)',
    positiveSemidefinite: 'the matrix must be affine',
    lessEqual: 'the left side must be convex and the right side concave',
    greaterEqual: 'the left side must be concave and the right side convex',
  }[kind];
  throw new Error(complaint(`in '${name}', ${rule}.`, line, names, faultIn(expression, demand)));
}

/** @throws If two variables or parameters with one name differ. */
export function checkNames(leaves: readonly Expression[]): void {
  const known = new Map<string, Expression>();
  for (const leaf of leaves) {
    const name = nameOf(leaf);
    const other = known.get(name);
    known.set(name, other ?? leaf);
    if (!other || other === leaf) continue;
    const isSame =
      other.atom === leaf.atom &&
      sameShape(other.shape, leaf.shape) &&
      other.sign === leaf.sign &&
      other.options.psd === leaf.options.psd;
    if (isSame) continue;
    throw new Error(
      `convex.problem: '${name}' is a ${other.atom.name} of shape ${shapeText(other.shape)} and also a ${leaf.atom.name} of shape ` +
        `${shapeText(leaf.shape)}; give one of them another name.`,
    );
  }
}

interface Fault {
  at: Expression;
  why: string;
}

function complaint(
  rule: string,
  line: (marked: Expression | null) => string,
  names: Names,
  {at, why}: Fault,
): string {
  return `convex.problem: ${rule}\n${underlined(line, names, at)}\n  ${why}\n${see('convex#the-rules').trim()}`;
}

/** The innermost expression at which the rules are broken. */
function faultIn(expression: Expression, demand: Demand): Fault {
  const {atom, args, options} = expression;
  const own = args.every(isConstant) ? 'constant' : atom.curvature(args, options);
  if (own === 'unknown') return {at: expression, why: whyUnknown(expression)};
  const isOwnFit = own === 'constant' || own === 'affine' || own === demand;
  if (!isOwnFit) {
    return {
      at: expression,
      why: `${briefText(expression)} is ${own}, where something ${demand} is needed.${hint(expression)}`,
    };
  }
  for (const [i, arg] of args.entries()) {
    if (demand !== 'affine' && allows(expression, i, demand)) continue;
    if (demand === 'affine' && isAffine(arg)) continue;
    const needed = neededOf(expression, i, demand);
    if (!FITS[needed](arg)) {
      const isHere = demand !== 'affine' && needed === 'affine' && arg.curvature !== 'unknown';
      return isHere ? notAffine(expression, i) : faultIn(arg, needed);
    }
  }
  return {at: expression, why: `${briefText(expression)} is not known to be ${demand}.`};
}

/** What an argument must be for an atom to be what is demanded. */
function neededOf({atom, args, options}: Expression, index: number, demand: Demand): Demand {
  if (demand === 'affine') return 'affine';
  const monotonicity = atom.monotonicity(index, args, options);
  if (monotonicity === 'none') return 'affine';
  const same = monotonicity === 'increasing';
  return (demand === 'convex') === same ? 'convex' : 'concave';
}

function whyUnknown(expression: Expression): string {
  const {atom, args} = expression;
  if (atom.pairs) {
    const [a, b] = args;
    const names = namesFor([a, b]);
    if (a === b || textOf(a, names) === textOf(b, names)) {
      return 'This is a product of variables. Write square(x), sumSquares(x) or quadForm(x, P) for what is quadratic.';
    }
    return 'This is a product of two expressions with variables. One factor must be made of numbers and parameters alone.';
  }
  return `${atom.name} is neither convex nor concave here.`;
}

/** An argument is convex or concave, but must be affine, because a sign is not known or the atom is not monotone. */
function notAffine({atom, args, options}: Expression, index: number): Fault {
  const arg = args[index];
  const why = `${briefText(arg)} is ${arg.curvature}, where something affine is needed.`;
  if (atom.pairs) {
    const factor = briefText(args[1 - index]);
    const advice =
      `It is multiplied by ${factor}, whose sign is not known. Use numbers of one sign, or parameters with a sign: ` +
      `parameter(name, shape, {sign: 'nonNegative'}).`;
    return {at: arg, why: `${why} ${advice}`};
  }
  const signed = args.map((other, i): Expression => (i === index ? {...other, sign: 'nonNegative'} : other));
  const mayBeConvex = isConvex(arg) && atom.monotonicity(index, signed, options) === 'increasing';
  const advice = ` ${atom.name} takes what is convex if it is at least zero, as in ${atom.name}(pos(…)).`;
  return {at: arg, why: mayBeConvex ? why + advice : why};
}

/** What to write instead, for mistakes that are common. */
function hint({atom, args}: Expression): string {
  if (atom.name === 'square' && args[0]?.atom.name === 'norm2') return ' Write sumSquares(x) for norm2(x)².';
  return '';
}
