/** @file Routines for the kernels of this library: their host computations, with arrays of doubles instead of float32. */
import {hostCompute} from '../../kernels/index.js';
import {product, type Operand, type Routine} from './types.js';

type Allocate = Parameters<NonNullable<ReturnType<typeof hostCompute>>>[2];

/** The routine of a kernel, or `null` if the kernel is not one of this library's. */
export function ownRoutine(kernel: string): Routine | null {
  const compute = hostCompute(kernel);
  if (!compute) return null;
  return ({inputs, outputs, attributes}) => {
    // A host kernel computes in the type of its arguments: doubles give doubles.
    const given = Object.fromEntries(
      Object.entries(inputs).map(([name, [{data, shape}]]: [string, Operand[]]) => [
        name,
        {shape, single: data, values: data},
      ]),
    );
    const allocate: Allocate = (...shapes) =>
      shapes.map((shape) => ({values: new Float64Array(product(shape)), shape, dtype: 'float32'}));
    return () => {
      const results = compute(given, attributes, allocate);
      results.forEach(({values}, i) => outputs[i].data.set(values));
    };
  };
}
