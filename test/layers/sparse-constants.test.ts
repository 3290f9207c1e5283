/** @file Layers of quadratic programs whose constant matrices are sparse: outputs, gradients, saved models, texts, mistakes. */
import * as tf from '@tensorflow/tfjs-core';
import {loadLayersModel, sequential, type LayersModel} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {
  ConicLayer,
  LinearProgramLayer,
  OptNetQP,
  QPLayer,
  sparseMatrix,
  type SparseMatrix,
} from '../../src/index.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {addUnreadable, UNREADABLE} from '../helpers/unreadable.js';
import {banded, entriesOf, placesOf} from '../zoo/sparse-programs.js';
import type {Args} from './arguments.js';
import {describeOnCpu, run} from './on-cpu.js';

const qp = banded({n: 5, m: 4, k: 1}, 'constants');

const sparse = (M: number[][]): SparseMatrix => {
  const places = placesOf(M, qp.n);
  return sparseMatrix({...places, values: entriesOf(M, places)});
};

/** The same constants, as sparse and as dense matrices. */
const matrices = {
  sparse: {Q: sparse(qp.Q), G: sparse(qp.G), A: sparse(qp.A)},
  dense: {Q: qp.Q, G: qp.G, A: qp.A},
};

const costs = () => tf.tensor2d([qp.p, qp.p.map((value) => value + 0.1)]);

/** Layers that take such constants, by what is constant. */
const LAYERS: [string, (kind: keyof typeof matrices) => QPLayer][] = [
  ['QPLayer, all constant', (kind) => new QPLayer({constants: {...matrices[kind], h: qp.h, b: qp.b}})],
  ['QPLayer, Q learned', (kind) => new QPLayer({constants: {G: matrices[kind].G, h: qp.h}, equalities: 0})],
  [
    'QPLayer, h and b learned',
    (kind) => new QPLayer({constants: matrices[kind], inequalities: 4, equalities: 1}),
  ],
  ['OptNetQP', (kind) => new OptNetQP({constants: matrices[kind], inequalities: 4, equalities: 1})],
  [
    'OptNetQP, A x = b given',
    (kind) => new OptNetQP({constants: {...matrices[kind], b: qp.b}, inequalities: 4, warmStart: true}),
  ],
  [
    'LinearProgramLayer',
    (kind) => {
      const {G, A} = matrices[kind];
      return new LinearProgramLayer({constants: {G, A, h: qp.h, b: qp.b}, strength: 1});
    },
  ],
];

async function saved(model: LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | null = null;
  await model.save(
    tf.io.withSaveHandler((given) => {
      artifacts = given;
      return Promise.resolve({modelArtifactsInfo: {dateSaved: new Date(), modelTopologyType: 'JSON'}});
    }),
  );
  return artifacts!;
}

describeOnCpu('sparse constants of a layer', () => {
  for (const [name, make] of LAYERS) {
    it(`give the output and the gradients of dense ones: ${name}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const p = costs();
          const layers = (['sparse', 'dense'] as const).map(make);
          for (const layer of layers) run(layer, p);
          // Random weights are not the same.
          const trained = layers[0].trainableWeights.map((weight) => weight.read());
          layers[1].trainableWeights.forEach((weight, i) => weight.write(trained[i]));
          const [ours, theirs] = layers.map((layer) => {
            const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
            const loss = () => tf.sum(tf.square(run(layer, p))) as tf.Scalar;
            const {grads} =
              weights.length > 0 ? tf.variableGrads(loss, weights) : {grads: {} as tf.NamedTensorMap};
            return {
              output: run(layer, p),
              inward: tf.grad((cost: tf.Tensor) => tf.sum(tf.square(run(layer, cost))) as tf.Scalar)(p),
              weights: Object.values(grads),
            };
          });
          expectClose(ours.output, theirs.output, 1e-6, 1e-6);
          expectClose(ours.inward, theirs.inward, 1e-5, 1e-6);
          ours.weights.forEach((gradient, i) => expectClose(gradient, theirs.weights[i], 1e-5, 1e-6));
          for (const layer of layers) layer.dispose();
        }),
      ));

    it(`are saved and loaded with a model: ${name}`, () =>
      expectNoLeak(async () => {
        const layer = make('sparse');
        const config = JSON.parse(JSON.stringify(layer.getConfig())) as Args;
        assert.deepEqual(new (layer.constructor as typeof QPLayer)(config).getConfig(), layer.getConfig());
        const model = sequential();
        model.add(new (layer.constructor as typeof QPLayer)({...config, inputShape: [qp.n]}));
        const p = costs();
        const before = model.predict(p) as tf.Tensor;
        const artifacts = await saved(model);
        // As a file has it.
        const topology = JSON.parse(JSON.stringify(artifacts.modelTopology)) as object;
        const copy = await loadLayersModel(tf.io.fromMemory({...artifacts, modelTopology: topology}));
        const after = copy.predict(p) as tf.Tensor;
        expectClose(after, before, 0);
        tf.dispose([p, before, after]);
        model.dispose();
        copy.dispose();
      }));
  }

  it('are constants: nothing trains them, and their weights are their values', () =>
    tf.tidy(() => {
      const layer = LAYERS[2][1]('sparse');
      run(layer, costs());
      const fixed = layer.nonTrainableWeights.map((weight) => weight.read());
      const {Q, G, A} = matrices.sparse;
      fixed.forEach((weight, i) => expectClose(weight, [Q, G, A][i].values as number[], 0));
      assert.equal(fixed.length, 3);
      layer.dispose();
    }));

  it('are named by describe', () => {
    const layer = new QPLayer({constants: {...matrices.sparse, h: qp.h, b: qp.b}, name: 'mine'});
    const entries = (name: 'Q' | 'G' | 'A') => `${matrices.sparse[name].rows.length} entries`;
    assert.include(
      layer.describe(),
      `constant  Q [5, 5] (sparse, ${entries('Q')}), G [4, 5] (sparse, ${entries('G')}), h [4], ` +
        `A [1, 5] (sparse, ${entries('A')}), b [1]`,
    );
  });

  it('may have no entries, and more variables than a dense matrix', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const n = 30_000;
        const diagonal = Int32Array.from({length: n}, (_, i) => i);
        const Q = sparseMatrix({
          shape: [n, n],
          rows: diagonal,
          columns: diagonal,
          values: new Float32Array(n).fill(2),
        });
        const A = sparseMatrix({shape: [1, n], rows: [], columns: [], values: []});
        const layer = new QPLayer({constants: {Q, A, b: [0]}, inequalities: 0});
        const x = run(layer, tf.ones([1, n]));
        expectClose(tf.min(x), -0.5, 1e-6);
        expectClose(tf.max(x), -0.5, 1e-6);
        layer.dispose();
      }),
    ));

  it('report the samples, give closest points, and have predictAsync', () =>
    expectNoLeak(async () => {
      const rows = {shape: [2, 2] as const, rows: [0, 1], columns: [0, 0]};
      const eye = sparseMatrix({shape: [2, 2], rows: [0, 1], columns: [0, 1], values: [1, 2]});
      const constants = {Q: eye, G: sparseMatrix({...rows, values: [1, -1]}), h: [-1, -1]};
      const layer = new QPLayer({constants, onInfeasible: 'closest', onFailure: 'ignore'});
      const p = tf.tensor2d([[1, 1], [0, -2]]); // prettier-ignore
      const x = tf.tidy(() => run(layer, p));
      expectClose(x, [0, -0.5, 0, 1], 1e-6, 1e-6);
      assert.deepEqual((await layer.diagnostics()).status, [1, 1]);
      const again = await layer.predictAsync(p);
      expectClose(again, x, 0);
      tf.dispose([p, x, again]);
      layer.dispose();
    }));

  it('are refused where they are wrong', () =>
    expectNoLeak(() => {
      const said = (args: Args) => messageOf(() => new QPLayer(args));
      const Q = (values: number[] | number[][]) =>
        sparseMatrix({shape: [2, 2], rows: [0, 1], columns: [0, 1], values});
      assert.match(said({constants: {h: Q([1, 1])}}), /constant h must be a vector .*got shape \[2,2\]/);
      assert.match(said({constants: {Q: Q([1, NaN])}}), /constant Q must be a matrix of finite numbers/);
      assert.match(said({constants: {Q: Q([[1, 1]])}}), /values of the constant Q must have shape \[2\], without a batch axis; got \[1,2\]/); // prettier-ignore
      const file = {symbol: 'Q', shape: [2, 2], rows: [0, 2], columns: [0, 1], values: [1, 1]};
      assert.match(
        said({constants: [file]}),
        /QPLayer: the constant Q: rows\[1\] = 2 is not an integer from 0 to 1/,
      );
      assert.match(said({constants: [{...file, rows: [0]}]}), /constant Q must be a matrix/);
      assert.match(
        said({constants: [{...file, rows: [0, 1], columns: [1]}]}),
        /there are 2 rows, but 1 columns/,
      );
      assert.match(
        messageOf(() => new ConicLayer({cones: {nonNegative: 2}, constants: {E: Q([1, 1])}} as never)),
        /ConicLayer: the constant E must not be a sparse matrix/,
      );
      const layer = new QPLayer({
        constants: {Q: Q([1, 1])},
        inequalities: 0,
        linsolve: {className: 'lu', config: {}},
      });
      assert.match(
        messageOf(() => tf.tidy(() => run(layer, tf.ones([1, 2])))),
        /linsolve is not for sparse matrices/,
      );
      layer.dispose();
    }));

  it('say that they need a backend that the host can read', async () => {
    const remove = addUnreadable();
    await tf.setBackend(UNREADABLE);
    try {
      const Q = sparseMatrix({shape: [1, 1], rows: [0], columns: [0], values: [1]});
      const layer = new QPLayer({constants: {Q}, inequalities: 0});
      assert.match(
        messageOf(() => tf.tidy(() => run(layer, tf.ones([1, 1])))),
        /sparse matrices are solved on the host.*tf.setBackend\('wasm' or 'cpu'\)/,
      );
      layer.dispose();
    } finally {
      await tf.setBackend('cpu');
      remove();
    }
  });
});
