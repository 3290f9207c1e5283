/** @file Each argument of each layer changes something that can be seen, and a layer made from the config of another does the same. */
import * as tf from '@tensorflow/tfjs-core';
import {layers as keras, initializers, type Shape} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import * as library from '../../src/index.js';
import {linsolve} from '../../src/index.js';
import {SolverLayer} from '../../src/layers/index.js';
import '../helpers/backends.js';
import {expectNoLeak} from '../helpers/expect.js';
import {ARGUMENTS, CLASSES, nearestPoint, type Args} from './arguments.js';

/** z ↦ z tanh(z)·0 + Wz + x with a W of its own that lies in the config: linear, with the fixed point (I − W)⁻¹x. */
class AffineCell extends keras.Layer {
  static readonly className = 'TestAffineCell';
  private w!: ReturnType<keras.Layer['addWeight']>;
  private readonly size: number;

  constructor(args: {size: number}) {
    super(args as never);
    this.size = args.size;
  }

  override build(shape: Shape | Shape[]): void {
    const n = (shape as number[][])[0][1];
    this.w = this.addWeight('w', [n, n], 'float32', initializers.randomUniform({minval: -this.size, maxval: this.size, seed: 3})); // prettier-ignore
    super.build(shape);
  }

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    return (shape as Shape[])[0];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [z, x] = inputs as tf.Tensor2D[];
      const moved = tf.add(tf.matMul(tf.tanh(z), this.w.read() as tf.Tensor2D), tf.sum(x, 1, true));
      return moved;
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), size: this.size};
  }
}
tf.serialization.registerClass(AffineCell);

const {convex} = library;

/** Not the same if its parameters change places, and conic: it takes more than one iteration. */
function skewed() {
  const x = convex.variable('x', [2]);
  const [w, b] = [convex.parameter('w', [2]), convex.parameter('b', [2])];
  return convex.problem({minimize: convex.norm2(convex.sub(x, w)), subjectTo: [convex.lessEqual(x, b)]});
}

/** No point satisfies it. */
function contradictory() {
  const x = convex.variable('x', [2]);
  return convex.problem({
    minimize: convex.sumSquares(convex.sub(x, convex.parameter('b', [2]))),
    subjectTo: [convex.lessEqual(x, 0), convex.greaterEqual(x, 1)],
  });
}

interface Scene {
  layer: string;
  args: Args;
  /** The inputs, with the values of a batch each. */
  inputs: () => tf.Tensor[];
  /** Weights for all calls, by a part of their name. */
  weights?: Record<string, tf.TensorLike>;
  /** Each alone, instead of what `args` says, changes what is seen. */
  changes: Args[];
}

const only = (given: tf.TensorLike, shape?: number[]) => () => [tf.tensor(given, shape)];
const noise =
  (...shapes: number[][]) =>
  () =>
    shapes.map((shape, i) => tf.randomNormal(shape, 0, 1, 'float32', 11 + i));
const rough = (): unknown => linsolve.gmres({maxIterations: 1, restart: 1});
const EYE = [[1, 0], [0, 1]]; // prettier-ignore
const oneHot = () => tf.tensor3d([1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0], [2, 3, 2]);

const TIE = only([
  [1, 0, -9],
  [0.3, 0.4, 2],
]);
/** Instead of 'throw'. */
const LENIENT: Args[] = [{onFailure: 'warn'}, {onFailure: 'ignore'}];

/** A program with a weakly active constraint: the minimum of ½x² + px at p = −1 lies on x ≤ 1. */
const WEAK: Args = {constants: {Q: EYE, G: EYE, h: [1, 2]}, seed: 1};
const AT_WEAK = only([
  [-1, -1.5],
  [-3, 0.5],
]);
const INFEASIBLE: Args = {constants: {Q: EYE, G: [[1, 0], [-1, 0]]}, inputs: ['p', 'h'], seed: 1, onFailure: 'throw'}; // prettier-ignore
const AT_INFEASIBLE = () => [tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[-1, -1], [1, 1]])]; // prettier-ignore
/** ‖z‖ ≤ 1. */
const BALL = {E: [[0, 0], [-1, 0], [0, -1]], d: [1, 0, 0]}; // prettier-ignore
const LEARNED: Args = {seed: 1, onFailure: 'ignore'};
/** What does not hang on ε and strength; equalities take a G of fewer rows so that all is feasible. */
const QP_SCENES = (layer: string): Scene[] => [
  {
    layer,
    args: {...LEARNED, inequalities: 2},
    inputs: noise([3, 4]),
    changes: [
      {units: 3},
      {inequalities: 3},
      {equalities: 1},
      {seed: 2},
      {linsolve: rough()},
      {constants: {p: [1, 2, 3, 4]}, inputs: ['h'], inequalities: 4, units: 4},
      {inputs: ['h'], units: 4, inequalities: 4},
    ],
  },
  // Small ones are solved better than any tolerance asks for, and some in one step.
  {
    layer,
    args: {...LEARNED, inequalities: 2},
    inputs: noise([2, 40]),
    changes: [{tolerance: 1000}, {maxIterations: 1}],
  },
  {layer, args: WEAK, inputs: AT_WEAK, changes: [{degenerate: 'smooth'}, {degenerate: 'oneSided'}, {warmStart: true}]}, // prettier-ignore
  {layer, args: {...WEAK, degenerate: 'smooth'}, inputs: AT_WEAK, changes: [{smoothing: 0.5}]},
  {layer, args: INFEASIBLE, inputs: AT_INFEASIBLE, changes: LENIENT},
  {
    layer,
    args: {...INFEASIBLE, onFailure: 'ignore'},
    inputs: AT_INFEASIBLE,
    changes: [{onInfeasible: 'closest'}],
  },
];
const withoutQ = (scenes: Scene[]) =>
  scenes.map(({args, ...scene}): Scene => {
    const {Q, ...constants} = (args.constants ?? {}) as Args;
    return {...scene, args: {...args, constants, ...(Q ? {strength: 1} : {})}};
  });

const SCENES: Scene[] = [
  ...['SparsemaxProjection', 'SimplexProjection'].flatMap((layer): Scene[] => [
    {layer, args: {}, inputs: TIE, changes: [{degenerate: 'oneSided'}, {degenerate: 'smooth'}]},
    {layer, args: {degenerate: 'smooth'}, inputs: TIE, changes: [{smoothing: 0.25}]},
    {layer, args: {}, inputs: noise([2, 3, 2]), changes: [{axis: 1}, {axis: -2}]},
  ]),
  {layer: 'SimplexProjection', args: {}, inputs: noise([2, 3]), changes: [{scale: 2.5}]},
  {layer: 'EntmaxLayer', args: {}, inputs: noise([2, 3, 2]), changes: [{alpha: 1.25}, {axis: 1}]},
  ...['SoftSort', 'SoftRank'].map((layer): Scene => ({
    layer,
    args: {},
    inputs: noise([2, 4]),
    changes: [{strength: 0.1}, {direction: 'descending'}],
  })),
  {layer: 'IsotonicLayer', args: {}, inputs: noise([2, 4]), changes: [{direction: 'descending'}]},
  {layer: 'TopK', args: {k: 1}, inputs: noise([2, 4]), changes: [{k: 2}, {strength: 0.5}]},
  {
    layer: 'TransportLayer',
    args: {},
    inputs: noise([2, 3, 2]),
    changes: [{strength: 0.5}, {regularization: 'euclidean'}, {marginals: true}],
  },
  {
    layer: 'TransportLayer',
    args: {marginals: true},
    inputs: () => [tf.zeros([1, 2, 2]), tf.tensor2d([[0.3, 0.7]]), tf.tensor2d([[0.4, 0.6]])],
    changes: [{marginals: false}],
  },
  {
    layer: 'BirkhoffLayer',
    args: {},
    inputs: noise([2, 3, 3]),
    changes: [{strength: 0.5}, {regularization: 'euclidean'}],
  },
  ...['RidgeLayer', 'SVMLayer'].map((layer): Scene => ({
    layer,
    args: {},
    inputs: () => [...noise([2, 3, 2])(), oneHot(), ...noise([2, 4, 2])()],
    changes: [{l2: 0.5}, {learnL2: false}, {query: false}],
  })),
  {
    layer: 'SVMLayer',
    args: {query: false, onFailure: 'throw'},
    // The kernel matrix of the second is infinite in f32.
    inputs: () => [tf.mul(noise([2, 3, 2])()[0], tf.tensor3d([1, 1e25], [2, 1, 1])), oneHot()],
    changes: LENIENT,
  },
  {
    layer: 'LassoLayer',
    args: {units: 4, seed: 1, l1: 0.05},
    inputs: noise([3, 3]),
    changes: [
      {units: 3},
      {l1: 0.2},
      {l2: 0.5},
      {nonNegative: true},
      {seed: 2},
      {tolerance: 1000},
      {maxIterations: 1},
      {linsolve: rough()},
      {warmStart: true},
    ],
  },
  {
    layer: 'LassoLayer',
    args: {units: 4, seed: 1, l1: 0.05, maxIterations: 1, onFailure: 'throw'},
    inputs: noise([3, 3]),
    changes: LENIENT,
  },
  ...['leastNorm', 'oneSided', 'smooth'].map((degenerate): Scene => ({
    layer: 'LassoLayer',
    args: {units: 2, l1: 1, degenerate},
    inputs: only([[1, 3], [-2, -1]]), // prettier-ignore
    weights: {dictionary: EYE},
    changes: [
        ...['leastNorm', 'oneSided', 'smooth'].filter((other) => other !== degenerate).map((other) => ({degenerate: other})),
        ...(degenerate === 'smooth' ? [{smoothing: 0.5}] : []),
      ], // prettier-ignore
  })),
  {
    layer: 'FixedPointLayer',
    args: {cell: {className: 'TestAffineCell', config: {size: 0.1}}, stateShape: [2], tolerance: 1e-3},
    inputs: noise([3, 2]),
    changes: [
      {cell: {className: 'TestAffineCell', config: {size: 0.15}}},
      {stateShape: [3]},
      {solver: 'iteration'},
      {historySize: 1},
      {tolerance: 0.5},
      {maxIterations: 1},
      {linsolve: rough()},
      {warmStart: true},
    ],
  },
  {
    layer: 'FixedPointLayer',
    args: {
      cell: {className: 'TestAffineCell', config: {size: 0.1}},
      stateShape: [4],
      maxIterations: 2,
      onFailure: 'throw',
    },
    inputs: noise([3, 2]),
    changes: LENIENT,
  },
  ...QP_SCENES('QPLayer'),
  ...QP_SCENES('OptNetQP'),
  ...withoutQ(QP_SCENES('LinearProgramLayer')),
  {layer: 'QPLayer', args: LEARNED, inputs: noise([2, 3]), changes: [{epsilon: 0.5}]},
  {layer: 'OptNetQP', args: LEARNED, inputs: noise([2, 3]), changes: [{epsilon: 0.5}]},
  {layer: 'LinearProgramLayer', args: LEARNED, inputs: noise([2, 3]), changes: [{strength: 0.5}]},
  {
    layer: 'ConvexLayer',
    args: {problem: nearestPoint(), inputs: ['b'], outputs: ['x'], seed: 1},
    inputs: noise([3, 2]),
    changes: [
      {problem: nearestPoint(0.01)},
      {outputs: ['total']},
      {duals: ['limit']},
      {constants: {w: [2, -3]}},
      {seed: 2},
    ],
  },
  {
    layer: 'ConvexLayer',
    args: {problem: skewed(), inputs: ['w', 'b'], onFailure: 'ignore'},
    inputs: () => [tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 3]])],
    changes: [{inputs: ['b', 'w']}, {maxIterations: 1}],
  },
  {
    layer: 'ConvexLayer',
    args: {problem: contradictory(), inputs: ['b'], onFailure: 'throw'},
    inputs: noise([2, 2]),
    changes: LENIENT,
  },
  {
    layer: 'ConicLayer',
    args: {cones: {nonNegative: 1, secondOrder: [3]}, seed: 1, onFailure: 'ignore'},
    inputs: noise([2, 2]),
    weights: {E: [[1, 0], [0, 0], [-1, 0], [0, -1]]}, // prettier-ignore
    changes: [
      {cones: {secondOrder: [4]}},
      {constants: {d: [0.1, 1, 0, 0]}},
      {maxIterations: 3},
      {linsolve: rough()},
    ],
  },
  {
    layer: 'ConicLayer',
    args: {cones: {nonNegative: 3}, units: 2, inputs: ['d'], seed: 1, onFailure: 'ignore'},
    inputs: () => [tf.ones([2, 3])],
    changes: [{units: 3}, {inputs: ['c'], units: 3}, {seed: 2}],
  },
  {
    layer: 'ConicLayer',
    args: {cones: {secondOrder: [3]}, maxIterations: 1, onFailure: 'throw', constants: BALL}, // prettier-ignore
    inputs: noise([2, 2]),
    changes: LENIENT,
  },
];

/** Without the name of the layer, and the number that makes it unique. */
const nameOf = ({originalName}: {originalName: string}) =>
  originalName.replace(/^.*\//, '').replace(/_\d+$/, '');

/** The class's own way from a config, as tfjs takes it. */
function copyOf(layer: SolverLayer): SolverLayer {
  const Class = layer.constructor as unknown as {
    fromConfig(cls: unknown, config: tf.serialization.ConfigDict): SolverLayer;
  };
  return Class.fromConfig(Class, layer.getConfig());
}

/** All that can be seen of a layer in three calls, two of them with gradients, and what it throws; apart from that what it prints, once a process. */
async function seen(
  layer: SolverLayer,
  {inputs, weights = {}}: Scene,
  like?: tf.Tensor[],
): Promise<{notes: unknown[]; printed: string[]}> {
  const notes: unknown[] = [];
  const printed: string[] = [];
  const {warn} = console;
  console.warn = (text: string) => void printed.push(text);
  const given = tf.tidy(inputs);
  const run = (...list: tf.Tensor[]) => layer.apply(list.length === 1 ? list[0] : list) as tf.Tensor;
  const record = (list: tf.Tensor[]) =>
    notes.push(list.map((tensor) => [tensor.shape, Array.from(tensor.dataSync())]));
  try {
    tf.tidy(() => {
      run(...given);
      const start = layer.getWeights().map((weight, i) => {
        const name = nameOf(layer.weights[i]);
        return name in weights ? tf.tensor(weights[name]) : weight;
      });
      layer.setWeights(like ?? start);
      notes.push(
        layer.weights.map(({originalName, shape, trainable}) => [
          originalName.split('/').at(-1),
          shape,
          trainable,
        ]),
      );
      record(layer.getWeights());
    });
    const loss = (...list: tf.Tensor[]) => {
      const y = run(...list);
      return tf.sum(tf.mul(y, tf.reshape(tf.range(1, y.size + 1), y.shape))) as tf.Scalar;
    };
    tf.tidy(() => record([run(...given)]));
    notes.push(await layer.diagnostics());
    tf.tidy(() => record(tf.grads(loss)(given)));
    notes.push(await layer.diagnostics());
    if (layer.trainableWeights.length === 0) return {notes, printed};
    tf.tidy(() => record(Object.values(tf.variableGrads(() => loss(...given)).grads)));
  } catch (error) {
    notes.push((error as Error).message.replaceAll(layer.name, ''));
  } finally {
    console.warn = warn;
    tf.dispose(given);
  }
  return {notes, printed};
}

/** Solvers and the penalty in the loss of `fit` have tests of their own. Where the host solves a conic program, its answer is better than any tolerance asks for. */
const UNSEEN = ['solver', 'tolerance', 'weightNames', 'jacobianPenalty', 'seed'];
/** These change nothing but what is told on the way. */
const TOLD = ['solver', 'onIteration', 'verbose'];

let count = 0;
const make = (name: string, args: Args) => new CLASSES[name]({...args, name: `seen_${count++}_`});

describe('an argument of a layer', () => {
  before(async () => {
    await tf.setBackend('cpu');
    // tfjs greets with its first tensor.
    tf.dispose(tf.zeros([1]));
  });

  it('stands in the scenes below, each of each layer', () => {
    for (const [layer, {args, except = []}] of Object.entries(ARGUMENTS)) {
      // The suite of SpectralDense, which solves nothing, shows its arguments.
      if (!(CLASSES[layer].prototype instanceof SolverLayer)) continue;
      const shown = SCENES.filter((scene) => scene.layer === layer).flatMap(({changes}) =>
        changes.flatMap(Object.keys),
      );
      assert.includeMembers(
        [...shown, ...UNSEEN.filter((name) => name !== 'tolerance' || layer.startsWith('Con'))],
        [...Object.keys(args), ...except.filter((name) => !TOLD.includes(name))],
        layer,
      );
    }
  });

  for (const scene of SCENES) {
    const {layer: name, args, changes} = scene;
    it(`${name} with ${Object.keys(args).join(', ')}: ${changes.map((change) => JSON.stringify(change)).join(' ')}`, () =>
      expectNoLeak(async () => {
        const trace = async (given: Args, copied: boolean) => {
          const layer = make(name, given);
          const {notes, printed} = await seen(layer, scene);
          let again = notes;
          if (copied && layer.built) {
            const copy = copyOf(layer);
            const like = layer.getWeights().map((weight) => tf.clone(weight));
            (copy as {name: string}).name += count++;
            again = (await seen(copy, scene, like)).notes;
            tf.dispose(like);
            copy.dispose();
          }
          if (layer.built) layer.dispose();
          assert.deepEqual(again, notes, `${name} from its config`);
          if (given.onFailure === 'ignore') assert.isEmpty(printed);
          return notes;
        };
        const before = await trace(args, false);
        for (const change of changes) {
          const after = await trace({...args, ...change}, true);
          assert.notDeepEqual(after, before, JSON.stringify(change));
          // Another linear solver is no mistake.
          if ('linsolve' in change) assert.isNotString(after.at(-1));
        }
      }));
  }
});
