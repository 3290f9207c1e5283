/** @file The greeting between a thread and its worker. Another script, or another version, does not answer it. */

/** In a built package, its version stands for the last two words. */
export const PROTOCOL = 'tfjs-implicit from source';

/** States of a worker, the one word of `state`. */
export const STARTING = 0;
export const READY = 1;
export const AT_WORK = 2;

export interface Greeting {
  protocol: string;
  state: Int32Array;
}

export function greeting(): Greeting {
  return {protocol: PROTOCOL, state: new Int32Array(new SharedArrayBuffer(4))};
}
