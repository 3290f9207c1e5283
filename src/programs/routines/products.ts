/** @file Products of matrices. */
import {backend_util} from '@tensorflow/tfjs-core';
import {
  broadcastStrides,
  places,
  product,
  stridesOf,
  type Operand,
  type Routine,
  type Routines,
} from './types.js';
import {fused} from './fused.js';
import {NoRoutine} from './no-routine.js';

/** out [rows, columns] = A B for A and B with any strides of row and column. */
export function multiply(
  a: Float64Array,
  atA: number,
  [rowA, columnA]: readonly [number, number],
  b: Float64Array,
  atB: number,
  [rowB, columnB]: readonly [number, number],
  out: Float64Array,
  atOut: number,
  [rows, inner, columns]: readonly [number, number, number],
): void {
  for (let i = 0; i < rows; i++) {
    const target = atOut + i * columns;
    for (let j = 0; j < columns; j++) out[target + j] = 0;
    for (let k = 0; k < inner; k++) {
      const factor = a[atA + i * rowA + k * columnA];
      const from = atB + k * rowB;
      for (let j = 0; j < columns; j++) out[target + j] += factor * b[from + j * columnB];
    }
  }
}

/** Rows and columns of a matrix, and the strides with which it is read, transposed or not. */
function layout({shape}: Operand, transposed: boolean) {
  const [rows, columns] = shape.slice(-2);
  return transposed
    ? {rows: columns, columns: rows, strides: [1, columns] as const}
    : {rows, columns, strides: [columns, 1] as const};
}

const batchMatMul: Routine = ({inputs, outputs, attributes}) => {
  const [[a], [b]] = [inputs.a, inputs.b];
  const [out] = outputs;
  const left = layout(a, Boolean(attributes.transposeA));
  const right = layout(b, Boolean(attributes.transposeB));
  const size = [left.rows, left.columns, right.columns] as const;
  const batch = out.shape.slice(0, -2);
  // A batch that two matrices share is repeated, not copied.
  const starts = ({shape}: Operand) =>
    places(batch, broadcastStrides(shape.slice(0, -2), batch)).map(
      (index) => index * product(shape.slice(-2)),
    );
  const [startsA, startsB] = [starts(a), starts(b)];
  const step = left.rows * right.columns;
  return () => {
    for (let i = 0; i < startsA.length; i++) {
      multiply(a.data, startsA[i], left.strides, b.data, startsB[i], right.strides, out.data, i * step, size);
    }
  };
};

/** Σ over the axes that the result lacks, for two or more operands. */
const einsum: Routine = ({inputs, outputs, attributes}) => {
  const operands = Object.values(inputs).flat();
  const [out] = outputs;
  const {allDims, summedDims, idDims} = backend_util.decodeEinsumEquation(
    attributes.equation as string,
    operands.length,
  );
  const sizes = allDims.map((_, letter) => {
    const k = idDims.findIndex((dims) => dims.includes(letter));
    return operands[k].shape[idDims[k].indexOf(letter)];
  });
  const kept = allDims.map((_, letter) => letter).filter((letter) => !summedDims.includes(letter));
  // Some sums tfjs gets wrong: they have another shape then.
  if (out.data.length !== product(kept.map((letter) => sizes[letter]))) {
    throw new NoRoutine(`'${attributes.equation as string}' has another shape in tfjs`);
  }
  const along = (k: number, letters: number[]) => {
    const strides = stridesOf(operands[k].shape);
    return places(
      letters.map((letter) => sizes[letter]),
      letters.map((letter) =>
        idDims[k].reduce((stride, own, axis) => stride + (own === letter ? strides[axis] : 0), 0),
      ),
    );
  };
  const starts = operands.map((_, k) => along(k, kept));
  const offsets = operands.map((_, k) => along(k, summedDims));
  const count = product(summedDims.map((letter) => sizes[letter]));
  return () => {
    for (let i = 0; i < out.data.length; i++) {
      let total = 0;
      for (let s = 0; s < count; s++) {
        let term = 1;
        for (let k = 0; k < operands.length; k++) term *= operands[k].data[starts[k][i] + offsets[k][s]];
        total += term;
      }
      out.data[i] = total;
    }
  };
};

export const products: Routines = {
  BatchMatMul: batchMatMul,
  Einsum: einsum,
  _FusedMatMul: fused(batchMatMul),
};
