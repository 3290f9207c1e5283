/**
 * @file Problems inside problems: hypergradients, beside loops written by hand and JAXopt.
 *
 * The contenders of a case take turns, so that what else the machine does falls on all of them. Their answers are compared.
 */
import {enableHigherOrderGradients} from '../../src/index.js';
import {dictionaryCases} from '../inner/dictionary.js';
import {distillationCases} from '../inner/distillation.js';
import {equilibriumCases} from '../inner/equilibrium.js';
import {particleCases} from '../inner/particles.js';
import {svmCases} from '../inner/svm.js';
import type {Case} from '../inner/case.js';
import {innerPeers} from '../peers/inner.js';

/** The time for the rounds of a case, in ms. Each contender runs at least `LEAST` and at most `MOST` times. */
const LEAST = 3;
const MOST = 41;

export interface InnerOptions {
  /** Whose names match. */
  only: RegExp;
  /** For each case, in ms. */
  time: number;
  /** Smaller sizes and fewer iterations. */
  small: boolean;
}

/** A table in Markdown. */
export function innerTable({only, time, small}: InnerOptions): string {
  // The gradient of an unrolled solve goes through operations for which tfjs has none.
  enableHigherOrderGradients();
  const cases = [
    ...svmCases(small ? [100] : [100, 1000, 5000], small ? 50 : 300, only),
    ...distillationCases(small ? [8] : [8, 28]),
    ...dictionaryCases(),
    ...particleCases(small),
    ...equilibriumCases(),
  ].filter(({name}) => only.test(name));
  const lines = ['| what | median, ms | ratio | answer |', '| --- | --- | --- | --- |'];
  const notes: string[] = [];
  for (const one of cases) {
    const {rows, note} = measured(one, time);
    lines.push(...rows.map((row) => `| ${row.join(' | ')} |`));
    if (note) notes.push(note);
  }
  return [...lines, '', ...[...new Set(notes)].map((note) => `- ${note}`), ''].join('\n');
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];

function measured(one: Case, time: number): {rows: string[][]; note: string | null} {
  const {name, answer, contenders, bound} = one;
  const answers = contenders.map(({run}) => run());
  const right = one.known ?? answers.find((_, i) => !contenders[i].forwardOnly)!;
  const size = Math.max(...right.map(Math.abs));
  const times: number[][] = contenders.map(() => []);
  const end = performance.now() + time;
  for (let round = 0; round < MOST && (round < LEAST || performance.now() < end); round++) {
    contenders.forEach(({run}, i) => {
      const start = performance.now();
      run();
      times[i].push(performance.now() - start);
    });
  }
  const rowOf = (who: string, ms: number, numbers: number[], isCompared: boolean) => {
    const off = Math.max(...numbers.map((value, i) => Math.abs(value - right[i])));
    const remark = isCompared && !(off <= bound * size) ? ' (differs)' : '';
    const told = numbers.map((value) => value.toPrecision(6)).join(', ');
    return [
      `${name}: ${who}`,
      ms.toFixed(ms < 10 ? 2 : 0),
      (ms / base).toFixed(2),
      `${isCompared ? answer : answer.split(',')[0]}: ${told}${remark}`,
    ];
  };
  const [base] = times.map(median);
  const rows = contenders.map((contender, i) =>
    rowOf(contender.name, median(times[i]), answers[i], !contender.forwardOnly),
  );
  const peers = innerPeers(one);
  if (typeof peers === 'string') return {rows, note: peers};
  return {
    rows: [...rows, ...peers.map((peer) => rowOf(peer.name, peer.median, peer.answer, true))],
    note: null,
  };
}
