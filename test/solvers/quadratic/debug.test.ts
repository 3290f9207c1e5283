/** @file `debug` names what is at fault, and what it says is true. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {debug, solveQP, sparseMatrix, Status, type QPInput, type QPReport} from '../../../src/index.js';
import '../../helpers/backends.js';
import {expectNoLeak} from '../../helpers/expect.js';

const silent = {print: null};
const number = fc.integer({min: -4, max: 4});
const row = (n: number) => fc.array(number, {minLength: n, maxLength: n});

/** Rows that all hold at a point, and a copy of one of them, turned around, that leaves it no room; in any order. */
const contradiction = fc
  .record({
    rows: fc.array(row(3), {minLength: 1, maxLength: 6}),
    at: row(3),
    room: fc.array(fc.integer({min: 1, max: 3}), {minLength: 6, maxLength: 6}),
    chosen: fc.nat(),
    place: fc.nat(),
  })
  .filter(({rows, chosen}) => rows[chosen % rows.length].some((value) => value !== 0))
  .map(({rows, at, room, chosen, place}) => {
    const dot = (a: number[]) => a.reduce((sum, value, j) => sum + value * at[j], 0);
    const G = [...rows];
    const h = rows.map((each, i) => dot(each) + room[i]);
    const c = chosen % rows.length;
    G.splice(
      place % (rows.length + 1),
      0,
      rows[c].map((value) => -value),
    );
    h.splice(place % (rows.length + 1), 0, -h[c] - 1);
    return {G, h};
  });

const status = (problem: QPInput) =>
  tf.tidy(() => solveQP(problem as never, {onFailure: 'ignore'}).status.dataSync()[0]);
const numbersIn = (report: QPReport) => report.faults.map(({name}) => Number(/\d+/.exec(name)![0]));

describe('debug', () => {
  before(async () => {
    await tf.setBackend('cpu');
    await tf.ready();
  });

  it('names rows that contradict each other, none of them without need, and how far to move one', () =>
    fc.assert(
      fc.asyncProperty(contradiction, async ({G, h}) => {
        const problem = (rows: number[], of = h) => ({
          Q: tf.eye(3),
          p: [1, 2, 3],
          G: tf.tensor2d(rows.map((i) => G[i]), [rows.length, 3]), // prettier-ignore
          h: tf.tensor1d(rows.map((i) => of[i])),
        });
        const report = await debug(problem(h.map((_, i) => i)), silent);
        assert.strictEqual(report.status, Status.PRIMAL_INFEASIBLE);
        const guilty = numbersIn(report);
        assert.strictEqual(status(problem(guilty)), Status.PRIMAL_INFEASIBLE);
        for (const [place, i] of guilty.entries()) {
          const others = guilty.filter((other) => other !== i);
          if (others.length > 0) assert.strictEqual(status(problem(others)), Status.SOLVED);
          const moved = h.slice();
          moved[i] += 1.001 / report.faults[place].value;
          assert.strictEqual(status(problem(guilty, moved)), Status.SOLVED, 'moved as far as it says');
          moved[i] = h[i] + 0.99 / report.faults[place].value;
          assert.strictEqual(status(problem(guilty, moved)), Status.PRIMAL_INFEASIBLE, 'not as far');
        }
      }),
      {numRuns: 25},
    ));

  it('names equalities and bounds, and which way to move them', async () => {
    const A = [[1, 1], [1, 1], [1, 0]]; // prettier-ignore
    const equalities = await debug({Q: tf.eye(2), p: [0, 0], A, b: [1, 2, 0]}, silent);
    assert.deepEqual(numbersIn(equalities), [0, 1]);
    assert.match(equalities.ways[0], /raise b\[0\] by 1; or lower b\[1\] by 1/);
    const bounds = await debug(
      {Q: tf.eye(2), p: [0, 0], lower: [0, 0], upper: [-Infinity, -Infinity].map(() => -1)},
      silent,
    );
    assert.match(bounds.faults[0].text, /x\[\d\] ≥ 0/);
    assert.match(bounds.ways[0], /lower lower\[\d\] by at least 1; or raise upper\[\d\] by at least 1/);
  });

  it('names the variables of a problem without a limit, and the directions', async () => {
    const Q = [[1, 0, 0], [0, 0, 0], [0, 0, 0]]; // prettier-ignore
    const report = await debug({Q, p: [0, -1, 1], G: [[0, 1, 1]], h: [1]}, silent);
    assert.strictEqual(report.status, Status.DUAL_INFEASIBLE);
    const directions = Object.fromEntries(report.faults.map(({name, value}) => [name, Math.sign(value)]));
    assert.strictEqual(directions['x[2]'], -1);
    assert.notProperty(directions, 'x[0]');
    assert.match(report.ways[0], /a lower bound for x\[2\]/);
  });

  it('names wrong numbers, entries that break the symmetry, and directions that bend down', async () => {
    const nan = await debug({Q: tf.eye(2), p: [0, NaN], G: [[1, 0], [0, Infinity]], h: [1, -Infinity]}, silent); // prettier-ignore
    assert.deepEqual(nan.faults.map(({name}) => name), ['p[1]', 'G[1][1]', 'h[1]']); // prettier-ignore
    const skew = await debug({Q: [[1, 2], [3, 20]], p: [0, 0]}, silent); // prettier-ignore
    assert.deepEqual([skew.faults[0].name, skew.faults[0].text], ['Q[1][0]', 'is 3, but Q[0][1] is 2']);
    const [first, alone] = [await debug({Q: [[1, 0], [0, -2]], p: [0, 0]}, silent), await debug({Q: [[1, 1], [1, 0]], p: [0, 0]}, silent)]; // prettier-ignore
    assert.deepEqual([first, alone].map(({faults: [{name, text}]}) => [name, text]), [['Q[1][1]', 'is −2'], ['Q[1][1]', 'is 0, but the rest of its row is not']]); // prettier-ignore
    const Q = [[1, 0, 0], [0, 1, 2e-6], [0, 2e-6, 1e-12]]; // prettier-ignore
    const down = await debug({Q, p: [0, 0, 0]}, silent);
    assert.deepEqual(down.faults.map(({name}) => name), ['x[2]', 'x[1]']); // prettier-ignore
    const move = down.faults.map(({value}) => value);
    const bend = move[1] ** 2 + 4e-6 * move[0] * move[1] + 1e-12 * move[0] ** 2;
    assert.isBelow(bend, -0.1 * move[1] ** 2, 'the objective bends down along it');
    assert.match(down.ways[0], /multiply its diagonal by at least 2\.$/);
    assert.deepEqual(down.history, []);
  });

  it('says that more iterations help if they do', async () => {
    const n = 40;
    const G = Array.from({length: 60}, (_, i) =>
      Array.from({length: n}, (__, j) => Math.sin(1 + 7 * i + 3 * j * j)),
    );
    const box = {lower: new Array<number>(n).fill(-9), upper: new Array<number>(n).fill(9)};
    const p = Array.from({length: n}, (_, j) => Math.cos(5 * j));
    const problem = {Q: tf.zeros([n, n]), p, G, h: G.map(() => 1), ...box};
    const stopped = await debug(problem, {...silent, maxIterations: 2});
    assert.strictEqual(stopped.status, Status.ITERATION_LIMIT);
    assert.isNotEmpty(stopped.faults);
    const [, most] = /With maxIterations: (\d+) it is solved/.exec(stopped.ways[0])!;
    const solved = await debug(problem, {...silent, maxIterations: Number(most)});
    assert.strictEqual(solved.status, Status.SOLVED);
    const {history} = solved;
    assert.deepEqual(history.map(({iteration}) => iteration), history.map((_, i) => i)); // prettier-ignore
    const [first, last] = [history[0], history.at(-1)!];
    assert.isBelow(last.gap, 0.1 * first.gap);
    assert.isBelow(Math.max(last.infeasibility, last.stationarity), 0.1 * first.stationarity);
    for (const {step, tau} of history.slice(1)) assert.isTrue(step > 0 && step <= 1 && tau > 0);
  });

  it('lists the active rows of a solved problem, of the sample that is asked for', async () => {
    const problem = {Q: tf.eye(2), p: [[-3, -1], [0, -9]], G: tf.eye(2), h: [1, 2]}; // prettier-ignore
    const {active, status: code, iterations, residual} = await debug(problem, {...silent, sample: 1});
    assert.deepEqual(active.map(({name, value}) => [name, value]), [['G[1]', 7]]); // prettier-ignore
    assert.strictEqual(code, Status.SOLVED);
    const solved = solveQP(problem);
    assert.strictEqual(iterations, solved.iterations.dataSync()[1]);
    assert.closeTo(residual, solved.residual.dataSync()[1], 1e-9);
    const message = await debug(problem, {sample: 2}).catch((error: Error) => error.message);
    assert.match(message as string, /sample must be an integer from 0 to 1, got 2/);
  });

  it('writes sparse matrices out', async () => {
    const G = sparseMatrix({shape: [2, 2], rows: [0, 1, 1], columns: [0, 0, 0], values: [1, -2, 1]});
    const {faults} = await debug({Q: tf.eye(2), p: [0, 0], G, h: [1, -2]}, silent);
    assert.deepEqual(faults.map(({text}) => text.split('   ')[0]), ['x[0] ≤ 1', '−x[0] ≤ −2']); // prettier-ignore
  });

  it('refuses names that it does not know, and what is no record', async () => {
    const problem = {Q: [[1]], p: [0]};
    for (const [call, expected] of [
      [() => debug({...problem, q: [0]} as never), /debug: unknown input 'q'/],
      [() => debug(2 as never), /debug: expected a record of inputs, got number '2'/],
      [
        () => debug(problem, {samples: 1} as never),
        /debug: unknown option 'samples'.* Did you mean 'sample'/,
      ],
      [() => debug(problem, {print: true} as never), /debug: print must be a function/],
    ] as const) {
      const error: unknown = await call().catch((thrown: unknown) => thrown);
      assert.match((error as Error).message, expected);
    }
  });

  it('prints its text, line by line, and leaves no tensors', () =>
    expectNoLeak(async () => {
      const lines: string[] = [];
      const problem = {Q: [[1]], p: [0], G: [[1], [-1]], h: [1, -2]};
      const {text} = await debug(problem, {print: (line) => void lines.push(line)});
      assert.strictEqual(lines.join('\n'), text);
      assert.match(text, /status 1: infeasible/);
      assert.match(text, /debugging\.md#debug$/);
      await debug({Q: [[-1]], p: [0]}, silent);
    }));
});
