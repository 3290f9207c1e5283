/** @file Learns a barrier from velocities alone: the gradient goes through the quadratic program of the filter. */
import * as tf from '@tensorflow/tfjs';
import {solveQP} from '../../src/index.js';
import {randomNumbers, type Random} from '../support/random.js';
import {rowsOf} from '../support/training.js';
import {barrier, HIDDEN, INPUTS, untrained, type BarrierWeights} from './barrier-network.js';
import {demonstrate, type Demonstration} from './demonstrations.js';
import {ALPHA} from './filter.js';
import {SPEED} from './world.js';

const BATCH = 64;
const RATE = 0.004;
/** The price of violating constraints by 1, in the training only: at first no velocity may satisfy all of them. */
const PENALTY = 10;

export class BarrierTraining {
  private readonly optimizer = tf.train.adam(RATE);
  private readonly random: Random;
  private readonly variables: Record<keyof BarrierWeights, tf.Variable>;
  private readonly data: Record<'places' | 'velocities' | 'asked' | 'driven', tf.Tensor>;
  /** The weights as they are now. */
  weights: BarrierWeights;

  constructor(count: number, seed: number) {
    this.random = randomNumbers(seed);
    this.weights = untrained(this.random);
    const {A, a, b, c} = this.weights;
    this.variables = {
      A: tf.variable(tf.tensor2d(A, [HIDDEN, INPUTS])),
      a: tf.variable(tf.tensor1d(a)),
      b: tf.variable(tf.tensor2d(b, [HIDDEN, 1])),
      c: tf.variable(tf.tensor1d(c)),
    };
    this.data = tensorsOf(demonstrate(count, this.random));
  }

  /** One step of the optimizer. @returns The mean of ‖u − what the driver did‖² in its batch. */
  async step(): Promise<number> {
    const count = this.data.driven.shape[0];
    const indices = Array.from({length: BATCH}, () => this.random.below(count));
    const loss = this.optimizer.minimize(() => this.loss(indices), true, Object.values(this.variables))!;
    const [value] = await loss.data();
    loss.dispose();
    const names = Object.keys(this.variables) as (keyof BarrierWeights)[];
    const arrays = await Promise.all(names.map((name) => this.variables[name].data<'float32'>()));
    this.weights = Object.fromEntries(names.map((name, i) => [name, arrays[i]])) as unknown as BarrierWeights;
    return value;
  }

  private loss(indices: number[]): tf.Scalar {
    const [places, velocities, asked, driven] = [
      this.data.places,
      this.data.velocities,
      this.data.asked,
      this.data.driven,
    ].map((tensor) => rowsOf(tensor, indices));
    const [B, discs] = places.shape;
    const {A, a, b, c} = this.variables;
    const t = tf.tanh(tf.add(tf.matMul(tf.reshape(places, [-1, INPUTS]), A as tf.Tensor2D, false, true), a));
    const position = tf.slice(places, [0, 0, 0], [B, discs, 2]);
    const distance = tf.maximum(tf.norm(position, 2, 2), 1e-6);
    const h = tf.add(distance, tf.reshape(tf.add(tf.matMul(t, b as tf.Tensor2D), c), [B, discs]));
    const slope = tf.mul(tf.sub(1, tf.square(t)), tf.reshape(b, [1, HIDDEN]));
    const correction = tf.reshape(tf.matMul(slope, tf.slice(A, [0, 0], [HIDDEN, 2])), [B, discs, 2]);
    const gradient = tf.add(tf.div(position, tf.expandDims(distance, 2)), correction);
    const drift = tf.sum(tf.mul(gradient, velocities), 2);
    // The variables are u and how much the constraints may be violated.
    const {x} = solveQP({
      Q: tf.eye(3),
      p: tf.concat([tf.neg(asked), tf.fill([B, 1], PENALTY)], 1),
      G: tf.concat([tf.neg(gradient), tf.fill([B, discs, 1], -1)], 2),
      h: tf.sub(tf.mul(ALPHA, h), drift),
      lower: [-SPEED, -SPEED, 0],
      upper: [SPEED, SPEED, Infinity],
    });
    const u = tf.slice(x, [0, 0], [B, 2]);
    return tf.mean(tf.sum(tf.squaredDifference(u, driven), 1));
  }

  barrier = (x: number, y: number, radius: number) => barrier(this.weights, x, y, radius);

  dispose(): void {
    tf.dispose([this.variables, this.data] as unknown as tf.TensorContainer);
    this.optimizer.dispose();
  }
}

function tensorsOf(demonstrations: Demonstration[]) {
  const discs = demonstrations.map(({world}) => world.discs);
  return {
    places: tf.tensor3d(
      demonstrations.map(({world: {dot, discs}}) =>
        discs.map(({centre, radius}) => [dot[0] - centre[0], dot[1] - centre[1], radius]),
      ),
    ),
    velocities: tf.tensor3d(discs.map((each) => each.map(({velocity}) => velocity))),
    asked: tf.tensor2d(demonstrations.map(({asked}) => asked)),
    driven: tf.tensor2d(demonstrations.map(({driven}) => driven)),
  };
}
