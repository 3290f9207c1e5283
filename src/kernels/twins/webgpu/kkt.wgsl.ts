/**
 * @file WGSL: the KKT system of a quadratic program, factored in f32 and refined with residuals in doubles. It is factored in doubles if
 * that is not enough.
 *
 *     [ P   Cᵀ ] [ x ]   [ f ]
 *     [ C  −W  ] [ y ] = [ g ],      W diagonal, w ≥ 0; a row with w < 0 is left out.
 *
 * Only rows with w > BOUND are eliminated into H = P + Σ cᵢcᵢᵀ/wᵢ. Therefore no entry of the factored matrix grows as an interior-point
 * method converges, and f32 remains useful to the end. The other rows stay in the system. They are also added to H with weight 1, which
 * makes H definite whenever the system is regular: [H C_hᵀ; C_h −W_h] has a signed Cholesky factorisation.
 *
 * Areas: P [n, n], C [k + m, n], w, weight, lift, hard, hard_w [k + m] of f32; K, sol, inverse of doubles, with the sizes of a packed
 * triangle over n + k + m, and twice n + k + m; the vectors of `kktAreas`.
 */
import {FACTOR_ALONE} from './factor-alone.wgsl.js';
import {FACTOR_SHARED} from './factor.wgsl.js';
import {TRIANGLE, type Areas} from './memory.js';
import {VECTORS} from './vectors.wgsl.js';

/**
 * What a solve of the system reads and writes most often, the first of these first: they lie in workgroup memory, as far as that goes. So
 * does TRIANGLE, the factor in f32, if the rows that are kept are few enough.
 */
export const HOT_AREAS: readonly string[] = [
  ...['sol', 'inverse', 'fx', 'gy', 'step', 'rows_a', TRIANGLE, 'w', 'weight', 'lift', 'hard', 'hard_w'],
  ...['hard_count', 'best_x', 'best_y', 'f', 'g', 'f_x', 'g_y', 'solved_x', 'solved_y', 'C', 'P'],
];

const BOUND = 0.1;
const MAX_REFINEMENTS = 12;
/** The residual of a system that has not been solved. */
export const NEVER = 1e30;
/** The regularisation of a factorisation in f32, and in doubles. Refinement removes its effect. */
export const DELTA_SINGLE = 1e-6;
export const DELTA_DOUBLE = 1e-11;

export function kktAreas(n: number, rows: number): Areas {
  const size = n + rows;
  return {
    P: {size: n * n},
    C: {size: rows * n},
    w: {size: rows},
    weight: {size: rows},
    lift: {size: rows},
    hard: {size: rows},
    hard_w: {size: rows},
    hard_count: {size: 1},
    K: {size: (size * (size + 1)) / 2, double: true},
    sol: {size, double: true},
    inverse: {size, double: true},
    fx: {size: n, double: true},
    gy: {size: rows, double: true},
    step: {size: n, double: true},
    rows_a: {size: rows, double: true},
    best_x: {size: n, double: true},
    best_y: {size: rows, double: true},
  };
}

/** Decides for each row whether it is eliminated, kept, or left out. */
const CLASSIFY = `
fn classify() {
  if (lane == 0) {
    var count = 0;
    for (var i = 0; i < $k + $m; i++) {
      let w = rd($w, i);
      var weight = 0f;
      var lift = 0f;
      if (w > ${BOUND}) {
        weight = 1 / w;
        lift = weight;
      } else if (w >= 0) {
        wr($hard, count, f32(i));
        wr($hard_w, count, w / (1 - w));
        count++;
        lift = 1;
      }
      wr($weight, i, weight);
      wr($lift, i, lift);
    }
    wr($hard_count, 0, f32(count));
  }
  sync();
}
fn hard_rows() -> i32 { return share(i32(rd($hard_count, 0))); }
`;

/**
 * Solves and refines until the residual reaches `goal` or no longer shrinks. Each part has a single call site, because device compilers
 * copy a function to every place that calls it.
 */
const SOLVE = `
fn residual_kkt(f: i32, g: i32, x: i32, y: i32) -> f32 {
  times_both(x, y, $fx, $fx, $gy);
  var largest = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let r = sub(rdd(f, j), rdd($fx, j));
    wrd($fx, j, r);
    largest = max(largest, magnitude(r));
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    let w = rd($w, i);
    var r = D(0, 0);
    if (w >= 0) { r = add(sub(rdd(g, i), rdd($gy, i)), scale(rdd(y, i), w)); }
    wrd($gy, i, r);
    largest = max(largest, magnitude(r));
  }
  sync();
  return most(largest);
}
fn correct_kkt(full: bool) {
  let hard = hard_rows();
  for (var j = lane; j < $n + hard; j += LANES) {
    var s = D(0, 0);
    if (j < $n) {
      s = rdd($fx, j);
      for (var i = 0; i < $k + $m; i++) {
        let a = rd($C, i * $n + j);
        if (a != 0) { s = gather(s, a, scale(rdd($gy, i), rd($lift, i))); }
      }
      s = quick(s.x, s.y);
    } else {
      s = rdd($gy, i32(rd($hard, j - $n)));
    }
    if (full) { wrd($sol, j, s); } else { wr($sol, j, s.x); }
  }
  sync();
  if (agree(full)) { substitute_double($n, $n + hard); } else { substitute_single($n, $n + hard); }
  for (var j = lane; j < $n; j += LANES) {
    var s = D(0, 0);
    if (full) { s = rdd($sol, j); } else { s.x = rd($sol, j); }
    wrd($step, j, s);
  }
  sync();
  times_C($step, $rows_a);
  for (var i = lane; i < $k + $m; i += LANES) {
    wrd($rows_a, i, scale(sub(rdd($rows_a, i), rdd($gy, i)), rd($weight, i)));
  }
  sync();
  for (var h = lane; h < hard; h += LANES) {
    var s = D(0, 0);
    if (full) { s = rdd($sol, $n + h); } else { s.x = rd($sol, $n + h); }
    wrd($rows_a, i32(rd($hard, h)), scale(s, 1 + rd($hard_w, h)));
  }
  sync();
}
fn solve_kkt(full: bool, f: i32, g: i32, x: i32, y: i32, goal: f32) -> f32 {
  clear(x, $n);
  clear(y, $k + $m);
  var right = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let v = rdd(f, j);
    wrd($fx, j, v);
    right = max(right, magnitude(v));
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    let v = select(rdd(g, i), D(0, 0), rd($w, i) < 0);
    wrd($gy, i, v);
    right = max(right, magnitude(v));
  }
  sync();
  right = most(right);
  if (agree(right == 0)) { return 0; }
  var best = f32(${NEVER});
  for (var round = 0; round <= ${MAX_REFINEMENTS}; round++) {
    correct_kkt(full);
    for (var j = lane; j < $n; j += LANES) {
      wrd($best_x, j, rdd(x, j));
      wrd(x, j, add(rdd(x, j), rdd($step, j)));
    }
    for (var i = lane; i < $k + $m; i += LANES) {
      wrd($best_y, i, rdd(y, i));
      wrd(y, i, add(rdd(y, i), rdd($rows_a, i)));
    }
    sync();
    let off = residual_kkt(f, g, x, y) / right;
    if (agree(!(off < best))) {
      for (var j = lane; j < $n; j += LANES) { wrd(x, j, rdd($best_x, j)); }
      for (var i = lane; i < $k + $m; i += LANES) { wrd(y, i, rdd($best_y, i)); }
      sync();
      break;
    }
    let stalled = off > 0.5 * best;
    best = off;
    if (agree(stalled || off <= goal)) { break; }
  }
  return best;
}
`;

/** Call `classify`, then `factor_single` or `factor_double`, then `solve_kkt` for each right-hand side. */
export const kktCode = (lanes: number): string =>
  [VECTORS, CLASSIFY, lanes === 1 ? FACTOR_ALONE : FACTOR_SHARED, SOLVE].join('\n');
