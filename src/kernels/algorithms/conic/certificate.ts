/**
 * @file Measures how far a point is from the optimality conditions of a conic program, and decides what a ray proves. Everything is in the
 * user's units.
 */
import {distance, project} from './projection.js';
import {
  inner,
  largestOf,
  partOf,
  timesE,
  timesTransposedE,
  type ConicIterate,
  type ConicProblem,
} from './problem.js';

/** The equations of a ray may be violated by up to this share of their terms. */
const EXACT = 1e-9;
/** A value along a ray that is below this share of its terms could be a rounding error of f32. */
export const ROUNDING = 2 ** -20;
/** An entry counts as at least this share of the size that the largest term of its row or column would give it. */
const SHARE = 1e-2;
const PASSES = 3;

/** The quotient a/b, limited to 1e9. It is 0 if the error a is 0, and 1e9 if b is 0. */
function ratio(a: number, b: number): number {
  if (a === 0) return 0;
  const quotient = b > 0 ? Math.min(a / b, 1e9) : 1e9;
  return Number.isNaN(quotient) ? 1e9 : quotient;
}

/** A given number that is below this share of the terms it is added to may be lost in their rounding. */
const FAR_OUT = 1e-5;
/** It counts as lost if the error is above IGNORED times the number and above DOUBLE (rounding in f64) times the terms. */
const IGNORED = 1e-3;
const DOUBLE = 1e-14;

/**
 * The error relative to its terms. Far out along a ray everything is small compared with the terms, so there the error is compared with the
 * given number.
 */
function beside(error: number, terms: number, given: number): number {
  const isLost = given > 0 && given < FAR_OUT * terms && error > IGNORED * given && error > DOUBLE * terms;
  return ratio(error, isLost ? given : terms);
}

/**
 * The largest relative error of Eᵀy + c = 0, y ∈ K*, d − Ez ∈ K and complementarity.
 *
 * Each column of Eᵀy + c is measured against its own terms |c| + |E|ᵀ|y|. Each block of the other conditions is measured against the
 * largest |E||z| + |d| of its rows. A block is complementary if one of these holds: its y changes no column; its slack is lost in its
 * terms; a step along −y from the slack, projected onto the cone, leads back to the slack.
 */
export function conicError(problem: ConicProblem, {z, y}: Pick<ConicIterate, 'z' | 'y'>): number {
  const {p, m, c, E, d, blocks} = problem;
  const {zs, ys} = sizesOf(problem, z, y);
  const [rows, columns] = [new Float64Array(m), c.map(Math.abs)];
  for (let i = 0; i < m; i++) {
    rows[i] = Math.abs(d[i]);
    for (let j = 0; j < p; j++) {
      const entry = Math.abs(E[i * p + j]);
      rows[i] += entry * zs[j];
      columns[j] += entry * ys[i];
    }
  }
  let worst = 0;
  const pull = timesTransposedE(problem, y);
  for (let j = 0; j < p; j++) {
    worst = Math.max(worst, beside(Math.abs(pull[j] + c[j]), columns[j], Math.abs(c[j])));
  }
  const slack = timesE(problem, z).map((value, i) => d[i] - value);
  for (const block of blocks) {
    const [s, dual] = [partOf(block, slack), partOf(block, y)];
    const terms = largestOf(partOf(block, rows));
    const {start, size} = block;
    /** The largest relative change of a column that an error in the multipliers of this block causes. */
    const moves = (error: number) => {
      let most = 0;
      if (error > 0) {
        for (let i = start; i < start + size; i++) {
          for (let j = 0; j < p; j++)
            most = Math.max(most, ratio(Math.abs(E[i * p + j]) * error, columns[j]));
        }
      }
      return most;
    };
    const outside = beside(distance(block, s), terms, largestOf(partOf(block, d)));
    worst = Math.max(worst, outside, moves(distance(block, dual, true)));
    if (block.kind === 'zero') continue;
    const [ofS, ofY] = [largestOf(s), largestOf(dual)];
    if (ofS === 0 || ofY === 0) continue;
    const projected = new Float64Array(size);
    project(
      block,
      s.map((value, i) => value - (ofS / ofY) * dual[i]),
      projected,
    );
    const off = largestOf(projected.map((value, i) => value - s[i]));
    worst = Math.max(worst, Math.min(moves(ofY), ratio(off, terms)));
  }
  return worst;
}

/** |z| and |y|. An entry is raised where the numbers around it do not determine it more precisely. */
function sizesOf({p, m, c, E, d, blocks}: ConicProblem, z: Float64Array, y: Float64Array) {
  const [zs, ys] = [z.map(Math.abs), y.map(Math.abs)];
  const binding = new Uint8Array(m);
  for (const block of blocks) {
    const {kind, start, size} = block;
    if (kind === 'zero' || largestOf(partOf(block, y)) > 0) binding.fill(1, start, start + size);
    if (kind === 'zero' || kind === 'ray') continue;
    // The cone couples its entries: one that has to be zero is known only up to the rounding of the others.
    const least = SHARE * largestOf(partOf(block, y));
    for (let i = start; i < start + size; i++) ys[i] = Math.max(ys[i], least);
  }
  const several = (count: number, entry: (k: number) => number) => {
    let found = 0;
    for (let k = 0; k < count; k++) found += Number(entry(k) !== 0);
    return found > 1;
  };
  for (let pass = 0; pass < PASSES; pass++) {
    for (let i = 0; i < m; i++) {
      if (!binding[i] || !several(p, (j) => E[i * p + j])) continue;
      let most = Math.abs(d[i]);
      for (let j = 0; j < p; j++) most = Math.max(most, Math.abs(E[i * p + j]) * zs[j]);
      for (let j = 0; j < p; j++) {
        const entry = Math.abs(E[i * p + j]);
        if (entry > 0) zs[j] = Math.max(zs[j], (SHARE * most) / entry);
      }
    }
    for (let j = 0; j < p; j++) {
      if (!several(m, (i) => E[i * p + j] * binding[i])) continue;
      let most = Math.abs(c[j]);
      for (let i = 0; i < m; i++) most = Math.max(most, Math.abs(E[i * p + j]) * ys[i]);
      for (let i = 0; i < m; i++) {
        const entry = Math.abs(E[i * p + j]);
        if (entry > 0 && binding[i]) ys[i] = Math.max(ys[i], (SHARE * most) / entry);
      }
    }
  }
  return {zs, ys};
}

/** What a ray shows: nothing; a contradiction no larger than rounding; or a proof that there is no solution. */
export type Verdict = 'nothing' | 'rounding' | 'proof';

function verdict(value: number, terms: number): Verdict {
  if (!(-value > 0)) return 'nothing';
  return -value > ROUNDING * terms ? 'proof' : 'rounding';
}

const magnitudes = (a: Float64Array, b: Float64Array) => inner(a.map(Math.abs), b.map(Math.abs));

/** Whether y ∈ K*, Eᵀy = 0 and dᵀy < 0. */
export function provesInfeasible(problem: ConicProblem, y: Float64Array): Verdict {
  const {p, m, E, d, blocks} = problem;
  const pull = timesTransposedE(problem, y);
  for (let j = 0; j < p; j++) {
    let terms = 0;
    for (let i = 0; i < m; i++) terms += Math.abs(E[i * p + j] * y[i]);
    if (!(Math.abs(pull[j]) <= EXACT * terms)) return 'nothing';
  }
  for (const block of blocks) {
    const part = partOf(block, y);
    if (!(distance(block, part, true) <= EXACT * largestOf(part))) return 'nothing';
  }
  return verdict(inner(d, y), magnitudes(d, y));
}

/** Whether −Ez ∈ K and cᵀz < 0. */
export function provesUnbounded(problem: ConicProblem, z: Float64Array): Verdict {
  const {p, E, c, blocks} = problem;
  const image = timesE(problem, z).map((value) => -value);
  for (const block of blocks) {
    const {start, size} = block;
    let terms = 0;
    for (let i = start; i < start + size; i++) {
      let sum = 0;
      for (let j = 0; j < p; j++) sum += Math.abs(E[i * p + j] * z[j]);
      terms = Math.max(terms, sum);
    }
    if (!(distance(block, partOf(block, image)) <= EXACT * terms)) return 'nothing';
  }
  return verdict(inner(c, z), magnitudes(c, z));
}
