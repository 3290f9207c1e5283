/**
 * @file The kernel 'ImplicitQP' on the backend 'tensorflow': the batch is solved by operations of TensorFlow in double precision. Several
 * solvers run in turn, each on the problems that the ones before it did not solve, and `acceptance.ts` decides what is reported. What none
 * of them can decide is solved on the host.
 */
import type {DeviceCompute} from '../../backends/node-device.js';
import {chosen, isEqual, onDevice} from './arrays/index.js';
import {OPEN, outputsOf, type Inputs} from './qp-results.js';
import {QPSolver} from './qp-solver.js';
import {completed, type OnHost} from './solve-on-host.js';

export const deviceQP =
  (onHost: OnHost): DeviceCompute<Inputs> =>
  (inputs, attributes, backend) =>
    onDevice(backend, () => {
      const solver = new QPSolver(inputs, attributes as {tolerance: number; maxIterations: number});
      solver.run();
      const {results, sizes} = solver;
      const outputs = outputsOf(inputs, sizes.problem, results);
      const open = chosen(isEqual(results.status, OPEN));
      if (open.count === 0) return outputs;
      const {batch} = sizes.problem;
      return completed(outputs, open, inputs, batch, (few) => onHost(few, attributes, backend));
    });
