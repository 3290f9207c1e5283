/** @file `SparseKernels` on WebAssembly, in the memory of the dense kernels. */
import type {SparseKernels} from '../../contracts/sparse.js';
import {BINARY} from './binary/sparse.js';
import {placeOf} from './memory.js';
import {instantiate} from './module.js';

/** Returns `null` if WebAssembly or its SIMD instructions are missing. */
export function createHostSparse(memory: WebAssembly.Memory): SparseKernels | null {
  const routines = instantiate(BINARY, memory);
  if (!routines) return null;
  return {
    name: 'host',

    factor: ({plan, panels, inverse, signs, stack, packed}, values, least, instead) =>
      routines.factor(
        plan.supernodes,
        placeOf(plan.first),
        placeOf(plan.rowStarts),
        placeOf(plan.relative),
        placeOf(plan.childStarts),
        placeOf(plan.children),
        placeOf(plan.panelStarts),
        placeOf(plan.workStarts),
        placeOf(plan.keptStarts),
        placeOf(plan.entryStarts),
        placeOf(plan.sources),
        placeOf(plan.targets),
        placeOf(values),
        placeOf(panels),
        placeOf(inverse),
        placeOf(signs),
        placeOf(stack),
        placeOf(packed),
        least,
        instead,
      ),

    solve: ({plan, panels, inverse, signs, ordered, part}, x) =>
      void routines.solve(
        plan.n,
        placeOf(plan.order),
        plan.supernodes,
        placeOf(plan.first),
        placeOf(plan.rowStarts),
        placeOf(plan.rows),
        placeOf(plan.panelStarts),
        placeOf(panels),
        placeOf(inverse),
        placeOf(signs),
        placeOf(ordered),
        placeOf(part),
        placeOf(x),
      ),
  };
}
