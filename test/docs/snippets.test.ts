/** @file The examples of README.md and docs compile under strict flags, run, print the results that they show, and use every public name. */
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {fileURLToPath, pathToFileURL} from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import ts from 'typescript';
import {checkPrinted, examplesOf} from '../../scripts/install/examples.mjs';
import * as library from '../../src/index.js';
import {BACKENDS} from '../helpers/backends.js';
import {errorsIn} from '../helpers/strict-types.js';

const root = new URL('../../', import.meta.url);
const OUT = new URL('out/snippets/', root);

const markdownIn = (folder: string) =>
  readdirSync(new URL(folder, root))
    .filter((file) => file.endsWith('.md'))
    .map((file) => folder + file);
const PAGES = ['README.md', ...['docs/', 'docs/catalogue/', 'docs/examples/'].flatMap(markdownIn)];

/** The example as a module: its imports, and a function that does the rest. */
function moduleOf(code: string): string {
  const source = ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true);
  let [imports, body, from] = ['', '', 0];
  for (const statement of source.statements) {
    const text = code.slice(from, statement.end);
    from = statement.end;
    if (ts.isImportDeclaration(statement)) imports += text;
    else body += text;
  }
  const path = JSON.stringify(fileURLToPath(new URL('src/index.js', root)));
  return `${imports.replaceAll("'tfjs-implicit'", path)}\nexport async function run() {${body}${code.slice(from)}}\n`;
}

/** Loads a module as mocha loaded this one: else there would be two copies of the library. */
async function load(file: URL): Promise<{run: () => Promise<void>}> {
  const path = fileURLToPath(file);
  const module: unknown =
    typeof require === 'function'
      ? createRequire(import.meta.url)(path)
      : await import(pathToFileURL(path).href);
  return module as {run: () => Promise<void>};
}

/** What f hands to console.log. */
async function printedBy(f: () => Promise<unknown>): Promise<unknown[][]> {
  const calls: unknown[][] = [];
  const log = console.log;
  console.log = (...values: unknown[]) => void calls.push(values);
  try {
    await f();
  } finally {
    console.log = log;
  }
  return calls;
}

/** Runs f, and disposes of the tensors and variables that it leaves. */
async function disposing(f: () => Promise<unknown>): Promise<void> {
  const engine = tf.engine();
  const before = new Set(Object.values(engine.registeredVariables));
  engine.startScope();
  try {
    await f();
  } finally {
    engine.endScope();
    for (const variable of Object.values(engine.registeredVariables)) {
      if (!before.has(variable)) variable.dispose();
    }
  }
}

/** Dotted names of what a namespace exports, those of namespaces in it too. */
function namesOf(namespace: object, prefix = ''): string[] {
  return Object.entries(namespace).flatMap(([name, value]: [string, unknown]) => {
    if (name === 'default' || name === 'module.exports') return [];
    const isObject = typeof value === 'object' && value !== null;
    const isNamespace = isObject && (Object.hasOwn(value, '__esModule') || Symbol.toStringTag in value);
    return isNamespace ? namesOf(value, `${prefix}${name}.`) : [prefix + name];
  });
}

describe('docs', () => {
  const pages = PAGES.map((page) => {
    const name = page.replace(/\.md$/, '').replaceAll('/', '-');
    return {name, examples: examplesOf(readFileSync(new URL(page, root), 'utf8'), page)};
  });

  before(async () => {
    mkdirSync(OUT, {recursive: true});
    await tf.setBackend('cpu');
    await tf.ready();
  });

  for (const {name, examples} of pages) {
    for (const [i, {title, code}] of examples.entries()) {
      it(title, async () => {
        const file = new URL(`${name}-${i}.ts`, OUT);
        writeFileSync(file, moduleOf(code));
        const {run} = await load(file);
        checkPrinted(code, await printedBy(() => disposing(run)));
      });
    }
  }

  if (BACKENDS.includes('tensorflow')) {
    const examples = examplesOf(
      readFileSync(new URL('docs/tensorflow.md', root), 'utf8'),
      'tensorflow',
      'tensorflow',
    );
    examples.forEach(({title, code}, i) => {
      it(`${title} [tensorflow]`, async () => {
        await tf.setBackend('tensorflow');
        const file = new URL(`docs-tensorflow-${i}.ts`, OUT);
        // The binding has been loaded, perhaps from where this file could not import it, and is the same tfjs.
        writeFileSync(file, moduleOf(code.replace("'@tensorflow/tfjs-node'", "'@tensorflow/tfjs'")));
        const {run} = await load(file);
        checkPrinted(code, await printedBy(() => disposing(run)));
        tf.env().set('IMPLICIT_DEVICE', 'auto');
      });
    });
  }

  it('compile without casts that a user would not expect', function () {
    this.timeout(120_000);
    const paths = pages.flatMap(({name, examples}) =>
      examples.map(({code}, i) => {
        const file = new URL(`${name}-${i}.ts`, OUT);
        writeFileSync(file, moduleOf(code));
        return fileURLToPath(file);
      }),
    );
    assert.deepEqual(errorsIn(paths), []);
  });

  it('have an example of every public name in the catalogue', () => {
    const code = pages
      .filter(({name}) => name.startsWith('docs-catalogue'))
      .flatMap(({examples}) => examples)
      .map((example) => example.code.replace(/^import [^;]*;$/gm, '').replace(/\s+\./g, '.'))
      .join('\n');
    const missing = namesOf(library).filter((name) => {
      const pattern = new RegExp(`(?<![\\w.])${name.replaceAll('.', '\\.')}\\b`);
      return !pattern.test(code);
    });
    assert.deepEqual(missing, []);
  });
});
