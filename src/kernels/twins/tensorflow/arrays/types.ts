/** @file Handles of arrays in the memory of the backend 'tensorflow'. */

/** An array of doubles on the device. */
export interface Doubles {
  readonly id: number;
  readonly shape: readonly number[];
  /** Only for types. */
  readonly kind?: 'doubles';
}

/** An array of truth values on the device. */
export interface Flags {
  readonly id: number;
  readonly shape: readonly number[];
  readonly kind?: 'flags';
}

/** Samples of a batch, by their indices: [K, 1]. */
export interface Chosen {
  readonly id: number;
  readonly shape: readonly number[];
  readonly count: number;
  /** The size of the batch that they are of. */
  readonly batch: number;
}

/** An array, or a number that stands for one. */
export type Operand = Doubles | number;
