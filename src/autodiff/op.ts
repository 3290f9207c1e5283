/** @file Puts a custom operation on the tape: several inputs and outputs, with a gradient to any order. */
import * as tf from '@tensorflow/tfjs-core';
import {carryDoubles} from './doubles.js';
import {
  asOneEntry,
  disposeTape,
  engineState,
  isDifferentiatedAgain,
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
  /**
   * The same where it will not be differentiated again, with `null` for cotangents that are zero. It is asked first, and returns `null` if
   * it cannot do it.
   */
  finalGradient?: (
    dys: (tf.Tensor | null)[],
    outputs: tf.Tensor[],
    inputs: tf.Tensor[],
    needed: boolean[],
  ) => (tf.Tensor | null)[] | null;
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

function record(op: Op): tf.Tensor[] {
  const {name, values, inputs, free = [], kept = []} = op;
  if (op.hasOwnGradient) noteOwnGradient();
  const state = engineState();
  const tape = state.activeTape!;
  const saved: tf.Tensor[] = [...kept];
  const asSaved = isDifferentiatedAgain() ? aliasOf : sameMemory;
  const save = (tensor: tf.Tensor) => {
    const alias = tf.keep(asSaved(tensor));
    saved.push(alias);
    return alias;
  };
  // The aliases of the inputs are on the tape before the node and those of the outputs after it, so a derivative of the gradient can pass
  // through both. (Where there is none, they are not on it: a backward pass looks at every entry.)
  const savedInputs = inputs.map(save);
  for (const tensor of free) keepForBackward(tensor, saved);
  const outputs = values.map(sameMemory);
  const savedOutputs: tf.Tensor[] = [];
  const sources = [...inputs, ...free].filter(({dtype}) => dtype === 'float32');
  tape.push({
    id: state.nextTapeNodeId++,
    kernelName: name,
    inputs: byPlace(sources),
    outputs,
    saved,
    gradient(dys) {
      const wanted = (this as TapeNode | undefined)?.inputs;
      const needed = sources.map((_, i) => !wanted || i in wanted);
      const compute = () => {
        const final = isTapeOn() ? null : op.finalGradient?.(dys, savedOutputs, savedInputs, needed);
        if (final) return final;
        const cotangents = dys.map((dy, i) => dy ?? tf.zeros(outputs[i].shape));
        return op.gradient(cotangents, savedOutputs, savedInputs, needed);
      };
      try {
        const gradients = tf.tidy(() => compute() as tf.Tensor[]);
        return byPlace(gradients.map((dx) => () => dx));
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

/** A record of entries by their index. */
function byPlace<T>(entries: readonly T[]): Record<string, T> {
  const record: Record<string, T> = {};
  for (let i = 0; i < entries.length; i++) record[i] = entries[i];
  return record;
}

const reshaped = (x: tf.Tensor) => carryDoubles(tf.reshape(x, x.shape), x);

/** Another tensor with the same memory, off the tape. `tf.clone` would copy the memory on some backends. */
function sameMemory(tensor: tf.Tensor): tf.Tensor {
  return secondTensor(tensor) ?? offTape(() => reshaped(tensor));
}

/** The same, on the tape if there is one, where tf.reshape would copy the memory on some backends. */
export function aliasOf(tensor: tf.Tensor): tf.Tensor {
  const alias = sameMemory(tensor);
  if (tensor.dtype === 'float32' && isTapeOn()) {
    const state = engineState();
    state.activeTape!.push({
      id: state.nextTapeNodeId++,
      kernelName: 'Alias',
      inputs: {x: tensor},
      outputs: [alias],
      saved: [],
      gradient: ([dy]) => ({x: () => (isTapeOn() ? null : secondTensor(dy!)) ?? reshaped(dy!)}),
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
