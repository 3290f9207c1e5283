/** @file An operation on a device: its values and gradients against the f64 kernels of the host. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {sumOf} from '../../src/linalg/index.js';
import {seededRandom} from '../zoo/linear-systems.js';
import {assertClose, onReference, REFERENCE, toleranceOn, use, valuesOf} from './devices.js';

export interface Work {
  name: string;
  inputs: () => tf.Tensor[];
  run: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  /** Of a sum of squares of the gradient. */
  twice?: boolean;
}

/** Entries in (−1, 1), the same on every device. */
export function random(seed: number, ...shape: number[]): tf.Tensor {
  const next = seededRandom(seed);
  return tf.tensor(
    Array.from({length: tf.util.sizeFromShape(shape)}, () => Math.fround(2 * next() - 1)),
    shape,
  );
}

/** Well conditioned. */
export const invertible = (seed: number, batch: number[], n: number) =>
  tf.add(tf.mul(0.4, random(seed, ...batch, n, n)), tf.mul(2, tf.eye(n)));
export const definite = (seed: number, batch: number[], n: number) => {
  const half = random(seed, ...batch, n, n);
  return tf.add(tf.matMul(half, half, false, true), tf.eye(n));
};

/** A function of the inputs that treats no output like another. */
function loss({run}: Work, inputs: tf.Tensor[]): tf.Tensor {
  const outputs = [run(...inputs)].flat();
  return sumOf(
    outputs.map((output) => {
      const weights = Array.from({length: output.size}, (_, i) => Math.sin(2 * i + 1));
      // Not linear, so that every second derivative depends on the inputs.
      return tf.sum(tf.mul(tf.add(output, tf.square(output)), tf.tensor(weights, output.shape)));
    }),
  );
}

/** Values, gradients, and gradients of gradients, by name. */
async function results(work: Work): Promise<Record<string, number[]>> {
  const inputs = work.inputs();
  const found: Record<string, tf.Tensor> = {};
  const values = [work.run(...inputs)].flat();
  values.forEach((value, i) => (found[`value ${i}`] = value));
  const gradients = (xs: tf.Tensor[]) => tf.grads((...xs: tf.Tensor[]) => loss(work, xs))(xs);
  gradients(inputs).forEach((value, i) => (found[`gradient ${i}`] = value));
  if (work.twice) {
    const square = (...xs: tf.Tensor[]) => tf.addN(gradients(xs).map((dx) => tf.sum(tf.square(dx))));
    tf.grads(square)(inputs).forEach((value, i) => (found[`second derivative ${i}`] = value));
  }
  const entries = await Promise.all(
    Object.entries(found).map(async ([name, tensor]) => [name, await valuesOf(tensor)] as const),
  );
  return Object.fromEntries(entries);
}

const expectationOf = onReference(results);

/** The tests of a device: none of the reference, which would be compared with itself. */
export function testWork(device: string, work: readonly Work[]): void {
  if (device === REFERENCE) return;
  for (const each of work) {
    it(each.name, async () => {
      const expected = await expectationOf(each);
      await use(device);
      const found = await results(each);
      assert.deepEqual(Object.keys(found), Object.keys(expected));
      for (const [name, values] of Object.entries(expected)) {
        assert.isTrue(values.every(Number.isFinite), `${name} on the host`);
        assertClose(found[name], values, toleranceOn(device), name, 1e-6);
      }
    });
  }
}
