/** @file Takes areas of the problems of a batch to tensors. */
import type * as tf from '@tensorflow/tfjs-core';
import {buffersAtOnce, run, THREADS, type Binding} from './dispatch.js';
import type {Memory} from './memory.js';
import type {WebGPU} from './types.js';

/** A tensor [batch, columns], and the area that it is taken from: where it begins, and the words of an entry. */
export interface Unpacked {
  info: tf.TensorInfo;
  at: number;
  step: number;
  columns: number;
}

/** Writes the rows of `count` samples, from `first` on, of which the memory is full. */
export function unpack(
  backend: WebGPU,
  {info: packed, words, tile}: Memory,
  tensors: readonly Unpacked[],
  first: number,
  count: number,
): void {
  const wanted = tensors.filter(({columns}) => columns > 0);
  const atOnce = buffersAtOnce(backend) - 1;
  for (let from = 0; from < wanted.length; from += atOnce) {
    const part = wanted.slice(from, from + atOnce);
    const integers: Record<string, number> = {words, tile, first};
    let threads = 0;
    part.forEach(({at, step, columns}, i) => {
      Object.assign(integers, {[`at_${i}`]: at, [`step_${i}`]: step, [`columns_${i}`]: columns});
      integers[`from_${i}`] = threads;
      integers[`to_${i}`] = threads += count * columns;
    });
    const types = part.map(({info}) => (info.dtype === 'int32' ? 'i32' : 'f32'));
    run(backend, {
      key: 'tfjs-implicit unpack',
      code: () => `
fn entry(index: i32, columns: i32, at: i32, step: i32) -> f32 {
  let sample = index / columns;
  let place = at + index % columns * step;
  return packed[(sample / $tile * $words + place) * $tile + sample % $tile];
}
fn main(group: i32, thread: i32) {
  let index = group * ${THREADS} + thread;
  ${types
    .map((type, i) => {
      const value = `${type}(entry(index - $from_${i}, $columns_${i}, $at_${i}, $step_${i}))`;
      return `if (index < $to_${i}) { output_${i}[$first * $columns_${i} + index - $from_${i}] = ${value}; return; }`;
    })
    .join('\n  ')}
}`,
      buffers: [
        ...part.map(({info}, i): Binding => ({name: `output_${i}`, info, written: true})),
        {name: 'packed', info: packed},
      ],
      ...{integers, workgroup: THREADS, groups: Math.ceil(threads / THREADS)},
    });
  }
}
