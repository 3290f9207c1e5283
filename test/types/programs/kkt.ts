/** @file Constrained minima by their KKT conditions: equalities alone, inequalities alone, and both. */
import * as tf from '@tensorflow/tfjs';
import {conditions, customRoot, rootJvp, rootVjp} from '../../../src/index.js';

export function run() {
  const fun = (x: tf.Tensor, _sum: tf.Tensor) => tf.mul(0.5, tf.sum(tf.square(x), 1));
  const equality = (x: tf.Tensor, sum: tf.Tensor) => tf.sub(tf.sum(x, 1, true), sum);
  const inequality = (x: tf.Tensor, _sum: tf.Tensor) => tf.sub(tf.slice(x, [0, 0], [-1, 1]), 3);
  const [sum, x, eqDual] = [tf.tensor2d([[2]]), tf.ones([1, 2]), tf.fill([1, 1], -1)];
  const ineqDual = tf.zeros([1, 1]);

  const equalities = conditions.kkt({fun, equality});
  const solution = {x, eqDual};
  const [slope] = rootVjp(equalities, solution, [sum], {x: tf.ones([1, 2]), eqDual: tf.zeros([1, 1])});
  const solved = customRoot(equalities)((_init, at) => ({
    x: tf.tile(tf.div(at, 2), [1, 2]),
    eqDual: tf.div(at, -2),
  }));
  const grown = tf.grad((at) => tf.sum(solved(null, at).x))(sum);

  const both = conditions.kkt({fun, equality, inequality});
  const tangent = rootJvp(both, {x, ineqDual, eqDual}, [sum], [tf.ones([1, 1])]);
  const inequalities = conditions.kkt({fun, inequality});
  const residual = inequalities({x: tf.zeros([1, 2]), ineqDual}, sum);
  const unconstrained = conditions.kkt({fun: (at) => tf.sum(tf.square(at), 1)});
  return [
    slope.dataSync()[0],
    grown.dataSync()[0],
    tangent.x.arraySync(),
    residual.ineqDual.dataSync()[0],
    unconstrained({x}).x.arraySync(),
  ];
}

export const expected = [1, 1, [[0.5, 0.5]], 0, [[2, 2]]];
