/** @file Solves on the active set of a point, and asks whether the result is accepted. */
import type {Vector} from '../../contracts/dense.js';
import type {Acceptance, Demands} from './acceptance.js';
import type {Polish} from './polish.js';
import type {Polishing} from './qp-system.js';
import type {Scaling} from './scaling.js';
import type {Point} from './types.js';

/** The data and demands of one sample in one scaling. */
export interface Attempt {
  scaling: Scaling;
  /** A polished point is checked only if its KKT error is at most this. */
  good: number;
  demands: Demands;
}

export class PolishingAttempt {
  constructor(
    private readonly polish: Polish,
    private readonly acceptance: Acceptance,
    private readonly polishing: Polishing,
  ) {}

  /** Whether the solution on a point's active set is accepted. If one linear solve did not reach it, a second one may. */
  succeeds(
    from: Point<Vector>,
    {scaling, good, demands}: Attempt,
    rounds?: number,
    polish = this.polish,
    hopeless?: number,
  ): boolean {
    const {acceptance} = this;
    const {refinements, sizedBelow = -Infinity} = this.polishing;
    let error = polish.run(from, rounds, hopeless);
    let before = Infinity;
    for (let k = 0; ; k++) {
      if (!(error <= good)) return false;
      if (acceptance.accept(polish.point, scaling, demands)) return true;
      // A correction that has not helped shows that the next one will not, either.
      if (k === refinements || !(acceptance.tested < 0.5 * before)) break;
      before = acceptance.tested;
      error = polish.refine();
    }
    return error <= sizedBelow && acceptance.accept(polish.point, scaling, {...demands, sized: true});
  }
}
