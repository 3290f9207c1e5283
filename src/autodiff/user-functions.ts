/** @file Functions of the user's inside functions of this library: an observation sees where they begin and end. */
import {observed} from './observe.js';

export type AnyFunction = (...args: never[]) => unknown;

/** The user's functions that a function calls, each as `marked` returned it. */
const PARTS = new WeakMap<AnyFunction, readonly AnyFunction[]>();

const MARKED = new WeakMap<AnyFunction, AnyFunction>();
const ORIGINALS = new WeakMap<AnyFunction, AnyFunction>();

/** A function of the user's that notes its calls while a function is observed; a function of this library (`madeOf`) as it is. */
export function marked<F extends AnyFunction>(f: F): F {
  if (PARTS.has(f)) return f;
  const known = MARKED.get(f);
  if (known) return known as F;
  const own = function (this: unknown, ...args: never[]): unknown {
    const seen = observed();
    // What the user's function calls belongs to it.
    if (!seen || seen.inside) return f.apply(this, args);
    const call = {part: own as AnyFunction, args, made: [], hasOwnGradient: false};
    seen.userCalls.push(call);
    seen.inside = call;
    try {
      return f.apply(this, args);
    } finally {
      seen.inside = null;
    }
  };
  // Its tags and formulas.
  Object.assign(own, f);
  MARKED.set(f, own);
  ORIGINALS.set(own, f);
  return madeOf(own as F, own);
}

/** `f`, of which is known that it calls functions of the user's only by way of those. Each of them is marked, or has such parts itself. */
export function madeOf<F extends AnyFunction>(f: F, ...functions: readonly AnyFunction[]): F {
  PARTS.set(f, [...new Set(functions.flatMap((part) => (part === f ? [part] : partsOf(part))))]);
  return f;
}

/** Notes that a method of this library's calls no function of the user's. It is known of copies of the object, too. */
export function noteOwn<Name extends string>(name: Name, object: Record<Name, AnyFunction>): void {
  madeOf(object[name]);
}

/** Whether that is known of a method. */
export function isOwn<Name extends string>(name: Name, object: Record<Name, AnyFunction>): boolean {
  return PARTS.has(object[name]);
}

/** The marked functions that `f` calls. */
export function partsOf(f: AnyFunction): readonly AnyFunction[] {
  const parts = PARTS.get(f);
  if (!parts) throw new Error('a function without known parts');
  return parts;
}

const OWNERS = new WeakMap<AnyFunction, object>();

/** `f`. Functions of the same owner do the same with their parts. */
export function belongingTo<F extends AnyFunction>(owner: object, f: F): F {
  OWNERS.set(f, owner);
  return f;
}

/** The owner of `f`, or `undefined` if it has none but itself. */
export function ownerOf(f: AnyFunction): object | undefined {
  return OWNERS.get(f);
}

/** The function that was marked. */
export function originalOf(part: AnyFunction): AnyFunction {
  return ORIGINALS.get(part) ?? part;
}
