/** @file One small model a layer, for the tests that every layer must pass. */
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  layers as keras,
  model,
  initializers,
  type LayersModel,
  type Shape,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import {
  BirkhoffLayer,
  ConicLayer,
  convex,
  ConvexLayer,
  EntmaxLayer,
  FixedPointLayer,
  IsotonicLayer,
  LassoLayer,
  LinearProgramLayer,
  linsolve,
  OptNetQP,
  QPLayer,
  RidgeLayer,
  SimplexProjection,
  SoftRank,
  SoftSort,
  SparsemaxProjection,
  SVMLayer,
  TopK,
  TransportLayer,
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
  /** Width of the model's input, and the shape of the layer's output without the batch. */
  width: [number, number | number[]];
  /** Shapes of the layer's inputs without the batch: each is a dense layer of the model's input. Default: that input itself. */
  inputs?: number[][];
  /** Between which numbers the targets lie. Default −0.5 and 0.5. */
  targets?: [number, number];
  /** Of the training in its suite. Default 10. */
  epochs?: number;
  /** Whether the layer has weights of its own to train; else a dense layer lies before it. */
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
  {
    name: 'SimplexProjection',
    layer: () => new SimplexProjection({scale: 2}),
    width: [6, 6],
    trainable: false,
  },
  {name: 'EntmaxLayer', layer: () => new EntmaxLayer(), width: [6, 6], trainable: false},
  {
    name: 'EntmaxLayer along another axis',
    layer: () => new EntmaxLayer({alpha: 1.25, axis: 1}),
    width: [4, [3, 2]],
    inputs: [[3, 2]],
    trainable: false,
  },
  {name: 'SoftSort', layer: () => new SoftSort({strength: 0.5}), width: [6, 6], trainable: false},
  {
    name: 'SoftRank',
    layer: () => new SoftRank({strength: 2, direction: 'descending'}),
    width: [6, 6],
    targets: [1, 6],
    trainable: false,
  },
  {name: 'IsotonicLayer', layer: () => new IsotonicLayer(), width: [6, 6], trainable: false},
  {name: 'TopK', layer: () => new TopK({k: 2}), width: [6, 6], trainable: false},
  {
    name: 'TransportLayer',
    layer: () => new TransportLayer({strength: 0.5}),
    width: [6, [3, 4]],
    inputs: [[3, 4]],
    trainable: false,
  },
  {
    name: 'TransportLayer, sparse',
    layer: () => new TransportLayer({regularization: 'euclidean', strength: 2}),
    width: [6, [3, 2]],
    inputs: [[3, 2]],
    trainable: false,
  },
  {
    name: 'BirkhoffLayer',
    layer: () => new BirkhoffLayer(),
    width: [6, [3, 3]],
    inputs: [[3, 3]],
    trainable: false,
  },
  {
    name: 'BirkhoffLayer, sparse',
    layer: () => new BirkhoffLayer({regularization: 'euclidean', strength: 2}),
    width: [6, [3, 3]],
    inputs: [[3, 3]],
    trainable: false,
  },
  {
    name: 'RidgeLayer',
    layer: () => new RidgeLayer({l2: 0.5}),
    width: [6, [2, 2]],
    inputs: [
      [4, 3],
      [4, 2],
      [2, 3],
    ],
    trainable: true,
  },
  {
    name: 'RidgeLayer, the model itself',
    layer: () => new RidgeLayer({query: false, learnL2: false}),
    width: [6, [3, 2]],
    inputs: [
      [4, 3],
      [4, 2],
    ],
    trainable: false,
  },
  {
    name: 'SVMLayer',
    layer: () => new SVMLayer(),
    width: [6, [2, 2]],
    inputs: [
      [3, 3],
      [3, 2],
      [2, 3],
    ],
    trainable: true,
  },
  {
    name: 'ConicLayer',
    layer: () =>
      new ConicLayer({
        cones: {secondOrder: [4]},
        constants: {
          E: [
            [0, 0, 0],
            [-1, 0, 0],
            [0, -1, 0],
            [0, 0, -1],
          ],
          d: [1, 0, 0, 0],
        },
      }),
    width: [6, 3],
    inputs: [[3]],
    epochs: 4,
    trainable: false,
  },
  {
    name: 'ConvexLayer',
    layer: () => {
      const x = convex.variable('x', [3]);
      const [A, b] = [convex.parameter('A', [4, 3]), convex.parameter('b', [4])];
      const lambda = convex.parameter('lambda', [], {sign: 'nonNegative'});
      const fit = convex.sumSquares(convex.sub(convex.matMul(A, x), b));
      const problem = convex.problem({
        minimize: convex.add(fit, convex.mul(lambda, convex.norm1(x))),
        subjectTo: [convex.lessEqual(x, 1)],
      });
      return new ConvexLayer({problem, inputs: ['b'], constants: {lambda: 0.1}, seed: 3});
    },
    width: [4, 3],
    trainable: true,
  },
  {
    name: 'ConvexLayer with cones',
    layer: () => {
      const [x, center] = [convex.variable('x', [3]), convex.parameter('center', [3])];
      const problem = convex.problem({
        minimize: convex.sumSquares(convex.sub(x, convex.parameter('b', [3]))),
        subjectTo: [convex.lessEqual(convex.norm2(convex.sub(x, center)), 0.5)],
      });
      return new ConvexLayer({problem, inputs: ['b'], seed: 3});
    },
    width: [3, 3],
    epochs: 4,
    trainable: true,
  },
  {
    name: 'LinearProgramLayer',
    layer: () => {
      const square = [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ];
      return new LinearProgramLayer({
        units: 2,
        strength: 0.5,
        seed: 3,
        constants: {G: square, h: [1, 1, 1, 1]},
      });
    },
    width: [5, 2],
    trainable: true,
  },
];

/** The layer in a model. */
export function modelOf({layer, width: [width], inputs, trainable}: Case): {
  model: LayersModel;
  layer: SolverLayer;
} {
  const under = layer();
  const x = input({shape: [width]});
  const dense = (shape: number[]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const flat = keras.dense({units: size}).apply(x) as SymbolicTensor;
    return shape.length === 1 ? flat : (keras.reshape({targetShape: shape}).apply(flat) as SymbolicTensor);
  };
  const fed = inputs ? inputs.map(dense) : trainable ? [x] : [dense([width])];
  const outputs = under.apply(fed.length === 1 ? fed[0] : fed) as SymbolicTensor;
  return {model: model({inputs: x, outputs}), layer: under};
}

/** The model, compiled. */
export function compiled(item: Case): ReturnType<typeof modelOf> {
  const made = modelOf(item);
  made.model.compile({optimizer: tf.train.adam(0.02), loss: 'meanSquaredError'});
  return made;
}

/** 24 samples. */
export function data({width: [inputs, outputs], targets: [low, high] = [-0.5, 0.5]}: Case): {
  x: tf.Tensor2D;
  y: tf.Tensor;
} {
  const shape = typeof outputs === 'number' ? [outputs] : outputs;
  return {
    x: tf.randomNormal([24, inputs], 0, 1, 'float32', 5),
    y: tf.randomUniform([24, ...shape], low, high, 'float32', 6),
  };
}
