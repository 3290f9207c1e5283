/** @file Runs a suite on the backend 'tensorflow' as a device: what has a form for it stays on it, and nothing is read in between. */
import * as tf from '@tensorflow/tfjs-core';
import {BACKENDS, describeBackends} from '../helpers/backends.js';

const FLAG = 'IMPLICIT_DEVICE';

type Choice = 'auto' | 'host' | 'backend';

/** `describe` with the backend set and used as a device. */
export function describeResident(title: string, suite: () => void): void {
  describeBackends(
    `${title}, resident`,
    () => {
      beforeEach(() => choose('backend'));
      afterEach(() => choose('auto'));
      suite();
    },
    BACKENDS.filter((name) => name === 'tensorflow'),
  );
}

function choose(choice: Choice): void {
  tf.env().set(FLAG, choice as unknown as number);
}

/** Runs f with another choice of the place where kernels compute. */
export function computingOn<T>(choice: Choice, f: () => T): T {
  const before = tf.env().get(FLAG) as unknown as Choice;
  choose(choice);
  try {
    return f();
  } finally {
    choose(before);
  }
}

type Binding = Record<string, (...args: unknown[]) => unknown>;
type Device = {readSync: (...args: unknown[]) => unknown; binding: Binding};

/** Runs f with other functions of the binding, which itself cannot be changed. */
export function withBinding<T>(other: Binding, f: () => T): T {
  const backend = tf.backend() as unknown as Device;
  const {binding} = backend;
  const replaced = Object.entries(other).map(([name, value]) => [name, {value}]);
  backend.binding = Object.create(binding, Object.fromEntries(replaced) as PropertyDescriptorMap) as Binding;
  try {
    return f();
  } finally {
    backend.binding = binding;
  }
}

/** Runs f, in which nobody may read a tensor. */
export function withoutReads<T>(f: () => T): T {
  const backend = tf.backend() as unknown as Device;
  const {readSync} = backend;
  const refuse = () => {
    throw new Error('a tensor was read');
  };
  backend.readSync = refuse;
  try {
    return withBinding({tensorDataSync: refuse}, f);
  } finally {
    backend.readSync = readSync;
  }
}

/** How many tensors TensorFlow holds: the difference of two of them shows whether something stays behind. */
export function rawTensors(): number {
  return (tf.backend() as unknown as {binding: {getNumOfTensors(): number}}).binding.getNumOfTensors();
}

/** Numbers of both signs, the same each time: the backend draws others for some seeds. */
export function numbers(shape: number[], seed: number): tf.Tensor {
  const size = shape.reduce((count, length) => count * length, 1);
  const values = Float32Array.from(
    {length: size},
    (_, i) => 1.5 * Math.sin(12.9898 * (i + 1) + 78.233 * seed),
  );
  return tf.tensor(values, shape);
}
