/** @file What breaks the rules of disciplined convex programming is refused, with the expression at fault underlined. */
import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import {convex} from '../../src/index.js';
import {drawn} from './grammar.js';
import {REFUSED} from './refused.js';

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/convex/refused.json', import.meta.url), 'utf8'),
) as {refused: string[]};

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

/** What stands above the marks ^^^. */
function marked(message: string): string {
  const lines = message.split('\n');
  const at = lines.findIndex((line) => /^ *\^+$/.test(line));
  if (at < 1) return `nothing is marked in ${message}`;
  return lines[at - 1].slice(lines[at].indexOf('^'), lines[at].lastIndexOf('^') + 1);
}

describe('the rules of the modelling language', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  it('refuse what CVXPY refuses', () => {
    assert.sameMembers(Object.keys(REFUSED), fixture.refused);
  });

  for (const [name, {input, marked: expected, says}] of Object.entries(REFUSED)) {
    it(`refuse ${name}`, () => {
      const message = messageOf(() => convex.problem(input));
      assert.equal(marked(message), expected, message);
      assert.match(message, says);
    });
  }

  it('accept what the grammar draws', () => {
    for (let seed = 5000; seed < 5040; seed++) drawn(seed, seed % 4 === 0);
  });
});
