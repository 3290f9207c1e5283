/** @file The start and the steps of the interior-point method, against linear systems written out and solved by elimination. */
import {assert} from 'chai';
import {Directions} from '../../../../src/kernels/algorithms/qp/directions.js';
import {Embedding} from '../../../../src/kernels/algorithms/qp/embedding.js';
import {denseKkt} from '../../../../src/kernels/algorithms/qp/kkt.js';
import type {Problem} from '../../../../src/kernels/algorithms/qp/types.js';
import {apart, DENSE, largest, planted, type Shape} from './planted.js';

const SHAPES: Shape[] = [
  {n: 4, p: 0, active: 2, idle: 2},
  {n: 5, p: 2, active: 1, idle: 3, rank: 3},
  {n: 3, p: 1, active: 2, idle: 0, rank: 0},
  {n: 3, p: 2, active: 0, idle: 0},
];

/** Solves A u = b by elimination. */
function solve(A: number[][], b: number[]): number[] {
  const rows = A.map((row, i) => [...row, b[i]]);
  const size = b.length;
  for (let k = 0; k < size; k++) {
    const best = rows.slice(k).reduce((top, row, i) => (Math.abs(row[k]) > Math.abs(rows[top][k]) ? k + i : top), k); // prettier-ignore
    [rows[k], rows[best]] = [rows[best], rows[k]];
    for (let i = 0; i < size; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= size; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return rows.map((row, k) => row[size] / row[k]);
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0); // prettier-ignore

interface Step {
  x: number[];
  y: number[];
  /** Of the inequalities. */
  s: number[];
  tau: number;
  kappa: number;
}

/** The Newton step for the equations of the embedding, with the residuals to fall to 1 − keep and the products to become `target` − `products`. */
function newton(
  {n, p, m, P: {values: P}, q, C: {values: C}, d}: Problem,
  {point, tau, kappa, rx, ry, rTau, Px}: Embedding,
  keep: number,
  target: number,
  products: number[],
): Step {
  const rows = p + m;
  const size = n + rows + m + 2;
  const {x, y, s} = point;
  const A: number[][] = [];
  const b: number[] = [];
  const add = (right: number, ...entries: [at: number, value: number][]) => {
    const row = Array<number>(size).fill(0);
    for (const [at, value] of entries) row[at] += value;
    A.push(row);
    b.push(right);
  };
  const [atY, atS, atTau, atKappa] = [n, n + rows, size - 2, size - 1];
  const across = (at: number, values: ArrayLike<number>) => Array.from(values, (value, j): [number, number] => [at + j, value]); // prettier-ignore
  for (let j = 0; j < n; j++) {
    const column = Array.from({length: rows}, (_, i) => C[i * n + j]);
    add(-keep * rx[j], ...across(0, P.subarray(j * n, (j + 1) * n)), ...across(atY, column), [atTau, q[j]]);
  }
  for (let i = 0; i < rows; i++) {
    const slack: [number, number][] = i < p ? [] : [[atS + i - p, 1]];
    add(-keep * ry[i], ...across(0, C.subarray(i * n, (i + 1) * n)), ...slack, [atTau, -d[i]]);
  }
  for (let k = 0; k < m; k++) {
    const i = p + k;
    add(target - s[i] * y[i] - products[k], [atY + i, s[i]], [atS + k, y[i]]);
  }
  const slope = Array.from(Px, (value, j) => (2 * value) / tau + q[j]);
  add(-keep * rTau, ...across(0, slope), ...across(atY, d), [atTau, -dot(x, Px) / tau ** 2], [atKappa, 1]);
  add(target - tau * kappa - products[m], [atTau, kappa], [atKappa, tau]);
  const u = solve(A, b);
  return {x: u.slice(0, n), y: u.slice(n, atS), s: u.slice(atS, atTau), tau: u[atTau], kappa: u[atKappa]};
}

/** The longest step that keeps all pairs positive. */
function longest({p}: Problem, {point: {y, s}, tau, kappa}: Embedding, step: Step): number {
  const ratios = [
    ...step.s.map((value, k) => -value / s[p + k]),
    ...step.s.map((_, k) => -step.y[p + k] / y[p + k]),
    ...[-step.tau / tau, -step.kappa / kappa],
  ];
  return 1 / Math.max(0, ...ratios);
}

/** The smallest product of a pair beside the mean of all, after a step of some length. */
function centrality({p}: Problem, {point: {y, s}, tau, kappa}: Embedding, step: Step, by: number): number {
  const products = step.s.map((value, k) => (s[p + k] + by * value) * (y[p + k] + by * step.y[p + k]));
  products.push((tau + by * step.tau) * (kappa + by * step.kappa));
  return Math.min(...products) / (products.reduce((sum, value) => sum + value, 0) / products.length);
}

for (const dense of DENSE) {
  describe(`the steps of the interior-point method, by ${dense.name} kernels`, () => {
    function methodOf(shape: Shape, seed: number) {
      const {problem} = planted(dense, shape, seed);
      const kkt = denseKkt(dense, problem.P, problem.C);
      kkt.readMatrices();
      const embedding = new Embedding(dense, problem, kkt.constraints);
      embedding.begin();
      return {problem, kkt, embedding, directions: new Directions(dense, problem, kkt, embedding)};
    }

    it('start from the solution with penalised slacks, shifted to be at least 1', () => {
      for (const shape of SHAPES) {
        for (let seed = 0; seed < 4; seed++) {
          const {problem, embedding, directions} = methodOf(shape, seed);
          const {
            n,
            p,
            m,
            P: {values: P},
            q,
            C: {values: C},
            d,
          } = problem;
          assert.isTrue(directions.start());
          const size = n + p + m;
          const K = Array.from({length: size}, (_, i) =>
            Array.from({length: size}, (_, j) => {
              if (i < n) return j < n ? P[i * n + j] : C[(j - n) * n + i];
              return j < n ? C[(i - n) * n + j] : Number(i === j && i >= n + p) * -1;
            }),
          );
          const u = solve(K, [...q.map((value) => -value), ...d]);
          const y = u.slice(n);
          const raised = (values: number[]) => {
            const low = Math.min(...values);
            return values.map((value) => value + Math.max(0, 1 - low));
          };
          const {point} = embedding;
          const near = (values: ArrayLike<number>, expected: number[]) => assert.isAtMost(apart(values, expected), 1e-8 * (1 + largest(expected))); // prettier-ignore
          near(point.x, u.slice(0, n));
          near(point.y, [...y.slice(0, p), ...raised(y.slice(p))]);
          near(point.s, [...y.slice(0, p).fill(0), ...raised(y.slice(p).map((value) => -value))]);
        }
      }
    });

    it('refine what is not exact: the predictor only if it must, everything if they are careful', () => {
      const {kkt, embedding, directions} = methodOf(SHAPES[1], 1);
      directions.start();
      const solve = kkt.solve.bind(kkt);
      for (const [said, careful, expected] of [
        [1e-14, false, [1e-10, Infinity, Infinity]],
        [1e-12, false, [1e-10, Infinity, 1e-10]],
        [1e-9, false, [1e-10, 1e-10, 1e-10]],
        [1e-14, true, [1e-15, 1e-15, 1e-15]],
      ] as const) {
        embedding.measure();
        const targets: number[] = [];
        kkt.solve = (f, g, x, y, target) => {
          targets.push(target);
          solve(f, g, x, y, 1e-13);
          return said;
        };
        assert.isTrue(directions.step(careful));
        assert.deepEqual(targets, [...expected]);
      }
    });

    it('take rows with small w as hard ones from the first time on that a system was not solved', () => {
      const {kkt, embedding, directions} = methodOf(SHAPES[1], 1);
      directions.start();
      embedding.measure();
      const solve = kkt.solve.bind(kkt);
      const stiff: boolean[] = [];
      kkt.solve = (...data) => {
        stiff.push(kkt.stiff);
        solve(...data);
        return 2e-8;
      };
      assert.isTrue(directions.step(false));
      assert.deepEqual(stiff, [false, true, true, true]);
      kkt.factor = () => false;
      assert.isFalse(directions.step(false));
    });

    for (const shape of SHAPES) {
      it(`are Newton's, with a second one for the products, as long as pairs stay near their mean: ${JSON.stringify(shape)}`, () => {
        for (let seed = 0; seed < 3; seed++) {
          const {problem, embedding, directions} = methodOf(shape, seed);
          const {p} = problem;
          directions.start();
          for (let k = 0; k < 5; k++) {
            embedding.measure();
            // After that, rounding counts.
            if (embedding.error < 1e-4) break;
            const none = Array<number>(problem.m + 1).fill(0);
            const first = newton(problem, embedding, 1, 0, none);
            const sigma = (1 - Math.min(1, longest(problem, embedding, first))) ** 3;
            const products = first.s.map((value, k) => value * first.y[p + k]);
            products.push(first.tau * first.kappa);
            const second = newton(problem, embedding, 1 - sigma, sigma * embedding.mu, products);
            let length = Math.min(1, 0.995 * longest(problem, embedding, second));
            const bound = Math.min(1e-3, centrality(problem, embedding, second, 0) / 2);
            while (!(centrality(problem, embedding, second, length) >= bound)) length *= 0.8;
            let moved = false;
            const move = embedding.move.bind(embedding);
            embedding.move = (step, {x, y, s}, dTau, dKappa) => {
              moved = true;
              const found = [...x, ...y, ...s.subarray(p), dTau, dKappa];
              const expected = [...second.x, ...second.y, ...second.s, second.tau, second.kappa];
              assert.isAtMost(apart(found, expected), 1e-7 * (1 + largest(expected)));
              assert.approximately(step, length, 1e-6);
              move(step, {x, y, s}, dTau, dKappa);
            };
            assert.isTrue(directions.step(k % 2 === 1));
            embedding.move = move;
            assert.isTrue(moved);
          }
        }
      });
    }
  });
}
