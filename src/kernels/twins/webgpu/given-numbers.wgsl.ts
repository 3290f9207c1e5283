/** @file WGSL: whether given numbers are lost among the larger terms at a point; see `losesGivenNumbers` in `qp/certificate.ts`. */
import {FAR_OUT, IGNORED, NOISE, SINGLE_DIGITS} from '../../contracts/qp-limits.js';

/** A remainder above this share of its sum is significant in numbers of 48 bits. */
const COUNTS = 1e-13;

export const GIVEN_NUMBERS = `
// Whether a number was given, whether it counts, and whether it is lost.
fn is_lost(off: f32, number: f32, noise: f32, terms: Big) -> vec3f {
  let part = part_of(number, 1, 0, terms);
  let lost = (part < ${FAR_OUT}) & (off > ${IGNORED} * part) & (off > ${COUNTS});
  return select(vec3f(0), vec3f(1, select(0f, 1f, part > ${COUNTS}), select(0f, 1f, lost)), abs(number) > noise);
}
// Whether the point is so far out that p or the right-hand sides no longer count beside its terms, and are not met either.
fn loses_given_numbers() -> bool {
  var largest = 0f;
  var cancelled = 0f;
  for (var j = lane; j < $n; j += LANES) {
    largest = max(largest, abs(given_p(j)));
    cancelled = max(cancelled, rd($cancels, j));
  }
  // A given cost beside curvature that cancels by so much has been lost.
  if (agree(most(cancelled) > 0)) { return true; }
  largest = most(largest);
  var found = vec3f(0);
  for (var j = lane; j < $n; j += LANES) {
    found = max(found, is_lost(rd($columns, j), given_p(j), ${NOISE} * largest, rdd($column_terms, j)));
  }
  var given = most(found.x);
  var counted = most(found.y);
  if (agree(most(found.z) > 0 || (given > 0 && counted == 0))) { return true; }
  largest = 0;
  for (var i = lane; i < $k + $m; i += LANES) { largest = max(largest, abs(rd($bound, i))); }
  largest = most(largest);
  found = vec3f(0);
  for (var i = lane; i < $k + $m; i += LANES) {
    let off = select(rd($rows, i), 0, i >= $k && rdd($excess, i).x < 0);
    found = max(found, is_lost(off, rd($bound, i), ${NOISE} * largest, rdd($row_terms, i)));
  }
  given = most(found.x);
  counted = most(found.y);
  return most(found.z) > 0 || (given > 0 && counted == 0);
}
// Whether rows that are equal up to rounding pull against each other: pullsOnRounding of the host, but for its variables at a bound.
fn pulls_on_rounding() -> bool {
  var found = 0f;
  for (var j = lane; j < $n; j += LANES) {
    let cost = rdd($cost_terms, j);
    if (given_p(j) != 0 && cost.x != 0 && value_of(big_quotient(rdd($column_terms, j), cost)) > ${SINGLE_DIGITS}) { found = 1; }
  }
  return most(found) > 0;
}
`;
