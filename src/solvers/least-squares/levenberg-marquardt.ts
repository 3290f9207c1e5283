/** @file The Levenberg–Marquardt method for nonlinear least squares. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {flatten, isTapeOn, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {packingOf, Status} from '../../implicit/index.js';
import {spacing} from '../../programs/index.js';
import {auto, rowDot, safeDivide} from '../../linsolve/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {startWatch, type Watch} from '../iteration/stopping.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {SOLVER_OPTIONS, type SolverOptions} from '../iteration/types.js';
import {
  columnNorms,
  leastSquaresCondition,
  leastSquaresStep,
  leastSquaresTest,
  linearization,
  normalStep,
  residualsOf,
  slopeOf,
  type LeastSquaresProblem,
} from './least-squares.js';

/** The options of `LevenbergMarquardt`: those of every iterative solver (`maxIterations` 200 by default), and the damping. */
export interface LevenbergMarquardtOptions<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends SolverOptions<X, P> {
  /** The first damping μ, in units of the squared norms of the columns of J. Default 1e-3. */
  damping?: number | undefined;
}

const NAMES: Names<LevenbergMarquardtOptions<Structure, Parameter[]>> = {...SOLVER_OPTIONS, damping: 0};

/** After this many steps in a row that did not reduce ‖r‖, each shorter than the last, the search gives up. */
const REJECTIONS = 12;
/** Changes of at most this many roundings of their terms count as zero. */
const ROUNDINGS = 4;

/**
 * min_x ½‖r(x, ...params)‖² by steps that minimise ½‖r + Js‖² + ½μ‖Ds‖², J = ∂r/∂x, where D contains the norms of the columns of J, and μ
 * depends on how well this model predicts ‖r‖.
 *
 * The steps come from orthogonal factorisations of [J; √μ D] in f64. `run(init, ...params)` returns {x, state}; the tests of
 * MINPACK decide when a sample is solved: the cosines between r and the columns of J, or the step relative to x if Jᵀr is within
 * the tolerance relative to its terms. Status 3: no step reduces ‖r‖, but these tests fail. The default condition is ∇½‖r‖² = 0,
 * with the whole Hessian. Defaults: at most 200 iterations, tolerance 1e-6.
 *
 * @throws If `damping` is not positive.
 * @see Madsen, Nielsen & Tingleff 2004, Methods for non-linear least squares problems, algorithm 3.16; Moré 1978 for D.
 */
export class LevenbergMarquardt<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, P> {
  constructor(entries: LeastSquaresProblem<X, P>, given: LevenbergMarquardtOptions<X, P> = {}) {
    const {damping = 1e-3, ...options} = checkOptions('LevenbergMarquardt', given, NAMES);
    const problem = residualsOf('LevenbergMarquardt', entries, options);
    if (!(damping > 0)) throw new Error(`LevenbergMarquardt: damping must be positive, got ${damping}.`);
    const {batched = true} = options;
    const accuracy = tolerancesOf('LevenbergMarquardt', options);
    /** μ and its next growth, [B, 1]; the largest norm of each column of J so far, [B, n]; rejected steps in a row, [B, 1]. */
    type Memory = {mu: tf.Tensor; growth: tf.Tensor; norms: tf.Tensor; rejected: tf.Tensor; watch: Watch};
    super(
      'LevenbergMarquardt',
      {
        functions: [problem.residual],
        start(x: X, ..._params: P) {
          const rows = packingOf(flatten(x), batched).pack(flatten(x));
          const column = (value: number) => tf.fill([rows.shape[0], 1], value);
          return {
            ...{mu: column(damping), growth: column(2), norms: tf.zerosLike(rows), rejected: column(0)},
            watch: startWatch(rows),
          };
        },
        step(x, memory, ...params) {
          const packing = packingOf(flatten(x), batched);
          const [batch, n] = packing.shape;
          const rows = packing.pack(flatten(x));
          const {r, J} = linearization(problem, x, params, batched);
          const {mu, growth, norms: before, rejected, watch: watched} = memory as Memory;
          const {A, length, norms} = offTape(() => {
            const norms = tf.maximum(before, columnNorms(J)) as tf.Tensor2D;
            const damped = tf.mul(tf.expandDims(tf.mul(tf.sqrt(mu), norms), 2), tf.eye(n));
            const A = tf.concat([J, damped as tf.Tensor3D], 1);
            return {A, norms, length: leastSquaresStep(A, tf.concat([r, tf.zeros([batch, n])], 1), norms)};
          });
          const step = isTapeOn()
            ? normalStep(length, slopeOf(problem, x, params, batched), A, norms)
            : length;
          const {accept, next, tested, verdict} = offTape(() => {
            const slope = tf.squeeze(tf.matMul(J, tf.expandDims(r, 2), true), [2]);
            const there = tf.reshape(
              problem.residual(packing.restore(x, tf.add(rows, length)), ...params),
              r.shape,
            );
            const gain = tf.mul(0.5, tf.sub(rowDot(r, r), rowDot(there, there)));
            const scaled = tf.mul(norms, length);
            const predicted = tf.mul(0.5, tf.sub(tf.mul(mu, rowDot(scaled, scaled)), rowDot(length, slope)));
            // This close to the solution, f32 cannot distinguish the values. The slopes at both ends of the step can, until only rounding
            // remains.
            const alike = tf.lessEqual(tf.abs(gain), tf.mul(ROUNDINGS * spacing(), rowDot(r, r)));
            const slopeThere = slopeOf(problem, packing.restore(x, tf.add(rows, length)), params, batched);
            const bySlopes = tf.mul(-0.5, rowDot(length, tf.add(slope, slopeThere)));
            const terms = tf.squeeze(tf.matMul(tf.abs(J), tf.abs(tf.expandDims(r, 2)), true), [2]);
            const lost = tf.lessEqual(
              tf.abs(bySlopes),
              tf.mul(ROUNDINGS * spacing(), rowDot(tf.abs(length), terms)),
            );
            const near = tf.where(lost, tf.onesLike(gain), safeDivide(bySlopes, predicted));
            const ratio = tf.where(alike, near, tf.div(gain, predicted));
            const good = tf.greater(ratio, 0);
            const factor = tf.maximum(1 / 3, tf.sub(1, tf.pow(tf.sub(tf.mul(2, ratio), 1), 3)));
            const inARow = tf.where(good, tf.zerosLike(rejected), tf.add(rejected, 1));
            const ends = tf.cast(tf.greaterEqual(inARow, REJECTIONS), 'float32');
            return {
              accept: tf.cast(good, 'float32'),
              next: {
                mu: tf.where(good, tf.mul(mu, factor), tf.mul(mu, growth)),
                growth: tf.where(good, tf.fill(growth.shape, 2), tf.mul(2, growth)),
                ...{norms, rejected: inARow},
              },
              tested: leastSquaresTest({x: rows, r, J, step: length}, watched, accuracy),
              verdict: tf.reshape(tf.mul(Status.ITERATION_LIMIT, ends), [batch]),
            } as unknown as tf.TensorContainerObject;
          }) as unknown as {
            accept: tf.Tensor;
            next: tf.NamedTensorMap;
            tested: ReturnType<typeof leastSquaresTest>;
            verdict: tf.Tensor;
          };
          const accepted = offTape(() => tf.broadcastTo(tf.cast(accept, 'bool'), rows.shape));
          const moved = tf.where(accepted, tf.add(rows, step), rows);
          const {residual, watch} = tested;
          const details = () => ({value: tf.mul(0.5, tf.sum(tf.square(r), 1))});
          return {x: packing.restore(x, moved), memory: {...next, watch}, residual, verdict, details};
        },
      },
      leastSquaresCondition(problem),
      {maxIterations: 200, ...options, linsolve: options.linsolve ?? auto(), objective: problem.objective},
    );
  }
}
