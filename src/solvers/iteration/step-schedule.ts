/** @file Step sizes that are given for each iteration. */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, checkOptions} from '../../checks/index.js';
import {offTape} from '../../autodiff/index.js';

/** Step sizes by the number of the iteration. */
export interface StepSchedule {
  /**
   * The step size of an iteration; 1 is the first. It is called once for each of `maxIterations`, when the solver is made. Further steps of
   * `update` use the last one.
   */
  byIteration: (iteration: number) => number;
}

/** Whether a step size is given by iteration. */
export function isSchedule(stepSize: unknown): stepSize is StepSchedule {
  return typeof stepSize === 'object' && stepSize !== null && 'byIteration' in stepSize;
}

/** The step sizes of the iterations k, [B] (1 is the first), as a constant [B]. */
export type StepTable = {first: number; at: (k: tf.Tensor) => tf.Tensor};

/** @throws If a step size is not a positive number. */
export function stepTable(where: string, schedule: StepSchedule, maxIterations = 500): StepTable {
  const {byIteration} = checkOptions(where, schedule, {byIteration: 1}, 'entry');
  checkFunction(where, 'byIteration', byIteration);
  const sizes = Array.from({length: maxIterations}, (_, i) => byIteration(i + 1));
  const wrong = sizes.findIndex((size) => !(Number.isFinite(size) && size > 0));
  if (wrong >= 0) {
    throw new Error(
      `${where}: byIteration must give positive numbers, got ${sizes[wrong]} for iteration ${wrong + 1}.`,
    );
  }
  return {
    first: sizes[0],
    at: (k) =>
      offTape(() => {
        const index = tf.sub(tf.minimum(k, maxIterations), 1);
        return tf.gather(tf.tensor1d(sizes), tf.cast(index, 'int32'));
      }),
  };
}
