/** @file What the learned barrier learns from: velocities of a careful driver, and what was asked for. */
import type {Random} from '../support/random.js';
import {SafetyFilter} from './filter.js';
import {makeWorld, step, towardsGoal, type Vector, type World} from './world.js';

export interface Demonstration {
  world: World;
  asked: Vector;
  /** What the driver did instead. */
  driven: Vector;
}

/** How far the driver keeps away from discs. */
const MARGIN = 0.04;
/** Frames between two that are noted: others look much the same. */
const EVERY = 6;
/** Where the driver did as asked there is less to learn: a share of those frames is kept. */
const KEPT = 0.2;
const SECONDS = 5;

/** Runs of a driver in random worlds; the goals change, so that the dot comes close to discs from all sides. */
export function demonstrate(count: number, random: Random): Demonstration[] {
  const demonstrations: Demonstration[] = [];
  while (demonstrations.length < count) {
    let world = makeWorld(random);
    const driver = new SafetyFilter(world.discs.length);
    for (let frame = 0; frame < SECONDS * 60; frame++) {
      if (frame % 60 === 0) world = {...world, goal: [4 * random.uniform(), 4 * random.uniform()]};
      const asked = towardsGoal(world);
      const wider = {...world, discs: world.discs.map((disc) => ({...disc, radius: disc.radius + MARGIN}))};
      const {velocity, solved} = driver.apply(wider, asked);
      const changed = Math.hypot(velocity[0] - asked[0], velocity[1] - asked[1]) > 0.02;
      if (solved && frame % EVERY === 0 && (changed || random.uniform() < KEPT))
        demonstrations.push({world, asked, driven: velocity});
      world = step(world, velocity);
    }
  }
  return demonstrations.slice(0, count);
}
