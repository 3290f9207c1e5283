/** @file The filter: of all velocities that keep the dot off the discs, the one closest to what was asked for. */
import {prepareQP, Status, type PreparedQP} from '../../src/index.js';
import {SPEED, type Vector, type World} from './world.js';

/** How fast the dot may approach a disc: h may decrease by the share α of itself in a second. */
export const ALPHA = 4;

/** h, positive outside a disc, and its derivatives: of the dot's place, seen from the centre of a disc with this radius. */
export type Barrier = (x: number, y: number, radius: number) => readonly [h: number, dx: number, dy: number];

/** h(x) = ‖x − c‖² − r². */
export const handWritten: Barrier = (x, y, radius) => [x ** 2 + y ** 2 - radius ** 2, 2 * x, 2 * y];

/** The filter for a number of discs. Its quadratic program is prepared once and solved in each frame. */
export class SafetyFilter {
  private readonly program: PreparedQP;
  private readonly p = new Float64Array(2);
  private readonly G: Float64Array;
  private readonly h: Float64Array;

  constructor(
    discs: number,
    private readonly barrier: Barrier = handWritten,
  ) {
    const limits = [1, 0, 0, 1, -1, 0, 0, -1];
    this.G = Float64Array.of(...new Float64Array(2 * discs), ...limits);
    this.h = new Float64Array(discs + limits.length / 2).fill(SPEED);
    const {p, G, h} = this;
    this.program = prepareQP({Q: [1, 0, 0, 1], p, G, h});
  }

  /**
   * With h(x) ≥ 0 outside a disc, which moves with the velocity w: u = argmin ‖u − asked‖² subject to ∇h(x)ᵀ(u − w) ≥ −αh(x) for each
   * disc, and |u| ≤ the largest speed.
   *
   * The h that is written by hand is convex in x, so it decreases in a frame by no more than the share α/60, also between frames: h stays
   * positive. That holds as long as the program has a solution; without one the velocity is zero.
   */
  apply({dot, discs}: World, asked: Vector): {velocity: Vector; solved: boolean} {
    const {p, G, h} = this;
    p[0] = -asked[0];
    p[1] = -asked[1];
    for (const [i, {centre, velocity, radius}] of discs.entries()) {
      const [x, y] = [dot[0] - centre[0], dot[1] - centre[1]];
      const [value, dx, dy] = this.barrier(x, y, radius);
      G[2 * i] = -dx;
      G[2 * i + 1] = -dy;
      h[i] = ALPHA * value - (dx * velocity[0] + dy * velocity[1]);
    }
    const {x, status} = this.program.solve({p, G, h});
    return {velocity: [x[0], x[1]], solved: status === Status.SOLVED};
  }
}
