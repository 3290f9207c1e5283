/** @file Conic programs whose solution lies at tips and kinks of their cones, planted with their multipliers; and entries that rounding keeps from zero. */
import {assert} from 'chai';
import fc from 'fast-check';
import {conicError} from '../../../../src/kernels/algorithms/conic/certificate.js';
import {coneBlocks, triangleOf, type ConeBlock} from '../../../../src/kernels/algorithms/conic/cones.js';
import {withExactZeros} from '../../../../src/kernels/algorithms/conic/exact-zeros.js';
import {flattened, kinksOf} from '../../../../src/kernels/algorithms/conic/kinks.js';
import {inner, type ConicProblem} from '../../../../src/kernels/algorithms/conic/problem.js';
import {spectrumOf} from '../../../../src/kernels/algorithms/conic/spectrum.js';
import {solveConic} from '../../../../src/kernels/algorithms/conic/solve.js';
import {seededRandom} from '../../../zoo/linear-systems.js';
import {apart, largest, times, transposedTimes} from '../qp/planted.js';

/** What y − s is in a direction: s alone is there, y alone, or neither. */
const SIGNS = [-1, 0, 1] as const;

/** A vector of a block with these spectral values, in a random frame. */
function vectorOf({kind, size, order}: ConeBlock, values: number[], random: () => number): Float64Array {
  if (kind === 'ray' || kind === 'zero') return Float64Array.of(values[0]);
  const normal = (n: number) => {
    const v = Array.from({length: n}, () => random() - 0.5);
    const length = Math.hypot(...v);
    return v.map((value) => value / length);
  };
  if (kind === 'secondOrder') {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return Float64Array.from([
      0.5 * (low + high),
      ...normal(size - 1).map((value) => 0.5 * (high - low) * value),
    ]);
  }
  // Frames by the Gram–Schmidt process.
  const frame: number[][] = [];
  for (let k = 0; k < order; k++) {
    let v = normal(order);
    for (const other of frame) {
      const along = v.reduce((sum, value, i) => sum + value * other[i], 0);
      v = v.map((value, i) => value - along * other[i]);
    }
    const length = Math.hypot(...v);
    frame.push(v.map((value) => value / length));
  }
  const matrix = new Float64Array(order * order);
  for (let i = 0; i < order; i++) {
    for (let j = 0; j < order; j++) {
      frame.forEach((v, k) => (matrix[i * order + j] += values[k] * v[i] * v[j]));
    }
  }
  const triangle = new Float64Array(size);
  triangleOf(matrix, order, triangle);
  return triangle;
}

/** A program with a solution at which each block has spectral values of random signs, some of them zero in both y and s. */
function planted(seed: number) {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)];
  const cones = {nonNegative: 3, secondOrder: [3, pick([3, 4])], psd: [pick([2, 3])]};
  const blocks = coneBlocks(cones);
  const [p, m] = [4, blocks.reduce((sum, {size}) => sum + size, 0)];
  const eighth = () => (Math.floor(17 * random()) - 8) / 8;
  const E = Float64Array.from({length: m * p}, eighth);
  const z = Float64Array.from({length: p}, eighth);
  const [y, s] = [new Float64Array(m), new Float64Array(m)];
  let pinned = 0;
  for (const block of blocks) {
    const {start, kind, order, size} = block;
    const count = kind === 'semidefinite' ? order : kind === 'secondOrder' ? 2 : 1;
    const signs = Array.from({length: count}, () => pick(SIGNS));
    // At a tip with y inside the dual cone, all rows of the block are equalities.
    if (signs.every((sign) => sign === 1)) pinned += size;
    const values = signs.map((sign) => sign * (0.2 + random()));
    const v = vectorOf(block, values, random);
    const spectrum = spectrumOf(block, v);
    const found = spectrum.values;
    const negative = Array.from(found, (_, k) => k).filter((k) => found[k] < 0);
    const part = spectrum.toZero(negative);
    part.forEach((change, i) => {
      s[start + i] = change;
      y[start + i] = v[i] + change;
    });
  }
  const c = transposedTimes(E, y, p).map((value) => -value);
  const d = times(E, z).map((value, i) => value + s[i]);
  return {
    problem: {p, m, c: Float64Array.from(c), E, d: Float64Array.from(d), blocks},
    z,
    y,
    isUnique: pinned >= p,
  };
}

describe('conic programs with degenerate solutions', () => {
  it('are solved where y and s vanish together, at tips and on faces', () => {
    fc.assert(
      fc.property(fc.nat(1e6), (seed) => {
        const {problem, z, y, isUnique} = planted(seed);
        assert.isAtMost(conicError(problem, withExactZeros(problem, {z, y}, 1e-13)), 1e-9, 'planted');
        const found = solveConic(problem, 1e-6, 200);
        assert.equal(found.outcome, 'solved');
        const value = inner(problem.c, z);
        assert.approximately(inner(problem.c, found.z), value, 1e-6 * Math.max(1, Math.abs(value)));
        if (isUnique) assert.isAtMost(apart(found.z, z), 1e-4 * Math.max(1, largest(z)));
      }),
      {numRuns: 60, seed: 1},
    );
  });

  it('are solved where all variables and most rows are zero', () => {
    // min ‖z‖ + |z₁| + … in epigraph form, with a chain of bounds on the epigraph of z₁: everything is zero.
    const rows = [
      [-1, 0, 0, 0, 0], [0, -1, 0, 0, 0], [0, 0, -1, 0, 0], // t ≥ ‖(z₁, z₂)‖
      [1, 0, 0, -1, 0], [0, 0, 0, 1, -1], [0, 0, 0, -1, 0], // t ≤ u ≤ v, u ≥ 0
    ]; // prettier-ignore
    const E = Float64Array.from([...rows.slice(3), ...rows.slice(0, 3)].flat());
    for (const c of [
      [1, 0, 0, 0, 1],
      [1, 0.25, 0, 0, 1],
      [0, 0, 0, 1, 1],
    ]) {
      // prettier-ignore
      const problem = {p: 5, m: 6, c: Float64Array.from(c), E, d: new Float64Array(6), blocks: coneBlocks({nonNegative: 3, secondOrder: [3]})}; // prettier-ignore
      const found = solveConic(problem, 1e-6, 200);
      assert.equal(found.outcome, 'solved');
      assert.isAtMost(largest(found.z), 1e-9);
    }
  });
});

describe('entries that rounding keeps from zero', () => {
  const chain = (d: number[]): ConicProblem => ({
    // z₂ ≤ z₁, z₃ ≤ z₂, z₁ ≤ d.
    ...{p: 3, m: 3, c: Float64Array.of(0, 0, -1), E: Float64Array.of(-1, 1, 0, 0, -1, 1, 1, 0, 0)},
    ...{d: Float64Array.from(d), blocks: coneBlocks({nonNegative: 3})},
  });

  it('are those that do not matter compared with the given numbers, along chains of rows', () => {
    const y = Float64Array.of(1, 1, 1);
    const cleared = (d: number[], z: number[]) => [
      ...withExactZeros(chain(d), {z: Float64Array.from(z), y}, 1e-8).z,
    ];
    assert.deepEqual(cleared([0, 0, 1], [1, 1, 1]), [1, 1, 1]);
    assert.deepEqual(cleared([0, 0, 1], [1e-9, 1e-9, 1e-9]), [0, 0, 0]);
    assert.deepEqual(cleared([0, 0, 1], [1e-7, 1e-7, 1e-7]), [1e-7, 1e-7, 1e-7]);
    assert.deepEqual(cleared([0, 0, 1e-9], [1e-9, 1e-9, 1e-9]), [1e-9, 1e-9, 1e-9]);
    assert.deepEqual(cleared([0, 0, 0], [1, 1, 1]), [0, 0, 0]);
    const noisy = {z: new Float64Array(3), y: Float64Array.of(1, 1, 1e-12)};
    assert.deepEqual([...withExactZeros(chain([0, 0, 1]), noisy, 1e-8).y], [1, 1, 0]);
  });

  it('of a cone are told by the largest one', () => {
    const problem: ConicProblem = {
      ...{p: 1, m: 3, c: Float64Array.of(-1), E: Float64Array.of(1, 0, 0), d: Float64Array.of(1, 0, 0)},
      blocks: coneBlocks({secondOrder: [3]}),
    };
    const {y} = withExactZeros(problem, {z: Float64Array.of(1), y: Float64Array.of(1, 0.5, 1e-12)}, 1e-8);
    assert.deepEqual([...y], [1, 0.5, 0]);
  });
});

describe('spectral values', () => {
  const BLOCKS = coneBlocks({nonNegative: 1, secondOrder: [2, 4], psd: [2, 3]});

  it('become zero, the smallest first, and change along unit directions', () => {
    const random = seededRandom(3);
    for (const block of BLOCKS) {
      const count = block.kind === 'semidefinite' ? block.order : block.kind === 'secondOrder' ? 2 : 1;
      const values = [1e-3, -2e-4, 0.7].slice(0, count);
      const at = {...block, start: 0};
      const problem = {p: 0, m: block.size, c: new Float64Array(0), E: new Float64Array(0), d: new Float64Array(block.size), blocks: [at]}; // prettier-ignore
      const v = vectorOf(at, values, random);
      assert.isAtMost(
        apart(
          spectrumOf(at, v).values,
          [...values].sort((a, b) => a - b),
        ),
        1e-12,
      );
      const kinks = kinksOf(problem, v, 1e-2);
      assert.deepEqual(kinks, [values.filter((value) => Math.abs(value) <= 1e-2).length]);
      const left = spectrumOf(at, flattened(problem, v, kinks))
        .values.map(Math.abs)
        .sort();
      assert.isAtMost(left[kinks[0] - 1], 1e-12);
      if (count === 3) assert.approximately(left[2], 0.7, 1e-12);
      const chosen = Array.from({length: kinks[0]}, (_, k) => k);
      const normals = spectrumOf(at, v).normals(chosen);
      normals.forEach((one, i) =>
        normals.forEach((other, j) => assert.approximately(inner(one, other), Number(i === j), 1e-12)),
      );
    }
  });
});
