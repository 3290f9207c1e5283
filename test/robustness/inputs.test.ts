/** @file What tensors may come in, to every layer and map: integers, truth values, empty batches; and while tfjs debugs. */
import * as tf from '@tensorflow/tfjs-core';
import {input, layers as tfl, model} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {layers, linalg, losses, projections, prox, solveQP, sparsemax} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {stacked} from '../zoo/maps.js';
import {PROJECTIONS} from '../zoo/projections.js';
import {PROXES} from '../zoo/prox.js';

type Layer = InstanceType<typeof tfl.Layer>;

/** A cell of two inputs. */
function contraction() {
  const [z, x] = [0, 1].map(() => input({shape: [3]}));
  const inner = tfl.dense({units: 3, kernelInitializer: 'zeros'}).apply(z) as typeof z;
  return model({inputs: [z, x], outputs: tfl.add().apply([inner, x]) as typeof z});
}

/** Each layer with the shapes of its inputs, without the batch. */
const LAYERS: Record<string, [() => Layer, number[][]]> = {
  sparsemax: [() => layers.sparsemax(), [[3]]],
  'sparsemax, axis 1': [() => layers.sparsemax({axis: 1}), [[3, 2]]],
  'sparsemax, smooth': [() => layers.sparsemax({degenerate: 'smooth'}), [[3]]],
  simplexProjection: [() => layers.simplexProjection({scale: 2}), [[3]]],
  entmax: [() => layers.entmax({alpha: 1.3}), [[3]]],
  topK: [() => layers.topK({k: 2}), [[3]]],
  isotonic: [() => layers.isotonic(), [[3]]],
  softSort: [() => layers.softSort(), [[3]]],
  softRank: [() => layers.softRank(), [[3]]],
  transport: [() => layers.transport(), [[3, 2]]],
  'transport, marginals': [
    () => layers.transport({marginals: true, regularization: 'euclidean'}),
    [[2, 2], [2], [2]],
  ],
  birkhoff: [() => layers.birkhoff(), [[3, 3]]],
  qp: [() => layers.qp({inequalities: 2, seed: 1}), [[3]]],
  optNetQP: [() => layers.optNetQP({equalities: 1, inequalities: 2, seed: 1}), [[3]]],
  linearProgram: [() => layers.linearProgram({inequalities: 2, seed: 1}), [[3]]],
  conic: [
    () =>
      layers.conic({
        cones: {secondOrder: [3]},
        constants: {
          E: [
            [0, 0],
            [-1, 0],
            [0, -1],
          ],
          d: [1, 0, 0],
        },
      }),
    [[2]],
  ],
  lasso: [() => layers.lasso({units: 4}), [[3]]],
  fixedPoint: [() => layers.fixedPoint({cell: contraction()}), [[3]]],
  ridge: [
    () => layers.ridge(),
    [
      [4, 3],
      [4, 2],
      [5, 3],
    ],
  ],
  svm: [
    () => layers.svm({query: false}),
    [
      [3, 2],
      [3, 2],
    ],
  ],
};

const each = (shapes: number[][], batch: number, dtype: tf.DataType) =>
  shapes.map((shape) => {
    const full = [batch, ...shape];
    const values = Array.from({length: tf.util.sizeFromShape(full)}, (_, i) => (i % 3 === 0 ? 1 : 0));
    return tf.tensor(values, full, dtype as 'float32');
  });
const arrange = <T>(list: T[]): T | T[] => (list.length === 1 ? list[0] : list);

/** Runs `f` while tfjs debugs: it refuses to upload what is not finite. */
function debugging<T>(f: () => T): T {
  tf.env().set('DEBUG', true);
  try {
    return f();
  } finally {
    tf.env().set('DEBUG', false);
  }
}

/** tfjs prints what it profiles, later. */
function withoutPrints(): void {
  const {log, warn} = console;
  before(() => {
    console.log = console.warn = () => undefined;
  });
  after(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    Object.assign(console, {log, warn});
  });
}

describeBackends('inputs of layers', () => {
  withoutPrints();
  for (const [name, [make, shapes]] of Object.entries(LAYERS)) {
    it(`${name}: an empty batch gives an empty output, and gradients of zero`, () => {
      const layer = make();
      // Builds it.
      tf.tidy(() => layer.apply(arrange(each(shapes, 2, 'float32'))) as tf.Tensor);
      return expectNoLeak(() =>
        tf.tidy(() => {
          const inputs = each(shapes, 0, 'float32');
          const f = (...list: tf.Tensor[]) => layer.apply(arrange(list)) as tf.Tensor;
          const y = f(...inputs);
          const batchless = shapes.map((shape) => [null, ...shape]);
          assert.deepEqual(
            [null, ...y.shape.slice(1)],
            layer.computeOutputShape(arrange(batchless) as never),
          );
          assert.equal(y.shape[0], 0);
          const slopes = tf.grads((...list: tf.Tensor[]) => tf.sum(f(...list)))(inputs);
          slopes.forEach((slope, i) => assert.deepEqual(slope.shape, inputs[i].shape));
          if (layer.trainableWeights.length === 0) return;
          const {grads} = tf.variableGrads(() => tf.sum(f(...inputs)) as tf.Scalar);
          const weights = Object.values(grads);
          assert.equal(weights.length, layer.trainableWeights.length);
          for (const grad of weights) assert.isTrue(grad.dataSync().every((value) => value === 0));
        }),
      ).finally(() => layer.dispose());
    });

    for (const dtype of ['int32', 'bool'] as const) {
      it(`${name}: takes ${dtype} for float32`, () => {
        const layer = make();
        tf.tidy(() => {
          const run = (type: tf.DataType) => layer.apply(arrange(each(shapes, 2, type))) as tf.Tensor;
          expectClose(run(dtype), run('float32'), 1e-6, 1e-6);
        });
        layer.dispose();
      });
    }

    it(`${name}: runs while tfjs debugs`, () => {
      const layer = make();
      tf.tidy(() => {
        const inputs = each(shapes, 2, 'float32');
        const f = (...list: tf.Tensor[]) => layer.apply(arrange(list)) as tf.Tensor;
        const value = f(...inputs);
        const both = () => tf.grads((...list: tf.Tensor[]) => tf.sum(tf.square(f(...list))))(inputs);
        const expected = both();
        debugging(() => {
          expectClose(f(...inputs), value, 1e-5, 1e-6);
          both().forEach((slope, i) => expectClose(slope, expected[i], 1e-4, 1e-5));
        });
      });
      layer.dispose();
    });
  }
});

describeBackends('inputs of projections and proximal operators', () => {
  withoutPrints();
  for (const map of [...PROJECTIONS, ...PROXES]) {
    it(`${map.name}: an empty batch, integers, truth values, and while tfjs debugs`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const inputs = stacked(map);
          const none = inputs.map(({shape}) => tf.zeros([0, ...shape.slice(1)]));
          assert.deepEqual(map.run(...none).shape, none[0].shape);
          tf.grads((...list: tf.Tensor[]) => tf.sum(map.run(...list)))(none).forEach((slope, i) =>
            assert.deepEqual(slope.shape, none[i].shape),
          );
          const [x, ...rest] = inputs;
          for (const dtype of ['int32', 'bool'] as const) {
            const whole = tf.cast(tf.abs(tf.mul(3, x)), dtype);
            const expected = map.run(tf.cast(whole, 'float32'), ...rest);
            assert.equal(map.run(whole, ...rest).dtype, 'float32');
            expectClose(map.run(whole, ...rest), expected, 1e-6, 1e-7);
          }
          const twos = rest.map((param) => tf.cast(tf.add(tf.abs(param), 2), 'int32'));
          const whole = map.run(x, ...twos);
          const float = map.run(x, ...twos.map((param) => tf.cast(param, 'float32')));
          // NaN where the set is empty.
          assert.deepEqual(Array.from(whole.dataSync()), Array.from(float.dataSync()));
          const slopes = () =>
            tf.grads((...list: tf.Tensor[]) => tf.sum(tf.square(map.run(...list))))(inputs);
          const expected = [map.run(...inputs), ...slopes()];
          debugging(() =>
            [map.run(...inputs), ...slopes()].forEach((value, i) =>
              expectClose(value, expected[i], 1e-6, 1e-6),
            ),
          );
        }),
      ));
  }

  it('infinite bounds, and masks, while tfjs debugs', () =>
    tf.tidy(() => {
      const x = tf.fill([2, 3], -Infinity);
      debugging(() => {
        expectClose(projections.box(tf.tensor1d([1, 2]), {lower: -Infinity, upper: 1.5}), [1, 1.5]);
        expectClose(
          projections.boxSection(tf.tensor1d([1, 2]), {lower: -Infinity, upper: Infinity, c: 1}),
          [0, 1],
        );
        for (const layer of [layers.sparsemax(), layers.entmax(), layers.topK({k: 1})]) {
          expectClose(layer.apply(x) as tf.Tensor, [0, 0, 0, 0, 0, 0]);
          layer.dispose();
        }
      });
    }));

  it('empty batches of other functions', () =>
    tf.tidy(() => {
      const shaped = (shape: number[]) => tf.zeros(shape);
      const calls: [(...list: tf.Tensor[]) => tf.Tensor, number[][], number[]][] = [
        [(p) => solveQP({Q: tf.eye(3), p}).x, [[0, 3]], [0, 3]],
        [
          (p, h) => solveQP({Q: tf.eye(3), p, G: tf.eye(3), h}).x,
          [
            [0, 3],
            [0, 3],
          ],
          [0, 3],
        ],
        [(x) => sparsemax(x), [[0, 4]], [0, 4]],
        [(x) => sparsemax(x, 1), [[0, 4, 2]], [0, 4, 2]],
        [
          (a, b) => linalg.solve(a, b),
          [
            [0, 3, 3],
            [0, 3, 1],
          ],
          [0, 3, 1],
        ],
        [(a) => linalg.inv(a), [[0, 3, 3]], [0, 3, 3]],
        [(a) => linalg.det(a), [[0, 3, 3]], [0]],
        [(a) => linalg.cholesky(a), [[0, 3, 3]], [0, 3, 3]],
        [
          (a, b) => linalg.lstsq(a, b),
          [
            [0, 4, 3],
            [0, 4, 1],
          ],
          [0, 3, 1],
        ],
        [
          (a, b) => linalg.triangularSolve(a, b),
          [
            [0, 3, 3],
            [0, 3, 1],
          ],
          [0, 3, 1],
        ],
        [(a) => linalg.eigh(a).eigenvalues, [[0, 3, 3]], [0, 3]],
        [(y, s) => losses.binaryLogistic(y, s), [[0], [0]], [0]],
        [(y, s) => losses.multiclassLogistic(tf.cast(y, 'int32'), s), [[0], [0, 3]], [0]],
        [(y, s) => losses.multiclassSparsemax(tf.cast(y, 'int32'), s), [[0], [0, 3]], [0]],
        [(x) => prox.none(x), [[0, 3]], [0, 3]],
      ];
      for (const [f, shapes, expected] of calls) {
        const inputs = shapes.map(shaped);
        assert.deepEqual(f(...inputs).shape, expected, String(f));
        const last = inputs.length - 1;
        const slope = tf.grad((x: tf.Tensor) => tf.sum(f(...inputs.slice(0, last), x)))(inputs[last]);
        assert.deepEqual(slope.shape, shapes[last], String(f));
      }
    }));
});
