/** @file Prepared graphs that nobody uses at present. A graph that differs only in the numbers of its constants takes one of them. */
import {giveBackArrays} from '../kernels/index.js';
import {fingerprint} from './fingerprint.js';
import type {Graph} from './graph.js';
import {checkBytes, prepare, type Prepared} from './prepare.js';

/** How many are kept, and how many bytes their memories take together. */
const MOST = 16;
const MOST_BYTES = 1 << 27;

/** The one that was given back last is at the end. */
const kept: Prepared[] = [];

/**
 * The graph prepared for runs, with its constants set. Nobody else has it until it is kept again. Inputs hold any numbers.
 *
 * @throws As the constructor of `Program`.
 */
export function takePrepared(graph: Graph, fast: readonly number[], rare: readonly number[]): Prepared {
  const key = fingerprint(graph, fast, rare);
  const at = key === null ? -1 : kept.findLastIndex((own) => own.key === key);
  if (at < 0) return prepare(graph, fast, rare, key);
  checkBytes(kept[at].bytes);
  const [found] = kept.splice(at, 1);
  try {
    setConstants(found, graph);
  } catch (error) {
    // A routine refuses the new numbers: what it left behind would be taken for the result of the old ones.
    giveBackArrays(found.kernels);
    throw error;
  }
  return found;
}

export function keepPrepared(prepared: Prepared): void {
  if (prepared.key === null || sizeOf(prepared) > MOST_BYTES) {
    giveBackArrays(prepared.kernels);
    return;
  }
  kept.push(prepared);
  while (kept.length > MOST || kept.reduce((sum, own) => sum + sizeOf(own), 0) > MOST_BYTES) {
    giveBackArrays(kept.shift()!.kernels);
  }
}

/** Gives the memories of all kept ones back. */
export function forgetPrepared(): void {
  for (const {kernels} of kept.splice(0)) giveBackArrays(kernels);
}

/** The memory may be larger than the values: it was another program's before. */
const sizeOf = ({kernels, bytes}: Prepared) => Math.max(kernels.size, bytes);

function setConstants({constants, once}: Prepared, graph: Graph): void {
  let isNew = false;
  let next = 0;
  for (const numbers of graph.constants.values()) {
    const data = constants[next++];
    if (data.every((value, i) => Object.is(value, numbers[i]))) continue;
    data.set(numbers);
    isNew = true;
  }
  if (isNew) for (const step of once) step();
}
