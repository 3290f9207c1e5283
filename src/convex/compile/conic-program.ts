/** @file A compiled problem with second-order or semidefinite cones, and its solution by `solvers.ConicSplitting`. */
import * as tf from '@tensorflow/tfjs-core';
import {dualConeProduct, type Cones} from '../../projections/index.js';
import {ConicSplitting, reportFailures} from '../../solvers/index.js';
import {Status} from '../../implicit/index.js';
import {valuesOnHost} from '../../kernels/index.js';
import type {Builder} from './builder.js';
import {AffineForm} from './form.js';
import type {Objective} from './objective.js';
import {UnusedParameters, type ParameterMap} from './parameter-map.js';
import {Program, type Solved, type SolveOptions} from './program.js';
import {Rows, type RowRange} from './rows.js';
import {connected, ofBatch, type Theta} from './theta.js';

/** The form of a constraint of the user, and its cone. */
export interface ConeConstraint {
  form: AffineForm;
  kind: 'equality' | 'inequality' | 'semidefinite';
}

const REASONS: Record<number, string> = {
  [Status.PRIMAL_INFEASIBLE]: 'is infeasible: no point satisfies the constraints',
  [Status.DUAL_INFEASIBLE]: 'is unbounded: the objective can decrease without limit',
  [Status.ITERATION_LIMIT]: 'stopped at the iteration limit',
  [Status.NUMERICAL_ERROR]: 'became NaN or infinite',
  [Status.INVALID_INPUT]: 'has NaN or infinity in its parameters',
};

export class ConicProgram extends Program {
  readonly kind = 'conic';
  private readonly cones: Cones;
  private readonly E: ParameterMap;
  private readonly d: ParameterMap;
  private readonly unused: UnusedParameters;
  private readonly rows: number;
  private readonly ranges: (RowRange & {n?: number})[] = [];

  constructor(builder: Builder, objective: Objective, constraints: readonly ConeConstraint[]) {
    super(builder, objective);
    // Ez + s = d: s is −(the form) for what is at most zero, and the form itself for what is in a cone.
    const rows = new Rows();
    const add = (kind: ConeConstraint['kind'], others: readonly AffineForm[]) => {
      constraints.forEach(({form, kind: own}, i) => {
        if (own === kind && kind !== 'semidefinite') this.ranges[i] = rows.add(form);
      });
      for (const form of others) rows.add(form);
    };
    add('equality', builder.equalities);
    const zero = rows.count;
    add('inequality', builder.inequalities);
    const nonNegative = rows.count - zero;
    const secondOrder: number[] = [];
    for (const {t, x} of builder.secondOrders) {
      const width = x.size / t.size;
      for (let k = 0; k < t.size; k++) {
        rows.add(t, -1, [{row: k, factor: 1}]);
        rows.add(
          x,
          -1,
          Array.from({length: width}, (_, j) => ({row: k * width + j, factor: 1})),
        );
        secondOrder.push(1 + width);
      }
    }
    const psd: number[] = [];
    const addSemidefinite = (form: AffineForm, n: number): RowRange => {
      psd.push(n);
      return rows.add(symmetricPart(form, n), -1, triangle(n));
    };
    constraints.forEach(({form, kind}, i) => {
      const n = Math.sqrt(form.size);
      if (kind === 'semidefinite') this.ranges[i] = {...addSemidefinite(form, n), n};
    });
    for (const {matrix, n} of builder.semidefinites) addSemidefinite(matrix, n);
    this.cones = {zero, nonNegative, secondOrder, psd};
    this.rows = rows.count;
    this.E = rows.matrix(builder.variableCount).dense();
    this.d = rows.right();
    for (const map of [this.linear, this.E]) map.checkRange();
    this.unused = new UnusedParameters([this.linear, this.E, this.d]);
  }

  solve(theta: Theta, {onFailure = 'warn', ...limits}: SolveOptions): Solved {
    const {cones, rows, variableCount: n} = this;
    const data = {
      c: connected(ofBatch(tf.reshape(this.linear.of(theta), [-1, n]), theta.batch), this.unused.of(theta)),
      E: tf.reshape(this.E.of(theta), [-1, rows, n]),
      d: tf.reshape(this.d.of(theta), [-1, rows]),
    };
    const solver = new ConicSplitting((v) => dualConeProduct(v, cones), {...limits, onFailure});
    const {x: found, state} = solver.run(null, data);
    reportFailures(
      {
        where: 'convex problem',
        codes: Array.from(valuesOnHost(state.status) ?? []),
        reason: (code) => REASONS[code],
        consequence: 'A failed sample has zeros, and a zero gradient.',
      },
      onFailure,
    );
    const dual = (constraint: number) => {
      const {start, count, n: size} = this.ranges[constraint];
      const part = tf.slice(found.dual, [0, start], [-1, count]);
      return size === undefined ? part : tf.matMul(part as tf.Tensor2D, unpacked(size));
    };
    return {z: found.x, dual, proof: () => null, ...state};
  }
}

/** ½ (M + Mᵀ). */
function symmetricPart(form: AffineForm, n: number): AffineForm {
  const result = new AffineForm(n * n);
  for (let term = 0; term < form.count; term++) {
    const [i, j] = [Math.floor(form.rows[term] / n), form.rows[term] % n];
    const [variable, parameter, value] = [
      form.variables[term],
      form.parameters[term],
      0.5 * form.values[term],
    ];
    result.push(i * n + j, variable, parameter, value);
    result.push(j * n + i, variable, parameter, value);
  }
  return result;
}

/** The entries of a triangle, column by column, scaled so that its norm is that of the matrix. */
function triangle(n: number): {row: number; factor: number}[] {
  const entries: {row: number; factor: number}[] = [];
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) entries.push({row: i * n + j, factor: i === j ? 1 : Math.SQRT2});
  }
  return entries;
}

/** [n(n + 1)/2, n²]: a triangle times it is the matrix, row by row. */
function unpacked(n: number): tf.Tensor2D {
  const entries = triangle(n);
  const values = new Float32Array(entries.length * n * n);
  entries.forEach(({row, factor}, at) => {
    const [i, j] = [Math.floor(row / n), row % n];
    values[at * n * n + i * n + j] = values[at * n * n + j * n + i] = 1 / factor;
  });
  return tf.tensor2d(values, [entries.length, n * n]);
}
