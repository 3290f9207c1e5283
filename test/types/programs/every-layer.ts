/** @file Each of the other layers with its options, as a class or by its factory. */
import * as tf from '@tensorflow/tfjs';
import {
  BirkhoffLayer,
  ConicLayer,
  convex,
  ConvexLayer,
  EntmaxLayer,
  IsotonicLayer,
  LassoLayer,
  layers,
  LinearProgramLayer,
  linsolve,
  SimplexProjection,
  SoftRank,
  SoftSort,
  SparsemaxProjection,
  SVMLayer,
  TopK,
  TransportLayer,
  type LassoLayerArgs,
  type SolverLayer,
} from '../../../src/index.js';

const sparse: LassoLayerArgs = {units: 2, l1: 0.1, nonNegative: true, linsolve: linsolve.support(), seed: 3};

const rows: SolverLayer[] = [
  new EntmaxLayer({alpha: 1.5, name: 'entmax'}),
  layers.entmax({alpha: 2}),
  new IsotonicLayer({direction: 'descending'}),
  layers.isotonic(),
  new LassoLayer(sparse),
  layers.lasso({...sparse, l2: 0.1}),
  new LinearProgramLayer({constants: {G: tf.eye(2), h: [1, 1]}, strength: 1}),
  new SimplexProjection({scale: 2}),
  layers.simplexProjection({degenerate: 'smooth', smoothing: 1e-2}),
  new SoftRank({strength: 0.5, direction: 'descending'}),
  new SoftSort({strength: 0.5}),
  new SparsemaxProjection({axis: -1}),
  layers.sparsemax({inputShape: [2]}),
  new TopK({k: 1, strength: 0.5}),
  new ConvexLayer({
    problem: convex.problem({
      minimize: convex.sumSquares(convex.sub(convex.variable('x', [2]), convex.parameter('b', [2]))),
    }),
    inputs: ['b'],
    constants: {},
    outputs: ['x'],
  }),
  new ConicLayer({
    cones: {nonNegative: 4},
    constants: {
      E: [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ],
      d: [1, 1, 1, 1],
    },
  }),
];
const matrices: SolverLayer[] = [
  new TransportLayer({regularization: 'euclidean'}),
  layers.transport({strength: 0.5}),
  new BirkhoffLayer({regularization: 'entropic'}),
];

export function run() {
  const x = tf.tensor2d([[0.2, 0.7]]);
  const shapes = rows.map((layer) => (layer.apply(x) as tf.Tensor).shape);
  const square = tf.tensor3d([
    [
      [1, 0],
      [0, 1],
    ],
  ]);
  const plans = matrices.map((layer) => (layer.apply(square) as tf.Tensor).shape);
  const [X, Y] = [tf.tensor3d([[[1], [-1]]]), tf.tensor3d([[[1, 0], [0, 1]]])]; // prettier-ignore
  const svm = new SVMLayer({l2: 1, query: false}).apply([X, Y]) as tf.Tensor;
  const ridge = layers.ridge({learnL2: false}).apply([X, Y, X]) as tf.Tensor;
  return [shapes, plans, svm.shape, ridge.shape];
}

export const expected = [rows.map(() => [1, 2]), matrices.map(() => [1, 2, 2]), [1, 1, 2], [1, 2, 2]];
