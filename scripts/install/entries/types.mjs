/** @file TypeScript, oldest and newest, strict and without skipping declarations: none of the errors of tfjs's own is ours. */
import {join} from 'node:path';
import {projectOf, run, TYPESCRIPTS} from '../projects.mjs';

const SOURCE = `
import * as tf from '@tensorflow/tfjs-core';
import {customRoot, layers, linsolve, solveQP, solvers, type Condition, type QPResult} from 'tfjs-implicit';
import {registered} from 'tfjs-implicit/register';

const result: QPResult = solveQP({Q: [[1]], p: [1]});
export const layer: string = layers.qp({units: 3}).name + String(result.x.shape);
export const known: string = registered.layers.QPLayer.className;
export const solver = new solvers.GradientDescent({fun: (x) => tf.sum(tf.square(x as tf.Tensor))});
export const condition: Condition = (x) => tf.sub(tf.square(x as tf.Tensor), 2);
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
        files: ['main.ts', ...(resolution === 'nodenext' ? ['main.cts'] : [])],
      }),
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
  return `${(await run('node', [tsc, '--version'], installation.home)).trim()}: ${notes.join(', ')}`;
}

export default Object.keys(TYPESCRIPTS).map((name) => ({
  name: name.replace('-', ' '),
  check: (installation) => check(installation, name),
}));
