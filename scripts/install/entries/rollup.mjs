/** @file Rollup: a module and a script; threads where the worker lies beside the module. */
import {copyFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {judge} from '../judge.mjs';
import {resultIn} from '../page.mjs';
import {moduleOf, PAGE, programFiles, projectOf, REPORT, write} from '../projects.mjs';

async function check(installation, format) {
  const isModule = format === 'es';
  const folder = projectOf(installation, `rollup-${format}`, {
    ...programFiles(installation),
    'main.js': moduleOf({threadsWithin: isModule ? 30 : 2, report: REPORT}),
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
  await bundle.write({file: join(folder, 'dist/main.js'), format, name: 'application'});
  await bundle.close();
  write(join(folder, 'dist'), {
    'index.html': PAGE(`<script ${isModule ? 'type="module"' : ''} src="main.js"></script>`),
  });
  copyFileSync(
    join(installation.packed, 'dist/tfjs-implicit-worker.js'),
    join(folder, 'dist/tfjs-implicit-worker.js'),
  );
  judge(await resultIn(join(folder, 'dist')), installation.saved, {threads: isModule ? true : null});
  return VERSION;
}

export default ['es', 'iife'].map((format) => ({
  name: `rollup ${format}`,
  page: true,
  check: (installation) => check(installation, format),
}));
