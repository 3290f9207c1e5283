/** @file The loop of an iteration in forward mode: the tangent of the step runs beside the step, both in one program. */
import * as tf from '@tensorflow/tfjs-core';
import {
  flatten,
  offTape,
  pushForward,
  type ForwardMode,
  type Parameter,
  type Structure,
} from '../../autodiff/index.js';
import type {Arrival, LoopSettings} from './loop-settings.js';
import {move} from './move.js';
import {runProgrammed} from './programmed.js';
import type {Iteration} from './types.js';

/** The tangents of the float32 leaves of the memory and, at the end, of x are a part of the memory. */
type Moving = {own: Structure; tangents: tf.Tensor[]};

const floatsOf = (structure: Structure) => flatten(structure).filter(({dtype}) => dtype === 'float32');

/**
 * Runs the loop off the tape, and says what the tangent of its x is.
 *
 * @returns `null` if there are no programs, or the step and its tangent cannot be one.
 */
export function runWithTangents<X extends Structure, P extends Parameter[]>(
  mode: ForwardMode,
  iteration: Iteration<X, P>,
  {x, memory}: {x: X; memory: Structure},
  params: P,
  settings: LoopSettings,
): Arrival<X> | null {
  const step = (active: tf.Tensor, from: {x: X; memory: Structure; residual: tf.Tensor}) => {
    const {own, tangents} = from.memory as Moving;
    const at = {x: from.x, memory: own, residual: from.residual};
    let moved!: ReturnType<typeof move<X, P>>;
    const pushed = pushForward(
      () => {
        moved = move(iteration, active, at, params);
        return floatsOf([moved.memory, moved.x]);
      },
      floatsOf([own, at.x]),
      tangents,
      mode,
    );
    return {...moved, memory: {own: moved.memory, tangents: pushed}};
  };
  const found = offTape(() => {
    const tangents = floatsOf([memory, x]).map((leaf) => mode.tangentOf(leaf) ?? tf.zerosLike(leaf));
    const count = floatsOf(x).length;
    const arrival = runProgrammed<X>(step, {x, memory: {own: memory, tangents}}, settings, count);
    if (!arrival) return [];
    const {tangents: arrived} = arrival.memory as Moving;
    const along = arrived.slice(arrived.length - count);
    return [arrival, along] as unknown as tf.TensorContainerArray;
  }) as unknown as [Arrival<X>, tf.Tensor[]] | [];
  if (found.length === 0) return null;
  const [arrival, along] = found;
  floatsOf(arrival.x).forEach((leaf, i) => mode.setTangent(leaf, along[i]));
  return arrival;
}
