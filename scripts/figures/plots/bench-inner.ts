/** @file Problems inside problems: the gradient through a solver, here and by JAXopt, of bench/RESULTS.md. */
import {bars, type Bar} from '../bars.js';
import {numberOf, tableOf} from '../tables.js';

const CODES: Record<string, string> = {
  implicit: 'implicit, here',
  'JAXopt implicit': 'implicit, JAXopt',
  unrolled: 'unrolled, here',
  'JAXopt unrolled': 'unrolled, JAXopt',
};

export function figure() {
  const {rows} = tableOf('bench/RESULTS.md', 'what', 'median, ms', 'ratio', 'answer');
  const values = rows.flatMap(([what, time]): Bar[] => {
    const [problem, text] = what.split(': ');
    const code = CODES[text.replace(/ \(.*/, '')];
    const value = numberOf(time);
    const isShown = /(100|5000) features, (mirror|proj)|Distillation|dictionary/.test(problem);
    if (!isShown || code === undefined || value === undefined) return [];
    return [{problem: problem.replace('Task-driven dictionary, 400 samples, 10 atoms', 'Dictionary, 10 atoms').replace('features', 'f.').replace('projected', 'proj.'), code, value}]; // prettier-ignore
  });
  const order = Object.values(CODES);
  values.sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
  return bars('A gradient through a solver', 'ms, log scale', values, 0.5);
}
