/** @file Gradients of kernels that have none in tfjs (TopK, Einsum, Cumprod) or a wrong one (Cumsum). They are differentiable to any order. */
import * as tf from '@tensorflow/tfjs-core';

type Saved = tf.Tensor[];

/** Registers the gradients that are not registered yet, and replaces that of Cumsum. */
export function addMissingGradients(): void {
  for (const config of [topK, einsum, cumprod]) {
    if (!tf.getGradient(config.kernelName)) tf.registerGradient(config);
  }
  if (tf.getGradient(tf.Cumsum) !== cumsum) tf.registerGradient(cumsum);
}

/** That of tfjs 4.22 transposes the result, unless the axis is the last one: a square matrix gets a wrong gradient without an error. */
const cumsum: tf.GradConfig = {
  kernelName: tf.Cumsum,
  gradFunc: (dy, _saved, attributes) => ({
    x: () => {
      const {axis = 0, exclusive = false, reverse = false} = attributes as Record<string, never>;
      return tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse);
    },
  }),
};

/** The cotangent of each value is added at the position that the value was taken from. */
const topK: tf.GradConfig = {
  kernelName: tf.TopK,
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc: (dys, saved) => ({
    x: () => {
      const [{shape, size}, indices] = saved as Saved;
      const n = shape[shape.length - 1];
      const [rows, k] = [size / n, indices.shape[indices.shape.length - 1]];
      const starts = tf.mul(tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1]), tf.scalar(n, 'int32'));
      const places = tf.reshape(tf.add(starts, tf.reshape(indices, [rows, k])), [-1]);
      const dy = tf.reshape((dys as Saved)[0], [-1]);
      return tf.reshape(tf.unsortedSegmentSum(dy, places as tf.Tensor1D, size), shape);
    },
  }),
};

/** The cotangent of an operand is a sum of products, too: of the result's cotangent and the other operand. */
const einsum: tf.GradConfig = {
  kernelName: tf.Einsum,
  saveAllInputs: true,
  gradFunc: (dy, saved, attributes) => {
    const [terms, result] = (attributes as {equation: string}).equation.replace(/\s/g, '').split('->');
    const letters = terms.split(',');
    const operands = saved as Saved;
    return Object.fromEntries(
      operands.map((operand, i) => [
        String(i),
        () => {
          const other = operands.length > 1 ? 1 - i : null;
          const known = result + (other === null ? '' : letters[other]);
          const present = [...letters[i]].filter((letter) => known.includes(letter)).join('');
          const own = contraction(
            [
              {letters: result, tensor: dy as tf.Tensor},
              ...(other === null ? [] : [{letters: letters[other], tensor: operands[other]}]),
            ],
            present,
          );
          // The cotangent is constant along summed axes that only this operand has.
          const shape = operand.shape.map((size, axis) => (present.includes(letters[i][axis]) ? size : 1));
          return tf.mul(tf.reshape(own, shape), tf.ones(operand.shape));
        },
      ]),
    );
  },
};

/** Einsum that also accepts factors without axes, which tfjs does not support. */
function contraction(factors: {letters: string; tensor: tf.Tensor}[], result: string): tf.Tensor {
  const scalars = factors.filter(({letters}) => letters === '');
  const others = factors.filter(({letters}) => letters !== '');
  const product =
    others.length === 0
      ? tf.scalar(1)
      : tf.einsum(
          `${others.map(({letters}) => letters).join()}->${result}`,
          ...others.map(({tensor}) => tensor),
        );
  return scalars.reduce<tf.Tensor>((all, {tensor}) => tf.mul(all, tensor), product);
}

/**
 * dx_i = (Π_{k<i} x_k) S_i with S_i = dy_i + x_{i+1} S_{i+1}. There is no division, so zeros cause no problem.
 *
 * The other variants are this one, reversed or shifted by one entry.
 */
const cumprod: tf.GradConfig = {
  kernelName: tf.Cumprod,
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attributes) => ({
    x: () => {
      const [x] = saved as Saved;
      const {axis = 0, exclusive = false, reverse = false} = attributes as Record<string, never>;
      const {rank} = x;
      const last = rank - 1;
      const at = ((axis as number) + rank) % rank;
      const order = [...Array(rank).keys()].filter((own) => own !== at).concat(at);
      const moved = tf.transpose(x, order);
      const rows = (tensor: tf.Tensor) => {
        const flat = tf.reshape(tf.transpose(tensor, order), [-1, x.shape[at]]);
        return reverse ? tf.reverse(flat, 1) : flat;
      };
      const [factors, cotangent] = [rows(x), rows(dy as tf.Tensor)];
      const sums = recurrence(shift(factors, 1), exclusive ? shift(cotangent, 1) : cotangent);
      const flat = tf.mul(tf.cumprod(factors, 1, true), sums);
      const back = tf.reshape(reverse ? tf.reverse(flat, 1) : flat, moved.shape);
      return rank === 1
        ? back
        : tf.transpose(
            back,
            order.map((_, own) => (own === at ? last : own < at ? own : own - 1)),
          );
    },
  }),
};

/** Moves entry i to i + by and fills with zeros. */
function shift(rows: tf.Tensor, by: number): tf.Tensor {
  const [count, n] = rows.shape;
  if (by >= n) return tf.zerosLike(rows);
  return tf.pad(tf.slice(rows, [0, by], [count, n - by]), [
    [0, 0],
    [0, by],
  ]);
}

/** S with S_i = b_i + a_i S_{i+1} in log n steps. Each step doubles the reach of the coefficients. */
function recurrence(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const n = a.shape[1] ?? 0;
  for (let reach = 1; reach < n; reach *= 2) {
    [a, b] = [tf.mul(a, shift(a, reach)), tf.add(b, tf.mul(a, shift(b, reach)))];
  }
  return b;
}
