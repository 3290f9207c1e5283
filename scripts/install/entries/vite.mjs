/** @file Vite: development, build and preview; threads and a web worker in isolated pages; React in strict mode. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {ISOLATED} from '../../serve.mjs';
import {checkPrinted, examplesOf} from '../examples.mjs';
import {judge} from '../judge.mjs';
import {resultOf} from '../page.mjs';
import {moduleOf, ofParts, PAGE, programFiles, projectOf} from '../projects.mjs';

const IN_WORKER = moduleOf({report: 'run().then((result) => postMessage(result));'});
/** What old versions prepare for development they bundle, and leave the worker behind. */
const UNPREPARED = {
  exclude: ['tfjs-implicit'],
  include: ['@tensorflow/tfjs', '@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'],
};
/** The same once more in a worker of the application. */
const inPage = (threadsWithin) =>
  moduleOf({
    threadsWithin,
    report: `
const worker = new Worker(new URL('./worker.js', import.meta.url), {type: 'module'});
const inWorker = new Promise((resolve) => {
  worker.onmessage = ({data}) => resolve(data);
  worker.onerror = (event) => resolve({error: 'the worker: ' + event.message});
});
(async () => {
  const result = await run();
  window.result = {...result, worker: await inWorker};
})();`,
  });

const load = async ({modules}, name) => import(pathToFileURL(join(modules, name, 'dist/node/index.js')));
const address = (server) => server.resolvedUrls.local[0];

async function check(installation, name, mode) {
  const isOldest = name === 'vite-oldest';
  const hasThreads = !(isOldest && mode === 'dev');
  // Its Rollup needs a minute for all of tfjs.
  const own = isOldest && mode === 'build' ? ofParts : (module) => module;
  const folder = projectOf(installation, `${name}-${mode}`.replaceAll(' ', '-'), {
    ...programFiles(installation),
    'index.html': PAGE('<script type="module" src="/main.js"></script>'),
    'main.js': own(inPage(hasThreads ? 30 : 2)),
    'worker.js': own(IN_WORKER),
  });
  const {createServer, build, preview, version} = await load(installation, name);
  const config = {
    root: folder,
    configFile: false,
    logLevel: 'error',
    worker: {format: 'es'},
    server: {headers: ISOLATED, fs: {strict: false}},
    preview: {headers: ISOLATED},
    optimizeDeps: mode === 'dev with threads' ? UNPREPARED : {},
  };
  let server;
  if (mode === 'build') {
    await build(config);
    server = await preview(config);
  } else {
    server = await createServer(config);
    await server.listen();
  }
  try {
    const result = await resultOf(address(server));
    judge(result, installation.saved, {threads: hasThreads ? true : null});
    judge(result.worker, installation.saved);
    return `${version}${result.helped ? ', threads' : ''}`;
  } finally {
    // The preview of Vite 5.0 cannot be closed otherwise.
    await (server.close ? server.close() : new Promise((resolve) => server.httpServer.close(resolve)));
  }
}

const REACT = `
import {createElement, StrictMode, useEffect, useState} from 'react';
import {createRoot} from 'react-dom/client';
${moduleOf({report: ''})}
let effects = 0;

/** Trains whenever it is mounted, which strict mode does twice. */
function Trainer() {
  const [done, setDone] = useState(null);
  useEffect(() => {
    let mounted = true;
    effects++;
    run().then((result) => mounted && setDone(result));
    return () => {
      mounted = false;
    };
  }, []);
  useEffect(() => {
    if (done) window.result = {...done, effects};
  }, [done]);
  return createElement('p', null, JSON.stringify(done));
}

createRoot(document.getElementById('root')).render(createElement(StrictMode, null, createElement(Trainer)));
`;

async function checkReact(installation) {
  const folder = projectOf(installation, 'react', {
    ...programFiles(installation),
    'index.html': PAGE('<div id="root"></div><script type="module" src="/main.js"></script>'),
    'main.js': REACT,
  });
  const {createServer} = await load(installation, 'vite-newest');
  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: 'error',
    server: {fs: {strict: false}},
  });
  await server.listen();
  try {
    const result = await resultOf(address(server));
    if (result.effects !== 2) throw new Error(`strict mode ran the effect ${result.effects} times`);
    // Two runs at once share tf.memory().
    judge({...result, leaked: 0}, installation.saved);
    return 'the effect ran twice';
  } finally {
    await server.close();
  }
}

const IN_README = `
const calls = [];
console.log = (...values) => calls.push(values);
import('./example.ts').then(
  () => { window.result = {calls}; },
  (error) => { window.result = {error: String(error.stack)}; },
);`;

/** The first example of a packed page, as it is; `kind` as for `examplesOf`. */
async function checkExample(installation, name, kind) {
  const [{code}] = examplesOf(readFileSync(join(installation.packed, name), 'utf8'), name, kind);
  const folder = projectOf(installation, `example-of-${name.replaceAll(/\W+/g, '-')}`, {
    'index.html': PAGE('<script type="module" src="/main.js"></script>'),
    'main.js': IN_README,
    'example.ts': code,
  });
  const {createServer} = await load(installation, 'vite-newest');
  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: 'error',
    server: {fs: {strict: false}},
  });
  await server.listen();
  try {
    const {calls} = await resultOf(address(server));
    checkPrinted(code, calls);
  } finally {
    await server.close();
  }
}

export default [
  ...Object.entries({
    'vite-oldest': ['dev', 'dev with threads', 'build'],
    'vite-newest': ['dev', 'build'],
  }).flatMap(([name, modes]) =>
    modes.map((mode) => ({
      name: `${name} ${mode}`,
      page: true,
      check: (installation) => check(installation, name, mode),
    })),
  ),
  {name: 'react strict mode', page: true, check: checkReact},
  {
    name: 'vite-newest readme',
    page: true,
    check: (installation) => checkExample(installation, 'README.md'),
  },
  {
    name: 'vite-newest webgpu example',
    page: true,
    check: (installation) => checkExample(installation, 'docs/webgpu.md', 'webgpu'),
  },
];
