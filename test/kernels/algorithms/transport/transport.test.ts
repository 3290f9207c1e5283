/** @file Transport plans in f64 and the systems behind them: marginals and optimality of a plan, the cotangents against the definition. */
import {assert} from 'chai';
import {PLAN, planBatch, planGradientBatch} from '../../../../src/kernels/algorithms/transport/batch.js';
import {MarginalSystem} from '../../../../src/kernels/algorithms/transport/laplacian.js';
import {findPlan} from '../../../../src/kernels/algorithms/transport/plan.js';
import {POTENTIALS, type TransportKind} from '../../../../src/kernels/algorithms/transport/potentials.js';
import {seededRandom} from '../../../zoo/linear-systems.js';

const KINDS: TransportKind[] = ['entropic', 'euclidean'];
const largest = (values: Iterable<number>) => Math.max(0, ...Array.from(values, Math.abs));

/** Positive, 1 in total. */
function shares(size: number, random: () => number): Float64Array {
  const weights = Float64Array.from({length: size}, () => 0.1 + random());
  const total = weights.reduce((sum, value) => sum + value);
  return weights.map((value) => value / total);
}

/** Sums of the rows and columns of A [n, m]. */
function sumsOf(A: ArrayLike<number>, n: number, m: number): [Float64Array, Float64Array] {
  const [rows, columns] = [new Float64Array(n), new Float64Array(m)];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      rows[i] += A[i * m + j];
      columns[j] += A[i * m + j];
    }
  }
  return [rows, columns];
}

describe('transport plans in f64', () => {
  for (const kind of KINDS) {
    it(`${kind}: a potential balances a row, and has its slope`, () => {
      const potential = POTENTIALS[kind];
      const random = seededRandom(2);
      for (const scale of [0.1, 1, 30, 1e3]) {
        // Every other entry from the second on.
        const z = Float64Array.from({length: 11}, () => scale * (2 * random() - 1));
        z[3] = -Infinity;
        for (const sum of [1e-3, 0.5, 7]) {
          const u = potential.balance(z, 1, 2, 5, sum);
          let found = 0;
          for (let k = 0; k < 5; k++) found += potential.value(z[1 + 2 * k] - u);
          assert.approximately(found, sum, 1e-11 * sum * Math.max(1, scale));
        }
      }
      assert.equal(potential.value(-Infinity), 0);
      for (const z of [-2, -0.5, 0.25, 1]) {
        assert.approximately(
          potential.slope(potential.value(z)),
          (potential.value(z + 1e-6) - potential.value(z - 1e-6)) / 2e-6,
          1e-8,
        );
      }
      assert.equal(potential.slope(0), 0);
      // One entry takes all; equal ones share.
      assert.approximately(
        potential.value(5 - potential.balance(Float64Array.of(5), 0, 1, 1, 0.3)),
        0.3,
        1e-14,
      );
      assert.approximately(
        potential.value(5 - potential.balance(Float64Array.of(5, 5, 5), 0, 1, 3, 0.3)),
        0.1,
        1e-14,
      );
    });

    it(`${kind}: plans have their sums, and X less two duals behind them`, () => {
      for (const [n, m, scale] of [
        [1, 1, 1],
        [3, 5, 0.5],
        [5, 3, 20],
        [4, 4, 300],
        [6, 6, 3e4],
        [1, 4, 5],
        [4, 1, 5],
      ]) {
        // prettier-ignore
        const random = seededRandom(n + 10 * m);
        const X = Float64Array.from({length: n * m}, () => scale * (2 * random() - 1));
        if (n > 2 && m > 2) X[1] = -Infinity;
        const [rows, columns] = [shares(n, random), shares(m, random)];
        const {P, miss} = findPlan({kind, n, m, X, rows, columns});
        assert.isAtMost(miss, 1e-8);
        const [r, c] = sumsOf(P, n, m);
        assert.isAtMost(largest(r.map((value, i) => value / rows[i] - 1)), miss + 1e-13);
        assert.isAtMost(largest(c.map((value, j) => value / columns[j] - 1)), miss + 1e-13);
        assert.isAtLeast(Math.min(...P), 0);
        if (X[1] === -Infinity) assert.equal(P[1], 0);
        // Around four entries that hold something, X is what the potential says.
        const inverse = kind === 'entropic' ? Math.log : (p: number) => p;
        for (let at = 0; at < n * m; at++) {
          for (let to = 0; to < n * m; to++) {
            const [i, j, k, l] = [Math.floor(at / m), at % m, Math.floor(to / m), to % m];
            const four = [at, to, i * m + l, k * m + j];
            const [a, b] = four.map((one) => P[one]);
            if (!(a > 1e-9 && b > 1e-9) || four.some((one) => X[one] === -Infinity)) continue;
            const gain = X[four[2]] + X[four[3]] - X[at] - X[to];
            const price = inverse(P[four[2]]) + inverse(P[four[3]]) - inverse(a) - inverse(b);
            if (P[four[2]] > 1e-9 && P[four[3]] > 1e-9) assert.approximately(gain, price, 1e-5);
            else if (kind === 'euclidean') assert.isAtMost(gain, price + 1e-5);
          }
        }
      }
    });

    it(`${kind}: a batch is solved sample by sample, in the size of its sums, or said not to be`, () => {
      const random = seededRandom(4);
      const third = 1 / 3;
      const solve = (x: number[], a: number[], b: number[], strength = 0.5) => {
        const [P, status] = [new Float32Array(2 * x.length).fill(7), new Float32Array(2)];
        const twice = (values: number[]) => Float32Array.from([...values, ...values]);
        planBatch(
          {kind, batch: 2, n: a.length, m: b.length, strength},
          twice(x),
          twice(a),
          twice(b),
          P,
          status,
        );
        assert.equal(status[0], status[1]);
        assert.deepEqual([...P.subarray(0, x.length)], [...P.subarray(x.length)]);
        return {P: [...P.subarray(0, x.length)], status: status[0]};
      };
      const x = Array.from({length: 6}, () => random());
      // Sums five times as large: the plan of entropy is, too.
      const plain = solve(x, [0.25, 0.75], [third, third, third]);
      assert.equal(plain.status, PLAN.solved);
      assert.isAtMost(largest(sumsOf(plain.P, 2, 3)[0].map((v, i) => v - [0.25, 0.75][i])), 1e-6);
      const five = solve(x, [1.25, 3.75], [5 * third, 5 * third, 5 * third], kind === 'entropic' ? 0.5 : 0.1);
      assert.isAtMost(largest(five.P.map((value, at) => value / 5 - plain.P[at])), 1e-6);
      // Rows and columns of nothing.
      const gap = solve([...x.slice(0, 3), 9, 9, 9, ...x.slice(3)], [0.25, 0, 0.75], [third, third, third]);
      assert.deepEqual(gap.P.slice(3, 6), [0, 0, 0]);
      assert.isAtMost(
        largest([...gap.P.slice(0, 3), ...gap.P.slice(6)].map((v, at) => v - plain.P[at])),
        1e-6,
      );
      assert.deepEqual(solve([1, 2], [0], [0, 0]), {P: [0, 0], status: PLAN.solved});
      const failed = (a: number[], b: number[], at: number[]) => {
        const {P, status} = solve(at, a, b);
        assert.isTrue(P.every(Number.isNaN));
        return status;
      };
      const [a, b, square] = [
        [0.5, 0.5],
        [0.5, 0.5],
        [1, 2, 3, 4],
      ];
      assert.equal(failed(a, [NaN, 1], square), PLAN.invalid);
      assert.equal(failed([Infinity, 1], b, square), PLAN.invalid);
      assert.equal(failed(a, b, [NaN, 1, 1, 1]), PLAN.invalid);
      assert.equal(failed(a, b, [Infinity, 1, 1, 1]), PLAN.invalid);
      assert.equal(failed(a, [0.5, 0.50002], square), PLAN.infeasible);
      assert.equal(solve(square, a, [0.5, 0.500005]).status, PLAN.solved);
      assert.equal(failed([1.5, -0.5], b, square), PLAN.infeasible);
      assert.equal(failed(a, [1.5, -0.5], square), PLAN.infeasible);
      assert.equal(failed(a, b, [-Infinity, -Infinity, 1, 1]), PLAN.infeasible);
      assert.equal(failed(a, b, [-Infinity, 1, -Infinity, 1]), PLAN.infeasible);
      // All may go somewhere, and still it does not fit.
      assert.notEqual(failed([0.8, 0.2], [0.5, 0.5], [1, -Infinity, 1, 1]), PLAN.solved);
    });

    it(`${kind}: cotangents are those of differences of plans`, () => {
      const [n, m, strength] = [3, 4, 0.4];
      const random = seededRandom(11);
      const X = Float64Array.from({length: n * m}, () => random());
      const [rows, columns] = [shares(n, random), shares(m, random)];
      const dP = Float32Array.from({length: n * m}, () => 2 * random() - 1);
      const loss = (x: Float64Array, a: Float64Array, b: Float64Array) => {
        const {P} = findPlan({kind, n, m, X: x.map((value) => value / strength), rows: a, columns: b}); // prettier-ignore
        return P.reduce((sum, value, at) => sum + dP[at] * value, 0);
      };
      const {P} = findPlan({kind, n, m, X: X.map((value) => value / strength), rows, columns}); // prettier-ignore
      const [dx, da, db] = [n * m, n, m].map((size) => new Float32Array(2 * size));
      const single = Float32Array.from(P);
      // Twice: nothing of the sample before may be left.
      const both = [single, dP].map((values) => Float32Array.from([...values, ...values]));
      planGradientBatch({kind, batch: 2, n, m, strength}, both[0], both[1], dx, da, db);
      assert.deepEqual([...dx.subarray(0, n * m)], [...dx.subarray(n * m)]);
      const h = 1e-5;
      const moved = (values: Float64Array, at: number, by: number) => values.map((v, k) => v + (k === at ? by : 0)); // prettier-ignore
      for (let at = 0; at < n * m; at++) {
        const slope =
          (loss(moved(X, at, h), rows, columns) - loss(moved(X, at, -h), rows, columns)) / (2 * h);
        assert.approximately(dx[at], slope, 2e-4);
      }
      // Sums can only move together.
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < m; j++) {
          const at = (by: number) => loss(X, moved(rows, i, by), moved(columns, j, by));
          assert.approximately(da[i] + db[j], (at(h) - at(-h)) / (2 * h), 2e-3);
        }
      }
      const total = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);
      assert.approximately(total(da), total(db), 1e-5);
    });
  }

  it('the system of the sums takes links that are rounding for none', () => {
    // Columns 1 and 2 belong together; what links them to column 0 is nothing beside that.
    const weights = Float64Array.of(0, 1, 1, 1, 1e-17, 0);
    const system = new MarginalSystem(2, 3);
    const [u, v] = [new Float64Array(2), new Float64Array(3)];
    system.factor(weights);
    system.solve(weights, Float64Array.of(1, 0), Float64Array.of(1, 0, 0), u, v);
    assert.isAtMost(largest([...u, ...v]), 10);
  });

  it('what must pass through weak links gets there, where sweeps alone would creep', () => {
    for (const [n, depth] of [
      [2, 40],
      [2, 400],
      [5, 60],
    ]) {
      // prettier-ignore
      // Each row has a column of its own; what is left over goes down the stairs.
      const X = Float64Array.from({length: n * n}, (_, at) => -depth * (Math.floor(at / n) - (at % n)) ** 2);
      const rows = Float64Array.from(
        {length: n},
        (_, i) => (1 + (i === 0 ? 0.2 : i === n - 1 ? -0.2 : 0)) / n,
      );
      const columns = new Float64Array(n).fill(1 / n);
      const {P, miss} = findPlan({kind: 'entropic', n, m: n, X, rows, columns});
      assert.isAtMost(miss, 1e-9);
      for (let i = 0; i < n - 1; i++) assert.approximately(P[i * n + i + 1], 0.2 / n, 1e-8);
      for (let i = 1; i < n; i++) assert.isAtMost(P[i * n + i - 1], 1e-8);
    }
  });

  it('is as exact as X is, whatever is added to its rows and columns, and at any size', () => {
    const [n, m] = [4, 5];
    const random = seededRandom(21);
    const [rows, columns] = [shares(n, random), shares(m, random)];
    const X = Float64Array.from({length: n * m}, () => Math.round(16 * random()) / 8);
    const shifted = X.map((value, at) => value + 2 ** 42 * (1 + Math.floor(at / m)) - 2 ** 40 * (at % m));
    for (const kind of KINDS) {
      const [plain, far] = [X, shifted].map((values) => findPlan({kind, n, m, X: values, rows, columns}));
      assert.isAtMost(far.miss, 1e-9);
      assert.isAtMost(largest(far.P.map((value, at) => value - plain.P[at])), 1e-9);
      for (const size of [1e7, 1e9]) {
        const {P, miss} = findPlan({kind, n, m, X: X.map((value) => size * value), rows, columns}); // prettier-ignore
        assert.isAtMost(miss, 2e-7);
        const [r, c] = sumsOf(P, n, m);
        assert.isAtMost(Math.max(largest(r.map((v, i) => v - rows[i])), largest(c.map((v, j) => v - columns[j]))), 1e-7); // prettier-ignore
      }
    }
  });

  it('the cotangents of sums are equal in total, in each part that is linked', () => {
    // Rows 0 and 2 with columns 1 and 3; row 1 with columns 0 and 2.
    const P = Float32Array.of(0, 0.2, 0, 0.1, 0.15, 0, 0.25, 0, 0, 0.1, 0, 0.2);
    const dP = Float32Array.from({length: 12}, (_, at) => Math.cos(3 * at));
    const [dx, da, db] = [12, 3, 4].map((size) => new Float32Array(size));
    for (const kind of KINDS) {
      planGradientBatch({kind, batch: 1, n: 3, m: 4, strength: 0.5}, P, dP, dx, da, db);
      assert.approximately(da[0] + da[2], db[1] + db[3], 1e-6);
      assert.approximately(da[1], db[0] + db[2], 1e-6);
      // No move of x changes a sum: those of dx are zero.
      const [r, c] = sumsOf(dx, 3, 4);
      assert.isAtMost(Math.max(largest(r), largest(c)), 1e-6);
      P.forEach((value, at) => value === 0 && assert.equal(Math.abs(dx[at]), 0));
    }
  });

  it('the system of the sums is solved in each linked part, without cancellation', () => {
    for (const [n, m, W] of [
      [2, 3, [1, 2, 3, 4, 5, 6]],
      [3, 3, [1, 0, 0, 0, 2, 1e-9, 0, 3, 4]],
      [2, 2, [1, 0, 0, 5]],
      [3, 2, [1, 2, 0, 0, 3, 1]],
      [3, 3, [1, 1e-12, 0, 1e-12, 1, 1e-12, 0, 1e-12, 1]],
    ] as [number, number, number[]][]) {
      const weights = Float64Array.from(W);
      const system = new MarginalSystem(n, m);
      const random = seededRandom(6);
      // A right-hand side that can be met.
      const [u0, v0] = [n, m].map((size) => Float64Array.from({length: size}, () => random() - 0.5));
      const image = (u: Float64Array, v: Float64Array) =>
        sumsOf(weights.map((w, at) => w * (u[Math.floor(at / m)] + v[at % m])), n, m); // prettier-ignore
      const [rows, columns] = image(u0, v0);
      const [u, v] = [new Float64Array(n).fill(9), new Float64Array(m).fill(9)];
      for (let again = 0; again < 2; again++) {
        system.factor(weights);
        system.solve(weights, rows, columns, u, v);
        const [r, c] = image(u, v);
        for (let i = 0; i < n; i++) assert.approximately(r[i], rows[i], 1e-13);
        for (let j = 0; j < m; j++) assert.approximately(c[j], columns[j], 1e-13);
        // Also what links them weakly comes out: sums u + v where there is a link.
        weights.forEach((w, at) => {
          const [i, j] = [Math.floor(at / m), at % m];
          if (w > 1e-13) assert.approximately(u[i] + v[j], u0[i] + v0[j], w < 1e-8 ? 1e-2 : 1e-8);
        });
        for (let i = 0; i < n; i++) assert.equal(system.rowSums[i], W.slice(i * m, i * m + m).reduce((s, w) => s + w)); // prettier-ignore
      }
      // With a ridge the diagonal of the columns grows by its part.
      const ridge = 0.25;
      system.factor(weights, ridge);
      const [, own] = sumsOf(weights, n, m);
      system.solve(weights, rows, columns.map((value, j) => value + ridge * own[j] * v0[j]), u, v); // prettier-ignore
      for (let j = 0; j < m; j++) assert.approximately(v[j], v0[j], 1e-9);
      for (let i = 0; i < n; i++) if (system.rowSums[i] > 0) assert.approximately(u[i], u0[i], 1e-9);
      else assert.equal(u[i], 0); // prettier-ignore
    }
  });
});
