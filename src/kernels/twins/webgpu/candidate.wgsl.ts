/** @file WGSL: reads a guess, and passes the result of a solver to the judge, with exponents that may exceed those of f32. */
import type {Area} from './run-problems.js';

/** The kinds of result that a solver claims to have found. */
export const POINT = 0;
export const FARKAS_RAY = 1;
export const DESCENT_RAY = 2;
export const INVALID = 5;
export const NOTHING = -1;

/** Entries of a ray below this share of its largest entry are rounding. */
const NOISE = 1e-11;

/**
 * The claim, the status if the claim does not hold (or −1), and the iterations; then x and y as doubles from 1 to 2, and their exponents.
 */
export function candidateAreas(n: number, rows: number): Record<string, Area> {
  const areas: Record<string, Area> = {};
  let size = 0;
  const part = (name: string, width: number, words = 1) => {
    areas[name] = {size: width, within: 'candidate', offset: size, double: words === 2};
    size += width * words;
  };
  part('claim', 1);
  part('fallback', 1);
  part('taken', 1);
  part('candidate_x', n, 2);
  part('candidate_x_exponent', n);
  part('candidate_y', rows, 2);
  part('candidate_y_exponent', rows);
  return {candidate: {size}, ...areas};
}

/** x and y belong to the scaled problem: x = D x̂/β, y = E ŷ/(c β). `$rows` is the number of rows of the given problem. */
export const CANDIDATE = `
var<private> iterations: i32;
var<private> c_of: f32;
var<private> beta_of: f32;
fn offer_entry(area: i32, exponents: i32, i: i32, v: D, e: i32) {
  let own = exponent_of(v.x);
  let is_zero = own < -126;
  wrd(area, i, select(D(shifted(v.x, -own), shifted(v.y, -own)), D(0, 0), is_zero));
  wr(exponents, i, select(f32(own + e), 0, is_zero));
}
fn offer(claim: i32, fallback: i32, x: i32, y: i32) {
  if (lane == 0) {
    wr($claim, 0, f32(claim));
    wr($fallback, 0, f32(fallback));
    wr($taken, 0, f32(iterations));
  }
  let is_ray = claim == ${FARKAS_RAY} || claim == ${DESCENT_RAY};
  let least_x = select(0, ${NOISE} * norm(x, $n), is_ray);
  let least_y = select(0, ${NOISE} * norm(y, $k + $m), is_ray);
  for (var j = lane; j < $n; j += LANES) {
    let v = rdd(x, j);
    let kept_v = select(v, D(0, 0), claim == ${NOTHING} || abs(v.x) < least_x);
    offer_entry($candidate_x, $candidate_x_exponent, j, kept_v, exponent_of(rd($D, j)) - exponent_of(beta_of));
  }
  for (var i = lane; i < $rows; i += LANES) {
    var v = D(0, 0);
    var e = 0;
    if ($mode < 2 && claim != ${NOTHING}) {
      v = rdd(y, i);
      e = exponent_of(rd($E, i)) - exponent_of(c_of) - exponent_of(beta_of);
    }
    offer_entry($candidate_y, $candidate_y_exponent, i, select(v, D(0, 0), abs(v.x) < least_y), e);
  }
  sync();
}
`;

/** An earlier solution. Its active set is tried first. */
export const GUESS = `
fn read_guess() {
  for (var j = lane; j < $n; j += LANES) { wrd($polished_x, j, wide(given_gx(j) * (beta_of / rd($D, j)))); }
  for (var i = lane; i < $k + $m; i += LANES) {
    var y = 0f;
    var s = 0f;
    if (i < $k) {
      y = given_gEq(i);
    } else {
      y = given_gIneq(i - $k);
      s = given_gSlack(i - $k);
    }
    wrd($polished_y, i, wide(y * (c_of * beta_of / rd($E, i))));
    wrd($polished_s, i, wide(s * (rd($E, i) * beta_of)));
  }
  sync();
}
`;
