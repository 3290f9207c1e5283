/** @file One small quadratic program again and again: prepareQP, quadprog and solveQP, of bench/RESULTS.md. */
import {bars, type Bar} from '../bars.js';
import {numberOf, tableOf} from '../tables.js';

const CODES = ['prepareQP', 'quadprog', 'solveQP with initial'];

export function figure() {
  const {rows} = tableOf('bench/RESULTS.md', 'what', 'median, µs', 'least, µs');
  const values = rows.flatMap(([what, time]): Bar[] => {
    const [problem, code] = what.split(': ');
    const value = numberOf(time);
    return CODES.includes(code) && value !== undefined ? [{problem, code, value}] : [];
  });
  values.sort((a, b) => CODES.indexOf(a.code) - CODES.indexOf(b.code));
  return bars('One small quadratic program again', 'µs, log scale', values, 1);
}
