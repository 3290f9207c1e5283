/** @file The error of the Jacobian of an inexact solution, implicit and unrolled, against the bound of the paper's theorem. */
import {bars, type Bar} from '../bars.js';
import {numberOf, tableOf} from '../tables.js';

export function figure() {
  const {rows} = tableOf('docs/examples/ridge.md', 'θ', 't', 'implicit error', 'the bound', 'unrolled error');
  const values = rows.flatMap(([theta, steps, , implicit, bound, unrolled]): Bar[] =>
    Object.entries({'implicit gradient': implicit, 'bound of Theorem 1': bound, unrolled}).map(
      ([code, text]) => ({problem: `θ = ${theta}, ${steps} steps`, code, value: numberOf(text)!}),
    ),
  );
  return bars(
    'The error of a gradient when the solver stops early',
    'error of the Jacobian, log scale',
    values,
    1e-13,
  );
}
