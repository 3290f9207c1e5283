/** @file Euclidean projection of float32 rows onto scaled simplices; sums in f64. */

const F32: usize = 4;

/**
 * out = max(x − τ, 0), whose sum is `scale`, for one row of n floats.
 *
 * τ is at least max(x) − scale, which leaves few candidates; then Michelot's method (1986): τ is an average over them, and
 * what is not above it is dropped, until nothing is.
 *
 * @param kept Room for n floats: the candidates.
 */
export function projectSimplex(x: usize, n: i32, scale: f64, out: usize, kept: usize): void {
  const largest = maxOf(x, n) as f64;
  let count = 0;
  let sum: f64 = 0;
  // A little lower, for the rounding to f32.
  const bound = largest - scale;
  const threshold = (bound - 1e-6 * abs(bound) - 1e-37) as f32;
  const thresholds = f32x4.splat(threshold);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = x + (i as usize) * F32;
    if (!v128.any_true(f32x4.gt(v128.load(at), thresholds))) continue;
    for (let k: usize = 0; k < 16; k += F32) {
      const value = load<f32>(at + k);
      if (!(value > threshold)) continue;
      store<f32>(kept + (count as usize) * F32, value);
      sum += value as f64;
      count++;
    }
  }
  for (; i < n; i++) {
    const value = load<f32>(x + (i as usize) * F32);
    if (!(value > threshold)) continue;
    store<f32>(kept + (count as usize) * F32, value);
    sum += value as f64;
    count++;
  }
  let tau = count > 0 ? (sum - scale) / (count as f64) : NaN;
  while (count > 0) {
    let next = 0;
    sum = 0;
    for (let k = 0; k < count; k++) {
      const value = load<f32>(kept + (k as usize) * F32);
      if (!((value as f64) > tau)) continue;
      store<f32>(kept + (next as usize) * F32, value);
      sum += value as f64;
      next++;
    }
    if (next == count || next == 0) break;
    count = next;
    tau = (sum - scale) / (count as f64);
  }
  subtract(x, n, tau, out);
}

/** out = max(x − tau, 0), in f64 and rounded once; NaN stays. */
function subtract(x: usize, n: i32, tau: f64, out: usize): void {
  const threshold = f64x2.splat(tau);
  const below = f32x4.splat((tau - 1e-6 * abs(tau) - 1e-37) as f32);
  const zero = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = (i as usize) * F32;
    const values = v128.load(x + at);
    // Most entries of a row are below the threshold.
    if (!v128.any_true(f32x4.gt(values, below)) && tau == tau) {
      v128.store(out + at, f64x2.splat(0));
      continue;
    }
    const low = f64x2.max(f64x2.sub(f64x2.promote_low_f32x4(values), threshold), zero);
    const high = f64x2.max(
      f64x2.sub(f64x2.promote_low_f32x4(i32x4.shuffle(values, values, 2, 3, 2, 3)), threshold),
      zero,
    );
    v128.store(
      out + at,
      i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5),
    );
  }
  for (; i < n; i++) {
    const at = (i as usize) * F32;
    store<f32>(out + at, max((load<f32>(x + at) as f64) - tau, 0) as f32);
  }
}

/** NaN if an entry is. */
function maxOf(x: usize, n: i32): f32 {
  let most = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) most = f32x4.max(most, v128.load(x + (i as usize) * F32));
  let largest = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  for (; i < n; i++) largest = max(largest, load<f32>(x + (i as usize) * F32));
  return largest;
}

/**
 * The Jacobian of the projection, which is symmetric, times dy, for one row: on the support of y, dy less its mean there.
 *
 * @returns That mean: the cotangent of the scale.
 */
export function simplexGradient(y: usize, dy: usize, n: i32, out: usize): f64 {
  let sum: f64 = 0;
  let count: f64 = 0;
  const zero = f32x4.splat(0);
  const padded = (n + 3) & ~3;
  for (let i = n; i < padded; i++) store<f32>(y + (i as usize) * F32, 0);
  for (let i = 0; i < padded; i += 4) {
    const at = (i as usize) * F32;
    // Most of a sparse row is zero.
    if (!v128.any_true(f32x4.gt(v128.load(y + at), zero))) continue;
    for (let k = at; k < at + 16; k += F32) {
      if (!(load<f32>(y + k) > 0)) continue;
      sum += load<f32>(dy + k) as f64;
      count += 1;
    }
  }
  const mean = sum / max(count, 1);
  for (let i = 0; i < padded; i += 4) {
    const at = (i as usize) * F32;
    v128.store(out + at, zero);
    if (!v128.any_true(f32x4.gt(v128.load(y + at), zero))) continue;
    for (let k = at; k < at + 16; k += F32) {
      if (load<f32>(y + k) > 0) store<f32>(out + k, ((load<f32>(dy + k) as f64) - mean) as f32);
    }
  }
  return mean;
}
