/** @file What tfjs lacks and this library adds: gradients of topk, einsum and cumprod, kernels of the backend 'wasm'. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import '../../src/index.js';
import {compile} from '../../src/programs/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose} from '../helpers/expect.js';

type F = (...xs: tf.Tensor[]) => tf.Tensor;

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);

/** Σ c f for fixed c that differ. */
const lossOf =
  (f: F): F =>
  (...xs) => {
    const y = f(...xs);
    return tf.sum(tf.mul(tf.reshape(tf.cos(tf.range(0, y.size)), y.shape), y));
  };

/** tfjs's gradients of Σ c f are those of its values in double precision, by differences. */
function expectGradients(f: F, xs: tf.Tensor[]): void {
  const loss = lossOf(f);
  const gradients = tf.grads(loss)(xs);
  const value = compile(loss, xs);
  const at = xs.map((x) => Float64Array.from(x.dataSync()));
  const step = 1e-5;
  gradients.forEach((gradient, k) => {
    const slopes = Array.from(at[k], (_, i) => {
      const [there, back] = [1, -1].map((sign) => {
        const moved = at.map((values) => values.slice());
        moved[k][i] += sign * step;
        return value(...moved)[0];
      });
      return (there - back) / (2 * step);
    });
    expectClose(gradient, slopes, 3e-6, 1e-6);
  });
  tf.dispose([...gradients, ...xs]);
}

const EQUATIONS: [string, number[][]][] = [
  [
    'ij,jk->ik',
    [
      [2, 3],
      [3, 4],
    ],
  ],
  [
    'bij,bkj->bik',
    [
      [2, 3, 4],
      [2, 2, 4],
    ],
  ],
  [
    'bi,bi->b',
    [
      [3, 4],
      [3, 4],
    ],
  ],
  ['i,j->ij', [[3], [4]]],

  ['ij->ji', [[2, 3]]],
  ['ij->', [[2, 3]]],
  ['ij->j', [[2, 3]]],
  [
    'ij, kj -> ik',
    [
      [2, 3],
      [4, 3],
    ],
  ],
];

describeBackends('what tfjs lacks', (backend) => {
  for (const [equation, shapes] of EQUATIONS) {
    // TensorFlow takes no spaces.
    if (backend === 'tensorflow' && equation.includes(' ')) continue;
    it(`einsum ${equation} has gradients`, () => {
      expectGradients(
        (...xs) => tf.einsum(equation, ...xs),
        shapes.map((shape, i) => normal(shape, i + 1)),
      );
    });
  }

  // The cpu backend sums one of the axes alone.
  if (backend === 'wasm') {
    it('einsum over all axes has gradients', () => {
      expectGradients((x, y) => tf.einsum('ij,j->', x, y), [normal([3, 4], 1), normal([4], 2)]);
      expectGradients((x, y) => tf.einsum('ij,k->i', x, y), [normal([3, 4], 1), normal([2], 2)]);
    });
  }

  it('topk has a gradient', () => {
    expectGradients((x) => tf.topk(x, 2).values, [normal([2, 3, 4], 1)]);
    expectGradients((x) => tf.mul(x, tf.sum(tf.topk(x, 3).values)), [normal([5], 2)]);
  });

  for (const exclusive of [false, true]) {
    for (const reverse of [false, true]) {
      it(`cumprod has a gradient, exclusive ${exclusive}, reverse ${reverse}`, () => {
        for (const [shape, axis] of [
          [[5], 0],
          [[2, 4], 1],
          [[3, 2], 0],
          [[2, 3, 4], 1],
        ] as [number[], number][]) {
          expectGradients((x) => tf.cumprod(x, axis, exclusive, reverse), [normal(shape, 3)]);
        }
      });
    }
  }

  it('cumprod has a gradient where factors are zero', () => {
    expectGradients((x) => tf.cumprod(x, 0), [tf.tensor1d([2, 0, 3, 0, 4])]);
    expectGradients((x) => tf.cumprod(x, 0), [tf.tensor1d([2, 0, 3, 5])]);
  });

  it('these gradients have gradients', () => {
    const F: F[] = [
      (x) => tf.cumprod(x, 1),
      (x) => tf.einsum('ij,kj->ik', x, tf.square(x)),
      (x) => tf.square(tf.topk(x, 2).values),
    ];
    for (const f of F) expectGradients((x) => tf.grad(lossOf(f))(x), [normal([2, 3], 5)]);
  });

  it('gather has a gradient', () => {
    expectGradients((x) => tf.square(tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'))), [normal([3, 2], 6)]);
    expectGradients((x) => tf.square(tf.gather(x, tf.tensor1d([1, 1], 'int32'), 1)), [normal([3, 2], 7)]);
  });

  it('convolutions have gradients', () => {
    expectGradients(
      (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
      [normal([1, 4, 4, 2], 8), normal([2, 2, 2, 3], 9)],
    );
    // TensorFlow takes no other.
    const strides: [number, number] = backend === 'tensorflow' ? [2, 2] : [2, 1];
    expectGradients(
      (x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, 'valid'),
      [normal([1, 5, 4, 2], 10), normal([2, 2, 2, 1], 11)],
    );
  });

  it('unsortedSegmentSum adds integers', () => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32');
    const sums = tf.unsortedSegmentSum(x, tf.tensor1d([1, 1], 'int32'), 2);
    assert.deepEqual([...sums.dataSync()], [0, 0, 4, 6]);
    tf.dispose([x, sums]);
  });
});
