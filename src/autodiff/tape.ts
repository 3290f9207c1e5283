/**
 * @file A private tape: records a function once and runs its backward pass any number of times.
 *
 * tfjs has one global tape. A private tape contains only the operations of `f`, so no gradient flows along operations recorded before it.
 * It supports many cotangents, and several outputs at once.
 */
import * as tf from '@tensorflow/tfjs-core';
import {see} from '../checks/index.js';
import {
  disposeTape,
  engineState,
  isTapeOn,
  PRIVATE_FORWARD,
  rollBackOnThrow,
  withTapeState,
  type TapeNode,
} from './engine.js';
import {addMissingGradients} from './missing-gradients.js';

addMissingGradients();

export interface Recording {
  outputs: tf.Tensor[];
  /** The operations that `f` ran. Each comes after the operations whose results it reads. */
  tape: TapeNode[];
}

function record(f: () => tf.Tensor[], scope: string): Recording {
  // Again: where '@tensorflow/tfjs' is loaded after this library, it registers its own once more.
  addMissingGradients();
  const tape: TapeNode[] = [];
  try {
    const outputs = withTapeState({activeTape: tape, gradientDepth: 1, kernelDepth: 0}, () =>
      tf.tidy(scope, f),
    );
    return {outputs, tape: inDependencyOrder(tape)};
  } catch (error) {
    disposeTape(tape);
    throw error;
  }
}

let holds = 0;
const releases: (() => void)[] = [];

/** Runs `f`, during which the tapes of forward mode keep their operations: a backward pass inside it needs them. */
export function hold<T>(f: () => T): T {
  holds++;
  try {
    return f();
  } finally {
    holds--;
    if (holds === 0) for (const release of releases) release();
  }
}

/** `release` is called when nothing is held any more. */
export function onRelease(release: () => void): void {
  releases.push(release);
}

/** Runs `f` off the caller's tape, on a private tape that the caller must dispose of. */
export function recordPrivately(f: () => tf.Tensor[]): Recording {
  return record(f, PRIVATE_FORWARD);
}

/**
 * Records `f` and passes the recording to `use`. If an outer gradient is being recorded, its tape takes over the nodes, because a higher
 * derivative runs through them. Otherwise the saved tensors are freed after `use`.
 */
export function withRecording<T extends tf.TensorContainer>(
  f: () => tf.Tensor[],
  use: (recording: Recording) => T,
): T {
  const outer = isTapeOn();
  const recording = record(f, outer ? 'forward' : PRIVATE_FORWARD);
  if (outer) {
    return rollBackOnThrow(() =>
      hold(() => {
        engineState().activeTape!.push(...recording.tape);
        return use(recording);
      }),
    );
  }
  try {
    return use(recording);
  } finally {
    disposeTape(recording.tape);
  }
}

/**
 * The gradients of ⟨ys, dys⟩ with respect to xs along a recorded tape; `null` for an x that no y depends on.
 *
 * Results that are not float32 (comparisons, indices) are constant almost everywhere, so no path leads through them.
 *
 * @throws If an operation on the way has no gradient: a missing gradient never counts as zero.
 */
export function backpropagate(
  tape: readonly TapeNode[],
  xs: readonly tf.Tensor[],
  ys: readonly tf.Tensor[],
  dys: readonly tf.Tensor[],
): (tf.Tensor | null)[] {
  return tf.tidy(() => {
    const path = pathFrom(tape, xs);
    const cotangents = new Map<number, tf.Tensor>();
    const accumulate = (tensor: tf.Tensor, dy: tf.Tensor) => {
      const sum = cotangents.get(tensor.id);
      cotangents.set(tensor.id, sum ? tf.add(sum, dy) : dy);
    };
    ys.forEach((y, i) => accumulate(y, dys[i]));
    for (let i = path.length - 1; i >= 0; i--) {
      const {node, inputs} = path[i];
      const nodeCotangents = node.outputs.map((output) => cotangents.get(output.id) ?? null);
      // No y depends on it.
      if (nodeCotangents.every((dy) => dy === null)) continue;
      const wanted = Object.fromEntries(inputs.map((name) => [name, node.inputs[name]]));
      const gradients = gradientOf(node).call({...node, inputs: wanted}, nodeCotangents);
      for (const name of inputs) {
        if (!(name in gradients))
          throw new Error(`The gradient of '${node.kernelName}' lacks its input '${name}'.`);
        const dx = tf.tidy(() => shapedLike(node.inputs[name], gradients[name]()));
        accumulate(node.inputs[name], dx);
      }
    }
    const given = new Set(dys.map((dy) => dy.id));
    return xs.map((x) => {
      const dx = cotangents.get(x.id);
      if (!dx) return null;
      // A gradient function may return the cotangent itself; the caller owns the result.
      return given.has(dx.id) ? tf.clone(dx) : dx;
    }) as unknown as tf.Tensor[];
  }) as (tf.Tensor | null)[];
}

/** @throws If the operation has no gradient: a missing gradient never counts as zero. */
export function gradientOf(node: TapeNode): NonNullable<TapeNode['gradient']> {
  if (node.gradient) return node.gradient;
  if (!tf.getGradient('Identity') && !tf.getGradient('Add')) {
    throw new Error(
      "No gradients are registered, because tfjs-core alone has none. Import '@tensorflow/tfjs-layers' or '@tensorflow/tfjs' once.",
    );
  }
  throw new Error(
    `The operation '${node.kernelName}' has no gradient in tfjs, so the derivative through it is not known. ` +
      'If it is itself part of a gradient (a second derivative), call enableHigherOrderGradients() first; ' +
      'otherwise write the function with other operations, or define its gradient with tf.customGrad.' +
      see('catalogue/autodiff#enablehigherordergradients'),
  );
}

interface PathStep {
  node: TapeNode;
  /** Names of the inputs that depend on an x. */
  inputs: string[];
}

/** The nodes that depend on one of xs, in order. */
function pathFrom(tape: readonly TapeNode[], xs: readonly tf.Tensor[]): PathStep[] {
  const fromX = new Set(xs.map((x) => x.id));
  const reached: PathStep[] = [];
  for (const node of tape) {
    const inputs = Object.keys(node.inputs).filter((name) => fromX.has(node.inputs[name].id));
    if (inputs.length === 0) continue;
    const outputs = node.outputs.filter((output) => output.dtype === 'float32');
    if (outputs.length === 0) continue;
    outputs.forEach((output) => fromX.add(output.id));
    reached.push({node, inputs});
  }
  return reached;
}

/**
 * Moves each node behind the nodes whose outputs it reads. tfjs records the clone of a saved *output* (exp, tanh, …) before the operation
 * that made the output, which silently breaks that path in a second derivative.
 */
export function inDependencyOrder(tape: readonly TapeNode[]): TapeNode[] {
  const producer = new Map<number, TapeNode>();
  for (const node of tape) for (const output of node.outputs) producer.set(output.id, node);
  const done = new Set<TapeNode>();
  const ordered: TapeNode[] = [];
  for (const root of tape) {
    // Depth first with a stack of its own: a long unrolled loop must not exhaust the call stack.
    const stack: {node: TapeNode; inputs: tf.Tensor[]}[] = [];
    const visit = (node: TapeNode) => {
      if (done.has(node)) return;
      done.add(node);
      stack.push({node, inputs: Object.values(node.inputs)});
    };
    visit(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const input = top.inputs.shift();
      if (input) {
        const before = producer.get(input.id);
        if (before) visit(before);
      } else {
        ordered.push(top.node);
        stack.pop();
      }
    }
  }
  return ordered;
}

/** Sums dx over the axes along which its input was broadcast. Some gradients of tfjs (squaredDifference) omit this. */
export function shapedLike({shape}: tf.Tensor, dx: tf.Tensor): tf.Tensor {
  if (tf.util.arraysEqual(dx.shape, shape)) return dx;
  return tf.reshape(tf.sum(dx, tf.broadcast_util.getReductionAxes(shape, dx.shape)), shape);
}
