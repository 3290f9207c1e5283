/** @file Which entries of a solution become exact zeros, against their definition; and how little is looked at in most problems. */
import {assert} from 'chai';
import fc from 'fast-check';
import {Certificate} from '../../../../src/kernels/algorithms/qp/certificate.js';
import {ExactZeros} from '../../../../src/kernels/algorithms/qp/exact-zeros.js';
import {isBound, type Problem} from '../../../../src/kernels/algorithms/qp/types.js';
import {DenseMatrix} from '../../../../src/kernels/algorithms/qp/dense-matrix.js';
import type {DenseKernels, Vector} from '../../../../src/kernels/contracts/dense.js';
import {seededRandom} from '../../../zoo/linear-systems.js';
import {DENSE, planted, vectorOf, problemFrom} from './planted.js';

type Point = {x: Vector; y: Vector};

/** A condition: of a variable, or of a row. Its entries are those of (x, y) with these coefficients. */
interface Condition {
  coefficients: number[];
  terms: number;
  hasSize: boolean;
  canHaveSize: boolean;
}

/** By definition: sizes start from the given numbers, and go to every condition that has an entry which matters in another one. */
function expected(
  {n, P: {values: P}, q, C: {values: C}, d}: Problem,
  {columnTerms, rowTerms}: Certificate,
  {x, y}: Point,
  negligible: number,
) {
  const values = [...x, ...y].map(Math.abs);
  const conditions = [
    ...Array.from({length: n}, (_, j): Condition => ({
      coefficients: [...P.subarray(j * n, (j + 1) * n), ...Array.from(d, (_, i) => C[i * n + j])],
      ...{terms: columnTerms[j], hasSize: q[j] !== 0, canHaveSize: true},
    })),
    ...Array.from(d, (value, i): Condition => ({
      coefficients: [...C.subarray(i * n, (i + 1) * n), ...y.map(() => 0)],
      ...{terms: rowTerms[i], hasSize: value !== 0 && isBound(value), canHaveSize: isBound(value)},
    })),
  ];
  const kept = new Set<number>();
  for (let size = -1; size !== kept.size;) {
    size = kept.size;
    for (const {coefficients, terms, hasSize} of conditions) {
      if (!hasSize) continue;
      coefficients.forEach((entry, k) => Math.abs(entry) * values[k] > negligible * terms && kept.add(k));
    }
    for (const condition of conditions) {
      condition.hasSize ||= condition.canHaveSize && condition.coefficients.some((entry, k) => entry !== 0 && kept.has(k)); // prettier-ignore
    }
  }
  return [...x, ...y].map((value, k) => (kept.has(k) ? value : 0));
}

/** Sparse, with numbers of many sizes and zeros in all places. */
function draw(dense: DenseKernels, seed: number): {problem: Problem; point: Point} {
  const random = seededRandom(seed);
  const upTo = (most: number) => 1 + Math.floor(most * random());
  const [n, p, m] = [upTo(4), upTo(3) - 1, upTo(3) - 1];
  const many = (count: number, zeros: number, sizes: number[]) =>
    vectorOf(
      dense,
      Array.from({length: count}, () => {
        const size = sizes[Math.floor(random() * sizes.length)];
        return random() < zeros ? 0 : (random() < 0.5 ? -1 : 1) * (1 + random()) * size;
      }),
    );
  const P = many(n * n, 0.6, [1, 1, 1e-4]);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) P[i * n + j] = P[j * n + i];
  const d = many(p + m, 0.6, [1, 1e-9]);
  if (m > 1 && random() < 0.3) d[p] = Infinity;
  return {
    problem: problemFrom(dense, {
      ...{n, p, m, P, C: many((p + m) * n, 0.4, [1, 1, 1e3, 1e-4]), d},
      q: many(n, 0.5, [1, 1, 1e-9]),
    }),
    point: {x: many(n, 0.2, [1, 1e-4, 1e-9, 1e-14]), y: many(p + m, 0.4, [1, 1e-4, 1e-9, 1e-14])},
  };
}

for (const dense of DENSE) {
  describe(`exact zeros by definition, by ${dense.name} kernels`, () => {
    function run(
      {problem, point}: ReturnType<typeof draw>,
      kernels = dense,
      certificate?: Certificate,
    ): number[] {
      certificate ??= measured(problem, point);
      const {x, y} = {x: vectorOf(dense, point.x), y: vectorOf(dense, point.y)};
      new ExactZeros(kernels, problem).clear(problem, certificate, x, y, 1e-8);
      return [...x, ...y];
    }
    function measured(problem: Problem, {x, y}: Point): Certificate {
      const certificate = new Certificate(dense, problem);
      certificate.measure(problem, x, y, Infinity);
      return certificate;
    }

    it('come in the place of what matters in no condition that has a size', () => {
      let changed = 0;
      fc.assert(
        fc.property(fc.nat(), (seed) =>
          dense.scope(() => {
            const drawn = draw(dense, seed);
            const {problem, point} = drawn;
            const result = expected(problem, measured(problem, point), point, 1e-8);
            assert.deepEqual(run(drawn), result);
            changed += Number(result.some((value, k) => value !== [...point.x, ...point.y][k]));
          }),
        ),
        {numRuns: 400, seed: 1},
      );
      assert.isTrue(changed > 100 && changed < 350, `${changed} changed`);
    });

    it('are not looked for where each entry matters at once', () => {
      /** How often the whole of a matrix is read, and whether sizes are followed. */
      function looksOf(drawn: ReturnType<typeof draw>): [maxima: number, follows: boolean] {
        let [maxima, reads] = [0, 0];
        const counting: DenseKernels = {
          ...dense,
          scaledMaxima: (...data) => (maxima++, dense.scaledMaxima(...data)),
        };
        const certificate = measured(drawn.problem, drawn.point);
        const {rowTerms} = certificate;
        const watched = Object.create(certificate, {
          rowTerms: {get: () => (reads++, rowTerms)},
        }) as Certificate;
        const over = ({rows, columns, values}: DenseMatrix) =>
          new DenseMatrix(counting, rows, columns, values);
        const problem = {...drawn.problem, P: over(drawn.problem.P), C: over(drawn.problem.C)};
        run({...drawn, problem}, counting, watched);
        return [maxima, reads > 1];
      }
      dense.scope(() => {
        const {problem, solution} = planted(dense, {n: 4, p: 1, active: 2, idle: 2}, 3);
        for (let j = 0; j < 4; j++) problem.P.values[j * 5] += 3;
        const with0 = {...problem, q: vectorOf(dense, [0, ...problem.q.subarray(1)])};
        const {x, y} = solution;
        const at = (values: Vector, k: number, value: number) => vectorOf(dense, values.map((own, i) => (i === k ? value : own))); // prettier-ignore
        // Its own curvature shows of each entry that it matters, or it is zero; so do the terms of all variables of each multiplier.
        assert.deepEqual(looksOf({problem, point: {x, y}}), [0, false]);
        assert.deepEqual(looksOf({problem, point: {x: at(x, 1, 0), y}}), [0, false]);
        // Without a cost the matrices say it; of multipliers it takes one more.
        assert.deepEqual(looksOf({problem: with0, point: {x, y}}), [2, false]);
        // Entries that are doubtful, first or last.
        for (const k of [0, 3])
          assert.deepEqual(looksOf({problem, point: {x: at(x, k, 1e-11), y}}), [2, true]);
        for (const i of [0, 2])
          assert.deepEqual(looksOf({problem, point: {x, y: at(y, i, 1e-11)}}), [0, true]);
        for (const i of [0, 2])
          assert.deepEqual(looksOf({problem: with0, point: {x, y: at(y, i, 1e-11)}}), [2, true]);
      });
    });
  });
}
