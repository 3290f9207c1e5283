/**
 * @file The flags of programs: one turns them off, or makes them report why a function runs operation by operation; the other limits their
 * memory.
 */
import * as tf from '@tensorflow/tfjs-core';
import {see} from '../checks/index.js';

/** 'on' (default), 'off', or 'explain'. */
const FLAG = 'IMPLICIT_PROGRAMS';

tf.env().registerFlag(FLAG, () => 'on' as unknown as number);

export function programsFlag(): 'on' | 'off' | 'explain' {
  return tf.env().get(FLAG) as unknown as 'on' | 'off' | 'explain';
}

/** How many bytes the values of one program may take. */
const MEMORY_FLAG = 'IMPLICIT_PROGRAM_BYTES';

tf.env().registerFlag(MEMORY_FLAG, () => 2 ** 32);

export function mostProgramBytes(): number {
  return tf.env().getNumber(MEMORY_FLAG);
}

const said = new Set<string>();

/** With 'explain', reports why a function of `where` is not run as a program. Each reason is reported once. */
export function explain(where: string, reason: string): void {
  const message = `${where} runs operation by operation: ${reason}.`;
  if (programsFlag() !== 'explain' || said.has(message)) return;
  said.add(message);
  console.info(message + see('catalogue/programs#how-solvers-use-programs'));
}
