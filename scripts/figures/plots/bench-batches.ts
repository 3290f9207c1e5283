/** @file Batches of 128 quadratic programs with the gradient of every tensor: this library, qpth and qpax, of bench/RESULTS.md. */
import {bars, type Bar} from '../bars.js';
import {numberOf, tableOf} from '../tables.js';

export function figure() {
  const {columns, rows} = tableOf('bench/RESULTS.md', 'problem', 'and backward', 'qpth f64', 'qpax f64');
  const values = rows
    .filter(([problem]) => problem.endsWith('batch=128'))
    .flatMap(([name, , ours, ...peers]): Bar[] => {
      const [n, equalities, inequalities] = name.match(/\d+/g)!;
      const problem = `${n} variables, ${Number(equalities) + Number(inequalities)} rows`;
      // Of the peers: "forward, forward and backward".
      const others = peers.map((cell, i) => ({code: columns[i + 3], value: numberOf(cell.split(', ')[1] ?? '')})); // prettier-ignore
      const all = [{code: 'tfjs-implicit', value: numberOf(ours)}, ...others];
      return all.flatMap(({code, value}) => (value === undefined ? [] : [{problem, code, value}]));
    });
  return bars('128 quadratic programs and all gradients', 'ms, log scale', values, 1);
}
