/** @file A batch of sparse quadratic programs as a job for worker threads: the places of the entries are among its arrays. */
import type {BatchArray, BatchJob, BatchKernel} from '../../contracts/batch-kernel.js';
import type {SparsePlan} from '../../contracts/sparse.js';
import type {QPArrays} from '../qp/qp-batch.js';
import {sparseBatch} from './sparse-batch.js';
import {ProblemStructure, type ProblemEntries} from './structure-of-problem.js';

const MATRICES = ['Q', 'G', 'A'] as const;

/** The arrays with the rows and columns of the entries. */
export type Places = `${'rows' | 'columns'}Of${(typeof MATRICES)[number]}`;

/** Iterations of a solve, about. */
const ITERATIONS = 15;

/** The job, from which `sparseOfJob` makes its structure. */
export function jobWithPlaces(
  {arrays, parameters}: BatchJob<QPArrays>,
  {entries}: ProblemStructure,
): BatchJob<QPArrays | Places> {
  const places = Object.fromEntries(
    MATRICES.flatMap((name) => [
      [`rowsOf${name}`, entries[name].rows],
      [`columnsOf${name}`, entries[name].columns],
    ]),
  ) as Record<Places, BatchArray>;
  return {arrays: {...arrays, ...places}, parameters: {...parameters, general: entries.m}};
}

/** The kernel of a thread that does not have the structure. The last one is kept, because the plan takes long. */
export const sparseOfJob: BatchKernel<QPArrays | Places> = {
  name: 'ImplicitSparseQP',
  start(dense, job) {
    const {n, k, sides, general: m} = job.parameters;
    const placesOf = (name: (typeof MATRICES)[number]) => ({
      rows: Int32Array.from(job.arrays[`rowsOf${name}`]),
      columns: Int32Array.from(job.arrays[`columnsOf${name}`]),
    });
    const entries = {n, m, k, sides, Q: placesOf('Q'), G: placesOf('G'), A: placesOf('A')};
    if (!last || !areEqual(last.entries, entries)) last = new ProblemStructure(entries);
    return sparseBatch(last).start(dense, job);
  },
};

let last: ProblemStructure | null = null;

function areEqual(a: ProblemEntries, b: ProblemEntries): boolean {
  const sizes = (['n', 'm', 'k', 'sides'] as const).every((name) => (a[name] ?? 0) === (b[name] ?? 0));
  const same = (one: Int32Array, other: Int32Array) =>
    one.length === other.length && one.every((value, e) => value === other[e]);
  return (
    sizes &&
    MATRICES.every((name) => same(a[name].rows, b[name].rows) && same(a[name].columns, b[name].columns))
  );
}

/** The approximate number of multiplications per sample. */
export function sparseCost({first, rowStarts, supernodes}: SparsePlan): number {
  let factorisation = 0;
  for (let s = 0; s < supernodes; s++) {
    const own = first[s + 1] - first[s];
    const width = own + rowStarts[s + 1] - rowStarts[s];
    factorisation += (own * width * width) / 3 + 100 * width;
  }
  return ITERATIONS * factorisation;
}
