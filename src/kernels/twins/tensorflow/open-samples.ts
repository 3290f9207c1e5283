/** @file The samples of a batch of quadratic programs about which nothing is known yet, and what solvers find out about them. */
import {
  and,
  chosen,
  isEqual,
  or,
  scatter,
  gather,
  tidy,
  where,
  type Chosen,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import {accept, type Accepted} from './acceptance.js';
import type {Magnitudes} from './certificate.js';
import type {Found} from './interior-point.js';
import type {Point, Problem} from './problem.js';
import {INFEASIBLE, OPEN, SOLVED, UNBOUNDED, type Results} from './qp-results.js';
import {descent, descentRay, farkas, farkasRay} from './rays.js';
import type {Scaling} from './scaling.js';

/** The samples of a batch that a solver works on. */
export class OpenSamples {
  constructor(
    readonly sizes: Magnitudes,
    readonly scaled: Problem,
    readonly scaling: Scaling,
    /** Which samples they are; `null` for all. */
    private readonly samples: Chosen | null,
    readonly results: Results,
  ) {}

  /** The part of an array of the whole batch. */
  of(v: Doubles): Doubles {
    return this.samples ? gather(v, this.samples) : v;
  }

  /** An array of the whole batch with the values of this part. */
  put(whole: Doubles, own: Doubles): Doubles {
    return this.samples ? scatter(whole, this.samples, own) : own;
  }

  isOpen(): boolean {
    return chosen(this.open()).count > 0;
  }

  private open(): Flags {
    return isEqual(this.of(this.results.status), OPEN);
  }

  /** Takes the points that are solutions. */
  accept(candidate: Point, tolerance: number): void {
    const found = tidy((): Accepted => accept(this.sizes, candidate, this.scaling, tolerance));
    const isNew = and(found.holds, this.open());
    const {point, activity, residual} = found;
    const values = {...point, activity, residual};
    for (const name of ['x', 'y', 's', 'activity', 'residual'] as const) this.set(name, isNew, values[name]);
    this.set('status', isNew, SOLVED);
  }

  /** Takes the rays at which the interior point has ended, if they are proofs. */
  proveByRays({ray, isInfeasible, isUnbounded}: Found): void {
    if (chosen(and(this.open(), or(isInfeasible, isUnbounded))).count === 0) return;
    this.takeFarkas(where(isInfeasible, ray.y, 0));
    this.takeDescent(where(isUnbounded, ray.x, 0));
  }

  takeFarkas(y: Doubles): void {
    const {sizes, scaled, scaling} = this;
    const {holds, ray} = farkas(sizes, farkasRay(scaled, y, scaling));
    const isNew = and(holds, this.open());
    this.set('rayY', isNew, ray);
    this.set('status', isNew, INFEASIBLE);
  }

  takeDescent(x: Doubles): void {
    const {sizes, scaled, scaling} = this;
    const {holds, ray} = descent(sizes, descentRay(scaled, x, scaling));
    const isNew = and(holds, this.open());
    this.set('rayX', isNew, ray);
    this.set('status', isNew, UNBOUNDED);
  }

  private set(name: keyof Results, flags: Flags, v: Doubles | number): void {
    const {results} = this;
    results[name] = this.put(results[name], where(flags, v, this.of(results[name])));
  }
}
