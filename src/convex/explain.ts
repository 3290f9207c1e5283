/** @file Says of a solved instance which constraints matter, and of an infeasible one which contradict each other. */
import {deletionFilter} from '../solvers/index.js';
import type {Solved} from './compile/program.js';

/** A multiplier below this part of the largest one counts as zero. */
const NEGLIGIBLE = 1e-6;

/** A constraint that matters. */
export interface ConstraintWorth {
  /** Its name. */
  name: string;
  /** The entries of the constraint that matter, by their place in row-major order; none where a conic program is infeasible. */
  entries: number[];
  /**
   * The multipliers of these entries: by how much the objective would improve a unit of relaxation; in a contradiction, the weights with which
   * the entries add up to something impossible.
   */
  weights: number[];
}

/** What `explain` found. */
export interface Explanation {
  /** 0 solved, 1 infeasible, 2 unbounded, others: see `status` of a solution. */
  status: number;
  /** The constraints that contradict each other, if the status is 1. */
  contradiction: ConstraintWorth[];
  /** The active constraints if the status is 0, the one worth most first. */
  active: ConstraintWorth[];
  /** The same in words. */
  text: string;
}

/**
 * @param solved One sample.
 * @param solvedWith The same sample with some of the constraints alone, and nothing to minimise.
 */
export function explain(
  names: readonly string[],
  solved: Solved,
  solvedWith: (names: readonly string[]) => Solved,
): Explanation {
  const status = solved.status.dataSync()[0];
  const contradiction = status === 1 ? contradictionOf(names, solved, solvedWith) : [];
  const active = status === 0 ? worthOf(names, (i) => read(solved.dual(i))) : [];
  return {status, contradiction, active, text: textOf(status, contradiction, active)};
}

/** As few constraints as contradict each other: none of them can be left out. */
function contradictionOf(
  names: readonly string[],
  solved: Solved,
  solvedWith: (names: readonly string[]) => Solved,
): ConstraintWorth[] {
  const proven = worthOf(names, (i) => read(solved.proof(i))).map(({name}) => name);
  const suspects = proven.length > 0 ? names.filter((name) => proven.includes(name)) : names;
  const left = deletionFilter(suspects, (some) => solvedWith(some).status.dataSync()[0] === 1);
  const last = solvedWith(left);
  const worth = worthOf(left, (i) => read(last.proof(i)));
  return worth.length > 0 ? worth : left.map((name) => ({name, entries: [], weights: []}));
}

const read = (tensor: {dataSync(): ArrayLike<number>} | null) =>
  tensor ? Array.from(tensor.dataSync()) : [];

function worthOf(names: readonly string[], weightsOf: (constraint: number) => number[]): ConstraintWorth[] {
  const all = names.map((name, i) => ({name, weights: weightsOf(i)}));
  const largest = Math.max(0, ...all.flatMap(({weights}) => weights.map(Math.abs)));
  return all
    .map(({name, weights}) => {
      const entries = weights.flatMap((weight, i) => (Math.abs(weight) > NEGLIGIBLE * largest ? [i] : []));
      return {name, entries, weights: entries.map((i) => weights[i])};
    })
    .filter(({entries}) => entries.length > 0)
    .sort((a, b) => total(b) - total(a));
}

const total = ({weights}: ConstraintWorth) => weights.reduce((sum, weight) => sum + Math.abs(weight), 0);

const OTHERS: Record<number, string> = {
  2: 'The objective has no limit: add a constraint that bounds it.',
  3: 'The solver stopped at its iteration limit.',
  4: 'The solver stopped because of rounding.',
  5: 'A parameter contains NaN or infinity.',
};

function textOf(
  status: number,
  contradiction: readonly ConstraintWorth[],
  active: readonly ConstraintWorth[],
): string {
  if (status === 1) {
    const names = contradiction.map(({name}) => `'${name}'`).join(', ');
    return names === ''
      ? 'No point satisfies all constraints.'
      : `No point satisfies all constraints. These contradict each other: ${names}. Relax one of them.`;
  }
  if (status !== 0) return OTHERS[status] ?? 'It is not solved.';
  if (active.length === 0) return 'Solved. No constraint is active.';
  const lines = active.map(({name, entries, weights}) => {
    const worth = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
    return `  '${name}': ${entries.length} active, worth ${Number(worth.toPrecision(4))} a unit`;
  });
  return ['Solved. Active, the most valuable first:', ...lines].join('\n');
}
