/** @file Solves every quadratic program of a folder, judges each answer and prints a table: npm run bench:sets -- --help. */
import {writeFile} from 'node:fs/promises';
import {parseArgs} from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {startBackend} from '../examples/support/backend.js';
import {farkasQuotients, residualOf} from '../test/helpers/qp-judge.js';
import {clarabelTimes} from './peers/sets.js';
import type {Outcome} from '../test/helpers/qp-verdicts.js';
import {SINGLE} from '../src/kernels/contracts/qp-limits.js';
import type {QPInput, QPResult} from '../src/index.js';
import {solveQP, solveQPAsync, sparseMatrix} from './library.js';
import {
  denseForm,
  dot,
  filesOf,
  isIndefinite,
  readProblem,
  roundedForm,
  roundingOfOptimum,
  sparseForm,
  type SetProblem,
  type SparseProblem,
  type SparseRow,
} from './problem-set.js';

const HELP = `npm run bench:sets -- FOLDER [options]
  FOLDER           of gzipped JSON files {name, n, m, P, q, r, A, l, u, optimum, status}
  --max-size N     leaves out problems with more variables or rows than this, default 20000
  --sparse-from N  problems with at least this many variables or rows are given with sparse matrices, default 150
  --names LIST     only these, separated by commas
  --tolerance T    of solveQP
  --backend NAME   cpu (default), wasm or webgpu
  --passes N       times each problem in up to N passes over the set, and keeps the least, default 3
  --json FILE      writes the rows
  --cpu            times of the processor instead of the clock, for a machine that does other things, too
A time is that of solveQP on tensors that are there, and of reading what it returns; it includes the plan of the factorisation. Problems that take longer than 2 s are not repeated.
Clarabel is timed on the same problems in the same way where PYTHON names a Python that has it (clarabel, scipy).
Right: status 0, each row and column of the optimality conditions met to max(T, 2⁻²⁰) of its own terms on the data in f32,
and, where the reference solver says Solved, the objective within 1e-4 of its optimum (and of what rounding does to it).
Also right: status 5 where P is indefinite, and status 1 with a proof that the data in f32 are infeasible.
Exit code 1 if any answer was wrong.`;

const {values: options, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    'max-size': {type: 'string', default: '20000'},
    'sparse-from': {type: 'string', default: '150'},
    names: {type: 'string'},
    tolerance: {type: 'string'},
    backend: {type: 'string', default: 'cpu'},
    passes: {type: 'string', default: '3'},
    json: {type: 'string'},
    cpu: {type: 'boolean', default: false},
    help: {type: 'boolean', default: false},
  },
});
if (options.help || positionals.length !== 1) {
  console.log(HELP);
  process.exit(options.help ? 0 : 2);
}

type Verdict = 'right' | 'wrong answer' | 'not certified' | 'wrong status' | 'refused';

interface Row {
  name: string;
  n: number;
  rows: number;
  verdict: Verdict;
  status: number;
  iterations: number;
  seconds: number;
  /** Of the objective, relative to the reference; null where there is nothing to compare. */
  objectiveError: number | null;
  /** Of an answer, or of a proof. */
  residual: number | null;
  note: string;
}

type Read = ArrayLike<number>[] | null;

interface Solver {
  solve: () => Promise<Read>;
  outcome: (read: Read) => Outcome;
}

const OBJECTIVE = 1e-4;
/** A problem that takes longer, in s, is timed once. */
const LONG = 2;
const tolerance = options.tolerance === undefined ? undefined : Number(options.tolerance);
const bound = Math.max(tolerance ?? 0, SINGLE);

/** The largest problem whose P is tested for negative eigenvalues, by dense factors. */
const TESTED = 2000;

/** The verdict, and what it rests on. */
function judge(problem: SparseProblem, source: SetProblem, outcome: Outcome) {
  const rounded = roundedForm(problem);
  const {status, x, certificate} = outcome;
  const verdict = (which: Verdict, more: Partial<Row> = {}) => ({
    verdict: which,
    objectiveError: null,
    residual: null,
    note: '',
    ...more,
  });
  if (problem.n <= TESTED && isIndefinite(denseForm({...problem, G: [], h: [], A: [], b: []}))) {
    return verdict(status === 5 ? 'right' : 'wrong status', {note: 'P is indefinite'});
  }
  if (status === 1) {
    const {error, gap} = farkasQuotients(rounded, certificate);
    const holds = error <= 1e-5 && gap > SINGLE / 2;
    const note = holds ? 'infeasible in f32' : `the proof does not hold, gap ${gap.toExponential(1)}`;
    return verdict(holds ? 'right' : 'wrong status', {residual: error, note});
  }
  if (status === 3 || status === 4) return verdict('refused');
  if (status !== 0) return verdict('wrong status');
  const residual = residualOf(rounded, outcome);
  const {optimum} = source;
  const point = [...x];
  const Qx = problem.Q.map((row) => dot(row, point));
  const objective = x.reduce((sum, value, j) => sum + value * (Qx[j] / 2 + problem.p[j]), problem.constant);
  const off = Math.abs(objective - optimum);
  const size = [...x].reduce(
    (sum, value, j) => sum + Math.abs(value) * (Math.abs(Qx[j]) + Math.abs(problem.p[j])),
    0,
  );
  const rounding =
    roundingOfOptimum(problem, [...x], [...outcome.ineqDual], [...outcome.eqDual]) + SINGLE * size;
  const objectiveError = off / Math.max(1, Math.abs(optimum));
  const isFar = objectiveError > OBJECTIVE && off > rounding;
  const isSolved = source.status === 'Solved';
  const isBelow = isFar && objective < optimum;
  const note = !isSolved ? `reference: ${source.status}` : isBelow ? `below the reference's optimum` : '';
  // A point that meets the conditions and has a lower objective shows that the reference's is not the lowest.
  if (isFar && isSolved && !(isBelow && residual <= bound))
    return verdict('wrong answer', {residual, objectiveError});
  if (residual > 1e-5) return verdict('wrong answer', {residual, objectiveError, note});
  return verdict(residual <= bound ? 'right' : 'not certified', {residual, objectiveError, note});
}

const NOTHING = {x: [], ineqDual: [], eqDual: []};

type Matrix = QPInput['Q'];

/** A matrix as the library takes it. */
function matrixOf(rows: SparseRow[], n: number, isSparse: boolean): Matrix {
  if (isSparse) {
    return sparseMatrix({
      shape: [rows.length, n],
      rows: rows.flatMap(({columns}, i) => columns.map(() => i)),
      columns: rows.flatMap(({columns}) => columns),
      values: Float32Array.from(rows.flatMap(({values}) => values)),
    });
  }
  const all = new Float32Array(rows.length * n);
  rows.forEach(({columns, values}, i) => columns.forEach((j, at) => (all[i * n + j] = values[at])));
  return tf.tensor2d(all, [rows.length, n]);
}

/** A function that solves the problem and reads the answer, and one that makes an outcome of that. */
function solverOf(problem: SparseProblem, isSparse: boolean): Solver {
  const settings = {...(tolerance === undefined ? {} : {tolerance}), onFailure: 'ignore'} as const;
  const {n, p, h, b} = problem;
  const [Q, G, A] = [problem.Q, problem.G, problem.A].map((rows) => matrixOf(rows, n, isSparse));
  const [cost, upper, sides] = [p, h, b].map((values) => tf.tensor1d(values, 'float32'));
  const given: QPInput = {
    ...{Q, p: cost},
    ...(h.length > 0 ? {G, h: upper} : {}),
    ...(b.length > 0 ? {A, b: sides} : {}),
  };
  const names = ['x', 'ineqDual', 'eqDual'] as const;
  return {
    async solve() {
      let result: QPResult;
      try {
        result =
          options.backend === 'webgpu' ? await solveQPAsync(given, settings) : solveQP(given, settings);
      } catch (error) {
        // It throws where every sample is invalid.
        if (!/invalid/i.test((error as Error).message)) throw error;
        return null;
      }
      const {certificate, status, iterations} = result;
      const tensors = [...names.map((name) => result[name]), ...names.map((name) => certificate[name])];
      const read = await Promise.all([...tensors, status, iterations].map((tensor) => tensor.data()));
      tf.dispose(result as unknown as tf.TensorContainerObject);
      return read;
    },
    outcome(read) {
      if (!read) return {...NOTHING, status: 5, iterations: 0, certificate: NOTHING};
      const [x, ineqDual, eqDual, ...more] = read.map((values) => Array.from(values));
      const certificate = {x: more[0], ineqDual: more[1], eqDual: more[2]};
      return {x, ineqDual, eqDual, certificate, status: more[3][0], iterations: more[4][0]};
    },
  };
}

/** The time in s. */
function now(): number {
  if (!options.cpu) return performance.now() / 1000;
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
}

const show = (value: number | null) => (value === null ? '' : value.toExponential(1));

await startBackend(options.backend);
const wanted = options.names?.split(',');
const files = (await filesOf(positionals[0])).filter(({name}) => !wanted || wanted.includes(name));
const problems: SetProblem[] = [];
const paths: string[] = [];
let tooLarge = 0;
for (const {path} of files) {
  const problem = await readProblem(path);
  if (Math.max(problem.n, problem.m) > Number(options['max-size'])) {
    tooLarge++;
    continue;
  }
  problems.push(problem);
  paths.push(path);
}
const table: Row[] = [];
const repeated: {index: number; solve: Solver['solve']}[] = [];
for (const [index, source] of problems.entries()) {
  const {name, n, m} = source;
  const problem = sparseForm(source);
  process.stdout.write(`[${index + 1}/${problems.length}] ${name} (n=${n}, rows=${m}) … `);
  const {solve, outcome: outcomeOf} = solverOf(problem, Math.max(n, m) >= Number(options['sparse-from']));
  const start = now();
  const read = await solve();
  const seconds = now() - start;
  const outcome = outcomeOf(read);
  if (seconds < LONG) repeated.push({index, solve});
  const {status, iterations} = outcome;
  const row = {name, n, rows: m, status, iterations, seconds, ...judge(problem, source, outcome)};
  table.push(row);
  const {verdict, objectiveError, residual, note} = row;
  console.log(
    [
      `${verdict}: status ${status} in ${iterations} iterations and ${seconds.toFixed(3)} s`,
      objectiveError === null ? '' : `objective off by ${show(objectiveError)}`,
      residual === null ? '' : `residual ${show(residual)}`,
      note,
    ]
      .filter(Boolean)
      .join(', '),
  );
}
// In the first pass, the engine still compiles. The plans of a pass are forgotten before the next one, unless the set is small.
for (let pass = 1; pass < Number(options.passes); pass++) {
  for (const {index, solve} of repeated) {
    const start = now();
    await solve();
    table[index].seconds = Math.min(table[index].seconds, now() - start);
  }
}

console.log(
  '\n| problem | n | rows | verdict | status | iterations | seconds | objective error | residual | |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const {name, n, rows, verdict, status, iterations, seconds, objectiveError, residual, note} of table) {
  const cells = [name, n, rows, verdict, status, iterations, seconds.toFixed(3)];
  console.log(`| ${[...cells, show(objectiveError), show(residual), note].join(' | ')} |`);
}
const count = (which: Verdict) => table.filter(({verdict}) => verdict === which).length;
const verdicts: Verdict[] = ['right', 'wrong answer', 'not certified', 'wrong status', 'refused'];
const total = table.reduce((sum, {seconds}) => sum + seconds, 0);
console.log(`\n${verdicts.map((which) => `${which} ${count(which)}`).join(', ')} of ${table.length}`);
console.log(`${total.toFixed(1)} s in all; ${tooLarge} left out as too large`);
console.log(
  clarabelTimes(
    paths,
    table.map(({seconds}) => seconds),
    {cpu: options.cpu, passes: Number(options.passes)},
  ),
);
if (options.json) await writeFile(options.json, `${JSON.stringify(table, null, 2)}\n`);
process.exit(count('wrong answer') + count('not certified') + count('wrong status') > 0 ? 1 : 0);
