/**
 * @file The examples of docs/catalogue run, give the results that they show, and leave out no public name; these and those of all
 * other pages compile as strictly as users do.
 */
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {fileURLToPath, pathToFileURL} from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import ts from 'typescript';
import * as library from '../../src/index.js';
import {expectAlike} from '../helpers/alike.js';
import {errorsIn} from '../helpers/strict-types.js';

const TOLERANCE = 1e-4;
const root = new URL('../../', import.meta.url);
const CATALOGUE = new URL('docs/catalogue/', root);
const OUT = new URL('out/snippets/', root);

interface Block {
  title: string;
  id: string;
  code: string;
}

/** The ts blocks of a page, with the heading that each stands under. */
function blocksOf(file: string, folder = CATALOGUE): Block[] {
  const blocks: Block[] = [];
  const page = file.replace(/\.md$/, '').replace('/', '-');
  const text = readFileSync(new URL(file, folder), 'utf8');
  let heading = page;
  for (const [, title, code] of text.matchAll(/^#+ (.+)$|^```ts\n([^]*?)^```$/gm)) {
    if (title) heading = title;
    else blocks.push({title: `${page}: ${heading}`, id: `${page}-${blocks.length}`, code});
  }
  return blocks;
}

/** The block as a module whose function calls `check(value, expected)` where it has `value; // → expected`. */
function moduleOf({code}: Block): {text: string; checks: number} {
  const source = ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true);
  let [imports, body, from, checks] = ['', '', 0, 0];
  for (const statement of source.statements) {
    const [comment] = ts.getTrailingCommentRanges(code, statement.end) ?? [];
    const [, expected] = /^\/\/ → (.+)$/.exec(comment ? code.slice(comment.pos, comment.end) : '') ?? [];
    const text = code.slice(from, statement.end);
    from = expected ? comment!.end : statement.end;
    if (ts.isImportDeclaration(statement)) {
      imports += text;
    } else if (!expected) {
      body += text;
    } else {
      assert.isTrue(ts.isExpressionStatement(statement), `not an expression: ${statement.getText()}`);
      const value = (statement as ts.ExpressionStatement).expression.getText();
      body += `\nawait check(${value}, ${expected});`;
      checks++;
    }
  }
  const signature = 'check: (value: unknown, expected: unknown) => Promise<void>';
  return {
    text: `${fromSource(imports)}\nexport async function run(${signature}) {${body}\n}\n`,
    checks,
  };
}

const fromSource = (code: string) =>
  code.replaceAll("'tfjs-implicit'", JSON.stringify(fileURLToPath(new URL('src/index.js', root))));

/** A block of a page that is not run; it may use the tf that a block above it imports. */
function programOf({code}: Block): string {
  const tf = /import \* as tf /.test(code) ? '' : "import * as tf from '@tensorflow/tfjs';\n";
  return `${tf}${fromSource(code)}\nexport {};\n`;
}

/** Loads a module as mocha loaded this one: else there would be two copies of the library. */
async function load(file: URL): Promise<{run: (check: unknown) => Promise<void>}> {
  const path = fileURLToPath(file);
  const module: unknown =
    typeof require === 'function'
      ? createRequire(import.meta.url)(path)
      : await import(pathToFileURL(path).href);
  return module as {run: (check: unknown) => Promise<void>};
}

async function check(value: unknown, expected: unknown): Promise<void> {
  const ready = await value;
  expectAlike(ready instanceof tf.Tensor ? await ready.array() : ready, expected, TOLERANCE);
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

describe('docs/catalogue', () => {
  const blocks = readdirSync(CATALOGUE)
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => blocksOf(file));

  before(async () => {
    mkdirSync(OUT, {recursive: true});
    await tf.setBackend('cpu');
    await tf.ready();
  });

  for (const block of blocks) {
    it(block.title, async () => {
      const {text, checks} = moduleOf(block);
      assert.isAbove(checks, 0, 'the block shows no result (// → …)');
      const file = new URL(`${block.id}.ts`, OUT);
      writeFileSync(file, text);
      const {run} = await load(file);
      await disposing(() => run(check));
    });
  }

  it('compiles without casts that a user would not expect', function () {
    this.timeout(120_000);
    const paths = blocks.map((block) => {
      const file = new URL(`${block.id}.ts`, OUT);
      writeFileSync(file, moduleOf(block).text);
      return fileURLToPath(file);
    });
    assert.deepEqual(errorsIn(paths), []);
  });

  it('has an example of every public name', () => {
    const code = blocks
      .map((block) => block.code.replace(/^import [^;]*;$/gm, '').replace(/\s+\./g, '.'))
      .join('\n');
    const missing = namesOf(library).filter((name) => {
      const pattern = new RegExp(`(?<![\\w.])${name.replaceAll('.', '\\.')}\\b`);
      return !pattern.test(code);
    });
    assert.deepEqual(missing, []);
  });
});

describe('the other pages', () => {
  it('compile too', function () {
    this.timeout(120_000);
    mkdirSync(OUT, {recursive: true});
    const pages = readdirSync(new URL('docs/', root))
      .filter((file) => file.endsWith('.md'))
      .map((file) => `docs/${file}`);
    const paths = ['README.md', ...pages]
      .flatMap((page) => blocksOf(page, root))
      .map((block) => {
        const file = new URL(`${block.id}.ts`, OUT);
        writeFileSync(file, programOf(block));
        return fileURLToPath(file);
      });
    assert.isAbove(paths.length, 0);
    assert.deepEqual(errorsIn(paths), []);
  });
});
