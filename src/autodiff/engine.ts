/** @file Access to the few fields of the tfjs engine that automatic differentiation needs. No other file touches them. */
import * as tf from '@tensorflow/tfjs-core';

/** One recorded operation (tfjs-core's TapeNode, which its package root does not export). */
export interface TapeNode {
  id: number;
  kernelName: string;
  inputs: Record<string, tf.Tensor>;
  outputs: tf.Tensor[];
  /** `this` is the node with the inputs whose gradients are wanted. */
  gradient?: ((this: unknown, dys: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>) | undefined;
  saved?: tf.Tensor[] | undefined;
}

export type Tape = TapeNode[] & {
  /** Runs a function that makes several entries which belong together. */
  whole?: <T>(f: () => T) => T;
};

interface TapeState {
  activeTape: Tape | null;
  gradientDepth: number;
  kernelDepth: number;
}

interface EngineState extends TapeState {
  nextTapeNodeId: number;
  scopeStack: {id: number; name: string; track: tf.Tensor[]}[];
  tensorInfo: {get(dataId: object): {backend: tf.KernelBackend} | undefined};
}

export function engineState(): EngineState {
  return tf.engine().state as unknown as EngineState;
}

/** Runs `f`, whose entries on the tape belong together and are complete when it ends. */
export function asOneEntry<T>(f: () => T): T {
  const whole = engineState().activeTape?.whole;
  return whole ? whole(f) : f();
}

/** What `withTapeState` puts in place. */
export function tapeState(): TapeState {
  const {activeTape, gradientDepth, kernelDepth} = engineState();
  return {activeTape, gradientDepth, kernelDepth};
}

/** Whether the running code is being recorded for a gradient. */
export function isTapeOn(): boolean {
  return tf.engine().isTapeOn();
}

/** The tapes that were put in place here, and not by a gradient of tfjs's. */
const placed = new WeakSet<Tape>();

/** Runs `f` with the given tape state and restores the old one, even if `f` throws. */
export function withTapeState<T>({activeTape, gradientDepth, kernelDepth}: TapeState, f: () => T): T {
  if (activeTape) placed.add(activeTape);
  const state = engineState();
  const before = tapeState();
  state.activeTape = activeTape;
  state.gradientDepth = gradientDepth;
  state.kernelDepth = kernelDepth;
  try {
    return f();
  } finally {
    state.activeTape = before.activeTape;
    state.gradientDepth = before.gradientDepth;
    state.kernelDepth = before.kernelDepth;
  }
}

/**
 * Whether the backward pass along the tape that is being recorded may itself be recorded. It is not along the tape of a gradient of tfjs's
 * that no other gradient contains: tfjs runs it off the tape, and then frees the tape.
 */
export function isDifferentiatedAgain(): boolean {
  const {activeTape, gradientDepth} = engineState();
  return gradientDepth > 1 || (activeTape !== null && placed.has(activeTape));
}

/**
 * Runs `f` off every tape, inside a `tf.tidy`: nothing it computes is differentiated, and only what it returns survives.
 *
 * `tf.grad` works normally inside `f`, and the caller's tape is untouched.
 */
export function offTape<T extends tf.TensorContainer>(f: () => T): T {
  return withTapeState({activeTape: null, gradientDepth: 0, kernelDepth: 0}, () => tf.tidy(OFF_TAPE, f));
}

/** Whether a tensor of the backend is a place in memory with a count of its users. One without such a count inherits a method that throws. */
function countsUsers(backend: tf.KernelBackend): boolean {
  const {incRef} = tf.KernelBackend.prototype as unknown as Record<string, unknown>;
  return (backend as unknown as Record<string, unknown>).incRef !== incRef;
}

/**
 * Another tensor with the same memory, off every tape, made without running a kernel. `null` where the backend or somebody who has replaced
 * methods of the engine needs a kernel.
 */
export function secondTensor({dataId, shape, dtype}: tf.Tensor): tf.Tensor | null {
  const engine = tf.engine();
  if (!countsUsers(engine.backend) || Object.hasOwn(engine, 'runKernelFunc')) return null;
  const info = (engine.state as unknown as EngineState).tensorInfo.get(dataId);
  if (info?.backend !== engine.backend || (dtype !== 'float32' && dtype !== 'int32')) return null;
  info.backend.incRef(dataId);
  return engine.makeTensorFromTensorInfo({dataId, shape, dtype});
}

/** Names of the tf.tidy scopes that a recording opens (tfjs itself names its own 'forward'). */
export const OFF_TAPE = 'off tape';
export const PRIVATE_FORWARD = 'private forward';

/**
 * Keeps a tensor alive until the backward pass of the tape that is being recorded.
 *
 * A tensor created in the forward pass is freed when its tf.tidy ends, before the backward pass begins. Such a tensor is kept,
 * and the tape frees it. Other tensors (weights, the user's own) are not touched.
 */
export function keepForBackward(tensor: tf.Tensor, saved: tf.Tensor[]): void {
  const {scopeStack} = engineState();
  const start = scopeStack.findLastIndex(({name}) => name === OFF_TAPE || name === PRIVATE_FORWARD);
  const forward =
    start >= 0 && scopeStack[start].name === PRIVATE_FORWARD
      ? start
      : scopeStack.findIndex(({name}, i) => i > start && name === 'forward');
  if (forward < 0 || tensor.kept) return;
  const scopeId = (tensor as unknown as {scopeId?: number | undefined}).scopeId;
  if (scopeStack.slice(forward).some(({id}) => id === scopeId)) saved.push(tf.keep(tensor));
}

/** Runs `f`. If it throws, removes its entries from the tape, because tfjs does not free the tape of a function that throws. */
export function rollBackOnThrow<T>(f: () => T): T {
  const tape = isTapeOn() ? engineState().activeTape! : [];
  const start = tape.length;
  try {
    return f();
  } catch (error) {
    disposeTape(tape.splice(start));
    throw error;
  }
}

/** Frees the tensors that a tape holds for its backward pass. */
export function disposeTape(tape: readonly TapeNode[]): void {
  for (const node of tape) node.saved?.forEach((tensor) => tensor.dispose());
}

/** Methods of the engine that forward mode replaces while it runs. Most are private in the types of tfjs. */
interface EngineMethods {
  runKernelFunc: (params: {kernelName?: string; attrs?: object}) => unknown;
  disposeTensor: (tensor: tf.Tensor) => void;
  gradients: (...args: unknown[]) => unknown;
}

/** Runs `f` with other methods of the engine, which may call the present ones. */
export function withEngineMethods<T>(replace: (present: EngineMethods) => EngineMethods, f: () => T): T {
  const engine = tf.engine() as unknown as EngineMethods;
  const names = ['runKernelFunc', 'disposeTensor', 'gradients'] as const;
  // What others have put on the engine itself, over its class.
  const own = names.filter((name) => Object.hasOwn(engine, name)).map((name) => [name, engine[name]]);
  const present = Object.fromEntries(names.map((name) => [name, engine[name].bind(engine) as unknown]));
  Object.assign(engine, replace(present as unknown as EngineMethods));
  try {
    return f();
  } finally {
    for (const name of names) delete (engine as Partial<EngineMethods>)[name];
    Object.assign(engine, Object.fromEntries(own));
  }
}
