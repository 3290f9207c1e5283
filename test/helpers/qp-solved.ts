/** @file Solves a quadratic program and differentiates a weighted sum of x, all in plain numbers. */
import * as tf from '@tensorflow/tfjs-core';
import {solveQP, type QPInput, type QPResult, type SolveQPOptions} from '../../src/index.js';
import {QP_NAMES, type QPName} from './qp-tensors.js';

/** Plain data, with or without a batch axis. */
export type PlainQP = Partial<Record<QPName, tf.TensorLike>> & Record<'Q' | 'p', tf.TensorLike>;

export interface Solution {
  x: number[];
  ineqDual: number[];
  eqDual: number[];
  status: number[];
  weaklyActive: boolean[];
  /** Of Σ weights·x (the weights repeat for each sample), by parameter. */
  gradients: Partial<Record<QPName, number[]>>;
}

/** The solution of `problem` and the gradient of ⟨weights, x⟩, the weights being 1, 2, … unless told. */
export function solveWithGradients(
  problem: PlainQP,
  {weights, loss, ...options}: SolveQPOptions & Probe = {},
): Solution {
  return withinTidy(() => {
    const names = QP_NAMES.filter((name) => (problem[name] as number[] | undefined)?.length);
    let result!: QPResult;
    const objective = (...values: tf.Tensor[]) => {
      const input = Object.fromEntries(names.map((name, i) => [name, values[i]])) as unknown as QPInput;
      result = solveQP(input, {onFailure: 'ignore', ...options});
      for (const tensor of Object.values(result)) if (tensor instanceof tf.Tensor) tf.keep(tensor);
      if (loss) return tf.sum(loss(result));
      const n = result.x.shape.at(-1)!;
      return tf.sum(tf.mul(result.x, tf.tensor1d(weights ?? Array.from({length: n}, (_, i) => i + 1))));
    };
    const gradients = tf.grads(objective)(
      names.map((name) => tf.tensor(problem[name]!, undefined, 'float32')),
    );
    const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
    const solution: Solution = {
      x: numbers(result.x),
      ineqDual: numbers(result.ineqDual),
      eqDual: numbers(result.eqDual),
      status: numbers(result.status),
      weaklyActive: numbers(result.weaklyActive).map(Boolean),
      gradients: Object.fromEntries(names.map((name, i) => [name, numbers(gradients[i])])),
    };
    for (const tensor of Object.values(result)) if (tensor instanceof tf.Tensor) tensor.dispose();
    return solution;
  });
}

export interface Probe {
  weights?: number[];
  /** Instead of ⟨weights, x⟩. */
  loss?: (result: QPResult) => tf.Tensor;
}

/** `tf.tidy` for a result without tensors. */
function withinTidy<T>(f: () => T): T {
  let result!: T;
  tf.tidy(() => void (result = f()));
  return result;
}
