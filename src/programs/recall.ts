/**
 * @file What was found out about functions of the user's, kept for the next time: the graph of a gradient or of a step that contains them.
 *
 * It is used again if each of the functions, called once, still computes the same. Their numbers and the tensors that they close over may
 * have changed; the graph is given the new ones.
 */
import * as tf from '@tensorflow/tfjs-core';
import {observed, type AnyFunction} from '../autodiff/index.js';
import {Arguments, NotPlain, tensorsOf} from './arguments.js';
import {glimpseOf, type Glimpse} from './glimpse.js';
import type {Trace} from './trace.js';

/** What determines a result, apart from what the user's functions compute. */
export interface Origin {
  /** What the result belongs to. Together with `name`, it determines what is done with the user's functions. */
  owner: object;
  name: string;
  /** The user's functions, marked, always in the same order. */
  parts: readonly AnyFunction[];
  /** Everything else that is read: tensors in arrays and records; other values in them count as fixed. */
  given: unknown;
}

/** A result that depends on tensors, with what was seen while it was made. */
export interface Seen<T> extends Pick<Trace, 'userCalls' | 'made' | 'constantIds'> {
  value: T;
  /** Tensors from outside to which the value refers by their place. */
  tensors: tf.Tensor[];
}

/** The same, or one that was kept. The constants differ from those at the time when it was made. */
export interface Recalled<T> {
  value: T;
  tensors: tf.Tensor[];
  constants: [index: number, values: Float64Array][];
}

/** The place of a tensor: among those that are given (`call` is -1), or those of a call. */
interface Place {
  call: number;
  at: number;
}

/** A call of one of the user's functions. */
interface Call {
  part: number;
  args: Arguments;
  /** Whether it calls operations with derivatives of their own, which it could have changed. */
  hasOwnGradient: boolean;
  /** Equal if it computed the same. */
  text: string;
}

interface Kept {
  value: unknown;
  calls: readonly Call[];
  /** Which of the tensors are the same. */
  aliases: string;
  tensors: readonly Place[];
  constants: readonly {index: number; from: Place}[];
}

/** What is kept of an owner, by name and shapes. What was seen once is not worth looking at its functions; some cannot be kept. */
const KEPT = new WeakMap<object, Map<string, Kept | 'seen' | 'never'>>();

/** How many results are kept of an owner, and how many numbers of constants in one of them. */
const MOST = 24;
const MOST_NUMBERS = 1 << 18;

/** The result of `find`, or that of an earlier call with the same origin. */
export function recall<T>(
  origin: Origin | null | undefined,
  examples: readonly tf.Tensor[],
  find: () => Seen<T>,
): Recalled<T> {
  const afresh = (): Recalled<T> => ({...find(), constants: []});
  if (!origin || observed()) return afresh();
  const key = keyOf(origin, examples);
  if (key === null) return afresh();
  const ofOwner = KEPT.get(origin.owner) ?? new Map<string, Kept | 'seen' | 'never'>();
  KEPT.set(origin.owner, ofOwner);
  const before = ofOwner.get(key);
  if (typeof before === 'object') {
    const again = renewed<T>(before, origin, examples);
    if (again) return again;
  }
  const seen = find();
  const next =
    before === 'seen' ? (kept(seen, origin, examples) ?? 'never') : before === 'never' ? before : 'seen';
  ofOwner.delete(key);
  ofOwner.set(key, next);
  if (ofOwner.size > MOST) ofOwner.delete(ofOwner.keys().next().value!);
  return {...seen, constants: []};
}

function keyOf({name, given}: Origin, examples: readonly tf.Tensor[]): string | null {
  try {
    return `${name}|${tf.getBackend()}|${new Arguments([given, examples]).text}`;
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

/** What to keep of a result; `null` if it depends on more than its origin. */
function kept<T>(
  {value, tensors, userCalls, made, constantIds}: Seen<T>,
  origin: Origin,
  examples: readonly tf.Tensor[],
): Kept | null {
  const isLarge = [...constantIds.values()].reduce((sum, id) => sum + made.get(id)!.length, 0) > MOST_NUMBERS;
  if (isLarge) return null;
  const given = tensorsOf(origin.given);
  const calls: Call[] = [];
  const glimpses: Glimpse[] = [];
  /** The places of tensors that the user's functions made, by id. */
  const places = new Map<number, Place>();
  const known = new Map<string, number>();
  const special = new Set(userCalls.filter((call) => call.hasOwnGradient).map(({part}) => part));
  for (const {part, args, made: ids} of userCalls) {
    const index = origin.parts.indexOf(part);
    if (index < 0) return null;
    let form: Arguments;
    try {
      form = new Arguments(args);
    } catch (error) {
      if (error instanceof NotPlain) return null;
      throw error;
    }
    const key = `${index}${form.text}`;
    if (!known.has(key)) {
      const hasOwnGradient = special.has(part);
      const glimpse = glimpseOf(part, form, hasOwnGradient, [...given, ...examples]);
      if (!glimpse) return null;
      known.set(key, calls.push({part: index, args: form, hasOwnGradient, text: glimpse.text}) - 1);
      glimpses.push(glimpse);
    }
    const call = known.get(key)!;
    if (ids.length !== glimpses[call].made.length) return null;
    ids.forEach((id, at) => places.set(id, {call, at}));
  }
  const placeOf = ({id}: tf.Tensor): Place | null => {
    const lists = [given, ...glimpses.map(({closedOver}) => closedOver)];
    const list = lists.findIndex((own) => own.some((other) => other.id === id));
    return list < 0 ? null : {call: list - 1, at: lists[list].findIndex((other) => other.id === id)};
  };
  const sources = tensors.map(placeOf);
  if (sources.some((place) => place === null)) return null;
  const constants: {index: number; from: Place}[] = [];
  for (const [index, id] of constantIds) {
    const from = places.get(id);
    if (!from) continue;
    if (!same(made.get(id)!, glimpses[from.call].made[from.at])) return null;
    constants.push({index, from});
  }
  return {value, calls, aliases: aliasesOf(given, glimpses), tensors: sources as Place[], constants};
}

/** The kept result with the present tensors and numbers; `null` if the user's functions compute something else now. */
function renewed<T>(
  {value, calls, aliases, tensors, constants}: Kept,
  {parts, given}: Origin,
  examples: readonly tf.Tensor[],
): Recalled<T> | null {
  const own = tensorsOf(given);
  const glimpses: Glimpse[] = [];
  for (const {part, args, hasOwnGradient, text} of calls) {
    const glimpse = glimpseOf(parts[part], args, hasOwnGradient, [...own, ...examples]);
    if (glimpse?.text !== text) return null;
    glimpses.push(glimpse);
  }
  if (aliasesOf(own, glimpses) !== aliases) return null;
  return {
    value: value as T,
    tensors: tensors.map(({call, at}) => (call < 0 ? own[at] : glimpses[call].closedOver[at])),
    constants: constants.map(({index, from}) => [index, glimpses[from.call].made[from.at]]),
  };
}

function aliasesOf(given: readonly tf.Tensor[], glimpses: readonly Glimpse[]): string {
  const ids = [...given, ...glimpses.flatMap(({closedOver}) => closedOver)].map(({id}) => id);
  const first = new Map<number, number>();
  ids.forEach((id, i) => first.has(id) || first.set(id, i));
  return `${glimpses.map(({closedOver}) => closedOver.length)}|${ids.map((id) => first.get(id))}`;
}

const same = (a: Float64Array, b: Float64Array) =>
  a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
