/** @file What the contracts of the kernels say about room: strides, factors, arrays of zeros. */
import {assert} from 'chai';
import fc from 'fast-check';
import {paddedStride} from '../../../src/kernels/contracts/dense.js';
import {roomForQR, scaledLU} from '../../../src/kernels/contracts/matrices.js';
import {zerosLike} from '../../../src/kernels/contracts/vectors.js';
import {referenceMatrices} from '../../../src/kernels/twins/reference/matrices.js';

const size = fc.integer({min: 0, max: 300});

describe('room', () => {
  it('a padded stride is the smallest multiple of 4 that is enough, and not one of 32', () => {
    fc.assert(
      fc.property(size, (n) => {
        const fitting = Array.from({length: 9}, (_, k) => n + k).filter((k) => k % 4 === 0 && k % 32 !== 0);
        assert.equal(paddedStride(n), Math.min(...fitting));
      }),
    );
    assert.equal(paddedStride(32), 36);
    assert.equal(paddedStride(64), 68);
  });

  it('factors have one scale a row and a column, and as many reflections as the shorter side', () => {
    fc.assert(
      fc.property(size, size, (rows, columns) => {
        const {qr, tau, order, rank} = roomForQR(referenceMatrices, rows, columns);
        assert.deepEqual(
          [qr.length, tau.length, order.length, rank],
          [rows * columns, rows < columns ? rows : columns, columns, 0],
        );
        const lu = referenceMatrices.vector(1);
        const factors = scaledLU(referenceMatrices, lu, rows);
        assert.strictEqual(factors.lu, lu);
        const {pivots, rows: up, columns: across} = factors;
        assert.deepEqual([factors.n, pivots.length, up.length, across.length], [rows, rows, rows, rows]);
      }),
      {numRuns: 20},
    );
  });

  it('zeros have the precision of what they are like', () => {
    assert.deepEqual(zerosLike(Float32Array.of(1), 3), new Float32Array(3));
    assert.deepEqual(zerosLike(Float64Array.of(1, 2), 1), new Float64Array(1));
  });
});
