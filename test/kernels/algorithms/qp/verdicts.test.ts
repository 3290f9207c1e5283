/** @file What decides about rows, rays and points of a quadratic program, on both sides of each bound. */
import {assert} from 'chai';
import {Certificate} from '../../../../src/kernels/algorithms/qp/certificate.js';
import {ExactZeros} from '../../../../src/kernels/algorithms/qp/exact-zeros.js';
import {dualCertificate, primalCertificate} from '../../../../src/kernels/algorithms/qp/infeasibility.js';
import {asksForInfinity, clearEmptyRows} from '../../../../src/kernels/algorithms/qp/presolve.js';
import {isDescentRay, isFarkasRay} from '../../../../src/kernels/algorithms/qp/rays.js';
import {SemidefiniteLift, symmetrize} from '../../../../src/kernels/algorithms/qp/semidefinite.js';
import type {Problem} from '../../../../src/kernels/algorithms/qp/types.js';
import {maxAbs} from '../../../../src/kernels/algorithms/qp/vectors.js';
import {apart, DENSE, largest, planted, times, transposedTimes, vectorOf, problemFrom} from './planted.js';

it('the largest magnitude of a vector is NaN if an entry is', () => {
  assert.equal(maxAbs(Float64Array.of(1, -3, 2)), 3);
  assert.equal(maxAbs(new Float64Array(0)), 0);
  for (const at of [0, 1, 2]) assert.isNaN(maxAbs(Float64Array.of(1, 2, 3).fill(NaN, at, at + 1)));
});

for (const dense of DENSE) {
  const vector = (values: ArrayLike<number>) => vectorOf(dense, values);
  const problemOf = (P: number[], q: number[], C: number[], d: number[], p = 0): Problem =>
    problemFrom(dense, {n: q.length, p, m: d.length - p, P, q, C, d});

  describe(`presolve, by ${dense.name} kernels`, () => {
    it('tells right-hand sides that no point meets', () => {
      const asks = (d: number[], p: number) => asksForInfinity(problemOf([0], [0], d.map(() => 1), d, p)); // prettier-ignore
      for (const d of [[1, 2], [-9.9e19, 1e20], [9.9e19, Infinity], [-9.9e19, -9.9e19]]) assert.isFalse(asks(d, 1)); // prettier-ignore
      for (const d of [[1e20, 2], [-1e20, 2], [1, -1e20], [1, -Infinity], [NaN, 1], [1, NaN]]) assert.isTrue(asks(d, 1)); // prettier-ignore
    });

    it('takes out rows of zeros that hold, and names the first that does not', () => {
      const cleared = (d: number[]) => {
        const problem = problemOf([0], [0], [0, 0, 0, 0, 1], d, 2);
        const row = clearEmptyRows(problem, Uint8Array.of(1, 1, 1, 1, 0));
        return [row, ...problem.d];
      };
      assert.deepEqual(cleared([1e-10, -1e-10, -1e-10, 5, -3]), [-1, 0, 0, Infinity, Infinity, -3]);
      assert.equal(cleared([1.1e-10, 0, 0, 0, 0])[0], 0);
      assert.equal(cleared([0, -1.1e-10, 0, 0, 0])[0], 1);
      assert.equal(cleared([0, 0, -1.1e-10, -1, 0])[0], 2);
      assert.equal(cleared([0, 0, 0, -1, 0])[0], 3);
    });
  });

  describe(`rays, by ${dense.name} kernels`, () => {
    const farkas = (C: number[], d: number[], y: number[], p = 0) =>
      isFarkasRay(problemOf([0], [0], C, d, p), vectorOf(dense, y), dense.vector(1), dense.vector(1));

    it('prove that there is no point: beyond rounding, cancelling, with the right signs, on rows that bound', () => {
      const size = 2 ** -20;
      // Of y = (1, 1) the gap is δ, and the terms are 2 + δ.
      assert.isTrue(farkas([1, -1], [1, -1 - 2.1 * size], [1, 1]));
      assert.isFalse(farkas([1, -1], [1, -1 - 1.9 * size], [1, 1]));
      assert.isFalse(farkas([1, -1], [1, -1], [1, 1]));
      assert.isFalse(farkas([1, -1], [1, 1], [1, 1]));
      assert.isTrue(farkas([1, -1], [1, -2], [1, 1 + 1e-10]));
      assert.isFalse(farkas([1, -1], [1, -2], [1, 1 + 3e-10]));
      assert.isFalse(farkas([1, 1], [-1, -1], [1, 1]));
      // x ≤ 1 and x = 2: y = (−1, 1), equality first.
      assert.isTrue(farkas([1, 1], [2, 1], [-1, 1], 1));
      assert.isFalse(farkas([1, 1], [2, 1], [-1, 1]));
      assert.isFalse(farkas([1, 1], [1, 2], [1, -1], 1));
      assert.isTrue(farkas([1, -1, 1], [1, -2, Infinity], [1, 1, 0]));
      assert.isFalse(farkas([1, -1, 0], [1, -2, 1e20], [1, 1, 1]));
      assert.isFalse(farkas([1, -1], [1, -2], [Infinity, Infinity]));
      assert.isFalse(farkas([1, -1], [1, -2], [NaN, 1]));
      assert.isFalse(farkas([1, 0], [-1, 0], [0, Infinity]));
      assert.isFalse(farkas([0], [-1], [Infinity]));
    });

    it('prove that the objective falls: beyond rounding, without curvature, within the rows that bound', () => {
      const descent = (q: number[], x: number[], {P = [0, 0, 0, 0], C = [0, 0], d = [0], p = 0} = {}) =>
        isDescentRay(dense, problemOf(P, q, C, d, p), Float64Array.from(x));
      const size = 2 ** -20;
      assert.isTrue(descent([-1 - 2.1 * size, 1], [1, 1]));
      assert.isFalse(descent([-1 - 1.9 * size, 1], [1, 1]));
      assert.isFalse(descent([1, 1], [1, 1]));
      assert.isFalse(descent([0, 0], [1, 1]));
      for (const x of [NaN, Infinity]) for (const q of [-1, 0, 1]) assert.isFalse(descent([-1, q], [1, x]));
      // Curvature may be what rounding to f32 leaves of its terms, 2.
      const bent = (off: number) => [1, -1, -1, 1 + off];
      assert.isTrue(descent([-1, 0], [1, 1], {P: bent(0)}));
      assert.isTrue(descent([-1, 0], [1, 1], {P: bent(1.8 * 2 ** -22)}));
      assert.isFalse(descent([-1, 0], [1, 1], {P: bent(2.2 * 2 ** -22)}));
      assert.isFalse(descent([-1, 0], [1, 1], {P: bent(-2.2 * 2 ** -22)}));
      // Rows: terms 2.
      const along = (off: number, p = 0, d = [7]) => descent([-1, 0], [1, 1], {C: [1, -1 + off], d, p});
      for (const p of [0, 1]) {
        assert.isTrue(along(1.9e-10, p));
        assert.isFalse(along(2.1e-10, p));
        assert.equal(along(-2.1e-10, p), p === 0);
      }
      assert.isTrue(along(-1));
      assert.isTrue(along(1, 0, [Infinity]));
      // More rows than variables, and the last one counts.
      const rows = (last: number) =>
        descent([-1, 0], [1, 1], {C: [-1, 0, 0, -1, -1, -1, last, 0], d: [0, 0, 0, 0]});
      assert.isTrue(rows(-1));
      assert.isFalse(rows(1));
    });

    it('are found by linear programs where there are any', () => {
      for (let seed = 0; seed < 4; seed++) {
        const {problem} = planted(dense, {n: 4, p: 1, active: 2, idle: 3, rank: 2}, seed);
        assert.isNull(primalCertificate(dense, problem));
        assert.isNull(dualCertificate(dense, problem));
        // The last row against the one before.
        const {
          n,
          P: {values: P},
          C: {values: C},
          d,
        } = problem;
        for (let j = 0; j < n; j++) C[5 * n + j] = -2 * C[4 * n + j];
        d[5] = -2 * d[4] - 1;
        const ray = primalCertificate(dense, problem)!;
        assert.isBelow(times(d, ray.y)[0], 0);
        assert.isAtMost(largest(transposedTimes(C, ray.y, n)), 1e-7 * largest(ray.y));
        assert.isAtLeast(Math.min(...ray.y.subarray(1)), 0);
        // Down where nothing bends or bounds.
        problem.C.values.fill(0, n);
        problem.q.fill(0);
        problem.C.values.fill(0, 0, n);
        for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) if (j === 3 || k === 3) P[j * n + k] = 0;
        problem.C.values[0] = 1;
        problem.C.values[n + 3] = 1;
        problem.q[3] = 2;
        const fall = dualCertificate(dense, problem)!;
        assert.approximately(fall.x[3], -0.5, 1e-8);
        assert.isAtMost(largest(times(P, fall.x)), 1e-8);
        assert.approximately(fall.s[1], 0.5, 1e-6);
      }
    });
  });

  describe(`semidefiniteness, by ${dense.name} kernels`, () => {
    it('is judged in the units of each variable, and lifted by no more than rounding', () => {
      const lift = (P: number[]) => new SemidefiniteLift(dense, Math.sqrt(P.length)).of(vector(P));
      for (const [a, b] of [
        [1, 1],
        [1e6, 1e-6],
      ]) {
        // [a², ab(1 + δ); ab(1 + δ), b²] has the eigenvalue −δ in units of its diagonal.
        const of = (delta: number) => lift([a * a, a * b * (1 + delta), a * b * (1 + delta), b * b]);
        assert.equal(of(-0.5), 0);
        assert.equal(of(0), 0);
        assert.equal(of(3e-9), 1e-8);
        assert.equal(of(3e-8), 1e-7);
        assert.equal(of(5e-7), 1e-6);
        assert.isNull(of(3e-6));
      }
      assert.equal(lift([0]), 0);
      assert.isNull(lift([-1e-300]));
      assert.equal(lift([0, 0, 0, 1]), 0);
      assert.isNull(lift([0, 1e-9, 1e-9, 1]));
      assert.isNull(lift([1, 1e-9, 1e-9, 0]));
      assert.isNull(lift([1, 0, 0, -1]));
      // Twice with one object: nothing of the first may be left.
      const judge = new SemidefiniteLift(dense, 2);
      assert.isNull(judge.of(vector([1, 2, 2, 1])));
      assert.equal(judge.of(vector([1, 0, 0, 1])), 0);
    });

    it('needs a matrix that is symmetric but for rounding, and makes it so', () => {
      const of = (off: number) => {
        const P = vector([2, 1 + off, 1, 2]);
        return [symmetrize(dense, P, 2), ...P];
      };
      assert.deepEqual(of(0), [true, 2, 1, 1, 2]);
      assert.deepEqual(of(2 ** -16), [true, 2, 1 + 2 ** -17, 1 + 2 ** -17, 2]);
      assert.isFalse(of(2.1e-5)[0]);
      assert.isFalse(of(NaN)[0]);
      assert.isFalse(symmetrize(dense, vector([Infinity]), 1));
      assert.isTrue(symmetrize(dense, vector([0]), 1));
    });
  });

  describe(`the certificate of a point, by ${dense.name} kernels`, () => {
    const {problem, solution} = planted(dense, {n: 4, p: 1, active: 2, idle: 2}, 3);
    const {
      P: {values: P},
      q,
      C: {values: C},
      d,
    } = problem;
    const certificate = new Certificate(dense, problem);
    const magnitudes = (values: ArrayLike<number>) => Array.from(values, Math.abs);

    it('has each error beside its own terms', () => {
      const x = vector(solution.x.map((value, j) => value + [1e-3, 0, -2e-3, 0][j]));
      const y = vector(solution.y.map((value, i) => value + [2e-3, 0, 1e-3, 0, 5e-3][i]));
      const said = certificate.measure(problem, x, y, Infinity);
      const [Px, pull, Cx] = [times(P, x), transposedTimes(C, y, 4), times(C, x)];
      const costs = times(magnitudes(P), magnitudes(x)).map((value, j) => value + Math.abs(q[j]));
      const columnTerms = transposedTimes(magnitudes(C), y.map(Math.abs), 4).map((v, j) => v + costs[j]); // prettier-ignore
      const rowTerms = times(magnitudes(C), magnitudes(x)).map((value, i) => value + Math.abs(d[i]));
      const columns = columnTerms.map((terms, j) => Math.abs(Px[j] + q[j] + pull[j]) / terms);
      const rows = rowTerms.map((terms, i) => {
        const excess = Cx[i] - d[i];
        if (i < 1) return Math.abs(excess) / terms;
        if (excess > 0) return excess / terms;
        const moves = Math.max(...columnTerms.map((all, j) => Math.abs(C[i * 4 + j] * y[i]) / all));
        return Math.min(moves, -excess / terms);
      });
      assert.isAtMost(apart(certificate.columnTerms, columnTerms), 1e-12);
      assert.isAtMost(apart(certificate.rowTerms, rowTerms), 1e-12);
      assert.isAtMost(apart(certificate.columns, columns), 1e-12);
      assert.isAtMost(apart(certificate.rows, rows), 1e-12);
      assert.approximately(said, largest(columns, rows), 1e-12);
      assert.isAbove(said, 1e-4);
      // Beside their neighbours errors are no larger.
      assert.isAtMost(certificate.measure(problem, x, y, 0), said);
      assert.isAtMost(certificate.measure(problem, solution.x, solution.y, Infinity), 1e-15);
    });

    it('is Infinity where a number is none, and 1e9 where nothing is beside an error', () => {
      const measure = (x: number[], y: number[], of = problemOf([1, 0, 0, 1], [0, 0], [1, 0], [0])) =>
        new Certificate(dense, of).measure(of, vector(x), vector(y), Infinity);
      assert.equal(measure([NaN, 0], [0]), Infinity);
      assert.equal(measure([0, 0], [NaN]), Infinity);
      assert.equal(measure([0, 0], [0]), 0);
      assert.equal(measure([1e-3, 0], [0]), 1);
      // A row without a bound says nothing.
      assert.equal(measure([0, 0], [0], problemOf([1, 0, 0, 1], [0, 0], [1, 0], [Infinity])), 0);
    });

    it('takes an entry that is zero by cancellation beside its neighbours', () => {
      // x₁ = x₂ = 1 and x₃ = x₁ − x₂, off by 1e-9: its curvature is all that its own condition has.
      const of = problemOf([1, 0, 0, 0, 1, 0, 0, 0, 1e-4], [-1, -1, 0], [1, -1, -1], [0], 1);
      const measure = (enough: number) =>
        new Certificate(dense, of).measure(of, vector([1, 1, 1e-9]), vector([0]), enough);
      assert.approximately(measure(Infinity), 1, 1e-6);
      // What is left is the row's own: 1e-9 beside 1, 1 and the hundredth part of 1.
      assert.approximately(measure(0), 1e-9 / 2.01, 1e-13);
      assert.approximately(measure(2), 1, 1e-6);
    });

    it('allows a part of the neighbours to what is zero by cancellation, and not to given numbers', () => {
      const asked = {enough: 1e-6, given: 1e-8};
      const meets = (x: number[], q: number[], d: number, P = [1, 0, 0, 0, 1, 0, 0, 0, 1e-4]) => {
        const of = problemOf(P, q, [1, -1, -1], [d], 1);
        const own = new Certificate(dense, of);
        own.measure(of, vector(x), vector([0]), Infinity);
        return own.meetsAmongNeighbours(of, vector(x), vector([0]), asked);
      };
      assert.isTrue(meets([1, 1, 1e-9], [-1, -1, 0], 0));
      assert.isFalse(meets([1, 1, 1e-5], [-1, -1, 0], 0));
      // The row says 1e-12 beside 2, or 1e-11, of which 1e-7 is missing.
      assert.isTrue(meets([1, 1, 1e-7], [-1, -1, 0], 0));
      assert.isTrue(meets([1, 1, 1e-7], [-1, -1, 0], 1e-12));
      assert.isFalse(meets([1, 1, 1e-7], [-1, -1, 0], 1e-11));
      assert.isTrue(meets([1, 1, 1e-9], [-1, -1, 0], 1e-11));
      // The third variable's curvature meets a cost of 1e-13, and of 2e-13 only half.
      assert.isTrue(meets([1, 1, 1e-9], [-1, -1, -1e-13], 0));
      assert.isFalse(meets([1, 1, 1e-9], [-1, -1, -2e-13], 0));
    });

    it('notices given numbers that are lost far out', () => {
      const loses = (x: number[], y: number[], of: Problem) => {
        const own = new Certificate(dense, of);
        own.measure(of, vector(x), vector(y), Infinity);
        return own.losesGivenNumbers(of);
      };
      // x₁ − x₂ = 1 at (s, s): 1 beside 2s.
      const of = () => problemOf([0, 0, 0, 0], [0, 0], [1, -1], [1], 1);
      assert.isFalse(loses([1e4, 1e4], [0], of()));
      assert.isTrue(loses([1e6, 1e6], [0], of()));
      assert.isFalse(loses([1e6 + 1, 1e6], [0], of()));
      assert.isFalse(loses([1e6 + 1 + 5e-4, 1e6], [0], of()));
      assert.isTrue(loses([1e6 + 1 + 2e-3, 1e6], [0], of()));
      // Below as above: an equality. An inequality may be below.
      assert.isFalse(loses([1e6, 1e6], [0], problemOf([0, 0, 0, 0], [0, 0], [1, -1], [1])));
      assert.isTrue(loses([1e6, 1e6], [0], problemOf([0, 0, 0, 0], [0, 0], [1, -1], [-1])));
      assert.isFalse(loses([1e6, 1e6], [0], problemOf([0, 0, 0, 0], [0, 0], [1, -1], [Infinity])));
      // The cost 1 beside multipliers of 1e6.
      const costs = () => problemOf([0], [1], [1, -1], [0, 0]);
      assert.isFalse(loses([0], [1e4, 1e4], costs()));
      assert.isTrue(loses([0], [1e6, 1e6], costs()));
      // Nothing of the cost in f64.
      assert.isTrue(loses([1e12, 1e12], [], problemOf([1, -1, -1, 1], [1, -1], [], [])));
      assert.isFalse(loses([1, -1], [], problemOf([1, -1, -1, 1], [-2, 2], [], [])));
      // Also where what is left of the curvature is the cost, as it may be by accident.
      assert.isTrue(loses([1e12, 1e12 - 1], [], problemOf([1, -1, -1, 1], [-1, 1], [], [])));
      assert.isFalse(loses([4e10, 4e10 - 1], [], problemOf([1, -1, -1, 1], [-1, 1], [], [])));
      assert.isFalse(loses([1e12, 1e12], [], problemOf([1, -1, -1, 1], [0, 0], [], [])));
    });

    it('notices multipliers that only rounding keeps from cancelling', () => {
      const pulls = (y: number[], C: number[] = [1, 1, -1, -1], q = [1, 1]) => {
        const of = problemOf([0, 0, 0, 0], q, C, y.map(() => 0)); // prettier-ignore
        const own = new Certificate(dense, of);
        own.measure(of, vector([0, 0]), vector(y), Infinity);
        return own.pullsOnRounding(of, Float64Array.from(y));
      };
      assert.isFalse(pulls([2 ** 20, 2 ** 20]));
      assert.isTrue(pulls([2 ** 22, 2 ** 22]));
      // No cost, nothing to lose; a bound that holds the variable.
      assert.isFalse(pulls([2 ** 22, 2 ** 22], [1, 1, -1, -1], [0, 0]));
      assert.isFalse(pulls([2 ** 22, 2 ** 22], [1, 0, -1, 0], [1, 0]));
      assert.isTrue(pulls([2 ** 22, 2 ** 22, 1], [1, 1, -1, -1, 1, 0], [1, 0]));
      assert.isFalse(pulls([2 ** 22, 2 ** 22, 2 ** 22], [1, 1, -1, -1, -1, 0], [1, 0]));
    });
  });

  describe(`exact zeros, by ${dense.name} kernels`, () => {
    const cleared = (of: Problem, x: number[], y: number[], negligible = 1e-8) => {
      const [at, multipliers] = [vector(x), vector(y)];
      const certificate = new Certificate(dense, of);
      certificate.measure(of, at, multipliers, Infinity);
      new ExactZeros(dense, of).clear(of, certificate, at, multipliers, negligible);
      return [[...at], [...multipliers]];
    };

    it('come in the place of entries below their neighbours’ rounding, and of no others', () => {
      const of = (q: number[]) => problemOf([1, 0, 0, 0, 1, 0, 0, 0, 1], q, [1, 1, 1], [2]);
      // Each term beside 1 and 2.
      assert.deepEqual(cleared(of([-1, -1, 0]), [1, 1, 1e-9], [0]), [[1, 1, 0], [0]]);
      assert.deepEqual(cleared(of([-1, -1, 0]), [1, 1, -1e-9], [1e-9]), [[1, 1, 0], [0]]);
      assert.deepEqual(cleared(of([-1, -1, 0]), [1, 1, 5e-8], [5e-8]), [[1, 1, 5e-8], [5e-8]]);
      assert.deepEqual(cleared(of([-1, -1, 0]), [1, 1, 1e-9], [0], 1e-13), [[1, 1, 1e-9], [0]]);
      // A small cost of its own: then it is meant.
      assert.deepEqual(cleared(of([-1, -1, -1e-9]), [1, 1, 1e-9], [0]), [[1, 1, 1e-9], [0]]);
    });

    it('follow sizes through rows without numbers of their own', () => {
      // x₁ = 1 gives x₂ = x₁ its size, and that x₃ = 1e-3 x₂; x₄ = 1e-9 x₃ is lost beside it.
      const P = [1, 0, 0, 0].concat(Array<number>(12).fill(0));
      const C = [1, -1, 0, 0, 0, 1e-3, -1, 0, 0, 0, 1, -1];
      const of = problemOf(P, [-1, 0, 0, 0], C, [0, 0, 0], 3);
      assert.deepEqual(cleared(of, [1, 1, 1e-3, 1e-3], [0, 0, 0]), [
        [1, 1, 1e-3, 1e-3],
        [0, 0, 0],
      ]);
      assert.deepEqual(cleared(of, [1, 1, 1e-3, 1e-14], [0, 0, 0]), [
        [1, 1, 1e-3, 0],
        [0, 0, 0],
      ]);
      // Nothing has a size: all is noise.
      const none = problemOf(P, [0, 0, 0, 0], C, [0, 0, 0], 3);
      assert.deepEqual(cleared(none, [1, 1, 1e-3, 1e-3], [1, 0, 0]), [
        [0, 0, 0, 0],
        [0, 0, 0],
      ]);
      // A row without a bound has no size either.
      const open = problemOf(P, [0, 0, 0, 0], C.slice(0, 4), [Infinity]);
      assert.deepEqual(cleared(open, [1, 1, 0, 0], [0]), [[0, 0, 0, 0], [0]]);
    });
  });
}
