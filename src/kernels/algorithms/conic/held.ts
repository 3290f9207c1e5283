/**
 * @file Takes variables that sit at a bound out of a conic program, because of their price or because they are fixed, and puts them back
 * afterwards.
 */
import {timesTransposedE, type ConicProblem} from './problem.js';

/** A variable at the bound that one row defines: E_ij z_j = d_i. */
export interface Held {
  column: number;
  row: number;
  value: number;
  /** The row that states the same bound from the other side and takes a multiplier of the other sign. For an equality, the row itself. */
  opposite: number | null;
}

/** A price that is this many times larger than the next one is assumed to decide. */
const FAR = 1e3;

interface Bound {
  row: number;
  value: number;
  sign: number;
}

/** The fixed variables, and the variables whose price is so much larger than the others that it may keep them at their bound. */
export function heldColumns(problem: ConicProblem): Held[] {
  const {p, c, E, blocks} = problem;
  const bounds = boundsOf(problem);
  const prices = Float64Array.from(c, (cost, j) => {
    let most = 0;
    for (const {start, size} of blocks) {
      for (let i = start; i < start + size; i++) {
        if (!bounds[j].some(({row}) => row === i)) most = Math.max(most, Math.abs(E[i * p + j]));
      }
    }
    return most > 0 ? Math.abs(cost) / most : 0;
  });
  const sorted = prices.filter((price) => price > 0).sort();
  const gap = sorted.findIndex((price, k) => k > 0 && price > FAR * sorted[k - 1]);
  const dear = gap < 0 ? Infinity : sorted[gap];
  return bounds.flatMap((own, column): Held[] => {
    const within = ({value}: Bound) => own.every((bound) => bound.sign * (value - bound.value) <= 0);
    const equality = own.find(({sign}) => sign === 0);
    const upper = own.find((bound) => bound.sign > 0 && within(bound));
    const lower = own.find((bound) => bound.sign < 0 && within(bound));
    if (equality) {
      const {row, value} = equality;
      const others = own.filter((bound) => bound.sign === 0);
      return others.length === 1 && within(equality) ? [{column, row, value, opposite: row}] : [];
    }
    if (upper && lower?.value === upper.value) {
      return [{column, row: upper.row, value: upper.value, opposite: lower.row}];
    }
    const pressed = c[column] > 0 ? lower : upper;
    if (!pressed || !(prices[column] >= dear)) return [];
    return [{column, row: pressed.row, value: pressed.value, opposite: null}];
  });
}

/** For each variable, the rows that bound it alone: sign 1 for an upper bound, −1 for a lower bound, 0 for an equality. */
function boundsOf({p, E, d, blocks}: ConicProblem): Bound[][] {
  const bounds: Bound[][] = Array.from({length: p}, () => []);
  for (const {kind, start} of blocks) {
    if (kind !== 'ray' && kind !== 'zero') continue;
    let [column, count] = [0, 0];
    for (let j = 0; j < p; j++) {
      if (E[start * p + j] === 0) continue;
      column = j;
      count++;
    }
    const entry = E[start * p + column];
    if (count !== 1) continue;
    bounds[column].push({
      row: start,
      value: d[start] / entry,
      sign: kind === 'zero' ? 0 : Math.sign(entry),
    });
  }
  return bounds;
}

/** The problem without the held variables and their rows, and the indices of the columns and rows that remain. */
export function withoutHeld(
  problem: ConicProblem,
  held: readonly Held[],
): {reduced: ConicProblem; columns: number[]; rows: number[]} {
  const {p, m, c, E, d, blocks} = problem;
  const goneColumns = new Set(held.map(({column}) => column));
  const goneRows = new Set(held.flatMap(({row, opposite}) => (opposite === null ? [row] : [row, opposite])));
  const columns = Array.from({length: p}, (_, j) => j).filter((j) => !goneColumns.has(j));
  const rows = Array.from({length: m}, (_, i) => i).filter((i) => !goneRows.has(i));
  const left = d.slice();
  for (const {column, value} of held) {
    for (let i = 0; i < m; i++) if (E[i * p + column] !== 0) left[i] -= E[i * p + column] * value;
  }
  let start = 0;
  const kept = blocks
    .filter((block) => !goneRows.has(block.start))
    .map((block) => {
      start += block.size;
      return {...block, start: start - block.size};
    });
  const reduced = {
    p: columns.length,
    m: rows.length,
    c: Float64Array.from(columns, (j) => c[j]),
    E: Float64Array.from(rows.flatMap((i) => columns.map((j) => E[i * p + j]))),
    d: Float64Array.from(rows, (i) => left[i]),
    blocks: kept,
  };
  return {reduced, columns, rows};
}

/**
 * Computes the multipliers of the rows of held variables and writes them to y. The other multipliers are known.
 *
 * @returns The variables that should not be held.
 */
export function priceHeld(problem: ConicProblem, held: readonly Held[], y: Float64Array): Held[] {
  const {p, c, E} = problem;
  const pull = timesTransposedE(problem, y);
  return held.filter(({column, row, opposite}) => {
    const wanted = -(c[column] + pull[column]);
    const multiplier = wanted / E[row * p + column];
    if (opposite === row || multiplier >= 0) {
      y[row] = multiplier;
      return false;
    }
    if (opposite === null) return true;
    y[opposite] = wanted / E[opposite * p + column];
    return false;
  });
}
