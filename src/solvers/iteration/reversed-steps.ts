/** @file Goes back through the steps of a loop: from the cotangent of the last state to those of the first one and of what the steps read. */
import * as tf from '@tensorflow/tfjs-core';
import {doublesOf, numbersOf, offTape, tensorOfDoubles, vjpOf} from '../../autodiff/index.js';
import {canLook, explain, Program, programsFlag, reasonOf, trace} from '../../programs/index.js';
import type {Checkpoints} from './checkpoints.js';

/** The tensors of a state: those of x, then those of the memory. */
export type Leaves = readonly tf.Tensor[];

/** One step of the samples whose `active` is 1. */
export type LeafStep = (active: tf.Tensor, state: Leaves) => tf.Tensor[];

/** The steps that a loop made. */
export interface Way {
  where: string;
  step: LeafStep;
  /** How many steps of each sample were made, [B]. */
  iterations: tf.Tensor1D;
  /** How often the loop ran. */
  steps: number;
  states: Checkpoints<readonly (Float64Array | tf.Tensor)[]>;
}

/** Flags of the samples that step k moves. */
export const activeAt = (iterations: tf.Tensor1D, k: number): tf.Tensor =>
  offTape(() => tf.cast(tf.greater(iterations, k), 'float32'));

const floatsOf = (leaves: Leaves) => leaves.filter(({dtype}) => dtype === 'float32');

/**
 * The cotangents of the float32 leaves of the first state, then those of `free`.
 *
 * @param like A state.
 * @param free Tensors from outside.
 * @param last The cotangents of the float32 leaves of the last state.
 */
export function reversedSteps(way: Way, like: Leaves, free: Leaves, last: Leaves): tf.Tensor[] {
  return byPrograms(way, like, free, last) ?? byOperations(way, like, free, last);
}

/** The segments between the states that are kept, the last one first. */
function* segments({states, steps}: Way) {
  const {all} = states;
  for (let i = all.length - 1; i >= 0; i--) {
    const {step: from, state} = all[i];
    yield {from, to: i + 1 < all.length ? all[i + 1].step : steps, state};
  }
}

function byPrograms(way: Way, like: Leaves, free: Leaves, last: Leaves): tf.Tensor[] | null {
  const {where, step, iterations} = way;
  if (programsFlag() === 'off' || !canLook()) return null;
  const programs: Program[] = [];
  try {
    return offTape(() => {
      const flags = tf.onesLike(iterations) as tf.Tensor;
      const active = tf.cast(flags, 'float32');
      const n = like.length;
      const program = (f: (xs: tf.Tensor[]) => tf.Tensor[], examples: tf.Tensor[]) => {
        const {graph, closedOver} = trace(f, examples);
        const made = new Program(graph, [...examples.keys()]);
        programs.push(made);
        closedOver.forEach((tensor, i) => made.input(examples.length + i).set(numbersOf(tensor)));
        return made;
      };
      const back = program(
        ([moving, ...rest]) => {
          const at = rest.slice(0, n);
          return vjpOf(() => floatsOf(step(moving, at)), [...floatsOf(at), ...free], rest.slice(n));
        },
        [active, ...like, ...last],
      );
      let on: Program | null = null;
      const counts = iterations.dataSync();
      const place = (to: Program, k: number, state: readonly Float64Array[]) => {
        const moving = to.input(0);
        for (let i = 0; i < moving.length; i++) moving[i] = Number(counts[i] > k);
        state.forEach((leaf, i) => to.input(1 + i).set(leaf));
      };
      const cotangents = last.map((leaf) => doublesOf(leaf));
      const sums = free.map(({size}) => new Float64Array(size));
      for (const {from, to, state} of segments(way)) {
        const states = [state.map(doubles)];
        for (let k = from; k < to - 1; k++) {
          on ??= program(([moving, ...at]) => step(moving, at), [active, ...like]);
          place(on, k, states[states.length - 1]);
          on.run();
          states.push(like.map((_, i) => Float64Array.from(on!.output(i))));
        }
        for (let k = to - 1; k >= from; k--) {
          place(back, k, states.pop()!);
          cotangents.forEach((cotangent, i) => back.input(1 + n + i).set(cotangent));
          back.run();
          cotangents.forEach((cotangent, i) => cotangent.set(back.output(i)));
          sums.forEach((sum, j) => {
            const part = back.output(cotangents.length + j);
            for (let i = 0; i < sum.length; i++) sum[i] += part[i];
          });
        }
      }
      const results = [...cotangents, ...sums];
      return [...last, ...free].map(({shape}, i) => tensorOfDoubles(results[i], shape));
    });
  } catch (error) {
    explain(`The gradient of ${where}`, reasonOf(error));
    return null;
  } finally {
    for (const program of programs) program.dispose();
  }
}

const doubles = (leaf: Float64Array | tf.Tensor) => (leaf instanceof Float64Array ? leaf : doublesOf(leaf));

function byOperations(way: Way, like: Leaves, free: Leaves, last: Leaves): tf.Tensor[] {
  const {step, iterations} = way;
  let results = [...last.map((leaf) => tf.clone(leaf)), ...free.map((tensor) => tf.zerosLike(tensor))];
  for (const {from, to, state} of segments(way)) {
    const next = tf.tidy(() => {
      const at = state.map((leaf, i) =>
        leaf instanceof Float64Array
          ? tf.tensor(Float32Array.from(leaf), like[i].shape, like[i].dtype)
          : leaf,
      );
      const run = () => {
        let now: Leaves = at;
        for (let k = from; k < to; k++) now = step(activeAt(iterations, k), now);
        return floatsOf(now);
      };
      const before = vjpOf(run, [...floatsOf(at), ...free], results.slice(0, last.length));
      return before.map((dx, i) => (i < last.length ? dx : tf.add(results[i], dx)));
    });
    tf.dispose(results);
    results = next;
  }
  return results;
}
