/** @file Sparse codes by coordinate descent. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../checks/index.js';
import {madeOf} from '../../autodiff/index.js';
import {
  codeGradient,
  inverseLipschitz,
  perEntry,
  sparseCode,
  type ElasticNetParams,
  type Kink,
} from '../../conditions/index.js';
import {runSparseCode} from '../../kernels/index.js';
import {canLook} from '../../programs/index.js';
import {support} from '../../linsolve/index.js';
import {elasticNet} from '../../prox/index.js';
import {IterativeSolver} from '../iteration/iterate.js';
import {inParts} from '../iteration/in-parts.js';
import {takeSamples} from '../iteration/samples.js';
import type {Steps} from '../iteration/steps.js';
import {tolerancesOf} from '../iteration/tolerances.js';
import {UNBATCHED_OPTIONS, type IterationState, type SolverOptions} from '../iteration/types.js';
import {fixedStep} from './proximal-iteration.js';

/** The parameters of `run`: the weights of the penalty, the dictionary [n, units], and what is coded [B, n]. */
export type SparseCodingParams = [weights: ElasticNetParams, dictionary: tf.Tensor, x: tf.Tensor];

/** The options of `SparseCoding`: those of every iterative solver without `batched`, the sign of the codes, and the gradient at a kink. */
export interface SparseCodingOptions
  extends Omit<SolverOptions<tf.Tensor, SparseCodingParams>, 'batched'>, Kink {
  /** True: only codes with z ≥ 0. Default false. */
  nonNegative?: boolean | undefined;
}

/** A part computes DᵀD again, which costs as much as this many sweeps of one code for each row of D. */
const SWEEPS = 30;

const NAMES: Names<SparseCodingOptions> = {...UNBATCHED_OPTIONS, nonNegative: 0, degenerate: 0, smoothing: 0};

/**
 * argmin_z ½‖x − Dz‖² + l1‖z‖₁ + ½ l2‖z‖² [z ≥ 0]: z [B, units], D [n, units], x [B, n].
 *
 * `run(init, {l1, l2}, D, x)` returns {x: z, state}; `iterations` counts sweeps over the entries, not the Newton steps on the
 * support (the non-zero entries) between them. Coordinate descent in f64 on the host, in doubles of two f32 on WebGPU; with
 * `implicitDiff: false`, the accelerated proximal-gradient method. l1 and l2 are numbers, or tensors of shape [units] or [B,
 * units].
 *
 * @see Friedman, Hastie & Tibshirani 2010, section 2.2, for the method in terms of DᵀD.
 */
export class SparseCoding extends IterativeSolver<tf.Tensor, SparseCodingParams> {
  private readonly nonNegative: boolean;

  constructor(given: SparseCodingOptions = {}) {
    const {
      nonNegative = false,
      degenerate,
      smoothing,
      ...options
    } = checkOptions('SparseCoding', given, NAMES);
    const prox = (y: tf.Tensor, params: ElasticNetParams, scaling?: number | tf.Tensor) =>
      elasticNet(nonNegative ? tf.relu(y) : y, params, scaling, {degenerate, smoothing});
    const condition = sparseCode(prox);
    const iteration = fixedStep<tf.Tensor, SparseCodingParams>(
      {
        gradient: madeOf((z, _weights, D, x) => codeGradient(z, D, x)),
        stepSize: madeOf((_weights, D) => inverseLipschitz(D)),
        prox: madeOf((y, eta, weights) => prox(y, weights, eta)),
      },
      {batched: true, acceleration: true, accuracy: tolerancesOf('SparseCoding', options)},
    );
    super('SparseCoding', iteration, condition, {
      ...options,
      linsolve: options.linsolve ?? support(),
    });
    this.nonNegative = nonNegative;
  }

  /** By coordinate descent, with pauses between samples. */
  protected override *iterating(
    init: tf.Tensor,
    params: SparseCodingParams,
    inSlices: boolean,
  ): Steps<[tf.Tensor, IterationState]> {
    if (!this.implicitDiff) return yield* super.iterating(init, params, inSlices);
    const [{l1, l2}, dictionary, x] = params;
    const {nonNegative, tolerance, maxIterations} = this;
    const units = dictionary.shape[1]!;
    const given = {x, start: init, l1: perEntry(l1, units), l2: perEntry(l2, units)};
    const solve = (from?: number, count?: number) => {
      const part = count === undefined ? given : takeSamples(given, from!, count);
      const [z, status, iterations, residual] = runSparseCode(
        {dictionary, ...part},
        {nonNegative, tolerance, maxIterations},
      );
      return {z, state: {status, iterations, residual}};
    };
    const {z, state} = inSlices
      ? yield* inParts(
          x.shape[0],
          maxIterations,
          solve,
          (part) => part.state,
          Math.ceil(dictionary.shape[0] / SWEEPS),
        )
      : solve();
    const {iterations, residual} = state;
    const last = Math.max(1, canLook() ? Math.max(...iterations.dataSync()) : maxIterations);
    this.reporter?.step({iteration: last, residual, x: z});
    this.reporter?.end(state);
    return [z, state];
  }
}
