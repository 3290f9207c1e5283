/** @file A layer of one's own on `SolverLayer`: it trains, is saved, reports and describes itself. */
import * as tf from '@tensorflow/tfjs-core';
import {
  initializers,
  layers as keras,
  loadLayersModel,
  sequential,
  type Shape,
} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {SolverLayer, solvers} from '../../src/index.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {describeOnCpu} from './on-cpu.js';

/** z + w tanh z = x. */
class Damped extends SolverLayer {
  static readonly className = 'TestDamped';
  protected override readonly inputNames = ['x'];
  private w!: ReturnType<SolverLayer['addWeight']>;

  constructor(args: {name?: string} = {}) {
    super('TestDamped', args, []);
  }

  override build(shape: Shape | Shape[]): void {
    this.w = this.addWeight('w', [1], 'float32', initializers.ones());
    super.build(shape);
  }

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    return shape as Shape;
  }

  protected override solve([given]: tf.Tensor[]): tf.Tensor {
    const fun = (z: tf.Tensor, x: tf.Tensor, w: tf.Tensor) => tf.add(tf.sub(z, x), tf.mul(w, tf.tanh(z)));
    const newton = new solvers.NewtonRoot({fun}, {onGradient: this.rememberGradient});
    const {x, state} = newton.run(tf.zerosLike(given), given, this.w.read());
    this.remember(state);
    return x as tf.Tensor;
  }
}
tf.serialization.registerClass(Damped);

describeOnCpu('a layer of one’s own', () => {
  it('trains, comes back from a file, reports and describes itself', () =>
    expectNoLeak(async () => {
      const layer = new Damped({name: 'damped'});
      const net = sequential({layers: [keras.inputLayer({inputShape: [2]}), layer]});
      net.compile({optimizer: tf.train.adam(0.1), loss: 'meanSquaredError'});
      const x = tf.randomNormal([16, 2], 0, 1, 'float32', 3);
      const y = tf.tidy(() => tf.mul(0.25, x));
      const {history} = await net.fit(x, y, {epochs: 20, verbose: 0});
      assert.isBelow(history.loss.at(-1) as number, 0.3 * (history.loss[0] as number));
      const {status, gradient} = await layer.diagnostics();
      assert.deepEqual([status, gradient!.status], [Array(16).fill(0), Array(16).fill(0)]);
      assert.equal(layer.describe(), "TestDamped 'damped': of x\n  fed       x [B, 2]\n  learned   w [1]");
      let saved!: tf.io.ModelArtifacts;
      await net.save(
        tf.io.withSaveHandler((artifacts) => {
          saved = artifacts;
          return Promise.resolve({modelArtifactsInfo: {dateSaved: new Date(0), modelTopologyType: 'JSON'}});
        }),
      );
      const again = await loadLayersModel(tf.io.fromMemory(saved));
      tf.tidy(() => expectClose(again.predict(x) as tf.Tensor, net.predict(x) as tf.Tensor));
      net.optimizer.dispose();
      [net, again].forEach((each) => each.dispose());
      tf.dispose([x, y]);
    }));
});
