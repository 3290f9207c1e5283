/** @file Products of matrices. */
import {backend_util} from '@tensorflow/tfjs-core';
import {arrayKernels} from '../../kernels/index.js';
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

const batchMatMul: Routine = ({inputs, outputs, attributes}) => {
  const [[a], [b]] = [inputs.a, inputs.b];
  const [out] = outputs;
  const [turnA, turnB] = [Boolean(attributes.transposeA), Boolean(attributes.transposeB)];
  const [rows, columns] = out.shape.slice(-2);
  const inner = a.shape[a.shape.length - (turnA ? 2 : 1)];
  const batch = out.shape.slice(0, -2);
  // A batch that both matrices share is repeated, not copied.
  const starts = ({shape}: Operand) =>
    places(batch, broadcastStrides(shape.slice(0, -2), batch)).map(
      (index) => index * product(shape.slice(-2)),
    );
  return arrayKernels([out.data, a.data, b.data]).product({
    ...{a: a.data, turnA, startsA: starts(a)},
    ...{b: b.data, turnB, startsB: starts(b)},
    ...{out: out.data, rows, inner, columns},
  });
};

/** A sum over the axes that the result lacks, for two or more operands. */
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
  // tfjs computes some sums incorrectly; their result then has another shape.
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
