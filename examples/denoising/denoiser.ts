/** @file A layer that removes noise: a quadratic program whose matrix D is learned. */
import * as tf from '@tensorflow/tfjs';
import {solveQP, SolverLayer} from '../../src/index.js';

/**
 * z(y) = argmin ½‖z − y‖² + λ‖Dz‖₁, input and output [B, n]. D [m, n] and log λ are learned.
 *
 * With u the multipliers, this is the quadratic program min ½‖Dᵀu − y‖² subject to −λ ≤ u ≤ λ, and z = y − Dᵀu.
 */
export class Denoiser extends SolverLayer {
  static readonly className = 'Denoiser';
  protected readonly inputNames = ['y'];
  private readonly start: {D: number[][]; weight: number};
  private D!: ReturnType<SolverLayer['addWeight']>;
  private logWeight!: ReturnType<SolverLayer['addWeight']>;

  /** @param start D and λ before training. */
  constructor(start: {D: number[][]; weight: number}) {
    super(Denoiser.className, {}, []);
    this.start = start;
  }

  override build(shape: tf.Shape): void {
    const {D, weight} = this.start;
    this.D = this.addWeight('D', [D.length, D[0].length], 'float32', tf.initializers.zeros());
    this.D.write(tf.tensor2d(D));
    this.logWeight = this.addWeight('logWeight', [1], 'float32', tf.initializers.zeros());
    this.logWeight.write(tf.tensor1d([Math.log(weight)]));
    super.build(shape);
  }

  protected override solve([y]: tf.Tensor2D[]): tf.Tensor {
    const D = this.D.read() as tf.Tensor2D;
    const m = D.shape[0];
    const bound = tf.mul(tf.exp(this.logWeight.read()), tf.ones([2 * m]));
    // A small multiple of I: the rows of a learned D may be dependent.
    const Q = tf.add(tf.matMul(D, D, false, true), tf.mul(1e-4, tf.eye(m)));
    const {x: u, ...state} = solveQP(
      {
        Q,
        p: tf.neg(tf.matMul(y, D, false, true)),
        G: tf.concat([tf.eye(m), tf.neg(tf.eye(m))]),
        h: bound,
      },
      {onGradient: this.rememberGradient},
    );
    this.remember(state);
    return tf.sub(y, tf.matMul(u as tf.Tensor2D, D));
  }

  /** D as it is now. */
  matrix(): number[][] {
    return this.D.read().arraySync() as number[][];
  }
}

/** Differences of neighbours, [n − 1, n]: ‖Dz‖₁ is the total variation. Twice: differences of differences, [n − 2, n]. */
export function differences(n: number, order: 1 | 2): number[][] {
  const stencil = order === 1 ? [-1, 1] : [1, -2, 1];
  return Array.from({length: n - order}, (_, i) => Array.from({length: n}, (__, j) => stencil[j - i] ?? 0));
}
