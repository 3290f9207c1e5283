/** @file Reads a problem that was saved as plain data. */
import {equal, greaterEqual, lessEqual, positiveSemidefinite, type Constraint} from './constraint.js';
import {ConvexProblem} from './problem.js';
import {readExpression, type SavedConstraint, type SavedProblem} from './saved.js';

const COMPARISONS = {lessEqual, greaterEqual, equal};

/**
 * The problem of what `problem.toJSON()` gave, or of its text by `JSON.stringify`.
 *
 * @throws If it is no such thing.
 */
export function problemFromJSON(saved: SavedProblem | string): ConvexProblem {
  const {sense, objective, constraints} = (
    typeof saved === 'string' ? JSON.parse(saved) : saved
  ) as SavedProblem;
  return new ConvexProblem(sense, readExpression(objective), constraints.map(constraintOf));
}

function constraintOf({className, name, args}: SavedConstraint): Constraint {
  const [left, right] = args.map(readExpression);
  if (className === 'positiveSemidefinite') return positiveSemidefinite(left, {name});
  return COMPARISONS[className](left, right, {name});
}
