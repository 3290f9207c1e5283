/** @file The pages with examples, README.md and those of docs and of the site, and how an example becomes a module. */
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';
import {examplesOf} from '../../scripts/install/examples.mjs';

const root = new URL('../../', import.meta.url);
const OUT = new URL('out/snippets/', root);

const markdownIn = (folder: string) =>
  readdirSync(new URL(folder, root))
    .filter((file) => file.endsWith('.md'))
    .map((file) => folder + file);
const FOLDERS = ['docs/', 'docs/guides/', 'docs/catalogue/', 'docs/examples/', 'site/lessons/'];
const FIRST_PROJECT = 'site/first-project.md';
const FILES = ['README.md', 'site/index.md', FIRST_PROJECT, ...FOLDERS.flatMap(markdownIn)];

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

/** Each page with its examples. */
export const PAGES = FILES.map((page) => {
  const name = page.replace(/\.md$/, '').replaceAll('/', '-');
  // The code of the lessons is JavaScript, which runs in the page as it stands.
  const isTyped = !page.startsWith('site/') || page === FIRST_PROJECT;
  return {name, isTyped, examples: examplesOf(readFileSync(new URL(page, root), 'utf8'), page)};
});

/** The example as a module whose `run` does what it does. @returns The path of its file. */
export function writeExample(name: string, code: string): string {
  mkdirSync(OUT, {recursive: true});
  const path = fileURLToPath(new URL(`${name}.ts`, OUT));
  writeFileSync(path, moduleOf(code));
  return path;
}
