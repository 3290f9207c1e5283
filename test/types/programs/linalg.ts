/** @file Linear algebra: ranks are said where they matter, as of tf.matMul. */
import * as tf from '@tensorflow/tfjs';
import {linalg} from '../../../src/index.js';

export function run() {
  const a = tf.tensor3d([
    [
      [4, 2],
      [2, 5],
    ],
  ]);
  const b = tf.ones<tf.Rank.R3>([1, 2, 1]);
  const L: tf.Tensor3D = linalg.cholesky(a);
  const x: tf.Tensor3D = linalg.solve(a, b, {assume: 'positiveDefinite'});
  const same: tf.Tensor3D = linalg.choleskySolve(L, b);
  const half: tf.Tensor3D = linalg.triangularSolve(L, b, {lower: true});
  const inverse: tf.Tensor3D = linalg.inv(a);
  const shortest: tf.Tensor2D = linalg.lstsq([[1, 1]], [[2]]);
  const volume: tf.Tensor1D = linalg.det(a);
  const {sign, logabsdet} = linalg.slogdet(a);
  const {eigenvalues, eigenvectors} = linalg.eigh<tf.Tensor3D>(a);
  const back = tf.batchToSpaceND(tf.expandDims(inverse, 3), [1, 1], [[0, 0], [0, 0]]); // prettier-ignore
  return [
    tf.max(tf.abs(tf.sub(x, same))).dataSync()[0],
    half.shape,
    tf.sub(tf.matMul(a, inverse), tf.eye(2)).arraySync(),
    back.shape,
    shortest.arraySync(),
    volume.arraySync(),
    sign.arraySync(),
    tf.sub(logabsdet, tf.log(volume)).dataSync()[0],
    tf.prod(eigenvalues).dataSync()[0],
    eigenvectors.shape,
  ];
}

export const expected = [
  0,
  [1, 2, 1],
  [
    [
      [0, 0],
      [0, 0],
    ],
  ],
  [1, 2, 2, 1],
  [[1], [1]],
  [16],
  [1],
  0,
  16,
  [1, 2, 2],
];
