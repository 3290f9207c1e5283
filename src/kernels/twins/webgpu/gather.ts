/** @file Copies of several tensors in one buffer, for shaders that would have too many. */
import * as tf from '@tensorflow/tfjs-core';
import {buffersAtOnce, run, THREADS, type Binding} from './dispatch.js';
import type {WebGPU} from './types.js';

/** All values as float32, one tensor after the other. The result must be disposed. */
export function gather(
  backend: WebGPU,
  tensors: readonly tf.TensorInfo[],
): {info: tf.TensorInfo; starts: number[]} {
  const sizes = tensors.map(({shape}) => tf.util.sizeFromShape(shape));
  const starts: number[] = [];
  let total = 0;
  for (const size of sizes) {
    starts.push(total);
    total += size;
  }
  const info = backend.makeTensorInfo([Math.max(1, total)], 'float32');
  gatherInto(backend, info, tensors, starts);
  return {info, starts};
}

/** The same, into a given buffer at given places. */
export function gatherInto(
  backend: WebGPU,
  target: tf.TensorInfo,
  tensors: readonly tf.TensorInfo[],
  starts: readonly number[],
): void {
  const atOnce = buffersAtOnce(backend) - 1;
  const filled = tensors
    .map((info, i) => ({info, start: starts[i], size: tf.util.sizeFromShape(info.shape)}))
    .filter(({size}) => size > 0);
  for (let from = 0; from < filled.length; from += atOnce) {
    const part = filled.slice(from, from + atOnce);
    const buffers = part.map(({info}, i): Binding => ({name: `source_${i}`, info}));
    const integers: Record<string, number> = {};
    let threads = 0;
    part.forEach(({start, size}, i) => {
      integers[`from_${i}`] = threads;
      integers[`at_${i}`] = start;
      integers[`to_${i}`] = threads += size;
    });
    run(backend, {
      key: 'tfjs-implicit gather',
      code: () => `
fn main(group: i32, thread: i32) {
  let index = group * ${THREADS} + thread;
  ${part
    .map(
      (_, i) =>
        `if (index < $to_${i}) { copies[$at_${i} + index - $from_${i}] = f32(source_${i}[index - $from_${i}]); return; }`,
    )
    .join('\n  ')}
}`,
      buffers: [{name: 'copies', info: target, written: true}, ...buffers],
      ...{integers, workgroup: THREADS, groups: Math.ceil(threads / THREADS)},
    });
  }
}
