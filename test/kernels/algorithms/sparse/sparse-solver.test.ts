/** @file The solver of sparse quadratic programs and its adjoint, against the dense ones on the same data. */
import {assert} from 'chai';
import fc from 'fast-check';
import {denseFactor} from '../../../../src/kernels/algorithms/qp/adjoint.js';
import {denseSolver} from '../../../../src/kernels/algorithms/qp/dense-solver.js';
import {emptyProblem} from '../../../../src/kernels/algorithms/qp/types.js';
import {sparseFactor} from '../../../../src/kernels/algorithms/sparse/sparse-adjoint.js';
import {SparseReader} from '../../../../src/kernels/algorithms/sparse/sparse-reader.js';
import {emptySparse, sparseSolver} from '../../../../src/kernels/algorithms/sparse/sparse-solver.js';
import {ProblemStructure} from '../../../../src/kernels/algorithms/sparse/structure-of-problem.js';
import {createHostDense} from '../../../../src/kernels/twins/host/dense.js';
import {referenceDense} from '../../../../src/kernels/twins/reference/dense.js';
import {effort} from '../../../helpers/effort.js';
import {randomOf} from '../../../helpers/random.js';

interface Matrix {
  rows: number[];
  columns: number[];
  values: number[];
}

interface Data {
  n: number;
  Q: Matrix;
  G: Matrix;
  A: Matrix;
  q: number[];
  h: number[];
  b: number[];
}

const empty = (): Matrix => ({rows: [], columns: [], values: []});

function add({rows, columns, values}: Matrix, i: number, j: number, value: number): void {
  rows.push(i);
  columns.push(j);
  values.push(value);
}

/** A feasible problem with few entries, each a multiple of an eighth. */
function randomProblem(n: number, m: number, k: number, seed: string): Data {
  const random = randomOf(seed);
  const number = () => Math.round(16 * random() - 8) / 8;
  const data: Data = {n, Q: empty(), G: empty(), A: empty(), q: [], h: [], b: []};
  for (let j = 0; j < n; j++) {
    add(data.Q, j, j, 1 + Math.abs(number()));
    const other = Math.floor(n * random());
    if (other === j) continue;
    // Each pair adds a square.
    const value = number() / 4;
    for (const [i, l, entry] of [
      [j, j, Math.abs(value)],
      [other, other, Math.abs(value)],
      [j, other, value],
      [other, j, value],
    ]) {
      // prettier-ignore
      add(data.Q, i, l, entry);
    }
  }
  const x = Array.from({length: n}, number);
  const rowsOf = (matrix: Matrix, count: number) =>
    Array.from({length: count}, (_, i) => {
      let sum = 0;
      for (let e = 0; e < 3; e++) {
        const [j, value] = [Math.floor(n * random()), number()];
        add(matrix, i, j, value);
        sum += value * x[j];
      }
      return sum;
    });
  data.b = rowsOf(data.A, k);
  data.h = rowsOf(data.G, m).map((value) => value + Math.max(0, number()));
  data.q = Array.from({length: n}, number);
  return data;
}

function structureOf({n, Q, G, A, h, b}: Data): ProblemStructure {
  const places = ({rows, columns}: Matrix) => ({
    rows: Int32Array.from(rows),
    columns: Int32Array.from(columns),
  });
  return new ProblemStructure({n, m: h.length, k: b.length, Q: places(Q), G: places(G), A: places(A)});
}

const valuesOf = ({Q, G, A}: Data) => ({Q: Q.values, G: G.values, A: A.values});

/** Fills in the dense matrices. */
function fill(data: Data, P: Float64Array, C: Float64Array): void {
  const {n, Q, G, A, b} = data;
  const put = (to: Float64Array, {rows, columns, values}: Matrix, below: number) =>
    values.forEach((value, e) => (to[(below + rows[e]) * n + columns[e]] += value));
  put(P, Q, 0);
  put(C, A, 0);
  put(C, G, b.length);
}

function solveDense(data: Data) {
  const {n, q, h, b} = data;
  return referenceDense.scope(() => {
    const solver = denseSolver(referenceDense, {n, p: b.length, m: h.length});
    fill(data, solver.problem.P.values, solver.problem.C.values);
    solver.problem.q.set(q);
    solver.problem.d.set([...b, ...h]);
    const {x, y, outcome} = solver.solve(1e-9, 100);
    return {x: Array.from(x), y: Array.from(y), outcome};
  });
}

const IMPLEMENTATIONS = [referenceDense, createHostDense()].filter((dense) => dense !== null);

for (const dense of IMPLEMENTATIONS) {
  describe(`the solver of sparse quadratic programs (${dense.name})`, () => {
    const solve = (data: Data) =>
      dense.scope(() => {
        const structure = structureOf(data);
        const solver = sparseSolver(dense, structure);
        const valid = new SparseReader(dense, structure, solver.problem).read(valuesOf(data));
        solver.problem.q.set(data.q);
        solver.problem.d.set([...data.b, ...data.h]);
        const {x, y, outcome, residual} = solver.solve(1e-9, 100);
        return {x: Array.from(x), y: Array.from(y), outcome, residual, valid};
      });

    it('finds what the dense one finds', () =>
      fc.assert(
        fc.property(fc.integer({min: 1, max: 25}), fc.nat(25), fc.nat(4), fc.string(), (n, m, k, seed) => {
          const data = randomProblem(n, m, Math.min(k, n), seed);
          const [ours, theirs] = [solve(data), solveDense(data)];
          assert.isTrue(ours.valid);
          assert.equal(ours.outcome, theirs.outcome);
          if (ours.outcome !== 'solved') return;
          assert.isBelow(ours.residual, 2 ** -20);
          const scale = Math.max(1, ...theirs.x.map(Math.abs));
          theirs.x.forEach((value, j) => assert.closeTo(ours.x[j], value, 1e-7 * scale));
        }),
        {numRuns: effort(150, 3000)},
      ));

    it('proves a contradiction of tiny numbers beside large ones', () => {
      const data: Data = {
        n: 3,
        Q: empty(),
        G: empty(),
        A: empty(),
        q: [1, 1, 1],
        h: [-1e-14, 0, 0, 1000],
        b: [],
      };
      for (let j = 0; j < 3; j++) add(data.Q, j, j, 1);
      for (const j of [0, 1]) {
        add(data.G, 0, j, 1);
        add(data.G, 1 + j, j, -1);
      }
      add(data.G, 3, 2, -1);
      data.h[3] = -1000;
      const {outcome, y} = solve(data);
      assert.equal(outcome, 'primalInfeasible');
      assert.isAbove(y[0], 0);
      assert.equal(y[3], 0);
    });

    it('reads only symmetric, semidefinite and finite matrices, and lifts what rounding took', () => {
      const read = (entries: [number, number, number][]) =>
        dense.scope(() => {
          const data: Data = {n: 2, Q: empty(), G: empty(), A: empty(), q: [0, 0], h: [], b: []};
          for (const [i, j, value] of entries) add(data.Q, i, j, value);
          const structure = structureOf(data);
          const problem = emptySparse(dense, structure);
          const valid = new SparseReader(dense, structure, problem).read(valuesOf(data));
          return valid ? problem.lift : null;
        });
      const pair = (value: number): [number, number, number][] => [[0, 0, 1], [1, 1, 1], [0, 1, value], [1, 0, value]]; // prettier-ignore
      assert.equal(read(pair(0.5)), 0);
      assert.equal(read([[0, 0, 1]]), 0);
      assert.equal(read([]), 0);
      assert.isNull(read(pair(2)));
      assert.isNull(read(pair(NaN)));
      assert.isNull(read([[0, 0, 1], [0, 1, 0.5], [1, 0, 0.4], [1, 1, 1]])); // prettier-ignore
      assert.isNull(read([[0, 0, 1], [1, 1, -1]])); // prettier-ignore
      assert.isNull(read([[0, 0, 1], [0, 1, 0.1], [1, 0, 0.1]])); // prettier-ignore
      assert.isAtMost(read(pair(1 + 3e-8))!, 1e-6);
      assert.isAbove(read(pair(1 + 3e-8))!, 0);
    });

    it('the adjoint of dependent rows and flat directions is that of least norm, as by singular values', () =>
      fc.assert(
        fc.property(fc.integer({min: 2, max: 8}), fc.string(), (n, seed) => {
          const random = randomOf(seed);
          const data = randomProblem(n, 3, 1, seed);
          // A variable without curvature, and the same row three times.
          data.Q = empty();
          for (let j = 1; j < n; j++) add(data.Q, j, j, 1 + random());
          data.G = empty();
          for (let i = 0; i < 3; i++) {
            add(data.G, i, 1, 1 + i);
            add(data.G, i, n - 1, n > 2 ? 0.5 * (1 + i) : 0);
          }
          data.A = empty();
          add(data.A, 0, n - 1, 1);
          const weight = Float64Array.of(1, 1, 1, 1);
          const [f, g] = [n, 4].map((size) => Float64Array.from({length: size}, () => random() - 0.5));
          const structure = structureOf(data);
          const [p, m] = [1, 3];
          const theirs = referenceDense.scope(() => {
            const problem = emptyProblem(referenceDense, {n, p, m});
            fill(data, problem.P.values, problem.C.values);
            const factor = denseFactor(referenceDense, problem);
            factor.factor(weight);
            const residual = factor.solve(f, g, true);
            return {u: [...factor.x, ...factor.y], residual};
          });
          dense.scope(() => {
            const problem = emptySparse(dense, structure);
            new SparseReader(dense, structure, problem).readKnown(valuesOf(data));
            const factor = sparseFactor(dense, structure, problem);
            factor.factor(weight);
            const residual = factor.solve(f, g, true);
            const scale = Math.max(1, ...theirs.u.map(Math.abs));
            assert.isAbove(theirs.residual, 1e-9);
            assert.closeTo(residual, theirs.residual, 1e-6 * scale);
            [...factor.x, ...factor.y].forEach((value, i) =>
              assert.closeTo(value, theirs.u[i], 1e-6 * scale),
            );
          });
        }),
        {numRuns: effort(60, 1000)},
      ));
  });
}
