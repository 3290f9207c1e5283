/** @file A safety filter: of all velocities that keep the dot off the discs, the one closest to what was asked for. */
import {solveQP, Status} from '../../src/index.js';
import {randomNumbers} from '../support/random.js';
import type {Report} from '../support/report.js';
import {clearance, FRAME, makeWorld, SPEED, step, towardsGoal, type Vector, type World} from './world.js';

export interface Size {
  worlds: number;
  /** The longest time that a dot may take, in seconds. */
  seconds: number;
}

export const FULL: Size = {worlds: 20, seconds: 12};
export const QUICK: Size = {worlds: 4, seconds: 8};

export const METHODS = ['no filter', 'repulsion', 'safety filter'] as const;
export type Method = (typeof METHODS)[number];

export interface Run {
  method: Method;
  /** The smallest distance from a disc; negative inside one. */
  clearance: number;
  /** Seconds to the goal; null if it was not reached. */
  time: number | null;
  /** The mean of ‖u − what was asked for‖ over all frames. */
  change: number;
  path: Vector[];
}

export interface Result {
  runs: Run[];
  /** Milliseconds of each call of the filter. */
  times: number[];
  /** Frames whose program was not solved. */
  unsolved: number;
  /** The first world, after which the figure is drawn. */
  world: World;
}

/** How fast the dot may approach a disc: h may decrease by the share α of itself in a second. */
const ALPHA = 4;
/** How close counts as reached. */
const REACHED = 0.05;

/**
 * With h(x) = ‖x − c‖² − r² ≥ 0 outside a disc, which moves with the velocity w: u = argmin ‖u − asked‖² subject to
 * 2(x − c)ᵀ(u − w) ≥ −αh for each disc, and |u| ≤ the largest speed.
 *
 * h is convex in x, so it decreases in a frame by no more than the share α/60, also between frames: h stays positive. That holds as long
 * as the program has a solution.
 */
export function safeVelocity({dot, discs}: World, asked: Vector): {velocity: Vector; solved: boolean} {
  const G = discs.map(({centre}) => [-2 * (dot[0] - centre[0]), -2 * (dot[1] - centre[1])]);
  const h = discs.map(({centre, velocity, radius}, i) => {
    const barrier = (dot[0] - centre[0]) ** 2 + (dot[1] - centre[1]) ** 2 - radius ** 2;
    return ALPHA * barrier + G[i][0] * velocity[0] + G[i][1] * velocity[1];
  });
  const result = solveQP(
    {
      Q: [
        [1, 0],
        [0, 1],
      ],
      p: [-asked[0], -asked[1]],
      G: [...G, [1, 0], [0, 1], [-1, 0], [0, -1]],
      h: [...h, SPEED, SPEED, SPEED, SPEED],
    },
    {onFailure: 'ignore', onInfeasible: 'closest'},
  );
  const [x, y] = result.x.dataSync();
  const solved = result.status.dataSync()[0] === Status.SOLVED;
  for (const value of Object.values(result)) (value as {dispose?: () => void}).dispose?.();
  return {velocity: [x, y], solved};
}

/** A rule of thumb instead: a push away from each disc that is near. */
function repelled({dot, discs}: World, [x, y]: Vector): Vector {
  const push: Vector = [x, y];
  for (const disc of discs) {
    const gap = Math.max(clearance(dot, disc), 1e-3);
    const [dx, dy] = [dot[0] - disc.centre[0], dot[1] - disc.centre[1]];
    const force = 0.03 / gap ** 2 / Math.hypot(dx, dy);
    push[0] += force * dx;
    push[1] += force * dy;
  }
  const limit = (value: number) => Math.max(-SPEED, Math.min(SPEED, value));
  return [limit(push[0]), limit(push[1])];
}

/** Each method in the same worlds. */
export async function run(size: Size, seed: number, report: Report): Promise<Result> {
  const worlds = Array.from({length: size.worlds}, (_, k) => makeWorld(randomNumbers(1000 * seed + k)));
  const result: Result = {runs: [], times: [], unsolved: 0, world: worlds[0]};
  const filtered = (world: World, asked: Vector) => {
    const started = performance.now();
    const {velocity, solved} = safeVelocity(world, asked);
    result.times.push(performance.now() - started);
    if (!solved) result.unsolved++;
    return velocity;
  };
  const rules: Record<Method, (world: World, asked: Vector) => Vector> = {
    'no filter': (_, asked) => asked,
    repulsion: repelled,
    'safety filter': filtered,
  };
  for (const [k, start] of worlds.entries()) {
    for (const method of METHODS) {
      result.runs.push(drive(method, rules[method], start, size.seconds));
    }
    await report(k + 1, worlds.length, 'worlds');
  }
  return result;
}

function drive(
  method: Method,
  rule: (world: World, asked: Vector) => Vector,
  start: World,
  seconds: number,
): Run {
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
  return {method, clearance: nearest, time, change: changed / frames, path};
}
