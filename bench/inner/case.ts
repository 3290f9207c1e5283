/** @file The contract of a case: one problem, its data, and who computes its value and gradient. */

/** Values with their shape, row-major. */
export interface Numbers {
  shape: number[];
  values: ArrayLike<number>;
}

/** One way to compute the answer. */
export interface Contender {
  name: string;
  /** The whole work, results read. Returns the numbers that are compared and printed: a value, or a gradient's norm. */
  run: () => number[];
  /** Whether it solves the problem without a gradient; its numbers are then not compared. */
  forwardOnly?: boolean;
}

/** A problem on which contenders are timed in turns. */
export interface Case {
  name: string;
  /** What the numbers are. */
  answer: string;
  /** The first one is what the others are compared with. */
  contenders: Contender[];
  /** The right answer, if it is known; otherwise it is that of the first contender with a gradient. */
  known?: number[];
  /** The function of `peers/inner.py` for this case, with its settings; its arrays are written to a file for it. */
  python?: {peer: string; settings: Record<string, number | string>; arrays: Record<string, Numbers>};
  /** Two answers may differ by this fraction of the largest number. */
  bound: number;
}
