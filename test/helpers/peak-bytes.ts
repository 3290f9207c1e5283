/** @file The memory that a function needs in tensors. */
import * as tf from '@tensorflow/tfjs-core';

/** The largest number of bytes in tensors after a kernel while `f` runs, above those before. f's own tensors are disposed. */
export function peakBytes(f: () => unknown): number {
  const engine = tf.engine() as unknown as {runKernelFunc: (...args: unknown[]) => unknown};
  const {runKernelFunc} = engine;
  const before = tf.memory().numBytes;
  let peak = 0;
  engine.runKernelFunc = function (...args) {
    const out = runKernelFunc.apply(this, args);
    peak = Math.max(peak, tf.memory().numBytes - before);
    return out;
  };
  try {
    tf.tidy(() => void f());
  } finally {
    delete (engine as Partial<typeof engine>).runKernelFunc;
  }
  return peak;
}
