/** @file FIRE (Bitzek et al. 2006), which brings particles to rest, with the constants of JAX MD: as a step, as a solver, and as a loop. */
import * as tf from '@tensorflow/tfjs';
import {compile, conditions, solvers} from '../../src/index.js';
import type {Energy} from './packing.js';

/** What a step remembers: velocities, forces, the step size, and how long the particles have moved downhill. */
type Memory = {v: tf.Tensor; f: tf.Tensor; dt: tf.Tensor; alpha: tf.Tensor; downhill: tf.Tensor};

/** How FIRE starts, and what one step does. */
function stepsOf(energy: Energy) {
  const slope = conditions.stationary(energy);
  const force = (x: tf.Tensor, theta: tf.Tensor) => tf.neg(slope(x, theta));
  return {
    start: (x: tf.Tensor, theta: tf.Tensor): Memory => ({
      v: tf.zerosLike(x),
      f: force(x, theta),
      dt: tf.scalar(0.1),
      alpha: tf.scalar(0.1),
      downhill: tf.scalar(0),
    }),
    step(x: tf.Tensor, memory: Memory, theta: tf.Tensor) {
      const {dt, alpha} = memory;
      const moved = tf.add(x, tf.add(tf.mul(dt, memory.v), tf.mul(tf.mul(0.5, tf.square(dt)), memory.f)));
      const f = force(moved, theta);
      const pushed = tf.add(memory.v, tf.mul(tf.mul(0.5, dt), tf.add(memory.f, f)));
      const power = tf.sum(tf.mul(f, pushed));
      const [fast, strong] = [pushed, f].map((a) => tf.sum(tf.square(a)));
      const along = tf.mul(f, tf.div(tf.sqrt(fast), tf.sqrt(tf.add(strong, 1e-6))));
      const v = tf.add(pushed, tf.mul(alpha, tf.sub(along, pushed)));
      const [up, down] = [tf.less(power, 0), tf.greater(power, 0)];
      const downhill = tf.where(up, tf.zerosLike(dt), tf.add(memory.downhill, 1));
      const long = tf.logicalAnd(down, tf.greater(downhill, 5));
      const pick = (hastened: tf.Tensor, kept: tf.Tensor, braked: tf.Tensor) =>
        tf.where(up, braked, tf.where(long, hastened, kept));
      return {
        x: moved,
        memory: {
          v: tf.mul(v, tf.where(up, tf.zerosLike(dt), tf.onesLike(dt))),
          f,
          dt: pick(tf.minimum(tf.mul(dt, 1.1), 0.4), dt, tf.mul(dt, 0.5)),
          alpha: pick(tf.mul(alpha, 0.99), alpha, tf.scalar(0.1)),
          downhill,
        },
        residual: tf.max(tf.abs(memory.f)),
      };
    },
    /** The forces vanish at rest. */
    condition: slope,
  };
}

/** FIRE as a solver of the library. It stops when no entry of the forces exceeds the tolerance. */
export function fire(
  energy: Energy,
  options: solvers.SolverOptions<tf.Tensor, [tf.Tensor]> = {},
): solvers.IterativeSolver<tf.Tensor, [tf.Tensor]> {
  return solvers.fromStep(stepsOf(energy), {
    batched: false,
    maxIterations: 5000,
    tolerance: 1e-12,
    ...options,
  });
}

/** FIRE as a loop of one's own, which the library knows nothing about: positions in, positions out. */
export function fireLoop(energy: Energy, tolerance = 1e-12, limit = 5000) {
  const steps = stepsOf(energy);
  return (x: tf.Tensor, theta: tf.Tensor): tf.Tensor => {
    const {v, f, dt, alpha, downhill} = steps.start(x, theta);
    const next = compile(
      (...[at, by, ...rest]: tf.Tensor[]): tf.Tensor[] => {
        const [velocities, forces, size, mixed, count] = rest;
        const memory = {v: velocities, f: forces, dt: size, alpha: mixed, downhill: count};
        const {x: moved, memory: after, residual} = steps.step(at, memory, by);
        return [residual, moved, after.v, after.f, after.dt, after.alpha, after.downhill];
      },
      [x, theta, v, f, dt, alpha, downhill],
    );
    let state = [x, v, f, dt, alpha, downhill].map((tensor) => Float64Array.from(tensor.dataSync()));
    for (let i = 0; i < limit; i++) {
      const [at, ...rest] = state;
      const [residual, ...after] = next(at, theta, ...rest);
      if (residual[0] <= tolerance) return tf.tensor(Float32Array.from(at), x.shape);
      state = after.map((array) => array.slice());
    }
    throw new Error(`FIRE has not come to rest in ${limit} steps.`);
  };
}
