/** @file Tensors of tfjs as arrays, and arrays as tensors of tfjs: where work on the device begins and ends. */
import type * as tf from '@tensorflow/tfjs-core';
import type {NodeBackend} from '../../../backends/node-backend.js';
import {call, castFrom, DOUBLE, flag, typed} from './calls.js';
import {integerTensor} from './constants.js';
import {current, inSession} from './session.js';
import {reshape} from './shapes.js';
import type {Doubles, Flags} from './types.js';

/** What becomes a tensor of tfjs: in which shape, and of which type. */
export interface Output {
  from: Doubles | Flags;
  shape: readonly number[];
  dtype?: 'float32' | 'int32';
}

/**
 * Runs `work` on the device and frees all that it makes but its outputs, also if it throws.
 *
 * @returns The outputs, as tensors of tfjs.
 */
export const onDevice = (backend: NodeBackend, work: () => Output[]): tf.TensorInfo[] =>
  inSession(backend, () => work().map((output) => tensorOf(output)));

/** A tensor of tfjs (float32 or int32) as doubles, in another shape if one is given. */
export function given(info: tf.TensorInfo, shape: readonly number[] = info.shape): Doubles {
  const {backend, binding} = current();
  const type =
    info.dtype === 'float32' ? binding.TF_FLOAT : info.dtype === 'bool' ? binding.TF_BOOL : binding.TF_INT32;
  const wide = call(
    'Cast',
    `Cast from ${info.dtype}`,
    () => castFrom(type),
    backend.getInputTensorIds([info]),
  );
  return reshape(wide, shape);
}

/** A tensor of tfjs with the values of an array. */
export function tensorOf({from, shape, dtype = 'float32'}: Output): tf.Tensor {
  const {backend, binding} = current();
  const type = dtype === 'float32' ? binding.TF_FLOAT : binding.TF_INT32;
  const rounded = call(
    'Cast',
    `Cast to ${dtype}`,
    () => [typed('SrcT', DOUBLE), typed('DstT', type), flag('Truncate', false)],
    [from.id],
  );
  const [result] = binding.executeOp(
    'Reshape',
    [typed('T', type), typed('Tshape', binding.TF_INT32)],
    [rounded.id, integerTensor(shape)],
    1,
  );
  return backend.createOutputTensor({id: result.id, shape: [...shape], dtype: type});
}
