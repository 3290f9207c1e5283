/** @file What is wrong with a quadratic program that was not solved: rows and columns at fault, and ways out that were tried. */
import {solveOne, type BestPoint, type OneQP, type QPOutcome} from '../../../kernels/index.js';
import {Status} from '../../../implicit/index.js';
import {LISTED, marked, type Faults, type QPFault} from './debug-fault.js';
import {invalid} from './debug-invalid.js';
import {deletionFilter} from './deletion-filter.js';
import {feasibilityOf, inOrderOfRows, rowsOf, short, written, type Row} from './debug-problem.js';

interface Limits {
  tolerance: number;
  maxIterations: number;
}

/** So many rows that a certificate names are looked at one by one. */
const FILTERED = 200;

/** Why it has no solution, or none was found. */
export async function faultsOf(
  problem: OneQP,
  outcome: QPOutcome,
  best: BestPoint | null,
  limits: Limits,
): Promise<Faults> {
  switch (outcome.status) {
    case Status.PRIMAL_INFEASIBLE:
      return infeasible(problem, outcome);
    case Status.DUAL_INFEASIBLE:
      return unbounded(problem, outcome);
    case Status.INVALID_INPUT:
      return invalid(problem);
    default:
      return notFound(problem, outcome, best, limits);
  }
}

function infeasible(problem: OneQP, {arrays}: QPOutcome): Faults {
  const rows = rowsOf(problem);
  const weights = inOrderOfRows(problem, arrays.certificateEq, arrays.certificateIneq);
  const places = marked(weights);
  const certified = places.map((i) => rows[i]);
  const limits = {tolerance: 1e-9, maxIterations: 100};
  const solved = (some: readonly Row[]) => solveOne(feasibilityOf(problem, some), limits);
  const contradict = (some: readonly Row[]) => solved(some).status === Status.PRIMAL_INFEASIBLE;
  const isMinimal = certified.length <= FILTERED && contradict(certified);
  const left = isMinimal ? deletionFilter(certified, contradict) : certified;
  const proof = isMinimal ? weightsOf(problem, left, solved(left)) : places.map((i) => weights[i]);
  const faults = left.map((row, i) => ({
    name: row.name,
    value: proof[i],
    text: `${written(problem, row)}   (weight ${short(proof[i])})`,
  }));
  const alone = isMinimal ? 'These rows contradict each other; without any one of them, the others do not' : 'Added up with these weights, the rows say 0 ≤ −1'; // prettier-ignore
  const ways = left.slice(0, LISTED).map(({kind, bound}, i) => {
    const least = 1 / Math.abs(proof[i]);
    const raise = kind === 'lower' ? false : kind !== 'A' || proof[i] > 0;
    return `${raise ? 'raise' : 'lower'} ${bound} by ${kind === 'A' ? '' : 'at least '}${short(least)}`;
  });
  return {
    reason: `No x satisfies all rows. ${alone}.`,
    faults,
    ways: [
      `Change one of them: ${ways.join('; or ')}. (Others may contradict each other, too: debug again.)`,
      "To get the point that violates the rows least, pass onInfeasible: 'closest'.",
    ],
  };
}

/** The weights of some rows in the proof that they contradict each other. */
function weightsOf(problem: OneQP, rows: readonly Row[], {arrays}: QPOutcome): number[] {
  const part = feasibilityOf(problem, rows);
  const all = rowsOf(part);
  const weights = inOrderOfRows(part, arrays.certificateEq, arrays.certificateIneq);
  // Rows are numbered anew there, bounds are not.
  const numbers = {A: 0, G: 0};
  return rows.map(({kind, index}) => {
    const at = kind === 'A' || kind === 'G' ? numbers[kind]++ : index;
    return weights[all.findIndex((row) => row.kind === kind && row.index === at)];
  });
}

function unbounded(problem: OneQP, {arrays: {certificateX}}: QPOutcome): Faults {
  const {values} = problem;
  const direction = Array.from(certificateX);
  const faults = marked(direction)
    .map((j) => {
      const [grows, cost] = [direction[j] > 0, values.p[j]];
      const text = `${grows ? 'grows' : 'falls'} without limit (${short(direction[j])} a step; its cost p[${j}] is ${short(cost)})`;
      return {name: `x[${j}]`, value: direction[j], text};
    })
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const bounds = faults
    .slice(0, LISTED)
    .map(({name, value}) => `${value > 0 ? 'an upper' : 'a lower'} bound for ${name}`);
  return {
    reason: 'The objective falls without limit: these variables can move together, and no row and no curvature stops them.',
    faults,
    ways: [
      `Add ${bounds.join(', or ')}; or a row of G that limits them together.`,
      `Or add to Q's diagonal at ${faults.slice(0, LISTED).map(({name}) => name).join(', ')}, so that moving far costs.`,
    ],
  }; // prettier-ignore
}

function notFound(problem: OneQP, outcome: QPOutcome, best: BestPoint | null, limits: Limits): Faults {
  const {n, values} = problem;
  const faults: QPFault[] = [];
  if (best) {
    const text = (error: number, what: string) => `${what} by ${short(error)} of its terms`;
    rowsOf(problem).forEach((row, i) => {
      faults.push({
        name: row.name,
        value: best.rows[i],
        text: `${text(best.rows[i], 'misses')}: ${written(problem, row)}`,
      });
    });
    best.columns.forEach((value, j) => {
      faults.push({
        name: `x[${j}]`,
        value,
        text: text(value, 'the gradient and the multipliers are off balance'),
      });
    });
  }
  const worst = faults.filter(({value}) => value > limits.tolerance).sort((a, b) => b.value - a.value);
  const solves = (change: Partial<OneQP>, more: Partial<Limits>) => {
    const again = solveOne({...problem, ...change}, {...limits, ...more});
    return again.status === Status.SOLVED ? again : null;
  };
  const ways: string[] = [];
  const longer = solves({}, {maxIterations: Math.max(1000, 10 * limits.maxIterations)});
  if (longer) ways.push(`With maxIterations: ${longer.iterations} it is solved.`);
  const looser = limits.tolerance < 1e-6 && solves({}, {tolerance: 1e-6});
  if (looser) ways.push('With tolerance: 1e-6 it is solved.');
  for (const part of longer || looser ? [] : [1e-8, 1e-6]) {
    const Q = Float32Array.from(values.Q);
    const largest = Math.max(
      ...Array.from({length: n}, (_, j) => Q[j * n + j]),
      ...values.p.map(Math.abs),
      1e-30,
    );
    for (let j = 0; j < n; j++) Q[j * n + j] += part * largest;
    if (!solves({values: {...values, Q}}, {})) continue;
    ways.push(
      `With ${short(part * largest)} added to the diagonal of Q it is solved, which changes the solution a little.`,
    );
    break;
  }
  ways.push('Rows or variables whose numbers differ by many powers of ten: write them in other units.');
  const stopped = outcome.status === Status.ITERATION_LIMIT;
  return {
    reason: `${stopped ? '' : 'Neither a solution nor a proof that there is none was found. '}These have the largest errors at the best point.`,
    faults: worst.slice(0, LISTED),
    ways,
  }; // prettier-ignore
}
