/** @file Puts a custom operation on the tape: several inputs and outputs, with a gradient to any order. */
import * as tf from '@tensorflow/tfjs-core';
import {carryDoubles} from './doubles.js';
import {
  asOneEntry,
  disposeTape,
  engineState,
  isTapeOn,
  keepForBackward,
  offTape,
  secondTensor,
  type TapeNode,
} from './engine.js';
import {noteOwnGradient} from './observe.js';
import {flatten, unflatten, type Parameter} from './structure.js';

export interface Op {
  /** Shown in tfjs's error messages. */
  name: string;
  /** The values, computed off the tape. Aliases of them are returned, never the values themselves. */
  values: readonly tf.Tensor[];
  /**
   * The tensors that the values depend on and that were passed as arguments. Those that are not float32 are kept but have no derivative.
   */
  inputs: readonly tf.Tensor[];
  /** Other tensors that the values depend on, by identity (captured weights). */
  free?: readonly tf.Tensor[] | undefined;
  /**
   * The cotangents of the float32 tensors among `[...inputs, ...free]`. `outputs` and `inputs` are live and on the tape, so the gradient
   * can be differentiated again. Where `needed` is false, the cotangent is not used and may be `null`.
   */
  gradient: (
    dys: tf.Tensor[],
    outputs: tf.Tensor[],
    inputs: tf.Tensor[],
    needed: boolean[],
  ) => (tf.Tensor | null)[];
  /** Whether the gradient uses functions or numbers of the user's that the values do not show. */
  hasOwnGradient?: boolean | undefined;
  /** Tensors that are freed with the tape. */
  kept?: readonly tf.Tensor[] | undefined;
}

/** Returns `values` as the outputs of an operation whose derivative is `gradient`. Off the tape, the outputs are plain aliases. */
export function recordOp(op: Op): tf.Tensor[] {
  if (!isTapeOn()) return op.values.map(aliasOf);
  return asOneEntry(() => record(op));
}

function record({name, values, inputs, free = [], gradient, kept = [], ...op}: Op): tf.Tensor[] {
  if (op.hasOwnGradient) noteOwnGradient();
  const state = engineState();
  const tape = state.activeTape!;
  const saved: tf.Tensor[] = [...kept];
  const save = (tensor: tf.Tensor) => {
    const alias = tf.keep(aliasOf(tensor));
    saved.push(alias);
    return alias;
  };
  // The aliases of the inputs are on the tape before the node and those of the outputs after it, so a derivative of the gradient can pass
  // through both.
  const savedInputs = inputs.map(save);
  for (const tensor of free) keepForBackward(tensor, saved);
  const outputs = offTape(() => values.map(aliasOf));
  const savedOutputs: tf.Tensor[] = [];
  const sources = [...inputs, ...free].filter(({dtype}) => dtype === 'float32');
  tape.push({
    id: state.nextTapeNodeId++,
    kernelName: name,
    inputs: Object.fromEntries(sources.map((source, i) => [String(i), source])),
    outputs,
    saved,
    gradient(dys) {
      const wanted = (this as TapeNode | undefined)?.inputs;
      const needed = sources.map((_, i) => !wanted || String(i) in wanted);
      try {
        const cotangents = dys.map((dy, i) => dy ?? tf.zeros(outputs[i].shape));
        const gradients = tf.tidy(
          () => gradient(cotangents, savedOutputs, savedInputs, needed) as tf.Tensor[],
        );
        return Object.fromEntries(gradients.map((dx, i) => [String(i), () => dx]));
      } catch (error) {
        // Nothing else frees the tape of a backward pass that fails.
        if (state.gradientDepth === 0) disposeTape(tape);
        throw error;
      }
    },
  });
  savedOutputs.push(...outputs.map(save));
  return outputs;
}

/** Another tensor with the same memory. `tf.clone`, or tf.reshape on the tape, would copy the memory on some backends. */
export function aliasOf(tensor: tf.Tensor): tf.Tensor {
  const again = (x: tf.Tensor) => carryDoubles(tf.reshape(x, x.shape), x);
  const alias = secondTensor(tensor) ?? offTape(() => again(tensor));
  if (tensor.dtype === 'float32' && isTapeOn()) {
    const state = engineState();
    state.activeTape!.push({
      id: state.nextTapeNodeId++,
      kernelName: 'Alias',
      inputs: {x: tensor},
      outputs: [alias],
      saved: [],
      gradient: ([dy]) => ({x: () => (isTapeOn() ? null : secondTensor(dy!)) ?? again(dy!)}),
    });
  }
  return alias;
}

/**
 * A tensor object that occurs in two places becomes two arguments, each with its own derivative. The first one keeps its
 * identity, because a function may also capture it.
 */
export function distinct<S extends Parameter | readonly Parameter[]>(structure: S): S {
  const seen = new Set<number>();
  const once = (tensor: tf.Tensor) => {
    if (seen.has(tensor.id)) return aliasOf(tensor);
    seen.add(tensor.id);
    return tensor;
  };
  return unflatten(structure, flatten(structure).map(once));
}
