/** @file Solves one conic program: rows that matter first, interior point, Newton's method, and a verdict in the user's units. */
import {conicError, provesInfeasible, provesUnbounded, type Verdict} from './certificate.js';
import {dependentEqualities} from './equalities.js';
import {unitsOf} from './equilibrate.js';
import {heldColumns, priceHeld, withoutHeld} from './held.js';
import {interiorPoint} from './interior-point.js';
import {balanceOf, newtonStep, pointOf} from './polish.js';
import {depth, distance, project} from './projection.js';
import {
  inner,
  largestOf,
  partOf,
  rescaled,
  scaled,
  timesE,
  unscaled,
  type ConicIterate,
  type ConicProblem,
  type ConicUnits,
} from './problem.js';

export type ConicOutcome = 'solved' | 'infeasible' | 'unbounded' | 'unsolved';

export interface ConicResult extends ConicIterate {
  outcome: ConicOutcome;
  iterations: number;
  /** `conicError` of the point; of what came nearest where there is none. */
  residual: number;
  /** Units in which y − s tells y and s apart. */
  units: ConicUnits;
}

/** An error at which nothing is left to gain. */
const EXACT = 1e-13;
/** Error of an iterate from which Newton's method may find the solution, and how far it must fall for another try. */
const TRY_BELOW = 1e-3;
const TRY_AGAIN = 0.1;
const NEWTON_STEPS = 4;
/** A block that is this many times deeper than the next before it is left out until it matters. */
const FAR = 1e4;
const MAX_ROUNDS = 20;
/** What is zero but for rounding is zero if that makes the error smaller: shares that are tried. */
const NOISE = [1e-12, 1e-15, 0];
/** Likewise of a ray. */
const RAY_NOISE = [0, 1e-10, 1e-7, 1e-4];
/** Of f32. */
const LARGEST = 3.4028234663852886e38;
/** A block without E holds up to this. */
const EMPTY = 1e-10;
/** Contradictions of the size of rounding that are reconciled at most. */
const MAX_SHIFTS = 30;

/** The best of what the solvers have seen. */
interface Search {
  outcome: ConicOutcome;
  iterations: number;
  point: ConicIterate | null;
  residual: number;
  units: ConicUnits | null;
  ray: ConicIterate | null;
}

/** @param tolerance `conicError` of a solution at most. */
export function solveConic(given: ConicProblem, tolerance: number, maxIterations: number): ConicResult {
  const problem = {...given, d: withoutEmptyNoise(given)};
  const {p, m, E} = problem;
  let held = heldColumns(problem);
  let iterations = 0;
  for (;;) {
    const {reduced, columns, rows} = withoutHeld(problem, held);
    const found = solveRows(reduced, tolerance, maxIterations);
    iterations += found.iterations;
    if (held.length === 0) return {...found, iterations};
    const fixed = held.filter(({opposite}) => opposite !== null);
    if (found.outcome === 'infeasible' || found.outcome === 'unsolved') {
      // A bound that a price suggested may be the reason.
      held = fixed.length < held.length ? fixed : [];
      continue;
    }
    const point = {z: new Float64Array(p), y: new Float64Array(m), s: new Float64Array(m)};
    const units = {...found.units, rows: new Float64Array(m), columns: new Float64Array(p)};
    columns.forEach((j, k) => (units.columns[j] = found.units.columns[k]));
    rows.forEach((i, k) => (units.rows[i] = found.units.rows[k]));
    for (const {column, row, opposite} of held) {
      let most = 0;
      for (let i = 0; i < m; i++) most = Math.max(most, Math.abs(E[i * p + column]) * units.rows[i]);
      const unit = most > 0 ? 2 ** -Math.round(Math.log2(most)) : 1;
      units.columns[column] = unit;
      for (const i of opposite === null ? [row] : [row, opposite]) {
        units.rows[i] = 2 ** -Math.round(Math.log2(Math.abs(E[i * p + column]) * unit));
      }
    }
    if (found.outcome === 'unbounded') return {...found, ...point, iterations, units};
    columns.forEach((j, k) => (point.z[j] = found.z[k]));
    rows.forEach((i, k) => ([point.y[i], point.s[i]] = [found.y[k], found.s[k]]));
    for (const {column, value} of held) point.z[column] = value;
    const wrong = priceHeld(problem, held, point.y);
    const residual = conicError(problem, point);
    if (wrong.length === 0 && residual <= tolerance)
      return {...point, iterations, residual, outcome: 'solved', units};
    held = wrong.length > 0 ? held.filter((one) => !wrong.includes(one)) : [];
  }
}

/** d, where rows without coefficients are in their cone if they are but for `EMPTY`. */
function withoutEmptyNoise(problem: ConicProblem): Float64Array {
  const d = problem.d.slice();
  for (const block of problem.blocks) {
    const part = partOf(block, d);
    if (largestOf(rowsOf(problem, block)) === 0 && distance(block, part) <= EMPTY)
      project(block, part.slice(), part);
  }
  return d;
}

/** The same without a look at which bounds hold their variables. */
function solveRows(problem: ConicProblem, tolerance: number, maxIterations: number): ConicResult {
  const {p, m, c, blocks} = problem;
  const isEmpty = blocks.map((block) => largestOf(rowsOf(problem, block)) === 0);
  const free = columnsOf(problem).map((most) => most === 0);
  const falls = free.some((isFree, j) => isFree && c[j] !== 0);
  // Variables in no row are zero; their costs come last.
  const costs = c.map((value, j) => (free[j] ? 0 : value));
  const bare = {...problem, c: costs};
  const equalities = dependentEqualities(bare);
  const stages = stagesOf(bare, isEmpty).map((first, k) => (equalities?.spare[k] ? Infinity : first));
  let stage = 0;
  let chosen = stages.map((first) => first <= stage);
  let iterations = 0;
  let found: Search | null = null;
  const impossible =
    equalities?.contradict ||
    blocks.some((block, k) => isEmpty[k] && distance(block, partOf(block, problem.d)) > EMPTY);
  const whole = stages.map((first) => first < Infinity);
  for (let round = 0; round < MAX_ROUNDS && !impossible; round++) {
    const part = restrict(equalities ? {...bare, d: equalities.d} : bare, chosen);
    found = solveConsistent(part, tolerance, maxIterations);
    iterations += found.iterations;
    const isWhole = chosen.every((flag, k) => flag === whole[k]);
    if (isWhole || found.outcome === 'infeasible') break;
    const isSolved = found.outcome === 'solved';
    const joining = isSolved ? violatedBlocks(problem, chosen, whole, found.point!.z, tolerance) : null;
    if (joining && !joining.some(Boolean)) break;
    if (!joining) stage++;
    chosen =
      round + 2 === MAX_ROUNDS
        ? whole
        : chosen.map((flag, k) => flag || (joining?.[k] ?? stages[k] <= stage));
  }
  const rows = impossible ? null : rowIndices(blocks, chosen);
  const spread = (values: Float64Array, fill: Float64Array) => {
    const out = fill.slice();
    rows?.forEach((row, i) => (out[row] = values[i]));
    return out;
  };
  const nothing = {z: new Float64Array(p), y: new Float64Array(m), s: new Float64Array(m)};
  const base = {iterations, residual: found?.residual ?? Infinity};
  const ones = {rows: new Float64Array(m).fill(1), columns: new Float64Array(p).fill(1), ofC: 1, ofD: 1};
  const failed = (outcome: ConicOutcome): ConicResult => ({...nothing, ...base, outcome, units: ones});
  if (impossible || found!.outcome === 'infeasible') return failed('infeasible');
  if (falls && found!.outcome === 'solved') return failed('unbounded');
  if (found!.outcome !== 'solved') return failed(found!.outcome);
  const {z, y, s} = found!.point!;
  const slack = slackOf(problem, z);
  const multipliers = spread(y, nothing.y);
  const point = {z, y: equalities?.spread(multipliers) ?? multipliers, s: spread(s, slack)};
  const residual = conicError(problem, point);
  const units = {...found!.units!, rows: spread(found!.units!.rows, farUnits(problem, found!.units!))};
  return {...point, ...base, residual, outcome: residual <= tolerance ? 'solved' : 'unsolved', units};
}

/** d − Ez, within the cones. */
function slackOf(problem: ConicProblem, z: Float64Array): Float64Array {
  const slack = timesE(problem, z).map((value, i) => problem.d[i] - value);
  for (const block of problem.blocks) project(block, partOf(block, slack).slice(), partOf(block, slack));
  return slack;
}

function rowsOf({p, E}: ConicProblem, {start, size}: ConicProblem['blocks'][number]): Float64Array {
  return E.subarray(start * p, (start + size) * p);
}

/** The largest entry of each column. */
function columnsOf({p, E}: ConicProblem): number[] {
  const most = Array<number>(p).fill(0);
  E.forEach((value, at) => (most[at % p] = Math.max(most[at % p], Math.abs(value))));
  return most;
}

/** Units of rows that were left out: their largest entry is one. */
function farUnits(problem: ConicProblem, {columns, ofD}: ConicUnits): Float64Array {
  const {p, m, E, d, blocks} = problem;
  const rows = new Float64Array(m);
  for (const {start, size} of blocks) {
    let most = 0;
    for (let i = start; i < start + size; i++) {
      most = Math.max(most, Math.abs(d[i]) / ofD);
      for (let j = 0; j < p; j++) most = Math.max(most, Math.abs(E[i * p + j]) * columns[j]);
    }
    rows.fill(most > 0 ? 2 ** -Math.round(Math.log2(most)) : 1, start, start + size);
  }
  return rows;
}

/**
 * For each block the stage in which it joins: 0 for those that z = 0 violates or only just satisfies, then one more wherever
 * the next is so much deeper inside of its cone that the others alone may decide.
 */
function stagesOf(problem: ConicProblem, isEmpty: boolean[]): number[] {
  const {columns} = unitsOf(problem);
  const {p, d, blocks} = problem;
  const depths = blocks.map((block, k) => {
    if (isEmpty[k] || block.kind === 'zero') return 0;
    const entries = rowsOf(problem, block).map((value, at) => value * columns[at % p]);
    return Math.max(0, depth(block, partOf(block, d))) / largestOf(entries);
  });
  const order = depths.map((_, k) => k).sort((a, b) => depths[a] - depths[b]);
  const stages = depths.map(() => 0);
  let [stage, last] = [0, 0];
  for (const k of order) {
    if (last > 0 && depths[k] > FAR * last) stage++;
    last = depths[k];
    stages[k] = isEmpty[k] ? Infinity : stage;
  }
  return stages;
}

function violatedBlocks(
  problem: ConicProblem,
  chosen: boolean[],
  whole: boolean[],
  z: Float64Array,
  tolerance: number,
): boolean[] {
  const {p, E, d, blocks} = problem;
  const slack = timesE(problem, z).map((value, i) => d[i] - value);
  return blocks.map((block, k) => {
    if (chosen[k] || !whole[k]) return false;
    let terms = 0;
    for (let i = block.start; i < block.start + block.size; i++) {
      let sum = Math.abs(d[i]);
      for (let j = 0; j < p; j++) sum += Math.abs(E[i * p + j] * z[j]);
      terms = Math.max(terms, sum);
    }
    return !(distance(block, partOf(block, slack)) <= Math.min(tolerance, 1e-9) * terms);
  });
}

function rowIndices(blocks: ConicProblem['blocks'], chosen: boolean[]): number[] {
  return blocks.flatMap(({start, size}, k) =>
    chosen[k] ? Array.from({length: size}, (_, i) => start + i) : [],
  );
}

/** The problem of some blocks alone. */
function restrict(problem: ConicProblem, chosen: boolean[]): ConicProblem {
  const {p, E, d, blocks} = problem;
  const rows = rowIndices(blocks, chosen);
  let start = 0;
  const kept = blocks
    .filter((_, k) => chosen[k])
    .map((block) => {
      start += block.size;
      return {...block, start: start - block.size};
    });
  const entries = new Float64Array(rows.length * p);
  rows.forEach((row, i) => entries.set(E.subarray(row * p, (row + 1) * p), i * p));
  return {...problem, m: rows.length, E: entries, d: Float64Array.from(rows, (row) => d[row]), blocks: kept};
}

/**
 * Solves a problem whose rays may be rounding: where y proves a contradiction that rounding d to f32 could have made, d is
 * moved by the least share of each entry that removes it; likewise c.
 */
function solveConsistent(given: ConicProblem, tolerance: number, maxIterations: number): Search {
  let problem = given;
  let iterations = 0;
  for (let shift = 0; ; shift++) {
    const found = search(problem, given, tolerance, maxIterations);
    iterations += found.iterations;
    const {ray, outcome} = found;
    if (outcome !== 'unsolved' || !ray || shift === MAX_SHIFTS) return {...found, iterations};
    const [infeasible, unbounded] = [provesInfeasible(problem, ray.y), provesUnbounded(problem, ray.z)];
    if (infeasible === 'rounding') problem = {...problem, d: reconciled(problem.d, ray.y)};
    else if (unbounded === 'rounding') problem = {...problem, c: reconciled(problem.c, ray.z)};
    else return {...found, iterations};
  }
}

/** v + δ with ⟨v + δ, ray⟩ = 0 and the least Σ(δ/v)². */
function reconciled(v: Float64Array, ray: Float64Array): Float64Array {
  const weights = v.map((value, i) => value * value * ray[i]);
  const size = inner(weights, ray);
  const factor = -inner(v, ray) / size;
  return v.map((value, i) => value + (1 + 1e-9) * factor * weights[i]);
}

const above = (v: Float64Array, least: number) => v.map((value) => (Math.abs(value) > least ? value : 0));

/** z without entries below a share of its largest, or of one, and y and s likewise, each block by itself. */
function withoutNoise({blocks}: ConicProblem, {z, y, s}: ConicIterate, share: number): ConicIterate {
  if (share === 0) return {z, y, s};
  const above = (v: Float64Array, size: number) =>
    v.map((value) => (Math.abs(value) > share * size ? value : 0));
  const inBlocks = (v: Float64Array) => {
    const out = new Float64Array(v);
    for (const block of blocks)
      partOf(block, out).set(above(partOf(block, v), share * largestOf(partOf(block, v))));
    return out;
  };
  return {z: above(z, share * Math.max(1, largestOf(z))), y: inBlocks(y), s: inBlocks(s)};
}

/** The interior point, and Newton's method from where it stands. */
function search(
  problem: ConicProblem,
  given: ConicProblem,
  tolerance: number,
  maxIterations: number,
): Search {
  const units = unitsOf(problem);
  const even = scaled(problem, units);
  const state: Search = {
    ...{outcome: 'unsolved', iterations: 0, point: null},
    ...{residual: Infinity, units: null, ray: null},
  };
  let tryBelow = TRY_BELOW;
  const consider = (point: ConicIterate, at: ConicUnits) => {
    let least = Infinity;
    for (const noise of NOISE) {
      const own = unscaled(withoutNoise(problem, point, noise), at);
      if (![own.z, own.y].every((v) => v.every((value) => Math.abs(value) <= LARGEST))) continue;
      const residual = conicError(given, own);
      if (residual < state.residual) Object.assign(state, {residual, point: own, units: at});
      least = Math.min(least, residual);
      if (least <= EXACT) break;
    }
    return least;
  };
  /** From a point of the scaled problem. */
  const finish = (point: ConicIterate) => {
    const factors = balanceOf(even, point);
    // y is divided by the factors: rows are multiplied by them.
    const at = {...units, rows: units.rows.map((value, i) => value * factors[i])};
    const balanced = scaled(problem, at);
    const own = rescaled(unscaled(point, units), at);
    let guess: {z: Float64Array; v: Float64Array} = {z: own.z, v: own.y.map((value, i) => value - own.s[i])};
    let error = consider(pointOf(balanced, guess.z, guess.v), at);
    for (let step = 0; step < NEWTON_STEPS && error > EXACT; step++) {
      guess = newtonStep(balanced, guess.z, guess.v);
      const next = consider(pointOf(balanced, guess.z, guess.v), at);
      if (!(next < 0.5 * error)) break;
      error = next;
    }
  };
  state.iterations = interiorPoint(even, maxIterations, ({point, ray, tau, kappa, error}) => {
    if (error < tryBelow) {
      finish(point);
      tryBelow = Math.min(tryBelow, error) * TRY_AGAIN;
      if (state.residual <= EXACT) return true;
    }
    if (!(kappa > tau)) return false;
    for (const share of RAY_NOISE) {
      const clean = {
        ...ray,
        y: above(ray.y, share * largestOf(ray.y)),
        z: above(ray.z, share * largestOf(ray.z)),
      };
      const own = unscaled(clean, units);
      const verdicts: [Verdict, ConicOutcome][] = [
        [provesInfeasible(problem, own.y), 'infeasible'],
        [provesUnbounded(problem, own.z), 'unbounded'],
      ];
      for (const [verdict, outcome] of verdicts) {
        if (verdict === 'nothing') continue;
        state.ray = own;
        if (verdict === 'proof') state.outcome = outcome;
        return true;
      }
    }
    return false;
  });
  if (state.residual <= tolerance && state.outcome === 'unsolved') state.outcome = 'solved';
  return state;
}
