/**
 * @file The KKT systems of a batch of quadratic programs, factored:
 *
 *     [ P   Cᵀ ] [ x ]   [ f ]
 *     [ C  −W  ] [ y ] = [ g ]
 *
 * Soft rows (W > 0) are eliminated into H = P + Cᵀ W⁻¹ C, to which the hard rows (W = 0) are added with weight RHO, which changes nothing at
 * a solution. H is factored, and then the Schur complement of the hard rows. A small regularisation makes both definite; refinement against
 * the system without it removes its effect.
 */
import {
  cholesky,
  choleskySolve,
  identity,
  isLess,
  maximum,
  maxAbs,
  minus,
  mul,
  mulT,
  over,
  pickLargest,
  plus,
  times,
  addN,
  triangularSolve,
  transpose,
  where,
  type Doubles,
  type Operand,
} from './arrays/index.js';

const RHO = 1;

/** Which rows of C take part, and how; each has one number a row. */
export interface Rows {
  /** 1 / w for a soft row, else 0; `null` if there are no soft rows. */
  soft: Doubles | null;
  /** w of soft rows, else 0. */
  w: Operand;
  /** The hard rows: a part of C in which rows that do not count are zero; `null` if there are none. */
  hard: Doubles | null;
  /** 1 for each of these that does not count, else 0. */
  idle: Operand;
  /** 1 for rows of C that take part, else 0. */
  present: Operand;
  /** Multipliers of the hard rows as multipliers of the rows of C, and a right-hand side for those rows. */
  toAll: (hard: Doubles) => Doubles;
  toHard: (all: Doubles) => Doubles;
}

/** Of a problem without rows. */
export const NO_ROWS: Rows = {
  soft: null,
  w: 0,
  hard: null,
  idle: 0,
  present: 1,
  toAll: (v) => v,
  toHard: (v) => v,
};

/** There is room for this many hard rows more than variables. More of them depend on each other. */
const ROOM = 16;

/**
 * The rows of C that are hard (1 in `hard`, else 0), for `Rows`. Of more rows than there is room for, those with the largest `score` are
 * taken.
 */
export function hardRows(
  C: Doubles,
  hard: Doubles,
  score: Doubles,
): Pick<Rows, 'idle' | 'toAll' | 'toHard'> & {hard: Doubles} {
  const [, rows, n] = C.shape;
  const same = (v: Doubles) => v;
  if (rows <= n + ROOM) return {hard: times(hard, C), idle: minus(1, hard), toAll: same, toHard: same};
  const pick = pickLargest(times(hard, score), n + ROOM);
  const held = mul(pick, hard);
  return {
    hard: mul(pick, times(hard, C)),
    idle: minus(1, held),
    toAll: (v) => mulT(pick, v),
    toHard: (v) => times(held, mul(pick, v)),
  };
}

/** A solution of a system, and how far it is from one, relative to the right-hand side. */
export interface Solved {
  x: Doubles;
  y: Doubles;
  residual: Doubles;
}

export class KktFactors {
  private readonly L: Doubles;
  /** L⁻¹ of the hard rows, transposed; and the factor of their Schur complement. */
  private readonly U: Doubles | null = null;
  private readonly M: Doubles | null = null;

  /** NaN in a sample that has no factors. @param delta The regularisation of both blocks. */
  constructor(
    private readonly P: Doubles,
    private readonly C: Doubles,
    private readonly rows: Rows,
    delta: Operand,
  ) {
    const {soft, hard, idle} = rows;
    let H = plus(P, times(identity(P.shape[1]), delta));
    if (soft) H = plus(H, mulT(C, times(soft, C)));
    if (!hard) {
      this.L = cholesky(H);
      return;
    }
    this.L = cholesky(plus(H, times(RHO, mulT(hard, hard))));
    this.U = triangularSolve(this.L, transpose(hard), true, false);
    const extra = times(identity(hard.shape[1]), plus(idle, delta));
    this.M = cholesky(plus(mulT(this.U, this.U), extra));
  }

  /** The solution with the regularised factors. */
  solve(f: Doubles, g: Doubles): {x: Doubles; y: Doubles} {
    const {C, rows, L, U, M} = this;
    const {soft, hard, toAll, toHard} = rows;
    let right = soft ? plus(f, mulT(C, times(soft, g))) : f;
    if (!hard || !U || !M) {
      const x = choleskySolve(L, right);
      return {x, y: soft ? times(soft, minus(mul(C, x), g)) : times(g, 0)};
    }
    const gHard = toHard(g);
    right = plus(right, times(RHO, mulT(hard, gHard)));
    const half = triangularSolve(L, right, true, false);
    const nu = choleskySolve(M, minus(mulT(U, half), gHard));
    const x = triangularSolve(L, minus(half, mul(U, nu)), true, true);
    const all = toAll(nu);
    return {x, y: soft ? plus(all, times(soft, minus(mul(C, x), g))) : all};
  }

  /** The solution of the system without regularisation, as far as some corrections lead; each is kept only if it helps. */
  refined(f: Doubles, g: Doubles, corrections: number): Solved {
    let {x, y} = this.solve(f, g);
    const size = maximum(maximum(maxAbs(f), maxAbs(g)), 1e-30);
    let {fx, gy, error} = this.remainder(f, g, x, y);
    for (let k = 0; k < corrections; k++) {
      const step = this.solve(fx, gy);
      const [nextX, nextY] = [plus(x, step.x), plus(y, step.y)];
      const next = this.remainder(f, g, nextX, nextY);
      const better = isLess(next.error, error);
      const pick = (a: Doubles, b: Doubles) => where(better, a, b);
      [x, y] = [pick(nextX, x), pick(nextY, y)];
      [fx, gy, error] = [pick(next.fx, fx), pick(next.gy, gy), pick(next.error, error)];
    }
    return {x, y, residual: over(error, size)};
  }

  private remainder(
    f: Doubles,
    g: Doubles,
    x: Doubles,
    y: Doubles,
  ): {fx: Doubles; gy: Doubles; error: Doubles} {
    const {P, C, rows} = this;
    const fx = minus(f, plus(mul(P, x), mulT(C, y)));
    const gy = times(rows.present, addN(minus(g, mul(C, x)), times(rows.w, y)));
    return {fx, gy, error: maximum(maxAbs(fx), maxAbs(gy))};
  }
}
