/** @file What is measured of points, rows and rays: against the formulas, written out. */
import {assert} from 'chai';
import fc from 'fast-check';
import {findActivity} from '../../../../src/kernels/algorithms/qp/activity.js';
import type {Certificate} from '../../../../src/kernels/algorithms/qp/certificate.js';
import {ConstraintRows} from '../../../../src/kernels/algorithms/qp/constraint-rows.js';
import {Embedding} from '../../../../src/kernels/algorithms/qp/embedding.js';
import {rowsToLeaveOut} from '../../../../src/kernels/algorithms/qp/far-rows.js';
import {mostViolated} from '../../../../src/kernels/algorithms/qp/most-violated.js';
import {termsAmongNeighbours} from '../../../../src/kernels/algorithms/qp/neighbours.js';
import {dropNoise, normalizeRay} from '../../../../src/kernels/algorithms/qp/ray-points.js';
import type {Scaling} from '../../../../src/kernels/algorithms/qp/scaling.js';
import {emptyPoint, type Problem} from '../../../../src/kernels/algorithms/qp/types.js';
import type {DenseKernels} from '../../../../src/kernels/contracts/dense.js';
import {seededRandom} from '../../../zoo/linear-systems.js';
import {apart, DENSE, largest, noise, times, transposedTimes, vectorOf, problemFrom} from './planted.js';

/** Runs `check` with random numbers, so many times. */
function forAll(numRuns: number, check: (random: () => number) => void): void {
  fc.assert(
    fc.property(fc.nat(), (seed) => check(seededRandom(seed))),
    {numRuns},
  );
}

const upTo = (most: number, random: () => number) => Math.floor((most + 1) * random());

/** Noise of several sizes, with zeros. */
function uneven(size: number, random: () => number): Float64Array {
  return noise(size, random).map((value) => (random() < 0.3 ? 0 : value * 10 ** (-2 * upTo(3, random))));
}

/** Noise of several sizes, with zeros; some inequalities have no bound. */
function draw(dense: DenseKernels, random: () => number): Problem {
  const [n, p, m] = [1 + upTo(4, random), upTo(2, random), upTo(4, random)];
  const P = uneven(n * n, random);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) P[i * n + j] = P[j * n + i];
  const d = uneven(p + m, random);
  for (let i = p; i < p + m; i++) if (random() < 0.1) d[i] = Infinity;
  const [C, q] = [uneven((p + m) * n, random), uneven(n, random)];
  return problemFrom(dense, {n, p, m, P, q, C, d});
}

const sizes = (values: ArrayLike<number>) => Float64Array.from(values, Math.abs);

describe('the row that is violated most', () => {
  const violations = ({n, p, C: {values: C}, d}: Problem, x: Float64Array) =>
    Array.from(d, (value, i) => {
      const row = C.subarray(i * n, (i + 1) * n);
      const excess = times(row, x)[0] - value;
      const isViolated = i >= p && excess > 1e-12 * (times(sizes(row), sizes(x))[0] + Math.abs(value));
      return isViolated && largest(row) > 0 ? excess / Math.hypot(...row) : 0;
    });

  it('is the one that x is furthest away from, outside the working set', () =>
    forAll(200, (random) => {
      const problem = draw(DENSE[0], random);
      const [x, inSet] = [
        uneven(problem.n, random),
        Uint8Array.from(problem.d, () => Number(random() < 0.2)),
      ];
      const far = violations(problem, x).map((value, i) => (inSet[i] ? 0 : value));
      const found = mostViolated(problem, x, inSet);
      if (found < 0) assert.equal(largest(far), 0);
      else assert.approximately(far[found], largest(far), 1e-13 * far[found]);
    }));
});

describe('the activity of rows', () => {
  it('is that of the larger one, multiplier or slack, unless both are nothing', () =>
    forAll(100, (random) => {
      const rows = 1 + upTo(6, random);
      const p = upTo(rows, random);
      const of = () => Float64Array.from({length: rows}, () => (random() < 0.3 ? 0 : random() * 10 ** (-8 * random()))); // prettier-ignore
      const [s, multipliers, rowTerms] = [of(), of(), of()];
      const absent = Uint8Array.from(s, () => Number(random() < 0.2));
      const activity = new Uint8Array(rows).fill(7);
      findActivity(activity, p, s, {absent} as Scaling, {multipliers, rowTerms} as Certificate);
      s.forEach((value, i) => {
        const slack = absent[i] ? 1 : rowTerms[i] === 0 ? 0 : value / rowTerms[i];
        const weak = Math.max(multipliers[i], slack) < 1e-6;
        assert.equal(activity[i], i < p ? 1 : weak ? 2 : Number(multipliers[i] > slack));
      });
    }));
});

describe('rows that set no scale', () => {
  it('are those without a bound and without entries, and those much further away than everything else', () =>
    forAll(300, (random) => {
      const problem = draw(DENSE[0], random);
      const {
        n,
        p,
        P: {values: P},
        q,
        d,
      } = problem;
      d.forEach((value, i) => (d[i] = value * 10 ** upTo(10, random)));
      const D = vectorOf(DENSE[0], q.map(() => 0.5 + random())); // prettier-ignore
      const E = vectorOf(DENSE[0], d.map(() => 0.5 + random())); // prettier-ignore
      const isEmpty = Uint8Array.from(d, () => Number(random() < 0.1));
      for (const withoutFar of [false, true]) {
        const [scaled, room] = [vectorOf(DENSE[0], d.map(() => 9)), new Uint8Array(d.length).fill(7)]; // prettier-ignore
        const found = rowsToLeaveOut(problem, {D, E, isEmpty, curvature: 1}, scaled, withoutFar, {
          absent: room,
          diagonal: DENSE[0].vector(n),
        });
        const rows = Array.from(d, (value, i) => ({
          at: E[i] * value,
          isAbsent: isEmpty[i] === 1 || value >= 1e20,
          isEquality: i < p,
        }));
        const present = rows.filter(({isAbsent}) => !isAbsent);
        const holds = present.filter(({at, isEquality}) => !isEquality && at >= 0).map(({at}) => at);
        const near = Math.max(
          0,
          ...present.filter(({at, isEquality}) => isEquality || at < 0).map(({at}) => Math.abs(at)),
          ...Array.from(q, (cost, j) => (P[j * n + j] > 0 ? Math.abs(D[j] * cost) : 0)),
        );
        const bounds = holds.filter((at) => at > 0).sort((one, other) => one - other);
        const far = Math.max(0, ...holds) <= 1e4 * near ? Infinity : 1e4 * Math.max(near, bounds[Math.floor(bounds.length / 4)]); // prettier-ignore
        const absent = rows.map(({isAbsent}) => Number(isAbsent));
        const out = rows.map(({isAbsent, isEquality, at}) => Number(isAbsent || (!isEquality && at > far)));
        assert.deepEqual([...found.absent], withoutFar && found.leaveOut ? out : absent);
        if (far === Infinity && d.every((value) => value < 1e20)) assert.isUndefined(found.leaveOut);
        else assert.deepEqual([...found.leaveOut!], out);
        assert.isAtMost(apart(scaled, rows.map(({at, isAbsent}) => (isAbsent ? 0 : at))), 0); // prettier-ignore
      }
    }));
});

describe('points on rays', () => {
  it('lose what is less than 1e-11 of the largest entry', () => {
    const values = Float64Array.of(-4, 3.9e-11, -3.9e-11, 4.1e-11, -4.1e-11, 0, 4 * 1e-11);
    dropNoise(values);
    assert.deepEqual([...values], [-4, 0, 0, 4.1e-11, -4.1e-11, 0, 4 * 1e-11]);
  });

  it('are as long as makes the value along them −1', () => {
    const point = {x: Float64Array.of(2, -4), y: Float64Array.of(6), s: Float64Array.of(8)};
    normalizeRay(point, -4);
    assert.deepEqual([...point.x, ...point.y, ...point.s], [0.5, -1, 1.5, 2]);
  });
});

for (const dense of DENSE) {
  describe(`terms among neighbours, by ${dense.name} kernels`, () => {
    /** Three times, from neighbour to neighbour: at least a hundredth of the largest term beside it. */
    function expected(
      {n, p, P: {values: P}, q, C: {values: C}, d}: Problem,
      x: Float64Array,
      y: Float64Array,
      measured: {multipliers: Float64Array; excess: Float64Array; rowTerms: Float64Array},
    ) {
      const {multipliers, excess, rowTerms} = measured;
      const isActive = (i: number) =>
        i < p || (d[i] < 1e20 && multipliers[i] > 1e-9 && Math.abs(excess[i]) <= 1e-5 * rowTerms[i]);
      const active = Array.from(d.keys()).filter(isActive);
      const rowsOf = (A: Float64Array, at: Iterable<number>) => Array.from(at, (i) => sizes(A.subarray(i * n, (i + 1) * n))); // prettier-ignore
      const [held, all, bends] = [rowsOf(C, active), rowsOf(C, d.keys()), rowsOf(P, q.keys())];
      let [xs, ys] = [sizes(x), sizes(y)];
      const base = bends.map((row, j) => times(row, sizes(x))[0] + Math.abs(q[j]));
      for (let hop = 0; hop < 3; hop++) {
        const nextX = xs.slice();
        for (const row of [...held, ...bends]) {
          const top = Math.max(...row.map((entry, j) => entry * xs[j]));
          if (row.filter((entry) => entry > 0).length < 2) continue;
          row.forEach((entry, j) => entry > 0 && (nextX[j] = Math.max(nextX[j], (0.01 * top) / entry)));
        }
        const nextY = ys.slice();
        for (let j = 0; j < n; j++) {
          const top = Math.max(base[j], ...active.map((i) => all[i][j] * ys[i]));
          for (const i of active) if (all[i][j] > 0) nextY[i] = Math.max(nextY[i], (0.01 * top) / all[i][j]);
        }
        [xs, ys] = [nextX, nextY];
      }
      return {
        columns: bends.map((row, j) => times(row, xs)[0] + Math.abs(q[j]) + all.reduce((sum, own, i) => sum + own[j] * ys[i], 0)), // prettier-ignore
        rows: all.map((row, i) => times(row, xs)[0] + Math.abs(d[i])),
      };
    }

    it('are sums of sizes that went from neighbour to neighbour', () =>
      forAll(120, (random) =>
        dense.scope(() => {
          const problem = draw(dense, random);
          const {n, d} = problem;
          const vector = (values: ArrayLike<number>) => vectorOf(dense, values);
          const [x, y] = [vector(uneven(n, random)), vector(uneven(d.length, random))];
          // On both sides of each bound.
          const measured = {
            multipliers: vector(d.map(() => 1e-9 * 4 ** (3 * random() - 1))),
            excess: vector(d.map(() => 1e-5 * (2.4 * random() - 1.2))),
            rowTerms: vector(d.map(() => 1)),
            unused: dense.vector(Math.max(n, d.length)),
          };
          const found = termsAmongNeighbours(dense, problem, {x, y}, measured);
          const {columns, rows} = expected(problem, x, y, measured);
          const close = (value: number, other: number) => value === other || Math.abs(value - other) <= 1e-12 * value; // prettier-ignore
          columns.forEach((value, j) => assert.isTrue(close(value, found.columns[j]), `variable ${j}`));
          rows.forEach((value, i) => assert.isTrue(close(value, found.rows[i]), `row ${i}`));
        }),
      ));
  });

  describe(`the embedding, by ${dense.name} kernels`, () => {
    function embeddingOf(random: () => number) {
      const problem = draw(dense, random);
      problem.d.forEach((value, i) => value === Infinity && (problem.d[i] = 1));
      const {
        n,
        p,
        m,
        C: {values: C},
      } = problem;
      const constraints = new ConstraintRows(dense, p + m, n, C);
      constraints.read();
      const embedding = new Embedding(dense, problem, constraints);
      embedding.begin();
      const {x, y, s} = embedding.point;
      x.set(uneven(n, random));
      y.set(uneven(p + m, random).map((value, i) => (i < p ? value : Math.abs(value))));
      s.set(uneven(p + m, random).map((value, i) => (i < p ? 0 : Math.abs(value))));
      return {problem, embedding};
    }

    it('measures the three residuals, the mean product, and the error of x/τ', () =>
      forAll(120, (random) =>
        dense.scope(() => {
          const {problem, embedding} = embeddingOf(random);
          const {
            n,
            m,
            P: {values: P},
            q,
            C: {values: C},
            d,
          } = problem;
          const {x, y, s} = embedding.point;
          const [tau, kappa] = [(embedding.tau = 0.1 + random()), (embedding.kappa = random())];
          embedding.measure();
          const [Px, pull, Cx] = [times(P, x), transposedTimes(C, y, n), times(C, x)];
          const rx = Px.map((value, j) => value + pull[j] + tau * q[j]);
          const ry = Cx.map((value, i) => value + s[i] - tau * d[i]);
          const [xPx, qx, dy, sy] = [[x, Px], [q, x], [d, y], [s, y]].map(([a, b]) => a.reduce((sum, value, i) => sum + value * b[i], 0)); // prettier-ignore
          assert.isAtMost(apart(embedding.Px, Px), 1e-14);
          assert.isAtMost(apart(embedding.rx, rx), 1e-14);
          assert.isAtMost(apart(embedding.ry, ry), 1e-14);
          assert.approximately(embedding.rTau, xPx / tau + qx + dy + kappa, 1e-12);
          assert.approximately(embedding.mu, (tau * kappa + sy) / (m + 1), 1e-14);
          const primal = largest(ry) / Math.max(tau, largest(Cx, s), tau * largest(d));
          const dual = largest(rx) / Math.max(tau, largest(Px), largest(pull), tau * largest(q));
          const [above, below] = [xPx / (2 * tau) + qx, xPx / (2 * tau) + dy].map(Math.abs);
          const gap = Math.abs(xPx / tau + qx + dy) / Math.max(tau, Math.min(above, below));
          assert.approximately(embedding.error, Math.max(primal, dual, gap), 1e-11 * (1 + gap));
        }),
      ));

    it('proves by rays: that are meant, and whose other terms are less than 1e-8 of the value along them', () => {
      // One variable, x ≤ −1 and −x ≤ −1, cost −x.
      const problem = problemFrom(dense, {n: 1, p: 0, m: 2, P: [0], q: [-1], C: [1, -1], d: [-1, -1]});
      const at = ([x, y0, y1, s0, s1]: number[], tau: number, kappa: number) => {
        const constraints = new ConstraintRows(dense, 2, 1, problem.C.values);
        constraints.read();
        const embedding = new Embedding(dense, problem, constraints);
        embedding.begin();
        embedding.point.x.set([x]);
        embedding.point.y.set([y0, y1]);
        embedding.point.s.set([s0, s1]);
        Object.assign(embedding, {tau, kappa});
        embedding.measure();
        return embedding;
      };
      const infeasible = (y0: number, y1: number, tau = 1e-9, kappa = 1e-9) => at([0, y0, y1, 1, 1], tau, kappa).provesInfeasible(); // prettier-ignore
      assert.isTrue(infeasible(2, 2));
      // Cᵀy = y₀ − y₁ beside −dᵀy = y₀ + y₁.
      assert.isTrue(infeasible(2, 2 + 3.9e-8));
      assert.isFalse(infeasible(2, 2 + 4.1e-8));
      assert.isFalse(infeasible(0, 0));
      for (const [tau, kappa] of [[4100, 0], [0.1, 4100]]) assert.isFalse(infeasible(2, 2, tau, kappa)); // prettier-ignore
      for (const [tau, kappa] of [[3900, 0], [0.1, 3900]]) assert.isTrue(infeasible(2, 2, tau, kappa)); // prettier-ignore
      const proof = at([0, 2, 2, 6, 8], 1e-9, 1e-9);
      assert.isTrue(proof.provesInfeasible());
      assert.deepEqual([...proof.point.y, ...proof.point.s], [0.5, 0.5, 1.5, 2]);

      // Down along x, which s makes up for in Cx.
      const unbounded = (bend: number, off: number, tau = 1e-9, kappa = 1e-9) => {
        problem.P.values[0] = bend;
        return at([4, 0, 0, -4 + off, 4], tau, kappa).provesUnbounded();
      };
      assert.isTrue(unbounded(0, 0));
      assert.isTrue(unbounded(0.9e-8, 0));
      assert.isFalse(unbounded(1.1e-8, 0));
      assert.isTrue(unbounded(0, 3.9e-8));
      assert.isFalse(unbounded(0, 4.1e-8));
      for (const [tau, kappa] of [[4100, 0], [0.1, 4100]]) assert.isFalse(unbounded(0, 0, tau, kappa)); // prettier-ignore
      for (const [tau, kappa] of [[3900, 0], [0.1, 3900]]) assert.isTrue(unbounded(0, 0, tau, kappa)); // prettier-ignore
      problem.P.values[0] = 0;
      const ray = at([4, 2, 0, -4, 4], 1e-9, 1e-9);
      assert.isTrue(ray.provesUnbounded());
      assert.deepEqual([...ray.point.x, ...ray.point.y, ...ray.point.s], [1, 0.5, 0, -1, 1]);
    });

    it('moves along a direction, and keeps its numbers near one', () =>
      forAll(100, (random) =>
        dense.scope(() => {
          const {problem, embedding} = embeddingOf(random);
          const direction = emptyPoint(dense, problem);
          for (const part of [direction.x, direction.y, direction.s]) part.set(noise(part.length, random));
          const {x, y, s} = embedding.point;
          const before = [...x, ...y, ...s];
          const step = random();
          const [dTau, dKappa] = [10 ** (8 * random() - 4), 10 ** (8 * random() - 4)];
          [embedding.tau, embedding.kappa] = [1e-4 * random(), 1e-4 * random()];
          const [tau, kappa] = [embedding.tau + step * dTau, embedding.kappa + step * dKappa];
          embedding.move(step, direction, dTau, dKappa);
          const size = Math.max(tau, kappa);
          const by = size > 1e3 || size < 1e-3 ? 1 / size : 1;
          const along = [...direction.x, ...direction.y, ...direction.s];
          const expected = before.map((value, i) => by * (value + step * along[i]));
          assert.isAtMost(apart([...x, ...y, ...s], expected), 1e-12 * (1 + largest(expected)));
          assert.approximately(embedding.tau, by * tau, 1e-12 * by * tau);
          assert.approximately(embedding.kappa, by * kappa, 1e-12 * by * kappa);
        }),
      ));
  });
}
