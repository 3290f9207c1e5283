/** @file Structures: a tensor, or arrays and records of structures, as every condition and solver takes them. */
import {Tensor} from '@tensorflow/tfjs-core';

/** A tensor, or a nested array or record of tensors. */
export type Structure = Tensor | Structure[] | {[name: string]: Structure};

/** A structure whose leaves may also be absent, a number, or a null: what a user may hand to a solver as a parameter. */
export type Parameter =
  Structure | number | boolean | string | null | undefined | Parameter[] | {[name: string]: Parameter};

/** The tensors of a structure, depth first, records in the order of their keys. Other leaves are passed over. */
export function flatten(structure: Parameter | readonly Parameter[]): Tensor[] {
  if (structure instanceof Tensor) return [structure];
  if (Array.isArray(structure)) return structure.flatMap((part) => flatten(part));
  if (isRecord(structure)) return Object.values(structure).flatMap(flatten);
  return [];
}

/** A structure like `like` with `leaves` in the place of its tensors. */
export function unflatten<S extends Parameter | readonly Parameter[]>(like: S, leaves: readonly Tensor[]): S {
  let next = 0;
  const rebuild = (part: Parameter): Parameter => {
    if (part instanceof Tensor) return leaves[next++];
    if (Array.isArray(part)) return part.map(rebuild) as Parameter;
    if (isRecord(part)) {
      return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, rebuild(value)]));
    }
    return part;
  };
  const result = rebuild(like as Parameter);
  if (next !== leaves.length)
    throw new Error(`Structure has ${next} tensors, but ${leaves.length} were given.`);
  return result as S;
}

function isRecord(value: unknown): value is {[name: string]: Parameter} {
  return value !== null && typeof value === 'object' && !(value instanceof Tensor);
}
