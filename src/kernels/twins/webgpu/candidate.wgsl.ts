/** @file WGSL: reads a guess, and passes the result of a solver to the judge, with exponents that may exceed those of f32. */
/** The kinds of result that a solver claims to have found. */
export const POINT = 0;
export const FARKAS_RAY = 1;
export const DESCENT_RAY = 2;
export const INVALID = 5;
export const NOTHING = -1;

/** Entries of a ray below this share of its largest entry are rounding. */
const NOISE = 1e-11;

/** The places of a candidate in the record. */
const CLAIM = 0;
const FALLBACK = 1;
const TAKEN = 2;
const HEAD = 3;

/**
 * The words of a candidate: the claim, the status if the claim does not hold (or −1), and the iterations; then x and y as doubles from 1 to
 * 2, and their exponents. y has an entry for each of the `$given_k + $m` rows of the given problem.
 */
export const candidateSize = (n: number, rows: number): number => HEAD + 3 * n + 3 * rows;

/** Reads and writes the candidates of a problem, which are numbered. */
export const CANDIDATE = `
var<private> candidate_at: i32;
fn choose_candidate(which: i32) { candidate_at = $candidates + which * $candidate_size; }
fn claimed() -> i32 { return i32(noted(candidate_at + ${CLAIM})); }
fn fallback_of() -> i32 { return i32(noted(candidate_at + ${FALLBACK})); }
fn iterations_of() -> f32 { return noted(candidate_at + ${TAKEN}); }
fn note_head(claim: i32, fallback: i32, iterations: i32) {
  note(candidate_at + ${CLAIM}, f32(claim));
  note(candidate_at + ${FALLBACK}, f32(fallback));
  note(candidate_at + ${TAKEN}, f32(iterations));
}
fn candidate_x(j: i32) -> D { return noted_double(candidate_at + ${HEAD} + 2 * j); }
fn candidate_x_exponent(j: i32) -> f32 { return noted(candidate_at + ${HEAD} + 2 * $n + j); }
fn candidate_y_at() -> i32 { return candidate_at + ${HEAD} + 3 * $n; }
fn candidate_y(i: i32) -> D { return noted_double(candidate_y_at() + 2 * i); }
fn candidate_y_exponent(i: i32) -> f32 { return noted(candidate_y_at() + 2 * ($given_k + $m) + i); }
fn noted_double(at: i32) -> D { return D(noted(at), noted(at + 1)); }
`;

/** x and y belong to the scaled problem: x = D x̂/β, y = E ŷ/(c β). */
export const OFFER = `
var<private> iterations: i32;
var<private> c_of: f32;
var<private> beta_of: f32;
fn offer_entry(at: i32, exponent_at: i32, v: D, e: i32) {
  let own = exponent_of(v.x);
  let is_zero = own < -126;
  note(at, mantissa_of(v.x));
  note(at + 1, select(shifted(v.y, -own), 0, is_zero));
  note(exponent_at, select(f32(own + e), 0, is_zero));
}
fn offer(claim: i32, fallback: i32, x: i32, y: i32) {
  if (lane == 0) { note_head(claim, fallback, iterations); }
  let is_ray = claim == ${FARKAS_RAY} || claim == ${DESCENT_RAY};
  let least_x = select(0, ${NOISE} * norm(x, $n), is_ray);
  let least_y = select(0, ${NOISE} * norm(y, $k + $m), is_ray);
  let x_at = candidate_at + ${HEAD};
  for (var j = lane; j < $n; j += LANES) {
    let v = rdd(x, j);
    let kept_v = select(v, D(0, 0), claim == ${NOTHING} || abs(v.x) < least_x);
    offer_entry(x_at + 2 * j, x_at + 2 * $n + j, kept_v, exponent_of(rd($D, j)) - exponent_of(beta_of));
  }
  let rows_of = $given_k + $m;
  for (var i = lane; i < rows_of; i += LANES) {
    var v = D(0, 0);
    var e = 0;
    if ($mode < 2 && claim != ${NOTHING}) {
      v = rdd(y, i);
      e = exponent_of(rd($E, i)) - exponent_of(c_of) - exponent_of(beta_of);
    }
    let y_at = candidate_y_at();
    offer_entry(y_at + 2 * i, y_at + 2 * rows_of + i, select(v, D(0, 0), abs(v.x) < least_y), e);
  }
  sync();
}
`;

/** An earlier solution, which lies behind the records of all problems. Its active set is tried first. */
export const GUESS = `
fn given_gx(j: i32) -> f32 { return record[$at_gx + problem * $n + j]; }
fn given_gIneq(i: i32) -> f32 { return record[$at_gIneq + problem * $m + i]; }
fn given_gEq(i: i32) -> f32 { return record[$at_gEq + problem * $k + i]; }
fn given_gSlack(i: i32) -> f32 { return record[$at_gSlack + problem * $m + i]; }
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
