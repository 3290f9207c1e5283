/** @file Line searches that narrow a bracket around a step that satisfies the strong Wolfe conditions. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../../checks/index.js';
import {noteOwn, offTape} from '../../../autodiff/index.js';
import {fill} from '../../../kernels/index.js';
import {loopWhile} from '../../../programs/index.js';
import {checkConstants, decreases, leadsDown, strongWolfe} from './tests.js';
import type {LineSearch} from './types.js';

/** An end of the bracket: [B] each. */
export type End = {
  t: tf.Tensor;
  value: tf.Tensor;
  slope: tf.Tensor;
};

/** The options of `lineSearches.zoom` and `lineSearches.hagerZhang`. */
export interface BracketingOptions {
  /**
   * f must decrease by at least this fraction of what the slope at the start predicts; below c2. Default 1e-4, in `hagerZhang` 0.1.
   */
  c1?: number | undefined;
  /** The largest fraction of the slope at the start that may be left, in absolute value; below 1. Default 0.9. */
  c2?: number | undefined;
  /** The factor by which a step that is too short grows, as long as no step was too long. Default 2, in `hagerZhang` 5. */
  increaseFactor?: number | undefined;
  /** The largest number of steps that are tried; each evaluates f and its gradient once. Default 30. */
  maxIterations?: number | undefined;
}

/** The smallest distance of a trial from the ends of the bracket, as a fraction of its width. */
const MARGIN = 0.1;

export const BRACKETING: Names<BracketingOptions> = {c1: 0, c2: 0, increaseFactor: 0, maxIterations: 0};

/**
 * Grows the step until the bracket has an upper end, then tries where `interpolate` says, until |φ'(t)| ≤ c₂|φ'(0)| and f
 * decreases. If the iterations run out, the longest step that decreased f is returned.
 */
export function bracketing(
  className: string,
  interpolate: (low: End, high: End) => tf.Tensor,
  options: BracketingOptions,
): LineSearch {
  const {
    c1 = 1e-4,
    c2 = 0.9,
    increaseFactor = 2,
    maxIterations = 30,
  } = checkOptions(`lineSearches.${className}`, options, BRACKETING);
  checkConstants(className, c1, c2, maxIterations);
  if (!(increaseFactor > 1)) {
    throw new Error(`${className}: increaseFactor must be greater than 1, got ${increaseFactor}.`);
  }
  const lineSearch: LineSearch = {
    className,
    search: (phi, start) =>
      offTape(() => {
        const zero = tf.zerosLike(start.trial);
        const {step} = loopWhile(
          {
            low: {t: zero, value: start.value, slope: start.slope},
            high: {t: fill(zero.shape, Infinity), value: zero, slope: zero},
            ...{t: start.trial, step: zero, least: start.value, searching: leadsDown(start)},
          },
          ({low: lowBefore, high: highBefore, t, step: before, least, searching}) => {
            const trial = {t, ...phi(t)};
            const lower = decreases(trial, start, c1);
            const good = tf.logicalAnd(lower, strongWolfe(trial, start, c2));
            const isOpen = tf.cast(searching, 'bool');
            const better = tf.logicalOr(
              good,
              tf.logicalAnd(lower, tf.logicalOr(tf.equal(before, 0), tf.lessEqual(trial.value, least))),
            );
            const take = tf.logicalAnd(isOpen, better);
            // NaN decreases nothing: such a step is too long.
            const tooLong = tf.logicalOr(tf.logicalNot(lower), tf.greater(trial.slope, 0));
            const choose = (which: tf.Tensor, end: End): End => ({
              t: tf.where(which, t, end.t),
              value: tf.where(which, trial.value, end.value),
              slope: tf.where(which, trial.slope, end.slope),
            });
            const high = choose(tooLong, highBefore);
            const low = choose(tf.logicalNot(tooLong), lowBefore);
            const width = tf.sub(high.t, low.t);
            const middle = tf.add(low.t, tf.mul(0.5, width));
            const guess = interpolate(low, high);
            const inside = tf.logicalAnd(
              tf.greaterEqual(guess, tf.add(low.t, tf.mul(MARGIN, width))),
              tf.lessEqual(guess, tf.sub(high.t, tf.mul(MARGIN, width))),
            );
            const closed = tf.where(inside, guess, middle);
            const open = tf.mul(searching, tf.sub(1, tf.cast(good, 'float32')));
            const state = {
              ...{low, high, t: tf.where(tf.isFinite(high.t), closed, tf.mul(increaseFactor, t))},
              step: tf.where(take, t, before),
              least: tf.where(take, trial.value, least),
              searching: open,
            };
            return {state, open};
          },
          {limit: maxIterations},
        );
        return step;
      }),
  };
  noteOwn('search', lineSearch);
  return lineSearch;
}
