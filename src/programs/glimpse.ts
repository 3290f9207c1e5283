/** @file What a function of the user's computes, and the tensors and numbers that it uses, from one call of it. */
import * as tf from '@tensorflow/tfjs-core';
import {
  disposeTape,
  observed,
  originalOf,
  recordPrivately,
  vjpOf,
  type AnyFunction,
} from '../autodiff/index.js';
import {Arguments, NotPlain, tensorsOf} from './arguments.js';
import {fingerprint} from './fingerprint.js';
import {trace, Untraceable} from './trace.js';

/** What was seen of a call. */
export interface Glimpse {
  /** Equal if the same was computed. */
  text: string;
  closedOver: readonly tf.Tensor[];
  made: readonly Float64Array[];
}

/** What was seen of the user's functions during `seeingOnce`, by arguments. */
let shared: Map<AnyFunction, Map<string, Glimpse | null>> | null = null;

/**
 * Runs f, during which nothing of the user's runs that could change what the functions of the user's close over: each is called only once
 * for arguments of a form.
 */
export function seeingOnce<T>(f: () => T): T {
  const outer = shared;
  // A solver inside a function of the user's sees for itself: that function may change something from run to run.
  shared = new Map();
  try {
    return f();
  } finally {
    shared = outer;
  }
}

/**
 * Calls a function of the user's once.
 *
 * @param pool Tensors to call it with, where shapes agree; otherwise zeros.
 * @returns `null` if its result depends on more than tensors and numbers.
 */
export function glimpseOf(
  part: AnyFunction,
  args: Arguments,
  hasOwnGradient: boolean,
  pool: readonly tf.Tensor[],
): Glimpse | null {
  if (!shared) return lookAt(part, args, hasOwnGradient, pool);
  const ofPart = shared.get(part) ?? new Map<string, Glimpse | null>();
  shared.set(part, ofPart);
  const key = `${hasOwnGradient} ${args.text}`;
  if (!ofPart.has(key)) ofPart.set(key, lookAt(part, args, hasOwnGradient, pool));
  return ofPart.get(key)!;
}

/** Calls a function of the user's once; `null` if its result depends on more than tensors and numbers. */
function lookAt(
  part: AnyFunction,
  args: Arguments,
  hasOwnGradient: boolean,
  pool: readonly tf.Tensor[],
): Glimpse | null {
  const f = originalOf(part) as (...args: unknown[]) => unknown;
  try {
    return tf.tidy(() => {
      const example = args.filled(pool);
      let result = '';
      let ownGradients = 0;
      const outputs = (xs: readonly tf.Tensor[]) => {
        const output = f(...(withTensors(example, xs) as unknown[]));
        ({ownGradients} = observed()!);
        result = new Arguments(output).text;
        return tensorsOf(output);
      };
      const {graph, closedOver, made, constantIds} = trace(outputs, tensorsOf(example));
      // The constants of the graph by their places among those made: the function may make others, or make them in another order.
      const ids = [...made.keys()];
      const places = [ids.length, ...[...constantIds.values()].map((id) => ids.indexOf(id))];
      const numbers = [...made.values()];
      const text = fingerprint(graph, [], []);
      const derivative = hasOwnGradient
        ? derivativeOf(outputs, tensorsOf(example), closedOver)
        : NO_DERIVATIVE;
      const parts = [result, ownGradients, places.join(), text, derivative?.text];
      // A derivative of the user's may use any of the numbers.
      if (hasOwnGradient) parts.push(textOf(numbers));
      return (text &&
        derivative && {
          text: parts.join('|'),
          closedOver: [...closedOver, ...derivative.closedOver],
          made: numbers,
        }) as never;
    });
  } catch (error) {
    if (error instanceof NotPlain || error instanceof Untraceable) return null;
    throw error;
  }
}

const NO_DERIVATIVE = {text: '', closedOver: []};

/** What the derivatives of an operation of the user's compute: with the numbers, because they could occur in any of them. */
function derivativeOf(
  f: (xs: readonly tf.Tensor[]) => tf.Tensor[],
  examples: readonly tf.Tensor[],
  closedOver: readonly tf.Tensor[],
): Pick<Glimpse, 'text' | 'closedOver'> | null {
  const floats = (tensors: readonly tf.Tensor[]) => tensors.filter(({dtype}) => dtype === 'float32');
  let isNested = false;
  const traced = trace((xs) => {
    let count = 0;
    let like: tf.Tensor[] = [];
    const value = () => (like = floats(f(xs)));
    // On a tape: the derivative may have a derivative of its own.
    const {outputs, tape} = recordPrivately(() =>
      vjpOf(value, floats([...xs, ...closedOver]), () => {
        count = observed()!.ownGradients;
        return like.map((output) => tf.onesLike(output));
      }),
    );
    disposeTape(tape);
    isNested = observed()!.ownGradients > count;
    return outputs;
  }, examples);
  const text = fingerprint(traced.graph, [], []);
  if (text === null || isNested) return null;
  const numbers = [...traced.graph.constants.values()];
  return {text: `${text}|${textOf(numbers)}`, closedOver: traced.closedOver};
}

const textOf = (numbers: readonly Float64Array[]) => numbers.map((values) => values.join()).join(';');

function withTensors(value: unknown, tensors: readonly tf.Tensor[]): unknown {
  let next = 0;
  const build = (part: unknown): unknown => {
    if (part instanceof tf.Tensor) return tensors[next++];
    if (Array.isArray(part)) return part.map(build);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, own]) => [name, build(own)]));
  };
  return build(value);
}
