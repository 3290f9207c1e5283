/** @file Reads and writes large tensors on the host piece by piece, so that no copy takes long. */
import * as tf from '@tensorflow/tfjs-core';

/** The wasm backend, whose tensors can be read and written in place, until anything is allocated. */
interface Heap extends tf.KernelBackend {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): tf.TypedArray;
}

interface RangeReader {
  readSync(dataId: object, start: number, end: number): tf.TypedArray;
}

/** Returns a function that gives some entries of a tensor: use them at once. The tensor must not be disposed of meanwhile. */
export function piecesOf(tensor: tf.Tensor): (start: number, end: number) => tf.TypedArray {
  const [heap, backend] = [heapOf(), tf.backend() as unknown as RangeReader];
  let whole: tf.TypedArray | null = null;
  return (start, end) => {
    if (heap) return heap.typedArrayFromHeap(tensor).subarray(start, end);
    if (!whole) {
      const read = backend.readSync(tensor.dataId, start, end);
      if (read.length === end - start) return read;
      // Other backends have the whole at hand, or read it anyway.
      whole = read;
    }
    return whole.subarray(start, end);
  };
}

const ARRAYS = {float32: Float32Array, int32: Int32Array, bool: Uint8Array};

/** A tensor that is filled in piece by piece; in a scope of tfjs it belongs to that scope from the beginning. */
export class TensorInPieces {
  private readonly heap = heapOf();
  private readonly whole: tf.Tensor | null = null;
  private readonly values: tf.TypedArray | null = null;

  constructor(
    private readonly shape: number[],
    private readonly dtype: keyof typeof ARRAYS,
  ) {
    const {heap} = this;
    if (heap) this.whole = tf.engine().makeTensorFromTensorInfo(heap.makeOutput(shape, dtype), heap);
    else this.values = new ARRAYS[dtype](tf.util.sizeFromShape(shape));
  }

  /** Sets the entries that begin there. */
  write(start: number, values: ArrayLike<number>): void {
    (this.values ?? this.heap!.typedArrayFromHeap(this.whole!)).set(values, start);
  }

  /** The tensor, once all entries are set. */
  tensor(): tf.Tensor {
    return this.whole ?? tf.engine().makeTensor(this.values!, this.shape, this.dtype);
  }
}

function heapOf(): Heap | null {
  const backend = tf.backend();
  return 'typedArrayFromHeap' in backend ? (backend as Heap) : null;
}
