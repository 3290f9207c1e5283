/** @file Samples that fail in the layers with iterative solvers: zero themselves, invisible to the others, and reported. */
import * as tf from '@tensorflow/tfjs-core';
import {layers as keras, type Shape} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {FixedPointLayer, LassoLayer, linsolve, QPLayer, type LassoLayerArgs} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {TanhCell} from '../layers/models.js';

const GOOD = [
  [1, 2],
  [0.5, -1],
];

const LAYERS: [
  string,
  (args: Pick<LassoLayerArgs, 'onFailure' | 'maxIterations' | 'name'>) => SolverLayer,
][] = [
  ['FixedPointLayer', (args) => new FixedPointLayer({cell: new TanhCell(), stateShape: [3], ...args})],
  ['LassoLayer', (args) => new LassoLayer({units: 3, l1: 0.05, seed: 1, ...args})],
];

/** z ↦ w z² + x. */
class SquareCell extends keras.Layer {
  static readonly className = 'TestSquareCell';
  private w!: ReturnType<keras.Layer['addWeight']>;

  override build(shape: Shape | Shape[]): void {
    this.w = this.addWeight('w', [], 'float32', {apply: () => tf.scalar(1e20)} as never);
    super.build(shape);
  }

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    return (shape as Shape[])[0];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [z, x] = inputs as tf.Tensor[];
    return tf.tidy(() => tf.add(tf.mul(this.w.read(), tf.square(z)), x));
  }
}
tf.serialization.registerClass(SquareCell);

/** The layer's output, and the gradients of Σ output² in its input and its weights. */
function evaluate(layer: SolverLayer, rows: number[][]) {
  return tf.tidy(() => {
    const x = tf.tensor2d(rows);
    const output = layer.apply(x) as tf.Tensor;
    const loss = (value: tf.Tensor) => tf.sum(tf.square(layer.apply(value) as tf.Tensor)) as tf.Scalar;
    const {grads} = tf.variableGrads(() => loss(x));
    return {
      output: Array.from(output.dataSync()),
      input: Array.from(tf.grad(loss)(x).dataSync()),
      weights: Object.values(grads).map((gradient) => Array.from(gradient.dataSync())),
    };
  });
}

/** What `f` prints with console.warn. */
function warningsOf(f: () => unknown): string[] {
  const printed: string[] = [];
  const original = console.warn;
  console.warn = (text: string) => void printed.push(text);
  try {
    f();
  } finally {
    console.warn = original;
  }
  return printed;
}

describeBackends('a layer with a failing sample', (backend) => {
  for (const [name, make] of LAYERS) {
    for (const bad of [NaN, Infinity, -Infinity]) {
      it(`${name}: a row with ${bad} is zero with status 5, and does not reach the weights`, async () => {
        const layer = make({onFailure: 'ignore'});
        const spoiled = evaluate(layer, [GOOD[0], [bad, 1], GOOD[1]]);
        const {status, gradient} = await layer.diagnostics();
        assert.deepEqual(status, [0, 5, 0]);
        assert.deepEqual(gradient!.status, [0, 5, 0]);
        const clean = evaluate(layer, GOOD);
        expectClose(spoiled.output, [...clean.output.slice(0, 3), 0, 0, 0, ...clean.output.slice(3)], 1e-6);
        expectClose(spoiled.input, [...clean.input.slice(0, 2), 0, 0, ...clean.input.slice(2)], 1e-6);
        spoiled.weights.forEach((gradients, i) => expectClose(gradients, clean.weights[i], 1e-6));
        layer.dispose();
      });
    }

    it(`${name}: the report of the gradient comes with the backward pass`, async () => {
      const layer = make({});
      const x = tf.tensor2d(GOOD);
      tf.dispose(layer.apply(x) as tf.Tensor);
      assert.isNull((await layer.diagnostics()).gradient);
      evaluate(layer, GOOD);
      const {gradient} = await layer.diagnostics();
      assert.deepEqual(gradient!.status, [0, 0]);
      // The dictionary is random, and the residual is taken in f32: up to the condition number times 1e-7.
      for (const residual of gradient!.residual) assert.isBelow(residual, 1e-3);
      x.dispose();
      layer.dispose();
    });

    it(`${name}: an unconverged solve taints the gradient with status 3`, async () => {
      const layer = make({maxIterations: 1, onFailure: 'ignore'});
      const {output, input, weights} = evaluate(layer, GOOD);
      const {status, gradient} = await layer.diagnostics();
      assert.deepEqual(
        [status, gradient!.status],
        [
          [3, 3],
          [3, 3],
        ],
      );
      for (const values of [output, input, ...weights]) assert.isTrue(values.every(Number.isFinite));
      layer.dispose();
    });

    it(`${name}: 'warn' prints once, 'ignore' never, 'throw' throws and leaves nothing behind`, async () => {
      const apply = (onFailure: 'warn' | 'ignore' | 'throw', times = 1) => {
        const layer = make({onFailure, maxIterations: 1, name: `${name}_${onFailure}_${backend}`});
        const x = tf.tensor2d(GOOD);
        try {
          for (let i = 0; i < times; i++) tf.dispose(layer.apply(x) as tf.Tensor);
        } finally {
          x.dispose();
          layer.dispose();
        }
      };
      const printed = warningsOf(() => apply('warn', 3));
      assert.lengthOf(printed, 1);
      assert.match(printed[0], new RegExp(`${name}_warn.*2 of 2 problems.*iteration limit`));
      assert.lengthOf(
        warningsOf(() => apply('ignore', 3)),
        0,
      );
      await expectNoLeak(() =>
        assert.match(
          messageOf(() => apply('throw')),
          /_throw.*iteration limit/,
        ),
      );
    });
  }

  it('FixedPointLayer: a cell that runs off to infinity is status 4, zero, with finite gradients', async () => {
    for (const solver of ['anderson', 'iteration'] as const) {
      const layer = new FixedPointLayer({cell: new SquareCell(), onFailure: 'ignore', solver});
      const {output, input, weights} = evaluate(layer, [[0], [3], [0]]);
      assert.deepEqual((await layer.diagnostics()).status, [0, 4, 0], solver);
      assert.deepEqual((await layer.diagnostics()).gradient!.status, [0, 4, 0]);
      for (const values of [output, input, ...weights])
        expectClose(
          values,
          values.map(() => 0),
        );
      layer.dispose();
    }
  });

  it('FixedPointLayer: a gradient whose linear system was not solved has status 4, sample by sample', async () => {
    const layer = new FixedPointLayer({
      cell: new TanhCell(),
      stateShape: [3],
      linsolve: linsolve.bicgstab({maxIterations: 1, tolerance: 1e-6}),
      onFailure: 'ignore',
    });
    tf.tidy(() => {
      const loss = (x: tf.Tensor) =>
        tf.sum(tf.mul(tf.square(layer.apply(x) as tf.Tensor), tf.tensor2d([[1], [0]])));
      tf.grad(loss)(tf.tensor2d(GOOD));
    });
    const {status, gradient} = await layer.diagnostics();
    assert.deepEqual([status, gradient!.status], [[0, 0], [4, 0]]); // prettier-ignore
    assert.isAbove(gradient!.residual[0], 1e-6);
    layer.dispose();
  });

  it('QPLayer: an infeasible sample taints the gradient with status 1', async () => {
    const constants = {Q: [[1]], G: [[1], [-1]]};
    const layer = new QPLayer({inputs: ['p', 'h'], constants, onFailure: 'ignore'});
    tf.tidy(() => {
      const h = tf.tensor2d([
        [5, 5],
        [0, -1],
      ]);
      tf.grad((p: tf.Tensor) => tf.sum(layer.apply([p, h]) as tf.Tensor))(tf.ones([2, 1]));
    });
    const {status, gradient} = await layer.diagnostics();
    assert.deepEqual(
      [status, gradient!.status],
      [
        [0, 1],
        [0, 1],
      ],
    );
    assert.isBelow(gradient!.residual[0], 1e-6);
    layer.dispose();
  });
});
