/** @file Compiles a problem: to a quadratic program if that is enough, otherwise to a conic program. */
import {neg} from '../atoms/arithmetic.js';
import type {Constraint} from '../constraint.js';
import type {Expression} from '../types.js';
import {Builder} from './builder.js';
import {ConicProgram, type ConeConstraint} from './conic-program.js';
import {Objective} from './objective.js';
import type {Program} from './program.js';
import {QuadraticProgram} from './quadratic-program.js';

/** What is compiled. */
interface Source {
  sense: 'minimize' | 'maximize';
  objective: Expression;
  constraints: ReadonlyMap<string, Constraint>;
  variables: ReadonlyMap<string, Expression>;
  parameters: ReadonlyMap<string, Expression>;
}

/** @throws If no solver has a cone that it needs. */
export function compile(source: Source): Program {
  const quadratic = collect(source, true);
  const isConic =
    quadratic.builder.hasCones || quadratic.constraints.some(({kind}) => kind === 'semidefinite');
  if (!isConic) {
    const {builder, objective, constraints} = quadratic;
    const forms = constraints.map(({form, kind}) => ({form, isEquality: kind === 'equality'}));
    return new QuadraticProgram(builder, objective, forms);
  }
  const {builder, objective, constraints} = collect(source, false);
  return new ConicProgram(builder, objective, constraints);
}

function collect(
  {sense, objective: given, constraints: all, variables, parameters}: Source,
  allowsSquares: boolean,
) {
  const builder = new Builder();
  // The user's come first, in their order.
  for (const leaf of [...variables.values(), ...parameters.values()]) builder.formOf(leaf);
  for (const leaf of variables.values()) {
    if (leaf.sign === 'nonNegative' || leaf.sign === 'zero') builder.atMostZero(neg(leaf));
    if (leaf.sign === 'nonPositive' || leaf.sign === 'zero') builder.atMostZero(leaf);
  }
  const constraints = [...all.values()].map(({kind, expression}): ConeConstraint => {
    const form = builder.formOf(builder.canonical(expression));
    if (kind === 'positiveSemidefinite') return {form, kind: 'semidefinite'};
    return {form, kind: kind === 'equal' ? 'equality' : 'inequality'};
  });
  const objective = new Objective(builder, allowsSquares);
  objective.add(sense === 'minimize' ? given : neg(given));
  return {builder, objective, constraints};
}
