/** @file The closest points for infeasible quadratic programs, found without blocking. */
import * as tf from '@tensorflow/tfjs-core';
import {SuspendedScope} from '../../../autodiff/index.js';
import type {QuadraticData} from '../../../conditions/index.js';
import {Status} from '../../../implicit/index.js';
import {hostCanRead, readF32} from '../../../kernels/index.js';
import {inRounds} from '../../iteration/in-rounds.js';
import {throwIfAborted, type AsyncOptions} from '../../iteration/in-slices.js';
import type {BoundedSolution, ImplicitQP} from '../implicit-qp.js';
import {InteriorPointQP} from '../interior-point-qp.js';
import type {BothSolves} from './both-solves.js';
import {areFeasible, closestOf, elasticQP, withClosest} from './elastic-qp.js';

/**
 * What `solveElastic` gives, as tensors of the caller, or `found` itself.
 *
 * @param both Has heard how `found` was found.
 */
export async function solveElasticAsync(
  where: string,
  solver: ImplicitQP,
  data: QuadraticData,
  found: BoundedSolution,
  status: tf.Tensor,
  signal: AsyncOptions['signal'],
  both: BothSolves | null,
): Promise<BoundedSolution> {
  const codes = await status.data();
  if (areFeasible(codes)) {
    both?.end();
    throwIfAborted(where, signal);
    return found;
  }
  const scope = new SuspendedScope();
  let result: BoundedSolution | null = null;
  try {
    if (hostCanRead() && solver instanceof InteriorPointQP) {
      const infeasible = Array.from(codes.keys()).filter((i) => codes[i] === Status.PRIMAL_INFEASIBLE);
      const elastic = scope.adopt(await elasticOf(infeasible, where, solver, data, signal, both));
      result = scope.run(() => ({
        x: withRows(found.x, elastic.x, infeasible),
        ineqDual: withRows(found.ineqDual, elastic.ineqDual, infeasible),
        eqDual: withRows(found.eqDual, elastic.eqDual, infeasible),
        lowerDual: withRows(found.lowerDual, elastic.lowerDual, infeasible),
        upperDual: withRows(found.upperDual, elastic.upperDual, infeasible),
      }));
    } else {
      const elastic = scope.adopt(await solvedElastic(solver, data, {signal, onProgress: both?.second}));
      result = scope.run(() => withClosest(found, status, elastic));
    }
    return result;
  } finally {
    scope.close(result);
  }
}

/** The solutions of the elastic problems of some samples, of which the caller disposes. */
async function elasticOf(
  infeasible: number[],
  where: string,
  solver: ImplicitQP,
  data: QuadraticData,
  signal: AsyncOptions['signal'],
  both: BothSolves | null,
): Promise<BoundedSolution> {
  const total = data.p.shape[0];
  const follow: AsyncOptions['onProgress'] = (progress) =>
    both?.second({...progress, done: total - infeasible.length + progress.done, total});
  const solve = async (from: number, count: number, following: AsyncOptions) => {
    const scope = new SuspendedScope();
    try {
      const samples = infeasible.slice(from, from + count);
      const some = scope.run(() => samplesAt(data, samples, total));
      return await solvedElastic(solver, some, following);
    } finally {
      scope.close();
    }
  };
  const rounds = {signal, onProgress: both && follow};
  return inRounds(where, infeasible.length, solve, rounds, (some) => tf.dispose(some as tf.TensorContainer));
}

/** The solutions of the elastic problems of all samples, of which the caller disposes. */
async function solvedElastic(
  solver: ImplicitQP,
  data: QuadraticData,
  options: AsyncOptions,
): Promise<BoundedSolution> {
  const scope = new SuspendedScope();
  let result: BoundedSolution | null = null;
  try {
    const {x, state} = await solver.runAsync(
      null,
      scope.run(() => elasticQP(data)),
      options,
    );
    scope.adopt({x, state: state as tf.TensorContainer} as never);
    result = scope.run(() => closestOf(x, data));
    return result;
  } finally {
    scope.close(result);
  }
}

function samplesAt(data: QuadraticData, samples: number[], total: number): QuadraticData {
  const at = tf.tensor1d(samples, 'int32');
  return Object.fromEntries(
    Object.entries<tf.Tensor>(data).map(([name, tensor]) => [
      name,
      tensor.shape[0] < total ? tensor : tf.gather(tensor, at),
    ]),
  ) as QuadraticData;
}

/** The rows of `found`, some of which are replaced by others. */
function withRows(found: tf.Tensor, others: tf.Tensor, rows: readonly number[]): tf.Tensor {
  const width = found.shape[1]!;
  const [values, replacing] = [Float32Array.from(readF32(found)), readF32(others)];
  rows.forEach((row, i) => values.set(replacing.subarray(i * width, (i + 1) * width), row * width));
  return tf.tensor(values, found.shape as number[]);
}
