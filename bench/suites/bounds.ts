/** @file Quadratic programs with bounds: as `lower` and `upper`, as rows of G, and, for comparison, without them. */
import * as tf from '@tensorflow/tfjs';
import type {QPInput} from '../../src/index.js';
import {solveQP} from '../library.js';
import {makeProblem, type Setup} from '../problems.js';
import {sameNumbers, type Row, type Suite} from '../row.js';

const SETUPS: Setup[] = [
  {n: 10, k: 5, m: 10, batch: 128},
  {n: 100, k: 10, m: 50, batch: 32},
];
/** How far the bounds are from the minimum without them: it is outside for a third of the variables. */
const SHARE = 0.5;

export const boundsSuite: Suite = () => {
  const rows = SETUPS.flatMap((setup): Row[] => {
    const {n, k, m, batch} = setup;
    const without = makeProblem(setup);
    const {lower, upper, G, h} = tf.tidy(() => {
      // Bounds around a point that satisfies the rows.
      const inside = solveQP({...without, p: tf.zerosLike(without.p)}).x;
      const reach = tf.mul(SHARE, tf.sqrt(tf.moments(solveQP(without).x).variance));
      const [lower, upper] = [tf.sub(inside, reach), tf.add(inside, reach)];
      const eye = tf.tile(tf.expandDims(tf.eye(n), 0), [batch, 1, 1]);
      const G = tf.concat([without.G, tf.neg(eye), eye], 1);
      return {lower, upper, G, h: tf.concat([without.h, tf.neg(lower), upper], 1)};
    });
    const forms: Record<string, QPInput> = {
      'without bounds': without,
      'bounds as rows of G': {...without, G, h},
      'lower and upper': {...without, lower, upper},
    };
    const name = `QP n=${n} equalities=${k} inequalities=${m} batch=${batch}`;
    const x = (form: string) => tf.tidy(() => solveQP(forms[form]).x.dataSync());
    sameNumbers(name, x('lower and upper'), x('bounds as rows of G'), 1e-5);
    return Object.entries(forms).flatMap(([form, problem]) => {
      const names = Object.keys(problem) as (keyof QPInput)[];
      const loss = (...values: tf.Tensor[]) =>
        tf.sum(solveQP(Object.fromEntries(names.map((key, i) => [key, values[i]])) as never).x);
      const given = names.map((key) => problem[key] as tf.Tensor);
      const yardstick = (what: string) => `${name}, bounds as rows of G: ${what}`;
      const both = 'forward and backward, in every tensor';
      return [
        {
          name: `${name}, ${form}: forward`,
          run: () => tf.dispose(solveQP(problem)),
          yardstick: yardstick('forward'),
        },
        {
          name: `${name}, ${form}: ${both}`,
          run: () => tf.dispose(tf.grads(loss)(given)),
          yardstick: yardstick(both),
        },
      ];
    });
  });
  return Promise.resolve(rows);
};
