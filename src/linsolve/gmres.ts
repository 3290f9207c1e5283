/** @file Restarted GMRES, in the form that needs no small least-squares problem. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../checks/index.js';
import {
  iterativeSolver,
  PRECONDITIONED,
  type PreconditionedOptions,
  type KrylovMethod,
  type KrylovState,
} from './iterative.js';
import {orthonormalize, rowDot, rowNorm, safeDivide} from './rows.js';
import {registerLinearSolver} from './registry.js';
import type {LinearSolver} from './types.js';

export interface GmresOptions extends PreconditionedOptions {
  /** Products between two restarts: the memory is 2·restart vectors. Default 20. */
  restart?: number;
}

interface GmresState extends KrylovState {
  /** Directions P and their images Q = A P with orthonormal rows, [B, k, n]. */
  directions: tf.Tensor3D;
  images: tf.Tensor3D;
  /** The next direction, [B, n]. */
  next: tf.Tensor2D;
}

/** A step that shrinks the residual by less than this factor continues from the image instead of the residual. */
const STAGNATION = 0.9;

function method(restart: number): KrylovMethod {
  return {
    restart,
    start(r) {
      const [batch, n] = r.shape;
      return {
        x: tf.zerosLike(r),
        r,
        directions: tf.zeros([batch, 0, n]),
        images: tf.zeros([batch, 0, n]),
        next: safeDivide(r, rowNorm(r)) as tf.Tensor2D,
      } satisfies GmresState;
    },
    step(state, active, apply) {
      const {x, r, directions, images, next} = state as GmresState;
      const {image: q, preimage: p} = orthonormalize(apply(next), next, images, directions);
      const alpha = tf.mul(active, rowDot(q, r));
      const rNext: tf.Tensor2D = tf.sub(r, tf.mul(alpha, q));
      const stagnates = tf.greater(rowNorm(rNext), tf.mul(STAGNATION, rowNorm(r)));
      return {
        x: tf.add(x, tf.mul(alpha, p)),
        r: rNext,
        directions: tf.concat([directions, tf.expandDims(p, 1) as tf.Tensor3D], 1),
        images: tf.concat([images, tf.expandDims(q, 1) as tf.Tensor3D], 1),
        next: tf.where(stagnates, q, safeDivide(rNext, rowNorm(rNext))) as tf.Tensor2D,
      } satisfies GmresState;
    },
  };
}

const NAMES: Names<GmresOptions> = {...PRECONDITIONED, restart: 0};

/**
 * GMRES(restart), for any A; the residual never grows.
 *
 * Written as the adaptive simpler GMRES of Jiránek & Rozložník (2010), which has the iterates of GMRES but updates x and
 * the residual directly: every sample of a batch runs in the same few tensor operations, and none needs a host.
 */
export function gmres(given: GmresOptions = {}): LinearSolver {
  const {restart = 20, ...options} = checkOptions('linsolve.gmres', given, NAMES);
  if (!(restart >= 1)) throw new Error(`gmres: restart must be at least 1, got ${restart}.`);
  const solver = iterativeSolver('gmres', method(restart), options);
  return {...solver, getConfig: () => ({...solver.getConfig(), restart})};
}

registerLinearSolver('gmres', gmres);
