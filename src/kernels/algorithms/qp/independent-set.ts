/**
 * @file Computes the solution on an active set of independent rows with orthogonal factors. It is for points whose active rows depend on
 * each other, for example at a degenerate vertex, or where there is almost no curvature.
 *
 * If a row is a combination of rows chosen before it, its multiplier is distributed over them. If one of their multipliers would become
 * negative, that row is removed and the new row takes its place (Carathéodory's theorem). This does not change Cᵀy. On the chosen rows, the
 * solution is x = Y a + Z b: a follows from the right-hand sides, and b from the curvature along the rows. In directions without curvature,
 * x does not change.
 */
import {AddedRows} from './added-rows.js';
import type {Point, Problem} from './types.js';
import {dot} from './vectors.js';

/**
 * A row is independent if the part of it outside the span of the others is at least this. Less may be caused by rounding its entries to
 * f32.
 */
const CLEARLY = 1e-6;
/** Rows that have at least this part outside the span of the others are chosen first. */
const STANDS_OUT = [0.1, 1e-4, CLEARLY];
/** The number of corrections of rounding errors. */
const REFINEMENTS = 3;
/** A pivot below this part of its diagonal entry is due to rounding. */
const FLAT = 1e-12;

/** Solves on the clear part of the active set of `from` (the rows with y > s), and writes the solution and its active set to `to`. */
export function solveOnIndependentRows(problem: Problem, from: Point, to: Point): void {
  const {
    n,
    p,
    m,
    P: {values: P},
    C: {values: C},
    d,
  } = problem;
  const chosen = new AddedRows(n, CLEARLY);
  chosen.start(new Float64Array(n * n), 1, 0);
  chooseRows(problem, from, chosen);
  const {x, y, s} = to;
  x.set(from.x);
  y.fill(0);
  const free = n - chosen.count;
  const gradient = new Float64Array(n);
  const right = new Float64Array(p + m);
  const step = new Float64Array(n);
  const multipliers = new Float64Array(p + m);
  const curvature = new Curvature(P, n, chosen);
  for (let round = 0; round < REFINEMENTS; round++) {
    for (let k = 0; k < chosen.count; k++) {
      const i = chosen.members[k];
      right[i] = d[i] - dot(C.subarray(i * n, (i + 1) * n), x);
    }
    // First a step onto the rows, then a step along them, then the multipliers for the remaining gradient.
    chosen.solution(step.fill(0), right, gradient, multipliers);
    for (let j = 0; j < n; j++) x[j] += gradient[j];
    if (free > 0) {
      lagrangian(problem, x, y, gradient);
      curvature.step(gradient, step);
      for (let j = 0; j < n; j++) x[j] += step[j];
    }
    lagrangian(problem, x, y, gradient);
    chosen.solution(gradient, right.fill(0), step, multipliers);
    for (let k = 0; k < chosen.count; k++) y[chosen.members[k]] += multipliers[chosen.members[k]];
  }
  for (let i = 0; i < p + m; i++) s[i] = i < p ? 0 : d[i] - dot(C.subarray(i * n, (i + 1) * n), x);
  for (let k = 0; k < chosen.count; k++) {
    const member = chosen.members[k];
    s[member] = 0;
    if (member >= p && y[member] === 0) y[member] = Number.MIN_VALUE;
  }
}

/** Px + q + Cᵀy. */
function lagrangian(
  {n, P: {values: P}, q, C: {values: C}}: Problem,
  x: Float64Array,
  y: Float64Array,
  out: Float64Array,
): void {
  for (let j = 0; j < n; j++) out[j] = q[j] + dot(P.subarray(j * n, (j + 1) * n), x);
  for (let i = 0; i < y.length; i++) {
    for (let j = 0; j < n; j++) out[j] += C[i * n + j] * y[i];
  }
}

/**
 * Chooses among the equalities and the rows with y > s. The rows with the largest part outside the span of the others come first, so that
 * multipliers stay small.
 */
function chooseRows({n, p, m, C: {values: C}}: Problem, from: Point, chosen: AddedRows): void {
  const y = from.y.slice();
  const rowOf = (i: number) => C.subarray(i * n, (i + 1) * n);
  const inequalities = Array.from({length: m}, (_, i) => p + i).filter((i) => from.y[i] > from.s[i]);
  // The clearest rows come first, because doubtful rows are the ones that can be removed.
  inequalities.sort((i, k) => from.y[k] * from.s[i] - from.y[i] * from.s[k]);
  let left = [...Array.from({length: p}, (_, i) => i), ...inequalities];
  for (const part of STANDS_OUT) {
    left = left.filter((i) => {
      if (chosen.direction(rowOf(i)).relative <= part) return true;
      chosen.add(i);
      return false;
    });
  }
  for (const i of left) handOver(i, rowOf(i), p, y, chosen);
}

/** Passes the multiplier of row i to the rows that it depends on. */
function handOver(i: number, row: Float64Array, p: number, y: Float64Array, chosen: AddedRows): void {
  for (;;) {
    const {relative, dual} = chosen.direction(row);
    if (relative > 0) {
      chosen.add(i);
      return;
    }
    let [leaving, part] = [-1, y[i]];
    for (let k = 0; k < chosen.count && i >= p; k++) {
      const member = chosen.members[k];
      if (member < p || !(dual[k] < 0)) continue;
      const most = y[member] / -dual[k];
      if (most < part) [leaving, part] = [k, most];
    }
    for (let k = 0; k < chosen.count; k++) y[chosen.members[k]] += part * dual[k];
    y[i] -= part;
    if (leaving < 0) return;
    chosen.remove(leaving);
  }
}

/** The factored matrix ZᵀPZ for the directions Z that do not change the chosen rows. */
class Curvature {
  private readonly size: number;
  private readonly L: Float64Array;
  private readonly isFlat: Uint8Array;

  constructor(
    P: Float64Array,
    private readonly n: number,
    private readonly chosen: AddedRows,
  ) {
    const size = (this.size = n - chosen.count);
    const L = (this.L = new Float64Array(size * size));
    this.isFlat = new Uint8Array(size);
    const image = new Float64Array(n);
    for (let k = 0; k < size; k++) {
      const z = chosen.direct(k);
      for (let j = 0; j < n; j++) image[j] = dot(P.subarray(j * n, (j + 1) * n), z);
      for (let l = 0; l <= k; l++) L[k * size + l] = dot(image, chosen.direct(l));
    }
    for (let k = 0; k < size; k++) {
      for (let l = 0; l <= k; l++) {
        let sum = L[k * size + l];
        for (let i = 0; i < l; i++) sum -= L[k * size + i] * L[l * size + i];
        if (l < k) L[k * size + l] = this.isFlat[l] ? 0 : sum / L[l * size + l];
        else if (sum > FLAT * L[k * size + k]) L[k * size + k] = Math.sqrt(sum);
        else this.isFlat[k] = L[k * size + k] = 1;
      }
    }
  }

  /** Computes the step along the rows that makes the gradient zero, where there is curvature. */
  step(gradient: Float64Array, out: Float64Array): void {
    const {n, size, L, isFlat, chosen} = this;
    const b = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      let sum = -dot(chosen.direct(k), gradient);
      for (let l = 0; l < k; l++) sum -= L[k * size + l] * b[l];
      b[k] = isFlat[k] ? 0 : sum / L[k * size + k];
    }
    for (let k = size - 1; k >= 0; k--) {
      let sum = b[k];
      for (let l = k + 1; l < size; l++) sum -= L[l * size + k] * b[l];
      b[k] = isFlat[k] ? 0 : sum / L[k * size + k];
    }
    out.fill(0);
    for (let k = 0; k < size; k++) {
      const z = chosen.direct(k);
      for (let j = 0; j < n; j++) out[j] += b[k] * z[j];
    }
  }
}
