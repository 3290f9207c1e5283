/** @file Learning what the sensors say: a controller in a Keras model, trained on the forces of an expert. */
import * as tf from '@tensorflow/tfjs';
import {mean} from '../support/metrics.js';
import {permutation, randomNumbers, type Random} from '../support/random.js';
import type {Report} from '../support/report.js';
import {controlProblem, makeController} from './controller.js';
import {FORCE, height, LOAD, STATES, WAVES} from './machine.js';
import {
  inputsOf,
  judge,
  makeSensors,
  policyOf,
  simulate,
  startScenes,
  type Moment,
  type Policy,
} from './simulation.js';
import {timesOf, type Times} from './times.js';

export interface Size {
  /** Steps of 0.05 s that the controller plans ahead. */
  horizon: number;
  /** Runs of the expert for training, their steps, and how many of their moments are kept. */
  runs: number;
  steps: number;
  samples: number;
  epochs: number;
  /** Runs for the test, and their steps. */
  testRuns: number;
  testSteps: number;
  /** The horizons whose time is measured. */
  horizons: number[];
}

export const FULL: Size = {
  ...{horizon: 200, runs: 6, steps: 50, samples: 80, epochs: 8, testRuns: 2, testSteps: 100},
  horizons: [50, 100, 200, 400, 800],
};
export const QUICK: Size = {
  ...{horizon: 40, runs: 3, steps: 40, samples: 60, epochs: 12, testRuns: 1, testSteps: 60},
  horizons: [50, 100],
};

export const METHODS = ['before learning', 'dense network', 'learned controller', 'expert'] as const;
export type Method = (typeof METHODS)[number];

export interface Outcome {
  method: Method;
  /** The root mean square of load − height of the waves, in m. */
  error: number;
  /** The root mean square of load − the expert's load in the same run, in m. */
  fromExpert: number;
  /** By how much the speed of the driven mass exceeded its limit, at most. */
  excess: number;
  /** Of the first run. */
  loads: number[];
  heights: number[];
}

export interface Result {
  outcomes: Outcome[];
  /** The mean squared error of the force on the training data, in each epoch. */
  losses: number[];
  times: Times[];
}

/** More sensors than amplitudes. */
const SENSORS = 12;
const [BATCH, RATE] = [8, 0.05];
/** The network costs little, and gets so many times as many epochs. */
const NETWORK_EPOCHS = 60;

/** The expert has the same controller and knows the waves; the others see only sensors. */
export async function run(size: Size, seed: number, report: Report): Promise<Result> {
  const random = randomNumbers(seed);
  const sensors = makeSensors(SENSORS, random);
  const problem = controlProblem(size.horizon);
  const identity = Array.from({length: WAVES}, (_, i) =>
    Array.from({length: WAVES}, (__, j) => Number(i === j)),
  );
  const teacher = makeController(problem, WAVES);
  teacher.sight.setWeights([tf.tensor2d(identity)]);
  const expert = policyOf(teacher.model, identity);

  const total = size.steps + size.epochs + METHODS.length * size.testSteps;
  let done = 0;
  const progress = (note: string) => report(++done, total, note);
  const moments = await simulate(expert, startScenes(size.runs, random), size.steps, () =>
    progress('the expert shows'),
  );
  const scenes = moments.flatMap((moment) => moment.scenes);
  const forces = moments.flatMap((moment) => moment.forces);
  const kept = permutation(scenes.length, random).slice(0, size.samples);
  const seen = inputsOf(
    kept.map((i) => scenes[i]),
    sensors,
  );
  const shown = tf.tensor2d(kept.map((i) => [forces[i]]));

  const {model} = makeController(problem, SENSORS);
  const before = makeController(problem, SENSORS);
  // The moments are in an order that depends on the seed; `fit` would shuffle them without one.
  const settings = {batchSize: BATCH, shuffle: false, verbose: 0} as const;
  model.compile({optimizer: tf.train.adam(RATE), loss: 'meanSquaredError'});
  const {history} = await model.fit(seen, shown, {
    ...{...settings, epochs: size.epochs},
    callbacks: {onEpochEnd: () => progress('model.fit')},
  });
  const dense = network(random);
  dense.compile({optimizer: tf.train.adam(3e-3), loss: 'meanSquaredError'});
  await dense.fit(seen, shown, {...settings, epochs: NETWORK_EPOCHS * size.epochs});

  const policies: Record<Method, Policy> = {
    'before learning': policyOf(before.model, sensors),
    'dense network': policyOf(dense, sensors),
    'learned controller': policyOf(model, sensors),
    expert,
  };
  const tests = startScenes(size.testRuns, random);
  const tested = new Map<Method, Moment[]>();
  for (const method of METHODS) {
    const clipped: Policy = (list) =>
      policies[method](list).map((force) => Math.max(-FORCE, Math.min(FORCE, force)));
    tested.set(method, await simulate(clipped, tests, size.testSteps, () => progress(`test: ${method}`)));
  }
  const loadsOf = (method: Method) =>
    tested.get(method)!.map(({scenes}) => scenes.map(({state}) => state[LOAD]));
  const outcomes = METHODS.map((method): Outcome => {
    const [moments, loads, best] = [tested.get(method)!, loadsOf(method), loadsOf('expert')];
    const squares = loads.flatMap((row, t) => row.map((load, i) => (load - best[t][i]) ** 2));
    return {
      ...{method, ...judge(moments), fromExpert: Math.sqrt(mean(squares))},
      loads: loads.map(([load]) => load),
      heights: moments.map(({scenes: [{waves}]}) => height(waves)),
    };
  });
  return {
    outcomes,
    losses: history.loss as number[],
    times: timesOf(size.horizons),
  };
}

/** From states and sensors to the force, with more weights than the learned map has. */
function network(random: Random): tf.LayersModel {
  const dense = (units: number, activation: 'tanh' | 'linear') =>
    tf.layers.dense({
      ...{units, activation},
      kernelInitializer: tf.initializers.glorotUniform({seed: random.below(1e6)}),
    });
  const inputs = [STATES, SENSORS].map((width) => tf.input({shape: [width]}));
  const both = tf.layers.concatenate().apply(inputs) as tf.SymbolicTensor;
  const hidden = dense(32, 'tanh').apply(both) as tf.SymbolicTensor;
  return tf.model({inputs, outputs: dense(1, 'linear').apply(hidden) as tf.SymbolicTensor});
}
