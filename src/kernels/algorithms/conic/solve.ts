/**
 * @file Solves one conic program in f64: removes variables that are held at a bound, solves the rest in stages, and checks the result in
 * the user's units.
 */
import {conicError} from './certificate.js';
import {heldColumns, priceHeld, withoutHeld} from './held.js';
import {distance, project} from './projection.js';
import {largestOf, partOf, type ConicProblem} from './problem.js';
import {EMPTY, rowsOf, solveRows, type ConicResult} from './stages.js';

/** @param tolerance The largest `conicError` that a solution may have. */
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
      // A bound that was guessed from a price may be the reason.
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

/** Returns d. Blocks of rows without coefficients that miss their cone by no more than `EMPTY` are projected onto it. */
function withoutEmptyNoise(problem: ConicProblem): Float64Array {
  const d = problem.d.slice();
  for (const block of problem.blocks) {
    const part = partOf(block, d);
    if (largestOf(rowsOf(problem, block)) === 0 && distance(block, part) <= EMPTY)
      project(block, part.slice(), part);
  }
  return d;
}
