/** @file Problems as plain data: a readable tree of atoms, which a saved model contains. */
import {atomNamed} from './atoms/index.js';
import type {Constraint} from './constraint.js';
import {expression} from './expression.js';
import {nameOf, numbers, parameter, valuesOf, variable} from './leaves.js';
import type {Shape} from './shape.js';
import type {Sign} from './sign.js';
import type {Expression} from './types.js';

/** An expression as plain data. */
export type SavedExpression =
  | {variable: string; shape: number[]; sign?: string}
  | {parameter: string; shape: number[]; sign?: string; psd?: boolean}
  | {numbers: number[]; shape: number[]}
  | {atom: string; args: SavedExpression[]; options?: Record<string, unknown>};

/** A constraint as plain data. */
export interface SavedConstraint {
  /** 'lessEqual', 'greaterEqual', 'equal' or 'positiveSemidefinite'. */
  kind: Constraint['kind'];
  /** If it has one. */
  name?: string;
  /** Its sides. */
  sides: SavedExpression[];
}

/** A problem as plain data. */
export interface SavedProblem {
  /** 'minimize' or 'maximize'. */
  sense: 'minimize' | 'maximize';
  /** What is minimised or maximised. */
  objective: SavedExpression;
  /** In their order. */
  constraints: SavedConstraint[];
}

/** The tree of a problem. */
export function savedProblem(problem: {
  sense: 'minimize' | 'maximize';
  objective: Expression;
  constraints: ReadonlyMap<string, Constraint>;
}): SavedProblem {
  return {
    sense: problem.sense,
    objective: savedExpression(problem.objective),
    constraints: [...problem.constraints.values()].map(({kind, name, sides}) => ({
      kind,
      ...(name !== undefined && {name}),
      sides: sides.map(savedExpression),
    })),
  };
}

function savedExpression(given: Expression): SavedExpression {
  const {atom, args, options, shape} = given;
  const sign = options.sign === 'unknown' || options.sign === undefined ? {} : {sign: options.sign as string};
  if (atom.leaf === 'variable') return {variable: nameOf(given), shape: [...shape], ...sign};
  if (atom.leaf === 'parameter') {
    return {parameter: nameOf(given), shape: [...shape], ...sign, ...(options.psd === true && {psd: true})};
  }
  const values = valuesOf(given);
  if (values) return {numbers: [...values], shape: [...shape]};
  return {
    ...{atom: atom.name, args: args.map(savedExpression)},
    ...(Object.keys(options).length > 0 && {options: {...options}}),
  };
}

/** The expression of a tree. @throws If an atom is unknown. */
export function readExpression(saved: SavedExpression): Expression {
  if ('variable' in saved) return variable(saved.variable, saved.shape, {sign: signIn(saved.sign)});
  if ('parameter' in saved) {
    return parameter(saved.parameter, saved.shape, {sign: signIn(saved.sign), psd: saved.psd ?? false});
  }
  if ('numbers' in saved) return numbers(saved.numbers, saved.shape as Shape);
  const atom = atomNamed(saved.atom);
  if (!atom) throw new Error(`convex: a saved problem has an unknown atom '${saved.atom}'.`);
  return expression(atom, saved.args.map(readExpression), saved.options ?? {});
}

const signIn = (sign: string | undefined) => (sign ?? 'unknown') as Sign;
