/** @file The examples of README.md and docs run, print the results that they show, and use every public name. */
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {checkPrinted, examplesOf} from '../../scripts/install/examples.mjs';
import * as library from '../../src/index.js';
import {BACKENDS} from '../helpers/backends.js';
import {LONG, REST} from '../helpers/effort.js';
import {PAGES, writeExample} from './pages.js';

/** Loads a module as mocha loaded this one: else there would be two copies of the library. */
async function load(path: string): Promise<{run: () => Promise<void>}> {
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
  before(async () => {
    await tf.setBackend('cpu');
    await tf.ready();
  });

  for (const {name, examples} of PAGES) {
    // Lessons train models.
    if (name.startsWith('site-lessons-') ? !LONG : REST) continue;
    for (const [i, {title, code}] of examples.entries()) {
      it(title, async () => {
        const {run} = await load(writeExample(`${name}-${i}`, code));
        checkPrinted(code, await printedBy(() => disposing(run)));
      });
    }
  }

  if (BACKENDS.includes('tensorflow')) {
    const examples = examplesOf(
      readFileSync(new URL('../../docs/tensorflow.md', import.meta.url), 'utf8'),
      'tensorflow',
      'tensorflow',
    );
    examples.forEach(({title, code}, i) => {
      it(`${title} [tensorflow]`, async () => {
        await tf.setBackend('tensorflow');
        // The binding has been loaded, perhaps from where this file could not import it, and is the same tfjs.
        const own = code.replace("'@tensorflow/tfjs-node'", "'@tensorflow/tfjs'");
        const {run} = await load(writeExample(`docs-tensorflow-${i}`, own));
        checkPrinted(code, await printedBy(() => disposing(run)));
        tf.env().set('IMPLICIT_DEVICE', 'auto');
      });
    });
  }

  it('have an example of every public name in the catalogue', () => {
    const code = PAGES.filter(({name}) => name.startsWith('docs-catalogue'))
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
