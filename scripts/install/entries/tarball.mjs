/** @file The archive itself: what is in it, what linters of packages say of it, and how much of it a bundle takes. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {bundle, gzipped} from '../../bundle.mjs';
import {root, run} from '../projects.mjs';

const MOST_FILES = 400;

const binary = (name) => join(root, 'node_modules/.bin', name);

function contents({packed}) {
  const files = readdirSync(packed, {recursive: true, withFileTypes: true}).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  if (paths.length >= MOST_FILES) throw new Error(`${paths.length} files`);
  for (const path of paths) {
    const text = readFileSync(path, 'utf8');
    if (text.includes(root)) throw new Error(`${path} has a path of this machine`);
    for (const target of linksOf(path, text)) {
      if (!existsSync(join(dirname(path), target)))
        throw new Error(`${path} links to ${target}, which is not packed`);
    }
  }
  return `${paths.length} files, every link and source map leads somewhere`;
}

/** Relative ones. */
function linksOf(path, text) {
  if (path.endsWith('.js'))
    return [...text.matchAll(/^\/\/# sourceMappingURL=(\S+)$/gm)].map(([, target]) => target);
  if (!path.endsWith('.md')) return [];
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^\w+:/.test(target));
}

/** Kilobytes, gzipped. The quadratic programs bring their kernels in WebAssembly, in plain JavaScript for where there is none, and in WGSL. What solves linear systems contains the programs, too. */
const LIMITS = {
  QPLayer: 138,
  OptNetQP: 138,
  SparsemaxProjection: 32,
  LassoLayer: 97,
  FixedPointLayer: 88,
  LinearProgramLayer: 138,
  SimplexProjection: 32,
  EntmaxLayer: 26,
  IsotonicLayer: 32,
  SoftSort: 32,
  SoftRank: 32,
  TopK: 58,
  TransportLayer: 81,
  BirkhoffLayer: 81,
  RidgeLayer: 32,
  SVMLayer: 135,
  ConicLayer: 124,
  ConvexLayer: 229,
};
const WHOLE = 337;
/** An operation of TensorFlow's, which pages do not have. */
const OF_TENSORFLOW = 'MatrixTriangularSolve';
const ARGUMENTS = {
  TopK: '{k: 1}',
  ConicLayer: '{cones: {nonNegative: 1}}',
  ConvexLayer: '{problem: {}, inputs: []}',
};
const WITH_UNITS = ['QPLayer', 'OptNetQP', 'LassoLayer', 'LinearProgramLayer'];
const argumentsOf = (name) => ARGUMENTS[name] ?? (WITH_UNITS.includes(name) ? '{units: 2}' : '{}');
const names = Object.keys(LIMITS);
const kept = (text) =>
  names.filter((name) => text.includes(`className="${name}"`) || text.includes(`"className","${name}"`));

async function sizes({home}) {
  const notes = [];
  const over = [];
  for (const name of names) {
    const source = `import {${name}} from 'tfjs-implicit'; console.log(new ${name}(${argumentsOf(name)}));`;
    const text = await bundle(source, home);
    const expected = ['OptNetQP', 'LinearProgramLayer'].includes(name) ? ['QPLayer', name] : [name];
    if (kept(text).join() !== expected.join()) throw new Error(`a bundle of ${name} holds ${kept(text)}`);
    if (text.includes(OF_TENSORFLOW)) throw new Error(`a bundle of ${name} holds what only Node can run`);
    if (!text.includes('registerClass')) throw new Error(`${name} does not register itself`);
    const size = gzipped(text);
    if (size >= LIMITS[name]) over.push(`${name} is ${size.toFixed(1)} kB gzipped, over ${LIMITS[name]}`);
    notes.push(`${name} ${size.toFixed(1)}`);
  }
  const register = await bundle(`import 'tfjs-implicit/register';`, home);
  if (kept(register).length !== names.length) throw new Error(`register keeps ${kept(register)} only`);
  const all = await bundle(
    `import * as all from 'tfjs-implicit'; import 'tfjs-implicit/register'; console.log(all);`,
    home,
  );
  if (gzipped(all) >= WHOLE) over.push(`everything is ${gzipped(all).toFixed(1)} kB gzipped, over ${WHOLE}`);
  if (over.length > 0) throw new Error(over.join('; '));
  return `${notes.join(', ')}, everything ${gzipped(all).toFixed(1)} kB gzipped`;
}

export default [
  {name: 'tarball contents', check: contents},
  {
    name: 'tarball publint',
    async check({archive}) {
      await run(binary('publint'), ['run', archive, '--strict'], root);
    },
  },
  {
    name: 'tarball types (attw)',
    async check({archive}) {
      // The worker is a script that nobody imports for its names, and WebGPU in Node is a module that waits, which CommonJS cannot.
      await run(
        binary('attw'),
        [archive, '--no-definitely-typed', '--exclude-entrypoints', './worker', './node-webgpu'],
        root,
      );
    },
  },
  {name: 'tarball bundle sizes', check: sizes},
];
