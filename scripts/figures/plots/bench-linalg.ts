/** @file Batched linear algebra on the CPU: this library, jax-js and ml-matrix, of bench/RESULTS.md. */
import {bars, type Bar} from '../bars.js';
import {numberOf, tablesOf} from '../tables.js';

export function figure() {
  const values = tablesOf('bench/RESULTS.md').flatMap(({rows}) => barsOf(rows));
  return bars('Linear algebra of 128 matrices', 'ms, log scale', values, 0.5);
}

function barsOf(rows: string[][]): Bar[] {
  return rows.flatMap(([what, time = '']) => {
    const found = /^(Cholesky|solve)[^[]*\[(\d+), \d+\][^:]*(?:: (.+))?$/.exec(what);
    const value = numberOf(time);
    if (!found || value === undefined) return [];
    const [, kind, n, code = 'tfjs-implicit, f64'] = found;
    return [{problem: `${kind}, ${n}×${n}`, code, value}];
  });
}
