/** @file One dot on its way through a world. */
import {clearance, FRAME, step, towardsGoal, type Vector, type World} from './world.js';

export interface Drive {
  /** The smallest distance from a disc; negative inside one. */
  clearance: number;
  /** Seconds to the goal; null if it was not reached. */
  time: number | null;
  /** The mean of ‖u − what was asked for‖ over all frames. */
  change: number;
  path: Vector[];
}

/** How close counts as reached. */
const REACHED = 0.05;

/** Asks for the velocity straight towards the goal in each frame, until the dot is there or the time is over. */
export function drive(rule: (world: World, asked: Vector) => Vector, start: World, seconds: number): Drive {
  let world = start;
  const path: Vector[] = [start.dot];
  let [nearest, changed, frames] = [Infinity, 0, 0];
  let time: number | null = null;
  while (time === null && frames * FRAME < seconds) {
    const asked = towardsGoal(world);
    const velocity = rule(world, asked);
    changed += Math.hypot(velocity[0] - asked[0], velocity[1] - asked[1]);
    world = step(world, velocity);
    frames++;
    path.push(world.dot);
    for (const disc of world.discs) nearest = Math.min(nearest, clearance(world.dot, disc));
    if (Math.hypot(world.dot[0] - world.goal[0], world.dot[1] - world.goal[1]) < REACHED)
      time = frames * FRAME;
  }
  return {clearance: nearest, time, change: changed / frames, path};
}
