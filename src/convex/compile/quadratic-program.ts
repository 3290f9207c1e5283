/** @file A compiled problem that is a quadratic program, and its solution by `solveQP`. */
import * as tf from '@tensorflow/tfjs-core';
import {solveQP, sparseMatrix, type QPInput, type QPResult, type SparseMatrix} from '../../solvers/index.js';
import {Bounds, type Fate} from './bounds.js';
import type {Builder} from './builder.js';
import type {AffineForm} from './form.js';
import {Multipliers, type Source} from './multipliers.js';
import type {Objective} from './objective.js';
import {UnusedParameters, type ParameterMap} from './parameter-map.js';
import {Program, type Solved, type SolveOptions} from './program.js';
import {MatrixMap, Rows, type RowRange} from './rows.js';
import type {SquareBlock} from './square-block.js';
import {connected, ofBatch, type Theta} from './theta.js';

/** Matrices become sparse from this number of variables on, if at most this part of their entries is there. */
const LARGE = 150;
const SPARSE = 0.1;

/** The form of each constraint of the user, and whether it is an equality. */
export interface ConstraintForm {
  form: AffineForm;
  isEquality: boolean;
}

export class QuadraticProgram extends Program {
  readonly kind = 'quadratic';
  private readonly isSparse: boolean;
  private readonly blocks: readonly SquareBlock[];
  private readonly Q: Matrix;
  private readonly G: Matrix;
  private readonly A: Matrix;
  private readonly h: ParameterMap;
  private readonly b: ParameterMap;
  private readonly unused: UnusedParameters;
  private readonly bounds: Bounds;
  /** Of each constraint of the user: rows of A, or multipliers of inequalities. */
  private readonly constraints: (RowRange | Multipliers)[];

  constructor(builder: Builder, objective: Objective, constraints: readonly ConstraintForm[]) {
    super(builder, objective);
    const n = builder.variableCount;
    const [inequalities, equalities] = [new Rows(), new Rows()];
    const own = constraints.filter(({isEquality}) => !isEquality).map(({form}) => form);
    this.bounds = new Bounds(n, [...own, ...builder.inequalities]);
    let number = 0;
    const addInequality = (form: AffineForm) => addRows(inequalities, form, this.bounds.fatesOf(number++));
    this.constraints = constraints.map(({form, isEquality}) =>
      isEquality ? equalities.add(form) : new Multipliers(addInequality(form)),
    );
    builder.inequalities.forEach(addInequality);
    for (const form of builder.equalities) equalities.add(form);
    const hessian = objective.hessian.map(({i, j, ...rest}) => ({row: i, variable: j, ...rest}));
    const matrices = [new MatrixMap(n, n, hessian), inequalities.matrix(n), equalities.matrix(n)];
    this.blocks = objective.blocks;
    const inBlocks = this.blocks.reduce((sum, {width}) => sum + width ** 2, 0);
    const filled = matrices.reduce((sum, {places}) => sum + places.length, inBlocks);
    const all = matrices.reduce((sum, {rows, columns}) => sum + rows * columns, 0);
    this.isSparse = n >= LARGE && filled <= SPARSE * all;
    [this.Q, this.G, this.A] = matrices.map((matrix) => new Matrix(matrix, this.isSparse));
    this.h = inequalities.right();
    this.b = equalities.right();
    const coefficients = [this.Q.map, this.G.map, this.A.map, this.linear];
    for (const map of coefficients) map.checkRange();
    const ofBlocks = this.blocks.flatMap(({maps}) => maps);
    const {lower, upper} = this.bounds;
    const rightSides = [this.h, this.b, lower, upper].filter((map) => map !== null);
    this.unused = new UnusedParameters([...coefficients, ...rightSides, ...ofBlocks]);
  }

  solve(theta: Theta, options: SolveOptions): Solved {
    const result = solveQP(this.dataOf(theta), options);
    const part = (from: Multiplied) => (constraint: number) => {
      const own = this.constraints[constraint];
      return own instanceof Multipliers
        ? own.of(from)
        : tf.slice(from.eqDual, [0, own.start], [-1, own.count]);
    };
    const {x, status, iterations, residual, certificate} = result;
    return {z: x, dual: part(result), proof: part(certificate), status, iterations, residual};
  }

  /** What `solveQP` gets. Only p always has a batch axis: what no batch of parameters reaches is shared, and factored once. */
  dataOf(theta: Theta): QPInput {
    const {Q, G, A, h, b, variableCount: n} = this;
    const {lower, upper} = this.bounds;
    const added = this.blocks.map((block) => ({...block.of(theta), start: block.start}));
    const linear = added.reduce(
      (sum, block) => tf.add(sum, wide(block.p, block.start, n)),
      this.linear.of(theta),
    );
    return {
      Q: Q.of(theta, added),
      // The batch comes with p.
      p: connected(ofBatch(tf.reshape(linear, [-1, n]), theta.batch), this.unused.of(theta)),
      ...(G.rows > 0 && {G: G.of(theta), h: shared(h.of(theta))}),
      ...(A.rows > 0 && {A: A.of(theta), b: shared(b.of(theta))}),
      ...(lower && {lower: shared(lower.of(theta))}),
      ...(upper && {upper: shared(upper.of(theta))}),
    };
  }
}

type Multiplied = Pick<QPResult, 'ineqDual' | 'lowerDual' | 'upperDual' | 'eqDual'>;

/** Adds the rows of a form that are no bounds. @returns Where the multiplier of each of its rows is. */
function addRows(rows: Rows, form: AffineForm, fates: readonly Fate[]): (Source | null)[] {
  const kept = fates.flatMap((fate, row) => (fate === 'row' ? [{row, factor: 1}] : []));
  let {start} = rows.add(form, 1, kept.length === fates.length ? undefined : kept);
  return fates.map((fate): Source | null => {
    if (fate === 'idle') return null;
    if (fate === 'row') return {from: 'ineqDual', place: start++, factor: 1};
    return {from: `${fate.side}Dual`, place: fate.variable, factor: 1 / Math.abs(fate.factor)};
  });
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

  of(theta: Theta, added: readonly {Q: tf.Tensor; start: number}[] = []): tf.Tensor | SparseMatrix {
    const {rows, columns, map, places} = this;
    const own = map.of(theta);
    if (places) {
      const lists = [places, ...added.map(({Q, start}) => blockPlaces(start, Q.shape[1]!))];
      const parts = [own, ...added.map(({Q}) => Q)].map((part) =>
        tf.reshape(part, [part.rank === 1 ? 1 : part.shape[0], -1]),
      );
      const batch = Math.max(...parts.map(({shape}) => shape[0]));
      return sparseMatrix({
        shape: [rows, columns],
        rows: lists.flatMap((list) => Array.from(list.rows)),
        columns: lists.flatMap((list) => Array.from(list.columns)),
        values: shared(
          tf.concat(
            parts.map((part) => ofBatch(part, batch)),
            1,
          ),
        ),
      });
    }
    const whole = added.reduce<tf.Tensor>(
      (sum, {Q, start}) => tf.add(sum, wide(Q, start, columns)),
      tf.reshape(own, [-1, rows, columns]),
    );
    return whole.shape[0] === 1 ? tf.reshape(whole, [rows, columns]) : whole;
  }
}

/** A block on the diagonal, or a part of a vector, [B, …width], among zeros: [B, …n]. */
function wide(block: tf.Tensor, start: number, n: number): tf.Tensor {
  const paddings = block.shape.map((size, axis): [number, number] =>
    axis === 0 ? [0, 0] : [start, n - start - size],
  );
  return paddings.every(([before, after]) => before + after === 0) ? block : tf.pad(block, paddings);
}

function blockPlaces(start: number, width: number): {rows: Int32Array; columns: Int32Array} {
  const all = Int32Array.from({length: width * width}, (_, i) => i);
  return {
    rows: all.map((i) => start + Math.floor(i / width)),
    columns: all.map((i) => start + (i % width)),
  };
}
