/** @file `trace` of a function of known origin: the graph may be that of an earlier call. */
import type * as tf from '@tensorflow/tfjs-core';
import type {Graph} from './graph.js';
import {recall, type Origin} from './recall.js';
import {trace} from './trace.js';

/**
 * The graph of f. If its origin is known, the user's functions in it are called once, and f only if they compute something new.
 *
 * @param f Returns its results, and a note about them.
 */
export function recallGraph<N>(
  origin: Origin | null | undefined,
  f: (xs: tf.Tensor[]) => {outputs: tf.Tensor[]; note: N},
  examples: readonly tf.Tensor[],
): {graph: Graph; closedOver: tf.Tensor[]; note: N} {
  const {value, tensors, constants} = recall(origin, examples, () => {
    let note!: N;
    const traced = trace((xs) => {
      const result = f(xs);
      ({note} = result);
      return result.outputs;
    }, examples);
    return {...traced, value: {graph: traced.graph, note}, tensors: traced.closedOver};
  });
  const {graph, note} = value;
  const isOld = constants.length > 0;
  return {
    graph: isOld ? {...graph, constants: new Map([...graph.constants, ...constants])} : graph,
    closedOver: tensors,
    note,
  };
}
