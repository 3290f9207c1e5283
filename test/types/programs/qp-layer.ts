/** @file A quadratic program as the last layer, every option given, some of them undefined. */
import * as tf from '@tensorflow/tfjs';
import {linsolve, QPLayer, Status, type QPLayerArgs} from '../../../src/index.js';

const seed: number | undefined = undefined;
const onFailure: QPLayerArgs['onFailure'] = 'throw';

export async function run() {
  const layer = new QPLayer({
    units: 2,
    inputs: ['p', 'h'],
    constants: {
      Q: [
        [1, 0],
        [0, 1],
      ],
      G: tf.tensor2d([[1, 1]]),
    },
    tolerance: 1e-9,
    maxIterations: 50,
    onFailure,
    onInfeasible: 'zero',
    degenerate: 'oneSided',
    linsolve: linsolve.kkt(),
    warmStart: true,
    seed,
  });
  const [p, h] = [tf.input({shape: [2]}), tf.input({shape: [1]})];
  const model = tf.model({inputs: [p, h], outputs: layer.apply([p, h]) as tf.SymbolicTensor});
  const x = model.predict([tf.tensor2d([[-1, -2]]), tf.tensor2d([[1]])]) as tf.Tensor;
  const {status, weaklyActive, gradient} = await layer.diagnostics();
  const solved = status.every((code) => code === Status.SOLVED);
  return [await x.array(), solved, weaklyActive[0]?.length, gradient];
}

export const expected = [[[0, 1]], true, 1, null];
