/** @file Products with ∂₁F and its transpose in double precision: F's derivatives at a point as programs. */
import * as tf from '@tensorflow/tfjs-core';
import {numbersOf, jvpOf, offTape, vjpAt} from '../autodiff/index.js';
import type {DoubleProducts} from '../linsolve/index.js';
import {
  canLook,
  explain,
  Program,
  programsFlag,
  reasonOf,
  recallGraph,
  type Origin,
} from '../programs/index.js';
import type {Packing} from './packing.js';

interface Rows {
  apply(rows: Float64Array): Float64Array;
  dispose(): void;
}

/**
 * @param residual F as a function of the leaves of x.
 * @param symmetric Whether ∂₁F is symmetric.
 * @param origin What determines F, if it is known.
 * @returns `null` if there are no programs, or F cannot be one.
 */
export function doubleProducts(
  residual: (xs: tf.Tensor[]) => tf.Tensor[],
  xs: tf.Tensor[],
  packing: Packing,
  symmetric: boolean,
  origin: Origin | null,
): (DoubleProducts & {dispose: () => void}) | null {
  if (programsFlag() === 'off' || !canLook()) return null;
  const transposed = (v: tf.Tensor) => vjpAt(residual, xs, packing.unpack(v));
  const straight = (v: tf.Tensor) => {
    const at = xs.map((x) => tf.reshape(x, x.shape));
    return jvpOf(() => residual(at), at, packing.unpack(v));
  };
  const originOf = (product: string) => origin && {...origin, name: `${origin.name}, ${product} product`};
  try {
    const applyTranspose = rowsOf(transposed, packing, originOf('transposed'));
    let apply: Rows | null = symmetric ? applyTranspose : null;
    return {
      applyTranspose: (rows) => applyTranspose.apply(rows),
      apply: (rows) => (apply ??= rowsOrOperations(straight, packing, originOf('straight'))).apply(rows),
      dispose() {
        applyTranspose.dispose();
        // A symmetric Jacobian is its own transpose.
        apply?.dispose();
      },
    };
  } catch (error) {
    explain('A linear solve', reasonOf(error));
    return null;
  }
}

/**
 * The same, operation by operation in float32 if there is no program: a second derivative may have operations that the first one does not
 * have.
 */
function rowsOrOperations(
  product: (v: tf.Tensor) => tf.Tensor[],
  packing: Packing,
  origin: Origin | null,
): Rows {
  try {
    return rowsOf(product, packing, origin);
  } catch (error) {
    explain('A linear solve', reasonOf(error));
    return {
      apply: (rows) =>
        offTape(() => {
          const v = tf.tensor2d(Float32Array.from(rows), packing.shape);
          return Float64Array.from(packing.pack(product(v)).dataSync()) as never;
        }) as unknown as Float64Array,
      dispose: () => undefined,
    };
  }
}

function rowsOf(product: (v: tf.Tensor) => tf.Tensor[], packing: Packing, origin: Origin | null): Rows {
  const v = offTape(() => tf.ones(packing.shape));
  try {
    const {graph, closedOver} = recallGraph(
      origin,
      ([rows]) => ({outputs: [packing.pack(product(rows))], note: null}),
      [v],
    );
    const program = new Program(graph, [0]);
    closedOver.forEach((tensor, i) => program.input(i + 1).set(numbersOf(tensor)));
    return {
      apply(rows) {
        program.input(0).set(rows);
        program.run();
        return program.output(0);
      },
      dispose: () => program.dispose(),
    };
  } finally {
    v.dispose();
  }
}
