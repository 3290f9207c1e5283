/** @file Gradients of a model on a part of a batch, as arrays that can be sent, and their mean over the whole batch. */
import * as tf from '@tensorflow/tfjs';

/** What one process sends after its part of a batch. */
export interface Shard {
  /** The samples of the part. */
  size: number;
  /** The gradient of the mean loss over the part, an array for each trainable weight, in the order of the model. */
  values: Float32Array[];
}

/** @param loss The mean loss over the part. */
export function gradientsOf(model: tf.LayersModel, loss: () => tf.Scalar, size: number): Shard {
  return tf.tidy(() => {
    // As in tfjs's own training.
    const variables = model.trainableWeights.map((weight) => (weight as unknown as {val: tf.Variable}).val);
    const {grads} = tf.variableGrads(loss, variables);
    return {size, values: variables.map(({name}) => Float32Array.from(grads[name].dataSync()))};
  });
}

/** The gradient of the mean loss over all samples: the sum of the parts' gradients, each times its share, in double precision. */
export function meanOf(shards: Shard[]): Shard {
  const total = shards.reduce((sum, {size}) => sum + size, 0);
  const values = shards[0].values.map((first, i) => {
    const sum = new Float64Array(first.length);
    for (const shard of shards)
      shard.values[i].forEach((value, j) => (sum[j] += (value * shard.size) / total));
    return Float32Array.from(sum);
  });
  return {size: total, values};
}

/** Makes a step with these gradients; every process makes the same one. */
export function step(model: tf.LayersModel, optimizer: tf.Optimizer, {values}: Shard): void {
  tf.tidy(() => {
    const variables = model.trainableWeights.map((weight) => (weight as unknown as {val: tf.Variable}).val);
    optimizer.applyGradients(
      variables.map(({name, shape}, i) => ({name, tensor: tf.tensor(values[i], shape)})),
    );
  });
}
