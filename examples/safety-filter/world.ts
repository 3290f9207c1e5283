/** @file A dot among moving discs: the world of the safety filter. */
import type {Random} from '../support/random.js';

export type Vector = [number, number];

export interface Disc {
  centre: Vector;
  velocity: Vector;
  radius: number;
}

export interface World {
  dot: Vector;
  goal: Vector;
  discs: Disc[];
}

/** The time between two frames. */
export const FRAME = 1 / 60;
/** The dot's largest speed, along each axis, and that of the discs. */
export const SPEED = 1;
const DISC_SPEED = 0.3;
const DISCS = 8;

/** A square of 4 × 4, the dot on its left side, the goal on its right, and moving discs between that touch neither. */
export function makeWorld(random: Random): World {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const dot: Vector = [0.2, between(1, 3)];
  const goal: Vector = [3.8, between(1, 3)];
  const discs: Disc[] = [];
  while (discs.length < DISCS) {
    const disc: Disc = {
      centre: [between(0.9, 3.1), between(0.3, 3.7)],
      velocity: [0, between(-1, 1) * DISC_SPEED],
      radius: between(0.15, 0.3),
    };
    if (clearance(dot, disc) > 0.2 && clearance(goal, disc) > 0.2) discs.push(disc);
  }
  return {dot, goal, discs};
}

/** How far the dot is from the disc. */
export const clearance = (dot: Vector, {centre, radius}: Disc) =>
  Math.hypot(dot[0] - centre[0], dot[1] - centre[1]) - radius;

/** The world one frame later, for a velocity of the dot. Discs turn around at the border. */
export function step({dot, goal, discs}: World, velocity: Vector): World {
  const move = (at: Vector, by: Vector): Vector => [at[0] + FRAME * by[0], at[1] + FRAME * by[1]];
  return {
    goal,
    dot: move(dot, velocity),
    discs: discs.map((disc) => {
      const centre = move(disc.centre, disc.velocity);
      const outside = centre[1] < 0.2 || centre[1] > 3.8;
      const inwards = Math.sign(2 - centre[1]) * Math.abs(disc.velocity[1]);
      return {...disc, centre, velocity: [0, outside ? inwards : disc.velocity[1]]};
    }),
  };
}

/** What somebody who does not see the discs would do: straight towards the goal. */
export function towardsGoal({dot, goal}: World): Vector {
  const [x, y] = [goal[0] - dot[0], goal[1] - dot[1]];
  const speed = SPEED / Math.max(Math.hypot(x, y), 0.2);
  return [speed * x, speed * y];
}
