/** @file Solves a conic program with the rows that matter. Rows that are far from binding are added only when they turn out to matter. */
import {conicError} from './certificate.js';
import {dependentEqualities} from './equalities.js';
import {unitsOf} from './equilibrate.js';
import {depth, distance, project} from './projection.js';
import {largestOf, partOf, timesE, type ConicIterate, type ConicProblem, type ConicUnits} from './problem.js';
import {solveConsistent} from './consistent.js';
import {type ConicOutcome, type Search} from './search.js';

export interface ConicResult extends ConicIterate {
  outcome: ConicOutcome;
  iterations: number;
  /** `conicError` of the point. If there is no solution, the error of the best point found. */
  residual: number;
  /** Units in which y − s can be split into y and s. */
  units: ConicUnits;
}

/** A block that lies this many times deeper inside its cone than the block before it is left out until it matters. */
const FAR = 1e4;
const MAX_ROUNDS = 20;
/** A block without coefficients in E may miss its cone by this much. */
export const EMPTY = 1e-10;

/**
 * Solves the problem with all of its rows, including bounds on variables. @param tolerance The largest `conicError` that a solution may
 * have.
 */
export function solveRows(problem: ConicProblem, tolerance: number, maxIterations: number): ConicResult {
  const {p, m, c, blocks} = problem;
  const isEmpty = blocks.map((block) => largestOf(rowsOf(problem, block)) === 0);
  const free = columnsOf(problem).map((most) => most === 0);
  const falls = free.some((isFree, j) => isFree && c[j] !== 0);
  // Variables that occur in no row are set to zero; their costs are considered last.
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

/** d − Ez, projected onto the cones. */
function slackOf(problem: ConicProblem, z: Float64Array): Float64Array {
  const slack = timesE(problem, z).map((value, i) => problem.d[i] - value);
  for (const block of problem.blocks) project(block, partOf(block, slack).slice(), partOf(block, slack));
  return slack;
}

export function rowsOf({p, E}: ConicProblem, {start, size}: ConicProblem['blocks'][number]): Float64Array {
  return E.subarray(start * p, (start + size) * p);
}

/** The largest entry of each column. */
function columnsOf({p, E}: ConicProblem): number[] {
  const most = Array<number>(p).fill(0);
  E.forEach((value, at) => (most[at % p] = Math.max(most[at % p], Math.abs(value))));
  return most;
}

/** Units of rows that were left out, chosen so that their largest entry is about one. */
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
 * For each block, the stage in which it is added. Stage 0 has the blocks that z = 0 violates or satisfies only just. A new stage begins
 * where the next block is so much deeper inside its cone that the blocks before it may decide alone.
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

/** The problem with only the chosen blocks. */
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
