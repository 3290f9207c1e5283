/** @file Changes that cannot change a solution do not, and hard problems get a right answer or none: FUZZ=n runs n times as many. */
import {assert} from 'chai';
import {describeBackends} from '../helpers/backends.js';
import {FUZZ} from '../helpers/effort.js';
import {judgeNasty, judgeSolved, solveBatch, type Judgement} from '../helpers/qp-verdicts.js';
import {metamorphicBatch} from '../zoo/qp/metamorphic.js';
import {NASTY_KINDS, nastyBatch} from '../zoo/qp/nasty.js';
import {CHANGES} from '../zoo/qp/unchanged.js';

const BATCHES = 6 * FUZZ;
const SAMPLES = 4;

/** Fails with the first of the cases that are neither right nor unknown. */
function assertAllRight(cases: {name: string; judgement: Judgement}[]): void {
  const bad = cases.filter(({judgement: {verdict}}) => verdict !== 'right' && verdict !== 'unknown');
  const lines = bad.slice(0, 5).map(({name, judgement: {verdict, why}}) => `${verdict}: ${name}: ${why}`);
  assert.equal(bad.length, 0, `of ${cases.length}\n${lines.join('\n')}\n`);
}

const batches = Array.from({length: BATCHES}, (_, i) => i);

describeBackends('quadratic programs after changes that cannot change the solution', () => {
  for (const change of ['', ...Object.keys(CHANGES)]) {
    it(change || 'as they are', () =>
      assertAllRight(
        batches.flatMap((i) => {
          const {name, samples, neighbours} = metamorphicBatch(`${change} ${i}`, SAMPLES, change);
          const outcomes = solveBatch([...samples, ...neighbours]);
          return samples.map((sample, j) => ({name, judgement: judgeSolved(sample, outcomes[j])}));
        }),
      ),
    );
  }

  for (const form of ['rows', 'bounds'] as const) {
    it(`several changes at a time, with ${form}`, () =>
      assertAllRight(
        batches.flatMap((i) => {
          const {name, samples, neighbours} = metamorphicBatch(`several ${i}`, SAMPLES);
          const outcomes = solveBatch([...samples, ...neighbours], {}, form);
          return samples.map((sample, j) => ({name, judgement: judgeSolved(sample, outcomes[j])}));
        }),
      ));
  }

  for (const change of ['far bounds', 'fixed variable', 'priced out']) {
    it(`${change}, as lower and upper`, () =>
      assertAllRight(
        batches.flatMap((i) => {
          const {name, samples} = metamorphicBatch(`${change} ${i}`, SAMPLES, change);
          const outcomes = solveBatch(samples, {}, 'bounds');
          return samples.map((sample, j) => ({name, judgement: judgeSolved(sample, outcomes[j])}));
        }),
      ));
  }
});

describeBackends('quadratic programs that are hard on purpose', () => {
  for (const kind of NASTY_KINDS) {
    it(kind, () =>
      assertAllRight(
        batches.flatMap((i) => {
          const samples = nastyBatch(`${kind} ${i}`, SAMPLES, kind);
          const outcomes = solveBatch(samples);
          return samples.map((sample, j) => ({
            name: `${sample.name} ${i} ${j}`,
            judgement: judgeNasty(sample, outcomes[j]),
          }));
        }),
      ),
    );
  }
});

/** Batches of long runs in which a cost was lost beside the price of another variable: it must count, however small. */
const LOST_COSTS = ['2029 metamorphic 271', '2029 metamorphic 822', '2029 metamorphic 1050'];

describeBackends('quadratic programs with one price that is far above the others', () => {
  it('have no wrong answer', () => {
    for (const seed of LOST_COSTS) {
      const {name, samples, neighbours} = metamorphicBatch(seed, 64);
      const outcomes = solveBatch([...samples, ...neighbours]);
      samples.forEach((sample, i) => {
        const {verdict, why} = judgeSolved(sample, outcomes[i]);
        assert.notEqual(verdict, 'wrong', `${name}, ${seed}, ${i}: ${why}`);
      });
    }
  });
});
