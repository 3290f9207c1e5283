/** @file Functions at points of which more digits are known than float32 stores: in double precision, rounded once. */
import type * as tf from '@tensorflow/tfjs-core';
import {hasDoubles, isTapeOn, tensorOfDoubles} from '../autodiff/index.js';
import {attempt, type Origin} from '../programs/index.js';

/**
 * The float32 results of f. They come from a program if more digits are known of one of the tensors `at`; operation by operation if not,
 * if a gradient is being recorded, or if f cannot be a program.
 *
 * @param where What f computes, for the report of a reason.
 * @param at Tensors that f closes over.
 * @param origin What determines f, if it is known.
 */
export function inDoubles(
  where: string,
  at: readonly tf.Tensor[],
  f: () => tf.Tensor[],
  origin: Origin | null = null,
): tf.Tensor[] {
  if (isTapeOn() || !at.some(hasDoubles)) return f();
  const program = attempt(where, f, [], origin);
  if (!program) return f();
  try {
    program.run();
    return program.shapes.map((shape, i) => tensorOfDoubles(program.output(i).slice(), shape));
  } finally {
    program.dispose();
  }
}
