/** @file What layers make of constants, warm starts, cells and reports, and the weights that each has. */
import * as tf from '@tensorflow/tfjs-core';
import {
  initializers,
  input,
  layers as keras,
  model,
  regularizers,
  sequential,
  type Shape,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {ConicLayer, FixedPointLayer, layers, OptNetQP, QPLayer, solvers} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {CLASSES, type Args} from './arguments.js';
import {TanhCell} from './models.js';

const run = (layer: SolverLayer, ...list: tf.Tensor[]) =>
  layer.apply(list.length === 1 ? list[0] : list) as tf.Tensor;
const EYE = [[1, 0], [0, 1]]; // prettier-ignore

function describeOnCpu(title: string, suite: () => void): void {
  describe(title, () => {
    before(async () => {
      await tf.setBackend('cpu');
      // tfjs greets with its first tensor.
      tf.dispose(tf.zeros([1]));
    });
    suite();
  });
}

/** What `f` prints with console.warn. */
function warningsOf(f: () => unknown): string {
  const printed: string[] = [];
  const {warn} = console;
  console.warn = (text: string) => void printed.push(text);
  try {
    f();
  } finally {
    console.warn = warn;
  }
  return printed.join('\n');
}

/** The shapes of the inputs, and each weight: name, shape, whether it is trained. */
const WEIGHTS: [string, Args, number[][], [string, number[], boolean][]][] = [
  ['QPLayer', {}, [[3]], [['L', [3, 3], true], ['G', [3, 3], true], ['h', [3], true]]],
  ['QPLayer', {inequalities: 0, equalities: 2}, [[3]], [['L', [3, 3], true], ['A', [2, 3], true], ['b', [2], true]]],
  ['QPLayer', {units: 2, inequalities: 1}, [[3]], [['kernel', [3, 2], true], ['L', [2, 2], true], ['G', [1, 2], true], ['h', [1], true]]],
  ['QPLayer', {inputs: ['Q', 'A', 'b'], inequalities: 0}, [[2, 2], [1, 2], [1]], [['p', [2], true]]],
  ['QPLayer', {constants: {Q: EYE, G: EYE}}, [[2]], [['h', [2], true], ['Q', [2, 2], false], ['G', [2, 2], false]]],
  ['OptNetQP', {}, [[3]], [['L', [3, 3], true], ['G', [3, 3], true], ['z0', [3], true], ['s0', [3], true]]],
  ['OptNetQP', {inequalities: 0, equalities: 2}, [[3]], [['L', [3, 3], true], ['A', [2, 3], true], ['z0', [3], true]]],
  ['OptNetQP', {inequalities: 1, equalities: 1}, [[3]], [['L', [3, 3], true], ['G', [1, 3], true], ['z0', [3], true], ['s0', [1], true], ['A', [1, 3], true]]],
  ['OptNetQP', {constants: {Q: EYE, G: EYE, h: [1, 1]}}, [[2]], [['Q', [2, 2], false], ['G', [2, 2], false], ['h', [2], false]]],
  ['LinearProgramLayer', {inequalities: 1, equalities: 1}, [[3]], [['G', [1, 3], true], ['h', [1], true], ['A', [1, 3], true], ['b', [1], true]]],
  ['LinearProgramLayer', {constants: {G: EYE}}, [[2]], [['h', [2], true], ['G', [2, 2], false]]],
  ['ConicLayer', {cones: {nonNegative: 2}}, [[3]], [['E', [2, 3], true], ['d', [2], true]]],
  ['ConicLayer', {cones: {nonNegative: 2}, constants: {d: [1, 2]}}, [[3]], [['E', [2, 3], true], ['d', [2], false]]],
  ['ConicLayer', {cones: {nonNegative: 2}, inputs: ['E']}, [[2, 3]], [['c', [3], true], ['d', [2], true]]],
  ['LassoLayer', {units: 4}, [[3]], [['dictionary', [3, 4], true]]],
  ['RidgeLayer', {}, [[4, 3], [4, 2], [5, 3]], [['logL2', [1], true]]],
  ['SVMLayer', {query: false}, [[4, 3], [4, 2]], [['logL2', [1], true]]],
  ['RidgeLayer', {learnL2: false}, [[4, 3], [4, 2], [5, 3]], []],
  ['TopK', {k: 1}, [[3]], []],
]; // prettier-ignore

describeOnCpu('the weights of a layer', () => {
  for (const [name, args, shapes, expected] of WEIGHTS) {
    it(`${name} with ${JSON.stringify(args)}: ${expected.map(([weight]) => weight).join(', ') || 'none'}`, () =>
      expectNoLeak(() => {
        const layer = new CLASSES[name](args);
        layer.build(
          (shapes.length === 1 ? [null, ...shapes[0]] : shapes.map((shape) => [null, ...shape])) as Shape,
        );
        const own = ({originalName}: {originalName: string}) =>
          originalName.replace(/^.*\//, '').replace(/_\d+$/, '');
        const seen = [
          ...layer.trainableWeights.map((weight) => [own(weight), weight.shape, true]),
          ...layer.nonTrainableWeights.map((weight) => [own(weight), weight.shape, false]),
        ];
        assert.deepEqual(seen as unknown, expected);
        tf.dispose(layer.weights.map((weight) => weight.read()));
      }));
  }

  it('begin where the problem is easy: x = 0 feasible, Q and the slack one, λ its own', () =>
    tf.tidy(() => {
      const values = (layer: SolverLayer, at: number[]) => {
        run(layer, tf.zeros(at));
        return Object.fromEntries(
          layer.weights.map(({originalName}, i) => [
            originalName.replace(/^.*\//, '').replace(/_\d+$/, ''),
            Array.from(layer.getWeights()[i].dataSync()),
          ]),
        );
      };
      const qp = values(new QPLayer({equalities: 1}), [1, 2]);
      assert.deepEqual([qp.L, qp.h, qp.b], [[1, 0, 0, 1], [1, 1], [0]]);
      const fed = new QPLayer({inputs: ['h'], units: 2, inequalities: 2});
      assert.deepEqual(values(fed, [1, 2]).p, [0, 0]);
      const opt = values(new OptNetQP(), [1, 2]);
      assert.deepEqual(opt.z0, [1, 1]);
      expectClose(tf.softplus(tf.tensor1d(opt.s0)), [1, 1], 1e-6);
      const ridge = new CLASSES.RidgeLayer({l2: 0.25});
      run(ridge, tf.ones([1, 2, 2]), tf.ones([1, 2, 1]), tf.ones([1, 1, 2]));
      expectClose(ridge.getWeights()[0], [Math.log(0.25)], 1e-6);
    }));

  it('at random come from the seed, and G is not A', () =>
    tf.tidy(() => {
      const drawn = (seed: number) => {
        const layer = new QPLayer({seed, units: 3, inequalities: 1, equalities: 1});
        run(layer, tf.zeros([1, 3]));
        return layer.getWeights().map((weight) => Array.from(weight.dataSync()));
      };
      const [one, two] = [drawn(5), drawn(6)];
      assert.deepEqual(drawn(5), one);
      const [G, A] = [1, 3].map((i) => one[i]);
      assert.notDeepEqual(G, A);
      assert.notDeepEqual(G, two[1]);
      assert.notDeepEqual(A, two[3]);
      const kernel = (seed: number) => {
        const layer = new QPLayer({seed, units: 2});
        run(layer, tf.zeros([1, 3]));
        return Array.from(layer.getWeights()[0].dataSync());
      };
      assert.deepEqual(kernel(5), kernel(5));
      assert.notDeepEqual(kernel(5), kernel(6));
    }));
});

describeOnCpu('constants of a layer', () => {
  it('are the same as tensors, typed arrays or lists, and the tensors stay the caller’s', () =>
    expectNoLeak(() => {
      const h = tf.tensor1d([0.1, 2]);
      const config = (constants: Args) => JSON.stringify(new QPLayer({constants, name: 'x'}).getConfig());
      const listed = config({h: Array.from(h.dataSync())});
      assert.equal(config({h}), listed);
      assert.equal(config({h: new Float32Array([0.1, 2])}), listed);
      // As f32 holds them: a copy computes with the same numbers.
      assert.equal(config({h: [0.1, 2]}), listed);
      assert.equal(config({h: [0.1, 2], G: undefined, A: null}), listed);
      assert.isFalse(h.isDisposed);
      h.dispose();
    }));

  it('are refused where they are no record, no tensor, unknown, or both fed and constant', () =>
    expectNoLeak(() => {
      const said = (args: Args) => messageOf(() => new QPLayer(args));
      assert.match(said({constants: 3}), /QPLayer: constants must be a record of tensors; got 3/);
      assert.match(said({constants: {h: {}}}), /the constant h is not a tensor: /);
      assert.match(said({constants: {r: [1]}}), /constants must be one of Q, p, G, h, A, b; got "r"/);
      assert.match(said({constants: [null]}), /constants must be one of .*; got undefined/);
      assert.match(
        said({constants: [{symbol: 'h'}]}),
        /constant h must be a vector .*got shape \[undefined\]/,
      );
      assert.match(said({constants: [{symbol: 'h', shape: [1], values: 1}]}), /constant h must be a vector/);
      assert.match(said({constants: [{symbol: 'h', shape: 1, values: [1]}]}), /constant h must be a vector/);
      assert.match(
        said({constants: {G: [1]}}),
        /constant G must be a matrix of finite numbers.*got shape \[1\]/,
      );
      assert.match(said({inputs: []}), /inputs must be a list of at least one of Q, p, G, h, A, b/);
      assert.match(said({inputs: 'p'}), /inputs must be a list/);
      assert.match(
        messageOf(() => new ConicLayer({cones: {nonNegative: 1}, constants: {c: [1]}})),
        /c is both an input and a constant/,
      );
    }));

  it('of ConicLayer: rows of d with Infinity do not exist, and are saved', () =>
    tf.tidy(() => {
      const E = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 0]]; // prettier-ignore
      const c = tf.tensor2d([[-1, 2]]);
      for (const d of [[1, 1, 1, 1, Infinity], tf.tensor1d([1, 1, 1, 1, Infinity])]) {
        const layer = new ConicLayer({cones: {nonNegative: 5}, constants: {E, d}});
        const file = JSON.stringify(layer.getConfig());
        const copy = new ConicLayer(JSON.parse(file) as ConstructorParameters<typeof ConicLayer>[0]);
        for (const each of [layer, copy]) {
          expectClose(run(each, c), [1, -1], 1e-5);
          each.dispose();
        }
      }
      for (const cones of [null, undefined, 3, {nonNegative: 0}]) {
        assert.match(
          messageOf(() => new ConicLayer({cones} as never)),
          /cones must contain at least one cone/,
        );
      }
      assert.match(
        messageOf(() => new ConicLayer(undefined as never)),
        /cones must contain at least one cone/,
      );
    }));
});

describeOnCpu('a warm start', () => {
  const iterations = async (layer: SolverLayer, x: tf.Tensor) => {
    tf.tidy(() => void run(layer, x));
    return (await layer.diagnostics()).iterations;
  };
  const made: Record<string, (warmStart: boolean) => SolverLayer> = {
    qp: (warmStart) => layers.qp({warmStart, seed: 1, inequalities: 6}),
    lasso: (warmStart) => layers.lasso({warmStart, units: 12, seed: 1, l1: 0.05}),
    fixedPoint: (warmStart) => layers.fixedPoint({warmStart, cell: new TanhCell(), stateShape: [4]}),
  };
  for (const [name, make] of Object.entries(made)) {
    it(`${name}: pays where the same batch comes again, not for one of another size, and is let go`, () =>
      expectNoLeak(async () => {
        const x = tf.randomNormal([3, 3], 0, 1, 'float32', 1);
        const two = tf.tidy(() => tf.slice(x, 0, 2));
        const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
        const [warm, cold] = [make(true), make(false)];
        const first = await iterations(warm, x);
        assert.deepEqual(await iterations(cold, x), first);
        assert.deepEqual(await iterations(cold, x), first);
        assert.isBelow(sum(await iterations(warm, x)), sum(first));
        assert.deepEqual(await iterations(warm, two), first.slice(0, 2));
        warm.dispose();
        cold.dispose();
        tf.dispose([x, two]);
      }));
  }
});

describeOnCpu('diagnostics', () => {
  it('are there after a call, a row a sample, and with the gradient after that', () =>
    expectNoLeak(async () => {
      const layer = layers.qp({constants: {Q: EYE, G: EYE, h: [1, 2]}, name: 'reported'});
      const error = await layer.diagnostics().catch((thrown: Error) => thrown.message);
      assert.match(error as string, /reported has not been called yet/);
      const p = tf.tensor2d([[-1, 0], [3, -2], [0, 0]]); // prettier-ignore
      tf.tidy(() => void run(layer, p));
      const {status, iterations, residual, weaklyActive, gradient} = await layer.diagnostics();
      assert.deepEqual(status, [0, 0, 0]);
      assert.deepEqual(weaklyActive, [[true, false], [false, true], [false, false]]); // prettier-ignore
      assert.isNull(gradient);
      for (const list of [iterations, residual]) assert.lengthOf(list, 3);
      const slope = () => tf.tidy(() => void tf.grad((at: tf.Tensor) => tf.sum(run(layer, at)))(p));
      slope();
      assert.deepEqual((await layer.diagnostics()).gradient!.status, [0, 0, 0]);
      assert.lengthOf((await layer.diagnostics()).gradient!.residual, 3);
      // Another call is another report.
      const smooth = tf.tensor2d([[5, 5]]);
      tf.tidy(() => void run(layer, smooth));
      const next = await layer.diagnostics();
      assert.deepEqual([next.status, next.weaklyActive, next.gradient], [[0], [[false, false]], null]);
      const none = tf.zeros([0, 2]);
      tf.tidy(() => void run(layer, none));
      const empty = await layer.diagnostics();
      assert.deepEqual(empty, {status: [], iterations: [], residual: [], weaklyActive: [], gradient: null});
      layer.dispose();
      assert.match(
        (await layer.diagnostics().catch((thrown: Error) => thrown.message)) as string,
        /not been called/,
      );
      tf.dispose([p, smooth, none]);
    }));

  it('of a lasso: codes at their kink, of either sign, or of one where they cannot be negative', async () => {
    const x = tf.tensor2d([[1, 3], [-1, 0.5], [-3, -1]]); // prettier-ignore
    for (const [nonNegative, expected] of [
      [
        false,
        [
          [true, false],
          [true, false],
          [false, true],
        ],
      ],
      [
        true,
        [
          [true, false],
          [false, false],
          [false, false],
        ],
      ],
    ] as const) {
      const layer = layers.lasso({units: 2, l1: 1, nonNegative});
      tf.tidy(() => {
        run(layer, x);
        layer.setWeights([tf.tensor2d(EYE)]);
        run(layer, x);
      });
      assert.deepEqual((await layer.diagnostics()).weaklyActive, expected as unknown as boolean[][]);
      layer.dispose();
    }
    x.dispose();
  });

  it('of sparsemax: entries at the threshold, beside large ones and masks too', async () => {
    const layer = layers.sparsemax();
    const x = tf.tensor2d([[1, 0, -9], [1001, 1000, 5], [0.5, 0.5, -0.25], [1, 0, -Infinity]]); // prettier-ignore
    tf.tidy(() => void run(layer, x));
    const expected = [[false, true, false], [false, true, false], [false, false, false], [false, true, false]]; // prettier-ignore
    assert.deepEqual((await layer.diagnostics()).weaklyActive, expected);
    const masked = tf.fill([1, 3], -Infinity);
    warningsOf(() => tf.tidy(() => void run(layer, masked)));
    assert.deepEqual((await layer.diagnostics()).weaklyActive, [[false, false, false]]);
    tf.dispose([x, masked]);
    layer.dispose();
  });
});

describeOnCpu('a message of a layer names the way out', () => {
  const said = (layer: SolverLayer, ...list: tf.Tensor[]) =>
    warningsOf(() => tf.tidy(() => void run(layer, ...list)));
  it('of each failure', () =>
    tf.tidy(() => {
      const masked = tf.tensor2d([[1, -Infinity, -Infinity], [1, 2, 3]]); // prettier-ignore
      assert.match(
        said(layers.topK({k: 2, name: 'few'}), masked),
        /'few': 1 of 2 .*sample 0 cannot be projected.*fewer entries.*Its output and gradient are zero/,
      );
      const sums = [tf.zeros([1, 2, 2]), tf.tensor2d([[1, 1]]), tf.tensor2d([[0.25, 0.25]])];
      assert.match(
        said(layers.transport({marginals: true, name: 'sums'}), ...sums),
        /'sums': .*sums that differ/,
      );
      const c = tf.tensor2d([[1, 0], [0, 0]]); // prettier-ignore
      const line = {cones: {nonNegative: 1}, constants: {E: [[1, 0]], d: [1]}};
      assert.match(
        said(layers.conic({...line, name: 'open'}), c),
        /'open': 1 of 2 .*is unbounded: .*\(add bounds on z.*z = 0 and a zero gradient/,
      );
      const contradiction = {
        cones: {nonNegative: 2},
        constants: {
          E: [
            [1, 0],
            [-1, 0],
          ],
          d: [-1, -1],
        },
      };
      assert.match(
        said(layers.conic({...contradiction, name: 'shut'}), c),
        /'shut': 2 of 2 .*is infeasible: no point .*\(relax d/,
      );
      const few = {
        ...line,
        constants: {
          E: [
            [1, 0],
            [-1, 0],
            [0, 1],
            [0, -1],
          ],
          d: [1, 1, 1, 1],
        },
        cones: {nonNegative: 4},
      };
      assert.match(
        said(layers.conic({...few, maxIterations: 1, name: 'short'}), tf.ones([1, 2])),
        /'short': .*iteration limit \(raise maxIterations/,
      );
      const lasso = layers.lasso({units: 3, maxIterations: 1, l1: 0.01, seed: 1, name: 'brief'});
      assert.match(
        said(lasso, tf.ones([1, 3])),
        /'brief': .*iteration limit.*inexact.*If nothing finite was found/,
      );
    }));
});

describeOnCpu('a cell', () => {
  class Doubled extends keras.Layer {
    static readonly className = 'TestListCell';
    override computeOutputShape(shape: Shape | Shape[]): Shape {
      return (shape as Shape[])[0];
    }
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
      const [z, x] = inputs as tf.Tensor[];
      return [tf.tidy(() => tf.add(tf.mul(0.5, z), x))];
    }
  }

  it('may give a list, and sees each sample of its input', () =>
    tf.tidy(() => {
      const layer = layers.fixedPoint({cell: new Doubled({})});
      expectClose(run(layer, tf.tensor2d([[1, 2], [3, 4]])), [2, 4, 6, 8], 1e-5); // prettier-ignore
      layer.dispose();
    }));

  const modelCell = (middle: (x: SymbolicTensor) => SymbolicTensor, size = 3) => {
    const [z, x] = [0, 1].map(() => input({shape: [size]}));
    const small = keras.dense({units: size, kernelInitializer: initializers.randomUniform({minval: -0.2, maxval: 0.2, seed: 1}), kernelRegularizer: regularizers.l2({l2: 1})}); // prettier-ignore
    const sum = keras.add().apply([small.apply(z) as SymbolicTensor, x]) as SymbolicTensor;
    return model({inputs: [z, x], outputs: middle(sum)});
  };

  it('keeps its regulariser in the loss, and its frozen weights frozen', () =>
    tf.tidy(() => {
      const cell = modelCell((sum) => sum);
      cell.layers[2].trainable = true;
      const layer = layers.fixedPoint({cell});
      run(layer, tf.ones([1, 3]));
      const losses = layer.calculateLosses();
      assert.lengthOf(losses, 1);
      const kernel = layer.getWeights().find(({shape}) => shape.length === 2)!;
      expectClose(losses[0], tf.sum(tf.square(kernel)), 1e-6);
      assert.deepEqual(layer.trainableWeights, cell.trainableWeights);
      layer.dispose();
    }));

  it('draws its dropout in training alone, freezes it in models within models, and has its seeds back', () =>
    tf.tidy(() => {
      const dropout = keras.dropout({rate: 0.5, seed: 77}) as unknown as {
        seed: number | undefined;
      } & keras.Layer;
      const inner = sequential({layers: [keras.inputLayer({inputShape: [3]}), dropout]});
      const layer = layers.fixedPoint({cell: modelCell((sum) => inner.apply(sum) as SymbolicTensor)});
      const x = tf.ones([4, 3]);
      const values = (training?: boolean) =>
        Array.from((layer.apply(x, training === undefined ? undefined : {training}) as tf.Tensor).dataSync());
      const still = values();
      assert.deepEqual(values(), still);
      assert.deepEqual(values(false), still);
      const [one, two] = [values(true), values(true)];
      assert.notDeepEqual(one, two);
      assert.include(one, 0);
      assert.notInclude(still, 0);
      assert.equal(dropout.seed, 77);
      layer.dispose();
    }));

  it('with noise that cannot be frozen is refused, in models within models too', () => {
    const noises = [
      keras.gaussianNoise({stddev: 1}),
      keras.gaussianDropout({rate: 0.5}),
      keras.alphaDropout({rate: 0.5}),
    ];
    for (const noise of noises) {
      const inner = sequential({layers: [keras.inputLayer({inputShape: [3]}), noise]});
      const layer = layers.fixedPoint({cell: modelCell((sum) => inner.apply(sum) as SymbolicTensor)});
      assert.match(
        messageOf(() => layer.build([null, 3])),
        new RegExp(`contains ${noise.getClassName()} \\('${noise.name}'\\)`),
      );
    }
  });

  it('is built once, serves one layer, and that one twice', () => {
    const cell = new TanhCell();
    const layer = new FixedPointLayer({cell, stateShape: [4], name: 'owner'});
    layer.build([null, 3]);
    layer.build([null, 3]);
    assert.lengthOf(cell.weights, 2);
    const other = new FixedPointLayer({cell, stateShape: [4]});
    assert.match(
      messageOf(() => other.build([null, 3])),
      /is already used by the layer 'owner'/,
    );
    tf.dispose(cell.weights.map((weight) => weight.read()));
  });

  it('cannot have two weights of one name, which a file could not tell apart', () => {
    class Twins extends TanhCell {
      override build(shape: Shape | Shape[]): void {
        super.build(shape);
        this.trainableWeights = [...this.trainableWeights, this.trainableWeights[0]];
      }
    }
    const layer = new FixedPointLayer({cell: new Twins(), stateShape: [4]});
    assert.match(
      messageOf(() => layer.build([null, 3])),
      /two weights of the cell are named '.*w.*'.*Give the inner layers names/,
    );
  });

  it('comes from a config of a registered layer alone', () => {
    const said = (cell: unknown) => messageOf(() => new FixedPointLayer({cell} as never));
    assert.match(
      said({className: 'Nowhere', config: {}}),
      /\{className, config\} of a registered one; got "Nowhere"/,
    );
    assert.match(said({className: 'toString', config: {}}), /of a registered one; got "toString"/);
    assert.match(said({className: 'Zeros', config: {}}), /of a registered one; got "Zeros"/);
    for (const config of [null, 3, undefined])
      assert.match(said({className: 'Dense', config}), /of a registered one; got "Dense"/);
    assert.match(said(3), /of a registered one; got 3/);
    for (const stateShape of [[], 3, 'x']) {
      const message = messageOf(() => new FixedPointLayer({cell: new TanhCell(), stateShape} as never));
      assert.match(message, /stateShape must be a list of at least one size; got /);
    }
    const zero = messageOf(() => new FixedPointLayer({cell: new TanhCell(), stateShape: [2, 0]}));
    assert.match(zero, /stateShape\[1\] must be an integer, at least 1/);
  });

  it('has the state of the first input of a model, or of the input', () => {
    const [z, x] = [input({shape: [2]}), input({shape: [5]})];
    const joined = keras.concatenate().apply([z, x]);
    const cell = model({inputs: [z, x], outputs: keras.dense({units: 2}).apply(joined) as SymbolicTensor});
    assert.deepEqual(layers.fixedPoint({cell}).computeOutputShape([null, 5]), [null, 2]);
    assert.deepEqual(layers.fixedPoint({cell: new Doubled({})}).computeOutputShape([null, 5, 3]), [
      null,
      5,
      3,
    ]);
    assert.deepEqual(layers.fixedPoint({cell, stateShape: [7]}).computeOutputShape([null, 5]), [null, 7]);
  });
});

describeOnCpu('a solver of one’s own', () => {
  it('finds the solution of a QP layer, and null is none', () =>
    tf.tidy(() => {
      let calls = 0;
      const osqp = new solvers.OSQP({tolerance: 1e-6});
      const solver = {run: (...args: Parameters<typeof osqp.run>) => (calls++, osqp.run(...args))};
      const args = {constants: {Q: EYE, G: EYE, h: [1, 2]}};
      const p = tf.tensor2d([[-3, 0.5]]);
      expectClose(run(new QPLayer({...args, solver: solver as never}), p), [1, -0.5], 1e-4);
      assert.equal(calls, 1);
      expectClose(run(new QPLayer({...args, solver: null as never}), p), [1, -0.5], 1e-6);
    }));
});
