/** @file Records what a function uses of the tfjs engine: the kernels it calls, the constants it makes, and the values it reads. */
import * as tf from '@tensorflow/tfjs-core';

/** One call of a function that the user gave. */
export interface UserCall {
  /** The function, as `marked` returned it. */
  part: (...args: never[]) => unknown;
  args: readonly unknown[];
  /** The ids of the tensors that it made from numbers, in order. */
  made: number[];
  /** Whether its derivative is not determined by the kernels that it calls. */
  hasOwnGradient: boolean;
}

/** One call of a kernel. */
export interface KernelCall {
  kernel: string;
  inputs: Record<string, tf.Tensor[]>;
  attributes: Record<string, unknown>;
  outputs: tf.Tensor[];
}

/** A loop that was observed by running one pass. Its calls have the indices from `from` up to, but not including, `to`. */
export interface ObservedLoop {
  /** 'Loop', or 'RowSweep' for a pass over rows. */
  kernel: string;
  from: number;
  to: number;
  /** The state before the loop, at the beginning of a pass, at the end of a pass, and after the loop. */
  before: tf.Tensor[];
  begins: tf.Tensor[];
  ends: tf.Tensor[];
  results: tf.Tensor[];
  /** Zero everywhere if no further pass is needed; `null` for a sweep. */
  open: tf.Tensor | null;
  /** The maximum number of passes. */
  limit: number;
}

export interface Observed {
  /** In the order in which they began, so that a kernel comes before the copies of its outputs that the engine saves. */
  calls: KernelCall[];
  /** The values of tensors that were made from numbers, by tensor id. */
  constants: Map<number, Float64Array>;
  /** Inner loops come before the loops that contain them. */
  loops: ObservedLoop[];
  /** The calls of marked functions, without those inside another one. */
  userCalls: UserCall[];
  /** How many operations with a derivative of their own were called: one that is not determined by the kernels of the operation. */
  ownGradients: number;
  /** The call of a marked function that is going on, or `null`. */
  inside: UserCall | null;
  /** Why the result depends on more than its inputs (the first reason that was seen), or `null`. */
  impure: string | null;
  /** Whether random numbers were drawn. */
  isRandom: boolean;
}

/** The methods of the engine that are observed. Most are private in the types of tfjs. */
interface Watched {
  runKernelFunc: (params: {
    kernelName?: string;
    inputs: Record<string, tf.Tensor | tf.Tensor[] | null | undefined>;
    attrs?: Record<string, unknown>;
  }) => tf.Tensor | tf.Tensor[];
  makeTensor: (...args: unknown[]) => tf.Tensor;
  readSync: (dataId: object) => unknown;
  read: (dataId: object) => unknown;
}

const WATCHED: readonly (keyof Watched)[] = ['runKernelFunc', 'makeTensor', 'readSync', 'read'];

/** Kernels to which the operations of tfjs give a custom gradient that their attributes determine. */
const FUSED = new Set(['_FusedMatMul', 'FusedConv2D', 'FusedDepthwiseConv2D']);

/**
 * Whether a kernel that ran inside the call of another one is a copy that the engine saves for the gradient. Others are how some backends
 * compute the outer kernel (`tensorflow` adds the bias of a convolution so): the outer one stands for them.
 */
function isSavedCopy(inner: KernelCall, {inputs, outputs}: KernelCall): boolean {
  if (inner.kernel !== 'Identity') return false;
  const [{id}] = Object.values(inner.inputs)[0];
  return [...Object.values(inputs).flat(), ...outputs].some((tensor) => tensor.id === id);
}

const listOf = (value: tf.Tensor | tf.Tensor[]): tf.Tensor[] => (Array.isArray(value) ? value : [value]);

/** The current observation, or `null`. */
let current: Observed | null = null;

/** Returns the current observation, or `null` if no function is being observed. */
export function observed(): Observed | null {
  return current;
}

/** Notes an operation with a derivative of its own. */
export function noteOwnGradient(): void {
  if (!current) return;
  current.ownGradients++;
  if (current.inside) current.inside.hasOwnGradient = true;
}

/** Runs `f` without recording it in the current observation. */
export function unobserved<T>(f: () => T): T {
  const outer = current;
  current = null;
  try {
    return f();
  } finally {
    current = outer;
  }
}

/** Runs `f` and records what it uses of the engine. Observations cannot be nested. */
export function observe<T>(f: () => T): {result: T; seen: Observed} {
  if (current !== null) throw new Error('an observation is going on already');
  const engine = tf.engine() as unknown as Watched;
  const seen: Observed = {
    ...{calls: [], constants: new Map(), loops: [], userCalls: [], ownGradients: 0, inside: null},
    ...{impure: null, isRandom: false},
  };
  const methods = {run: engine.runKernelFunc, make: engine.makeTensor};
  const {readSync, read} = engine;
  const {random} = Math;
  /** The number of custom gradients so far. */
  let unnamed = 0;
  /** What others have put on the engine itself, over its class. */
  const patched = Object.entries(engine).filter(([name]) => WATCHED.includes(name as keyof Watched));
  const note = (what: string) => {
    if (current !== null) seen.impure ??= what;
  };
  engine.runKernelFunc = function (params) {
    const place = seen.calls.length;
    const before = unnamed;
    const out = methods.run.call(this, params);
    if (current === null) return out;
    const {kernelName: kernel, inputs, attrs: attributes = {}} = params;
    // A call without a name is a custom gradient; its kernels are recorded one by one.
    if (kernel === undefined) {
      const isFused = unnamed === before && seen.calls.slice(place).some((call) => FUSED.has(call.kernel));
      if (!isFused) noteOwnGradient();
      unnamed++;
    } else {
      const tensors: Record<string, tf.Tensor[]> = {};
      for (const [name, value] of Object.entries(inputs)) {
        if (value !== null && value !== undefined) tensors[name] = listOf(value);
      }
      const call = {kernel, inputs: tensors, attributes, outputs: listOf(out)};
      const copies = seen.calls.splice(place).filter((inner) => isSavedCopy(inner, call));
      seen.calls.push(call, ...copies);
    }
    return out;
  };
  engine.makeTensor = function (...args) {
    // Copied before the engine takes the values over. Tensors of strings cannot be constants of a program.
    const values =
      args[2] === 'string' ? new Float64Array(0) : new Float64Array(args[0] as ArrayLike<number>);
    const tensor = methods.make.apply(this, args);
    if (current === null) return tensor;
    const isSingle = tensor.dtype === 'float32';
    seen.inside?.made.push(tensor.id);
    seen.constants.set(tensor.id, isSingle ? new Float64Array(new Float32Array(values)) : values);
    return tensor;
  };
  engine.readSync = function (dataId) {
    note('it reads the values of a tensor');
    return readSync.call(this, dataId);
  };
  engine.read = function (dataId) {
    note('it reads the values of a tensor');
    return read.call(this, dataId);
  };
  Math.random = () => {
    note('it draws random numbers');
    seen.isRandom ||= current !== null;
    return random();
  };
  current = seen;
  try {
    return {result: f(), seen};
  } finally {
    current = null;
    Math.random = random;
    for (const name of WATCHED) delete (engine as Partial<Watched>)[name];
    Object.assign(engine, Object.fromEntries(patched));
  }
}
