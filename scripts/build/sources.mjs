/** @file What the bundler of the build must know of the sources: how to read them, and which of them stay files of their own. */
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative, resolve, sep} from 'node:path';
import ts from 'typescript';
import {shrinkShaders} from './shaders.mjs';

export const root = resolve(import.meta.dirname, '../..');
export const src = join(root, 'src');
export const WORKER = 'tfjs-implicit-worker.js';
export const isTensorFlow = (id) => id.startsWith('@tensorflow/');
/** What the package imports and does not contain. */
export const isOther = (id) => isTensorFlow(id) || id === 'webgpu';

/** The name of a source file in the flat folder of the ES modules: 'layers/qp-layer.ts' is 'layers-qp-layer'. */
export const nameOf = (path) => relative(src, path).replace(/\.ts$/, '').replaceAll('/', '-');

const sourceFiles = readdirSync(src, {recursive: true})
  .filter((name) => name.endsWith('.ts') && !name.includes('host/assembly/'))
  .map((name) => join(src, name));
const parsed = new Map(
  sourceFiles.map((path) => [
    path,
    ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022),
  ]),
);
const isReexport = (statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier;
const isNamespace = (statement) =>
  isReexport(statement) && statement.exportClause && ts.isNamespaceExport(statement.exportClause);
const targetOf = (path, statement) =>
  resolve(dirname(path), statement.moduleSpecifier.text).replace(/\.js$/, '.ts');

/**
 * Files that do something when they are loaded: they register something, or put a text together. A bundle has them only where their
 * exports are used, which bundlers see of a file, and not of a statement that calls something.
 */
const active = sourceFiles.filter((path) => parsed.get(path).statements.some(isActive));

/** Files of a namespace, `export * as name from …`: bundlers look into one only where it is a file. */
const namespaces = sourceFiles.flatMap((path) =>
  parsed
    .get(path)
    .statements.filter((statement) => isNamespace(statement))
    .map((statement) => targetOf(path, statement)),
);

/** What Node has and pages do not: `browser` in package.json puts the other file in the place of the first. */
const forNode = join(src, 'kernels/twins/tensorflow/index.ts');
const forPages = join(src, 'kernels/twins/tensorflow/absent.ts');

/** The file that a module becomes a part of, if that is not for the bundler to decide. */
export function fileOf(id) {
  const name = Object.keys(modules).find((key) => modules[key] === id);
  return name ?? (id.startsWith(dirname(forNode) + sep) ? nameOf(forNode) : undefined);
}

const NAMES = ['index', 'register', 'node-webgpu'];
const entries = [
  ...NAMES.map((name) => join(src, `${name}.ts`)),
  ...namespaces,
  ...active,
  forNode,
  forPages,
];
/** What the bundler starts from, by the name of the file that becomes of it. */
export const modules = Object.fromEntries(entries.map((path) => [nameOf(path), path]));

function isActive(statement) {
  if (ts.isExpressionStatement(statement)) return true;
  return ts.isVariableStatement(statement) && statement.declarationList.declarations.some(composes);
}

/** Whether a text is put together, outside of functions. */
function composes(node) {
  if (ts.isFunctionLike(node)) return false;
  return ts.isTemplateExpression(node) || Boolean(ts.forEachChild(node, composes));
}

const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  sourceMap: true,
};

/**
 * Reads TypeScript, and shrinks shaders.
 *
 * @param asFiles Whether namespaces stay files, and do not become objects.
 * @param pages Whether it is for pages only.
 * @param url What stands in the place of `import.meta.url`, and `worker` in that of the worker's file beside it.
 */
export function sources({asFiles = false, pages = false, version, url, worker}) {
  return {
    name: 'sources',
    resolveId(id, importer) {
      if (!id.startsWith('.') || !importer) return null;
      const path = resolve(dirname(importer), id).replace(/\.js$/, '.ts');
      if (pages && path === forNode) return forPages;
      const isFile = parsed
        .get(importer)
        .statements.some((statement) => isNamespace(statement) && targetOf(importer, statement) === path);
      return asFiles && isFile ? {id: `./${nameOf(path)}.js`, external: true} : path;
    },
    transform(text, id) {
      let {code, map} = transpiled(text, id);
      if (id === join(src, 'kernels/threads/greeting.ts')) code = replaceOnce(code, 'from source', version);
      if (url) code = code.replaceAll('import.meta.url', url);
      if (worker) code = code.replaceAll(`'./${WORKER}'`, `'${worker}'`);
      return {code, map};
    },
  };
}

const done = new Map();

/** Once for all that is built of it. */
function transpiled(text, id) {
  if (!done.has(id)) {
    const code = id.endsWith('.wgsl.ts') ? shrinkShaders(text) : text;
    const {outputText, sourceMapText} = ts.transpileModule(code, {compilerOptions, fileName: id});
    done.set(id, {code: outputText.replace(/\/\/# sourceMappingURL=.*\n?$/, ''), map: sourceMapText});
  }
  return done.get(id);
}

function replaceOnce(text, from, to) {
  if (text.split(from).length !== 2) throw new Error(`expected '${from}' once`);
  return text.replace(from, to);
}
