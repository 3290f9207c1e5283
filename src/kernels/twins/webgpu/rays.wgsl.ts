/** @file WGSL: whether a ray proves that a quadratic program has no solution, as `qp/rays.ts` does. */
import {CANCELS, FALLS, FLAT} from '../../contracts/qp-limits.js';

export const RAYS = `
// −1/(aᵀv), of a vector of given numbers along the ray; none if that is not a fall beyond rounding.
fn fall_along(y: bool) -> Big {
  var top = f32(NO_EXPONENT);
  let count = select($n, $k + $m, y);
  for (var i = lane; i < count; i += LANES) {
    var a = 0f;
    var e = 0f;
    if (y) { a = rd($bound, i); e = rd($exact_y_exponent, i); } else { a = given_p(i); e = rd($exact_x_exponent, i); }
    if (a != 0) { top = max(top, f32(exponent_of(a)) + e); }
  }
  top = most(top);
  var s = D(0, 0);
  var terms = D(0, 0);
  for (var i = lane; i < count; i += LANES) {
    var a = 0f;
    var e = 0f;
    var v = D(0, 0);
    if (y) {
      a = rd($bound, i);
      e = rd($exact_y_exponent, i);
      v = rdd($exact_y, i);
    } else {
      a = given_p(i);
      e = rd($exact_x_exponent, i);
      v = rdd($exact_x, i);
    }
    a = shifted(a, i32(e - top));
    s = add(s, scale(v, a));
    terms.x += abs(a * v.x);
  }
  s = total(s);
  terms = total(terms);
  if (agree(!(-s.x > ${FALLS} * terms.x))) { return none(); }
  return big_quotient(big(1, 0), big(-s.x, i32(top)));
}
fn judge_ray(y: bool) -> bool {
  let factor = fall_along(y);
  if (agree(factor.x == 0)) { return false; }
  var off = 0f;
  let noise = select(${FLAT}, ${CANCELS}, y);
  for (var j = lane; j < $n; j += LANES) {
    let left = quotient(abs(rdd($gradient, j).x), rd($gradient_exponent, j), rdd($column_terms, j));
    off = max(off, left / noise);
  }
  if (!y) {
    for (var i = lane; i < $k + $m; i += LANES) {
      let excess = rdd($excess, i).x;
      if (rd($missing, i) > 0 || (i >= $k && excess < 0)) { continue; }
      off = max(off, quotient(abs(excess), rd($excess_exponent, i), rdd($row_terms, i)) / ${CANCELS});
    }
  }
  if (agree(most(off) > 1)) { return false; }
  for (var j = lane; j < $n; j += LANES) {
    if (!y) { note($certificateX + j, value_of(big_product(factor, big(rdd($exact_x, j).x, i32(rd($exact_x_exponent, j)))))); }
  }
  for (var i = lane; i < $k + $m; i += LANES) {
    if (!y) { continue; }
    let v = value_of(big_product(factor, big(rdd($exact_y, i).x, i32(rd($exact_y_exponent, i)))));
    if (i < $k) { note($certificateEq + i, v); } else { note($certificateIneq + i - $k, max(0, v)); }
  }
  return true;
}
`;
