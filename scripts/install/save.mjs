/** @file Writes a model with registered layers and linear solvers, and its answer, to the file that is its argument. */
import {writeFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {
  EntmaxLayer,
  FixedPointLayer,
  LassoLayer,
  linsolve,
  OptNetQP,
  QPLayer,
  SimplexProjection,
  SoftSort,
  TopK,
} from 'tfjs-implicit';

const seeded = tf.initializers.randomUniform({minval: -0.5, maxval: 0.5, seed: 7});
const [z, x] = [tf.input({shape: [3]}), tf.input({shape: [3]})];
const sum = tf.layers
  .add()
  .apply([tf.layers.dense({units: 3, activation: 'tanh', kernelInitializer: seeded}).apply(z), x]);
const model = tf.sequential({
  layers: [
    new LassoLayer({inputShape: [4], units: 3, l1: 0.1, linsolve: linsolve.minres()}),
    new FixedPointLayer({
      cell: tf.model({inputs: [z, x], outputs: sum}),
      linsolve: linsolve.gmres({preconditioner: linsolve.preconditioners.jacobi()}),
    }),
    new OptNetQP({units: 3}),
    new QPLayer({units: 3}),
    new SoftSort(),
    new SimplexProjection(),
    new EntmaxLayer(),
    new TopK({k: 2}),
  ],
});
const input = [
  [1, -2, 0.5, 3],
  [0.2, 0.1, -1, 2],
];
let saved;
await model.save(
  tf.io.withSaveHandler(async ({modelTopology, weightSpecs, weightData}) => {
    saved = {
      artifacts: {modelTopology, weightSpecs},
      weightData: Array.from(new Uint8Array(weightData)),
      input,
    };
    return {modelArtifactsInfo: {dateSaved: new Date(), modelTopologyType: 'JSON'}};
  }),
);
saved.output = Array.from(model.predict(tf.tensor2d(input)).dataSync());
writeFileSync(process.argv[2], JSON.stringify(saved));
