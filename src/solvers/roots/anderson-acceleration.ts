/** @file Anderson acceleration of a fixed-point iteration. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions, type Names} from '../../checks/index.js';
import {flatten, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {fixedPointResidual, packingOf} from '../../implicit/index.js';
import {auto, orthonormalize, rowDot, rowNorm} from '../../linsolve/index.js';
import type {FixedPointProblem} from './fixed-point-iteration.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {SOLVER_OPTIONS, type SolverOptions} from '../iteration/types.js';
import {restOf} from '../iteration/rest.js';

/** The options of `AndersonAcceleration`: those of every iterative solver, the size of the history, and the damping. */
export interface AndersonOptions<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends SolverOptions<X, P> {
  /** The number of differences of iterates that are combined. Default 5. */
  historySize?: number | undefined;
  /** Damping β: the fraction of the residual that a step uses, in (0, 1]. Default 1. */
  mixing?: number | undefined;
}

/** Differences of x and of the residual, newest first, [B, historySize, n] each, and the latest x and residual, [B, n]. */
type Memory = {dx: tf.Tensor3D; df: tf.Tensor3D; x: tf.Tensor2D; f: tf.Tensor2D; age: tf.Tensor2D};

/** If the residual grows by more than this factor, the sample clears its history. */
const GROWTH = 4;

const PROBLEM: Names<FixedPointProblem<Structure, Parameter[]>> = {fun: 1};

export const ANDERSON: Names<AndersonOptions> = {...SOLVER_OPTIONS, historySize: 0, mixing: 0};
/**
 * x ← T(x, ...params), extrapolated: the combination of the last iterates with the smallest residual, by least squares.
 *
 * Converges faster than the plain iteration, and also for some maps that are not contractions. The least-squares problem is
 * solved by orthogonalisation, which drops dependent differences; no ridge is needed. `run(init, ...params)` returns {x, state}.
 *
 * @see Walker & Ni 2011, "Anderson acceleration for fixed-point iterations".
 */
export class AndersonAcceleration<
  X extends Structure = tf.Tensor,
  P extends Parameter[] = tf.Tensor[],
> extends IterativeSolver<X, P> {
  constructor(problem: FixedPointProblem<X, P>, given: AndersonOptions<X, P> = {}) {
    const {fun} = checkOptions('AndersonAcceleration', problem, PROBLEM, 'entry');
    checkFunction('AndersonAcceleration', 'fun', fun);
    const {historySize = 5, mixing = 1, ...options} = checkOptions('AndersonAcceleration', given, ANDERSON);
    if (!(Number.isInteger(historySize) && historySize >= 1)) {
      throw new Error(`AndersonAcceleration: historySize must be a positive integer, got ${historySize}.`);
    }
    if (!(mixing > 0 && mixing <= 1)) {
      throw new Error(`AndersonAcceleration: mixing must be in (0, 1], got ${mixing}.`);
    }
    const map = fixedPointResidual(fun);
    const {batched = true} = options;
    const rest = restOf<X>(batched, tolerancesOf('AndersonAcceleration', options));
    super(
      'AndersonAcceleration',
      {
        functions: [map],
        start(x: X, ..._params: P): Structure {
          const [batch, n] = packingOf(flatten(x), batched).shape;
          return {
            dx: tf.zeros([batch, historySize, n]),
            df: tf.zeros([batch, historySize, n]),
            x: tf.zeros([batch, n]),
            f: tf.zeros([batch, n]),
            age: tf.zeros([batch, 1]),
            watch: rest.start(x),
          };
        },
        step(x, memory, ...params) {
          const packing = packingOf(flatten(x), batched);
          const r = map(x, ...params);
          const {watch: before, ...own} = memory as Memory & {watch: Structure};
          const next = accelerate(packing.pack(flatten(x)), packing.pack(flatten(r)), own, mixing);
          const {residual, watch} = rest.test(x, r, before);
          return {x: packing.restore(x, next.moved), memory: {...next.memory, watch}, residual};
        },
      },
      map,
      {...options, linsolve: options.linsolve ?? auto()},
    );
  }
}

/** One Anderson step on rows. */
function accelerate(x: tf.Tensor2D, f: tf.Tensor2D, memory: Memory, mixing: number) {
  const history = memory.dx.shape[1];
  const keep = offTape(() => {
    const grown = tf.greater(rowNorm(f), tf.mul(GROWTH, rowNorm(memory.f)));
    return tf.sub(1, tf.cast(tf.logicalOr(tf.equal(memory.age, 0), grown), 'float32'));
  });
  const push = (buffer: tf.Tensor3D, difference: tf.Tensor): tf.Tensor3D =>
    tf.mul(
      tf.concat(
        [tf.expandDims(difference, 1) as tf.Tensor3D, tf.slice(buffer, [0, 0, 0], [-1, history - 1, -1])],
        1,
      ),
      tf.expandDims(keep, 2),
    );
  const dx = push(memory.dx, tf.sub(x, memory.x));
  const df = push(memory.df, tf.sub(f, memory.f));
  let images = tf.slice(df, [0, 0, 0], [-1, 0, -1]);
  let preimages = images;
  let moved: tf.Tensor2D = tf.add(x, tf.mul(mixing, f));
  for (let j = 0; j < history; j++) {
    const row = (buffer: tf.Tensor3D) =>
      tf.squeeze(tf.slice(buffer, [0, j, 0], [-1, 1, -1]), [1]) as tf.Tensor2D;
    const {image, preimage} = orthonormalize(row(df), row(dx), images, preimages);
    moved = tf.sub(moved, tf.mul(rowDot(image, f), tf.add(preimage, tf.mul(mixing, image))));
    images = tf.concat([images, tf.expandDims(image, 1) as tf.Tensor3D], 1);
    preimages = tf.concat([preimages, tf.expandDims(preimage, 1) as tf.Tensor3D], 1);
  }
  return {moved, memory: {dx, df, x, f, age: tf.onesLike(memory.age)} satisfies Memory};
}
