/** @file The gradients that tfjs registers itself, kept before a suite can call enableHigherOrderGradients for the whole process. */
// Registers them.
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';

/** Those of tfjs's kernels: all that has one, by name. */
const own = new Map(
  Object.values(tf).flatMap((name) => (typeof name === 'string' ? [[name, gradientOf(name)]] : [])) as [
    string,
    tf.GradConfig | undefined,
  ][],
);

function gradientOf(name: string): tf.GradConfig | undefined {
  return tf.getGradient(name) as tf.GradConfig | undefined;
}

function register(gradients: Map<string, tf.GradConfig | undefined>): void {
  for (const [name, config] of gradients) {
    if (config) tf.registerGradient(config);
    else if (gradientOf(name)) tf.unregisterGradient(name);
  }
}

/** Within the suite tfjs has its own gradients alone, whatever another file of this process has enabled. */
export function useOwnGradients(): void {
  let enabled: typeof own;
  before(() => {
    enabled = new Map([...own.keys()].map((name) => [name, gradientOf(name)]));
    register(own);
  });
  after(() => register(enabled));
}
