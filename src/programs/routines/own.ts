/** @file The kernels of this library: their host computations, with arrays of doubles in the places of float32 ones. */
import {hostCompute} from '../../kernels/index.js';
import type {Operand, Routine} from './types.js';

type Allocated = ReturnType<Parameters<NonNullable<ReturnType<typeof hostCompute>>>[2]>;

/** The routine of a kernel; `null` if it is not one of this library's. */
export function ownRoutine(kernel: string): Routine | null {
  const compute = hostCompute(kernel);
  if (!compute) return null;
  return ({inputs, outputs, attributes}) => {
    // A host kernel takes what it is given: doubles in, doubles out.
    const given = Object.fromEntries(
      Object.entries(inputs).map(([name, [{data, shape}]]: [string, Operand[]]) => [
        name,
        {shape, single: data as unknown as Float32Array, values: data},
      ]),
    );
    const allocate = (...shapes: number[][]) =>
      shapes.map((shape) => ({
        values: new Float64Array(shape.reduce((size, axis) => size * axis, 1)),
        shape,
        dtype: 'float32',
      })) as unknown as Allocated;
    return () => {
      const results = compute(given, attributes, allocate);
      results.forEach(({values}, i) => outputs[i].data.set(values));
    };
  };
}
