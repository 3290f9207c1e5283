/** @file Copies of tensors on the backend 'tensorflow', which are read only if somebody asks. They outlive the tensors and are not tensors themselves. */
import * as tf from '@tensorflow/tfjs-core';
import type {Attribute, NodeBackend} from '../../backends/node-backend.js';

interface Copy {
  id: number;
  shape: number[];
}

/** It must be disposed. */
export class RawCopies<Name extends string> {
  /** The values are not available without a wait. */
  readonly values = null;
  private readonly backend = tf.backend() as NodeBackend;
  private readonly copies: Record<Name, Copy>;

  /** @param tensors Tensors of the current backend. Integers and booleans are converted to float32. */
  constructor(tensors: Record<Name, tf.Tensor>) {
    this.copies = Object.fromEntries(
      Object.entries<tf.Tensor>(tensors).map(([name, tensor]) => {
        const [input] = this.backend.getInputTensorIds([tensor]);
        return [name, {id: this.cast(input, tensor.dtype), shape: tensor.shape}];
      }),
    ) as Record<Name, Copy>;
  }

  /** The values, in the order of the names. */
  read(): Promise<Record<Name, ArrayLike<number>>> {
    const {binding} = this.backend;
    const read = Object.entries<Copy>(this.copies).map(([name, {id}]) => [name, binding.tensorDataSync(id)]);
    return Promise.resolve(Object.fromEntries(read) as Record<Name, Float32Array>);
  }

  /** Creates new float32 tensors. */
  tensors(): Record<Name, tf.Tensor> {
    const {backend} = this;
    return Object.fromEntries(
      Object.entries<Copy>(this.copies).map(([name, {id, shape}]) => {
        const metadata = {id: this.cast(id, 'float32'), shape, dtype: backend.binding.TF_FLOAT};
        return [name, backend.createOutputTensor(metadata)];
      }),
    ) as Record<Name, tf.Tensor>;
  }

  dispose(): void {
    for (const {id} of Object.values<Copy>(this.copies)) this.backend.binding.deleteTensor(id);
  }

  /** A new float32 tensor inside TensorFlow. */
  private cast(id: number, from: tf.DataType): number {
    const {binding} = this.backend;
    const type = (name: string, value: number): Attribute => ({name, type: binding.TF_ATTR_TYPE, value});
    const {TF_FLOAT, TF_INT32, TF_BOOL} = binding;
    if (from === 'float32') return binding.executeOp('Identity', [type('T', TF_FLOAT)], [id], 1)[0].id;
    const source = from === 'bool' ? TF_BOOL : TF_INT32;
    const truncate = {name: 'Truncate', type: binding.TF_ATTR_BOOL, value: false};
    return binding.executeOp('Cast', [type('SrcT', source), type('DstT', TF_FLOAT), truncate], [id], 1)[0].id;
  }
}
