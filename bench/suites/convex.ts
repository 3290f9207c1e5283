/** @file The modelling language: how long a problem takes to compile, and its solve compared with that of matrices written by hand. */
import * as tf from '@tensorflow/tfjs';
import {convex, solveQP} from '../library.js';
import {sameNumbers, type Row, type Suite} from '../row.js';

const [n, m, B] = [100, 40, 128];

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);

/** min ‖Fx − t‖² + pᵀx subject to Gx ≤ h, a sum, and bounds: a portfolio of 100 with 40 limits. */
function made() {
  const {
    add,
    equal,
    greaterEqual,
    lessEqual,
    matMul,
    mul,
    parameter,
    problem,
    sub,
    sum,
    sumSquares,
    variable,
  } = convex;
  const x = variable('x', [n]);
  const fit = sumSquares(sub(matMul(parameter('F', [n, n]), x), parameter('t', [n])));
  return problem({
    minimize: add(mul(0.5, fit), matMul(parameter('p', [n]), x)),
    subjectTo: [
      lessEqual(matMul(parameter('G', [m, n]), x), parameter('h', [m]), {name: 'limits'}),
      equal(sum(x), 1, {name: 'budget'}),
      greaterEqual(x, -1),
      lessEqual(x, parameter('most'), {name: 'most'}),
    ],
  });
}

export const convexSuite: Suite = () => {
  const values = {
    F: tf.tidy(() => tf.div(normal([n, n], 1), Math.sqrt(n))),
    ...{t: normal([n], 2), p: normal([B, n], 3), G: normal([m, n], 4)},
    ...{h: tf.ones([m]), most: tf.scalar(1)},
  };
  const byHand = (given: typeof values) => {
    const Q = tf.matMul(given.F, given.F, true, false);
    const p = tf.sub(given.p, tf.matMul(tf.reshape(given.t, [1, n]), given.F as tf.Tensor2D));
    const [A, b] = [tf.ones([1, n]), tf.ones([1])];
    const [lower, upper] = [tf.fill([n], -1), tf.mul(given.most, tf.ones([n]))];
    return solveQP({Q, p, G: given.G, h: given.h, A, b, lower, upper}).x;
  };
  const problem = made();
  const names = Object.keys(values) as (keyof typeof values)[];
  const ways = {
    convex: (given: typeof values) => problem.solve(given).variables.x,
    'matrices by hand': byHand,
  };
  const [own, theirs] = Object.values(ways).map((way) => tf.tidy(() => way(values).dataSync()));
  sameNumbers('convex', own, theirs, 1e-4);
  const name = `convex n=${n} inequalities=${m} and bounds, batch=${B}`;
  const rows: Row[] = [{name: `convex n=${n}: compile`, run: () => void made()}];
  for (const [way, solve] of Object.entries(ways)) {
    const loss = (...list: tf.Tensor[]) =>
      tf.sum(solve(Object.fromEntries(names.map((key, i) => [key, list[i]])) as typeof values));
    const whats = {
      forward: () => tf.tidy(() => void solve(values)),
      'forward and backward, in every tensor': () =>
        tf.dispose(tf.grads(loss)(names.map((key) => values[key]))),
    };
    for (const [what, run] of Object.entries(whats)) {
      rows.push({name: `${name}, ${way}: ${what}`, run, yardstick: `${name}, matrices by hand: ${what}`});
    }
  }
  return Promise.resolve(rows);
};
