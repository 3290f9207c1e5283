/**
 * @file Builds dist/: ES modules of which a bundler takes what is used, a CommonJS twin, a file for the worker threads, files for
 * pages without a bundler, types, and the command. What has been built of the same sources stays, unless with `--force`.
 */
import {execFileSync} from 'node:child_process';
import {copyFileSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {rollup} from 'rollup';
import {dts} from 'rollup-plugin-dts';
import {buildCommand} from './build/command.mjs';
import {minified} from './build/minified.mjs';
import {forgetBuild, isBuilt, markBuilt} from './build/same-sources.mjs';
import {fileOf, isOther, isTensorFlow, modules, root, sources, src, WORKER} from './build/sources.mjs';

const dist = join(root, 'dist');
const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** What every file has in common: rollup's way to write the shortest code that an ES2022 engine runs. */
const output = {
  generatedCode: 'es2015',
  externalLiveBindings: false,
  freeze: false,
  esModule: true,
  interop: 'esModule',
};
/** Where a script lies: read while it runs for the first time, since nobody can tell later. */
const SCRIPT_URL = 'scriptUrl';
const SCRIPT_INTRO = `const ${SCRIPT_URL} = typeof document === 'object' && document.currentScript ? document.currentScript.src : '';`;
/** Where a CommonJS module lies, as a URL: without Node's own modules, and without a name that a page's bundle may not have. */
const MODULE_URL = `(typeof __filename === 'undefined' ? '' : 'file:///' + __filename.replace(/[%#?]/g, encodeURIComponent))`;

if (isBuilt() && !process.argv.includes('--force')) {
  console.log('dist/ has been built of these sources.');
  process.exit();
}
forgetBuild();
rmSync(dist, {recursive: true, force: true});
await buildModules();
await buildCommonJS();
await buildWorker();
await buildSingleFiles();
await buildTypes();
await buildCommand(join(dist, 'cli', 'tfjs-implicit.js'));
// How Node and bundlers read the files beside them.
for (const [name, type] of [
  ['esm', 'module'],
  ['cjs', 'commonjs'],
]) {
  writeFileSync(
    join(dist, name, 'package.json'),
    `{"type": "${type}", "sideEffects": ["./register.js", "./node-webgpu.js", "./${WORKER}"]}\n`,
  );
}
markBuilt();

/** One file for whatever does something when it is loaded, and as few as that allows for what they share. */
async function buildModules() {
  const starts = new Set(Object.values(modules));
  await bundle(
    {
      input: modules,
      plugins: [sources({asFiles: true, version})],
      treeshake: {moduleSideEffects: (id) => starts.has(id)},
      preserveEntrySignatures: 'strict',
    },
    {
      dir: join(dist, 'esm'),
      format: 'es',
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      hoistTransitiveImports: false,
      // Each alone: what shared its file would bring it into bundles that do without it.
      manualChunks: fileOf,
      onlyExplicitManualChunks: true,
    },
  );
}

async function buildCommonJS() {
  const input = {index: join(src, 'index.ts'), register: join(src, 'register.ts')};
  await bundle(
    {input, plugins: [sources({version, url: MODULE_URL, worker: `../esm/${WORKER}`})]},
    {
      dir: join(dist, 'cjs'),
      format: 'cjs',
      exports: 'named',
      entryFileNames: '[name].js',
      chunkFileNames: 'shared.js',
    },
  );
}

/** The same file for every kind of module: it imports nothing and exports nothing. */
async function buildWorker() {
  const input = join(src, 'kernels/threads', WORKER.replace('.js', '.ts'));
  const [{code, imports, exports}] = await bundle(
    {input, plugins: [sources({version}), minified()]},
    {file: join(dist, WORKER), format: 'iife'},
  );
  if (imports.length + exports.length > 0 || /\bimport\b/.test(code)) throw new Error('the worker imports');
  copyFileSync(join(dist, WORKER), join(dist, 'esm', WORKER));
}

/** For pages without a bundler. */
async function buildSingleFiles() {
  const input = join(src, 'index.ts');
  await bundle(
    {input, plugins: [sources({version, pages: true}), minified()]},
    {file: join(dist, 'tfjs-implicit.esm.js'), format: 'es', sourcemap: true},
  );
  await bundle(
    {input, plugins: [sources({version, pages: true, url: SCRIPT_URL}), minified()]},
    {
      file: join(dist, 'tfjs-implicit.min.js'),
      format: 'iife',
      name: 'tfImplicit',
      globals: {'@tensorflow/tfjs-core': 'tf', '@tensorflow/tfjs-layers': 'tf'},
      intro: SCRIPT_INTRO,
      sourcemap: true,
    },
  );
}

async function buildTypes() {
  const types = join(dist, 'types');
  const tsc = resolve(root, 'node_modules/typescript/bin/tsc');
  const options = ['--emitDeclarationOnly', '--declarationMap', 'false', '--sourceMap', 'false'];
  execFileSync('node', [tsc, '-p', 'tsconfig.esm.json', ...options, '--outDir', types], {
    cwd: root,
    stdio: 'inherit',
  });
  for (const name of ['index', 'register', 'node-webgpu']) {
    await bundle(
      {
        input: join(types, `${name}.d.ts`),
        external: (id) => isTensorFlow(id) || (name === 'register' && id === './index.js'),
        plugins: [dts()],
      },
      {file: join(dist, 'esm', `${name}.d.ts`), format: 'es'},
    );
    // CommonJS cannot wait for a GPU while it is loaded.
    if (name === 'node-webgpu') continue;
    copyFileSync(join(dist, 'esm', `${name}.d.ts`), join(dist, 'cjs', `${name}.d.ts`));
  }
  rmSync(types, {recursive: true});
}

async function bundle(options, where) {
  const built = await rollup({external: isOther, onwarn: refuse, ...options});
  const written = await built.write({...output, ...where});
  await built.close();
  return written.output;
}

function refuse(warning) {
  throw new Error(warning.message);
}
