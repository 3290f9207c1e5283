/** @file Convex problems with parameters: checked and compiled once, solved for batches, differentiable. */
import * as tf from '@tensorflow/tfjs-core';
import {rollBackOnThrow} from '../autodiff/index.js';
import {checkOptions} from '../checks/index.js';
import {valuesOnHost} from '../kernels/index.js';
import {withoutBatchAxis} from '../solvers/index.js';
import {add, mul} from './atoms/arithmetic.js';
import {sum} from './atoms/sums.js';
import {compile} from './compile/compile.js';
import type {Program, Solved, SolveOptions} from './compile/program.js';
import {firstOf} from './compile/theta.js';
import {isConstraint, type Constraint} from './constraint.js';
import {evaluate} from './evaluate.js';
import {explain, type Explanation} from './explain.js';
import {asExpression, type ExpressionLike} from './leaves.js';
import {leavesOf} from './leaves-of.js';
import {finiteIn, packed, type ParameterValue} from './parameter-values.js';
import {checkConstraint, checkNames, checkObjective} from './rules.js';
import {savedProblem, type SavedProblem} from './saved.js';
import {constraintText, definitionTexts, namesFor, textOf} from './text.js';
import type {Expression} from './types.js';

/** What `problem` takes: one of the two objectives, and constraints. */
export interface ProblemInput {
  /** A convex number. */
  minimize?: ExpressionLike | undefined;
  /** A concave number. */
  maximize?: ExpressionLike | undefined;
  /** Default: none. */
  subjectTo?: readonly Constraint[] | undefined;
}

/** What a solve gives. Shapes are for a batch; if no parameter has a batch axis, the results have none either. */
export type ConvexSolution = {
  /** By name, [B, …shape]; zero where the status is not 0. */
  variables: Record<string, tf.Tensor>;
  /**
   * The multipliers of each constraint by name, [B, …shape]: how much the objective would gain if the constraint were relaxed by one unit.
   * At least zero for inequalities; a matrix for 'positiveSemidefinite'.
   */
  duals: Record<string, tf.Tensor>;
  /** The objective, [B]; zero where the status is not 0. */
  value: tf.Tensor;
  /** [B], int32: 0 solved, 1 infeasible, 2 unbounded, 3 iteration limit, 4 numerical error, 5 invalid. */
  status: tf.Tensor;
  /** [B], int32. */
  iterations: tf.Tensor;
  /** Shape [B]: the largest relative error of the optimality conditions. */
  residual: tf.Tensor;
};

/** A problem of convex optimisation with parameters. Made by `problem`. */
export class ConvexProblem {
  /** Whether the objective is minimised or maximised. */
  readonly sense: 'minimize' | 'maximize';
  /** The objective. */
  readonly objective: Expression;
  /** The constraints, by name. */
  readonly constraints: ReadonlyMap<string, Constraint>;
  /** The variables by name. */
  readonly variables: ReadonlyMap<string, Expression>;
  /** The parameters by name. */
  readonly parameters: ReadonlyMap<string, Expression>;
  /** @internal */
  readonly program: Program;

  /** @internal */
  constructor(sense: 'minimize' | 'maximize', objective: Expression, subjectTo: readonly Constraint[]) {
    checkObjective(sense, objective);
    this.sense = sense;
    this.objective = objective;
    const constraints = new Map<string, Constraint>();
    subjectTo.forEach((constraint, i) => {
      const name = constraint.name ?? `constraint${i}`;
      if (constraints.has(name)) throw new Error(`convex.problem: two constraints have the name '${name}'.`);
      checkConstraint(constraint, name);
      constraints.set(name, constraint);
    });
    this.constraints = constraints;
    const leaves = leavesOf([objective, ...subjectTo.map(({expression}) => expression)]);
    checkNames(leaves);
    const named = (kind: string) =>
      new Map(
        leaves.filter(({atom}) => atom.leaf === kind).map((leaf) => [leaf.options.name as string, leaf]),
      );
    this.variables = named('variable');
    this.parameters = named('parameter');
    if (this.variables.size === 0) throw new Error('convex.problem: there are no variables.');
    this.program = compile(this);
  }

  /** Whether it is solved as a quadratic program, by `solveQP`, or as a conic program, by `solvers.ConicSplitting`. */
  get kind(): 'quadratic' | 'conic' {
    return this.program.kind;
  }

  /**
   * Solves the problem for values of its parameters, each with or without the batch as axis 0; differentiable in all that are tensors.
   *
   *     const {variables: {x}, value} = lasso.solve({A, b, lambda: 0.1});
   *
   * @param values By name: tensors [B, …shape] or […shape], or numbers.
   * @throws If a parameter is missing, unknown or has another shape; what the solver throws.
   */
  solve(values: Readonly<Record<string, ParameterValue>> = {}, options: SolveOptions = {}): ConvexSolution {
    checkOptions('convex problem: solve', options, ['tolerance', 'maxIterations', 'onFailure']);
    return tf.tidy(() =>
      rollBackOnThrow(() => {
        const {theta, given, isBatch} = packed(this, values);
        const result = this.resultOf(this.program.solve(theta, options), given);
        return isBatch ? result : withoutBatchAxis(result);
      }),
    );
  }

  /**
   * For an instance without a solution: constraints that contradict each other, of which none can be left out, with their weights in the
   * certificate of infeasibility. For one with a solution: the active constraints, by what relaxing them by one unit would gain.
   *
   * @param values As for `solve`; the first sample of a batch is explained.
   */
  explain(values: Readonly<Record<string, ParameterValue>> = {}): Explanation {
    const firstSolved = (problem: ConvexProblem) => {
      const own = Object.entries(values).filter(([name]) => problem === this || problem.parameters.has(name));
      const {theta} = packed(problem, Object.fromEntries(own));
      return problem.program.solve(firstOf(theta), {onFailure: 'ignore'});
    };
    const feasibility = (names: readonly string[]) =>
      new ConvexProblem(
        'minimize',
        // All variables, also where a constraint has none.
        add(...[...this.variables.values()].map((variable) => mul(0, sum(variable)))),
        names.map((name) => ({...this.constraints.get(name)!, name})),
      );
    const explained = () =>
      explain([...this.constraints.keys()], firstSolved(this), (names) => firstSolved(feasibility(names)));
    return tf.tidy(() => explained() as unknown as tf.TensorContainerObject) as unknown as Explanation;
  }

  /** The problem as on paper. */
  toString(): string {
    const constraints = [...this.constraints.values()];
    const names = namesFor([this.objective, ...constraints.flatMap(({sides}) => sides)]);
    const lines = constraints.map((constraint) => {
      const label = constraint.name === undefined ? '' : `   (${constraint.name})`;
      return `${constraintText(constraint, names)}${label}`;
    });
    return [
      `${this.sense} ${textOf(this.objective, names)}`,
      ...hanging('subject to ', lines),
      ...hanging('where ', definitionTexts(names)),
    ].join('\n');
  }

  /** The problem as plain data, from which `problemFromJSON` makes an equal one. */
  toJSON(): SavedProblem {
    return savedProblem(this);
  }

  private resultOf(solved: Solved, given: ReadonlyMap<string, tf.Tensor>): ConvexSolution {
    const {z, status, iterations, residual} = solved;
    const variables: Record<string, tf.Tensor> = {};
    const values = new Map(given);
    for (const [name, {start, shape}] of this.program.variables) {
      const {size} = this.variables.get(name)!;
      variables[name] = tf.reshape(tf.slice(z, [0, start], [-1, size]), [-1, ...shape]);
      values.set(name, variables[name]);
    }
    const duals: Record<string, tf.Tensor> = {};
    [...this.constraints].forEach(([name, {expression}], i) => {
      duals[name] = tf.reshape(solved.dual(i), [-1, ...expression.shape]);
    });
    const none = tf.zeros(status.shape);
    const isSafe = valuesOnHost(status)?.every((code) => code === 0) ?? false;
    const objective = evaluate(this.objective, isSafe ? values : finiteIn(values));
    const value = tf.where(tf.equal(status, 0), tf.add(tf.reshape(objective, [-1]), none), none);
    return {variables, duals, value, status, iterations, residual};
  }
}

/** Lines of which the first one begins with a word, and the others where it ends. */
function hanging(word: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => (i === 0 ? word : ' '.repeat(word.length)) + line);
}

/**
 * A problem of convex optimisation: min or max of an objective subject to constraints, by the rules of disciplined convex programming.
 *
 *     const x = variable('x', [3]);
 *     const b = parameter('b', [3]);
 *     const nearest = problem({minimize: sumSquares(sub(x, b)), subjectTo: [greaterEqual(x, 0), equal(sum(x), 1)]});
 *     const {variables} = nearest.solve({b: tf.tensor1d([0.2, 1.5, -0.3])});
 *
 * It is checked and compiled here, once, to a quadratic program (or a conic one, if it has norms, eigenvalues or semidefinite matrices)
 * whose data are maps of the parameters.
 *
 * @throws If the rules are broken: the message underlines the expression at fault; or if no solver has the cone that it needs.
 * @see Grant, Boyd & Ye 2006, Disciplined convex programming; Agrawal et al. 2019 (arXiv 1910.12430) for parameters.
 */
export function problem(input: ProblemInput): ConvexProblem {
  const where = 'convex.problem';
  const {
    minimize,
    maximize,
    subjectTo = [],
  } = checkOptions(where, input, ['minimize', 'maximize', 'subjectTo'], 'argument');
  if ((minimize === undefined) === (maximize === undefined)) {
    throw new Error(`${where}: expected either minimize or maximize.`);
  }
  if (!Array.isArray(subjectTo) || !subjectTo.every(isConstraint)) {
    throw new Error(
      `${where}: subjectTo must be an array of constraints, made by lessEqual, greaterEqual, equal or positiveSemidefinite.`,
    );
  }
  const sense = minimize === undefined ? 'maximize' : 'minimize';
  return new ConvexProblem(sense, asExpression(where, (minimize ?? maximize)!), subjectTo);
}
