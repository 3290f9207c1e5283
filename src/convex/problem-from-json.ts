/** @file Reads a problem that was saved as plain data. */
import {checkOptions} from '../checks/index.js';
import {equal, greaterEqual, lessEqual, positiveSemidefinite, type Constraint} from './constraint.js';
import {ConvexProblem} from './problem.js';
import {expressionReader, type SavedConstraint, type SavedProblem} from './saved.js';
import type {Expression} from './types.js';

const COMPARISONS = {lessEqual, greaterEqual, equal};

/**
 * The problem of what `problem.toJSON()` gave, or of its text by `JSON.stringify`.
 *
 * @throws If it is no such thing.
 */
export function problemFromJSON(saved: SavedProblem | string): ConvexProblem {
  const given = (typeof saved === 'string' ? JSON.parse(saved) : saved) as SavedProblem;
  const names = {sense: 1, definitions: 0, objective: 1, constraints: 1} as const;
  const {sense, objective, constraints} = checkOptions('convex.problemFromJSON', given, names, 'entry');
  const read = expressionReader(given);
  return new ConvexProblem(
    sense,
    read(objective),
    constraints.map(({className, name, args}) => constraintOf(className, args.map(read), name)),
  );
}

function constraintOf(
  className: SavedConstraint['className'],
  [left, right]: readonly Expression[],
  name: string | undefined,
): Constraint {
  if (className === 'positiveSemidefinite') return positiveSemidefinite(left, {name});
  return COMPARISONS[className](left, right, {name});
}
