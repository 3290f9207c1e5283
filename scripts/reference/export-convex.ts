/**
 * @file Writes out/convex.json: random problems of the modelling language as trees, with values of their parameters, and problems that it
 * refuses, for convex_references.py.
 */
import {mkdirSync, writeFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {asExpression} from '../../src/convex/leaves.js';
import {savedProblem} from '../../src/convex/saved.js';
import {drawn} from '../../test/convex/grammar.js';
import {REFUSED} from '../../test/convex/refused.js';

/** How many of each kind there are, and the longest text of one. */
const COUNTS = {quadratic: 190, conic: 75};
const LONGEST = 1800;

await tf.setBackend('cpu');
const problems: object[] = [];
for (const kind of ['quadratic', 'conic'] as const) {
  let count = 0;
  for (let seed = 1; count < COUNTS[kind]; seed++) {
    const {problem, values} = drawn(seed, kind === 'conic');
    if (problem.kind !== kind || JSON.stringify(problem).length > LONGEST) continue;
    count++;
    problems.push({name: `${kind} ${seed}`, kind, problem, values});
  }
}
const refused = Object.entries(REFUSED).map(([name, {input}]) => {
  const {minimize, maximize, subjectTo = []} = input;
  const tree = savedProblem({
    sense: minimize === undefined ? 'maximize' : 'minimize',
    objective: asExpression('export', minimize ?? maximize!),
    constraints: new Map(subjectTo.map((constraint, i) => [`${i}`, constraint])),
  });
  return [name, tree] as const;
});
const out = new URL('../../out/', import.meta.url);
mkdirSync(out, {recursive: true});
writeFileSync(new URL('convex.json', out), JSON.stringify({problems, refused: Object.fromEntries(refused)}));
console.log(`${problems.length} problems, ${refused.length} refused`);
