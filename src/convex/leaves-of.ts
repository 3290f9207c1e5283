/** @file The variables and parameters that occur in expressions. */
import type {Expression} from './types.js';

/** Each once, in the order in which they are met. */
export function leavesOf(expressions: readonly Expression[]): Expression[] {
  const seen = new Set<Expression>();
  const leaves: Expression[] = [];
  const visit = (expression: Expression) => {
    if (seen.has(expression)) return;
    seen.add(expression);
    const {leaf} = expression.atom;
    if (leaf === 'variable' || leaf === 'parameter') leaves.push(expression);
    expression.args.forEach(visit);
  };
  expressions.forEach(visit);
  return leaves;
}
