/** @file Pages without a bundler: an import map, scripts beside the global `tf`, strict content security policies, workers. */
import {copyFileSync, cpSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {build} from 'esbuild';
import {ISOLATED} from '../../serve.mjs';
import {judge} from '../judge.mjs';
import {resultIn} from '../page.mjs';
import {moduleOf, PAGE, programFiles, projectOf, REPORT} from '../projects.mjs';

/** A folder as one would put it on a server: tfjs, the files of the package, and the exercise. */
function site(installation, name, files) {
  const folder = projectOf(installation, name, {...programFiles(installation), ...files});
  for (const file of ['tf.min.js', 'tf.es2017.min.js', 'tf.fesm.min.js']) {
    mkdirSync(join(folder, 'tfjs'), {recursive: true});
    copyFileSync(join(installation.modules, '@tensorflow/tfjs/dist', file), join(folder, 'tfjs', file));
  }
  cpSync(join(installation.packed, 'dist'), join(folder, 'dist'), {recursive: true});
  return folder;
}

const importMap = (implicit) =>
  `<script type="importmap">${JSON.stringify({
    imports: {
      '@tensorflow/tfjs': './tfjs/tf.fesm.min.js',
      '@tensorflow/tfjs-core': './tfjs/tf.fesm.min.js',
      '@tensorflow/tfjs-layers': './tfjs/tf.fesm.min.js',
      ...implicit,
    },
  })}</script>`;

const exerciseWith = (threadsWithin) =>
  `exercise(tf, tfImplicit, saved, {threadsWithin: ${threadsWithin}}).catch((error) => ({error: String(error.stack)}))`;
const OURS = ['dist/tfjs-implicit.min.js', 'saved.script.js', 'program.script.js'];
const SCRIPTS = ['tfjs/tf.min.js', ...OURS];
/** The default script of tfjs evaluates text when it loads, which no strict policy allows. */
const STRICT_SCRIPTS = ['tfjs/tf.es2017.min.js', ...OURS];
const tags = (...names) => names.map((name) => `<script src="${name}"></script>`).join('');

async function importMapOf(installation, name, implicit, register) {
  const folder = site(installation, name, {
    'index.html': PAGE(`${importMap(implicit)}<script type="module" src="main.js"></script>`),
    'main.js': moduleOf({register, threadsWithin: 30, report: REPORT}),
  });
  judge(await resultIn(folder), installation.saved, {threads: true});
}

/** @param policy What the server allows the page beside its own scripts. */
async function scripts(installation, name, policy) {
  const folder = site(installation, name, {
    'index.html': PAGE(tags(...(policy ? STRICT_SCRIPTS : SCRIPTS), 'main.js')),
    'main.js': `${exerciseWith(30)}.then((result) => {
      try { new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); result.wasm = true; } catch { result.wasm = false; }
      window.result = result;
    });`,
  });
  const headers = policy
    ? {
        ...ISOLATED,
        'Content-Security-Policy': `default-src 'none'; worker-src 'self'; img-src data:; ${policy}`,
      }
    : ISOLATED;
  const result = await resultIn(folder, '', headers);
  judge(result, installation.saved, {threads: true});
  return result.wasm;
}

const expectWasm = (allowed, expected) => {
  if (allowed !== expected) throw new Error(`WebAssembly is ${allowed ? '' : 'not '}allowed`);
};

/** A page that starts a worker and takes its answer. */
async function inWorker(installation, name, worker, options) {
  const folder = site(installation, name, {
    'index.html': PAGE(`<script>
      const worker = new Worker('worker.js', ${options});
      worker.onmessage = ({data}) => { window.result = data; };
      worker.onerror = (event) => { window.result = {error: event.message}; };
    </script>`),
  });
  await worker(folder);
  // A worker has threads of its own where it knows where they lie.
  judge(await resultIn(folder), installation.saved, {threads: null});
}

async function inServiceWorker(installation, name, worker, options) {
  const folder = site(installation, name, {
    'index.html': PAGE(`<script type="module">
      navigator.serviceWorker.onmessage = ({data}) => { window.result = data; };
      try {
        await navigator.serviceWorker.register('worker.js', ${options});
        const {active} = await navigator.serviceWorker.ready;
        active.postMessage('go');
      } catch (error) {
        window.result = {error: String(error)};
      }
    </script>`),
  });
  await worker(folder);
  judge(await resultIn(folder), installation.saved);
}

const REPLY = `onmessage = (event) => event.waitUntil(run().then((result) => event.source.postMessage(result)));`;
const classic = (text) => async (folder) => {
  const {write} = await import('../projects.mjs');
  write(folder, {
    'worker.js': `importScripts(${SCRIPTS.map((name) => `'${name}'`).join(', ')});
      const run = () => ${exerciseWith(2)};
      ${text}`,
  });
};
const bundled = (report) => async (folder) => {
  await build({
    absWorkingDir: folder,
    stdin: {contents: moduleOf({threadsWithin: 2, report}), resolveDir: folder},
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    logLevel: 'error',
  });
};

const entry = (name, check) => ({name, page: true, check});
export default [
  entry('import map, one file', (installation) =>
    importMapOf(installation, 'import-map', {'tfjs-implicit': './dist/tfjs-implicit.esm.js'}, ''),
  ),
  entry('import map, modules', (installation) =>
    importMapOf(installation, 'import-map-modules', {
      'tfjs-implicit': './dist/esm/index.js',
      'tfjs-implicit/register': './dist/esm/register.js',
    }),
  ),
  entry('script tag', (installation) => scripts(installation, 'script-tag').then(() => undefined)),
  entry('script tag, strict policy', async (installation) => {
    expectWasm(await scripts(installation, 'policy', "script-src 'self'"), false);
    return 'without WebAssembly';
  }),
  entry('script tag, policy with wasm-unsafe-eval', async (installation) => {
    expectWasm(await scripts(installation, 'policy-wasm', "script-src 'self' 'wasm-unsafe-eval'"), true);
    return 'with WebAssembly';
  }),
  entry('web worker, classic', (installation) =>
    inWorker(installation, 'worker', classic('run().then((result) => postMessage(result));'), '{}'),
  ),
  entry('web worker, module', (installation) =>
    inWorker(
      installation,
      'worker-module',
      bundled('run().then((result) => postMessage(result));'),
      "{type: 'module'}",
    ),
  ),
  entry('service worker, classic', (installation) =>
    inServiceWorker(installation, 'service-worker', classic(REPLY), '{}'),
  ),
  entry('service worker, module', (installation) =>
    inServiceWorker(installation, 'service-worker-module', bundled(REPLY), "{type: 'module'}"),
  ),
];
