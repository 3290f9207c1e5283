/** @file Eigenvalues and eigenvectors of symmetric matrices on the backend 'tensorflow', and what their derivative needs. */
import type {DeviceCompute} from '../../../backends/node-device.js';
import {
  abs,
  eigh,
  identity,
  isGreater,
  lowerTriangle,
  maxAbs,
  minus,
  onDevice,
  overOrZero,
  plus,
  times,
  transpose,
  where,
} from '../arrays/index.js';
import {flat} from './batches.js';

/** Differences of eigenvalues that f32 data cannot tell from zero, relative to the largest and per row. */
const EQUAL = 2 ** -23;

export const deviceEigh: DeviceCompute<'a'> = ({a}, _attributes, backend) =>
  onDevice(backend, () => {
    const lower = lowerTriangle(flat(a).a);
    const n = lower.shape[1];
    const eye = identity(n);
    const {values, vectors} = eigh(plus(lower, transpose(times(lower, minus(1, eye)))));
    const gaps = minus(transpose(values), values);
    const differ = isGreater(abs(gaps), times(n * EQUAL, maxAbs(values)));
    return [
      {from: values, shape: a.shape.slice(0, -1)},
      {from: vectors, shape: a.shape},
      {from: where(differ, overOrZero(1, gaps), 0), shape: a.shape},
    ];
  });
