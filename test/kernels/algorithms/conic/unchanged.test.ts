/** @file What cannot change the solution of a conic program changes neither it nor the work that it takes; in f64. */
import {assert} from 'chai';
import {coneBlocks} from '../../../../src/kernels/algorithms/conic/cones.js';
import {dependentEqualities} from '../../../../src/kernels/algorithms/conic/equalities.js';
import {unitsOf} from '../../../../src/kernels/algorithms/conic/equilibrate.js';
import {scaled, type ConicProblem} from '../../../../src/kernels/algorithms/conic/problem.js';
import {solveConic} from '../../../../src/kernels/algorithms/conic/solve.js';
import {conicCase, HARMLESS, type ConicCase} from '../../../zoo/conic-programs.js';
import {seededRandom} from '../../../zoo/linear-systems.js';
import {apart, largest, transposedTimes} from '../qp/planted.js';

function problemOf({c, E, d, cones}: ConicCase): ConicProblem {
  const [cost, rows, right] = [c, E.flat(), d].map((values) => Float64Array.from(values));
  return {p: c.length, m: d.length, c: cost, E: rows, d: right, blocks: coneBlocks(cones)};
}

const solve = (problem: ConicCase) => solveConic(problemOf(problem), 1e-6, 200);

const SIGNS = [[-1, 0], [0, -1]]; // prettier-ignore

const SOLVABLE: Record<string, ConicCase> = {
  'a linear program': conicCase(1, {}, 3),
  'a linear program with an equality': conicCase(2, {zero: 1}, 4, 3),
  'second-order cones': conicCase(3, {secondOrder: [3, 4]}, 3, 1),
  matrices: conicCase(6, {zero: 1, secondOrder: [4], psd: [3, 1]}, 6, 1),
};

/** Rows whose bounds are of different sizes: some never matter, some do where nothing nearer holds. */
const STAGED: Record<string, ConicCase> = {
  'the near rows hold': {
    ...{c: [-1, -2], E: [...SIGNS, [1, 0], [0, 1], [1, 1], [1, -1]]},
    ...{d: [0, 0, 1, 1, 1e6, 1e12], cones: {nonNegative: 6}},
  },
  'a far row holds': {
    ...{c: [-1, -2], E: [...SIGNS, [1, 0], [1, 1], [1, -1]]},
    ...{d: [0, 0, 1, 1e6, 1e13], cones: {nonNegative: 5}},
  },
  'the farthest row holds': {
    ...{c: [-1, -1], E: [...SIGNS, [1, 0], [1e3, -1], [0.01, 1]]},
    ...{d: [0, 0, 1, 1e7, 1e13], cones: {nonNegative: 5}},
  },
};

/** Three equalities, each the sum of others, and costs that the fourth variable alone feels. */
const DEPENDENT: ConicCase = {
  c: [1, 2, 3, 1],
  E: [[1, 1, 0, 0], [0, 1, 1, 0], [1, 2, 1, 0], [1, 0, -1, 0], [-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, -1, 0], [0, 0, 0, -1]], // prettier-ignore
  d: [3, 2, 5, 1, 0, 0, 0, -2],
  cones: {zero: 4, nonNegative: 4},
};

const UNSOLVABLE: Record<string, [ConicCase, string]> = {
  'z ≥ 0 with z₁ + z₂ ≤ −1': [{c: [1, 1], E: [[1, 1], ...SIGNS], d: [-1, 0, 0], cones: {nonNegative: 3}}, 'infeasible'], // prettier-ignore
  'a point of a cone that is too far out': [{c: [0, 1], E: [[0, 0], [-1, 0], [0, 0]], d: [1, 0, 2], cones: {secondOrder: [3]}}, 'infeasible'], // prettier-ignore
  'z₁ free to grow': [{c: [-1, 0], E: [[-1, 1], ...SIGNS], d: [-1, 0, 0], cones: {nonNegative: 3}}, 'unbounded'], // prettier-ignore
  'a cone along which costs fall': [{c: [-1, 0, 0], E: [[-1, 0, 0], [0, -1, 0], [0, 0, -1]], d: [0, 0, 0], cones: {secondOrder: [3]}}, 'unbounded'], // prettier-ignore
};

/** Neither bounds what is unbounded. */
const EVERYWHERE = ['a row of zeros', 'a row twice', 'rows in other units', 'variables in other units', 'an objective in other units', 'bounds in other units', 'variables in another order']; // prettier-ignore
/** No f64 number. */
const INFINITE = 'a row that does not exist';

/** Each change of a problem, with the way back to its solution. */
function* changesOf(problem: ConicCase, names: string[]) {
  for (const name of names) {
    if (name === 'a row twice' && !problem.cones.nonNegative) continue;
    for (const seed of [1, 2, 3]) {
      const [changed, back = (z: number[]) => z] = HARMLESS[name](problem, seededRandom(seed));
      yield {title: `${name}, ${seed}`, changed, back};
    }
  }
}

describe('what cannot change a conic program', () => {
  const changes = Object.keys(HARMLESS).filter((name) => name !== INFINITE);
  for (const [name, problem] of Object.entries({...SOLVABLE, ...STAGED, 'dependent equalities': DEPENDENT})) {
    it(`changes neither its solution nor its work: ${name}`, () => {
      const {outcome, z, iterations} = solve(problem);
      assert.equal(outcome, 'solved');
      for (const {title, changed, back} of changesOf(problem, name in SOLVABLE ? changes : EVERYWHERE)) {
        const found = solve(changed);
        assert.equal(found.outcome, 'solved', title);
        assert.isAtMost(apart(back([...found.z]), z), 1e-11 * largest(z), title);
        assert.isAtMost(Math.abs(found.iterations - iterations), 2, title);
        const {c, E, p} = problemOf(changed);
        const off = transposedTimes(E, found.y, p).map((value, j) => value + c[j]);
        const terms = transposedTimes(E.map(Math.abs), found.y.map(Math.abs), p);
        off.forEach((value, j) => assert.isAtMost(Math.abs(value), 1e-9 * (terms[j] + Math.abs(c[j])), title)); // prettier-ignore
      }
    });
  }

  for (const [name, [problem, outcome]] of Object.entries(UNSOLVABLE)) {
    it(`leaves it without a solution: ${name}`, () => {
      assert.equal(solve(problem).outcome, outcome);
      for (const {title, changed} of changesOf(problem, EVERYWHERE)) {
        assert.equal(solve(changed).outcome, outcome, title);
      }
    });
  }

  for (const [name, problem] of Object.entries(STAGED)) {
    it(`is the order of its rows, of which some are far away: ${name}`, () => {
      const {z, y, iterations} = solve(problem);
      for (const turn of [1, 2, 3, 4]) {
        const random = seededRandom(turn);
        const order = problem.d.map((_, i) => [i, random()]).sort(([, one], [, other]) => one - other).map(([i]) => i); // prettier-ignore
        const found = solve({...problem, E: order.map((i) => problem.E[i]), d: order.map((i) => problem.d[i])}); // prettier-ignore
        assert.isAtMost(apart(found.z, z), 1e-11 * largest(z));
        assert.isAtMost(apart(found.y, order.map((i) => y[i])), 1e-11 * largest(y)); // prettier-ignore
        assert.equal(found.iterations, iterations);
      }
    });
  }

  it('are rows that are far away, at no cost', () => {
    const near = STAGED['the near rows hold'];
    const alone = solve({...near, E: near.E.slice(0, 4), d: near.d.slice(0, 4), cones: {nonNegative: 4}});
    assert.equal(solve(near).iterations, alone.iterations);
  });
});

describe('units of conic programs', () => {
  it('make ones of what is one unit a row and one a variable', () => {
    const random = seededRandom(4);
    const power = () => 2 ** Math.floor(20 * random() - 10);
    for (const cones of [{nonNegative: 5}, {zero: 2, nonNegative: 1, secondOrder: [3]}]) {
      const blocks = coneBlocks(cones);
      const m = blocks.reduce((sum, {size}) => sum + size, 0);
      const [rows, columns] = [new Float64Array(m), Array.from({length: 3}, power)];
      for (const {start, size} of blocks) rows.fill(power(), start, start + size);
      const [ofC, ofD] = [power(), power()];
      const sign = () => (random() < 0.5 ? -1 : 1);
      const even = scaled(
        problemOf({
          c: columns.map((column) => sign() * ofC * column),
          E: Array.from(rows, (row) => columns.map((column) => sign() * row * column)),
          ...{d: Array.from(rows, (row) => sign() * row * ofD), cones},
        }),
        unitsOf(
          problemOf({
            c: columns.map((column) => ofC * column),
            E: Array.from(rows, (row) => columns.map((column) => row * column)),
            ...{d: Array.from(rows, (row) => row * ofD), cones},
          }),
        ),
      );
      for (const values of [even.c, even.E, even.d]) for (const value of values) assert.equal(Math.abs(value), 1); // prettier-ignore
    }
  });

  it('of variables do not decide which equalities depend on each other', () => {
    // The second is told from the first by one entry alone; the third is their sum.
    for (const unit of [2 ** -24, 1, 2 ** 24]) {
      const of = (E: number[][]) =>
        dependentEqualities(problemOf({c: [1, 1, 1], E: E.map(([a, b, c]) => [a, b, unit * c]), d: E.map(() => 1), cones: {zero: E.length}})); // prettier-ignore
      assert.isNull(of([[1, 2, 1], [1, 2, 3]])); // prettier-ignore
      const three = of([[1, 2, 1], [1, 2, 3], [2, 4, 4]])!; // prettier-ignore
      assert.equal(three.spare.filter(Boolean).length, 1);
      assert.isTrue(three.contradict);
    }
  });
});
