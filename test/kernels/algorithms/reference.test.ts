/** @file The kernels that exist in plain TypeScript alone, against their definitions: decompositions, and rows that are projected. */
import {assert} from 'chai';
import {boxSectionRows, SIDE} from '../../../src/kernels/algorithms/rows/box-section.js';
import {
  entmaxGradientRows,
  entmaxRows,
  type EntmaxKind,
} from '../../../src/kernels/algorithms/rows/entmax.js';
import {cofactorDerivative, cofactors, lduInPlace} from '../../../src/kernels/algorithms/linalg/ldu.js';
import {minimumNormSolve, svd} from '../../../src/kernels/algorithms/linalg/svd.js';
import {totalVariationRows} from '../../../src/kernels/algorithms/rows/total-variation.js';
import {seededRandom} from '../../zoo/linear-systems.js';
import {apart, largest, noise, times, transposedTimes} from './qp/planted.js';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => times(a, b)[0];

/** [n, n] of some rank. */
function ofRank(n: number, rank: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const [L, R] = [noise(n * rank, random), noise(rank * n, random)];
  return Float64Array.from({length: n * n}, (_, at) => {
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += L[Math.floor(at / n) * rank + k] * R[k * n + (at % n)];
    return sum;
  });
}

describe('the singular-value decomposition', () => {
  it('restores the matrix, with orthogonal vectors', () => {
    for (const [n, rank] of [
      [1, 1],
      [4, 4],
      [5, 3],
      [3, 0],
      [6, 1],
    ]) {
      // prettier-ignore
      const A = ofRank(n, rank, n);
      const before = A.slice();
      const {images, right, singularValues} = svd(A, n);
      assert.deepEqual([...A], [...before]);
      assert.equal(singularValues.filter((value) => value > 1e-12).length, rank);
      for (let i = 0; i < n; i++) {
        const v = right.subarray(i * n, (i + 1) * n);
        assert.isAtMost(apart(times(A, v), images.subarray(i * n, (i + 1) * n)), 1e-13);
        assert.approximately(Math.hypot(...images.subarray(i * n, (i + 1) * n)), singularValues[i], 1e-14);
        for (let j = 0; j < n; j++) {
          assert.approximately(dot(v, right.subarray(j * n, (j + 1) * n)), Number(i === j), 1e-13);
          if (i !== j) assert.approximately(dot(images.subarray(i * n, i * n + n), images.subarray(j * n, j * n + n)), 0, 1e-13); // prettier-ignore
        }
      }
    }
  });

  it('gives the least-squares solution of least norm, also of the transpose', () => {
    for (const [n, rank] of [
      [4, 4],
      [5, 3],
      [3, 0],
    ]) {
      // prettier-ignore
      const A = ofRank(n, rank, n + 20);
      const factors = svd(A, n);
      const b = noise(n, seededRandom(n));
      const x = minimumNormSolve(factors, b);
      const left = times(A, x).map((value, i) => value - b[i]);
      assert.isAtMost(largest(transposedTimes(A, left, n)), 1e-12);
      // In the row space: adding what A does not see makes it no shorter.
      const away = noise(n, seededRandom(n + 1));
      const none = away.map((value, j) => value - minimumNormSolve(factors, times(A, away))[j]);
      assert.approximately(dot(x, none), 0, 1e-12);
      const y = minimumNormSolve(factors, b, true);
      const other = transposedTimes(A, y, n).map((value, j) => value - b[j]);
      assert.isAtMost(largest(times(A, other)), 1e-12);
      if (rank === 0) assert.equal(largest(x, y), 0);
    }
    const small = svd(Float64Array.of(1, 0, 0, 1e-6), 2);
    assert.isAtMost(apart(minimumNormSolve(small, Float64Array.of(1, 1)), [1, 1e6]), 1e-6);
    assert.isAtMost(apart(minimumNormSolve(small, Float64Array.of(1, 1), false, 1e-5), [1, 0]), 1e-12);
  });
});

describe('cofactors', () => {
  function determinant(a: ArrayLike<number>, n: number): number {
    if (n === 0) return 1;
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const minor: number[] = [];
      for (let i = 1; i < n; i++) for (let k = 0; k < n; k++) if (k !== j) minor.push(a[i * n + k]);
      sum += (j % 2 ? -1 : 1) * a[j] * determinant(minor, n - 1);
    }
    return sum;
  }

  it('and their derivative are those of the determinant, at every rank', () => {
    for (const [n, rank] of [
      [1, 1],
      [1, 0],
      [2, 1],
      [4, 4],
      [4, 3],
      [4, 2],
      [4, 1],
      [3, 0],
    ]) {
      // prettier-ignore
      const A = ofRank(n, rank, n + 7 * rank);
      const C = noise(n * n, seededRandom(n));
      const ldu = lduInPlace(A.slice(), n);
      assert.approximately(ldu.pivots.reduce((product, value) => product * value, ldu.sign), determinant(A, n), 1e-13); // prettier-ignore
      assert.equal(ldu.pivots.filter((value) => value !== 0).length, rank);
      const found = cofactors(ldu);
      const derivative = cofactorDerivative(ldu, C.slice());
      // det is linear in each entry; ⟨cofactors, C⟩ is a polynomial of low degree: differences are exact.
      const moved = (at: number, by: number) => A.map((value, k) => value + (k === at ? by : 0));
      for (let at = 0; at < n * n; at++) {
        assert.approximately(found[at], (determinant(moved(at, 1), n) - determinant(moved(at, -1), n)) / 2, 1e-12); // prettier-ignore
        const along = (by: number) => dot(cofactors(lduInPlace(moved(at, by), n)), C);
        assert.approximately(derivative[at], (along(1) - along(-1)) / 2, 1e-11);
      }
    }
  });
});

describe('entmax and normmax of rows', () => {
  for (const [kind, excess] of [
    ['entmax', 0],
    ['entmax', 0.3],
    ['entmax', 1],
    ['entmax', 3],
    ['normmax', 0.5],
    ['normmax', 1],
    ['normmax', 2],
  ] as [EntmaxKind, number][]) {
    // prettier-ignore
    it(`${kind} at α = 1 + ${excess} is optimal, and has its derivatives`, () => {
      const n = 5;
      const random = seededRandom(3);
      const x = Float32Array.from({length: 2 * n}, () => 2 * random() - 1);
      x[7] = -Infinity;
      const own = Float64Array.of(excess, excess);
      const y = new Float32Array(2 * n);
      entmaxRows(kind, x, 2, n, own, y);
      assert.equal(y[7], 0);
      for (const row of [0, 1]) {
        const [p, z] = [y, x].map((values) => values.subarray(row * n, (row + 1) * n));
        assert.approximately(p.reduce((sum, value) => sum + value, 0), 1, 1e-6);
        // x less the slope of the regulariser is one number on the support, and no larger beside it.
        const norm = Math.pow(p.reduce((sum, value) => sum + Math.pow(value, 1 + excess), 0), 1 / (1 + excess));
        const slope = (value: number) =>
          kind === 'normmax' ? Math.pow(value / norm, excess) : excess === 0 ? Math.log(value) : Math.pow(value, excess) / excess; // prettier-ignore
        const first = p.findIndex((value) => value > 1e-3);
        const level = z[first] - slope(p[first]);
        p.forEach((value, i) => {
          if (value > 1e-3) assert.approximately(z[i] - slope(value), level, 2e-5);
          else if (value === 0) assert.isAtMost(z[i], level + 1e-5);
        });
      }
      const dy = Float32Array.from({length: 2 * n}, () => 2 * random() - 1);
      const [dx, dExcess] = [new Float32Array(2 * n), new Float32Array(2)];
      entmaxGradientRows(kind, x, dy, 2, n, own, dx, dExcess);
      const loss = (at: Float32Array, alpha: number) => {
        const out = new Float32Array(2 * n);
        entmaxRows(kind, at, 2, n, Float64Array.of(alpha, alpha), out);
        return dot(out, dy);
      };
      for (let i = 0; i < 2 * n; i++) {
        if (i === 7) continue;
        const [up, down] = [x.slice(), x.slice()];
        up[i] += 2 ** -9;
        down[i] -= 2 ** -9;
        assert.approximately(dx[i], (loss(up, excess) - loss(down, excess)) / 2 ** -8, 2e-3);
      }
      assert.equal(dx[7], 0);
      const h = 2 ** -9;
      const change = excess === 0 ? (loss(x, h) - loss(x, 0)) / h : (loss(x, excess + h) - loss(x, excess - h)) / (2 * h); // prettier-ignore
      assert.approximately(dExcess[0] + dExcess[1], change, 2e-3);
    });
  }

  it('have the digits of doubles where they are given doubles: normmax near its limit', () => {
    const x = Float64Array.of(0.3, 0.3 - 2e-7, 0.3 - 1e-6, 0.3 - 5e-6);
    for (const excess of [1e-6, 1e-3, 0.1]) {
      const y = new Float64Array(4);
      entmaxRows('normmax', x, 1, 4, Float64Array.of(excess), y);
      // (x − τ)^β has the sum 1; from the logarithm of the largest of them, in which nothing cancels.
      const logs = (top: number) => Array.from(x, (value) => Math.log1p((value - x[0]) / top));
      const beta = 1 + 1 / excess;
      let top = 1;
      for (let k = 0; k < 200; k++) {
        top = Math.exp(-Math.log(logs(top).reduce((sum, log) => sum + Math.exp(beta * log), 0)) / beta);
      }
      const powers = logs(top).map((log) => Math.exp(log / excess));
      const sum = powers.reduce((sum, power) => sum + power, 0);
      assert.isAtMost(apart(y, powers.map((power) => power / sum)), 2e-13); // prettier-ignore
    }
  });

  it('have the digits of doubles where they are given doubles: derivatives', () => {
    const n = 6;
    const [x, dy] = [1, 2].map((seed) => noise(n, seededRandom(seed)));
    for (let i = 0; i < n; i++) x[i] *= 1.5;
    const loss = (kind: EntmaxKind, at: Float64Array, excess: number) => {
      const y = new Float64Array(n);
      entmaxRows(kind, at, 1, n, Float64Array.of(excess), y);
      return dot(y, dy);
    };
    /** Of fourth order. */
    const slope = (f: (by: number) => number, h: number) => (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h); // prettier-ignore
    for (const [kind, excess] of [
      ['entmax', 0.02],
      ['entmax', 0.04],
      ['entmax', 0.4],
      ['entmax', 1],
      ['normmax', 0.5],
      ['normmax', 2],
    ] as [EntmaxKind, number][]) {
      // prettier-ignore
      const [dx, dExcess] = [new Float64Array(n), new Float64Array(1)];
      entmaxGradientRows(kind, x, dy, 1, n, Float64Array.of(excess), dx, dExcess);
      assert.approximately(dExcess[0], slope((by) => loss(kind, x, excess + by), 1e-3), 2e-10, `${kind} ${excess}`); // prettier-ignore
      for (let i = 0; i < n; i++) {
        const moved = (by: number) => x.map((value, k) => value + (k === i ? by : 0));
        assert.approximately(dx[i], slope((by) => loss(kind, moved(by), excess), 1e-3), 2e-10, `${kind} ${excess}, ${i}`); // prettier-ignore
      }
    }
  });

  it('have no answer where a number is none', () => {
    const rows = (kind: EntmaxKind, x: number[], excess: number) => {
      const [y, dx, dExcess] = [
        new Float32Array(2),
        new Float32Array(2).fill(5),
        new Float32Array(1).fill(5),
      ];
      entmaxRows(kind, Float32Array.from(x), 1, 2, Float64Array.of(excess), y);
      entmaxGradientRows(
        kind,
        Float32Array.from(x),
        Float32Array.of(1, 2),
        1,
        2,
        Float64Array.of(excess),
        dx,
        dExcess,
      );
      return [...y, ...dx, ...dExcess];
    };
    const none = [NaN, NaN, 0, 0, 0];
    for (const kind of ['entmax', 'normmax'] as const) {
      assert.deepEqual(rows(kind, [NaN, 1], 0.5), none);
      assert.deepEqual(rows(kind, [Infinity, 1], 0.5), none);
      assert.deepEqual(rows(kind, [1, 1], -0.1), none);
      assert.deepEqual(rows(kind, [1, 1], Infinity), none);
      assert.deepEqual(rows(kind, [1, 1], NaN), none);
      assert.deepEqual(rows(kind, [-Infinity, -Infinity], 0.5), [0, 0, 0, 0, 0]);
      assert.deepEqual(rows(kind, [-Infinity, 3], 0.5).slice(0, 2), [0, 1]);
    }
    assert.deepEqual(rows('normmax', [1, 1], 0), none);
    assert.deepEqual(rows('entmax', [1, 1], 0).slice(0, 2), [0.5, 0.5]);
  });
});

describe('total variation of rows', () => {
  it('satisfies the optimality conditions, row by row', () => {
    const random = seededRandom(8);
    for (const n of [1, 2, 3, 9, 40]) {
      for (const weights of [
        [0, 0.3],
        [2, 100],
      ]) {
        // prettier-ignore
        const x = noise(2 * n, random);
        const y = new Float32Array(2 * n);
        totalVariationRows(x, 2, n, weights, y);
        for (const row of [0, 1]) {
          // The sums of what was taken away are the duals: within the weight, and at it where y jumps.
          let dual = 0;
          for (let i = 0; i < n; i++) {
            const at = row * n + i;
            dual += x[at] - y[at];
            assert.isAtMost(Math.abs(dual), weights[row] + 1e-5);
            if (i === n - 1) assert.approximately(dual, 0, 1e-5);
            else if (Math.abs(y[at + 1] - y[at]) > 1e-6) {
              assert.approximately(dual, -Math.sign(y[at + 1] - y[at]) * weights[row], 1e-5);
            }
          }
        }
      }
    }
  });
});

describe('sections of boxes, row by row', () => {
  function project(x: number[], lower: number[], upper: number[], w: number[], c: number) {
    const n = x.length;
    const [y, side] = [new Float32Array(2 * n).fill(7), new Float32Array(2 * n).fill(7)];
    const tau = new Float32Array(2).fill(7);
    const twice = (values: number[]) => Float32Array.from([...values, ...values]);
    const data = {x: twice(x), lower: twice(lower), upper: twice(upper), w: twice(w), c: twice([c])};
    boxSectionRows(data, 2, n, y, tau, side);
    assert.deepEqual([...y.subarray(0, n)], [...y.subarray(n)]);
    assert.equal(tau[0], tau[1]);
    return {y: [...y.subarray(0, n)], tau: tau[0], side: [...side.subarray(0, n)]};
  }

  it('are what clipping along w makes of x, with the sum that is asked for', () => {
    const random = seededRandom(12);
    for (let k = 0; k < 60; k++) {
      const n = 1 + (k % 6);
      const of = (size: number) => Array.from({length: n}, () => Math.fround(size * (2 * random() - 1)));
      const [x, a, b, w] = [of(k % 4 === 0 ? 1e7 : 2), of(1), of(1), of(1)];
      const lower = a.map((value, i) => (random() < 0.2 ? -Infinity : Math.min(value, b[i])));
      const upper = a.map((value, i) => (random() < 0.2 ? Infinity : Math.max(value, b[i])));
      if (k % 5 === 0) w.fill(1);
      if (k % 7 === 0 && n > 1) w[0] = 0;
      const inside = lower.map((low, i) => Math.max(low, Math.min(upper[i], 0.3)));
      const c = Math.fround(inside.reduce((sum, value, i) => sum + w[i] * value, 0));
      const {y, tau, side} = project(x, lower, upper, w, c);
      const terms = y.reduce((sum, value, i) => sum + Math.abs(w[i] * value), Math.abs(c));
      assert.approximately(
        y.reduce((sum, value, i) => sum + w[i] * value, 0),
        c,
        2e-6 * terms,
      );
      y.forEach((value, i) => {
        const moved = x[i] + tau * w[i];
        const clipped = Math.max(lower[i], Math.min(upper[i], moved));
        // At a corner of the box any τ far enough would do.
        if (side.includes(SIDE.free))
          assert.approximately(value, clipped, 4e-7 * (Math.abs(x[i]) + Math.abs(tau * w[i])) + 1e-6);
        if (side[i] === SIDE.lower) assert.equal(value, Math.fround(lower[i]));
        else if (side[i] === SIDE.upper) assert.equal(value, Math.fround(upper[i]));
        else assert.isTrue(value >= lower[i] && value <= upper[i]);
      });
    }
  });

  it('keep entries without a weight where the others are at their bounds, but for rounding', () => {
    const upper = -0.7615968585014343;
    const w = -0.9007962942123413;
    const {y, side} = project([0.5, 0], [0, -1], [1, upper], [0, w], Math.fround(upper * w));
    assert.isAtMost(apart(y, [0.5, upper]), 1e-6);
    assert.deepEqual(side, [SIDE.free, SIDE.upper]);
  });

  it('keep their digits where x is far away', () => {
    const {y} = project([1e9, 1e9 + 64, -5e8], [0, 0, 0], [1, 1, 1], [1, 1, 1], 1);
    assert.isAtMost(apart(y, [0, 1, 0]), 1e-6);
    const shared = project([1e9, 1e9, 3], [0, 0, 0], [1, 1, 1], [1, 1, 1], 1);
    assert.isAtMost(apart(shared.y, [0.5, 0.5, 0]), 1e-6);
  });

  it('do not change where x moves along w, by any amount', () => {
    const random = seededRandom(21);
    for (let k = 0; k < 200; k++) {
      const n = 2 + (k % 5);
      const of = (value: () => number) => Array.from({length: n}, value);
      const far = 2 ** (20 + Math.floor(100 * random())) * (k % 2 ? 1 : -1);
      const w = of(() => (k % 3 === 0 ? 1 : (random() < 0.5 ? -1 : 1) * 2 ** Math.floor(5 * random() - 2)));
      // Apart by what float32 can tell there, if at all.
      const x = w.map((weight) => Math.fround(far * weight * (1 + Math.floor(3 * random()) * 2 ** -22)));
      const [lower, upper] = [of(() => -random()).map(Math.fround), of(random).map(Math.fround)];
      const inside = lower.map((low, i) => low + random() * (upper[i] - low));
      const c = Math.fround(w.reduce((sum, weight, i) => sum + weight * inside[i], 0));
      const near = x.map((value, i) => value - far * w[i]);
      const [expected, found] = [near, x].map((values) => project(values, lower, upper, w, c));
      assert.isAtMost(apart(found.y, expected.y), 1e-6, `${k}`);
    }
  });

  it('take −∞ out, and have no answer where a number is none or nothing fits', () => {
    const {y, side} = project([-Infinity, 0.2, 0.4], [0, 0, 0], [1, 1, 1], [1, 1, 1], 1);
    assert.isAtMost(apart(y, [0, 0.4, 0.6]), 1e-6);
    assert.deepEqual(side, [SIDE.out, SIDE.free, SIDE.free]);
    assert.deepEqual(project([-Infinity], [0], [1], [1], 3), {y: [0], tau: 0, side: [SIDE.out]});
    // At the ends of what fits, and beyond.
    assert.deepEqual(project([5, -5], [0, 0], [1, 2], [1, 1], 3).y, [1, 2]);
    assert.deepEqual(project([5, -5], [0, 0], [1, 2], [1, -1], 1).y, [1, 0]);
    const failed = (...data: Parameters<typeof project>) => {
      const found = project(...data);
      assert.isTrue(found.y.every(Number.isNaN));
      assert.isTrue(found.side.every((value) => value === SIDE.out));
      assert.equal(found.tau, 0);
    };
    failed([0, 0], [0, 0], [1, 2], [1, 1], 3.001);
    failed([0, 0], [0, 0], [1, 2], [1, 1], -0.001);
    failed([0, 0], [0, 0], [1, 2], [0, 0], 1);
    failed([0, NaN], [0, 0], [1, 2], [1, 1], 1);
    for (const c of [1, 2.5]) {
      failed([0, Infinity], [0, 0], [1, 2], [1, 1], c);
      failed([0, 0], [0, 0], [1, 2], [1, Infinity], c);
    }
    failed([0, 0], [0, 3], [1, 2], [1, 1], 1);
    failed([0, 0], [0, NaN], [1, 2], [1, 1], 1);
    failed([0, 0], [0, 0], [1, 2], [1, NaN], 1);
    failed([0, 0], [0, 0], [1, 2], [1, 1], NaN);
    failed([0, 0], [-Infinity, 0], [Infinity, 2], [1, 1], Infinity);
    failed([0, 0], [0, Infinity], [1, Infinity], [1, 0], 1);
    // Nothing is asked of what is out.
    assert.deepEqual(project([-Infinity, 0], [3, 0], [1, 2], [NaN, 1], 1).y, [0, 1]);
  });
});
