/** @file The methods that know an active set, or look for one: rows in and out, polishing, independent rows; against known solutions. */
import {assert} from 'chai';
import {ActiveSet} from '../../../../src/kernels/algorithms/qp/active-set.js';
import {AddedRows} from '../../../../src/kernels/algorithms/qp/added-rows.js';
import {solveOnIndependentRows} from '../../../../src/kernels/algorithms/qp/independent-set.js';
import {denseKkt} from '../../../../src/kernels/algorithms/qp/kkt.js';
import {Polish} from '../../../../src/kernels/algorithms/qp/polish.js';
import {
  copyProblem,
  emptyPoint,
  type Point,
  type Problem,
} from '../../../../src/kernels/algorithms/qp/types.js';
import {referenceDense} from '../../../../src/kernels/twins/reference/dense.js';
import {seededRandom} from '../../../zoo/linear-systems.js';
import {apart, DENSE, kktError, largest, noise, planted, semidefinite, times, transposedTimes, vectorOf, type Shape, problemFrom} from './planted.js'; // prettier-ignore

const dense = referenceDense;
const SHAPES: Shape[] = [
  {n: 5, p: 0, active: 2, idle: 3},
  {n: 6, p: 2, active: 1, idle: 4},
  {n: 7, p: 1, active: 5, idle: 6, rank: 3},
  {n: 4, p: 0, active: 4, idle: 4, rank: 0},
  {n: 3, p: 3, active: 0, idle: 2},
  {n: 4, p: 0, active: 0, idle: 3},
  {n: 3, p: 0, active: 0, idle: 0},
];

/** A problem from its numbers, row by row; equalities first. */
function problemOf(P: number[], q: number[], C: number[], d: number[], p = 0): Problem {
  const [n, rows] = [q.length, d.length];
  return problemFrom(dense, {n, p, m: rows - p, P, q, C, d});
}

/** The Farkas conditions of y, on its largest entry. */
function farkasError({n, p, C: {values: C}, d}: Problem, y: Float64Array): number {
  const size = largest(y);
  assert.isBelow(times(d, y)[0], 0);
  return Math.max(largest(transposedTimes(C, y, n)), ...y.subarray(p).map((value) => -value)) / size;
}

describe('rows that are added one by one', () => {
  const n = 6;
  const random = seededRandom(3);
  const [H, C, f, right] = [
    semidefinite(n, n, random),
    noise(5 * n, random),
    noise(n, random),
    noise(5, random),
  ];
  const rowOf = (i: number) => C.subarray(i * n, (i + 1) * n);

  function check(rows: AddedRows, members: number[]): void {
    assert.deepEqual(Array.from(rows.members.subarray(0, rows.count)), members);
    const solve = (by: ArrayLike<number>) => {
      const [x, y] = [new Float64Array(n), new Float64Array(5).fill(7)];
      rows.solution(f.map((value, j) => value + by[j]), right, x, y); // prettier-ignore
      for (let i = 0; i < 5; i++) if (!members.includes(i)) assert.equal(y[i], 7);
      return {x, y: y.map((value, i) => (members.includes(i) ? value : 0))};
    };
    const {x, y} = solve(new Float64Array(n));
    const pull = transposedTimes(C, y, n);
    assert.isAtMost(largest(times(H, x).map((value, j) => value + f[j] + pull[j])), 1e-12);
    for (const i of members) assert.approximately(times(rowOf(i), x)[0], right[i], 1e-12);
    for (let i = 0; i < 5; i++) {
      const {square, relative, dual} = rows.direction(rowOf(i));
      const other = solve(rowOf(i));
      assert.approximately(times(rowOf(i), x)[0] - times(rowOf(i), other.x)[0], square, 1e-12);
      members.forEach((member, k) => assert.approximately(y[member] - other.y[member], dual[k], 1e-12));
      if (members.includes(i)) assert.equal(relative, 0);
      else assert.isAbove(relative, 0.01);
    }
    for (let k = 0; k < n - rows.count; k++) {
      const z = rows.direct(k);
      for (const i of members) assert.approximately(times(rowOf(i), z)[0], 0, 1e-12);
      for (let l = 0; l <= k; l++) {
        assert.approximately(times(times(H, z), rows.direct(l))[0], Number(l === k), 1e-12);
      }
    }
  }

  it('solve on the working set, whatever came and went', () => {
    const rows = new AddedRows(n, 1e-10);
    for (let again = 0; again < 2; again++) {
      assert.isTrue(rows.start(H, 0, 0));
      check(rows, []);
      const add = (i: number) => {
        rows.direction(rowOf(i));
        rows.add(i);
      };
      for (const i of [3, 0, 4]) add(i);
      check(rows, [3, 0, 4]);
      rows.remove(0);
      check(rows, [0, 4]);
      for (const i of [1, 2, 3]) add(i);
      check(rows, [0, 4, 1, 2, 3]);
      rows.remove(2);
      rows.remove(3);
      check(rows, [0, 4, 2]);
      rows.remove(1);
      check(rows, [0, 2]);
    }
  });

  it('solve where they leave no freedom, too', () => {
    const rows = new AddedRows(3, 1e-10);
    const [P, A] = [semidefinite(3, 3, random), noise(9, random)];
    for (let at = 0; at < 3; at++) {
      rows.start(P, 0, 0);
      for (const i of [0, 1, 2]) {
        rows.direction(A.subarray(3 * i, 3 * i + 3));
        rows.add(i);
      }
      const [x, y] = [new Float64Array(3), new Float64Array(3)];
      rows.solution(f.subarray(0, 3), right, x, y);
      assert.isAtMost(apart(times(A, x), right.subarray(0, 3)), 1e-12);
      rows.remove(at);
      assert.deepEqual([...rows.members.subarray(0, rows.count)], [0, 1, 2].filter((i) => i !== at)); // prettier-ignore
      y.fill(0);
      rows.solution(f.subarray(0, 3), right, x, y);
      const pull = transposedTimes(A, y, 3);
      assert.isAtMost(largest(times(P, x).map((value, j) => value + f[j] + pull[j])), 1e-11);
      [0, 1, 2].forEach((i) => i !== at && assert.approximately(times(A.subarray(3 * i, 3 * i + 3), x)[0], right[i], 1e-12)); // prettier-ignore
    }
  });

  it('say whether the matrix is definite enough', () => {
    const rows = new AddedRows(2, 1e-10);
    const P = Float64Array.of(4, 2, 2, 1);
    assert.isFalse(rows.start(P, 0, 0));
    assert.isTrue(rows.start(P, 1, 0));
    assert.isTrue(rows.start(Float64Array.of(4, 0, 0, 9), 0, 1.9));
    assert.isFalse(rows.start(Float64Array.of(4, 0, 0, 9), 0, 2));
    assert.isFalse(rows.start(Float64Array.of(1, 0, 0, -1), 0, 0));
    assert.isFalse(rows.start(Float64Array.of(NaN, 0, 0, 1), 0, 0));
  });
});

describe('the dual active-set method', () => {
  for (const shape of SHAPES.filter(({n, rank = n}) => rank === n)) {
    it(`finds the solution: ${JSON.stringify(shape)}`, () => {
      for (let seed = 0; seed < 8; seed++) {
        const {problem, solution} = planted(dense, shape, seed);
        const {n} = shape;
        const method = new ActiveSet(problem, 1e-10);
        // Twice: nothing of the first time may be left.
        for (let again = 0; again < 2; again++) {
          assert.equal(method.solve(0, new Float64Array(n), 0, false), 'solved');
          assert.isAtMost(kktError(problem, method.point), 1e-11);
          assert.isAtMost(apart(method.point.x, solution.x), 1e-10);
          assert.isAtMost(apart(method.point.y, solution.y), 1e-9);
        }
      }
    });
  }

  it('lets rows go that only seemed to hold, and nothing of another problem stays', () => {
    const shape = {n: 5, p: 1, active: 3, idle: 14};
    const {problem} = planted(dense, shape, 0);
    const method = new ActiveSet(problem, 1e-10);
    let left = 0;
    for (let seed = 0; seed < 20; seed++) {
      const other = planted(dense, shape, seed);
      // Idle rows that are close are violated on the way.
      other.solution.s.forEach((value, i) => {
        other.problem.d[i] -= 0.97 * value;
        other.solution.s[i] = 0.03 * value;
      });
      copyProblem(other.problem, problem);
      const remove = Reflect.get(AddedRows.prototype, 'remove') as (this: AddedRows, at: number) => void;
      AddedRows.prototype.remove = function (at) {
        left++;
        remove.call(this, at);
      };
      try {
        assert.equal(method.solve(0, new Float64Array(5), 0, false), 'solved');
      } finally {
        AddedRows.prototype.remove = remove;
      }
      assert.isAtMost(kktError(problem, method.point), 1e-10);
      assert.isAtMost(apart(method.point.y, other.solution.y), 1e-8);
    }
    assert.isAbove(left, 20);
  });

  it('adds curvature about a centre', () => {
    const {problem} = planted(dense, SHAPES[2], 1);
    const {
      n,
      P: {values: P},
      q,
    } = problem;
    const center = noise(n, seededRandom(8));
    const method = new ActiveSet(problem, 1e-10);
    assert.equal(method.solve(0, center, 1e-5, false), 'failed');
    assert.equal(method.solve(0.5, center, 0, false), 'solved');
    const moved = problemFrom(dense, {
      ...problem,
      P: P.map((value, at) => value + (at % (n + 1) === 0 ? 0.5 : 0)),
      q: q.map((value, j) => value - 0.5 * center[j]),
      C: problem.C.values,
    });
    assert.isAtMost(kktError(moved, method.point), 1e-11);
  });

  it('takes rows that repeat others, and shares what they carry', () => {
    // min ½‖x‖² − 3x₁ − x₂ with x₁ ≤ 1 three times over, in other units, and x₂ = x₁ twice.
    const problem = problemOf(
      [1, 0, 0, 1],
      [-3, -1],
      [1, -1, -2, 2, 1, 0, 5, 0, 1, 0, 1, 1],
      [0, 0, 1, 5, 1, 2],
      2,
    );
    const method = new ActiveSet(problem, 1e-10);
    assert.equal(method.solve(0, new Float64Array(2), 0, false), 'solved');
    assert.isAtMost(kktError(problem, method.point), 1e-13);
    assert.isAtMost(apart(method.point.x, [1, 1]), 1e-13);
  });

  it('leaves no slack to an equality, also to one that others imply', () => {
    // x₁ + x₂ = 1/3 twice over, in units in which nothing is exact.
    const problem = problemOf([1, 0, 0, 1], [0.7, 0.1], [1, 1, 0.3, 0.3, 1, 0], [1 / 3, 0.1, 2], 2);
    const method = new ActiveSet(problem, 1e-10);
    assert.equal(method.solve(0, new Float64Array(2), 0, false), 'solved');
    assert.deepEqual([...method.point.s.subarray(0, 2)], [0, 0]);
    assert.isAbove(method.point.s[2], 1);
  });

  it('proves a contradiction by a ray, from either side', () => {
    for (const problem of [
      problemOf([1, 0, 0, 1], [1, 1], [1, 1, -1, 0, 0, -1], [-1, 0, 0]),
      problemOf([1, 0, 0, 1], [1, 1], [1, 1, -1, 0, 0, -1], [-1, 0, 0], 1),
      problemOf([1, 0, 0, 1], [1, 1], [-1, -1, -1, 0, 0, -1], [1, 0, 0], 1),
      problemOf([1, 0, 0, 1], [1, 1], [1, 1, 2, 2, 1, 0], [1, 3, 0], 2),
      problemOf([1, 0, 0, 1], [1, 1], [1, 1, 2, 2, 1, 0], [1, 1, 0], 2),
      problemOf([1], [0], [1, -1, 1], [1, -1.00001, 5]),
    ]) {
      const method = new ActiveSet(problem, 1e-10);
      assert.equal(method.solve(0, new Float64Array(problem.n), 0, false), 'primalInfeasible');
      assert.isAtMost(farkasError(problem, method.point.y), 1e-12);
    }
  });

  it('lets right-hand sides give way that contradict each other by rounding, each by its own size', () => {
    // x ≤ 1 and x ≥ 1 + δ; terms 2, squares 2: each moves by δ/2.
    for (const p of [0, 1]) {
      const delta = 1e-7;
      const problem = problemOf([1], [0], [1, -1], [1, -1 - delta], p);
      const method = new ActiveSet(problem, 1e-10);
      assert.equal(method.solve(0, new Float64Array(1), 0, false), 'solved');
      assert.approximately(method.point.x[0], 1 + delta / 2, 1e-12);
      assert.isAtMost(apart(problem.d, [1 + delta / 2, -1 - delta / 2]), 1e-12);
      assert.isAtMost(kktError(problem, method.point), 1e-12);
    }
  });

  it('forgives noise in the place of zeros beside a large right-hand side, where it is told so', () => {
    // x₁ ≤ 0 and −x₁ ≤ −1e-14; x₂ ≤ 1.
    const of = () => problemOf([1, 0, 0, 1], [0, -2], [1, 0, -1, 0, 0, 1], [0, -1e-14, 1]);
    const strict = new ActiveSet(of(), 1e-10);
    assert.equal(strict.solve(0, new Float64Array(2), 0, false), 'primalInfeasible');
    const lenient = new ActiveSet(of(), 1e-10);
    assert.equal(lenient.solve(0, new Float64Array(2), 0, true), 'solved');
    assert.isAtMost(apart(lenient.point.x, [0, 1]), 1e-13);
    // Not what is more than noise.
    const larger = new ActiveSet(
      problemOf([1, 0, 0, 1], [0, -2], [1, 0, -1, 0, 0, 1], [0, -1e-11, 1]),
      1e-10,
    );
    assert.equal(larger.solve(0, new Float64Array(2), 0, true), 'primalInfeasible');
  });
});

describe('the solution on independent rows', () => {
  for (const shape of SHAPES) {
    it(`is that of the active set of a point nearby: ${JSON.stringify(shape)}`, () => {
      for (let seed = 0; seed < 5; seed++) {
        const {problem, solution} = planted(dense, shape, seed);
        const random = seededRandom(seed + 50);
        const near = (values: Float64Array) => values.map((value) => value + 1e-3 * random());
        const from = {x: near(solution.x), y: near(solution.y), s: near(solution.s)};
        const to = emptyPoint(dense, problem);
        solveOnIndependentRows(problem, from, to);
        assert.isAtMost(kktError(problem, to), 1e-11);
        // With its set: exactly the rows that hold.
        to.y.forEach((value, i) => assert.equal(value !== 0 || i < shape.p, i < shape.p + shape.active));
      }
    });
  }

  it('takes the rows that stand out, so that rounding in rows that hardly do moves nothing', () => {
    // Three rows through (1, 1): the second is almost the first, and off by 1e-8.
    const C = [1, 0, 1, 1e-4, 0, 1];
    const d = [1, 1 + 1e-4 + 1e-8, 1];
    for (const y of [
      [1, 0.9, 0.5],
      [0.9, 1, 0.5],
      [0.5, 1, 0.9],
      [1, 0.5, 1e-5],
    ]) {
      const q = transposedTimes(C, y, 2).map((value) => -value);
      const problem = problemOf([0, 0, 0, 0], Array.from(q), C, d);
      const from = {x: Float64Array.of(1, 1), y: Float64Array.from(y), s: new Float64Array(3).fill(1e-9)};
      const to = emptyPoint(dense, problem);
      solveOnIndependentRows(problem, from, to);
      assert.isAtMost(kktError(problem, to), 3e-8);
      assert.isAtMost(apart(to.x, [1, 1]), 3e-8);
    }
  });

  it('takes the step along the rows with all of the curvature', () => {
    // Every direction bends with every other.
    for (let seed = 0; seed < 5; seed++) {
      const random = seededRandom(seed);
      const n = 6;
      const P = Array.from({length: n * n}, (_, at) => (at % (n + 1) === 0 ? 101 : 100));
      const problem = problemOf(P, Array.from(noise(n, random)), Array.from(noise(n, random)), [0.5]);
      for (const active of [0, 1]) {
        const from = {x: noise(n, random), y: Float64Array.of(active), s: Float64Array.of(1 - active)};
        const to = emptyPoint(dense, problem);
        solveOnIndependentRows(problem, from, to);
        const pull = transposedTimes(problem.C.values, to.y, n);
        const left = times(P, to.x).map((value, j) => value + problem.q[j] + pull[j]);
        assert.isAtMost(largest(left), 1e-11);
        if (active) assert.approximately(times(problem.C.values, to.x)[0], 0.5, 1e-12);
        else assert.equal(to.y[0], 0);
      }
    }
  });

  it('hands the multipliers of dependent rows over, such that none becomes negative', () => {
    // A vertex in two dimensions where four rows meet.
    const C = [1, 0, 0, 1, 1, 1, 1, -1];
    for (const y of [
      [0.2, 1, 0.5, 0.3],
      [1, 0.2, 0.3, 0.6],
      [0.1, 0.1, 2, 0.1],
    ]) {
      const q = transposedTimes(C, y, 2).map((value) => -value);
      const problem = problemOf([0, 0, 0, 0], Array.from(q), C, [1, 1, 2, 0]);
      const from = {
        x: Float64Array.of(1.01, 0.98),
        y: Float64Array.from(y),
        s: new Float64Array(4).fill(1e-3),
      };
      const to = emptyPoint(dense, problem);
      solveOnIndependentRows(problem, from, to);
      assert.isAtMost(kktError(problem, to), 1e-13);
      assert.isAtMost(apart(to.x, [1, 1]), 1e-13);
      assert.equal(to.y.filter((value) => value > 1e-12).length, 2);
    }
  });

  it('hands multipliers over at any vertex, next to equalities, too', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = seededRandom(seed);
      const [n, p] = [3, seed % 3];
      const rows = p + 3 + Math.floor(4 * random());
      // Small integers: what depends does so clearly.
      const C = Array.from({length: rows * n}, () => Math.floor(5 * random()) - 2);
      const y = Array.from({length: rows}, (_, i) => (i < p ? random() - 0.5 : random()));
      const at = [1, -2, 0.5];
      const q = transposedTimes(C, y, n).map((value) => -value);
      const problem = problemOf(Array<number>(9).fill(0), Array.from(q), C, Array.from(times(C, at)), p);
      const from = {x: Float64Array.from(at), y: Float64Array.from(y), s: new Float64Array(rows).fill(1e-9)};
      from.s.fill(0, 0, p);
      const to = emptyPoint(dense, problem);
      solveOnIndependentRows(problem, from, to);
      assert.isAtMost(kktError(problem, to), 1e-11, `seed ${seed}`);
      assert.isAtMost(to.y.filter((value) => value !== 0).length, n);
    }
  });

  it('holds on to a row whose multiplier is zero', () => {
    const problem = problemOf([1, 0, 0, 1], [0, -3], [1, 0, 0, 1], [0, 7]);
    const from = {x: Float64Array.of(-1e-4, 3), y: Float64Array.of(1e-3, 0), s: Float64Array.of(1e-4, 4)};
    const to = emptyPoint(dense, problem);
    solveOnIndependentRows(problem, from, to);
    assert.deepEqual([...to.x, ...to.y, ...to.s], [0, 3, Number.MIN_VALUE, 0, 0, 4]);
  });

  it('keeps x where there is no curvature, and equalities whose multipliers have any sign', () => {
    // x₁ + x₂ = 2 twice over; curvature in x₃ alone.
    const P = [0, 0, 0, 0, 0, 0, 0, 0, 2];
    const problem = problemOf(P, [3, 3, -4], [1, 1, 0, 3, 3, 0, 0, 0, 1], [2, 6, 9], 2);
    const from = {
      x: Float64Array.of(0.5, 1.7, 0),
      y: Float64Array.of(0, 0, 1e-4),
      s: Float64Array.of(0, 0, 1),
    };
    const to = emptyPoint(dense, problem);
    solveOnIndependentRows(problem, from, to);
    assert.isAtMost(kktError(problem, to), 1e-13);
    assert.isAtMost(apart(to.x, [0.4, 1.6, 2]), 1e-13);
  });
});

for (const kernels of DENSE) {
  describe(`polishing, by ${kernels.name} kernels`, () => {
    function polishOf(problem: ReturnType<typeof planted>['problem']): Polish {
      const kkt = denseKkt(kernels, problem.P, problem.C);
      kkt.readMatrices();
      return new Polish(kernels, problem, kkt);
    }
    const near = ({x, y, s}: Point, by: number): Point<ReturnType<typeof vectorOf>> => {
      const random = seededRandom(4);
      const moved = (values: Float64Array) =>
        vectorOf(kernels, values.map((value) => value + by * random())); // prettier-ignore
      return {x: moved(x), y: moved(y), s: moved(s)};
    };

    for (const shape of SHAPES) {
      it(`reaches the solution to the last digits: ${JSON.stringify(shape)}`, () => {
        for (let seed = 0; seed < 4; seed++) {
          const {problem, solution} = planted(kernels, shape, seed);
          const polish = polishOf(problem);
          const error = polish.run(near(solution, 1e-3));
          assert.isAtMost(error, 1e-12);
          assert.isAtMost(kktError(problem, polish.point), 1e-11);
          solution.s.forEach((value, i) => assert.equal(polish.point.s[i] === 0, value === 0));
          assert.isAtMost(polish.refine(), 1e-12);
          assert.isAtMost(kktError(problem, polish.point), 1e-11);
        }
      });
    }

    it('takes a wrong sign for rounding where that is all it can be', () => {
      const vector = (values: number[]) => vectorOf(kernels, values);
      // x₁ ≤ 1, whose minimum is next to it, off by 1e-14.
      const run = (active: boolean, by: number) => {
        const problem = problemFrom(kernels, {
          ...{n: 2, p: 0, m: 1, P: [1, 0, 0, 1], q: [by - 1, -1], C: [1, 0], d: [1]},
        });
        const polish = polishOf(problem);
        const error = polish.run({x: vector([1, 1]), y: vector([Number(active)]), s: vector([Number(!active)])}); // prettier-ignore
        return [error, polish.point.y[0], polish.point.s[0]];
      };
      const [noise, more] = [1e-14, 1e-12];
      const near = (found: number[], expected: number[]) => assert.isAtMost(apart(found, expected), 1e-15);
      near(run(true, noise), [noise, -noise, 0]);
      near(run(false, -noise), [noise, 0, -noise]);
      near(run(true, more), [0, 0, more]);
      near(run(false, -more), [0, more, 0]);
    });

    it('goes back to a good point if looking for better signs leads to none', () => {
      // x₁ = 1 by two inequalities, its cost less than that by 1e-11; with little curvature, leaving costs more.
      for (const bend of [1, 1e-3]) {
        const vector = (values: number[]) => vectorOf(kernels, values);
        const problem = problemFrom(kernels, {
          ...{n: 2, p: 0, m: 2, P: [bend, 0, 0, 1], q: [1e-11 - bend, -1]},
          ...{C: [1, 0, -1, 0], d: [1, -1]},
        });
        const polish = polishOf(problem);
        const error = polish.run({x: vector([1, 1]), y: vector([1, 0]), s: vector([0, 1])});
        assert.approximately(error, 1e-11, 1e-14);
        assert.isAtMost(apart(polish.point.x, [1, 1]), 1e-15);
        assert.approximately(polish.point.y[0], -1e-11, 1e-15);
        assert.deepEqual([polish.point.y[1], ...polish.point.s], [0, 0, 0]);
      }
    });

    it('takes a system in the variables alone where many rows hold, if that is enough', () => {
      const sizes: number[] = [];
      const counting: typeof kernels = {
        ...kernels,
        signedCholesky: (a, n, ...data) => (sizes.push(n), kernels.signedCholesky(a, n, ...data)),
      };
      const run = (active: number) => {
        const {problem, solution} = planted(kernels, {n: 12, p: 0, active, idle: 3}, 5);
        const kkt = denseKkt(counting, problem.P, problem.C);
        kkt.readMatrices();
        sizes.length = 0;
        assert.isAtMost(new Polish(counting, problem, kkt).run(near(solution, 1e-3)), 1e-12);
        return [...sizes];
      };
      // From a sixth of the variables on.
      assert.deepEqual([1, 2, 3, 7].map(run), [[13], [14], [12], [12]]);
    });

    it('lets rows change sides that were guessed wrong, in as many rounds as it has', () => {
      let wrong = 0;
      for (let seed = 0; seed < 6; seed++) {
        const {problem, solution} = planted(kernels, {n: 6, p: 1, active: 3, idle: 3}, seed);
        const start = near(solution, 0);
        // One row too many, one too few.
        [start.y[1], start.s[1], start.y[6], start.s[6]] = [0, 1, 1, 0];
        const polish = polishOf(problem);
        const once = polish.run(start, 1);
        if (once > 1e-6) wrong++;
        assert.isAtMost(polish.run(start), 1e-12);
        assert.isAtMost(kktError(problem, polish.point), 1e-11);
      }
      assert.isAtLeast(wrong, 5);
    });

    it('measures a point by its largest violation', () => {
      const {problem, solution} = planted(kernels, {n: 3, p: 1, active: 1, idle: 1}, 2);
      const {
        P: {values: P},
        q,
        C: {values: C},
        d,
      } = problem;
      const polish = polishOf(problem);
      assert.isAtMost(polish.error(solution), 1e-14);
      const dual = Math.max(largest(times(P, solution.x)), largest(q));
      const primal = Math.max(largest(times(C, solution.x)), largest(d));
      const multipliers = Math.max(largest(solution.y), dual);
      const off = (part: 'x' | 'y' | 's', at: number, by: number) => {
        const point = near(solution, 0);
        point[part][at] += by;
        return polish.error(point);
      };
      const h = 1e-4;
      const column = (i: number) => largest(C.subarray(3 * i, 3 * i + 3));
      assert.approximately(off('y', 0, h), (h * column(0)) / dual, 1e-9);
      assert.approximately(off('s', 0, h), h / primal, 1e-9);
      assert.approximately(off('s', 1, -h), h / primal, 1e-9);
      assert.approximately(off('s', 2, h), h / primal, 1e-9);
      assert.approximately(off('y', 2, -h), Math.max((h * column(2)) / dual, h / multipliers), 1e-9);
      // Both of one row: complementarity.
      const both = near(solution, 0);
      both.s[1] = 10 * primal;
      both.y[1] = multipliers;
      assert.isAtLeast(polish.error(both), 1);
      assert.equal(off('x', 0, NaN), Infinity);
    });

    it('says that it could not where nothing can be factored', () => {
      const {problem, solution} = planted(kernels, {n: 3, p: 1, active: 1, idle: 1}, 2);
      problem.P.values[0] = NaN;
      assert.equal(polishOf(problem).run(solution), Infinity);
    });
  });
}
