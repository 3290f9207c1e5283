/** @file Quadratic programs with a known solution: the active set is prescribed, and the data are built around it. */
import seedrandom from 'seedrandom';

/** Plain f64 data; matrices are row-major. */
export interface KnownQP {
  name: string;
  n: number;
  m: number;
  k: number;
  Q: number[][];
  p: number[];
  G: number[][];
  h: number[];
  A: number[][];
  b: number[];
  x: number[];
  ineqDual: number[];
  eqDual: number[];
  active: boolean[];
}

export interface Recipe {
  n: number;
  m?: number;
  k?: number;
  /** How many of the inequalities are active, strictly. */
  active?: number;
  /** Ratio of the largest to the smallest non-zero eigenvalue of Q. Default 10. */
  condition?: number;
  /** Rank of Q. Default n. */
  rank?: number;
  seed?: string;
}

/**
 * A random problem whose primal–dual solution is chosen first: x*, λ* > 0 on the active rows, ν*; then G, A, Q at random,
 * h and b so that the right rows hold with equality, and p so that the gradient of the Lagrangian vanishes.
 *
 * All data are rounded to f32 where that keeps the solution exact enough: p, h and b absorb the rounding.
 */
export function knownQP({
  n,
  m = 0,
  k = 0,
  active = Math.floor(m / 2),
  condition = 10,
  rank = n,
  seed = '1',
}: Recipe): KnownQP {
  const random = seedrandom(`${n} ${m} ${k} ${active} ${condition} ${rank} ${seed}`);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const matrix = (rows: number, columns: number) =>
    Array.from({length: rows}, () => Array.from({length: columns}, () => Math.fround(normal())));
  const basis = orthonormalRows(matrix(n, n));
  const eigenvalues = basis.map((_, i) => (i < rank ? condition ** -(rank > 1 ? i / (rank - 1) : 0) : 0));
  const Q = Array.from({length: n}, (_, i) =>
    Array.from({length: n}, (__, j) => Math.fround(sum(basis.map((v, l) => eigenvalues[l] * v[i] * v[j])))),
  );
  const G = matrix(m, n);
  const A = matrix(k, n);
  const x = Array.from({length: n}, () => Math.fround(normal()));
  const isActive = Array.from({length: m}, (_, i) => i < active);
  const ineqDual = isActive.map((flag) => (flag ? 0.5 + random() : 0));
  const eqDual = Array.from({length: k}, normal);
  const h = G.map((row, i) => dot(row, x) + (isActive[i] ? 0 : 0.5 + random()));
  const b = A.map((row) => dot(row, x));
  const p = Q.map(
    (row, j) =>
      -dot(row, x) - sum(G.map((g, i) => g[j] * ineqDual[i])) - sum(A.map((a, i) => a[j] * eqDual[i])),
  );
  return {
    name: `n=${n} m=${m} k=${k} active=${active} cond=${condition} rank=${rank}`,
    n,
    m,
    k,
    Q,
    p,
    G,
    h,
    A,
    b,
    x,
    ineqDual,
    eqDual,
    active: isActive,
  };
}

/** Small problems of every shape. */
export const QP_ZOO: KnownQP[] = [
  {n: 1},
  {n: 4},
  {n: 3, k: 2},
  {n: 4, m: 6, active: 0},
  {n: 4, m: 6, active: 2},
  {n: 6, m: 4, k: 2, active: 2},
  {n: 6, m: 12, k: 1, active: 5},
  {n: 5, m: 5, k: 0, active: 5},
  {n: 10, m: 20, k: 3, active: 4, condition: 1e3},
  {n: 20, m: 30, k: 5, active: 9},
].map((recipe) => knownQP(recipe));

/** As `knownQP`, with rows −xⱼ ≤ −lowerⱼ and xⱼ ≤ upperⱼ at the end: active or not, infinite, or both equal. */
export function boundedQP({sides = 3, ...recipe}: Recipe & {sides?: number}): KnownQP {
  const known = knownQP(recipe);
  const {n, k, x, active, name} = known;
  const random = seedrandom(`${name} ${sides}`);
  let room = n - k - active.filter(Boolean).length;
  const more = {G: [] as number[][], h: [] as number[], ineqDual: [] as number[], active: [] as boolean[]};
  const p = known.p.slice();
  // 0: away from its bounds, 1: at the lower one, 2: at the upper one, 3: fixed.
  const at = x.map(() => {
    const kind = Math.floor(4 * random());
    const isHeld = kind === 3 ? sides === 3 : (kind & sides) !== 0;
    return isHeld && room-- > 0 ? kind : 0;
  });
  for (const side of [1, 2].filter((one) => sides & one)) {
    const sign = side === 1 ? -1 : 1;
    x.forEach((value, j) => {
      // One of the two rows holds a fixed variable.
      const isActive = at[j] === side || (at[j] === 3 && (j % 2 === 0) === (side === 1));
      const gap = isActive || at[j] === 3 ? 0 : random() < 0.3 ? Infinity : Math.fround(0.5 + random());
      const multiplier = isActive ? 0.5 + random() : 0;
      more.G.push(new Array<number>(n).fill(0).with(j, sign));
      more.h.push(Math.fround(sign * value + gap));
      more.ineqDual.push(multiplier);
      more.active.push(isActive);
      p[j] -= sign * multiplier;
    });
  }
  return {
    ...known,
    ...{name: `${name} sides=${sides}`, m: known.m + more.h.length, p},
    ...{G: [...known.G, ...more.G], h: [...known.h, ...more.h]},
    ...{ineqDual: [...known.ineqDual, ...more.ineqDual], active: [...active, ...more.active]},
  };
}

/** Small problems with bounds; `test/helpers/qp-bounds.ts` gives them to a solver as such. */
export const BOUNDED_ZOO: KnownQP[] = [
  {n: 1, sides: 1},
  {n: 5, sides: 2},
  {n: 6},
  {n: 6, k: 2, sides: 1},
  {n: 6, m: 4, active: 2, sides: 2},
  {n: 8, m: 6, k: 2, active: 2, seed: '4'},
  {n: 12, m: 3, k: 1, active: 1, condition: 1e3},
  {n: 40, m: 30, k: 4, active: 12},
].map((recipe) => boundedQP(recipe));

export function dot(a: readonly number[], b: readonly number[]): number {
  return sum(a.map((value, i) => value * b[i]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function orthonormalRows(rows: number[][]): number[][] {
  const done: number[][] = [];
  for (const row of rows) {
    let v = row;
    for (let pass = 0; pass < 2; pass++) {
      for (const u of done) {
        const overlap = dot(u, v);
        v = v.map((value, i) => value - overlap * u[i]);
      }
    }
    const norm = Math.sqrt(dot(v, v));
    done.push(v.map((value) => value / norm));
  }
  return done;
}
