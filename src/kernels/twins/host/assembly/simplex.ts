/** @file Euclidean projection of a float32 row onto a scaled simplex: which entries stay, and what is taken off them. */

const F32: usize = 4;
const F64: usize = 8;
const I32: usize = 4;

/**
 * The indices of the entries of one row of n floats that may be above the threshold with Σ max(x − largest − τ, 0) = scale, and
 * in f64, at `tau`, τ and the largest entry; τ is NaN if an entry is NaN or +∞, and a row of −∞ alone has no indices.
 *
 * All is measured from the largest entry, so that its size cancels. τ is at least −scale, which leaves few candidates; then
 * Michelot's method (1986): τ is an average over them, and what is not above it is dropped, until nothing is.
 *
 * @param x There is room for 15 floats behind the row; they are overwritten.
 * @param kept Room for n doubles.
 * @returns How many indices there are.
 */
export function simplexThreshold(x: usize, n: i32, scale: f64, kept: usize, indices: usize, tau: usize): i32 {
  const padded = (n + 15) & ~15;
  for (let i = n; i < padded; i++) store<f32>(x + (i as usize) * F32, -Infinity);
  const largest = maxOf(x, padded) as f64;
  store<f64>(tau + F64, largest);
  store<f64>(tau, NaN);
  if (!(largest < Infinity && scale >= 0)) return 0;
  store<f64>(tau, 0);
  // A little lower, for the rounding to f32.
  const bound = largest - scale;
  const count = above(x, padded, (bound - 1e-6 * abs(bound) - 1e-37) as f32, indices);
  let sum: f64 = 0;
  for (let k = 0; k < count; k++) {
    const value = load<f32>(x + (load<i32>(indices + (k as usize) * I32) as usize) * F32);
    const below = (value as f64) - largest;
    store<f64>(kept + (k as usize) * F64, below);
    sum += below;
  }
  if (count == 0) return 0;
  let rest = count;
  let threshold = (sum - scale) / (count as f64);
  while (rest > 0) {
    let next = 0;
    sum = 0;
    for (let k = 0; k < rest; k++) {
      const value = load<f64>(kept + (k as usize) * F64);
      if (!(value > threshold)) continue;
      store<f64>(kept + (next as usize) * F64, value);
      sum += value;
      next++;
    }
    if (next == rest || next == 0) break;
    rest = next;
    threshold = (sum - scale) / (rest as f64);
  }
  store<f64>(tau, threshold);
  return count;
}

/**
 * The indices of the positive entries of one row of n floats, behind which there is room for 15 more; they are overwritten.
 *
 * @returns How many there are.
 */
export function positiveEntries(y: usize, n: i32, indices: usize): i32 {
  const padded = (n + 15) & ~15;
  for (let i = n; i < padded; i++) store<f32>(y + (i as usize) * F32, 0);
  return above(y, padded, 0, indices);
}

/** The indices of the entries above `threshold`, for n a multiple of 16. Most entries of a row are not. */
function above(x: usize, n: i32, threshold: f32, indices: usize): i32 {
  const thresholds = f32x4.splat(threshold);
  let count = 0;
  for (let i = 0; i < n; i += 16) {
    const at = x + (i as usize) * F32;
    const c0 = f32x4.gt(v128.load(at), thresholds);
    const c1 = f32x4.gt(v128.load(at, 16), thresholds);
    const c2 = f32x4.gt(v128.load(at, 32), thresholds);
    const c3 = f32x4.gt(v128.load(at, 48), thresholds);
    if (!v128.any_true(v128.or(v128.or(c0, c1), v128.or(c2, c3)))) continue;
    let mask =
      i32x4.bitmask(c0) | (i32x4.bitmask(c1) << 4) | (i32x4.bitmask(c2) << 8) | (i32x4.bitmask(c3) << 12);
    while (mask != 0) {
      store<i32>(indices + (count as usize) * I32, i + ctz(mask));
      count++;
      mask &= mask - 1;
    }
  }
  return count;
}

/** The largest of n entries, a multiple of 16; NaN if one is. */
function maxOf(x: usize, n: i32): f32 {
  let m0 = f32x4.splat(-Infinity);
  let m1 = m0;
  // A NaN does not equal itself, and would get lost in `pmax`.
  let ordered = f32x4.eq(m0, m0);
  for (let i = 0; i < n; i += 8) {
    const at = x + (i as usize) * F32;
    const a = v128.load(at);
    const b = v128.load(at, 16);
    ordered = v128.and(ordered, v128.and(f32x4.eq(a, a), f32x4.eq(b, b)));
    m0 = f32x4.pmax(m0, a);
    m1 = f32x4.pmax(m1, b);
  }
  if (!i32x4.all_true(ordered)) return NaN;
  const most = f32x4.pmax(m0, m1);
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
}
