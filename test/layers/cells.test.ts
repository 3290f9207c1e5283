/** @file Cells of a fixed-point layer: what they may be, and what is refused. */
import * as tf from '@tensorflow/tfjs-core';
import {
  layers as keras,
  initializers,
  input,
  model,
  regularizers,
  sequential,
  type Shape,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {FixedPointLayer, layers} from '../../src/index.js';
import {expectClose, messageOf} from '../helpers/expect.js';
import {TanhCell} from './models.js';
import {describeOnCpu, run} from './on-cpu.js';

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
      const ids = (weights: typeof cell.weights) => weights.map(({id}) => id);
      assert.deepEqual(ids(layer.trainableWeights), ids(cell.trainableWeights));
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
