/** @file A line search that shortens a step until it is good enough. */
import * as tf from '@tensorflow/tfjs-core';
import {checkOptions, type Names} from '../../../checks/index.js';
import {noteOwn, offTape} from '../../../autodiff/index.js';
import {loopWhile} from '../../../programs/index.js';
import {checkConstants, decreases, goldstein, leadsDown, strongWolfe, wolfe, type Trial} from './tests.js';
import type {LineSearch, LineStart} from './types.js';

type StepTest = (trial: Trial, start: LineStart) => tf.Tensor;

/** The options of `lineSearches.backtracking`. */
export interface BacktrackingOptions {
  /**
   * What a step must satisfy. 'armijo': f decreases enough. The others also require that the step is not too short, which
   * shortening alone may not achieve. Default 'armijo'.
   */
  condition?: 'armijo' | 'goldstein' | 'wolfe' | 'strongWolfe' | undefined;
  /** f must decrease by at least this fraction of what the slope at the start predicts; below c2. Default 1e-4. */
  c1?: number | undefined;
  /** For 'wolfe' and 'strongWolfe': the largest fraction of the slope at the start that may be left; below 1. Default 0.9. */
  c2?: number | undefined;
  /** The factor by which a step that is too long is shortened, between 0 and 1. Default 0.5. */
  decreaseFactor?: number | undefined;
  /** The largest number of steps that are tried. Default 30. */
  maxIterations?: number | undefined;
}

const NAMES: Names<BacktrackingOptions> = {condition: 0, c1: 0, c2: 0, decreaseFactor: 0, maxIterations: 0};

/**
 * t ← decreaseFactor·t until the condition holds; if no step satisfies it, a step that only decreases f is accepted.
 *
 * @throws If an option is out of range.
 * @see Nocedal & Wright 2006, algorithm 3.1.
 */
export function backtracking(options: BacktrackingOptions = {}): LineSearch {
  const {
    condition = 'armijo',
    c1 = 1e-4,
    c2 = 0.9,
    decreaseFactor = 0.5,
    maxIterations = 30,
  } = checkOptions('lineSearches.backtracking', options, NAMES);
  const className = 'backtracking';
  checkConstants(className, c1, c2, maxIterations);
  if (!(decreaseFactor > 0 && decreaseFactor < 1)) {
    throw new Error(`${className}: decreaseFactor must lie between 0 and 1, got ${decreaseFactor}.`);
  }
  const tests: Record<typeof condition, StepTest | null> = {
    armijo: null,
    goldstein: (trial, start) => goldstein(trial, start, c1),
    wolfe: (trial, start) => wolfe(trial, start, c2),
    strongWolfe: (trial, start) => strongWolfe(trial, start, c2),
  };
  const second = tests[condition] as StepTest | null | undefined;
  if (second === undefined) {
    throw new Error(
      `${className}: condition must be 'armijo', 'goldstein', 'wolfe' or 'strongWolfe', got '${String(condition)}'.`,
    );
  }
  const lineSearch: LineSearch = {
    className,
    search: (phi, start) =>
      offTape(() => {
        const {step} = loopWhile(
          {t: start.trial, step: tf.zerosLike(start.trial), searching: leadsDown(start)},
          ({t, step: before, searching}) => {
            const trial = {t, ...phi(t)};
            const lower = tf.cast(decreases(trial, start, c1), 'float32');
            const good = second ? tf.mul(lower, tf.cast(second(trial, start), 'float32')) : lower;
            const take = tf.mul(searching, lower);
            // The longest step that decreases f is kept, unless a later one is good altogether.
            const first = tf.cast(tf.equal(before, 0), 'float32');
            const replace = tf.cast(tf.mul(take, tf.maximum(first, good)), 'bool');
            const open = tf.mul(searching, tf.sub(1, good));
            const state = {t: tf.mul(decreaseFactor, t), step: tf.where(replace, t, before), searching: open};
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
