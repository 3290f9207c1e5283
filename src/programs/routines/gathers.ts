/** @file Looks up and adds entries by indices that are data, and sorts entries. */
import {product, stridesOf, type Routine, type Routines} from './types.js';

function checked(index: number, size: number, kernel: string): number {
  if (!(index >= 0 && index < size)) {
    throw new Error(`${kernel}: index ${index} lies outside of [0, ${size - 1}].`);
  }
  return index;
}

const gather: Routine = ({inputs, outputs, attributes}) => {
  const [[x], [indices]] = [inputs.x, inputs.indices];
  const out = outputs[0].data;
  const rank = x.shape.length;
  const axis = ((attributes.axis as number) + rank) % rank;
  const batchDims = (attributes.batchDims as number | undefined) ?? 0;
  const batch = product(x.shape.slice(0, batchDims));
  const outer = product(x.shape.slice(batchDims, axis));
  const inner = product(x.shape.slice(axis + 1));
  const size = x.shape[axis];
  const count = indices.data.length / Math.max(1, batch);
  return () => {
    let at = 0;
    for (let b = 0; b < batch; b++) {
      for (let o = 0; o < outer; o++) {
        for (let k = 0; k < count; k++) {
          const index = checked(indices.data[b * count + k], size, 'GatherV2');
          const from = ((b * outer + o) * size + index) * inner;
          for (let i = 0; i < inner; i++) out[at++] = x.data[from + i];
        }
      }
    }
  };
};

/** The entries that the tuples of indices point to, in an array whose first axes the indices run over. */
function placeOf(
  indices: Float64Array,
  tuple: number,
  depth: number,
  shape: readonly number[],
  strides: readonly number[],
  kernel: string,
): number {
  let place = 0;
  for (let axis = 0; axis < depth; axis++) {
    place += checked(indices[tuple * depth + axis], shape[axis], kernel) * strides[axis];
  }
  return place;
}

const gatherNd: Routine = ({inputs, outputs}) => {
  const [[params], [indices]] = [inputs.params, inputs.indices];
  const out = outputs[0].data;
  const depth = indices.shape[indices.shape.length - 1];
  const inner = product(params.shape.slice(depth));
  const strides = stridesOf(params.shape);
  return () => {
    for (let k = 0; k * inner < out.length; k++) {
      const from = placeOf(indices.data, k, depth, params.shape, strides, 'GatherNd');
      for (let i = 0; i < inner; i++) out[k * inner + i] = params.data[from + i];
    }
  };
};

const scatterNd: Routine = ({inputs, outputs}) => {
  const [[indices], [updates]] = [inputs.indices, inputs.updates];
  const [{data: out, shape}] = outputs;
  const depth = indices.shape[indices.shape.length - 1] ?? 1;
  const inner = product(shape.slice(depth));
  const strides = stridesOf(shape);
  return () => {
    out.fill(0);
    for (let k = 0; k * inner < updates.data.length; k++) {
      const to = placeOf(indices.data, k, depth, shape, strides, 'ScatterNd');
      for (let i = 0; i < inner; i++) out[to + i] += updates.data[k * inner + i];
    }
  };
};

const tensorScatterUpdate: Routine = ({inputs, outputs}) => {
  const [[tensor], [indices], [updates]] = [inputs.tensor, inputs.indices, inputs.updates];
  const [{data: out, shape}] = outputs;
  const depth = indices.shape[indices.shape.length - 1] ?? 1;
  const inner = product(shape.slice(depth));
  const strides = stridesOf(shape);
  return () => {
    out.set(tensor.data);
    for (let k = 0; k * inner < updates.data.length; k++) {
      const to = placeOf(indices.data, k, depth, shape, strides, 'TensorScatterUpdate');
      for (let i = 0; i < inner; i++) out[to + i] = updates.data[k * inner + i];
    }
  };
};

/** Entries with a negative segment are ignored, as in tfjs. */
const segmentSum: Routine = ({inputs, outputs, attributes}) => {
  const [[x], [ids]] = [inputs.x, inputs.segmentIds];
  const out = outputs[0].data;
  const segments = attributes.numSegments as number;
  const inner = x.data.length / Math.max(1, ids.data.length);
  return () => {
    out.fill(0);
    for (let k = 0; k < ids.data.length; k++) {
      const segment = ids.data[k];
      if (segment < 0 || segment >= segments) continue;
      for (let i = 0; i < inner; i++) out[segment * inner + i] += x.data[k * inner + i];
    }
  };
};

/** Counts how often each number occurs in x, or sums its weights. If there are rows, each row is counted separately. */
const bincount: Routine = ({inputs, outputs, attributes}) => {
  const [[x], [weights] = []] = [inputs.x, inputs.weights];
  const out = outputs[0].data;
  const {size, binaryOutput} = attributes as {size: number; binaryOutput?: boolean};
  const width = x.shape.length > 1 ? x.shape[1] : x.data.length;
  const weigh = weights && weights.data.length > 0 ? weights.data : null;
  // For a single row, tfjs ignores the option for binary output.
  const binary = Boolean(binaryOutput) && x.shape.length > 1;
  return () => {
    out.fill(0);
    for (let i = 0; i < x.data.length; i++) {
      const value = x.data[i];
      if (value < 0) throw new Error('Bincount: input x must be non-negative!');
      if (value >= size) continue;
      const at = Math.floor(i / width) * size + value;
      if (binary) out[at] = 1;
      else out[at] += weigh ? weigh[i] : 1;
    }
  };
};

const oneHot: Routine = ({inputs, outputs, attributes}) => {
  const [[indices]] = [inputs.indices];
  const out = outputs[0].data;
  const {depth, onValue, offValue} = attributes as Record<string, number>;
  return () => {
    out.fill(offValue);
    for (let k = 0; k < indices.data.length; k++) {
      const index = indices.data[k];
      if (index >= 0 && index < depth) out[k * depth + index] = onValue;
    }
  };
};

const topK: Routine = ({inputs, outputs, attributes}) => {
  const [[x]] = [inputs.x];
  const [values, indices] = outputs;
  const k = attributes.k as number;
  const n = x.shape[x.shape.length - 1];
  const order = new Int32Array(n);
  return () => {
    for (let row = 0; row * k < values.data.length; row++) {
      const at = x.data.subarray(row * n, (row + 1) * n);
      for (let i = 0; i < n; i++) order[i] = i;
      // NaN is neither larger nor smaller than a number. It is moved to the end so that the other entries are sorted correctly.
      order.sort(
        (i, j) => at[j] - at[i] || Number(Number.isNaN(at[i])) - Number(Number.isNaN(at[j])) || i - j,
      );
      for (let i = 0; i < k; i++) {
        indices.data[row * k + i] = order[i];
        values.data[row * k + i] = at[order[i]];
      }
    }
  };
};

/** The place of each value in the sorted row of its sample: before equal entries (`left`) or behind them. */
const searchSorted: Routine = ({inputs, outputs, attributes}) => {
  const [[sorted], [values]] = [inputs.sortedSequence, inputs.values];
  const out = outputs[0].data;
  const [size, count] = [sorted.shape[1], values.shape[1]];
  const isBefore =
    attributes.side === 'left' ? (a: number, b: number) => a < b : (a: number, b: number) => a <= b;
  return () => {
    for (let i = 0; i < out.length; i++) {
      const row = Math.floor(i / count) * size;
      let [low, high] = [0, size];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (isBefore(sorted.data[row + middle], values.data[i])) low = middle + 1;
        else high = middle;
      }
      out[i] = low;
    }
  };
};

/** The default value, except at the places that the indices point to. A single value is written to all of them. */
const sparseToDense: Routine = ({inputs, outputs}) => {
  const [[indices], [values], [otherwise]] = [inputs.sparseIndices, inputs.sparseValues, inputs.defaultValue];
  const [{data: out, shape}] = outputs;
  const depth = indices.shape.length > 1 ? indices.shape[1] : 1;
  const strides = stridesOf(shape);
  return () => {
    out.fill(otherwise.data[0]);
    for (let k = 0; k * depth < indices.data.length; k++) {
      const to = placeOf(indices.data, k, depth, shape, strides, 'SparseToDense');
      out[to] = values.data[values.shape.length === 0 ? 0 : k];
    }
  };
};

export const gathers: Routines = {
  Bincount: bincount,
  DenseBincount: bincount,
  GatherNd: gatherNd,
  GatherV2: gather,
  OneHot: oneHot,
  ScatterNd: scatterNd,
  SearchSorted: searchSorted,
  SparseToDense: sparseToDense,
  TensorScatterUpdate: tensorScatterUpdate,
  TopK: topK,
  UnsortedSegmentSum: segmentSum,
};
