/** @file When the interior-point method asks, goes on and ends, for errors that fall by a script. */
import {assert} from 'chai';
import {InteriorPoint, type Stage} from '../../../../src/kernels/algorithms/qp/interior-point.js';
import {denseKkt} from '../../../../src/kernels/algorithms/qp/kkt.js';
import {referenceDense} from '../../../../src/kernels/twins/reference/dense.js';
import {planted} from './planted.js';

interface Script {
  /** The error of each iteration; the last one stays. */
  errors: number[];
  /** Iterations from which on the point proves something, or there is no step, or the mean product is none. */
  infeasible?: number;
  unbounded?: number;
  stuck?: number;
  endless?: number;
  /** From which question on a point is taken. */
  taken?: number;
  tolerance?: number;
  most?: number;
  steadiness?: number;
  /** Whether there are nine inequalities, which change in every other iteration. */
  restless?: boolean;
}

/** The entry x₀ of each point says in which iteration it was the latest one; τ is 2. */
function run(script: Script) {
  const {errors, infeasible = Infinity, unbounded = Infinity, stuck = Infinity, endless = Infinity, taken = Infinity} = script; // prettier-ignore
  const {problem} = planted(referenceDense, {n: 2, p: 0, active: script.restless ? 9 : 1, idle: 0}, 1);
  const kkt = denseKkt(referenceDense, problem.P, problem.C);
  const method = new InteriorPoint(referenceDense, problem, kkt);
  let now = -1;
  const embedding = {
    ...{tau: 2, mu: 1, error: 0, begin: () => (now = -1)},
    measure() {
      now++;
      this.error = errors[Math.min(now, errors.length - 1)];
      this.mu = now >= endless ? Infinity : 1;
      method.point.x[0] = 2 * now;
      if (script.restless) method.point.y.fill(now % 4 < 2 ? 1 : -1);
    },
    provesInfeasible: () => now >= infeasible,
    provesUnbounded: () => now >= unbounded,
  };
  const careful: boolean[] = [];
  const step = (isCareful: boolean) => (careful.push(isCareful), now < stuck);
  Object.assign(method, {embedding, directions: {start: () => true, step}});
  const asked: [Stage, iteration: number, of: number][] = [];
  const {outcome, iterations} = method.solve(script.tolerance ?? 1e-6, script.most ?? 100, ({x}, stage) => {
    asked.push([stage, now, x[0]]);
    return asked.length > taken;
  }, {steadiness: script.steadiness}); // prettier-ignore
  return {asked, outcome, iterations, careful, at: method.point.x[0]};
}

const falling = (count: number, by = 0.09) => Array.from({length: count}, (_, k) => by ** k);

describe('the loop of the interior-point method', () => {
  it('asks for a guess at 1e-2, each time the error is a tenth, and when it is a thousandth of the tolerance', () => {
    const {asked, outcome, iterations, careful} = run({errors: [1, 1e-1, 1.1e-2, 9e-3, 1.1e-3, 8e-4, 9e-5, 1e-5, 2e-6, 2e-7, 1.1e-9, 0.9e-9]}); // prettier-ignore
    assert.deepEqual(asked.slice(0, 8), [
      ['guess', 3, 3],
      ['guess', 5, 5],
      ['guess', 7, 7],
      ['guess', 9, 9],
      ['guess', 10, 10],
      ['converged', 11, 11],
      ['last', 12, 12],
      ['last', 13, 13],
    ]);
    // Thirty more, each of them careful; the best point is good enough by then.
    assert.deepEqual([asked.length, outcome, iterations], [6 + 30, 'solved', 41]);
    assert.deepEqual(careful, [...Array<boolean>(11).fill(false), ...Array<boolean>(30).fill(true)]);
  });

  it('guesses again only where the active set has not just changed, if it must be steady', () => {
    const guesses = (steadiness?: number) =>
      run({errors: falling(8), restless: true, steadiness})
        .asked.filter(([stage]) => stage === 'guess')
        .map(([, iteration]) => iteration);
    assert.deepEqual(guesses(), [2, 3, 4, 5, 6, 7]);
    // The rows change in iterations 2, 4 and 6; the first guess is made anyway.
    assert.deepEqual(guesses(0), [2, 3, 5, 7]);
  });

  it('ends where a point is taken', () => {
    const errors = falling(12);
    const all = run({errors}).asked;
    assert.deepEqual(all.slice(0, 9).map(([stage]) => stage), [...Array<string>(7).fill('guess'), 'converged', 'last']); // prettier-ignore
    for (const taken of [0, 3, 7, 8, 12]) {
      const {asked, outcome, iterations} = run({errors, taken});
      assert.deepEqual(asked, all.slice(0, taken + 1));
      // A guess counts by the point; what is not good enough by itself is for the caller to say.
      assert.equal(outcome, errors[all[taken][1]] > 1e-6 ? 'iterationLimit' : 'solved');
      assert.equal(iterations, all[taken][1]);
    }
  });

  it('takes what is within the tolerance where the error no longer falls, or within 5e-7 after twelve stalls', () => {
    const within = run({errors: [1, 1e-7, 2e-7]});
    assert.deepEqual(within.asked.slice(0, 2), [
      ['guess', 1, 1],
      ['converged', 2, 1],
    ]);
    assert.equal(within.at, 1);
    const almost = (error: number) => run({errors: [1, error, 2 * error], tolerance: 1e-8});
    assert.deepEqual(almost(4.9e-7).asked[1], ['converged', 13, 1]);
    assert.equal(almost(4.9e-7).outcome, 'solved');
    const {asked, outcome, iterations, at} = almost(5.1e-7);
    assert.deepEqual([asked.length, outcome, iterations, at], [1, 'numericalError', 13, 1]);
    // A larger tolerance counts.
    assert.equal(run({errors: [1, 5.1e-6, 6e-6], tolerance: 1e-5}).outcome, 'solved');
  });

  it('counts as progress only what is a tenth better', () => {
    const slow = run({errors: [1, ...falling(40, 0.95).map((value) => 0.96 * value)]});
    assert.deepEqual([slow.outcome, slow.iterations], ['numericalError', 12]);
    // The best is the latest all the same.
    assert.equal(slow.at, 12);
    const quick = run({errors: falling(40, 0.89), most: 30});
    assert.deepEqual([quick.outcome, quick.iterations], ['iterationLimit', 30]);
  });

  it('keeps the best point, not the latest', () => {
    const {at, outcome, iterations} = run({errors: [1, 0.5, 0.2, 0.7, 0.3], most: 8});
    assert.deepEqual([at, outcome, iterations], [2, 'iterationLimit', 8]);
  });

  it('ends with a proof, without a step, and where a number is none', () => {
    const errors = [1, 0.5];
    assert.deepEqual(pick(run({errors, infeasible: 3})), ['primalInfeasible', 3]);
    assert.deepEqual(pick(run({errors, unbounded: 4})), ['dualInfeasible', 4]);
    assert.deepEqual(pick(run({errors, infeasible: 4, unbounded: 4})), ['primalInfeasible', 4]);
    assert.deepEqual(pick(run({errors, stuck: 5})), ['numericalError', 5]);
    assert.deepEqual(pick(run({errors: [1, NaN]})), ['numericalError', 1]);
    assert.deepEqual(pick(run({errors: [1, Infinity]})), ['numericalError', 1]);
    assert.deepEqual(pick(run({errors, endless: 2})), ['numericalError', 2]);
    assert.deepEqual(pick(run({errors, most: 7})), ['iterationLimit', 7]);
    // The last iterations end with all of them.
    assert.deepEqual(pick(run({errors: falling(12), most: 15})), ['solved', 15]);
    assert.deepEqual(pick(run({errors: falling(12), infeasible: 14})), ['primalInfeasible', 14]);
    assert.deepEqual(pick(run({errors: falling(12), stuck: 14})), ['solved', 14]);
  });
});

const pick = ({outcome, iterations}: ReturnType<typeof run>) => [outcome, iterations];
