/**
 * @file WGSL: the signed Cholesky factorisation of a condensed KKT system, and its solves, in f32 or in doubles.
 *
 * It is right-looking: a panel of columns is finished, and what it contributes is subtracted from the rest at once. Threads work on square
 * tiles of the rest, which stay in registers meanwhile, so that an entry is read and written once a panel. Every thread factors the square
 * at the top of the panel for itself, because to wait for one that does takes longer.
 */

import {DOUBLE, SINGLE, TAKES, type Precision} from './precision.js';

/** The columns of a panel, and the rows and columns of a tile, in each precision. */
const WIDTHS = {single: 4, double: 2};

/** Which tile of a lower triangle of tiles this is: row and column, numbered row by row. */
const TILES = `
var<private> triangle_at: i32;
fn tile_of(index: i32) -> vec2i {
  var row = i32((sqrt(8 * f32(index) + 1) - 1) / 2);
  if ((row + 1) * (row + 2) / 2 <= index) { row++; }
  if (row * (row + 1) / 2 > index) { row--; }
  return vec2i(row, index - row * (row + 1) / 2);
}
`;

/** Where the factor in f32 lies: in workgroup memory, if it is small enough. */
const PLACE = `triangle_at = $K;
  if (in_triangle($n + hard, 0) <= $fast_triangle_words) { triangle_at = $fast_triangle; }`;

/** The functions `factor_…` and `substitute_…` for one precision. Their names end with the precision. */
function factorIn({
  suffix,
  type,
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
  const isDouble = suffix === DOUBLE.suffix;
  const K = isDouble ? '$K' : 'triangle_at';
  const width = isDouble ? WIDTHS.double : WIDTHS.single;
  return `
alias Panel_${suffix} = array<${type}, ${width}>;
// The entries of row i in the panel from column j on; those beyond the diagonal or the end are zero.
fn panel_row_${suffix}(i: i32, j: i32, count: i32) -> Panel_${suffix} {
  var row: Panel_${suffix};
  for (var c = 0; c < ${width}; c++) { if (i < count && j + c <= i) { row[c] = ${read}(${K}, in_triangle(i, j + c)); } }
  return row;
}
fn cholesky_${suffix}(positive: i32, count: i32) -> bool {
  var regular = true;
  for (var j = 0; j < count; j += ${width}) {
    // The square at the top, the inverses of its pivots' roots, and these with the signs of the pivots.
    var top: array<Panel_${suffix}, ${width}>;
    var inverses: Panel_${suffix};
    var factors: Panel_${suffix};
    for (var r = 0; r < ${width}; r++) { top[r] = panel_row_${suffix}(j + r, j, count); }
    for (var c = 0; c < ${width}; c++) {
      let pivot = ${normal('top[c][c]')};
      var d = select(pivot, -pivot, j + c >= positive);
      if (!(${high('d')} > 1e-30)) {
        regular = regular && j + c >= count;
        d = ${one};
      }
      inverses[c] = ${inverseRoot('d')};
      factors[c] = select(inverses[c], -inverses[c], j + c >= positive);
      for (var r = c + 1; r < ${width}; r++) {
        top[r][c] = ${product(normal('top[r][c]'), 'factors[c]')};
        for (var i = c + 1; i <= r; i++) {
          top[r][i] = ${take('top[r][i]', 'top[r][c]', 'select(top[i][c], -top[i][c], j + c >= positive)')};
        }
      }
    }
    // The rows below it.
    for (var i = j + ${width} + lane; i < count; i += LANES) {
      var row = panel_row_${suffix}(i, j, count);
      for (var c = 0; c < ${width}; c++) {
        row[c] = ${product(normal('row[c]'), 'factors[c]')};
        ${write}(${K}, in_triangle(i, j + c), row[c]);
        for (var r = c + 1; r < ${width}; r++) {
          row[r] = ${take('row[r]', 'row[c]', 'select(top[r][c], -top[r][c], j + c >= positive)')};
        }
      }
    }
    sync();
    // Nobody reads the square any more, but who solves with it.
    if (lane == 0) {
      for (var r = 0; r < min(${width}, count - j); r++) {
        ${write}($inverse, j + r, inverses[r]);
        for (var c = 0; c < r; c++) { ${write}(${K}, in_triangle(j + r, j + c), top[r][c]); }
      }
    }
    // The rest, tile by tile.
    let first = j + ${width};
    let tiles = max(0, (count - first + ${width - 1}) / ${width});
    for (var t = lane; t < tiles * (tiles + 1) / 2; t += LANES) {
      let at = first + ${width} * tile_of(t);
      var right: array<Panel_${suffix}, ${width}>;
      for (var c = 0; c < ${width}; c++) {
        right[c] = panel_row_${suffix}(at.y + c, j, count);
        for (var i = 0; i < ${width}; i++) { if (j + i >= positive) { right[c][i] = -right[c][i]; } }
      }
      for (var r = 0; r < ${width}; r++) {
        let left = panel_row_${suffix}(at.x + r, j, count);
        for (var c = 0; c < ${width}; c++) {
          if (at.x + r >= count || at.y + c > at.x + r) { continue; }
          let place = in_triangle(at.x + r, at.y + c);
          var s = ${read}(${K}, place);
          for (var i = 0; i < ${width}; i++) { s = ${take('s', 'left[i]', 'right[c][i]')}; }
          ${write}(${K}, place, ${normal('s')});
        }
      }
    }
    sync();
  }
  return agree(regular);
}
fn substitute_${suffix}(positive: i32, count: i32) {
  for (var j = 0; j < count; j++) {
    let z = ${product(`${read}($sol, j)`, `${read}($inverse, j)`)};
    for (var i = j + 1 + lane; i < count; i += LANES) {
      let s = ${take(`${read}($sol, i)`, `${read}(${K}, in_triangle(i, j))`, 'z')};
      ${write}($sol, i, ${normal('s')});
    }
    sync();
  }
  for (var j = lane; j < count; j += LANES) {
    let z = ${product(`${read}($sol, j)`, `${read}($inverse, j)`)};
    ${write}($sol, j, select(z, -z, j >= positive));
  }
  sync();
  // An entry is divided by its pivot when nobody needs it any more.
  for (var i = count - 1; i > 0; i--) {
    let u = ${product(`${read}($sol, i)`, `${read}($inverse, i)`)};
    for (var k = lane; k < i; k += LANES) {
      let s = ${take(`${read}($sol, k)`, `${read}(${K}, in_triangle(i, k))`, 'u')};
      ${write}($sol, k, ${normal('s')});
    }
    sync();
  }
  for (var j = lane; j < count; j += LANES) {
    ${write}($sol, j, ${product(`${read}($sol, j)`, `${read}($inverse, j)`)});
  }
  sync();
}
fn factor_${suffix}(delta: f32) -> bool {
  let hard = hard_rows();
  ${isDouble ? '' : PLACE}
  let tiles = ($n + ${width - 1}) / ${width};
  for (var t = lane; t < tiles * (tiles + 1) / 2; t += LANES) {
    let at = ${width} * tile_of(t);
    // What lies beyond the end is computed, too, from the last entries, and not written.
    var sums: array<Panel_${suffix}, ${width}>;
    for (var r = 0; r < ${width}; r++) {
      let i = min(at.x + r, $n - 1);
      for (var c = 0; c < ${width}; c++) {
        let j = min(at.y + c, $n - 1);
        let p = rd($P, i * $n + j);
        sums[r][c] = ${of('p')};
        if (i == j) { sums[r][c] = ${diagonal('p')}; }
      }
    }
    for (var row = 0; row < $k + $m; row++) {
      let lift = rd($lift, row);
      if (lift == 0) { continue; }
      var right: array<f32, ${width}>;
      for (var c = 0; c < ${width}; c++) { right[c] = rd($C, row * $n + min(at.y + c, $n - 1)); }
      for (var r = 0; r < ${width}; r++) {
        let left = rd($C, row * $n + min(at.x + r, $n - 1));
        let factor = ${negative('lift', 'left')};
        for (var c = 0; c < ${width}; c++) { sums[r][c] = ${take('sums[r][c]', 'factor', of('right[c]'))}; }
      }
    }
    for (var r = 0; r < ${width}; r++) {
      for (var c = 0; c < ${width}; c++) {
        if (at.x + r >= $n || at.y + c > at.x + r) { continue; }
        ${write}(${K}, in_triangle(at.x + r, at.y + c), ${normal('sums[r][c]')});
      }
    }
  }
  for (var h = 0; h < hard; h++) {
    let c = i32(rd($hard, h)) * $n;
    for (var j = lane; j < $n + h; j += LANES) {
      var value = 0f;
      if (j < $n) { value = rd($C, c + j); }
      ${write}(${K}, in_triangle($n + h, j), ${of('value')});
    }
    if (lane == 0) {
      ${write}(${K}, in_triangle($n + h, $n + h), ${kept('h')});
    }
  }
  sync();
  return cholesky_${suffix}($n, $n + hard);
}
`;
}

/** For threads that share a problem. */
export const FACTOR_SHARED = [TAKES, TILES, factorIn(SINGLE), factorIn(DOUBLE)].join('\n');
