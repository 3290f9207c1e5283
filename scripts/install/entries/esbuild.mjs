/** @file esbuild: every format and target in a page, the CommonJS twin among them; threads where the worker lies beside the bundle. */
import {copyFileSync} from 'node:fs';
import {join} from 'node:path';
import {build} from 'esbuild';
import {judge} from '../judge.mjs';
import {resultIn} from '../page.mjs';
import {moduleOf, PAGE, programFiles, projectOf, REPORT, run, write} from '../projects.mjs';
import {resultIn as printedResult} from './node.mjs';

const REQUIRING = `
const tf = require('@tensorflow/tfjs');
const {QPLayer, setThreads, solveQP} = require('tfjs-implicit');
require('tfjs-implicit/register');
${moduleOf({register: '', report: REPORT}).replace(/^import .*(tfjs|tfjs-implicit)';$/gm, '')}`;

async function bundle(installation, name, {source = moduleOf({report: REPORT}), ...options}) {
  const folder = projectOf(installation, name, {...programFiles(installation), 'main.js': source}, {});
  await build({
    absWorkingDir: folder,
    entryPoints: ['main.js'],
    outfile: join(folder, 'dist/main.js'),
    bundle: true,
    minify: true,
    logLevel: 'error',
    ...options,
  });
  const isModule = options.format === 'esm';
  const before =
    options.format === 'cjs' ? '<script>var module = {exports: {}}, exports = module.exports;</script>' : '';
  write(join(folder, 'dist'), {
    'index.html': PAGE(`${before}<script ${isModule ? 'type="module"' : ''} src="main.js"></script>`),
  });
  return folder;
}

const FORMATS = ['esm', 'iife', 'cjs'];
const TARGETS = ['es2017', 'es2020', 'esnext'];

export default [
  ...FORMATS.flatMap((format) =>
    TARGETS.map((target) => ({
      name: `esbuild ${format} ${target}`,
      page: true,
      async check(installation) {
        const folder = await bundle(installation, `esbuild-${format}-${target}`, {format, target});
        judge(await resultIn(join(folder, 'dist')), installation.saved);
      },
    })),
  ),
  {
    name: 'esbuild with threads',
    page: true,
    async check(installation) {
      const source = moduleOf({threadsWithin: 30, report: REPORT});
      const folder = await bundle(installation, 'esbuild-threads', {format: 'esm', source});
      copyFileSync(
        join(installation.packed, 'dist/tfjs-implicit-worker.js'),
        join(folder, 'dist/tfjs-implicit-worker.js'),
      );
      judge(await resultIn(join(folder, 'dist')), installation.saved, {threads: true});
      return 'the worker copied beside the bundle';
    },
  },
  {
    name: "esbuild with another's worker",
    page: true,
    async check(installation) {
      const source = moduleOf({threadsWithin: 3, report: REPORT});
      const folder = await bundle(installation, 'esbuild-other-worker', {format: 'esm', source});
      write(join(folder, 'dist'), {
        'tfjs-implicit-worker.js': 'onmessage = () => postMessage("somebody else");',
      });
      judge(await resultIn(join(folder, 'dist')), installation.saved);
      return 'never used';
    },
  },
  {
    name: 'esbuild of the CommonJS twin',
    page: true,
    async check(installation) {
      const folder = await bundle(installation, 'esbuild-twin', {format: 'iife', source: REQUIRING});
      judge(await resultIn(join(folder, 'dist')), installation.saved);
    },
  },
  ...['esm', 'cjs'].map((format) => ({
    name: `esbuild for Node, ${format}`,
    async check(installation) {
      const folder = await bundle(installation, `esbuild-node-${format}`, {
        platform: 'node',
        format,
        outfile: undefined,
        outdir: 'dist',
        outExtension: {'.js': format === 'esm' ? '.mjs' : '.cjs'},
        // tfjs asks for modules of Node by require.
        banner:
          format === 'esm'
            ? {
                js: `import {createRequire} from 'node:module';const require = createRequire(import.meta.url);`,
              }
            : {},
        source: moduleOf({report: 'run().then((result) => console.log(JSON.stringify(result)));'}),
      });
      const file = `dist/main.${format === 'esm' ? 'mjs' : 'cjs'}`;
      judge(printedResult(await run('node', [file], folder)), installation.saved);
    },
  })),
];
