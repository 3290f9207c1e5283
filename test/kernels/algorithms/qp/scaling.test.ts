/** @file Equilibration: what it makes of matrices, vectors and points, and which rows it leaves out. */
import {assert} from 'chai';
import {MatrixReader} from '../../../../src/kernels/algorithms/qp/matrices.js';
import {equilibrateMatrices} from '../../../../src/kernels/algorithms/qp/equilibrate.js';
import {DenseMatrix} from '../../../../src/kernels/algorithms/qp/dense-matrix.js';
import {scaleProblem} from '../../../../src/kernels/algorithms/qp/scale-problem.js';
import {rescale, scalingRoom, unscale} from '../../../../src/kernels/algorithms/qp/scaling.js';
import {emptyProblem, type Problem} from '../../../../src/kernels/algorithms/qp/types.js';
import {seededRandom} from '../../../zoo/linear-systems.js';
import {apart, DENSE, kktError, largest, planted, vectorOf, type Shape, problemFrom} from './planted.js';

const SHAPES: Shape[] = [
  {n: 5, p: 1, active: 2, idle: 3},
  {n: 5, p: 1, active: 4, idle: 2, rank: 2},
  {n: 4, p: 2, active: 2, idle: 3, rank: 0},
];

for (const dense of DENSE) {
  /** A planted problem in units of its own for each row, column and the objective; the point that solves it goes with it. */
  function inUnits(shape: Shape, seed: number) {
    const {problem, solution} = planted(dense, shape, seed);
    const {
      n,
      P: {values: P},
      q,
      C: {values: C},
      d,
    } = problem;
    const random = seededRandom(seed);
    const factor = () => 10 ** (8 * random() - 4);
    const [D, E] = [q, d].map((values) => Float64Array.from(values, factor));
    const [weight, beta] = [factor(), factor()];
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) P[j * n + k] *= D[j] * D[k] * weight;
      q[j] *= D[j] * weight * beta;
      solution.x[j] *= beta / D[j];
    }
    for (let i = 0; i < d.length; i++) {
      for (let j = 0; j < n; j++) C[i * n + j] *= E[i] * D[j];
      d[i] *= E[i] * beta;
      solution.s[i] *= E[i] * beta;
      solution.y[i] *= (weight * beta) / E[i];
    }
    return {problem, solution};
  }

  const rowsOf = (C: Float64Array, n: number) =>
    Array.from({length: C.length / n}, (_, i) => largest(C.subarray(i * n, (i + 1) * n)));

  describe(`equilibration, by ${dense.name} kernels`, () => {
    for (const shape of SHAPES) {
      it(`brings everything to magnitude one, and points with it: ${JSON.stringify(shape)}`, () => {
        for (let seed = 0; seed < 5; seed++) {
          const {problem, solution} = inUnits(shape, seed);
          const {n, rank = n} = {...shape};
          const scaled = emptyProblem(dense, problem);
          const matrices = equilibrateMatrices(dense, problem);
          const scaling = scaleProblem(dense, problem, matrices, scaled);
          for (const size of rowsOf(scaled.C.values, n)) assert.isTrue(size > 0.85 && size < 1.15, `${size}`);
          // The curvature before the objective's own factor, which brings it and the costs to 1.
          if (rank === n) for (let j = 0; j < n; j++) assert.approximately(scaled.P.values[j * (n + 1)], scaling.c, 1e-9 * scaling.c); // prettier-ignore
          assert.approximately(scaling.curvature, largest(scaled.P.values) / scaling.c, 1e-9);
          assert.approximately(Math.max(largest(scaled.P.values), largest(scaled.q)), 1, 1e-12);
          assert.approximately(largest(scaled.d), 1, 1e-12);
          if (rank === 0) {
            const columns = Array.from({length: n}, (_, j) => largest(scaled.C.values.filter((_, at) => at % n === j))); // prettier-ignore
            for (const size of columns) assert.isTrue(size > 0.85 && size < 1.15, `${size}`);
          }
          const {x, y, s} = solution;
          const before = [x, y, s].map((values) => values.slice());
          rescale(solution, scaling);
          assert.isAtMost(kktError(scaled, solution), 1e-9 * Math.max(1, largest(solution.x, solution.y)));
          unscale(solution, scaling);
          [x, y, s].forEach((values, k) => assert.isAtMost(apart(values, before[k]), 1e-12 * largest(before[k]))); // prettier-ignore
          assert.isAtMost(Math.max(...scaling.absent), 0);
        }
      });
    }

    it('does not change with the units of rows and variables', () => {
      for (const shape of SHAPES) {
        const [plain, other] = [planted(dense, shape, 3), inUnits(shape, 3)].map(({problem}) => {
          const scaled = emptyProblem(dense, problem);
          scaleProblem(dense, problem, equilibrateMatrices(dense, problem), scaled);
          return scaled;
        });
        if ((shape.rank ?? shape.n) < shape.n) continue;
        for (const part of ['P', 'C'] as const) assert.isAtMost(apart(plain[part].values, other[part].values), 1e-9, part); // prettier-ignore
        for (const part of ['q', 'd'] as const) assert.isAtMost(apart(plain[part], other[part]), 1e-9, part);
      }
    });

    const problemOf = (P: number[], q: number[], C: number[], d: number[], p = 0): Problem =>
      problemFrom(dense, {n: q.length, p, m: d.length - p, P, q, C, d});
    function scale(problem: ReturnType<typeof problemOf>, withoutFar = false) {
      const scaled = emptyProblem(dense, problem);
      const matrices = equilibrateMatrices(dense, problem);
      return {scaled, ...scaleProblem(dense, problem, matrices, scaled, withoutFar)};
    }

    it('leaves out rows of zeros and rows without a bound', () => {
      const {scaled, absent, isEmpty, beta, E} = scale(
        problemOf([4], [2], [0, 2, 0, 1e6, 8], [0, 6, 3, 1e20, -4], 2),
      );
      assert.deepEqual([...isEmpty], [1, 0, 1, 0, 0]);
      assert.deepEqual([...absent], [1, 0, 1, 1, 0]);
      // x = D x̂ with D = 1/2: rows 2 and 8 become 1 and 4.
      assert.deepEqual([...scaled.C.values], [0, 1, 0, 0, 1]);
      assert.deepEqual([...E], [1, 1, 1, 1, 0.25]);
      assert.equal(beta, 1 / 6);
      assert.isAtMost(apart(scaled.d, [0, 1, 1, 1, -1 / 6]), 1e-15);
    });

    it('leaves out inequalities that are far away, where it is told so, and lets them set no scale', () => {
      const far = (d: number, withoutFar: boolean, more: [number[], number[]] = [[], []]) =>
        scale(problemOf([1], [-1], [1, 1, ...more[0]], [0.5, d, ...more[1]]), withoutFar);
      // The minimum without constraints is 1 away: 1e4 times that is far.
      assert.deepEqual([...far(9.9e3, true).absent], [0, 0]);
      assert.deepEqual([...far(1.01e4, true).absent], [0, 1]);
      assert.deepEqual([...far(1.01e4, false).absent], [0, 0]);
      assert.approximately(far(1.01e4, true).beta, 2, 1e-12);
      // Not where an equality, or a row that is violated at zero, is as far.
      assert.deepEqual([...far(1e6, true, [[1], [-200]]).absent], [0, 0, 0]);
      assert.deepEqual([...far(1e6, true, [[1], [-50]]).absent], [0, 1, 0]);
      const equality = scale(problemOf([1], [-1], [1, 1], [200, 1e6], 1), true);
      assert.deepEqual([...equality.absent], [0, 0]);
      // Nor where three quarters are.
      assert.deepEqual(
        [
          ...far(1e6, true, [
            [1, 1],
            [1e6, 1e6],
          ]).absent,
        ],
        [0, 0, 0, 0],
      );
      assert.deepEqual(
        [
          ...far(1e6, true, [
            [1, 1],
            [1e6, 1],
          ]).absent,
        ],
        [0, 1, 1, 0],
      );
      const most = scale(problemOf([1], [-1], [1, 1, 1], [1e6, 1e6, 1e6]), true);
      assert.deepEqual([...most.absent], [0, 0, 0]);
    });

    it('follows an entry of P that is too large for its diagonal, from the variable that has more', () => {
      // Rounding left 1e-8 where at least 1 must be.
      const {D, curvature} = equilibrateMatrices(dense, problemOf([4, 2, 2, 1e-8], [0, 0], [1, 1], [1]));
      assert.approximately(D[0], 0.5, 1e-15);
      assert.approximately(D[1], 1, 1e-12);
      assert.approximately(curvature, 1, 1e-12);
    });

    it('follows the diagonal alone as long as the entries are possible beside it', () => {
      const of = (entry: number) => equilibrateMatrices(dense, problemOf([1, entry, entry, 4], [0, 0], [1, 1], [1])); // prettier-ignore
      const possible = of(2.01);
      assert.deepEqual([...possible.D], [1, 0.5]);
      assert.approximately(possible.curvature, 1.005, 1e-12);
      const impossible = of(2.04);
      assert.isAtMost(apart(impossible.D, [1 / 1.02, 0.5]), 1e-15);
      assert.approximately(impossible.curvature, 1, 1e-12);
    });

    it('scales rows that are left out by the scale of the others', () => {
      const problem = problemOf([4], [0], [6, 8, 0, 1e5], [1, 1, 1, 1]);
      const {D, E, isEmpty} = equilibrateMatrices(dense, problem, undefined, Uint8Array.of(0, 1, 1, 0));
      assert.deepEqual([[...D], [...E], [...isEmpty]], [[0.5], [1 / 3, 1 / 4, 1, 1 / 5e4], [0, 0, 1, 0]]);
      // They have no part in it, where it depends on rows.
      const flat = (leaveOut: number[]) => equilibrateMatrices(dense, problemOf([0, 0, 0, 0], [0, 0], [1, 0, 1, 1e6, 0, 1], [1, 1, 1]), undefined, Uint8Array.from(leaveOut)); // prettier-ignore
      assert.deepEqual([...flat([0, 1, 0]).D], [1, 1]);
      assert.approximately(flat([0, 1, 0]).E[1], 1e-6, 1e-12);
      assert.isBelow(flat([0, 0, 0]).D[1], 0.1);
    });

    it('counts curvature that is nothing beside the largest as none', () => {
      const {D} = equilibrateMatrices(dense, problemOf([1, 0, 0, 1e-27], [0, 0], [0, 1e3], [1]));
      assert.equal(D[0], 1);
      assert.isBelow(D[1], 1);
      const more = equilibrateMatrices(dense, problemOf([1, 0, 0, 1e-25], [0, 0], [0, 1e3], [1]));
      assert.approximately(more.D[1], 10 ** 12.5, 1);
    });

    it('of a problem of zeros is 1', () => {
      const {scaled, c, beta} = scale(problemOf([0], [0], [1], [0]));
      assert.deepEqual([c, beta, ...scaled.P.values, ...scaled.q, ...scaled.d], [1, 1, 0, 0, 0]);
    });

    it('lifts the diagonal by its own part', () => {
      const P = new DenseMatrix(dense, 2, 2, vectorOf(dense, [2, 1, 1, 3]));
      P.growDiagonal(0.5);
      assert.deepEqual([...P.values], [3, 1, 1, 4.5]);
      const problem = {...problemOf([1, 0, 0, 1], [0, 0], [1, 1], [1]), lift: 0.5};
      assert.approximately(scale(problem).scaled.P.values[0], 1.5, 1e-12);
    });

    it('in a room of its own gives the same', () => {
      const {problem} = planted(dense, SHAPES[0], 1);
      const room = scalingRoom(dense, problem);
      for (const values of [room.D, room.E, room.row, room.column, room.rows]) values.fill(3);
      const [own, other] = [equilibrateMatrices(dense, problem, room), equilibrateMatrices(dense, problem)];
      assert.strictEqual(own.D, room.D);
      assert.deepEqual([...own.D, ...own.E, own.curvature], [...other.D, ...other.E, other.curvature]);
    });
  });

  describe(`the matrices of a batch, by ${dense.name} kernels`, () => {
    const arrays = {
      Q: Float32Array.of(2, 1, 1, 2, 1, 0, 0, 3),
      G: Float32Array.of(5, 6, 7, 8),
      A: Float32Array.of(1, 2, 3, 4),
    };
    const reader = (shared: Record<string, number>, from = arrays) => {
      const problem = emptyProblem(dense, {n: 2, p: 1, m: 1});
      return {problem, matrices: new MatrixReader(dense, {arrays: from, parameters: shared}, problem)};
    };

    it('come sample by sample, equalities first', () => {
      const {problem, matrices} = reader({});
      assert.isTrue(matrices.read(1));
      assert.deepEqual([...problem.P.values, ...problem.C.values], [1, 0, 0, 3, 3, 4, 7, 8]);
      assert.isTrue(matrices.read(0));
      assert.deepEqual([...problem.P.values, ...problem.C.values], [2, 1, 1, 2, 1, 2, 5, 6]);
      assert.isUndefined(matrices.sharedScaling());
    });

    it('are read once where all samples share them, and scaled once', () => {
      const shared = {sharedQ: 1, sharedG: 1, sharedA: 1};
      const first = {Q: arrays.Q.subarray(0, 4), G: arrays.G.subarray(0, 2), A: arrays.A.subarray(0, 2)};
      const {problem, matrices} = reader(shared, first);
      assert.isTrue(matrices.read(0));
      problem.P.values[0] = 9;
      assert.isTrue(matrices.read(1));
      assert.equal(problem.P.values[0], 9);
      const scaling = matrices.sharedScaling();
      assert.isDefined(scaling);
      assert.strictEqual(matrices.sharedScaling(), scaling);
      const one = reader({...shared, sharedG: 0}, {...first, G: arrays.G});
      assert.isTrue(one.matrices.read(1));
      assert.deepEqual([...one.problem.P.values, ...one.problem.C.values], [2, 1, 1, 2, 1, 2, 7, 8]);
      assert.isUndefined(one.matrices.sharedScaling());
    });

    it('are refused where a number is none, or Q is not semidefinite, sample by sample', () => {
      const {problem, matrices} = reader({}, {...arrays, Q: Float32Array.of(1, 2, 2, 1, 1, 1, 1, 1 - 1e-7)});
      assert.isFalse(matrices.read(0));
      assert.equal(problem.lift, 0);
      assert.isTrue(matrices.read(1));
      assert.isAbove(problem.lift, 0);
      for (const part of ['Q', 'G', 'A'] as const) {
        const broken = {...arrays, [part]: arrays[part].slice().fill(NaN, 0, 1)};
        const of = reader({}, broken);
        assert.deepEqual([of.matrices.read(0), of.matrices.read(1)], [false, true]);
        const {Q, G, A} = broken;
        const first = {Q: Q.subarray(0, 4), G: G.subarray(0, 2), A: A.subarray(0, 2)};
        const shared = reader({sharedQ: 1, sharedG: 1, sharedA: 1}, first);
        assert.deepEqual([shared.matrices.read(0), shared.matrices.read(1)], [false, false]);
      }
    });
  });
}
