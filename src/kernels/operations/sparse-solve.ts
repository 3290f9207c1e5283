/** @file The kernel 'ImplicitSparseSolve': linear systems with sparse matrices. Each matrix is factored once. */
import * as tf from '@tensorflow/tfjs-core';
import {SquareSystem} from '../algorithms/sparse/square-system.js';
import type {ProblemStructure} from '../algorithms/sparse/structure-of-problem.js';
import {registerHostKernel} from '../backends/host-kernel.js';
import {createDenseKernels} from '../twins/current-dense.js';
import type {Call} from './linalg/call.js';
import {SingularMatrixError} from './linalg/errors.js';
import {kernelsFor} from './sparse-qp.js';

const SOLVE = 'ImplicitSparseSolve';

/**
 * x with A x = b, or Aᵀx = b, for the values of A, [C, entries], and rows b [C·k, n], of which each matrix has k.
 *
 * @param structure Of `squareEntries`.
 */
export function runSparseSolve(
  structure: ProblemStructure,
  values: tf.Tensor,
  rows: tf.Tensor,
  transpose: boolean,
  call: Call,
): tf.Tensor {
  const attributes = {structure: structure as unknown as tf.NamedAttrMap[string], transpose, ...call};
  return tf.engine().runKernel(SOLVE, {values, rows}, attributes);
}

registerHostKernel<'values' | 'rows'>(SOLVE, ({values, rows}, attributes, allocate) => {
  const {structure, transpose, caller, cotangent} = attributes as unknown as Call & {
    structure: ProblemStructure;
    transpose: boolean;
  };
  const [count, size] = values.shape;
  const [total, n] = rows.shape;
  const each = total / count;
  const [output] = allocate(rows.shape);
  const [entries, right] = [values.single, rows.single];
  const sample = (index: number) => (count === 1 ? '' : ` of sample ${index}`);
  checkEntries(entries, (e) => `the values of a${sample(Math.floor(e / size))} contain ${entries[e]}`);
  if (!cotangent) checkEntries(right, (e) => `b contains ${right[e]}`);
  const dense = kernelsFor(structure);
  dense.scope(() => {
    const system = new SquareSystem(dense, structure);
    const [b, x] = [dense.vector(n), new Float64Array(n)];
    for (let c = 0; c < count; c++) {
      const isValid = system.factor(entries.subarray(c * size, (c + 1) * size));
      for (let k = c * each; k < (c + 1) * each; k++) {
        b.set(right.subarray(k * n, (k + 1) * n));
        if (isValid) system.solve(b, transpose, x);
        if (!isValid || system.isSingular) throw singular(structure, `${caller}: the matrix${sample(c)}`);
        output.values.set(x, k * n);
      }
    }
  });
  return [output];

  function checkEntries(numbers: ArrayLike<number>, what: (e: number) => string): void {
    for (let e = 0; e < numbers.length; e++) {
      if (!Number.isFinite(numbers[e])) throw new Error(`${caller}: ${what(e)}; expected finite numbers.`);
    }
  }
});

function singular({p}: ProblemStructure, what: string): SingularMatrixError {
  return new SingularMatrixError(
    p === 0
      ? `${what} is not symmetric and positive definite; use assume: 'general'.`
      : `${what} is singular, or nearly so; use linsolve.auto for the solution of least norm.`,
  );
}

/** The factors of the matrices of a batch, in double precision, for as long as this object lives. */
export class SquareFactors {
  private readonly systems: SquareSystem[];

  /**
   * @param values Of the matrices, one after another. @param refuse Called with the first matrix that is not definite, if it must be; what it
   *   returns is thrown.
   */
  constructor(
    structure: ProblemStructure,
    values: Float64Array,
    count: number,
    refuse: (sample: number) => Error,
  ) {
    const dense = createDenseKernels();
    const size = values.length / count;
    this.systems = dense.keep(() =>
      Array.from({length: count}, (_, sample) => {
        const system = new SquareSystem(dense, structure);
        if (!system.factor(values.subarray(sample * size, (sample + 1) * size))) throw refuse(sample);
        return system;
      }),
    );
  }

  /** x with A x = b, or Aᵀx = b, where A is the matrix of this sample: of least norm if A is singular. */
  solve(b: Float64Array, sample: number, transpose: boolean): Float64Array {
    const x = new Float64Array(b.length);
    this.systems[this.systems.length === 1 ? 0 : sample].solve(b, transpose, x);
    return x;
  }
}
