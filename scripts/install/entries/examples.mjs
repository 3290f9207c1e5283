/** @file Every example of the packed documentation, pasted into a file of its own: Node runs it and it prints what its comments show. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {checkPrinted, examplesOf} from '../examples.mjs';
import {nodeOf, projectOf, run} from '../projects.mjs';

/** It runs TypeScript by itself. */
const NODE = '24';
const PAGE = /^(README|docs[\\/].*)\.md$/;

/**
 * Imports the files that are its arguments, one after the other, and reports what each printed or threw. Tensors and variables that an
 * example leaves are disposed of, as they are when a program ends.
 */
const RUNNER = `
import * as tf from '@tensorflow/tfjs';
const log = console.log;
for (const file of process.argv.slice(2)) {
  const calls = [];
  let failure;
  console.log = (...values) => calls.push(values);
  tf.engine().startScope();
  try {
    await import('./' + file);
  } catch (error) {
    failure = String(error.stack);
  }
  tf.engine().endScope();
  tf.disposeVariables();
  log(JSON.stringify({file, calls, failure}));
}
`;

/** So many pages are run by one process: to start one takes longer than the examples of a page do. */
const AT_ONCE = 7;

/** @returns How many examples these pages have, and the message of each that fails. */
async function failuresOf(installation, pages) {
  const examples = pages.flatMap((name) =>
    examplesOf(readFileSync(join(installation.packed, name), 'utf8'), name).map((example, i) => ({
      ...example,
      file: `${name.replaceAll(/\W+/g, '-')}-${i}.ts`,
    })),
  );
  const folder = projectOf(installation, 'examples', {
    ...Object.fromEntries(examples.map(({file, code}) => [file, code])),
    'runner.js': RUNNER,
  });
  const args = ['--disable-warning=ExperimentalWarning', 'runner.js', ...examples.map(({file}) => file)];
  const printed = await run(nodeOf(installation, NODE), args, folder);
  const reports = printed
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{"file"'));
  const failures = reports.flatMap((line, i) => {
    const {calls, failure} = JSON.parse(line);
    const {title, code} = examples[i];
    try {
      if (failure) throw new Error(failure);
      checkPrinted(code, calls);
      return [];
    } catch (error) {
      return [`${title}: ${error.message}`];
    }
  });
  if (reports.length !== examples.length)
    failures.push(`${pages.join(', ')}: ${reports.length} of ${examples.length} ran`);
  return {count: examples.length, failures};
}

async function check(installation) {
  const pages = readdirSync(installation.packed, {recursive: true}).filter((name) => PAGE.test(name));
  let count = 0;
  const failures = [];
  for (let i = 0; i < pages.length; i += AT_ONCE) {
    const result = await failuresOf(installation, pages.slice(i, i + AT_ONCE));
    count += result.count;
    failures.push(...result.failures);
  }
  if (failures.length > 0) throw new Error(failures.join('\n'));
  return `${count} examples on ${pages.length} pages`;
}

/** The compiler accepts the files that `check` has written, as a strict project does that skips declarations of others (tfjs's need it). */
async function checkTypes(installation) {
  const compilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    target: 'es2022',
    module: 'nodenext',
    types: [],
  };
  const include = ['../examples/*.ts'];
  const folder = projectOf(installation, 'types-of-examples', {
    'tsconfig.json': JSON.stringify({compilerOptions, include}),
  });
  const tsc = join(installation.modules, 'typescript-newest/bin/tsc');
  await run('node', [tsc, '-p', '.', '--pretty', 'false'], folder);
}

export default [
  {name: 'examples', check},
  {name: 'examples, types', check: checkTypes},
];
