/** @file The time of a hyper-gradient of the paper's support vector machine, implicit and unrolled, over the number of features. */
import {bars, type Bar} from '../bars.js';
import {numberOf, tableOf} from '../tables.js';

export function figure() {
  const {rows} = tableOf('docs/examples/svm.md', 'solver, fixed point', 'features', 'implicit', 'unrolled');
  let solver = '';
  const values = rows.flatMap(([name, features, implicit, unrolled]): Bar[] => {
    solver = name.split(',')[0] || solver;
    if (numberOf(unrolled) === undefined) return [];
    return Object.entries({implicit, unrolled}).flatMap(([code, text]) => {
      const value = numberOf(text);
      return value === undefined ? [] : [{problem: `${solver}, ${features}`, code, value}];
    });
  });
  return bars('A hyper-gradient of the SVM, by features', 'ms, log scale', values, 30);
}
