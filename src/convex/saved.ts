/** @file Problems as plain data: a readable tree of atoms, which a saved model contains. */
import {atomNamed} from './atoms/index.js';
import type {Constraint} from './constraint.js';
import {expression} from './expression.js';
import {nameOf, numbers, parameter, valuesOf, variable} from './leaves.js';
import {repeatedIn} from './repeated.js';
import type {Sign} from './sign.js';
import type {Expression} from './types.js';

/**
 * An expression as plain data. What must keep its case is under `className` or `name`: tfjs changes the case of all other texts of a saved
 * model.
 */
export type SavedExpression = SavedSymbol | SavedNumber | SavedAtom | SavedReference;

/** A variable or a parameter as plain data. */
export interface SavedSymbol {
  /** What it is. */
  className: 'variable' | 'parameter';
  /** Its name. */
  name: string;
  /** Without the batch axis. */
  shape: number[];
  /** If it is known. */
  sign?: string;
  /** Whether a parameter is a positive semidefinite matrix. */
  psd?: boolean;
}

/** Constant numbers as plain data. */
export interface SavedNumber {
  /** Tells it from other expressions. */
  className: 'number';
  /** Row by row. */
  values: number[];
  /** Their shape. */
  shape: number[];
}

/** A function of expressions as plain data. */
export interface SavedAtom {
  /** The name of the function in `convex`. */
  className: string;
  /** What it is applied to. */
  args: SavedExpression[];
  /** What it takes in addition. */
  options?: Record<string, unknown>;
}

/** Stands for an expression that occurs several times. */
export interface SavedReference {
  /** Tells it from other expressions. */
  className: 'definition';
  /** Its place in `definitions`. */
  index: number;
}

/** A constraint as plain data. */
export interface SavedConstraint {
  /** 'lessEqual', 'greaterEqual', 'equal' or 'positiveSemidefinite'. */
  className: Constraint['kind'];
  /** If it has one. */
  name?: string;
  /** Its sides. */
  args: SavedExpression[];
}

/** A problem as plain data. */
export interface SavedProblem {
  /** 'minimize' or 'maximize'. */
  sense: 'minimize' | 'maximize';
  /** Expressions that occur several times; each may refer to those before it. Default: none. */
  definitions?: SavedExpression[];
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
  const constraints = [...problem.constraints.values()];
  const roots = [problem.objective, ...constraints.flatMap(({sides}) => sides)];
  const repeated = repeatedIn(roots, (leaf) => valuesOf(leaf)?.length ?? 1);
  const places = new Map(repeated.map((given, index) => [given, index]));
  const saved = (given: Expression): SavedExpression => {
    const index = places.get(given);
    return index === undefined ? savedExpression(given, saved) : {className: 'definition', index};
  };
  const definitions = repeated.map((given) => savedExpression(given, saved));
  return {
    sense: problem.sense,
    ...(definitions.length > 0 && {definitions}),
    objective: saved(problem.objective),
    constraints: constraints.map(({kind, name, sides}) => ({
      className: kind,
      ...(name !== undefined && {name}),
      args: sides.map(saved),
    })),
  };
}

function savedExpression(given: Expression, saved: (arg: Expression) => SavedExpression): SavedExpression {
  const {atom, args, options, shape} = given;
  const sign = options.sign === 'unknown' || options.sign === undefined ? {} : {sign: options.sign as string};
  const leaf = {name: nameOf(given), shape: [...shape], ...sign};
  if (atom.leaf === 'variable') return {className: 'variable', ...leaf};
  if (atom.leaf === 'parameter') {
    return {className: 'parameter', ...leaf, ...(options.psd === true && {psd: true})};
  }
  const values = valuesOf(given);
  if (values) return {className: 'number', values: [...values], shape: [...shape]};
  return {
    ...{className: atom.name, args: args.map(saved)},
    ...(Object.keys(options).length > 0 && {options: {...options}}),
  };
}

/** Reads the expressions of a problem. @throws If one is unknown. */
export function expressionReader({
  definitions,
}: Pick<SavedProblem, 'definitions'>): (saved: SavedExpression) => Expression {
  const known: Expression[] = [];
  const read = (saved: SavedExpression): Expression => {
    const {className} = saved;
    if ('name' in saved) {
      const {name, shape, sign = 'unknown'} = saved;
      if (className === 'variable') return variable(name, shape, {sign: sign as Sign});
      return parameter(name, shape, {sign: sign as Sign, psd: 'psd' in saved && saved.psd === true});
    }
    if ('values' in saved) return numbers(saved.values, saved.shape);
    if ('index' in saved) {
      const definition = known[saved.index] as Expression | undefined;
      if (definition) return definition;
      throw new Error(`convex: a saved problem has no definition ${saved.index} where it is needed.`);
    }
    const atom = atomNamed(className);
    if (!atom) throw new Error(`convex: a saved problem has an unknown atom '${className}'.`);
    return expression(atom, saved.args.map(read), saved.options ?? {});
  };
  for (const definition of definitions ?? []) known.push(read(definition));
  return read;
}
