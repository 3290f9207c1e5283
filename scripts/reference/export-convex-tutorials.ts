/** @file Writes out/convex-tutorials.json: the problems of the tutorials as trees, with values, for convex_tutorials.py. */
import {mkdirSync, writeFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {TUTORIALS} from '../../test/convex/tutorials.js';

await tf.setBackend('cpu');
const problems = Object.entries(TUTORIALS).map(([name, made]) => {
  const {problem, values} = made();
  return {name, kind: problem.kind, problem, values};
});
const out = new URL('../../out/', import.meta.url);
mkdirSync(out, {recursive: true});
writeFileSync(new URL('convex-tutorials.json', out), JSON.stringify(problems));
console.log(`${problems.length} problems`);
