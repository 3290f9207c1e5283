/** @file The greeting between a thread and its worker. A different script or version does not answer it. */

/** In a built package, its version replaces the last two words. */
export const PROTOCOL = 'tfjs-implicit from source';

/** The states of a worker, stored in the single word of `state`. */
export const STARTING = 0;
export const READY = 1;
export const AT_WORK = 2;

export interface Greeting {
  protocol: string;
  state: Int32Array;
  /** The name of a lock of the page, which the worker holds as long as it lives. It answers with the name once it does. */
  lock?: string | undefined;
}

export function greeting(): Greeting {
  return {protocol: PROTOCOL, state: new Int32Array(new SharedArrayBuffer(4))};
}
