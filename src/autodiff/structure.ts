/** @file Structures: a tensor, or arrays and records of structures, as accepted by every condition and solver. */
import {Tensor} from '@tensorflow/tfjs-core';
import {describe, nearestName} from '../checks/index.js';

/** A tensor, or a nested array or record of tensors. Declare record types with `type`: TypeScript does not accept an `interface` here. */
export type Structure = Tensor | Structure[] | {[name: string]: Structure};

/** A structure whose leaves may also be numbers, null or absent: what a user may pass to a solver as a parameter. */
export type Parameter =
  Structure | number | boolean | string | null | undefined | Parameter[] | {[name: string]: Parameter};

/** The tensors of a structure, depth first, records in the order of their keys. Other leaves are skipped. */
export function flatten(structure: Parameter | readonly Parameter[]): Tensor[] {
  const leaves: Tensor[] = [];
  collect(structure as Parameter, leaves);
  return leaves;
}

/** Adds the tensors of a structure to a list. */
function collect(structure: Parameter, leaves: Tensor[]): void {
  if (structure instanceof Tensor) leaves.push(structure);
  else if (Array.isArray(structure)) for (const part of structure as Parameter[]) collect(part, leaves);
  else if (isRecord(structure)) for (const name of Object.keys(structure)) collect(structure[name], leaves);
}

/**
 * The tensors of a structure in the order of those of `like`: records are paired by name, arrays by index.
 *
 * @param what Names the structure in errors; `likeWhat` names `like`.
 * @throws If a name is missing or unknown, an array has another length, or there is a tensor where none should be.
 */
export function flattenLike(
  what: string,
  structure: Parameter | readonly Parameter[],
  like: Parameter | readonly Parameter[],
  likeWhat = 'x',
): Tensor[] {
  return paired({what, likeWhat, optional: () => false}, structure, like);
}

/**
 * `flattenLike` for derivatives with respect to `like`: a tensor of `like` without a derivative (one that is not float32) needs
 * no partner, and is left out.
 */
export function flattenTangents(
  what: string,
  structure: Parameter | readonly Parameter[],
  like: Parameter | readonly Parameter[],
  likeWhat: string,
): Tensor[] {
  return paired({what, likeWhat, optional: ({dtype}) => dtype !== 'float32'}, structure, like);
}

/** The structure with its names in the order of those of `like`; see `flattenLike`. */
export function arrangeLike<S extends Parameter>(what: string, structure: Parameter, like: S): S {
  if (structure instanceof Tensor && like instanceof Tensor) return structure as S;
  return unflatten(like, flattenLike(what, structure, like));
}

/** A structure like `like` in which `leaves` replace the tensors. */
export function unflatten<S extends Parameter | readonly Parameter[]>(like: S, leaves: readonly Tensor[]): S {
  let next = 0;
  const rebuild = (part: Parameter): Parameter => {
    if (part instanceof Tensor) return leaves[next++];
    if (Array.isArray(part)) return part.map(rebuild) as Parameter;
    if (isRecord(part)) {
      const built: Record<string, Parameter> = {};
      for (const name of Object.keys(part)) built[name] = rebuild(part[name]);
      return built;
    }
    return part;
  };
  const result = rebuild(like as Parameter);
  if (next !== leaves.length)
    throw new Error(`Structure has ${next} tensors, but ${leaves.length} were given.`);
  return result as S;
}

interface Pairing {
  what: string;
  likeWhat: string;
  /** Whether a tensor of `like` needs no partner. It then gets none. */
  optional: (leaf: Tensor) => boolean;
}

function paired(
  {what, likeWhat, optional}: Pairing,
  structure: Parameter | readonly Parameter[],
  like: Parameter | readonly Parameter[],
): Tensor[] {
  const leaves: Tensor[] = [];
  const fail = (path: string, problem: string): never => {
    throw new Error(`${what} must be a structure like ${likeWhat}: ${path && `at ${path}, `}${problem}.`);
  };
  const isNeeded = (model: Parameter) => !flatten(model).every(optional);
  const walk = (part: Parameter, model: Parameter, path: string): void => {
    if ((part ?? null) === null && !isNeeded(model)) return;
    if (model instanceof Tensor) {
      if (optional(model)) return;
      if (part instanceof Tensor) leaves.push(part);
      else fail(path, `expected a tensor, got ${describe(part)}`);
      return;
    }
    if (Array.isArray(model)) {
      if (!Array.isArray(part)) fail(path, `expected an array, got ${describe(part)}`);
      const parts = part as Parameter[];
      if (parts.length !== model.length) {
        fail(path, `expected ${model.length} entries, got ${parts.length}`);
      }
      model.forEach((entry, i) => walk(parts[i], entry as Parameter, `${path}[${i}]`));
      return;
    }
    if (isRecord(model)) {
      if (!isRecord(part) || Array.isArray(part)) {
        fail(path, `expected a record {${Object.keys(model).join(', ')}}, got ${describe(part)}`);
      }
      walkRecord(part as Record<string, Parameter>, model, path);
      return;
    }
    // A leaf without a tensor (a number, a null) has no derivative. Its counterpart does not matter unless it contains tensors.
    if (flatten(part).length > 0) fail(path, `expected ${describe(model)}, got ${describe(part)}`);
  };
  const walkRecord = (part: Record<string, Parameter>, model: Record<string, Parameter>, path: string) => {
    const names = Object.keys(model);
    const given = Object.keys(part).filter((name) => part[name] !== undefined);
    const unknown = given.filter((name) => !Object.hasOwn(model, name));
    const needed = names.filter((name) => !given.includes(name) && isNeeded(model[name]));
    if (needed.length > 0) {
      const [first] = needed;
      const alone = needed.length === 1 && unknown.length === 1;
      const meant = alone ? unknown[0] : unknown.find((name) => nearestName(name, needed) === first);
      fail(
        path,
        `'${first}' is missing${meant ? ` (is '${meant}' a typo for it?)` : ''}; expected ${names.join(', ')}`,
      );
    }
    if (unknown.length > 0) {
      const nearest = nearestName(unknown[0], names);
      const suggestion = nearest ? ` (did you mean '${nearest}'?)` : '';
      fail(path, `there is no '${unknown[0]}'${suggestion}; expected ${names.join(', ')}`);
    }
    for (const name of names) {
      if (given.includes(name)) walk(part[name], model[name], path ? `${path}.${name}` : name);
    }
  };
  walk(structure as Parameter, like as Parameter, '');
  return leaves;
}

function isRecord(value: unknown): value is {[name: string]: Parameter} {
  return value !== null && typeof value === 'object' && !(value instanceof Tensor);
}
