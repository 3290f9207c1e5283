/** @file Cones in f64: triangles, projections and their derivative, and the scalings of Nesterov and Todd, against their definitions. */
import type {Tensor} from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  coneBlocks,
  matrixOf,
  product,
  triangleOf,
  type ConeBlock,
} from '../../../../src/kernels/algorithms/conic/cones.js';
import {scalingOf} from '../../../../src/kernels/algorithms/conic/nesterov-todd.js';
import {depth, distance, project, projectDual, projectionDerivative, tailNorm} from '../../../../src/kernels/algorithms/conic/projection.js'; // prettier-ignore
import {seededRandom} from '../../../zoo/linear-systems.js';
import {conesOfProjection, noteDualProjection} from '../../../../src/kernels/algorithms/conic/known-cones.js';
import {apart, largest, noise, times} from '../qp/planted.js';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => times(a, b)[0];
const [, RAY, CONE, MATRIX] = coneBlocks({zero: 1, nonNegative: 1, secondOrder: [4], psd: [3]});
const ZERO: ConeBlock = {kind: 'zero', start: 0, size: 1, order: 1};

describe('cones', () => {
  it('come one behind the other, those of one entry as rays, those of none not at all', () => {
    assert.deepEqual(coneBlocks({zero: 2, nonNegative: 1, secondOrder: [3, 1, 0], psd: [1, 2, 0]}), [
      {kind: 'zero', start: 0, size: 1, order: 1},
      {kind: 'zero', start: 1, size: 1, order: 1},
      {kind: 'ray', start: 2, size: 1, order: 1},
      {kind: 'secondOrder', start: 3, size: 3, order: 3},
      {kind: 'ray', start: 6, size: 1, order: 1},
      {kind: 'ray', start: 7, size: 1, order: 1},
      {kind: 'semidefinite', start: 8, size: 3, order: 2},
    ]);
    assert.deepEqual(coneBlocks({}), []);
  });

  it('of matrices keep the inner product in their triangles', () => {
    const [a, b] = [noise(6, seededRandom(1)), noise(6, seededRandom(2))];
    assert.approximately(dot(matrixOf(a, 3), matrixOf(b, 3)), dot(a, b), 1e-14);
    const out = new Float64Array(6);
    triangleOf(matrixOf(a, 3), 3, out);
    assert.isAtMost(apart(out, a), 1e-15);
    // Of a matrix that is not symmetric, the symmetric part.
    triangleOf(Float64Array.of(1, 4, 2, 3), 2, out);
    assert.isAtMost(apart(out.subarray(0, 3), [1, 3 * Math.SQRT2, 3]), 1e-15);
    const [A, B] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6, 7, 8)];
    assert.deepEqual([...product(A, B, 2)], [19, 22, 43, 50]);
    assert.deepEqual([...product(A, B, 2, 'a')], [26, 30, 38, 44]);
    assert.deepEqual([...product(A, B, 2, 'b')], [17, 23, 39, 53]);
  });

  for (const block of [RAY, CONE, MATRIX]) {
    it(`of kind ${block.kind}: v is the difference of two orthogonal points of the cone`, () => {
      const random = seededRandom(5);
      for (let k = 0; k < 12; k++) {
        const v = noise(block.size, random);
        // Inside, outside, and between.
        if (k % 3 === 0) v[0] += 4;
        if (k % 3 === 1) v[0] -= 4;
        const [plus, minus] = [new Float64Array(block.size), new Float64Array(block.size)];
        project(block, v, plus);
        project(block, v.map((value) => -value), minus); // prettier-ignore
        assert.isAtMost(apart(plus.map((value, i) => value - minus[i]), v), 1e-14); // prettier-ignore
        assert.approximately(dot(plus, minus), 0, 1e-13);
        assert.isAtLeast(depth(block, plus), -1e-14);
        const twice = new Float64Array(block.size);
        projectDual(block, plus, twice);
        assert.isAtMost(apart(twice, plus), 1e-14);
        assert.approximately(distance(block, v), largest(minus), 1e-13);
        assert.approximately(distance(block, v, true), largest(minus), 1e-13);
        assert.equal(depth(block, v) < 0, largest(minus) > 0);
        const D = projectionDerivative(block, v);
        const h = 1e-6;
        for (let j = 0; j < block.size; j++) {
          const at = (by: number) => {
            const out = new Float64Array(block.size);
            projectDual(block, v.map((value, i) => value + (i === j ? by : 0)), out); // prettier-ignore
            return out;
          };
          const [ahead, behind] = [at(h), at(-h)];
          for (let i = 0; i < block.size; i++) {
            assert.approximately(D[i * block.size + j], (ahead[i] - behind[i]) / (2 * h), 1e-7);
          }
        }
      }
    });
  }

  it('of kind zero: nothing but zero, and its dual everything', () => {
    const out = Float64Array.of(7);
    project(ZERO, Float64Array.of(-3), out);
    assert.equal(out[0], 0);
    projectDual(ZERO, Float64Array.of(-3), out);
    assert.equal(out[0], -3);
    assert.equal(distance(ZERO, Float64Array.of(-3)), 3);
    assert.equal(distance(ZERO, Float64Array.of(-3), true), 0);
    assert.equal(depth(ZERO, Float64Array.of(-3)), 0);
    assert.deepEqual([...projectionDerivative(ZERO, Float64Array.of(-3))], [1]);
  });

  it('of matrices have a finite derivative where eigenvalues are zero', () => {
    for (const v of [
      new Float64Array(6),
      Float64Array.of(1, 0, 0, 0, 0, 0),
      Float64Array.of(-1, 0, 0, 0, 0, 0),
    ]) {
      // prettier-ignore
      const D = projectionDerivative(MATRIX, v);
      // Between nothing and the identity, as every element of the generalised derivative.
      D.forEach((entry, at) => assert.isTrue(at % 7 === 0 ? entry > -1e-14 && entry < 1 + 1e-14 : Math.abs(entry) < 1e-14)); // prettier-ignore
    }
  });

  it('are known of what was projected onto them, and of nothing else', () => {
    const [v, y, other] = [0, 1, 2].map(() => ({}) as Tensor);
    const cones = {nonNegative: 2};
    assert.strictEqual(noteDualProjection(y, v, cones), y);
    assert.strictEqual(conesOfProjection(y, v), cones);
    assert.isNull(conesOfProjection(y, other));
    assert.isNull(conesOfProjection(other, v));
    // What came back as it was could have come from anywhere.
    noteDualProjection(v, v, cones);
    assert.isNull(conesOfProjection(v, v));
  });

  it('measure lengths that would overflow', () => {
    assert.approximately(tailNorm(Float64Array.of(9, 3e200, 4e200)), 5e200, 1e186);
    assert.equal(tailNorm(Float64Array.of(9, 0, 0)), 0);
    assert.equal(tailNorm(Float64Array.of(9)), 0);
    assert.equal(tailNorm(Float64Array.of(9, Infinity, 1)), Infinity);
    assert.approximately(tailNorm(Float64Array.of(9, 3e-200, 4e-200)), 5e-200, 1e-214);
  });

  for (const block of [RAY, CONE, MATRIX]) {
    it(`of kind ${block.kind}: the scaling makes s and y one`, () => {
      const random = seededRandom(6);
      const inside = () => {
        const v = noise(block.size, random);
        if (block.kind === 'semidefinite') {
          const L = noise(9, random);
          for (let i = 0; i < 3; i++) L[4 * i] += 2;
          triangleOf(product(L, L, 3, 'b'), 3, v);
        } else v[0] = 0.3 + tailNorm(v) + random();
        return v;
      };
      for (let k = 0; k < 6; k++) {
        const [s, y] = [inside(), inside()];
        const scaling = scalingOf(block, s, y)!;
        const {lambda} = scaling;
        assert.isAtMost(apart(scaling.times(y), lambda), 1e-13);
        assert.isAtMost(apart(scaling.timesTransposed(lambda), s), 1e-12);
        assert.isAbove(depth(block, lambda), 0);
        const [a, b] = [noise(block.size, random), noise(block.size, random)];
        assert.approximately(dot(scaling.times(a), b), dot(a, scaling.timesTransposed(b)), 1e-12);
        assert.isAtMost(apart(times(scaling.square(), a), scaling.timesTransposed(scaling.times(a))), 1e-11);
        assert.isAtMost(apart(scaling.jordan(lambda, scaling.divide(a)), a), 1e-12);
        assert.isAtMost(apart(scaling.jordan(scaling.unit(), a), a), 1e-14);
        assert.isAtMost(apart(scaling.jordan(a, b), scaling.jordan(b, a)), 1e-14);
        assert.approximately(dot(scaling.unit(), scaling.jordan(a, b)), dot(a, b), 1e-13);
        // On the way along a, the boundary is where it is said to be.
        for (const along of [a, b, lambda, lambda.map((value) => -value)]) {
          const blocking = scaling.blocking(along);
          const at = (length: number) => depth(block, lambda.map((value, i) => value + length * along[i])); // prettier-ignore
          if (blocking === 0) assert.isAbove(at(1e6), 0);
          else {
            assert.approximately(at(1 / blocking), 0, 1e-9 / blocking);
            assert.isAbove(at(0.99 / blocking), 0);
          }
        }
        assert.equal(scaling.blocking(lambda), 0);
        assert.approximately(scaling.blocking(lambda.map((value) => -value)), 1, 1e-12);
      }
      const inner = inside();
      for (const outside of [new Float64Array(block.size), inner.map((value) => -value)]) {
        assert.isNull(scalingOf(block, outside, inner));
        assert.isNull(scalingOf(block, inner, outside));
      }
    });
  }
});
