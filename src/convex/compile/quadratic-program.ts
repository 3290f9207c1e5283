/** @file A compiled problem that is a quadratic program, and its solution by `solveQP`. */
import * as tf from '@tensorflow/tfjs-core';
import {solveQP, sparseMatrix, type QPResult, type SparseMatrix} from '../../solvers/index.js';
import type {Builder} from './builder.js';
import {NONE, type AffineForm} from './form.js';
import type {Objective} from './objective.js';
import {ParameterMap, UnusedParameters} from './parameter-map.js';
import type {Program, Solved, SolveOptions} from './program.js';
import {MatrixMap, Rows, type RowRange} from './rows.js';
import {connected, ofBatch, type Theta} from './theta.js';

/** Matrices become sparse from this number of variables on, if at most this part of their entries is there. */
const LARGE = 150;
const SPARSE = 0.1;

/** The form of each constraint of the user, and whether it is an equality. */
export interface ConstraintForm {
  form: AffineForm;
  isEquality: boolean;
}

export class QuadraticProgram implements Program {
  readonly kind = 'quadratic';
  readonly variables: Program['variables'];
  readonly parameters: Program['parameters'];
  readonly derived: Program['derived'];
  readonly parameterCount: number;
  readonly variableCount: number;
  private readonly isSparse: boolean;
  private readonly Q: Matrix;
  private readonly G: Matrix;
  private readonly A: Matrix;
  private readonly p: ParameterMap;
  private readonly h: ParameterMap;
  private readonly b: ParameterMap;
  private readonly unused: UnusedParameters;
  private readonly ranges: (RowRange & {isEquality: boolean})[];

  constructor(builder: Builder, objective: Objective, constraints: readonly ConstraintForm[]) {
    const {variables, parameters, derived, parameterCount, variableCount: n} = builder;
    this.variables = variables;
    this.parameters = parameters;
    this.derived = derived;
    this.parameterCount = parameterCount;
    this.variableCount = n;
    const [inequalities, equalities] = [new Rows(), new Rows()];
    this.ranges = constraints.map(({form, isEquality}) => ({
      ...(isEquality ? equalities : inequalities).add(form),
      isEquality,
    }));
    for (const form of builder.inequalities) inequalities.add(form);
    for (const form of builder.equalities) equalities.add(form);
    const hessian = objective.hessian.map(({i, j, ...rest}) => ({row: i, variable: j, ...rest}));
    const matrices = [new MatrixMap(n, n, hessian), inequalities.matrix(n), equalities.matrix(n)];
    const filled = matrices.reduce((sum, {places}) => sum + places.length, 0);
    const all = matrices.reduce((sum, {rows, columns}) => sum + rows * columns, 0);
    this.isSparse = n >= LARGE && filled <= SPARSE * all;
    [this.Q, this.G, this.A] = matrices.map((matrix) => new Matrix(matrix, this.isSparse));
    this.h = inequalities.right();
    this.b = equalities.right();
    this.p = new ParameterMap(n);
    const {linear} = objective;
    for (let term = 0; term < linear.count; term++) {
      if (linear.variables[term] !== NONE)
        this.p.add(linear.variables[term], linear.parameters[term], linear.values[term]);
    }
    for (const map of [this.Q.map, this.G.map, this.A.map, this.p]) map.checkRange();
    this.unused = new UnusedParameters([this.Q.map, this.G.map, this.A.map, this.p, this.h, this.b]);
  }

  solve(theta: Theta, options: SolveOptions): Solved {
    const {Q, G, A, p, h, b, variableCount: n} = this;
    const result = solveQP(
      {
        Q: Q.of(theta),
        // The batch comes with p.
        p: connected(ofBatch(tf.reshape(p.of(theta), [-1, n]), theta.batch), this.unused.of(theta)),
        ...(G.rows > 0 && {G: G.of(theta), h: shared(h.of(theta))}),
        ...(A.rows > 0 && {A: A.of(theta), b: shared(b.of(theta))}),
      },
      options,
    );
    const part = (from: Pick<QPResult, 'ineqDual' | 'eqDual'>) => (constraint: number) => {
      const {isEquality, start, count} = this.ranges[constraint];
      return tf.slice(isEquality ? from.eqDual : from.ineqDual, [0, start], [-1, count]);
    };
    const {x, status, iterations, residual, certificate} = result;
    return {z: x, dual: part(result), proof: part(certificate), status, iterations, residual};
  }
}

/** [1, n] as [n]. */
function shared(values: tf.Tensor): tf.Tensor {
  return values.shape[0] === 1 && values.rank === 2 ? tf.reshape(values, [-1]) : values;
}

/** A matrix in the form that `solveQP` takes. */
class Matrix {
  readonly rows: number;
  private readonly columns: number;
  readonly map: ParameterMap;
  private readonly places: {rows: Int32Array; columns: Int32Array} | null;

  constructor(matrix: MatrixMap, isSparse: boolean) {
    this.rows = matrix.rows;
    this.columns = matrix.columns;
    this.map = isSparse ? matrix.entries() : matrix.dense();
    const {places, columns} = matrix;
    this.places = isSparse
      ? {
          rows: places.map((place) => Math.floor(place / columns)),
          columns: places.map((place) => place % columns),
        }
      : null;
  }

  of(theta: Theta): tf.Tensor | SparseMatrix {
    const {rows, columns, map, places} = this;
    const values = shared(map.of(theta));
    if (places) return sparseMatrix({shape: [rows, columns], ...places, values});
    return tf.reshape(values, values.rank === 1 ? [rows, columns] : [-1, rows, columns]);
  }
}
