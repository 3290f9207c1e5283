/** @file Projection of float32 rows onto boxes cut by hyperplanes, in plain TypeScript; computed in f64. */
import type {Floats} from '../../contracts/vectors.js';

/** The position of an entry of the projection relative to its bounds. */
export const SIDE = {lower: -1, free: 0, upper: 1, out: 2} as const;

/** A weighted sum may miss its target by this share of its terms. This is slightly more than what rounding the data to f32 can cause. */
const CONSISTENT = 2 ** -20;

export interface BoxSections {
  /** Shape [rows, n] each. */
  x: Floats;
  lower: Floats;
  upper: Floats;
  w: Floats;
  /** Shape [rows]. */
  c: Floats;
}

/**
 * For each row, argmin ‖y − x‖² subject to lower ≤ y ≤ upper, wᵀy = c. The solution is y = clip(x + τw); τ and the side of each entry are
 * returned, too.
 *
 * An entry of −∞ in x is excluded and becomes 0. A row with only such entries becomes 0. A row that is not finite, or for which no y is
 * feasible, becomes NaN, and all of its sides are `out`.
 */
export function boxSectionRows(
  data: BoxSections,
  rows: number,
  n: number,
  y: Floats,
  tau: Floats,
  side: Floats,
): void {
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * n, (row + 1) * n];
    const part = (values: Floats) => new Float64Array(values.subarray(from, to));
    const [x, lower, upper, w] = [data.x, data.lower, data.upper, data.w].map(part);
    const target = data.c[row];
    const present: number[] = [];
    let bad = !Number.isFinite(target);
    for (let i = 0; i < n; i++) {
      if (x[i] === -Infinity) continue;
      present.push(i);
      if (!(x[i] < Infinity && Number.isFinite(w[i]) && lower[i] <= upper[i])) bad = true;
    }
    side.fill(SIDE.out, from, to);
    y.fill(0, from, to);
    tau[row] = 0;
    if (!bad && present.length === 0) continue;
    const solution = bad ? null : section(present, x, lower, upper, w, target);
    if (!solution) {
      y.fill(NaN, from, to);
      continue;
    }
    tau[row] = solution.tau;
    for (const i of present) {
      y[from + i] = solution.y[i];
      side[from + i] = solution.side[i];
    }
  }
}

function section(
  present: number[],
  x: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  w: Float64Array,
  target: number,
) {
  let z = x;
  let shift = 0;
  let found = root(present, z, lower, upper, w, target);
  // Solves again, measured along w from a deciding entry, so that its size cancels exactly if the weights are equal.
  const main = isRough(present, x, found.y) ? deciding(present, z, lower, upper, w, found.tau) : -1;
  if (main >= 0 && x[main] !== 0) {
    shift = x[main] / w[main];
    z = x.map((value, i) => (w[i] === w[main] ? value - x[main] : value - shift * w[i]));
    found = root(present, z, lower, upper, w, target);
  }
  let sum = -target;
  let size = Math.abs(target);
  for (const i of present) {
    sum += w[i] * found.y[i];
    size += Math.abs(w[i] * found.y[i]);
  }
  if (!(Math.abs(sum) <= CONSISTENT * size)) return null;
  return {...found, tau: found.tau - shift};
}

/** Whether x is so large that its rounding in f64 could be visible in y in f32. */
function isRough(present: number[], x: Float64Array, y: Float64Array): boolean {
  let [sizeX, sizeY] = [0, 0];
  for (const i of present) {
    sizeX = Math.max(sizeX, Math.abs(x[i]));
    sizeY = Math.max(sizeY, Math.abs(y[i]));
  }
  return sizeX > 1e5 * sizeY;
}

/** Among the entries with a weight, the one whose breakpoints are nearest to τ; −1 if no entry has a weight. */
function deciding(
  present: number[],
  x: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  w: Float64Array,
  tau: number,
): number {
  let best = -1;
  let least = Infinity;
  for (const i of present) {
    if (w[i] === 0) continue;
    const value = x[i] + tau * w[i];
    const distance = Math.max(lower[i] - value, value - upper[i], 0) / Math.abs(w[i]);
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/**
 * Finds τ and y: sorts the breakpoints of the piecewise linear sum, finds the segment with the root by bisection, then solves on its line.
 */
function root(
  present: number[],
  x: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  w: Float64Array,
  target: number,
) {
  const clip = (value: number, i: number) => Math.min(Math.max(value, lower[i]), upper[i]);
  const weighted = present.filter((i) => w[i] !== 0);
  const excess = (tau: number) => {
    let sum = -target;
    for (const i of weighted) sum += w[i] * clip(x[i] + tau * w[i], i);
    return sum;
  };
  const places = new Float64Array(2 * weighted.length);
  let count = 0;
  for (const i of weighted) {
    for (const bound of [lower[i], upper[i]]) {
      const tau = (bound - x[i]) / w[i];
      if (Number.isFinite(tau)) places[count++] = tau;
    }
  }
  const breaks = places.subarray(0, count).sort();
  let [first, end] = [0, breaks.length];
  while (first < end) {
    const middle = (first + end) >> 1;
    if (excess(breaks[middle]) < 0) first = middle + 1;
    else end = middle;
  }
  const low = first > 0 ? breaks[first - 1] : -Infinity;
  const high = first < breaks.length ? breaks[first] : Infinity;
  const inside =
    low === -Infinity
      ? high === Infinity
        ? 0
        : high - 1 - Math.abs(high)
      : high === Infinity
        ? low + 1 + Math.abs(low)
        : low + (high - low) / 2;
  const side = new Int8Array(x.length);
  const y = new Float64Array(x.length);
  let square = 0;
  let rest = target;
  for (const i of present) {
    const value = x[i] + inside * w[i];
    side[i] = value <= lower[i] ? SIDE.lower : value >= upper[i] ? SIDE.upper : SIDE.free;
    if (side[i] === SIDE.lower) y[i] = lower[i];
    if (side[i] === SIDE.upper) y[i] = upper[i];
    if (w[i] === 0) continue;
    if (side[i] === SIDE.free) square += w[i] * w[i];
    rest -= w[i] * (side[i] === SIDE.free ? x[i] : y[i]);
  }
  // Without a free entry the sum jumps at a breakpoint where different breakpoints were rounded to the same number.
  const jump = rest === 0 ? inside : rest < 0 ? low : high;
  // If rounding requires more than the box contains, there is no breakpoint at which the sum could jump.
  const corner = Number.isFinite(jump) ? jump : inside;
  const tau = square > 0 ? Math.min(Math.max(rest / square, low), high) : corner;
  for (const i of present) if (side[i] === SIDE.free) y[i] = clip(x[i] + tau * w[i], i);
  return {tau, y, side};
}
