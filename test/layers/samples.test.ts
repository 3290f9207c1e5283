/** @file One sample of a batch and the others: what a bad one gets, and that its neighbours and the weights do not notice. */
import * as tf from '@tensorflow/tfjs-core';
import {input, layers as keras, model, type SymbolicTensor} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {layers} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {TanhCell} from './models.js';

interface Item {
  make: (args: {name?: string; onFailure?: 'warn' | 'throw' | 'ignore'}) => SolverLayer;
  /** Shapes of the inputs without the batch. */
  shapes: number[][];
  /** Whether −∞ masks an entry of the first input. */
  masks?: boolean;
  /** Who speaks in a warning. Default: the layer. */
  speaker?: string;
  /** Whether onFailure is an argument. */
  policy?: boolean;
}

const BALL = {cones: {secondOrder: [3]}, constants: {E: [[0, 0], [-1, 0], [0, -1]], d: [1, 0, 0]}}; // prettier-ignore
const DATA = [[4, 3], [4, 2], [5, 3]]; // prettier-ignore

const ITEMS: Record<string, Item> = {
  sparsemax: {make: (args) => layers.sparsemax(nameOnly(args)), shapes: [[3]], masks: true},
  'sparsemax, axis 1': {
    make: (args) => layers.sparsemax({...nameOnly(args), axis: 1}),
    shapes: [[3, 2]],
    masks: true,
  },
  simplexProjection: {
    make: (args) => layers.simplexProjection({...nameOnly(args), scale: 2}),
    shapes: [[3]],
    masks: true,
  },
  entmax: {make: (args) => layers.entmax(nameOnly(args)), shapes: [[2, 3]], masks: true},
  topK: {make: (args) => layers.topK({...nameOnly(args), k: 1}), shapes: [[3]], masks: true},
  isotonic: {make: (args) => layers.isotonic(nameOnly(args)), shapes: [[3]]},
  softSort: {make: (args) => layers.softSort(nameOnly(args)), shapes: [[3]]},
  softRank: {make: (args) => layers.softRank(nameOnly(args)), shapes: [[3]]},
  transport: {make: (args) => layers.transport(nameOnly(args)), shapes: [[3, 2]], masks: true},
  'transport, marginals': {
    make: (args) => layers.transport({...nameOnly(args), marginals: true}),
    shapes: [[4, 5], [4], [5]],
    masks: true,
  },
  birkhoff: {make: (args) => layers.birkhoff(nameOnly(args)), shapes: [[3, 3]], masks: true},
  ridge: {make: (args) => layers.ridge(nameOnly(args)), shapes: DATA},
  svm: {make: (args) => layers.svm(args), shapes: DATA, policy: true},
  qp: {
    make: (args) => layers.qp({...args, inequalities: 2, seed: 1}),
    shapes: [[3]],
    speaker: 'solveQP',
    policy: true,
  },
  optNetQP: {
    make: (args) => layers.optNetQP({...args, equalities: 1, inequalities: 2, seed: 1}),
    shapes: [[3]],
    speaker: 'solveQP',
    policy: true,
  },
  linearProgram: {
    make: (args) => layers.linearProgram({...args, inequalities: 2, seed: 1}),
    shapes: [[3]],
    speaker: 'solveQP',
    policy: true,
  },
  conic: {make: (args) => layers.conic({...args, ...BALL}), shapes: [[2]], policy: true},
  lasso: {make: (args) => layers.lasso({...args, units: 4, l1: 0.05, seed: 1}), shapes: [[3]], policy: true},
  fixedPoint: {
    make: (args) => layers.fixedPoint({...args, cell: new TanhCell(), stateShape: [4]}),
    shapes: [[3]],
    policy: true,
  },
};

function nameOnly({name}: {name?: string}): {name?: string} {
  return name === undefined ? {} : {name};
}

/** Positive, with the sum 1 along the last axis: fit for sums of transport as well. */
const batch = (shapes: number[][]) =>
  shapes.map((shape, i) =>
    tf.tidy(() => tf.softmax(tf.randomNormal([3, ...shape], 0, 1, 'float32', 21 + i))),
  );

const run = (layer: SolverLayer, list: tf.Tensor[]) =>
  layer.apply(list.length === 1 ? list[0] : list) as tf.Tensor;

/** Values, and gradients of Σ y² in inputs and weights; with what is printed. */
function evaluate(layer: SolverLayer, list: tf.Tensor[]) {
  const printed: string[] = [];
  const {warn} = console;
  console.warn = (text: string) => void printed.push(text);
  try {
    return tf.tidy(() => {
      const loss = (...given: tf.Tensor[]) => tf.sum(tf.square(run(layer, given))) as tf.Scalar;
      const rows = (tensor: tf.Tensor) => tf.unstack(tensor).map((row) => Array.from(row.dataSync()));
      const y = rows(run(layer, list));
      const slopes = tf.grads(loss)(list).map(rows);
      const trainable = layer.trainableWeights.length > 0;
      const weights = trainable
        ? Object.values(tf.variableGrads(() => loss(...list)).grads).map((grad) =>
            Array.from(grad.dataSync()),
          )
        : [];
      return {y, slopes, weights, printed};
    });
  } finally {
    console.warn = warn;
  }
}

/** The first input's middle sample with its first entry replaced, or that of another input. */
function spoiled(list: tf.Tensor[], which: number, value: number): tf.Tensor[] {
  return list.map((tensor, i) => {
    if (i !== which) return tf.clone(tensor);
    const values = tensor.dataSync().slice();
    values[tensor.size / 3] = value;
    return tf.tensor(values, tensor.shape);
  });
}

let count = 0;

describe('a bad sample', () => {
  before(async () => {
    await tf.setBackend('cpu');
    // tfjs greets with its first tensor.
    tf.dispose(tf.zeros([1]));
  });

  for (const [name, {make, shapes, masks, speaker, policy}] of Object.entries(ITEMS)) {
    it(`${name}: zeros, the status 5 and a warning by name; its neighbours and the weights do not notice`, () =>
      expectNoLeak(async () => {
        const good = batch(shapes);
        const without = good.map((tensor) => tf.tidy(() => tf.gather(tensor, [0, 2])));
        const plain = make({});
        const clean = evaluate(plain, without);
        for (let which = 0; which < shapes.length; which++) {
          for (const value of which === 0 ? [NaN, Infinity, -Infinity] : [NaN]) {
            if (masks && which === 0 && value === -Infinity) continue;
            const own = `${name.replace(/\W+/g, '_')}_${count++}`;
            const layer = make({name: own});
            const bad = spoiled(good, which, value);
            tf.tidy(() => void run(layer, without));
            layer.setWeights(plain.getWeights());
            const {y, slopes, weights, printed} = evaluate(layer, bad);
            const at = `${value} in input ${which}`;
            assert.isTrue(y[1].every((entry) => entry === 0), at); // prettier-ignore
            [y[0], y[2]].forEach((row, i) => expectClose(row, clean.y[i], 1e-6, 1e-7));
            slopes.forEach((rows, i) => {
              assert.isTrue(rows[1].every((entry) => entry === 0), at); // prettier-ignore
              [rows[0], rows[2]].forEach((row, j) => expectClose(row, clean.slopes[i][j], 1e-5, 1e-6));
            });
            weights.forEach((values, i) => expectClose(values, clean.weights[i], 1e-5, 1e-6));
            assert.deepEqual((await layer.diagnostics()).status, [0, 5, 0], at);
            if (!speaker) {
              assert.lengthOf(printed, 1, at);
              assert.include(printed[0], `'${own}': 1 of 3`);
              assert.match(printed[0], /sample 1 has NaN or (\+?)infinity in its input/);
              assert.equal(printed[0].includes('masked'), Boolean(masks) && !/transport|birkhoff/.test(name));
            }
            layer.dispose();
            tf.dispose(bad);
          }
        }
        plain.dispose();
        tf.dispose([...good, ...without]);
      }));

    if (masks) {
      it(`${name}: −∞ takes an entry out, and is no fault`, () =>
        expectNoLeak(async () => {
          const layer = make({});
          const good = batch(shapes);
          const masked = spoiled(good, 0, -Infinity);
          const {y, slopes, printed} = evaluate(layer, masked);
          assert.isEmpty(printed);
          assert.deepEqual((await layer.diagnostics()).status, [0, 0, 0]);
          assert.deepEqual([y[1][0], slopes[0][1][0]], [0, 0]);
          assert.isAbove(Math.max(...y[1]), 0);
          layer.dispose();
          tf.dispose([...good, ...masked]);
        }));
    }

    if (policy) {
      it(`${name}: 'throw' throws, 'ignore' prints nothing`, () =>
        expectNoLeak(() => {
          const good = batch(shapes);
          const bad = spoiled(good, 0, NaN);
          const strict = make({onFailure: 'throw'});
          assert.match(
            messageOf(() => tf.tidy(() => run(strict, bad))),
            /1 of 3 .* not solved: sample 1 .*NaN/,
          );
          const quiet = make({onFailure: 'ignore'});
          assert.isEmpty(evaluate(quiet, bad).printed);
          for (const layer of [strict, quiet]) layer.dispose();
          tf.dispose([...good, ...bad]);
        }));
    }
  }

  it('of SVMLayer whose features cannot be squared in f32 is one, beside a small λ too', () =>
    expectNoLeak(async () => {
      for (const [size, l2] of [
        [1e20, 1],
        [1e15, 1e-9],
        [1.5e19, 1],
      ]) {
        // prettier-ignore
        const layer = layers.svm({l2, query: false, onFailure: 'ignore'});
        const X = tf.tensor3d([1, -1, size, -size], [2, 2, 1]);
        const Y = tf.tensor3d([1, 0, 0, 1, 1, 0, 0, 1], [2, 2, 2]);
        const {y, slopes, weights} = evaluate(layer, [X, Y]);
        assert.deepEqual((await layer.diagnostics()).status, [0, 5]);
        assert.deepEqual(y[1], [0, 0]);
        assert.isTrue([...y, ...slopes.flat(), ...weights].flat().every(Number.isFinite));
        layer.dispose();
        tf.dispose([X, Y]);
      }
    }));

  it('alone in its batch is a mistake in the program, but where a mask may take out everything', () => {
    for (const [name, {make, shapes}] of Object.entries(ITEMS)) {
      tf.tidy(() => {
        const layer = make({onFailure: 'ignore'});
        const {warn} = console;
        console.warn = () => undefined;
        const none = () => run(layer, shapes.map((shape) => tf.fill([2, ...shape], NaN))); // prettier-ignore
        try {
          if (/qp|QP|linear|conic|lasso|fixed|ridge|svm/.test(name)) assert.match(messageOf(none), /2 of 2/);
          else assert.isTrue(none().dataSync().every((value) => value === 0), name); // prettier-ignore
        } finally {
          console.warn = warn;
          layer.dispose();
        }
      });
    }
  });
});

describe('the mask of time steps', () => {
  it('goes through each layer that keeps the shape of its input', () => {
    for (const layer of [
      layers.sparsemax(),
      layers.simplexProjection(),
      layers.entmax(),
      layers.topK({k: 1}),
      layers.isotonic(),
      layers.softSort(),
      layers.softRank(),
      layers.transport(),
    ]) {
      // prettier-ignore
      const x = input({shape: [4, 3]});
      const masked = keras.masking({maskValue: 0}).apply(x);
      const y = layer.apply(masked) as SymbolicTensor;
      // Its own output is 0 where the mask is.
      const summed = keras
        .lstm({units: 2, kernelInitializer: 'ones', recurrentInitializer: 'zeros'})
        .apply(y);
      const net = model({inputs: x, outputs: summed as SymbolicTensor});
      assert.deepEqual(net.outputs[0].shape, [null, 2]);
      net.dispose();
    }
  });
});
