/** @file The safety filter in random worlds, beside no filter and a rule of thumb. */
import {randomNumbers} from '../support/random.js';
import type {Report} from '../support/report.js';
import {drive, type Drive} from './drive.js';
import {SafetyFilter} from './filter.js';
import {clearance, makeWorld, SPEED, type Vector, type World} from './world.js';

export interface Size {
  worlds: number;
  /** The longest time that a dot may take, in seconds. */
  seconds: number;
}

export const FULL: Size = {worlds: 20, seconds: 12};
export const QUICK: Size = {worlds: 4, seconds: 8};

export const METHODS = ['no filter', 'repulsion', 'safety filter'] as const;
export type Method = (typeof METHODS)[number];

/** A run, and whose it was. */
export type Run = Drive & {method: Method};

export interface Result {
  runs: Run[];
  /** Milliseconds of each call of the filter. */
  times: number[];
  /** Frames whose program was not solved. */
  unsolved: number;
  /** The first world, after which the figure is drawn. */
  world: World;
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
  const filter = new SafetyFilter(worlds[0].discs.length);
  const filtered = (world: World, asked: Vector) => {
    const started = performance.now();
    const {velocity, solved} = filter.apply(world, asked);
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
      result.runs.push({method, ...drive(rules[method], start, size.seconds)});
    }
    await report(k + 1, worlds.length, 'worlds');
  }
  return result;
}
