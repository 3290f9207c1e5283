/** @file What a user waits for: from the import of the library to the first gradient, in a fresh process. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {bundle} from '../../scripts/bundle.mjs';

const ROOT = resolve(import.meta.dirname, '../..');

/** One problem of ten variables and ten inequalities. */
const PROGRAM = `
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
await tf.setBackend(process.argv[2]);
await tf.ready();
const start = performance.now();
const {solveQP} = await import('./library.mjs');
const loaded = performance.now();
const Q = tf.eye(10);
const G = tf.randomNormal([10, 10]);
const h = tf.ones([10]);
const gradient = tf.grad((p) => tf.sum(tf.square(solveQP({Q, p, G, h}).x)))(tf.randomNormal([1, 10]));
gradient.dataSync();
console.log(JSON.stringify([loaded - start, performance.now() - loaded]));
`;

/** A line with both times. */
export async function firstCall(backend: string): Promise<string[]> {
  // Inside the project, so that tfjs is found.
  const folder = mkdtempSync(join(ROOT, 'node_modules/.first-call-'));
  try {
    writeFileSync(
      join(folder, 'library.mjs'),
      await bundle("export * from './src/index.ts'", ROOT, {platform: 'node'}),
    );
    writeFileSync(join(folder, 'program.mjs'), PROGRAM);
    const output = execFileSync(process.execPath, [join(folder, 'program.mjs'), backend], {
      encoding: 'utf8',
    });
    const [load, gradient] = JSON.parse(output.trim().split('\n').at(-1)!) as number[];
    return [
      `First gradient of a process: ${load.toFixed(0)} ms to import the library, ${gradient.toFixed(0)} ms for solveQP and its gradient.`,
    ];
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}
