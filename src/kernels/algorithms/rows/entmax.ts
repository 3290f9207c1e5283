/** @file Entmax and normmax of float32 rows, and their derivatives, in plain TypeScript; computed in f64. */
import type {Floats} from '../../contracts/vectors.js';

/** The kind of map: argmax over the simplex of xᵀp minus Tsallis' negative entropy (entmax), or minus the α-norm (normmax). */
export type EntmaxKind = 'entmax' | 'normmax';

/** The solution of one row: p in double precision, log p (−∞ off the support) and, for normmax, a = x − τ. p is a power of a. */
interface Solution {
  p: Float64Array;
  log: Float64Array;
  above: Float64Array;
}

const MAX_ITERATIONS = 200;
/** No derivative in f32 is larger than this. */
const LARGEST = 3.4e38;

/**
 * y = entmax or normmax of each row of x [rows, n] for α = 1 + excess. An entry of −∞ is excluded, and a row with only such entries becomes
 * 0. A row that contains NaN or +∞, or whose excess is not finite or out of range, becomes NaN.
 *
 * @param excess One value per row.
 */
export function entmaxRows(
  kind: EntmaxKind,
  x: Floats,
  rows: number,
  n: number,
  excess: Floats,
  y: Floats,
): void {
  for (let i = 0; i < rows; i++) {
    const row = x.subarray(i * n, (i + 1) * n);
    const solution = solveRow(kind, row, excess[i]);
    if (solution) y.set(solution.p, i * n);
    else y.fill(NaN, i * n, (i + 1) * n);
  }
}

/** The cotangents of x and of the excess for the cotangent of y. They are zero for rows without an answer. */
export function entmaxGradientRows(
  kind: EntmaxKind,
  x: Floats,
  dy: Floats,
  rows: number,
  n: number,
  excess: Floats,
  dx: Floats,
  dExcess: Floats,
): void {
  const derivative = kind === 'entmax' ? entmaxGradient : normmaxGradient;
  for (let i = 0; i < rows; i++) {
    const [from, to] = [i * n, (i + 1) * n];
    const solution = solveRow(kind, x.subarray(from, to), excess[i]);
    const out = dx.subarray(from, to).fill(0);
    dExcess[i] = 0;
    if (!solution) continue;
    dExcess[i] = clamp(derivative(solution, dy.subarray(from, to), excess[i], out));
  }
}

/** Returns `null` for a row without an answer. */
function solveRow(kind: EntmaxKind, x: Floats, excess: number): Solution | null {
  const inRange = kind === 'entmax' ? excess >= 0 : excess > 0;
  if (!(inRange && excess < Infinity)) return null;
  let largest = -Infinity;
  for (const value of x) {
    if (!(value < Infinity)) return null;
    if (value > largest) largest = value;
  }
  const empty = () => new Float64Array(x.length);
  const solution = {p: empty(), log: empty().fill(-Infinity), above: empty()};
  if (largest === -Infinity) return solution;
  const z = Float64Array.from(x, (value) => value - largest);
  if (kind === 'normmax') normmaxRow(z, excess, solution);
  else if (excess <= 1) smoothEntmax(z, excess, solution);
  else steepEntmax(z, excess, solution);
  let sum = 0;
  for (const value of solution.p) sum += value;
  const log = Math.log(sum);
  for (let i = 0; i < z.length; i++) {
    solution.p[i] /= sum;
    solution.log[i] -= log;
  }
  return solution;
}

/**
 * For α ≤ 2. From the largest probability P, whose entry is z = 0: pᵢ = P(1 + δzᵢP^{−δ})^{1/δ}, δ = α − 1. In logarithms nothing cancels,
 * down to softmax at δ = 0.
 */
function smoothEntmax(z: Float64Array, excess: number, {p, log}: Solution): void {
  let count = 0;
  for (const value of z) if (value > -Infinity) count++;
  const fill = (logP: number): [number, number] => {
    const unit = Math.exp(-excess * logP);
    let sum = 0;
    let slope = 0;
    for (let i = 0; i < z.length; i++) {
      const u = excess * z[i] * unit;
      log[i] = excess === 0 ? logP + z[i] : u > -1 ? logP + Math.log1p(u) / excess : -Infinity;
      p[i] = Math.exp(log[i]);
      sum += p[i];
      if (p[i] > 0) slope += excess === 0 ? p[i] : p[i] / (1 + u);
    }
    return [sum - 1, slope];
  };
  fill(growingRoot(fill, -Math.log(count), 0));
}

/**
 * For α > 2, where p is a steep power of x − τ. From the least probability q of the support: pᵢ = (q^δ + δ(zᵢ − z_k))^{1/δ}. This avoids
 * any rounding of τ.
 */
function steepEntmax(z: Float64Array, excess: number, {p, log}: Solution): void {
  const power = 1 / excess;
  const {order, count} = support(z, (gap) => Math.pow(excess * gap, power));
  const least = z[order[count - 1]];
  const value = (q: number, k: number) => {
    const gap = excess * (z[order[k]] - least);
    return gap === 0 ? q : Math.pow(Math.pow(q, excess) + gap, power);
  };
  const q = growingRoot(
    (at) => {
      let sum = 0;
      let slope = 0;
      for (let k = 0; k < count; k++) {
        const each = value(at, k);
        sum += each;
        slope += Math.pow(at / each, excess - 1);
      }
      return [sum - 1, slope];
    },
    0,
    1 / count,
  );
  for (let k = 0; k < count; k++) {
    p[order[k]] = value(q, k);
    log[order[k]] = Math.log(p[order[k]]);
  }
}

/**
 * From r = z_k − τ, where k is the least entry of the support: Σ(r + zᵢ − z_k)^β = 1 for β = α/(α − 1), then pᵢ ∝ (r + zᵢ − z_k)^{1/(α −
 * 1)}.
 */
function normmaxRow(z: Float64Array, excess: number, {p, log, above}: Solution): void {
  const power = 1 + 1 / excess;
  const {order, count} = support(z, (gap) => Math.pow(gap, power));
  const least = z[order[count - 1]];
  const r = growingRoot(
    (at) => {
      let sum = 0;
      let slope = 0;
      for (let k = 0; k < count; k++) {
        const base = at + (z[order[k]] - least);
        sum += Math.pow(base, power);
        slope += power * Math.pow(base, power - 1);
      }
      return [sum - 1, slope];
    },
    0,
    Math.pow(count, -1 / power),
  );
  const top = r - least;
  for (let k = 0; k < count; k++) {
    const i = order[k];
    above[i] = r + (z[i] - least);
    // Relative to the largest entry where a high power would amplify the rounding of the sum.
    log[i] = (z[i] > -0.5 * top ? Math.log1p(z[i] / top) : Math.log(above[i] / top)) / excess;
    p[i] = Math.exp(log[i]);
  }
}

/**
 * The entries above the threshold, in decreasing order: as many of the largest as satisfy Σ weight(zᵢ − z_k) < 1, where k is the least of
 * them and weight(0) = 0.
 */
function support(z: Float64Array, weight: (gap: number) => number) {
  const order: number[] = [];
  for (let i = 0; i < z.length; i++) if (weight(-z[i]) < 1) order.push(i);
  order.sort((i, j) => z[j] - z[i]);
  const fits = (count: number) => {
    let sum = 0;
    for (let k = 0; k < count && sum < 1; k++) sum += weight(z[order[k]] - z[order[count - 1]]);
    return sum < 1;
  };
  let [low, high] = [1, order.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return {order, count: low};
}

/** The root of an increasing function between low and high, from its value and slope, with Newton steps from above inside a bracket. */
function growingRoot(f: (t: number) => [value: number, slope: number], low: number, high: number): number {
  let t = high;
  for (let k = 0; k < MAX_ITERATIONS && low < high; k++) {
    const [value, slope] = f(t);
    if (value === 0) break;
    if (value < 0) low = t;
    else high = t;
    const newton = t - value / slope;
    const next = newton > low && newton < high && k % 8 !== 7 ? newton : low + (high - low) / 2;
    if (next === t || Math.abs(next - t) < 1e-17 * Math.abs(t)) break;
    t = next;
  }
  return t;
}

/**
 * The cotangent of x: s(v − s̄ᵀv) with s = p^{1 − δ} on the support and s̄ = s/Σs.
 *
 * @returns vᵀ∂p/∂δ.
 * @see Peters, Niculae & Martins 2019 (arXiv 1905.05702), proposition 1; for δ: Correia, Niculae & Martins 2019 (arXiv 1909.00015),
 * proposition 1, rewritten here without the terms that cancel for small δ.
 */
function entmaxGradient({p, log}: Solution, v: Floats, excess: number, out: Floats): number {
  const size = (i: number) => Math.min(Math.exp((1 - excess) * log[i]), 1e200);
  // The weight of this entry must not cancel: it may be larger than all others by any factor.
  let main = 0;
  let most = -Infinity;
  for (let i = 0; i < p.length; i++) {
    const exponent = (1 - excess) * log[i];
    if (log[i] > -Infinity && exponent > most) [main, most] = [i, exponent];
  }
  if (most === -Infinity) return 0;
  let weights = 0;
  let moment = 0;
  let others = 0;
  for (let i = 0; i < p.length; i++) {
    if (log[i] === -Infinity) continue;
    const w = Math.exp((1 - excess) * log[i] - most);
    weights += w;
    moment += w * (v[i] - v[main]);
    if (i !== main) others += size(i) * (v[i] - v[main]);
  }
  const mean = moment / weights;
  for (let i = 0; i < p.length; i++) {
    if (log[i] === -Infinity) continue;
    out[i] = clamp(i === main ? -others / weights : size(i) * (v[i] - v[main] - mean));
  }
  let entropy = 0;
  for (let i = 0; i < p.length; i++) if (p[i] > 0) entropy -= p[i] * log[i];
  let product = 0;
  if (excess > 1) {
    for (let i = 0; i < p.length; i++) {
      if (log[i] === -Infinity) continue;
      const share = Math.exp((1 - excess) * log[i] - most) / weights;
      const change = (p[i] - share) / (excess * excess) + (-p[i] * log[i] - share * entropy) / excess;
      product += v[i] * change;
    }
    return product;
  }
  // p log²p · (e^u − 1 − u)/u² for u = −δ log p.
  const second = Float64Array.from(p, (value, i) => {
    if (log[i] === -Infinity) return 0;
    const u = -excess * log[i];
    if (u < 0.1)
      return (
        value * log[i] * log[i] * (1 / 2 + u / 6 + (u * u) / 24 + u ** 3 / 120 + u ** 4 / 720 + u ** 5 / 5040)
      );
    return (Math.exp((1 - excess) * log[i]) - value * (1 + u)) / (excess * excess);
  });
  let total = 0;
  let sizes = 0;
  for (let i = 0; i < p.length; i++) {
    total += second[i];
    if (log[i] > -Infinity) sizes += Math.exp((1 - excess) * log[i]);
  }
  for (let i = 0; i < p.length; i++) {
    if (!(p[i] > 0)) continue;
    const change = p[i] * total - second[i] - excess * (total * p[i] * log[i] + entropy * second[i]);
    product += v[i] * change;
  }
  return product / sizes;
}

/**
 * The cotangent of x: w − pΣw with t = p/(δa) on the support and w = t(v − vᵀp).
 *
 * @returns vᵀ∂p/∂δ.
 * @see Blondel, Martins & Niculae 2020 (arXiv 1901.02324), section 5, for the map. It is differentiated here through τ.
 */
function normmaxGradient({p, above}: Solution, v: Floats, excess: number, out: Floats): number {
  let inner = 0;
  let entropy = 0;
  for (let i = 0; i < p.length; i++) {
    if (!(above[i] > 0)) continue;
    inner += v[i] * p[i];
    entropy += p[i] * above[i] * Math.log(above[i]);
  }
  // The derivative of τ, Σa^β log a ∂β/∂δ / (βΣa^{1/δ}), where Σa^β = Σ a·a^{1/δ}.
  const tau = -entropy / (excess * (excess + 1));
  let sum = 0;
  let product = 0;
  for (let i = 0; i < p.length; i++) {
    if (!(above[i] > 0)) continue;
    const w = (p[i] / (excess * above[i])) * (v[i] - inner);
    sum += w;
    product -= (p[i] * (v[i] - inner) * (Math.log(above[i]) / excess + tau / above[i])) / excess;
  }
  for (let i = 0; i < p.length; i++) {
    if (!(above[i] > 0)) continue;
    out[i] = clamp((p[i] / (excess * above[i])) * (v[i] - inner) - p[i] * sum);
  }
  return product;
}

const clamp = (value: number) => Math.min(Math.max(value, -LARGEST), LARGEST);
