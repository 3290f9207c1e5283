/** @file The step of an iteration as a program. */
import * as tf from '@tensorflow/tfjs-core';
import {flatten, numbersOf, unflatten, type Structure} from '../../autodiff/index.js';
import {
  canLook,
  explain,
  Program,
  programsFlag,
  reasonOf,
  recallGraph,
  statesBehind,
  type Graph,
  type Origin,
} from '../../programs/index.js';
import type {LoopSettings} from './loop-settings.js';
import type {StepDetails} from './types.js';

/** One step of the samples that are active, [B]; the others do not change. */
export type MaskedStep<X extends Structure> = (
  active: tf.Tensor,
  from: {x: X; memory: Structure; residual: tf.Tensor},
) => {
  x: X;
  memory: Structure;
  residual: tf.Tensor;
  verdict: tf.Tensor;
  stepSize?: tf.Tensor | undefined;
  details?: (() => StepDetails) | undefined;
};

/** A step as a program. */
export interface StepProgram {
  program: Program;
  details: Details;
  /** The states that results depend on, and the results themselves; the others belong to the stopping test. */
  moving: number[];
  /** Tensors from outside that the step reads. */
  closedOver: tf.Tensor[];
}

/** The values that are known of a step: outputs of the program, by name. `own` is the step size of each sample. */
type Details = Record<string, {index: number; shape: number[]}>;

/** What is known of the graph of a step. */
interface StepNote {
  details: Details;
  moving?: number[];
}

/** @returns `null` if there are no programs, or the step cannot be one. */
export function programOfStep<X extends Structure>(
  step: MaskedStep<X>,
  {x, memory}: {x: X; memory: Structure},
  {className, samples, reporter}: LoopSettings,
  wanted = 0,
  origin: Origin | null = null,
): StepProgram | null {
  if (programsFlag() === 'off' || !canLook()) return null;
  const own = [tf.ones([samples]), tf.zeros([samples])];
  const inputs = [...own, ...flatten(x), ...flatten(memory)];
  const count = flatten(x).length;
  try {
    const given = origin && {...origin, given: [origin.given, {x, memory}, reporter !== null]};
    const traced = recallGraph<StepNote>(
      given,
      ([active, residual, ...state]) => {
        const details: Details = {};
        const from = {x: unflatten(x, state.slice(0, count)), memory: unflatten(memory, state.slice(count))};
        const moved = step(active, {...from, residual});
        const outputs = [moved.residual, moved.verdict, ...flatten(moved.x), ...flatten(moved.memory)];
        if (moved.stepSize)
          details.own = {index: outputs.push(moved.stepSize) - 1, shape: moved.stepSize.shape};
        if (!reporter) return {outputs, note: {details}};
        for (const [name, value] of Object.entries(moved.details?.() ?? {})) {
          const tensor = typeof value === 'number' ? tf.scalar(value) : (value as tf.Tensor | undefined);
          if (tensor) details[name] = {index: outputs.push(tensor) - 1, shape: tensor.shape};
        }
        return {outputs, note: {details}};
      },
      inputs,
    );
    const {graph, closedOver, note} = traced;
    const {details} = note;
    const states = [...inputs.keys()].slice(2);
    note.moving ??= movingStates(graph, states, (i) => i < count || i >= states.length - wanted);
    const {moving} = note;
    const testing = states.filter((_, i) => !moving.includes(i));
    const program = new Program(
      graph,
      [...inputs.keys()],
      [0, ...testing, ...(details.own ? [details.own.index] : [])],
    );
    closedOver.forEach((tensor, i) => program.input(inputs.length + i).set(numbersOf(tensor)));
    return {program, details, moving, closedOver};
  } catch (error) {
    explain(className, reasonOf(error));
    return null;
  } finally {
    tf.dispose(own);
  }
}

/**
 * The states that results depend on, and the results themselves.
 *
 * @param states The index of each state among the inputs, and among the outputs.
 */
function movingStates(graph: Graph, states: readonly number[], isResult: (i: number) => boolean): number[] {
  const results = states.filter((_, i) => isResult(i));
  const behind = statesBehind(
    graph,
    states.map((index) => ({input: index, output: index})),
    [1, ...results],
  );
  return [...states.keys()].filter((i) => isResult(i) || behind.has(i));
}
