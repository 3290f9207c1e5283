/** @file The common part of the direct solvers: form the matrix once; on the host, factor each system in f64 and solve many times. */
import * as tf from '@tensorflow/tfjs-core';
import {canLook, shouldLook} from '../programs/index.js';
import {doublesOf, noteOwn, offTape, tensorOfDoubles} from '../autodiff/index.js';
import {readF64, solveOnDevice, type DenseSolve} from '../kernels/index.js';
import {reporting} from './reporting.js';
import {reshaped, safeDivide, safeNorm, toRows} from './rows.js';
import type {Factorization, LinearSolver, Operator, OwnFactors} from './types.js';
import {norm} from './vectors.js';

export interface DirectMethod {
  /** Factors a row-major matrix on the host; `sample` is for its error messages. */
  factorDense: (a: Float64Array, n: number, sample: number) => DenseSolve;
  /** Whether a device factors by Cholesky, otherwise by LU. */
  positiveDefinite: boolean;
  /** The error of a matrix that must be positive definite and is not; without it, any matrix is accepted. */
  refuse?: ((sample: number) => Error) | undefined;
}

export function directSolver(
  className: string,
  {factorDense, positiveDefinite, refuse}: DirectMethod,
): LinearSolver {
  const solver: LinearSolver = {
    className,
    getConfig: () => ({}),
    factor(operator) {
      // Products in double precision are made on the host anyway.
      if (!canLook() || (!shouldLook() && !operator.double?.()))
        return factorOnDevice(operator, positiveDefinite);
      // The shape of the vectors is known only at the first solve.
      let systems: System[] | null = null;
      return reporting((b, transpose) => {
        const rows = toRows(b, operator.batched);
        systems ??= operator.factor
          ? ownSystems(operator.factor(refuse ? {refuse} : null))
          : factorAll(operator, b.shape, rows.shape[1], factorDense);
        const {x, residual} = solveRows(systems, rows, transpose);
        return {x: reshaped(x, b.shape), info: directReport(residual)};
      });
    },
  };
  noteOwn('factor', solver);
  return solver;
}

/** The factors of a matrix, and its products. */
interface System {
  solve: DenseSolve;
  /** b ← b − A x, or b − Aᵀx. */
  subtractProduct: (b: Float64Array, x: Float64Array, transpose: boolean) => void;
}

function ownSystems(factors: OwnFactors): System[] {
  return Array.from({length: factors.count}, (_, sample) => ({
    solve: (b, transpose) => factors.solve(b, sample, transpose),
    subtractProduct(b, x, transpose) {
      const image = factors.multiply(x, sample, transpose);
      for (let i = 0; i < b.length; i++) b[i] -= image[i];
    },
  }));
}

/** If the host cannot read tensors, or should not, the matrices are kept and factored for each right-hand side. */
export function factorOnDevice(operator: Operator, positiveDefinite: boolean): Factorization {
  let matrices: tf.Tensor | null = null;
  return reporting(
    (b, transpose) => {
      matrices ??= tf.keep(offTape(() => operator.materialize(b.shape)));
      const rows = toRows(b, operator.batched);
      const options = {positiveDefinite, adjoint: transpose};
      const x = tf.tidy(
        () =>
          tf.reshape(solveOnDevice(matrices!, tf.expandDims(rows, 2), options), rows.shape) as tf.Tensor2D,
      );
      return {x: tf.reshape(x, b.shape), info: directReport(residualOf(operator, b, x, transpose))};
    },
    () => matrices?.dispose(),
  );
}

function factorAll(
  operator: Operator,
  shape: number[],
  n: number,
  factorDense: (a: Float64Array, n: number, sample: number) => DenseSolve,
): System[] {
  const [values, count] = matricesOf(operator, shape, n);
  return Array.from({length: count}, (_, i) => {
    const matrix = values.subarray(i * n * n, (i + 1) * n * n);
    return {
      solve: factorDense(matrix, n, i),
      subtractProduct: (b, x, transpose) => subtractProduct(b, matrix, x, transpose),
    };
  });
}

/** The matrices, one after another, in double precision if there are such products. */
function matricesOf(operator: Operator, shape: number[], n: number): [Float64Array, number] {
  const double = operator.double?.();
  if (!double) {
    const matrices = offTape(() => operator.materialize(shape));
    const values = readF64(matrices);
    matrices.dispose();
    return [values, matrices.shape[0]];
  }
  const count = operator.batched ? shape[0] : 1;
  const values = new Float64Array(count * n * n);
  const unit = new Float64Array(count * n);
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < count; i++) {
      unit[i * n + ((j + n - 1) % n)] = 0;
      unit[i * n + j] = 1;
    }
    // This is row j of each matrix.
    const rows = double.applyTranspose(unit);
    for (let i = 0; i < count; i++) values.set(rows.subarray(i * n, (i + 1) * n), (i * n + j) * n);
  }
  return [values, count];
}

/**
 * Solves each row with its factor; one factor serves all rows of a shared matrix. The relative residuals are those of the
 * solutions in f64, because the residual of a large x that was rounded to f32 is meaningless.
 */
function solveRows(
  systems: System[],
  rows: tf.Tensor2D,
  transpose: boolean,
): {x: tf.Tensor2D; residual: tf.Tensor1D} {
  const [batch, n] = rows.shape;
  const values = doublesOf(rows);
  const x = new Float64Array(batch * n);
  const residual = new Float32Array(batch);
  for (let i = 0; i < batch; i++) {
    const {solve, subtractProduct: subtract} = systems[systems.length === 1 ? 0 : i];
    const b = values.slice(i * n, (i + 1) * n);
    const solution = solve(b.slice(), transpose);
    x.set(solution, i * n);
    const size = norm(b);
    subtract(b, solution, transpose);
    residual[i] = size === 0 ? 0 : norm(b) / size;
    if (solution.some((value) => !Number.isFinite(Math.fround(value)))) residual[i] = NaN;
  }
  return {x: tensorOfDoubles(x, [batch, n]) as tf.Tensor2D, residual: tf.tensor1d(residual)};
}

/** b ← b − A x, or b − Aᵀx. */
function subtractProduct(b: Float64Array, A: Float64Array, x: Float64Array, transpose: boolean): void {
  const n = x.length;
  for (let j = 0, at = 0; j < n; j++, at += n) {
    if (transpose) {
      const factor = x[j];
      for (let k = 0; k < n; k++) b[k] -= A[at + k] * factor;
    } else {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += A[at + k] * x[k];
      b[j] -= sum;
    }
  }
}

/** A direct solution in f32 is as accurate as f32 allows; `converged` only says that it solves the system. */
const DIRECT_TOLERANCE = 1e-3;

/** The relative residual of a solution, computed with the operator itself. */
export function residualOf(
  operator: Operator,
  b: tf.Tensor,
  x: tf.Tensor2D,
  transpose: boolean,
): tf.Tensor1D {
  const norm = safeNorm(toRows(b, operator.batched));
  const difference = differenceOf(operator, b, x, transpose);
  return tf.reshape(safeDivide(safeNorm(difference), norm), [-1]) as tf.Tensor1D;
}

/** The rows of b − A x, or b − Aᵀ x. */
export function differenceOf(
  operator: Operator,
  b: tf.Tensor,
  x: tf.Tensor2D,
  transpose: boolean,
): tf.Tensor2D {
  const image = tf.reshape(x, b.shape);
  return toRows(
    tf.sub(b, transpose ? operator.applyTranspose(image) : operator.apply(image)),
    operator.batched,
  );
}

/** The report of a direct solve. */
export function directReport(residual: tf.Tensor1D) {
  return {
    converged: tf.cast(tf.lessEqual(residual, DIRECT_TOLERANCE), 'float32') as tf.Tensor1D,
    iterations: tf.onesLike(residual),
    residual,
  };
}
