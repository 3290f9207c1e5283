/**
 * @file WGSL: the signed Cholesky factorisation of a condensed KKT system, and its solves, in f32 or in doubles, by one thread.
 *
 * It is left-looking: each entry of the factor is a sum that stays in a register until it is written. Without tiles it has a third of the
 * loops of `factor.wgsl.ts`, and compiles sooner.
 */
import {DOUBLE, SINGLE, TAKES, type Precision} from './precision.js';

/** The functions `factor_…` and `substitute_…` for one precision. Their names end with the precision. */
function factorIn({
  suffix,
  one,
  read,
  write,
  of,
  normal,
  product,
  take,
  high,
  inverseRoot,
  diagonal,
  negative,
  kept,
}: Precision): string {
  return `
fn cholesky_${suffix}(positive: i32, count: i32) -> bool {
  for (var j = 0; j < count; j++) {
    var factor = ${one};
    let row_j = in_triangle(j, 0);
    for (var i = j; i < count; i++) {
      let row_i = in_triangle(i, 0);
      var s = ${read}($K, row_i + j);
      for (var c = 0; c < j; c++) {
        let above = ${read}($K, row_j + c);
        s = ${take('s', `${read}($K, row_i + c)`, 'select(above, -above, c >= positive)')};
      }
      s = ${normal('s')};
      if (i == j) {
        let d = select(s, -s, j >= positive);
        if (!(${high('d')} > 1e-30)) { return false; }
        let inverse = ${inverseRoot('d')};
        ${write}($inverse, j, inverse);
        factor = select(inverse, -inverse, j >= positive);
      } else {
        ${write}($K, row_i + j, ${product('s', 'factor')});
      }
    }
  }
  return true;
}
// Lz = sol, then Lᵀu = ±z.
fn substitute_${suffix}(positive: i32, count: i32) {
  for (var turn = 0; turn < 2; turn++) {
    let forward = turn == 0;
    for (var step = 0; step < count; step++) {
      let i = select(count - 1 - step, step, forward);
      var s = ${read}($sol, i);
      s = select(s, -s, !forward & (i >= positive));
      for (var t = 0; t < step; t++) {
        let c = select(count - 1 - t, t, forward);
        s = ${take('s', `${read}($K, in_triangle(max(i, c), min(i, c)))`, `${read}($sol, c)`)};
      }
      ${write}($sol, i, ${product(normal('s'), `${read}($inverse, i)`)});
    }
  }
}
fn factor_${suffix}(delta: f32) -> bool {
  let hard = hard_rows();
  for (var i = 0; i < $n + hard; i++) {
    let row_i = in_triangle(i, 0);
    let c = select(i32(rd($hard, max(i - $n, 0))) * $n, 0, i < $n);
    for (var j = 0; j <= i; j++) {
      var s = ${of('0f')};
      if (i < $n) {
        let p = rd($P, i * $n + j);
        s = ${of('p')};
        if (i == j) { s = ${diagonal('p')}; }
      } else if (j < $n) {
        s = ${of('rd($C, c + j)')};
      } else if (i == j) {
        s = ${kept('i - $n')};
      }
      ${write}($K, row_i + j, s);
    }
    if (i >= $n) { continue; }
    for (var row = 0; row < $k + $m; row++) {
      let factor = ${negative('rd($lift, row)', 'rd($C, row * $n + i)')};
      if (${high('factor')} == 0) { continue; }
      for (var j = 0; j <= i; j++) {
        let s = ${take(`${read}($K, row_i + j)`, 'factor', of('rd($C, row * $n + j)'))};
        ${write}($K, row_i + j, ${normal('s')});
      }
    }
  }
  return cholesky_${suffix}($n, $n + hard);
}
`;
}

export const FACTOR_ALONE = [TAKES, factorIn(SINGLE), factorIn(DOUBLE)].join('\n');
