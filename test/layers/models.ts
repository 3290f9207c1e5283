/** @file One small model a layer, for the tests that every layer must pass. */
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  layers as keras,
  model,
  sequential,
  initializers,
  type LayersModel,
  type Shape,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import {
  FixedPointLayer,
  LassoLayer,
  linsolve,
  OptNetQP,
  QPLayer,
  SparsemaxProjection,
} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';

/** z ↦ tanh(zW + xU): a contraction, since W is small. */
export class TanhCell extends keras.Layer {
  static readonly className = 'TestTanhCell';
  private w!: ReturnType<keras.Layer['addWeight']>;
  private u!: ReturnType<keras.Layer['addWeight']>;

  override build(shape: Shape | Shape[]): void {
    const [[, n], [, d]] = shape as number[][];
    const small = (stddev: number, seed: number) => initializers.randomNormal({stddev, seed});
    this.w = this.addWeight('w', [n, n], 'float32', small(0.2, 1));
    this.u = this.addWeight('u', [d, n], 'float32', small(0.5, 2));
    super.build(shape);
  }

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    return (shape as Shape[])[0];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [z, x] = inputs as tf.Tensor2D[];
      return tf.tanh(
        tf.add(tf.matMul(z, this.w.read() as tf.Tensor2D), tf.matMul(x, this.u.read() as tf.Tensor2D)),
      );
    });
  }
}
tf.serialization.registerClass(TanhCell);

/** A cell that is a model, with dropout inside. */
export function modelCell(rate = 0.2): LayersModel {
  const z = input({shape: [4]});
  const x = input({shape: [6]});
  const joined = keras.concatenate().apply([z, x]);
  const kernelInitializer = initializers.randomNormal({stddev: 0.2, seed: 3});
  const dropped = keras.dropout({rate}).apply(joined);
  const output = keras.dense({units: 4, activation: 'tanh', kernelInitializer}).apply(dropped);
  return model({inputs: [z, x], outputs: output as SymbolicTensor});
}

export interface Case {
  name: string;
  layer: () => SolverLayer;
  /** Width of input and output. */
  width: [number, number];
  /** Whether the layer has weights of its own to train. */
  trainable: boolean;
}

export const CASES: Case[] = [
  {name: 'QPLayer', layer: () => new QPLayer({seed: 1}), width: [6, 6], trainable: true},
  {
    name: 'QPLayer with every option',
    layer: () =>
      new QPLayer({
        units: 5,
        inequalities: 3,
        equalities: 2,
        constants: {p: [1, 2, 3, 4, 5], h: [1, 1, 1]},
        inputs: ['b'],
        epsilon: 0.01,
        seed: 2,
        tolerance: 1e-8,
        maxIterations: 50,
        onFailure: 'ignore',
        linsolve: linsolve.iterativeRefinement(linsolve.gmres({tolerance: 1e-5, restart: 12})),
        warmStart: true,
      }),
    width: [2, 5],
    trainable: true,
  },
  {
    name: 'QPLayer with a linear map',
    layer: () => new QPLayer({units: 3, inequalities: 0}),
    width: [6, 3],
    trainable: true,
  },
  {name: 'OptNetQP', layer: () => new OptNetQP({equalities: 2, seed: 1}), width: [6, 6], trainable: true},
  {
    name: 'OptNetQP with given inequalities',
    layer: () => {
      const negative = (size: number) =>
        Array.from({length: 6}, (_, i) => Array.from({length: 6}, (__, j) => (i === j ? size : 0)));
      return new OptNetQP({
        equalities: 3,
        constants: {Q: negative(0.1), G: negative(-1), h: [0, 0, 0, 0, 0, 0]},
        seed: 1,
      });
    },
    width: [6, 6],
    trainable: true,
  },
  {name: 'SparsemaxProjection', layer: () => new SparsemaxProjection(), width: [6, 6], trainable: false},
  {name: 'LassoLayer', layer: () => new LassoLayer({units: 8, l1: 0.2}), width: [6, 8], trainable: true},
  {
    name: 'LassoLayer with every option',
    layer: () =>
      new LassoLayer({
        units: 8,
        l1: 0.05,
        l2: 0.1,
        nonNegative: true,
        tolerance: 1e-7,
        maxIterations: 5000,
        warmStart: true,
      }),
    width: [6, 8],
    trainable: true,
  },
  {
    name: 'FixedPointLayer',
    layer: () => new FixedPointLayer({cell: new TanhCell(), stateShape: [4]}),
    width: [6, 4],
    trainable: true,
  },
  {
    name: 'FixedPointLayer around a model',
    layer: () =>
      new FixedPointLayer({
        cell: modelCell(),
        historySize: 3,
        linsolve: linsolve.bicgstab(),
        warmStart: true,
      }),
    width: [6, 4],
    trainable: true,
  },
];

/** The layer in a sequential model, compiled; behind a dense layer where it has no weights itself. */
export function compiled({layer, width: [inputs], trainable}: Case): {
  model: LayersModel;
  layer: SolverLayer;
} {
  const under = layer();
  const front = trainable ? [] : [keras.dense({units: inputs})];
  const stack = sequential();
  stack.add(keras.inputLayer({inputShape: [inputs]}));
  for (const part of [...front, under]) stack.add(part);
  stack.compile({optimizer: tf.train.adam(0.02), loss: 'meanSquaredError'});
  return {model: stack, layer: under};
}

/** 24 samples. */
export function data({width: [inputs, outputs]}: Case): {x: tf.Tensor2D; y: tf.Tensor2D} {
  return {
    x: tf.randomNormal([24, inputs], 0, 1, 'float32', 5),
    y: tf.randomUniform([24, outputs], -0.5, 0.5, 'float32', 6),
  };
}
