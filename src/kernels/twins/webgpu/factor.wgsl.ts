/** @file WGSL: the signed Cholesky factorisation of a condensed KKT system, and its solves, in f32 or in doubles. */

/** The functions `factor_…` and `substitute_…` for one precision. Their names end with the precision. */
export function factorCode(double: boolean): string {
  const suffix = double ? 'double' : 'single';
  const zero = double ? 'D(0, 0)' : '0f';
  const [read, write] = double ? ['rdd', 'wrd'] : ['rd', 'wr'];
  const of = (value: string) => (double ? `wide(${value})` : value);
  const normal = (value: string) => (double ? `quick(${value}.x, ${value}.y)` : value);
  const product = (a: string, b: string) => (double ? `mul(${a}, ${b})` : `${a} * ${b}`);
  return `
${
  double
    ? `fn take_double(s: D, a: D, b: D) -> D {
  let p = times(a.x, b.x);
  let t = sum(s.x, -p.x);
  return D(t.x, s.y + (t.y - (p.y + (a.x * b.y + a.y * b.x))));
}`
    : 'fn take_single(s: f32, a: f32, b: f32) -> f32 { return s - a * b; }'
}
fn cholesky_${suffix}(positive: i32, count: i32) -> bool {
  for (var j = 0; j < count; j++) {
    let row_j = j * (j + 1) / 2;
    for (var i = j + lane; i < count; i += LANES) {
      let row_i = i * (i + 1) / 2;
      var s = ${read}($K, row_i + j);
      for (var k = 0; k < j; k++) {
        let v = ${read}($K, row_j + k);
        s = take_${suffix}(s, ${read}($K, row_i + k), select(v, -v, k >= positive));
      }
      // The pivot itself is still wanted by the others; it goes to where its root will be.
      if (i > j) { ${write}($K, row_i + j, ${normal('s')}); } else { ${write}($inverse, j, ${normal('s')}); }
    }
    sync();
    let pivot = ${read}($inverse, j);
    let d = select(pivot, -pivot, j >= positive);
    if (agree(!(d${double ? '.x' : ''} > 1e-30))) { return false; }
    let inverse_root = ${double ? 'div(D(1, 0), root(d))' : 'inverseSqrt(d)'};
    let factor = select(inverse_root, -inverse_root, j >= positive);
    for (var i = j + 1 + lane; i < count; i += LANES) {
      let at = i * (i + 1) / 2 + j;
      ${write}($K, at, ${product(`${read}($K, at)`, 'factor')});
    }
    if (lane == 0) { ${write}($inverse, j, inverse_root); }
    sync();
  }
  return true;
}
fn substitute_${suffix}(positive: i32, count: i32) {
  for (var j = 0; j < count; j++) {
    let z = ${product(`${read}($sol, j)`, `${read}($inverse, j)`)};
    for (var i = j + 1 + lane; i < count; i += LANES) {
      let s = take_${suffix}(${read}($sol, i), ${read}($K, i * (i + 1) / 2 + j), z);
      ${write}($sol, i, ${normal('s')});
    }
    sync();
  }
  for (var j = lane; j < count; j += LANES) {
    let z = ${product(`${read}($sol, j)`, `${read}($inverse, j)`)};
    ${write}($sol, j, select(z, -z, j >= positive));
  }
  sync();
  for (var i = count - 1; i >= 0; i--) {
    let u = ${product(`${read}($sol, i)`, `${read}($inverse, i)`)};
    sync();
    for (var k = lane; k < i; k += LANES) {
      let s = take_${suffix}(${read}($sol, k), ${read}($K, i * (i + 1) / 2 + k), u);
      ${write}($sol, k, ${normal('s')});
    }
    if (lane == 0) { ${write}($sol, i, u); }
    sync();
  }
}
fn factor_${suffix}(delta: f32) -> bool {
  let hard = hard_rows();
  for (var i = lane; i < $n; i += LANES) {
    let row = i * (i + 1) / 2;
    for (var j = 0; j <= i; j++) { ${write}($K, row + j, ${of('rd($P, i * $n + j)')}); }
    ${write}($K, row + i, ${double ? 'add(add(rdd($K, row + i), times(lift_of, rd($P, i * $n + i))), wide(delta))' : 'rd($K, row + i) * (1 + lift_of) + delta'});
    for (var r = 0; r < $k + $m; r++) {
      let lift = rd($lift, r);
      let c = rd($C, r * $n + i);
      if (lift == 0 || c == 0) { continue; }
      let factor = ${double ? 'times(-lift, c)' : '-lift * c'};
      for (var j = 0; j <= i; j++) {
        let s = take_${suffix}(${read}($K, row + j), factor, ${of('rd($C, r * $n + j)')});
        ${write}($K, row + j, ${normal('s')});
      }
    }
  }
  for (var h = lane; h < hard; h += LANES) {
    let row = ($n + h) * ($n + h + 1) / 2;
    let c = i32(rd($hard, h)) * $n;
    for (var j = 0; j < $n; j++) { ${write}($K, row + j, ${of('rd($C, c + j)')}); }
    for (var j = 0; j < h; j++) { ${write}($K, row + $n + j, ${zero}); }
    ${write}($K, row + $n + h, ${double ? '-add(wide(rd($hard_w, h)), wide(delta))' : '-rd($hard_w, h) - delta'});
  }
  sync();
  return cholesky_${suffix}($n, $n + hard);
}
`;
}
