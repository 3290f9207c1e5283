/** @file Learns the barrier of examples/safety-filter, and lets it drive in worlds that it has not seen. */
import type {BarrierWeights} from '../../../examples/safety-filter/barrier-network.js';
import {drive} from '../../../examples/safety-filter/drive.js';
import {SafetyFilter} from '../../../examples/safety-filter/filter.js';
import {BarrierTraining} from '../../../examples/safety-filter/learned-barrier.js';
import {makeWorld} from '../../../examples/safety-filter/world.js';
import {randomNumbers} from '../../../examples/support/random.js';
import type {Result, StartDemo} from '../shell/demo.js';

const WORLDS = 20;
/** The longest time of a dot, in seconds. */
const SECONDS = 12;
/** Steps of the training from one measurement to the next. */
const EVERY = 20;
/** So many of the dots must arrive: one that never moves touches nothing either. */
const ARRIVED = 0.9;

/** What the page drives with. */
export type Picture = BarrierWeights;

export const start: StartDemo<Picture> = ({seed, quick}) => {
  const training = new BarrierTraining(quick ? 800 : 1500, seed);
  const steps = quick ? 240 : 400;
  const worlds = Array.from({length: WORLDS}, (_, k) => makeWorld(randomNumbers(1000 * (seed + 1) + k)));
  const filter = new SafetyFilter(worlds[0].discs.length, training.barrier);
  const touching = (runs: {clearance: number}[]) => runs.filter(({clearance}) => clearance < 0).length;
  const without = touching(worlds.map((world) => drive((_, asked) => asked, world, SECONDS)));

  function measure(): Result {
    const runs = worlds.map((world) =>
      drive((now, asked) => filter.apply(now, asked).velocity, world, SECONDS),
    );
    const value = touching(runs);
    const arrived = runs.filter(({time}) => time !== null).length;
    return {
      value,
      text: `${value} of ${WORLDS} touch one, ${arrived} arrive (without a filter ${without} touch one)`,
      reached: value === 0 && arrived >= ARRIVED * WORLDS,
    };
  }

  return {
    steps,
    async *train() {
      for (let step = 1; step <= steps; step++) {
        const loss = await training.step();
        yield {
          loss,
          picture: () => training.weights,
          ...(step % EVERY === 0 ? {result: measure()} : {}),
        };
      }
    },
    ask: () => training.weights,
    dispose: () => training.dispose(),
  };
};
