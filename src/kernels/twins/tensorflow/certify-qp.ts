/** @file The kernel 'CertifyQP' on the backend 'tensorflow'. */
import {SINGLE} from '../../contracts/qp-limits.js';
import type {DeviceCompute} from '../../backends/node-device.js';
import {concat, given, isAtMost, onDevice, slice, minimum, where} from './arrays/index.js';
import {amongNeighbours, magnitudesOf, measure} from './certificate.js';
import type {Data} from './problem.js';
import {readAsGiven} from './read-problem.js';

export const deviceCertifyQP: DeviceCompute<keyof Data | 'x' | 'ineqDual' | 'eqDual'> = (
  inputs,
  _attributes,
  backend,
) =>
  onDevice(backend, () => {
    const {x, ineqDual, eqDual} = inputs;
    const problem = readAsGiven(inputs);
    const {batch, n, k, m} = problem;
    const column = (info: typeof x, width: number) => given(info, [batch, width, 1]);
    const y = concat([column(eqDual, k), column(ineqDual, m)], 1);
    const sizes = magnitudesOf(problem);
    const at = measure(sizes, column(x, n), y);
    const among = amongNeighbours(sizes, at);
    const plain = isAtMost(at.residual, SINGLE);
    const rows = where(plain, at.rows, among.rows);
    const least = minimum(at.residual, among.residual);
    return [
      {from: where(plain, at.residual, least), shape: [batch]},
      {from: concat([slice(rows, 1, k, m), slice(rows, 1, 0, k)], 1), shape: [batch, m + k]},
      {from: where(plain, at.columns, among.columns), shape: [batch, n]},
    ];
  });
