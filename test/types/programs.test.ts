/** @file Typical programs print what is right; `compile.test.ts` compiles them. */
import {readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import * as tf from '@tensorflow/tfjs';
import {expectAlike} from '../helpers/alike.js';

const FOLDER = new URL('programs/', import.meta.url);
const TOLERANCE = 1e-4;

interface Program {
  run: () => unknown;
  expected: unknown;
}

const files = readdirSync(FOLDER).sort();
const paths = files.map((name) => fileURLToPath(new URL(name, FOLDER)));

/** Loads a module as mocha loaded this one: else there would be two copies of the library. */
async function load(path: string): Promise<Program> {
  return (
    typeof require === 'function' ? createRequire(import.meta.url)(path) : await import(path)
  ) as Program;
}

describe('typical programs', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  for (const [i, name] of files.entries()) {
    it(`${name} does what it says`, async () => {
      const {run, expected} = await load(paths[i]);
      tf.engine().startScope();
      try {
        expectAlike(await run(), expected, TOLERANCE);
      } finally {
        tf.engine().endScope();
      }
    });
  }
});
