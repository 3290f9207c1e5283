/** @file What the solver of quadratic programs is made of, and how it goes about it: dense and sparse problems differ in this only. */
import type {ProblemMatrix} from '../../contracts/problem-matrix.js';
import {DELTA} from './directions.js';
import type {DualMethod} from './dual-method.js';
import type {Seen} from './interior-point.js';
import type {KktSystem} from './kkt.js';
import type {Rescue} from './rescue.js';
import type {Scaling} from './scaling.js';
import type {Problem} from './types.js';

/** How the active set of a point is solved on. */
export const POLISHING: Polishing = {keepsEqualities: false, refinements: 1};
/** The usual interior point. */
export const ONCE = [{delta: DELTA, cost: 1}];

/**
 * What the solver works with: the problem, room for the scaled one, the KKT system of that one, what is tried before the interior point,
 * and what to do if that is not enough.
 */
export interface QPSystem<Matrix extends ProblemMatrix> {
  problem: Problem<Matrix>;
  scaled: Problem<Matrix>;
  kkt: KktSystem;
  dual?: DualMethod | null;
  rescue: Rescue;
  polishing?: Polishing;
  /** The attempts of the interior point, one after another until one succeeds. */
  attempts?: readonly InteriorAttempt[];
  /** Whether multipliers that only rounding to f32 keeps from cancelling are accepted where nothing else is found. */
  pulls?: boolean;
  watch?: Watch | null;
}

/** Sees each iteration of the interior point, in its scaling of the problem. */
export type Watch = (seen: Seen, scaling: Scaling, problem: Problem<ProblemMatrix>) => void;

/** How active sets are solved on. */
export interface Polishing {
  /** See `Polish`. */
  keepsEqualities: boolean;
  /** How often the result is corrected. */
  refinements: number;
  /** With at most this error, a result may also be accepted with rows measured against their neighbours. Default: never. */
  sizedBelow?: number;
  /** After the first guess, an active set is guessed only where at most this part of it has just changed. Default: always. */
  steadiness?: number;
  /** A guess is given up if the linear system of its active set leaves a larger residual. Default: never. */
  hopeless?: number;
}

/** One run of the interior point. */
export interface InteriorAttempt {
  /** The regularisation of the factorisations. */
  delta: number;
  /** A factor of the objective. Where the multipliers are huge, the embedding converges to a ray unless the objective is small. */
  cost: number;
  /** See `Directions.inexactness`. */
  inexactness?: number;
}
