/** @file Makes a program of a function where that is possible. */
import type * as tf from '@tensorflow/tfjs-core';
import {numbersOf} from '../autodiff/index.js';
import {explain, programsFlag} from './flag.js';
import {canLook} from './loop.js';
import {Program} from './program.js';
import {reasonOf} from './reason.js';
import {recallGraph} from './recall-graph.js';
import type {Origin} from './recall.js';

/**
 * The program of f for arguments like the examples. What f closes over is read now.
 *
 * @param where What f computes, for the report of a reason.
 * @param origin If f is known to be determined by it, the graph of an earlier call may be used.
 * @returns `null` if there are no programs (because of the backend or the flag), or f cannot be one.
 */
export function attempt(
  where: string,
  f: (xs: tf.Tensor[]) => tf.Tensor[],
  examples: readonly tf.Tensor[],
  origin: Origin | null = null,
): Program | null {
  if (programsFlag() === 'off' || !canLook()) return null;
  try {
    const {graph, closedOver} = recallGraph(origin, (xs) => ({outputs: f(xs), note: null}), examples);
    const program = new Program(graph, [...examples.keys()]);
    closedOver.forEach((tensor, i) => program.input(examples.length + i).set(numbersOf(tensor)));
    return program;
  } catch (error) {
    explain(where, reasonOf(error));
    return null;
  }
}
