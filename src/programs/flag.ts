/** @file The flag that turns programs off, or makes them report why a function runs operation by operation. */
import * as tf from '@tensorflow/tfjs-core';

/** 'on' (default), 'off', or 'explain'. */
const FLAG = 'IMPLICIT_PROGRAMS';

tf.env().registerFlag(FLAG, () => 'on' as unknown as number);

export function programsFlag(): 'on' | 'off' | 'explain' {
  return tf.env().get(FLAG) as unknown as 'on' | 'off' | 'explain';
}

const said = new Set<string>();

/** With 'explain', reports why a function of `where` is not run as a program. Each reason is reported once. */
export function explain(where: string, reason: string): void {
  const message = `${where} runs operation by operation: ${reason}.`;
  if (programsFlag() !== 'explain' || said.has(message)) return;
  said.add(message);
  console.info(message);
}
