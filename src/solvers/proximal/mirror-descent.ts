/** @file Mirror descent. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {flatten, marked, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {
  descend,
  gradientOf,
  mirrorDescent,
  type MirrorGeometry,
  type StepOptions,
} from '../../conditions/index.js';
import {auto} from '../../linsolve/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {objectiveAfterFirst, withFun, type Minimization} from '../iteration/problem.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {isSchedule, stepTable, type StepSchedule} from '../iteration/step-schedule.js';
import {SOLVER_OPTIONS, type SolverOptions} from '../iteration/types.js';
import {beside, combine} from '../iteration/leaves.js';
import {restOf} from '../iteration/rest.js';

/** f as `fun`, one value per sample or their sum, or as `gradient`; and the geometry. */
export type MirrorDescentProblem<
  X extends Structure = tf.Tensor,
  H extends Parameter = Parameter,
  P extends Parameter[] = tf.Tensor[],
> = Minimization<X, P> & {
  /** The divergence and the set; `conditions.entropy` for the simplex. */
  geometry: MirrorGeometry<NoInfer<X>, H>;
};

/** The options of `MirrorDescent`: those of every iterative solver, the step size (1 by default) and its decay. */
export interface MirrorDescentOptions<
  X extends Structure = tf.Tensor,
  H extends Parameter = Parameter,
  P extends Parameter[] = tf.Tensor[],
> extends SolverOptions<X, [projectionParams: H, ...params: P]> {
  /**
   * η: a number, a function of the objective's parameters (a tensor that broadcasts with x), or `{byIteration}` for one per iteration.
   * Default 1.
   */
  stepSize?: StepOptions<P>['stepSize'] | StepSchedule | undefined;
  /** Step k is η/k^decay: 0.5 for a function that is not smooth. Default 0. */
  decay?: number | undefined;
}

const NAMES: Names<MirrorDescentOptions<Structure, Parameter, Parameter[]>> = {
  ...SOLVER_OPTIONS,
  stepSize: 0,
  decay: 0,
};

/**
 * min_x f(x, ...params) over a set: x ← proj^φ(∇φ(x) − η∇f(x)). With the entropy on the simplex every step is a softmax.
 *
 * `run(init, projectionParams, ...params)` returns {x, state}; `init` must lie inside the set. A sample is solved if a step moves
 * no entry by more than the tolerance relative to its size. The default condition is `conditions.mirrorDescent`; `stepSize` η is
 * 1 by default, and must be below one over the smoothness of f relative to φ. Defaults: at most 500 iterations, tolerance 1e-6.
 *
 * @throws If `decay` is negative.
 * @see Beck & Teboulle 2003; Blondel et al. 2022 (arXiv 2105.15183), equation 13.
 */
export class MirrorDescent<
  X extends Structure = tf.Tensor,
  // A variable that is declared as the class alone takes a solver with any set.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  H extends Parameter = any,
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, [projectionParams: H, ...params: P]> {
  constructor(problem: MirrorDescentProblem<X, H, P>, given: MirrorDescentOptions<X, H, P> = {}) {
    const entries = withFun<X, P, typeof problem>('MirrorDescent', problem);
    const {fun, geometry} = checkOptions('MirrorDescent', entries, {fun: 1, geometry: 1}, 'entry');
    const {decay = 0, stepSize = 1, ...options} = checkOptions('MirrorDescent', given, NAMES);
    if (!(decay >= 0)) throw new Error(`MirrorDescent: decay must not be negative, got ${decay}.`);
    const gradient = gradientOf(fun, 'MirrorDescent: fun');
    const {batched = true} = options;
    const table = isSchedule(stepSize) ? stepTable('MirrorDescent', stepSize, options.maxIterations) : null;
    const size = table ? table.first : (stepSize as StepOptions<P>['stepSize']);
    const fixed = typeof size === 'function' ? marked(size) : size;
    const [mirrorMap, projection] = [marked(geometry.mirrorMap), marked(geometry.projection)];
    const objective = typeof fun === 'function' ? marked(fun) : null;
    const rest = restOf<X>(batched, tolerancesOf('MirrorDescent', options));
    super(
      'MirrorDescent',
      {
        functions: [
          ...[gradient, mirrorMap, projection],
          ...(typeof fixed === 'function' ? [fixed] : []),
          ...(objective ? [objective] : []),
        ],
        start: (x: X, ..._params: [projectionParams: H, ...params: P]): Structure => ({
          k: tf.ones([batched ? flatten(x)[0].shape[0] : 1]),
          watch: rest.start(x),
        }),
        renew: (x: X, memory: Structure, ..._params: [projectionParams: H, ...params: P]): Structure => ({
          k: (memory as {k: tf.Tensor}).k,
          watch: rest.start(x),
        }),
        step(x, memory, projectionParams, ...params) {
          const {k, watch: before} = memory as {k: tf.Tensor; watch: Structure};
          const eta = table ? 1 : typeof fixed === 'function' ? fixed(...params) : fixed!;
          // What the step sizes are multiplied by in this iteration, [B].
          const sizes = tf.mul(table ? table.at(k) : 1, tf.pow(k, -decay));
          const isConstant = decay === 0 && !table;
          const slope = gradient(x, ...params);
          const scaled = isConstant
            ? slope
            : combine(slope, slope, (g) => tf.mul(g, beside(sizes, g, batched)));
          const moved = projection(descend(mirrorMap(x), scaled, eta), projectionParams);
          const {residual, watch} = offTape(() => {
            // In units of the first step, because a short step alone does not indicate a solution.
            const r = combine(moved, x, (a, b) => {
              const change = tf.sub(a, b);
              const first = table ? table.first : 1;
              return isConstant ? change : tf.div(change, beside(tf.div(sizes, first), change, batched));
            });
            return rest.test(x, r, before) as unknown as tf.TensorContainerObject;
          }) as unknown as ReturnType<typeof rest.test>;
          const length = isConstant ? eta : tf.mul(eta, sizes);
          const details = () => ({
            value: objective?.(x, ...params),
          });
          return {x: moved, memory: {k: tf.add(k, 1), watch}, residual, stepSize: length, details};
        },
      },
      mirrorDescent({gradient}, {mirrorMap, projection}, {stepSize: fixed}),
      {...options, linsolve: options.linsolve ?? auto(), objective: objectiveAfterFirst(fun)},
    );
  }
}
