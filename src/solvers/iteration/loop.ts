/**
 * @file The loop of every iterative solver: it makes a step, computes a residual per sample, and freezes samples once they are solved.
 *
 * If the host can read tensors, the loop ends when all samples are solved, otherwise after `maxIterations`.
 */
import type * as tf from '@tensorflow/tfjs-core';
import {forwardMode, isTapeOn, observed, type Parameter, type Structure} from '../../autodiff/index.js';
import {samplesOf} from './leaves.js';
import type {Arrival, LoopSettings} from './loop-settings.js';
import {move} from './move.js';
import {operationSteps, runOperations} from './operations-loop.js';
import {originOf} from './origin.js';
import {startByProgram} from './programmed-start.js';
import {programmedSteps} from './programmed.js';
import {statusOf} from './status.js';
import type {Steps} from './steps.js';
import {runWithTangents} from './tangent-loop.js';
import type {Iteration, IterationState} from './types.js';
import {runUnrolled} from './unrolled.js';

/** Steps from `init` until every sample is solved or has failed. If a gradient is being recorded, it goes through the steps. */
export function* loopSteps<X extends Structure = tf.Tensor, P extends Parameter[] = tf.Tensor[]>(
  iteration: Iteration<X, P>,
  init: X,
  params: P,
  {batched, ...options}: Omit<LoopSettings, 'samples'> & {batched: boolean},
): Steps<[X, IterationState]> {
  const {className, maxIterations, tolerance, absoluteTolerance, reporter} = options;
  const samples = samplesOf(init, batched);
  const {owner} = options;
  const settings = {className, samples, maxIterations, tolerance, absoluteTolerance, reporter, owner};
  // A recorded gradient goes through the start, too.
  const isPlain = !forwardMode() && !isTapeOn();
  const begun = isPlain ? startByProgram(iteration, init, params, settings) : null;
  const from = {x: init, memory: begun ?? iteration.start(init, ...params)};
  const {x, residual, verdict, iterations, stepSize} = yield* arrival(iteration, from, params, settings);
  const status = statusOf({residual, verdict, x}, tolerance, batched);
  const state = {status, iterations, residual, ...(stepSize && {stepSize})};
  if (!observed()) reporter?.end(state);
  return [x, state];
}

function* arrival<X extends Structure, P extends Parameter[]>(
  iteration: Iteration<X, P>,
  from: {x: X; memory: Structure},
  params: P,
  settings: LoopSettings,
): Steps<Arrival<X>> {
  const mode = forwardMode();
  if (mode) {
    return (
      runWithTangents(mode, iteration, from, params, settings) ??
      runOperations(iteration, from, params, settings)
    );
  }
  if (isTapeOn()) return runUnrolled(iteration, from, params, settings);
  return (
    (yield* programmedSteps<X>(
      (active, at) => move(iteration, active, at, params),
      from,
      settings,
      0,
      originOf(iteration, 'step', params, settings.owner),
    )) ?? (yield* operationSteps(iteration, from, params, settings))
  );
}
