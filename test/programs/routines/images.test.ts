/** @file Images as programs: interpolation, dilation, normalisation of channels, blocks, and sparse arrays; as on the backends of tfjs. */
import * as tf from '@tensorflow/tfjs-core';
import '../../../src/index.js';
import {vjpAt} from '../../../src/autodiff/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectSame} from '../compare.js';

type F = (...xs: tf.Tensor[]) => tf.Tensor;

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const CLOSE = {relative: 1e-5, scaled: 1e-6};

/** The same value, and the same gradients if `isSmooth`. */
function expectBoth(f: F, xs: tf.Tensor[], isSmooth = true): void {
  const weights = (y: tf.Tensor) => tf.reshape(tf.cos(tf.range(0, y.size)), y.shape);
  expectSame(f, xs, CLOSE);
  if (isSmooth) {
    const loss: F = (...ys) => {
      const y = f(...ys);
      return tf.sum(tf.mul(weights(y), y));
    };
    expectSame((...ys) => vjpAt((zs) => [loss(...zs)], ys, [tf.scalar(1)]), xs, CLOSE);
  }
  tf.dispose(xs);
}

describeBackends('routines of images', (backend) => {
  const has = (kernel: string) => tf.getKernel(kernel, backend) !== undefined;

  for (const [height, width] of [
    [6, 9],
    [2, 3],
    [1, 1],
    [4, 5],
  ] as [number, number][]) {
    for (const [alignCorners, halfPixelCenters] of [
      [false, false],
      [true, false],
      [false, true],
    ]) {
      it(`resizeBilinear to ${height} × ${width}, ${alignCorners ? 'corners' : halfPixelCenters ? 'centers' : 'plain'}`, () => {
        const f: F = (x) =>
          tf.image.resizeBilinear(x as tf.Tensor4D, [height, width], alignCorners, halfPixelCenters);
        // The gradient of tfjs has the axes of a square image only.
        expectBoth(f, [normal([2, 4, 4, 3], 1)]);
        expectBoth(f, [normal([1, 3, 5, 2], 2)], false);
      });
    }
  }

  it('localResponseNormalization', () => {
    for (const [radius, bias, alpha, beta] of [
      [5, 1, 1, 0.5],
      [1, 0.7, 0.3, 0.75],
      [0, 2, 0.1, 1],
    ]) {
      expectBoth(
        (x) => tf.localResponseNormalization(x as tf.Tensor4D, radius, bias, alpha, beta),
        [normal([2, 2, 3, 4], 3)],
      );
    }
  });

  it('dilation2d', () => {
    // The backend 'wasm' starts a maximum with the least positive number: sums below zero are wrong there.
    const positive = (shape: number[], seed: number) => tf.tidy(() => tf.abs(normal(shape, seed)));
    for (const [strides, pad, dilations] of [
      [1, 'same', 1],
      [2, 'valid', 1],
      [1, 'valid', 2],
      [[1, 2], 'same', [2, 1]],
    ] as [number | [number, number], 'same' | 'valid', number | [number, number]][]) {
      expectBoth(
        (x, filter) => tf.dilation2d(x as tf.Tensor4D, filter as tf.Tensor3D, strides, pad, dilations),
        [positive([2, 5, 6, 2], 4), positive([2, 3, 2], 5)],
      );
    }
  });

  it('spaceToBatchND and batchToSpaceND', () => {
    expectBoth(
      (x) =>
        tf.spaceToBatchND(
          x,
          [2, 3],
          [
            [1, 0],
            [0, 1],
          ],
        ),
      [normal([2, 3, 5, 2], 6)],
    );
    expectBoth(
      (x) =>
        tf.batchToSpaceND(
          x,
          [2, 3],
          [
            [1, 0],
            [0, 2],
          ],
        ),
      [normal([12, 2, 2, 3], 7)],
    );
    expectBoth(
      (x) => tf.batchToSpaceND(tf.spaceToBatchND(x, [2], [[0, 1]]), [2], [[0, 1]]),
      [normal([2, 5], 8)],
    );
  });

  it('depthToSpace and flipLeftRight', () => {
    expectBoth((x) => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC'), [normal([2, 2, 3, 8], 9)], false);
    expectBoth((x) => tf.image.flipLeftRight(x as tf.Tensor4D), [normal([2, 3, 4, 2], 10)], false);
  });

  if (has('SearchSorted')) {
    it('searchSorted, on both sides of equal entries', () => {
      for (const side of ['left', 'right'] as const) {
        expectBoth(
          (sorted, values) => tf.searchSorted(sorted, values, side),
          [
            tf.tensor2d([-1, 0, 0, 2, 5, -3, -3, -3, 1, 1], [2, 5]),
            tf.tensor2d([0, -2, 6, 5, 0.5, -3, 1, 1.5], [2, 4]),
          ],
          false,
        );
      }
      expectBoth(
        (sorted, values) => tf.lowerBound(sorted, values),
        [tf.tensor1d([1, 2, 4]), tf.tensor1d([2, 5])],
        false,
      );
    });
  }

  it('sparseToDense', () => {
    expectBoth(
      (at, values) => tf.sparseToDense(at as tf.Tensor2D, values as tf.Tensor1D, [3, 4], 7),
      [tf.tensor2d([0, 1, 2, 3], [2, 2], 'int32'), tf.tensor1d([1.5, -2])],
      false,
    );
    expectBoth(
      (at, values) => tf.sparseToDense(at as tf.Tensor1D, values as tf.Tensor1D, [5], 0),
      // TensorFlow wants them in order.
      [tf.tensor1d(backend === 'tensorflow' ? [1, 3] : [3, 1], 'int32'), tf.tensor1d([4, 5])],
      false,
    );
  });

  if (has('BitwiseAnd')) {
    it('bitwiseAnd', () => {
      const integers = (values: number[]) => tf.tensor1d(values, 'int32');
      expectBoth((a, b) => tf.bitwiseAnd(a, b), [integers([6, -1, 12, 0]), integers([3, 7, -4, 5])], false);
    });
  }

  it('logicalXor', () => {
    const flags = (values: number[]) => tf.tensor1d(values, 'bool');
    expectBoth((a, b) => tf.logicalXor(a, b), [flags([0, 0, 1, 1]), flags([0, 1, 0, 1])], false);
  });
});
