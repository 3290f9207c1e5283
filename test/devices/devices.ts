/** @file Runs a suite on every device of this run, where no host may read a tensor of the GPU and no GPU error goes unnoticed. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {once} from '../helpers/once.js';
import {addUnreadable, UNREADABLE} from '../helpers/unreadable.js';
import {runtime, type GpuBackend} from './runtime.js';

/** The device with which the others are compared. */
export const REFERENCE = 'cpu';

/** How far numbers may be off: f64 on the host, doubles of two f32 on WebGPU, and f32 for what tfjs itself computes there. */
export const toleranceOn = (device: string): number => (device === 'webgpu' ? 1e-4 : 2e-5);

/**
 * `describe` once a device. In it, tensors are read by `valuesOf`.
 *
 * @param unreadable Also where the host computes, but may not read: what runs on WebGPU then runs without one as well.
 */
export function describeDevices(
  title: string,
  suite: (device: string) => void,
  {unreadable = false}: {unreadable?: boolean} = {},
): void {
  const standIns = unreadable && runtime.devices.includes('cpu') ? [UNREADABLE] : [];
  for (const device of [...runtime.devices, ...standIns]) {
    describe(`${title} [${device}]`, () => {
      let errors: string[] = [];
      let allowReads: () => void;
      if (device === UNREADABLE) {
        let remove: () => void;
        before(() => void (remove = addUnreadable()));
        after(async () => {
          await use('cpu');
          remove();
        });
      }
      before(async () => {
        await use(device);
        allowReads = device === 'webgpu' ? forbidReads() : () => undefined;
      });
      beforeEach(async () => {
        await use(device);
        errors = [];
        const {device: gpu} = tf.backend() as Partial<GpuBackend>;
        assert.equal(gpu !== undefined, device === 'webgpu');
        if (gpu) gpu.onuncapturederror = ({error}) => errors.push(error.message);
      });
      afterEach(async () => {
        await use(device);
        await (tf.backend() as Partial<GpuBackend>).device?.queue.onSubmittedWorkDone();
        assert.deepEqual(errors, [], 'errors of the GPU');
      });
      after(() => allowReads());
      suite(device);
    });
  }
  if (runtime.missing === null) return;
  describe(title, () => {
    it(`is skipped: ${runtime.missing}`, function () {
      console.warn(`skipped: ${title}: ${runtime.missing}`);
      this.skip();
    });
  });
}

export async function use(device: string): Promise<void> {
  assert.isTrue(await tf.setBackend(device), `backend '${device}' does not start`);
  await tf.ready();
}

/** f on the reference, which stays set: computed once for each argument, whichever devices ask. */
export function onReference<A, R>(f: (argument: A) => Promise<R>): (argument: A) => Promise<R> {
  const found = once(f);
  return async (argument) => {
    await use(REFERENCE);
    return found(argument);
  };
}

const READS = ['dataSync', 'arraySync', 'print', 'bytesSync'] as const;

/** While the backend is WebGPU, a synchronous read throws. @returns What takes that back. */
function forbidReads(): () => void {
  const prototype = tf.Tensor.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const originals = READS.map((name) => prototype[name]);
  READS.forEach((name, i) => {
    prototype[name] = function (this: tf.Tensor, ...args: unknown[]) {
      if (tf.getBackend() === 'webgpu') throw new Error(`${name} on webgpu`);
      return originals[i].apply(this, args);
    };
  });
  return () => READS.forEach((name, i) => (prototype[name] = originals[i]));
}

export async function valuesOf(tensor: tf.Tensor): Promise<number[]> {
  const {tensorMap} = tf.backend() as Partial<GpuBackend>;
  // What another backend computed would prove nothing.
  if (tensorMap) assert.isTrue(tensorMap.has(tensor.dataId), 'the tensor is on the GPU');
  return Array.from(await tensor.data());
}

/** ‖actual − expected‖∞ ≤ relative·‖expected‖∞ + absolute. */
export function assertClose(
  actual: number[],
  expected: number[],
  relative: number,
  what: string,
  absolute = 0,
): void {
  assert.equal(actual.length, expected.length, what);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const bound = relative * largest + absolute;
  actual.forEach((value, i) => {
    // Equal, infinite or NaN as expected.
    if (Object.is(value, expected[i])) return;
    if (!(Math.abs(value - expected[i]) <= bound)) {
      assert.fail(`${what}: entry ${i} is ${value} instead of ${expected[i]}, which may differ by ${bound}`);
    }
  });
}
