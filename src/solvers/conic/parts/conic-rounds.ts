/** @file Many steps of an iteration in one go: as a program in f64, or operation by operation. */
import * as tf from '@tensorflow/tfjs-core';
import {attempt} from '../../../programs/index.js';

/** Some steps from a state; the tensors of the state belong to the caller. */
export interface Rounds {
  run(state: readonly tf.Tensor[], steps: number): tf.Tensor[];
  dispose(): void;
}

/**
 * @param where Names the iteration, for the report why it cannot be a program.
 * @param step One step; it uses only its state and tensors from outside.
 */
export function roundsOf(
  where: string,
  step: (state: tf.Tensor[]) => tf.Tensor[],
  start: readonly tf.Tensor[],
): Rounds {
  const program = attempt(where, step, start);
  if (!program) {
    const run = (state: readonly tf.Tensor[], steps: number) =>
      tf.tidy(() => {
        let now = [...state];
        for (let k = 0; k < steps; k++) now = tf.tidy(() => step(now));
        return now;
      });
    return {run, dispose: () => undefined};
  }
  // From one round to the next, the state stays in double precision.
  const state = start.map(({size}) => new Float64Array(size));
  start.forEach((tensor, i) => state[i].set(tensor.dataSync()));
  return {
    run(_state, steps) {
      for (let k = 0; k < steps; k++) {
        state.forEach((values, i) => program.input(i).set(values));
        program.run();
        state.forEach((values, i) => values.set(program.output(i)));
      }
      return start.map(({shape}, i) => tf.tensor(Float32Array.from(state[i]), shape));
    },
    dispose: () => program.dispose(),
  };
}
