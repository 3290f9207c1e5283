/** @file Bounds lower ≤ x ≤ upper: the same answers and gradients as with rows of G, and what only bounds have. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {prepareQP, solvers, solveQP, solveQPAsync, sparseMatrix, type QPResult} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {effort} from '../../helpers/effort.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {randomOf} from '../../helpers/random.js';
import {describeUnreadable, valuesOf} from '../../helpers/unreadable.js';

const NAMES = ['Q', 'p', 'G', 'h', 'A', 'b', 'lower', 'upper'] as const;
type Problem = Record<(typeof NAMES)[number], tf.Tensor>;
const SILENT = {onFailure: 'ignore'} as const;

interface Recipe {
  n: number;
  m: number;
  k: number;
  batch: number;
  ownBounds: boolean;
  seed: number;
}

const recipes = fc.record({
  ...{n: fc.integer({min: 1, max: 6}), m: fc.integer({min: 0, max: 4}), k: fc.integer({min: 0, max: 2})},
  ...{batch: fc.integer({min: 1, max: 3}), ownBounds: fc.boolean(), seed: fc.nat()},
});

/** A strictly convex problem with a point inside all constraints; some bounds are infinite. */
function problemOf({n, m, k: most, batch, ownBounds, seed}: Recipe): Problem {
  const random = randomOf(`bounds ${seed}`);
  const k = Math.min(most, n - 1);
  const vector = (size: number) => Array.from({length: size}, () => random() - 0.5);
  const matrix = (rows: number) => Array.from({length: rows}, () => vector(n));
  const L = matrix(n);
  const inside = vector(n);
  const along = (row: number[]) => row.reduce((sum, value, j) => sum + value * inside[j], 0);
  const [G, A] = [matrix(m), matrix(k)];
  const bound = (side: 1 | -1) =>
    inside.map((x) => (random() < 0.2 ? side * Infinity : x + side * (0.05 + 0.3 * random())));
  const bounds = (side: 1 | -1) =>
    ownBounds ? tf.tensor2d(Array.from({length: batch}, () => bound(side))) : tf.tensor1d(bound(side));
  return {
    Q: tf.tensor2d(L.map((row, i) => L.map((other, j) => row.reduce((s, v, l) => s + v * other[l], +(i === j))))), // prettier-ignore
    p: tf.tensor2d(Array.from({length: batch}, () => vector(n).map((value) => 4 * value))),
    ...{G: tf.tensor2d(G, [m, n]), h: tf.tensor1d(G.map((row) => along(row) + 0.1 + random()), 'float32')}, // prettier-ignore
    ...{A: tf.tensor2d(A, [k, n]), b: tf.tensor1d(A.map(along), 'float32')},
    ...{lower: bounds(-1), upper: bounds(1)},
  };
}

type Solution = Record<
  'x' | 'ineqDual' | 'eqDual' | 'lowerDual' | 'upperDual' | 'slack' | 'status',
  tf.Tensor
>;

/** The same with ±I as rows of G. */
function byRows({lower, upper, ...given}: Problem): Solution {
  const [batch, n] = given.p.shape as [number, number];
  const m = given.G.shape[0];
  const eye = tf.eye(n);
  const each = (v: tf.Tensor) => tf.add(v.rank === 1 ? tf.expandDims(v, 0) : v, tf.zeros([batch, 1]));
  const h = tf.concat([each(given.h), tf.neg(each(lower)), each(upper)], 1);
  const result = solveQP({...given, G: tf.concat([given.G, tf.neg(eye), eye], 0), h}, SILENT);
  const [ineqDual, lowerDual, upperDual] = tf.split(result.ineqDual, [m, n, n], 1);
  return {...result, ineqDual, lowerDual, upperDual, slack: tf.split(result.slack, [m, 2 * n], 1)[0]};
}

/** A function of all that is differentiable in a solution. */
function lossOf(solution: Solution): tf.Tensor {
  const parts = (['x', 'ineqDual', 'eqDual', 'lowerDual', 'upperDual', 'slack'] as const).map((name, i) => {
    const values = solution[name];
    const weights = tf.cos(tf.add(tf.reshape(tf.range(0, values.size), values.shape), i));
    return tf.sum(tf.mul(weights, values));
  });
  return tf.addN(parts);
}

const gradientsOf = (solve: (problem: Problem) => Solution, problem: Problem) =>
  tf.grads((...values: tf.Tensor[]) =>
    lossOf(solve(Object.fromEntries(NAMES.map((name, i) => [name, values[i]])) as Problem)),
  )(NAMES.map((name) => problem[name]));

const bounded = (problem: Problem) => solveQP(problem, SILENT);

/** With G sparse: all its entries are stored. */
function sparsely({G, ...rest}: Problem): QPResult {
  const [rows, columns] = G.shape as [number, number];
  const places = Array.from({length: rows * columns}, (_, e) => e);
  const sparse = sparseMatrix({
    shape: [rows, columns],
    rows: places.map((e) => Math.floor(e / columns)),
    columns: places.map((e) => e % columns),
    values: tf.reshape(G, [G.size]),
  });
  return solveQP({...rest, G: sparse}, SILENT);
}

describeBackends('bounds of quadratic programs', () => {
  const check = (property: (recipe: Recipe) => void, runs = effort(12, 60)) =>
    fc.assert(
      fc.asyncProperty(recipes, (recipe) => expectNoLeak(() => tf.tidy(() => property(recipe)))),
      {numRuns: runs},
    );

  for (const [kind, solve] of [
    ['dense', bounded],
    ['sparse', sparsely],
  ] as const) {
    it(`are the same as rows of G, with the same gradients in all eight tensors: ${kind}`, () =>
      check((recipe) => {
        const problem = problemOf(recipe);
        const [result, expected] = [solve(problem), byRows(problem)];
        assert.isTrue(result.status.dataSync().every((status) => status === 0));
        for (const name of ['x', 'lowerDual', 'upperDual', 'slack'] as const) {
          expectClose(result[name], expected[name], 1e-6, 1e-6);
        }
        const [own, others] = [gradientsOf(solve, problem), gradientsOf(byRows, problem)];
        own.forEach((gradient, i) => expectClose(gradient, others[i], 1e-6, 1e-6));
      }));
  }

  it('meet the KKT conditions row by row, as certify measures them', () =>
    check((recipe) => {
      const {n, batch} = recipe;
      const problem = problemOf(recipe);
      const result = bounded(problem);
      const {residual, rows} = solvers.certify(problem, result);
      assert.isAtMost(Math.max(...residual.dataSync()), 2 ** -20);
      assert.deepEqual(rows.shape, [batch, problem.G.shape[0] + problem.A.shape[0] + 2 * n]);
      const wrong = solvers.certify(problem, {...result, upperDual: tf.add(result.upperDual, 1)});
      assert.isAbove(Math.min(...wrong.residual.dataSync()), 1e-3);
    }));

  it('are those of prepareQP, in its solutions and gradients', () =>
    check(({n, m, k, seed}) => {
      const problem = problemOf({n, m, k, seed, batch: 1, ownBounds: false});
      const result = bounded(problem);
      const rows = (tensor: tf.Tensor) => tensor.arraySync() as number[][];
      const [lower, upper] = [problem.lower.dataSync(), problem.upper.dataSync()];
      const prepared = prepareQP({
        ...{Q: rows(problem.Q), p: problem.p.dataSync(), lower: lower.map(() => -Infinity), upper},
        ...(problem.G.size && {G: rows(problem.G), h: problem.h.dataSync()}),
        ...(problem.A.size && {A: rows(problem.A), b: problem.b.dataSync()}),
      });
      const found = prepared.solve({lower});
      assert.equal(found.status, 0);
      for (const name of ['x', 'lowerDual', 'upperDual'] as const) {
        expectClose(found[name], result[name], 1e-6, 1e-6);
      }
      const weights = Array.from({length: n}, (_, j) => Math.cos(j));
      const ofX = tf.grads((p, low, high) => tf.sum(tf.mul(weights, bounded({...problem, p, lower: low, upper: high}).x))); // prettier-ignore
      const [p, low, high] = ofX([problem.p, problem.lower, problem.upper]);
      const gradient = prepared.gradient(weights);
      expectClose(gradient.p, p, 1e-6, 1e-6);
      expectClose(gradient.lower, low, 1e-6, 1e-6);
      expectClose(gradient.upper, high, 1e-6, 1e-6);
      prepared.dispose();
    }));

  it('far away change nothing, and have neither multipliers nor gradients', () =>
    check((recipe) => {
      const {lower, upper, ...rest} = problemOf(recipe);
      const {n} = recipe;
      const without = solveQP(rest, SILENT);
      for (const far of [Infinity, 1e20, 1e6]) {
        const bounds = {lower: tf.tensor1d(new Array<number>(n).fill(-far)), upper: tf.tensor1d(new Array<number>(n).fill(far))}; // prettier-ignore
        const result = bounded({...rest, ...bounds});
        expectClose(result.x, without.x, 1e-6, 1e-6);
        expectClose(result.lowerDual, tf.zerosLike(result.x));
        expectClose(result.upperDual, tf.zerosLike(result.x));
        const [dl, du] = gradientsOf(bounded, {...rest, ...bounds}).slice(6);
        expectClose(dl, tf.zeros([n]), 0, 1e-30);
        expectClose(du, tf.zeros([n]), 0, 1e-30);
      }
      tf.dispose([lower, upper]);
    }));

  it('that are equal fix a variable, as eliminating it does', () =>
    check((recipe) => {
      const n = recipe.n + 1;
      const problem = problemOf({...recipe, n, m: 0, k: 0, ownBounds: false});
      const [lower, upper] = [problem.lower.dataSync(), problem.upper.dataSync()];
      const value = Math.fround(0.5 * (Math.max(lower[0], -1) + Math.min(upper[0], 1)));
      [lower[0], upper[0]] = [value, value];
      const fixed = {...problem, lower: tf.tensor1d(lower), upper: tf.tensor1d(upper)};
      const result = bounded(fixed);
      const cut = (v: tf.Tensor) => tf.slice(v, 1);
      const column = tf.slice(problem.Q, [1, 0], [-1, 1]);
      const p = (at: tf.Tensor) =>
        tf.add(tf.slice(problem.p, [0, 1]), tf.mul(at, tf.reshape(column, [1, -1])));
      const rest = (at: tf.Tensor) => solveQP({Q: tf.slice(problem.Q, [1, 1]), p: p(at), lower: cut(fixed.lower), upper: cut(fixed.upper)}).x; // prettier-ignore
      expectClose(tf.slice(result.x, [0, 1]), rest(tf.scalar(value)), 1e-6, 1e-6);
      expectClose(tf.slice(result.x, [0, 0], [-1, 1]), new Array<number>(recipe.batch).fill(value), 1e-7);
      const sumOf = (x: tf.Tensor) => tf.sum(tf.mul(x, tf.cos(tf.range(0, n - 1))));
      const move = tf.grad((at: tf.Tensor) => sumOf(rest(at)))(tf.scalar(value));
      const both = tf.grads((low, high) => sumOf(tf.slice(bounded({...fixed, lower: low, upper: high}).x, [0, 1])))([fixed.lower, fixed.upper]); // prettier-ignore
      expectClose(both[0].dataSync()[0] + both[1].dataSync()[0], move, 1e-5, 1e-6);
    }));

  it('that are shared get the sum of the gradients of a batch', () =>
    check((recipe) => {
      const problem = problemOf({...recipe, batch: 3, ownBounds: false});
      const own = {lower: tf.tile(tf.expandDims(problem.lower, 0), [3, 1]), upper: tf.tile(tf.expandDims(problem.upper, 0), [3, 1])}; // prettier-ignore
      const [shared, each] = [gradientsOf(bounded, problem), gradientsOf(bounded, {...problem, ...own})];
      for (const i of [6, 7]) expectClose(shared[i], tf.sum(each[i], 0), 1e-6, 1e-6);
    }));

  it('that cross, or are no numbers, give a status that names them', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [Q, p] = [tf.eye(2), tf.tensor2d([[1, 1], [1, 1]])]; // prettier-ignore
        const status = (lower: number[][], upper: number[]) => {
          const result = solveQP({Q, p, lower: tf.tensor2d(lower), upper: tf.tensor1d(upper)}, SILENT);
          assert.isTrue([...result.x.dataSync(), ...result.certificate.lowerDual.dataSync()].every(Number.isFinite)); // prettier-ignore
          return Array.from(result.status.dataSync());
        };
        assert.deepEqual(status([[-1, -1], [-1, 3]], [2, 2]), [0, 1]); // prettier-ignore
        assert.deepEqual(status([[-1, NaN], [-1, 0]], [2, 2]), [5, 0]); // prettier-ignore
        assert.deepEqual(status([[-1, 0], [-1, Infinity]], [2, 2]), [0, 5]); // prettier-ignore
        assert.deepEqual(status([[-1, 1e20], [-1, -1e20]], [2, 2]), [5, 0]); // prettier-ignore
        const said = (lower: number[], upper: number[]) =>
          messageOf(() => solveQP({Q, p, lower: tf.tensor1d(lower), upper: tf.tensor1d(upper)}, {onFailure: 'throw'})); // prettier-ignore
        assert.match(
          said([0, 3], [1, 2]),
          /samples 0, 1 infeasible \(lower\[1\] = 3 is above upper\[1\] = 2/,
        );
        assert.match(said([0, NaN], [1, 2]), /lower .*contains NaN; .*-1e20/);
        assert.match(said([0, 0], [1, -Infinity]), /upper .*contains -Infinity; .*1e20/);
        // The certificate: −z_l + z_u = 0 and −lᵀz_l + uᵀz_u = −1.
        const {certificate} = solveQP({Q, p, lower: [0, 3], upper: [1, 2]}, SILENT);
        expectClose(certificate.lowerDual, [0, 1, 0, 1], 1e-6);
        expectClose(certificate.upperDual, [0, 1, 0, 1], 1e-6);
        const closest = solveQP({Q, p, lower: [0, 3], upper: [1, 2]}, {...SILENT, onInfeasible: 'closest'});
        expectClose(closest.x, [0, 2.5, 0, 2.5], 1e-4, 1e-4);
        assert.match(
          messageOf(() => solveQP({Q, p, lower: [0, 3, 1]})),
          /lower must have shape \[n\]/,
        );
      }),
    ));

  it('of one side only leave the other one empty', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [Q, p] = [tf.eye(2), tf.tensor2d([[1, -3]])];
        const low = solveQP({Q, p, lower: [0, 0]});
        expectClose(low.x, [0, 3]);
        expectClose(low.lowerDual, [1, 0]);
        assert.deepEqual(low.upperDual.shape, [1, 0]);
        const high = solveQP({Q, p: [1, -3], upper: [0, 2]});
        expectClose(high.x, [-1, 2]);
        assert.deepEqual([high.lowerDual.shape, high.upperDual.shape], [[0], [2]]);
        expectClose(high.upperDual, [0, 1]);
        assert.deepEqual(solveQP({Q, p}).lowerDual.shape, [1, 0]);
      }),
    ));

  it('start from an earlier result, say where they are weakly active, and do not block', () =>
    expectNoLeak(async () => {
      const problem = problemOf({n: 5, m: 3, k: 1, batch: 2, ownBounds: true, seed: 7});
      const result = bounded(problem);
      const again = solveQP(problem, {...SILENT, initial: result});
      assert.deepEqual(Array.from(again.iterations.dataSync()), [0, 0]);
      const slow = await solveQPAsync(problem, SILENT);
      for (const name of ['x', 'lowerDual', 'upperDual', 'weaklyActive'] as const) {
        expectClose(slow[name], result[name], 1e-6, 1e-6);
      }
      const kink = solveQP({
        Q: [
          [1, 0],
          [0, 1],
        ],
        p: [0, -2],
        lower: [0, 0],
        upper: [1, 1],
      });
      assert.deepEqual(Array.from(kink.weaklyActive.dataSync()), [1, 0, 0, 0]);
      tf.dispose([problem, result, again, slow] as tf.TensorContainer);
      tf.dispose(kink as tf.TensorContainer);
    }));
});

describeUnreadable('bounds of quadratic programs', () => {
  it('are rows of G', () => {
    const p = tf.tensor2d([[1, -3]]);
    const gradient = tf.grads((lower, upper) => tf.sum(solveQP({Q: tf.eye(2), p, lower, upper}, SILENT).x))([
      tf.tensor1d([0, 0]),
      tf.tensor1d([1, 2]),
    ]);
    expectClose(valuesOf(gradient[0]), [1, 0], 1e-5, 1e-5);
    expectClose(valuesOf(gradient[1]), [0, 1], 1e-5, 1e-5);
  });
});
