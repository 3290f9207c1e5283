/** @file The memory of an iteration before its first step, computed by a program where the functions of the iteration are known. */
import * as tf from '@tensorflow/tfjs-core';
import {
  flatten,
  numbersOf,
  observed,
  tensorOfDoubles,
  unflatten,
  type Parameter,
  type Structure,
} from '../../autodiff/index.js';
import {canLook, explain, Program, programsFlag, reasonOf, recallGraph} from '../../programs/index.js';
import type {LoopSettings} from './loop-settings.js';
import {originOf} from './origin.js';
import type {Iteration} from './types.js';

/** @returns `null` if there are no programs, the start cannot be one, or it calls no function of the user's. */
export function startByProgram<X extends Structure, P extends Parameter[]>(
  iteration: Iteration<X, P>,
  init: X,
  params: P,
  {className, owner}: Pick<LoopSettings, 'className' | 'owner'>,
): Structure | null {
  const origin = originOf(iteration, 'start', {init, params}, owner);
  if (!origin || programsFlag() === 'off' || !canLook()) return null;
  const examples = flatten(init);
  try {
    const {graph, closedOver, note} = recallGraph(
      origin,
      (xs) => {
        const memory = iteration.start(unflatten(init, xs), ...params);
        const {length} = observed()!.userCalls;
        return {outputs: flatten(memory), note: {memory, isTrivial: length === 0}};
      },
      examples,
    );
    // A few zeros are made faster than a program is started.
    if (note.isTrivial) return null;
    const program = new Program(graph, []);
    try {
      [...examples, ...closedOver].forEach((tensor, i) => program.input(i).set(numbersOf(tensor)));
      program.run();
      const leaves = flatten(note.memory).map(({shape, dtype}, i) =>
        dtype === 'float32'
          ? tensorOfDoubles(program.output(i).slice(), shape)
          : tf.tensor(program.output(i), shape, dtype),
      );
      return unflatten(note.memory, leaves);
    } finally {
      program.dispose();
    }
  } catch (error) {
    explain(`The start of ${className}`, reasonOf(error));
    return null;
  }
}
