/** @file Rollup: a module and a script; threads where the worker lies beside the module. */
import {copyFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {judge} from '../judge.mjs';
import {resultIn} from '../page.mjs';
import {moduleOf, ofParts, PAGE, programFiles, projectOf, REPORT, write} from '../projects.mjs';

/** Only a module finds the worker beside it. */
const THREADS_WITHIN = 'document.currentScript ? 2 : 30';
let bundled;

/** Once for both. */
async function bundleOf(installation) {
  const folder = projectOf(installation, 'rollup', {
    ...programFiles(installation),
    'main.js': ofParts(moduleOf({threadsWithin: THREADS_WITHIN, report: REPORT})),
  });
  const require = createRequire(join(installation.home, 'package.json'));
  const {rollup, VERSION} = require('rollup');
  const {nodeResolve} = require('@rollup/plugin-node-resolve');
  const commonjs = require('@rollup/plugin-commonjs');
  const bundle = await rollup({
    input: join(folder, 'main.js'),
    plugins: [nodeResolve({browser: true}), (commonjs.default ?? commonjs)()],
    context: 'globalThis',
    onwarn(warning) {
      if (JSON.stringify(warning).includes('/tfjs-implicit/')) throw new Error(warning.message);
    },
  });
  return {bundle, folder, version: VERSION};
}

async function check(installation, format) {
  const isModule = format === 'es';
  const {bundle, folder, version} = await (bundled ??= bundleOf(installation));
  const dist = join(folder, format);
  await bundle.write({file: join(dist, 'main.js'), format, name: 'application'});
  write(dist, {
    'index.html': PAGE(`<script ${isModule ? 'type="module"' : ''} src="main.js"></script>`),
  });
  copyFileSync(
    join(installation.packed, 'dist/tfjs-implicit-worker.js'),
    join(dist, 'tfjs-implicit-worker.js'),
  );
  judge(await resultIn(dist), installation.saved, {threads: isModule ? true : null});
  return version;
}

export default ['es', 'iife'].map((format) => ({
  name: `rollup ${format}`,
  page: true,
  check: (installation) => check(installation, format),
}));
