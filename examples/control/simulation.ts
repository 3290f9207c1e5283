/** @file Runs of the machine under a policy, several at the same time. */
import * as tf from '@tensorflow/tfjs';
import type {Random} from '../support/random.js';
import {DRIVEN_SPEED, DT, height, LOAD, makeWaves, SPEED, STATES, step, turned, WAVES} from './machine.js';
import type {State, Waves} from './machine.js';

/** What is in front of the controller at one time. */
export interface Scene {
  state: State;
  waves: Waves;
}

/** The forces for some scenes. */
export type Policy = (scenes: Scene[]) => number[];

/** What is shown of the waves' amplitudes: a mixture of them for each sensor. */
export type Sensors = number[][];

export function makeSensors(count: number, random: Random): Sensors {
  return Array.from({length: count}, () => Array.from({length: WAVES}, () => random.normal()));
}

/** The inputs of a model: states, and what the sensors show. */
export function inputsOf(scenes: Scene[], sensors: Sensors): [tf.Tensor2D, tf.Tensor2D] {
  const shown = scenes.map(({waves}) =>
    sensors.map((row) => row.reduce((sum, each, j) => sum + each * waves[j], 0)),
  );
  return [tf.tensor2d(scenes.map(({state}) => state)), tf.tensor2d(shown)];
}

export function policyOf(model: tf.LayersModel, sensors: Sensors): Policy {
  return (scenes) => tf.tidy(() => [...(model.predict(inputsOf(scenes, sensors)) as tf.Tensor).dataSync()]);
}

/** At rest, before waves of their own. */
export const startScenes = (count: number, random: Random): Scene[] =>
  Array.from({length: count}, () => ({state: Array<number>(STATES).fill(0), waves: makeWaves(random)}));

/** A moment of all runs: the scenes, and the forces that the policy chose. */
export interface Moment {
  scenes: Scene[];
  forces: number[];
}

export async function simulate(
  policy: Policy,
  start: Scene[],
  steps: number,
  report: () => void | Promise<void>,
): Promise<Moment[]> {
  let scenes = start;
  const moments: Moment[] = [];
  for (let t = 0; t < steps; t++) {
    const forces = policy(scenes);
    moments.push({scenes, forces});
    scenes = scenes.map(({state, waves}, i) => ({
      state: step(state, forces[i]),
      waves: turned(waves, DT),
    }));
    await report();
  }
  return moments;
}

/** How well the load follows the waves after the first two seconds, in which it catches up, and what happens to the limit of the speed. */
export function judge(moments: Moment[]): {error: number; excess: number} {
  const later = moments.slice(2 / DT).flatMap(({scenes}) => scenes);
  const squares = later.reduce((sum, {state, waves}) => sum + (state[LOAD] - height(waves)) ** 2, 0);
  const speeds = moments.flatMap(({scenes}) => scenes.map(({state}) => Math.abs(state[DRIVEN_SPEED])));
  return {error: Math.sqrt(squares / later.length), excess: Math.max(0, Math.max(...speeds) - SPEED)};
}
