/** @file The iterates of a method that moves x and the residual along the same direction; the best ones are kept. */
import {addScaled, norm} from '../vectors.js';
import {Best} from './best.js';
import {Gain} from './gain.js';
import type {Outcome, Run} from './process.js';

export class Iterates {
  readonly x: Float64Array;
  /** The current residual, by the recurrence. */
  readonly left: Float64Array;
  /** Its norm. */
  residual: number;
  readonly gain: Gain;
  private readonly best: Best;
  private readonly safe: Best;

  /** The r at the start of a run is the residual of x = 0. */
  constructor({r, isDouble}: Run) {
    this.gain = new Gain(isDouble);
    this.x = new Float64Array(r.length);
    this.left = r.slice();
    this.residual = norm(r);
    this.best = new Best(r.length, this.residual);
    this.safe = new Best(r.length, this.residual);
  }

  /** x += α·direction, where A·direction is `image`. @returns Whether the new residual is the smallest so far. */
  move(alpha: number, direction: Float64Array, image: Float64Array): boolean {
    const {x, left, gain} = this;
    addScaled(x, alpha, direction);
    addScaled(left, -alpha, image);
    this.residual = norm(left);
    this.safe.offer(x, this.residual + gain.rounding(norm(x), x.length));
    return this.best.offer(x, this.residual);
  }

  outcome(steps: number): Outcome {
    return {x: this.best.solution, safe: this.safe.solution, steps, gain: this.gain.value};
  }
}
