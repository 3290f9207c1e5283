/** @file A layer of one's own on `SolverLayer`: a projection onto a ball, with a radius that is learned. */
import * as tf from '@tensorflow/tfjs';
import {projections, SolverLayer, Status, type LayerArgs} from '../../../src/index.js';

interface BallLayerArgs extends LayerArgs {
  radius?: number;
}

class BallLayer extends SolverLayer {
  static readonly className = 'BallLayer';
  protected override readonly inputNames = ['x'];
  private radius?: ReturnType<SolverLayer['addWeight']>;
  private readonly start: number;

  constructor(args: BallLayerArgs = {}) {
    super(BallLayer.className, args, ['radius']);
    this.start = args.radius ?? 1;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const initializer = tf.initializers.constant({value: this.start});
    this.radius = this.addWeight('radius', [1], 'float32', initializer, undefined, true);
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }

  protected override solve([x]: [tf.Tensor]): tf.Tensor {
    const samples = x.shape[0];
    const none = tf.zeros([samples]);
    this.remember({status: tf.fill([samples], Status.SOLVED), iterations: none, residual: none});
    return projections.l2Ball(x, {radius: this.radius!.read()});
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), radius: this.start};
  }
}
tf.serialization.registerClass(BallLayer);

export async function run() {
  const layer = new BallLayer({radius: 2, inputShape: [2]});
  const model = tf.sequential({layers: [layer]});
  const y = model.predict(tf.tensor2d([[3, 4]])) as tf.Tensor;
  return [await y.array(), (await layer.diagnostics()).status];
}

export const expected = [[[1.2, 1.6]], [0]];
