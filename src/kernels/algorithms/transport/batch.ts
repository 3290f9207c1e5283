/** @file Regularised transport plans for a batch, and their derivative; computed in f64. */
import type {Floats} from '../../contracts/vectors.js';
import {MarginalSystem} from './laplacian.js';
import {findPlan} from './plan.js';
import {POTENTIALS, type TransportKind} from './potentials.js';

/** Totals that differ by at most this share agree up to rounding: the rounding of f32 in sums of many entries. */
const CONSISTENT = 1e-5;
/** A sum counts as met if its relative error is at most this. */
const MET = 1e-6;

/** The outcome of a sample. The values are the codes of the `Status` entries with the same names. */
export const PLAN = {solved: 0, infeasible: 1, notConverged: 3, invalid: 5} as const;

interface Batch {
  kind: TransportKind;
  batch: number;
  n: number;
  m: number;
  strength: number;
}

/**
 * P = argmax ⟨P, x⟩ − strength·regulariser(P), P ≥ 0, P1 = a, Pᵀ1 = b, for each x [n, m]. A sum of zero gives a row or column of zeros, and
 * an entry of −∞ in x gives an entry of zero. Samples that are not solved become NaN and have a status other than 0.
 */
export function planBatch(
  {kind, batch, n, m, strength}: Batch,
  x: Floats,
  a: Floats,
  b: Floats,
  P: Floats,
  status: Floats,
): void {
  for (let sample = 0; sample < batch; sample++) {
    const part = (values: Floats, size: number) => values.subarray(sample * size, (sample + 1) * size);
    const out = part(P, n * m).fill(0);
    status[sample] = onePlan(kind, m, strength, part(x, n * m), part(a, n), part(b, m), out);
    if (status[sample] !== PLAN.solved) out.fill(NaN);
  }
}

function onePlan(
  kind: TransportKind,
  m: number,
  strength: number,
  x: Floats,
  a: Floats,
  b: Floats,
  out: Floats,
): number {
  if (![a, b].every((sums) => sums.every(Number.isFinite)) || !x.every((value) => value < Infinity)) {
    return PLAN.invalid;
  }
  const total = (sums: Floats) => (sums as Float64Array).reduce((sum, value) => sum + value, 0);
  const [given, taken] = [total(a), total(b)];
  const negative = [a, b].some((sums) => sums.some((value) => value < 0));
  if (negative || !(Math.abs(given - taken) <= CONSISTENT * Math.max(given, taken))) return PLAN.infeasible;
  const indices = (sums: Floats) => [...sums.keys()].filter((i) => sums[i] > 0);
  const [rows, columns] = [indices(a), indices(b)];
  if (rows.length === 0 || columns.length === 0) return PLAN.solved;
  const mean = (given + taken) / 2;
  // For sums with a total of 1. The regulariser with the square norm then weighs P by `mean`.
  const unit = kind === 'euclidean' ? strength * mean : strength;
  const X = Float64Array.from(rows.flatMap((i) => columns.map((j) => x[i * m + j] / unit)));
  const width = columns.length;
  const reachable = (start: number, stride: number, count: number) =>
    Array.from({length: count}, (_, k) => X[start + k * stride]).some((value) => value > -Infinity);
  const fits =
    rows.every((_, i) => reachable(i * width, 1, width)) &&
    columns.every((_, j) => reachable(j, width, rows.length));
  if (!fits) return PLAN.infeasible;
  const found = findPlan({
    kind,
    n: rows.length,
    m: width,
    X,
    rows: Float64Array.from(rows, (i) => a[i] / given),
    columns: Float64Array.from(columns, (j) => b[j] / taken),
    precise: out instanceof Float64Array,
  });
  if (!(found.miss <= MET)) return PLAN.notConverged;
  rows.forEach((i, k) => columns.forEach((j, l) => (out[i * m + j] = mean * found.P[k * width + l])));
  return PLAN.solved;
}

/**
 * The cotangents of x, a and b for dP. With R = φ'' ∘ dP and H (α, β) = (R1, Rᵀ1) they are (R − φ'' ∘ (α1ᵀ + 1βᵀ))/strength, α and β. In
 * each linked part of P, Σα = Σβ, because only such changes of the sums can be met.
 */
export function planGradientBatch(
  {kind, batch, n, m, strength}: Batch,
  P: Floats,
  dP: Floats,
  dx: Floats,
  da: Floats,
  db: Floats,
): void {
  const potential = POTENTIALS[kind];
  const system = new MarginalSystem(n, m);
  const [W, R] = [new Float64Array(n * m), new Float64Array(n * m)];
  const [rows, u] = [new Float64Array(n), new Float64Array(n)];
  const [columns, v] = [new Float64Array(m), new Float64Array(m)];
  for (let sample = 0; sample < batch; sample++) {
    rows.fill(0);
    columns.fill(0);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        const at = i * m + j;
        const p = P[sample * n * m + at];
        W[at] = p > 0 ? potential.slope(p) : 0;
        R[at] = W[at] === 0 ? 0 : W[at] * dP[sample * n * m + at];
        rows[i] += R[at];
        columns[j] += R[at];
      }
    }
    system.factor(W);
    system.solve(W, rows, columns, u, v);
    balanceParts(W, n, m, u, v);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        const at = i * m + j;
        dx[sample * n * m + at] = (R[at] - W[at] * (u[i] + v[j])) / strength;
      }
    }
    da.set(u, sample * n);
    db.set(v, sample * m);
  }
}

/** Moves a constant between u and v so that their sums are equal in each linked part of W. */
function balanceParts(W: Float64Array, n: number, m: number, u: Float64Array, v: Float64Array): void {
  const seen = new Uint8Array(n + m);
  for (let first = 0; first < n; first++) {
    if (seen[first]) continue;
    const part = [first];
    seen[first] = 1;
    for (const node of part) {
      const isRow = node < n;
      for (let k = 0; k < (isRow ? m : n); k++) {
        const other = isRow ? n + k : k;
        const weight = isRow ? W[node * m + k] : W[k * m + node - n];
        if (weight === 0 || seen[other]) continue;
        seen[other] = 1;
        part.push(other);
      }
    }
    let difference = 0;
    for (const node of part) difference += node < n ? -u[node] : v[node - n];
    for (const node of part) {
      if (node < n) u[node] += difference / part.length;
      else v[node - n] -= difference / part.length;
    }
  }
}
