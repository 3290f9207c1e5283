/** @file Planted solutions that rounding to f32 has moved: the answer is that of the rounded problem, and the judge knows it. */
import {assert} from 'chai';
import {describeBackends} from '../helpers/backends.js';
import {judgeSolved, solveBatch} from '../helpers/qp-verdicts.js';
import {qpCase} from '../zoo/qp/case.js';
import {metamorphicBatch} from '../zoo/qp/metamorphic.js';
import {around} from '../zoo/qp/solved.js';

const BATCH = 64;

function close(x: readonly number[], y: readonly number[], what: string): void {
  x.forEach((value, j) => assert.closeTo(value, y[j], 1e-4 * (1 + Math.abs(y[j])), `${what}: x[${j}]`));
}

describeBackends('rounding of a quadratic program to f32 that moves its solution', () => {
  it('a price that a fixed variable takes away again', () => {
    const problem = metamorphicBatch('2027 metamorphic 987', BATCH).samples[6];
    const {n, Q, p, G, h, A, b} = problem;
    // The only equality fixes x₇ = b + x₈, and nothing else knows x₇: it goes into the costs of x₈, in f64.
    const [fixed, price] = [n - 2, n - 1];
    assert.deepEqual(A, [new Array<number>(n).fill(0).with(fixed, 1).with(price, -1)]);
    assert.isTrue([...G, ...Q.filter((_, j) => j !== fixed)].every((row) => row[fixed] === 0));
    const without = <T>(values: readonly T[]) => values.filter((_, j) => j !== fixed);
    const reduced = qpCase({
      name: 'without the fixed variable',
      Q: without(Q).map((row, j) => {
        const kept = without(row);
        return j === n - 2 ? kept.with(j, kept[j] + Q[fixed][fixed]) : kept;
      }),
      p: without(p).with(n - 2, p[price] + Q[fixed][fixed] * b[0] + p[fixed]),
      G: G.map(without),
      h,
    });
    const [exact] = solveBatch([reduced]);
    const [found] = solveBatch([problem]);
    assert.equal(exact.status, 0);
    assert.equal(found.status, 0);
    close(without(found.x), exact.x, 'the answer');
    assert.isAbove(Math.abs(exact.x[n - 2] - problem.x[price]), 0.5, 'what was planted is no longer optimal');
    assert.equal(judgeSolved(problem, found).verdict, 'right');
  });

  it('a bound that moves by less than f64 can say', () => {
    const problem = metamorphicBatch('2026 metamorphic 494', BATCH).samples[49];
    const {n, p, G, h, x} = problem;
    const [fixed, price] = [n - 2, n - 1];
    const [found] = solveBatch([problem]);
    assert.equal(found.status, 0);
    const upper = G.findIndex((row) => row[fixed] > 0);
    const lower = G.findIndex((row) => row[fixed] < 0);
    const missed = found.x[price];
    assert.equal(h[upper] - missed, h[upper]);
    // The same in t = x₇ − the planted value, where the bounds are what is left of them, exactly.
    const shifted = G.map((row, i) => h[i] - row[fixed] * x[fixed]);
    assert.deepEqual([shifted[upper], shifted[lower]], [0, 0]);
    const [nearby] = solveBatch([
      qpCase({name: 'nearby', Q: problem.Q, p, G, h: shifted.with(upper, -missed)}),
    ]);
    assert.equal(nearby.status, 0);
    const others = (values: readonly number[]) => values.filter((_, j) => j !== fixed);
    close(others(found.x), others(nearby.x), 'the answer');
    assert.equal(judgeSolved(problem, found).verdict, 'right');
  });
});

describe('the judge of answers', () => {
  it('excuses no rise of the objective beside rows that hold', () => {
    // Multipliers that cancel hide the stationarity of x₀ and x₁ along x₀ + x₁ = 0.
    const A = [
      [1, 1],
      [1, 1],
    ];
    const Q = [
      [1, 0],
      [0, 1],
    ];
    const problem = around({name: 'pulled from both sides', Q, A, x: [0, 0], eqDual: [2 ** 30, -(2 ** 30)]});
    assert.isTrue(problem.unique);
    const answer = {ineqDual: [], eqDual: problem.eqDual};
    const outcome = {...answer, status: 0, iterations: 0, certificate: {...answer, x: [0, 0]}};
    assert.equal(judgeSolved(problem, {...outcome, x: [0, 0]}).verdict, 'right');
    const {verdict, why} = judgeSolved(problem, {...outcome, x: [1, -1]});
    assert.equal(verdict, 'wrong');
    assert.match(why, /off by/);
  });
});
