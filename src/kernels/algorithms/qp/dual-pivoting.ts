/**
 * @file Block principal pivoting on the dual of a strictly convex quadratic program: finds the active set by moving many rows at a time.
 *
 *     y ≥ 0,   s = e + S y ≥ 0,   yᵀs = 0
 *
 * Júdice & Pires (1994), "A block principal pivoting algorithm for large-scale strictly monotone linear complementarity problems". A set F
 * gives y_F = −S_FF⁻¹e_F. Rows with a wrong sign change sides, all of them as long as their number falls; then one by one, which ends if S
 * is definite (Murty 1974).
 */
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import type {DualSystem} from './dual-system.js';
import type {Problem} from './types.js';
import {maxAbs} from './vectors.js';

/** How many rounds may pass without fewer wrong signs until rows move one by one. */
const PATIENCE = 3;
/** The most rounds: nearly all problems that are solved need fewer, and the others should not wait long for the interior point. */
const ROUNDS = 20;
/** A wrong sign that is smaller than this part of the largest entry is rounding. */
const ROUNDING = 1e-13;
/** If there are more rows than this for each degree of freedom, only the most violated half enters, because too many would be dependent. */
const FEW = 1.3;

export class DualPivoting {
  /** The multipliers and slacks of the inequalities, [m]. */
  readonly y: Vector;
  readonly s: Vector;
  /** 1 for the rows of the set, else 0. */
  readonly active: Uint8Array;
  /** The number of sets that the latest `find` tried. */
  rounds = 0;
  private readonly part: Vector;
  private readonly wrong: Uint8Array;
  /** The degrees of freedom that the equalities leave: more rows cannot be active without depending on each other. */
  private readonly most: number;
  private readonly isCautious: boolean;

  constructor(
    dense: DenseKernels,
    {n, p, m}: Pick<Problem, 'n' | 'p' | 'm'>,
    private readonly system: DualSystem,
  ) {
    this.y = dense.vector(m);
    this.s = dense.vector(m);
    this.part = dense.vector(m);
    this.active = new Uint8Array(m);
    this.wrong = new Uint8Array(m);
    this.most = n - p;
    this.isCautious = system.own > FEW * this.most;
  }

  /**
   * Finds the active set of the system, which must have been eliminated.
   *
   * @param limit The most sets to try.
   * @returns Whether there are multipliers and slacks without wrong signs.
   */
  find(limit: number): boolean {
    const {system, y, s, active, wrong} = this;
    active.fill(0);
    y.fill(0);
    s.set(system.e);
    let fewest = Infinity;
    let patience = PATIENCE;
    for (this.rounds = 1; this.rounds <= Math.min(limit, ROUNDS); this.rounds++) {
      const count = this.findWrong();
      if (count === 0) return true;
      if (count < fewest) patience = PATIENCE;
      else patience--;
      fewest = Math.min(count, fewest);
      if (patience < 0) wrong.fill(0, 0, wrong.lastIndexOf(1));
      else this.holdBack();
      for (let i = 0; i < active.length; i++) active[i] ^= wrong[i];
      if (!this.solve()) return false;
    }
    return false;
  }

  /** Marks the rows that have a wrong sign. @returns Their number. */
  private findWrong(): number {
    const {y, s, active, wrong} = this;
    const leastY = -ROUNDING * maxAbs(y);
    const leastS = -ROUNDING * maxAbs(s);
    let count = 0;
    for (let i = 0; i < active.length; i++) {
      wrong[i] = Number(active[i] === 1 ? y[i] < leastY : s[i] < leastS);
      count += wrong[i];
    }
    return count;
  }

  /** Takes the mark from rows that should not enter in this round: those that are violated by the smallest distances. */
  private holdBack(): void {
    const {system, s, active, wrong, isCautious, most} = this;
    let stay = 0;
    let enter = 0;
    for (let i = 0; i < active.length; i++) {
      if (wrong[i] === 0) stay += active[i];
      else if (active[i] === 0) enter++;
    }
    const room = Math.min(isCautious ? Math.ceil(enter / 2) : enter, Math.max(1, most - stay));
    if (enter <= room) return;
    const {S, stride} = system;
    const distance = (i: number) => s[i] / Math.sqrt(S[system.rowOf(i) * (stride + 1)]);
    const entering = Array.from(active.keys()).filter((i) => wrong[i] === 1 && active[i] === 0);
    for (const i of entering.sort((a, b) => distance(a) - distance(b)).slice(room)) wrong[i] = 0;
  }

  /** y and s for the set. @returns False if its rows may depend on each other. */
  private solve(): boolean {
    const {system, y, s, part, active} = this;
    const {e, members} = system;
    const m = active.length;
    system.count = 0;
    for (let i = 0; i < m; i++) if (active[i] === 1) members[system.count++] = i;
    if (!system.factorMembers()) return false;
    for (let a = 0; a < system.count; a++) part[a] = -e[members[a]];
    system.solveMembers(part);
    y.fill(0);
    for (let a = 0; a < system.count; a++) y[members[a]] = part[a];
    system.slacks(y, s);
    return true;
  }
}
