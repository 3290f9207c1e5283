/** @file Closure conversion: finds the tensors that a function reads without taking them as arguments. */
import * as tf from '@tensorflow/tfjs-core';
import {disposeTape, offTape} from './engine.js';
import {recordPrivately} from './tape.js';

/**
 * The free float32 tensors of `f`: those it reads that existed before it ran and are not its arguments.
 *
 * Layer weights in a cell are the usual case. `f` runs once, on a tape that is thrown away. A tensor that is both an argument and
 * captured counts as free.
 */
export function freeTensors(f: (args: tf.Tensor[]) => tf.Tensor[], args: readonly tf.Tensor[]): tf.Tensor[] {
  return tf.tidy(() => {
    // Tensor ids increase, so a tensor older than this marker was neither created by f nor passed to it.
    const marker = tf.scalar(0).id;
    const stand = offTape(() => args.map((arg) => tf.clone(arg)));
    const {tape} = recordPrivately(() => f(stand));
    const free = new Map<number, tf.Tensor>();
    for (const node of tape) {
      for (const input of Object.values(node.inputs)) {
        if (input.dtype === 'float32' && input.id < marker) free.set(input.id, input);
      }
    }
    disposeTape(tape);
    return [...free.values()];
  });
}
