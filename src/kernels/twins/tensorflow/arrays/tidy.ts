/** @file Frees arrays that are no longer needed. */
import type {RawTensor} from '../../../backends/node-backend.js';
import {current} from './session.js';

/** Runs `work` and frees all arrays that it makes except those of its result. */
export function tidy<T>(work: () => T): T {
  const {scopes, binding} = current();
  const own: number[] = [];
  scopes.push(own);
  let kept = new Set<number>();
  try {
    const result = work();
    kept = new Set(idsOf(result));
    return result;
  } finally {
    scopes.pop();
    const outer = scopes[scopes.length - 1];
    for (const id of own) {
      if (kept.has(id)) outer.push(id);
      else binding.deleteTensor(id);
    }
  }
}

function idsOf(result: unknown): number[] {
  if (typeof result !== 'object' || result === null) return [];
  if ('id' in result && 'shape' in result) return [(result as RawTensor).id];
  return Object.values(result).flatMap(idsOf);
}
