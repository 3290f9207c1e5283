/** @file The devices of this run. A module in `setup/`, loaded first, says which they are. */
import type * as tf from '@tensorflow/tfjs-core';

interface Runtime {
  /** Names of tfjs backends. */
  devices: string[];
  /** Whether it is a page: there, what is composed of parts that have cases of their own is left out. */
  page: boolean;
  /** Why there are none, if that is so. */
  missing: string | null;
}

// Mocha may load the module twice, once for the set-up and once for the suites.
const shared = globalThis as {testRuntime?: Runtime};
export const runtime: Runtime = (shared.testRuntime ??= {devices: [], page: false, missing: null});

/** The WebGPU device, as far as tests need it. */
export interface GpuBackend extends tf.KernelBackend {
  tensorMap: {has(id: object): boolean};
  device: {
    onuncapturederror: ((event: {error: {message: string}}) => void) | null;
    queue: {onSubmittedWorkDone(): Promise<void>};
  };
}
