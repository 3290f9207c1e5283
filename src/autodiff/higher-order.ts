/**
 * @file Replacements for tfjs's registered gradients that can be differentiated again.
 *
 * Two defects prevent second derivatives in tfjs: gradients that read the *output* of their operation (that path is silently
 * lost), and gradients that use a kernel without a gradient of its own. Both kinds are written here with inputs and
 * differentiable operations only.
 */
import * as tf from '@tensorflow/tfjs-core';

type Saved = tf.Tensor[];
type Attributes = Record<string, unknown>;

/** Comparisons and tests: constant almost everywhere. */
const CONSTANT_BINARY = [
  tf.Equal,
  tf.NotEqual,
  tf.Greater,
  tf.GreaterEqual,
  tf.Less,
  tf.LessEqual,
  tf.LogicalAnd,
  tf.LogicalOr,
];
const CONSTANT_UNARY = [tf.LogicalNot, tf.IsNan, tf.IsInf, tf.IsFinite];

/**
 * Makes tfjs's own gradients differentiable a second time: exp, tanh, sigmoid, softmax, elu, pow, max, min,
 * logSumExp, maximum, minimum, clipByValue, leakyRelu, relu6, selu, and masks made by comparisons.
 *
 * It replaces entries of tfjs's global gradient registry (first derivatives keep their values), so the library never calls it;
 * you do. Calling it again changes nothing.
 */
export function enableHigherOrderGradients(): void {
  const zeros = (x: tf.Tensor) => tf.zeros(x.shape);
  for (const kernelName of CONSTANT_BINARY) {
    tf.registerGradient({
      kernelName,
      inputsToSave: ['a', 'b'],
      gradFunc: (_dy, saved) => ({a: () => zeros((saved as Saved)[0]), b: () => zeros((saved as Saved)[1])}),
    });
  }
  for (const kernelName of CONSTANT_UNARY) {
    tf.registerGradient({
      kernelName,
      inputsToSave: ['x'],
      gradFunc: (_dy, saved) => ({x: () => zeros((saved as Saved)[0])}),
    });
  }
  registerUnary(tf.Exp, (x) => tf.exp(x));
  registerUnary(tf.Tanh, (x) => tf.sub(1, tf.square(tf.tanh(x))));
  registerUnary(tf.Sigmoid, (x) => {
    const y = tf.sigmoid(x);
    return tf.mul(y, tf.sub(1, y));
  });
  // The negative part is cut off before exp: its overflow would turn the masked branch into NaN.
  registerUnary(tf.Elu, (x) => tf.where(tf.greater(x, 0), tf.onesLike(x), tf.exp(tf.minimum(x, 0))));
  registerSoftmax();
  registerPow();
}

function registerUnary(kernelName: string, derivative: (x: tf.Tensor) => tf.Tensor): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, saved) => ({x: () => tf.mul(dy as tf.Tensor, derivative((saved as Saved)[0]))}),
  });
}

function registerSoftmax(): void {
  tf.registerGradient({
    kernelName: tf.Softmax,
    inputsToSave: ['logits'],
    gradFunc: (dy, saved, attributes) => ({
      logits: () => {
        const {dim} = attributes as {dim: number};
        const y = tf.softmax((saved as Saved)[0], dim);
        const weighted = tf.mul(dy as tf.Tensor, y);
        return tf.sub(weighted, tf.mul(tf.sum(weighted, dim, true), y));
      },
    }),
  });
}

function registerPow(): void {
  const reduceTo = (gradient: tf.Tensor, x: tf.Tensor, shape: number[]) => {
    const axes = tf.broadcast_util.getReductionAxes(x.shape, shape);
    return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, x.shape);
  };
  tf.registerGradient({
    kernelName: tf.Pow,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved, _attributes: Attributes) => {
      const [base, exponent] = saved as Saved;
      const shape = tf.broadcast_util.assertAndGetBroadcastShape(base.shape, exponent.shape);
      return {
        a: () => {
          const slope = tf.mul(exponent, tf.pow(base, tf.sub(exponent, 1)));
          return reduceTo(tf.mul(dy as tf.Tensor, slope), base, shape);
        },
        b: () => {
          const positive = tf.greater(base, 0);
          const logBase = tf.where(
            positive,
            tf.log(tf.where(positive, base, tf.onesLike(base))),
            tf.zerosLike(base),
          );
          return reduceTo(tf.mul(dy as tf.Tensor, tf.mul(tf.pow(base, exponent), logBase)), exponent, shape);
        },
      };
    },
  });
}
