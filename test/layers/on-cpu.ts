/** @file What the suites of layers share that concern no kernel, and so run on one backend. */
import * as tf from '@tensorflow/tfjs-core';
import type {SolverLayer} from '../../src/layers/index.js';
import '../helpers/backends.js';

export const EYE = [[1, 0], [0, 1]]; // prettier-ignore

export const run = (layer: SolverLayer, ...list: tf.Tensor[]) =>
  layer.apply(list.length === 1 ? list[0] : list) as tf.Tensor;

export function describeOnCpu(title: string, suite: () => void): void {
  describe(title, () => {
    before(async () => {
      await tf.setBackend('cpu');
      // tfjs greets with its first tensor.
      tf.dispose(tf.zeros([1]));
    });
    suite();
  });
}

/** What `f` prints with console.warn. */
export function warningsOf(f: () => unknown): string {
  const printed: string[] = [];
  const {warn} = console;
  console.warn = (text: string) => void printed.push(text);
  try {
    f();
  } finally {
    console.warn = warn;
  }
  return printed.join('\n');
}
