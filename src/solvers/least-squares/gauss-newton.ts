/** @file The Gauss–Newton method for nonlinear least squares. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions} from '../../checks/index.js';
import {flatten, isTapeOn, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {packingOf} from '../../implicit/index.js';
import {auto} from '../../linsolve/index.js';
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
import {fill} from '../../kernels/index.js';

/** Columns of J that are shorter by more than this factor are lengthened instead of treated as zero. */
const SPREAD = 1e3;
const TINY = 1e-37;

/**
 * min_x ½‖r(x, ...params)‖² by x ← x − J⁺r, J = ∂r/∂x, without damping. Use it for small residuals and a good start.
 *
 * A sample that diverges until J becomes zero has status 4. The steps come from orthogonal factorisations of J in f64, never from
 * JᵀJ. `run(init, ...params)` returns {x, state}; the tests of MINPACK decide when a sample is solved: the cosines between r and
 * the columns of J, or the step relative to x if Jᵀr is within the tolerance relative to its terms. The default condition is
 * ∇½‖r‖² = 0, with the whole Hessian. Defaults: at most 100 iterations, tolerance 1e-6.
 *
 * @see Nocedal & Wright 2006, section 10.3.
 */
export class GaussNewton<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, P> {
  constructor(given: LeastSquaresProblem<X, P>, options: SolverOptions<X, P> = {}) {
    const {batched = true} = checkOptions('GaussNewton', options, SOLVER_OPTIONS);
    const problem = residualsOf('GaussNewton', given, {batched});
    const accuracy = tolerancesOf('GaussNewton', options);
    super(
      'GaussNewton',
      {
        functions: [problem.residual],
        start: (x: X, ..._params: P): Structure =>
          startWatch(packingOf(flatten(x), batched).pack(flatten(x))),
        step(x, memory, ...params) {
          const packing = packingOf(flatten(x), batched);
          const rows = packing.pack(flatten(x));
          const {r, J} = linearization(problem, x, params, batched);
          const {length, units} = offTape(() => {
            const norms = columnNorms(J);
            const spread = tf.div(tf.mul(SPREAD, norms), tf.maximum(tf.max(norms, 1, true), TINY));
            const units = tf.minimum(1, spread) as tf.Tensor2D;
            return {length: leastSquaresStep(J, r, units), units};
          });
          const step = isTapeOn()
            ? normalStep(length, slopeOf(problem, x, params, batched), J, units)
            : length;
          const {residual, watch} = offTape(() => {
            const test = leastSquaresTest({x: rows, r, J, step: length}, memory as Watch, accuracy);
            // If J is zero there is no step, but the sample is not solved: x has diverged.
            const lost = tf.logicalAnd(
              tf.equal(tf.max(tf.abs(J), [1, 2]), 0),
              tf.greater(tf.max(tf.abs(r), 1), 0),
            );
            const residual = tf.where(lost, fill(test.residual.shape, NaN), test.residual);
            return {residual, watch: test.watch} as unknown as tf.TensorContainerObject;
          }) as unknown as ReturnType<typeof leastSquaresTest>;
          const details = () => ({value: tf.mul(0.5, tf.sum(tf.square(r), 1))});
          return {x: packing.restore(x, tf.add(rows, step)), memory: watch, residual, details};
        },
      },
      leastSquaresCondition(problem),
      {maxIterations: 100, ...options, linsolve: options.linsolve ?? auto(), objective: problem.objective},
    );
  }
}
