/**
 * @file TypeScript, oldest and newest, strict and without skipping declarations: none of the errors of tfjs's own is ours. The programs of
 * test/types compile, and the wrong ones do not, against the declarations that are packed.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {projectOf, root, run, TYPESCRIPTS} from '../projects.mjs';

const SOURCE = `
import * as tf from '@tensorflow/tfjs-core';
import {customRoot, layers, linsolve, solveQP, solvers, type Condition, type QPResult} from 'tfjs-implicit';
import {registered} from 'tfjs-implicit/register';

const result: QPResult = solveQP({Q: [[1]], p: [1]});
export const layer: string = layers.qp({units: 3}).name + String(result.x.shape);
export const known: string = registered.layers.QPLayer.className;
export const solver = new solvers.GradientDescent({fun: (x) => tf.sum(tf.square(x))});
export const condition: Condition = (x) => tf.sub(tf.square(x), 2);
export const root = customRoot(condition, {linsolve: linsolve.gmres()});
// @ts-expect-error There is no such option.
layers.qp({unit: 3});
// @ts-expect-error Not any.
export const wrong: number = solveQP({Q: [[1]], p: [1]});
`;

const RESOLUTIONS = {
  nodenext: {module: 'nodenext'},
  bundler: {module: 'esnext', moduleResolution: 'bundler'},
  node10: {module: 'esnext', moduleResolution: 'node'},
};

/** tfjs's declarations, those of WebGPU that it brings, and what these declare twice in TypeScript's own. */
const PEERS = /[\\/]node_modules[\\/]@(tensorflow|webgpu)[\\/]|[\\/]lib[\\/]lib\.[\w.]+d\.ts/;

/** The programs of the tests, right and wrong, as a stranger's: they import the package. */
const PROGRAMS = Object.fromEntries(
  ['programs', 'wrong'].flatMap((folder) => {
    const path = join(root, 'test/types', folder);
    return readdirSync(path).map((name) => [
      `${folder}/${name}`,
      readFileSync(join(path, name), 'utf8').replaceAll("'../../../src/index.js'", "'tfjs-implicit'"),
    ]);
  }),
);

async function check(installation, name) {
  const notes = [];
  const tsc = join(installation.modules, name, 'bin/tsc');
  for (const [resolution, options] of Object.entries(RESOLUTIONS)) {
    // TypeScript 7 has it no more.
    if (resolution === 'node10' && name.endsWith('newest')) continue;
    const compilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      target: 'es2022',
      types: [],
      ...options,
    };
    const folder = projectOf(installation, `${name}-${resolution}`, {
      'tsconfig.json': JSON.stringify({
        compilerOptions,
        files: ['main.ts', ...Object.keys(PROGRAMS), ...(resolution === 'nodenext' ? ['main.cts'] : [])],
      }),
      ...PROGRAMS,
      'main.ts': SOURCE,
      'main.cts': SOURCE,
    });
    const printed = await run('node', [tsc, '-p', '.', '--pretty', 'false'], folder).catch(
      (error) => error.message,
    );
    const errors = printed.split('\n').filter((line) => /error TS\d+/.test(line));
    const peers = errors.filter((line) => PEERS.test(line));
    const ours = errors.filter((line) => !peers.includes(line));
    if (ours.length > 0) throw new Error(ours.join('\n'));
    notes.push(`${resolution} (${peers.length} in its peers)`);
  }
  const count = Object.keys(PROGRAMS).length;
  return `${(await run('node', [tsc, '--version'], installation.home)).trim()}: ${count} files, ${notes.join(', ')}`;
}

export default Object.keys(TYPESCRIPTS).map((name) => ({
  name: name.replace('-', ' '),
  check: (installation) => check(installation, name),
}));
