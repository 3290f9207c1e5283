/** @file What is timed: the contract of the suites and of the peers. */

export interface Row {
  name: string;
  /** The work, inputs ready, results read or waited for. */
  run: () => void | Promise<void>;
  /** The name of the row that this one is compared with. */
  yardstick?: string;
}

/** Makes its inputs, checks that all who are compared compute the same, and returns the rows. */
export type Suite = () => Promise<Row[]>;

/** @throws If the two differ by more than `bound`, relative to the largest entry: they would not be comparable. */
export function sameNumbers(
  name: string,
  ours: ArrayLike<number>,
  theirs: ArrayLike<number>,
  bound: number,
): void {
  let [scale, off] = [0, 0];
  for (let i = 0; i < ours.length; i++) {
    scale = Math.max(scale, Math.abs(ours[i]));
    off = Math.max(off, Math.abs(ours[i] - theirs[i]));
  }
  if (ours.length === theirs.length && off <= bound * scale) return;
  throw new Error(`${name}: the results differ by ${off / scale}, so the times are not comparable.`);
}
