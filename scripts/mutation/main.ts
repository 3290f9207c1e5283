/** @file Changes the code of a folder in small ways and runs the suites that should see it: npm run test:mutation -- --help. */
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {Stryker} from '@stryker-mutator/core';
import type {MutantResult, PartialStrykerOptions} from '@stryker-mutator/api/core';
import {suitesOf} from './rooms.js';
import {EXCLUDED, keyOf, sampleOf, type Change} from './sample.js';

const HELP = `npm run test:mutation -- FOLDER [options]
  FOLDER           of src, or one file of it: src/losses, src/kernels/algorithms/qp, src/solvers/descent/bfgs.ts
  --flat           only the files that lie directly in the folder
  --sample N       this many mutants, drawn by seed; default all
  --seed S         default 1
  --concurrency N  test runners at a time, default 1
  --tests LIST     files or folders below test/, instead of those of the room, separated by commas
  --json FILE      writes the mutants that survived
Texts of messages are not changed, nor what runs only while modules load. Exit code 1 if fewer than 85 % were found.`;

const GOAL = 0.85;

const {values: options, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    flat: {type: 'boolean', default: false},
    sample: {type: 'string'},
    seed: {type: 'string', default: '1'},
    concurrency: {type: 'string', default: '1'},
    tests: {type: 'string'},
    json: {type: 'string'},
    help: {type: 'boolean', default: false},
  },
});
if (options.help || positionals.length !== 1) {
  console.log(HELP);
  process.exit(options.help ? 0 : 2);
}

/** The files below a path that `keep` takes. */
function filesBelow(path: string, keep: (name: string) => boolean, recursive = true): string[] {
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path, {recursive}).map(String);
  return names
    .filter((name) => keep(name))
    .map((name) => join(path, name))
    .sort();
}

const [folder] = positionals;
const room = suitesOf(folder);
const tests = [
  ...new Set(
    (options.tests?.split(',') ?? room.tests).flatMap((name) =>
      filesBelow(join('test', name), (file) => file.endsWith('.test.ts') && !room.except?.test(file)),
    ),
  ),
];
// Shaders and AssemblyScript run elsewhere; types and lists of exports do nothing.
const sources = filesBelow(
  folder,
  (file) => file.endsWith('.ts') && !/(\.wgsl|(^|\/)(types|index|public))\.ts$|(^|\/)assembly\//.test(file),
  !options.flat,
);
const {keys, total} = await sampleOf(sources, options.sample ? Number(options.sample) : null, options.seed);
console.log(`${keys.length} of ${total} mutants of ${sources.length} files, ${tests.length} files of tests`);

mkdirSync('out/mutation', {recursive: true});
const list = join('out/mutation', `sample-${process.pid}.txt`);
writeFileSync(list, keys.join('\n'));
const setup = (JSON.parse(readFileSync('.mocharc.json', 'utf8')) as {require: string[]}).require;
process.env.MUTATION_SAMPLE = join(process.cwd(), list);
process.env.MUTATION_BROKEN = join(process.cwd(), 'out/mutation', `broken-${process.pid}.txt`);
process.env.MUTATION_SETUP = setup.join('\n');
process.env.MUTATION_TESTS = tests.join('\n');
const chosen = new Set(keys);
const touched = sources.filter((source) => keys.some((key) => key.startsWith(`${source}:`)));
const results = await new Stryker({
  mutate: touched,
  plugins: [join(import.meta.dirname, 'runner.ts')],
  testRunner: 'suites',
  testRunnerNodeArgs: ['--import', 'tsx'],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  mutator: {plugins: null, excludedMutations: EXCLUDED},
  concurrency: Number(options.concurrency),
  timeoutMS: 20_000,
  dryRunTimeoutMinutes: 20,
  disableTypeChecks: false,
  reporters: ['progress-append-only'],
  tempDirName: 'out/mutation/sandboxes',
  ignorePatterns: ['dist', 'coverage', 'out', 'examples/data'],
  logLevel: 'error' as PartialStrykerOptions['logLevel'],
  allowEmpty: false,
  thresholds: {high: 85, low: 85, break: null},
}).runMutationTest();

/** Reports count lines and columns from 1, and the mutants in the runner from 0. */
function fromZero({start, end}: MutantResult['location']): MutantResult['location'] {
  const back = ({line, column}: {line: number; column: number}) => ({line: line - 1, column: column - 1});
  return {start: back(start), end: back(end)};
}

const judged = results.filter((result) =>
  chosen.has(keyOf({...(result as Change), location: fromZero(result.location)})),
);
const of = (...statuses: MutantResult['status'][]) => judged.filter(({status}) => statuses.includes(status));
const found = of('Killed', 'Timeout', 'RuntimeError').length;
const missed = of('Survived', 'NoCoverage');
for (const {fileName, location, mutatorName, replacement, status} of missed) {
  const {start, end} = location;
  const lines = readFileSync(fileName, 'utf8').split('\n');
  const original =
    start.line === end.line ? lines[start.line - 1].slice(start.column - 1, end.column - 1) : '…';
  const file = fileName.slice(fileName.lastIndexOf('src/'));
  console.log(`${status}: ${file}:${start.line}:${start.column} ${mutatorName}`);
  console.log(`    ${lines[start.line - 1].trim()}`);
  console.log(`    ${original} → ${(replacement ?? '').replace(/\s+/g, ' ').slice(0, 100)}`);
}
const broken = readFileSync(process.env.MUTATION_BROKEN, 'utf8').split('\n').filter(Boolean);
for (const id of broken) console.log(`left out, since it fails without any change: ${id}`);
const counted = found + missed.length;
console.log(
  `${found} of ${counted} found (${((100 * found) / counted).toFixed(0)} %), ` +
    `${of('NoCoverage').length} reached by no test, ${judged.length - counted} left out (they run only while modules load)`,
);
if (options.json) writeFileSync(options.json, `${JSON.stringify(missed, null, 2)}\n`);
process.exit(found < GOAL * counted ? 1 : 0);
