/**
 * @file Solves strictly convex quadratic programs on their dual, where many sets of active rows can be tried for the price of one iteration
 * of the interior-point method. What it does not solve is left to that method.
 */
import {oppositeRows} from '../../contracts/bounds.js';
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {ConstraintRows} from './constraint-rows.js';
import {DualPivoting} from './dual-pivoting.js';
import {DualSystem} from './dual-system.js';
import {KktSystem} from './kkt.js';
import {Polish} from './polish.js';
import {emptyPoint, type Point, type Problem} from './types.js';

/** With so few products in the matrix of its dual, a problem is small: `small-qp/` has tried it with the same method. */
export const FEW_PRODUCTS = 20_000;
/** With more inequalities for each degree of freedom, too many sets have rows that depend on each other. */
const MOST_ROWS = 1.7;
/** If fewer rows than this part are dense, bounds apart, an iteration of the interior-point method costs too little. */
const LEAST_DENSE = 0.25;
/** The activity of a row whose multiplier and slack are both zero. */
const WEAK = 2;

export class DualMethod {
  /** Works on the set that was found. */
  readonly polish: Polish;
  /** The point to polish. */
  readonly start: Point<Vector>;
  private readonly system: DualSystem;
  private readonly pivoting: DualPivoting;

  /** @param constraints The rows of the C of `problem`. */
  constructor(
    dense: DenseKernels,
    private readonly problem: Problem,
    private readonly constraints: ConstraintRows,
  ) {
    const {n, p, m, P} = problem;
    this.system = new DualSystem(dense, problem, constraints);
    this.pivoting = new DualPivoting(dense, problem, this.system);
    this.polish = new Polish(dense, problem, new KktSystem(dense, n, p + m, P, this.system));
    this.start = emptyPoint(dense, problem);
  }

  /** The number of sets that were tried. */
  get rounds(): number {
    return this.pivoting.rounds;
  }

  /** Looks for the active set of the problem, and marks it in `start`. @returns Whether it was found, in at most so many rounds. */
  findsActiveSet(limit: number): boolean {
    const {problem, constraints, system, pivoting, start} = this;
    const {p, m} = problem;
    if (constraints.denseCount < LEAST_DENSE * problem.C.full) return false;
    if (!system.eliminate() || !pivoting.find(limit)) return false;
    start.x.fill(0);
    start.y.fill(0);
    start.s.fill(0);
    for (let i = 0; i < m; i++) {
      // Of the rows of the set, y is above s, even where it is zero.
      if (pivoting.active[i] === 1) start.y[p + i] = Math.max(pivoting.y[i], Number.MIN_VALUE);
      else start.s[p + i] = Math.max(pivoting.s[i], 0);
    }
    return true;
  }

  /**
   * Whether active rows may depend on each other, so that their multipliers are not unique: this method gives a row all or nothing, but the
   * interior point divides multipliers among the rows.
   *
   * @param activity That of the polished point.
   */
  sharesMultipliers(activity: Uint8Array): boolean {
    const {problem, system} = this;
    const {p, m} = problem;
    const members = new Set(system.members.subarray(0, system.count));
    for (let i = 0; i < m; i++) {
      if (activity[p + i] === WEAK && !members.has(i) && !system.isIndependent(i)) return true;
    }
    return false;
  }
}

/** The method, if problems of this size may be worth it. */
export function dualMethod(
  dense: DenseKernels,
  problem: Problem,
  constraints: ConstraintRows,
): DualMethod | null {
  const {n, p, m, sides} = problem;
  const rows = p + m - oppositeRows(sides, n);
  const isSmall = productsOfDual(n, rows) <= FEW_PRODUCTS;
  return isSmall || m === 0 || p > n || rows > MOST_ROWS * n
    ? null
    : new DualMethod(dense, problem, constraints);
}

/** The approximate number of products in the matrix of the dual. */
export function productsOfDual(n: number, rows: number): number {
  return rows * n * (rows + n);
}
