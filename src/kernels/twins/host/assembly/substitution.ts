/** @file Solves with the factors of `signedCholesky`. */
import {sumOfLanes} from './lanes';

const F64: usize = 8;

/**
 * x ← A⁻¹ x for A = Uᵀ D U as `signedCholesky` leaves it: n×n, `stride` doubles a row (a multiple of 4), padded up to the
 * next multiple of 4; x has room for the padding, which is overwritten.
 *
 * Both sweeps run along rows of U, four at a time.
 */
export function signedSolve(u: usize, n: i32, stride: i32, positives: i32, inverse: usize, x: usize): void {
  for (let i = n; i < ((n + 3) & ~3); i++) store<f64>(x + (i as usize) * F64, 0);
  substituteTransposed(u, n, stride, inverse, positives, x);
  substitute(u, n, stride, inverse, x);
}

/** x ← D⁻¹ U⁻ᵀ x, D = ±1. */
function substituteTransposed(u: usize, n: i32, stride: i32, inverse: usize, positives: i32, x: usize): void {
  const row = (stride as usize) * F64;
  const padded = (n + 3) & ~3;
  const end = x + (padded as usize) * F64;
  for (let i = 0; i < padded; i += 4) {
    const at = (i as usize) * F64;
    let u0 = u + (i as usize) * row + at;
    let u1 = u0 + row;
    let u2 = u1 + row;
    let u3 = u2 + row;
    let p = x + at;
    const inv = inverse + at;
    const z0 = load<f64>(p) * load<f64>(inv);
    const z1 = (load<f64>(p, 8) - load<f64>(u0, 8) * z0) * load<f64>(inv, 8);
    const z2 = (load<f64>(p, 16) - load<f64>(u0, 16) * z0 - load<f64>(u1, 16) * z1) * load<f64>(inv, 16);
    const z3 =
      (load<f64>(p, 24) - load<f64>(u0, 24) * z0 - load<f64>(u1, 24) * z1 - load<f64>(u2, 24) * z2) *
      load<f64>(inv, 24);
    store<f64>(p, i < positives ? z0 : -z0);
    store<f64>(p, i + 1 < positives ? z1 : -z1, 8);
    store<f64>(p, i + 2 < positives ? z2 : -z2, 16);
    store<f64>(p, i + 3 < positives ? z3 : -z3, 24);
    const f0 = f64x2.splat(z0);
    const f1 = f64x2.splat(z1);
    const f2 = f64x2.splat(z2);
    const f3 = f64x2.splat(z3);
    p += 32;
    u0 += 32;
    u1 += 32;
    u2 += 32;
    u3 += 32;
    for (; p < end; p += 16) {
      const even = f64x2.add(f64x2.mul(f0, v128.load(u0)), f64x2.mul(f1, v128.load(u1)));
      const odd = f64x2.add(f64x2.mul(f2, v128.load(u2)), f64x2.mul(f3, v128.load(u3)));
      v128.store(p, f64x2.sub(v128.load(p), f64x2.add(even, odd)));
      u0 += 16;
      u1 += 16;
      u2 += 16;
      u3 += 16;
    }
  }
}

/** x ← U⁻¹ x. */
function substitute(u: usize, n: i32, stride: i32, inverse: usize, x: usize): void {
  const row = (stride as usize) * F64;
  const padded = (n + 3) & ~3;
  for (let i = padded - 4; i >= 0; i -= 4) {
    const at = (i as usize) * F64;
    const u0 = u + (i as usize) * row + at;
    const u1 = u0 + row;
    const u2 = u1 + row;
    const u3 = u2 + row;
    const p = x + at;
    const inv = inverse + at;
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    const rest = ((padded - i - 4) as usize) * F64;
    for (let k: usize = 32; k < rest + 32; k += 16) {
      const value = v128.load(p + k);
      s0 = f64x2.add(s0, f64x2.mul(value, v128.load(u0 + k)));
      s1 = f64x2.add(s1, f64x2.mul(value, v128.load(u1 + k)));
      s2 = f64x2.add(s2, f64x2.mul(value, v128.load(u2 + k)));
      s3 = f64x2.add(s3, f64x2.mul(value, v128.load(u3 + k)));
    }
    const z3 = (load<f64>(p, 24) - sumOfLanes(s3)) * load<f64>(inv, 24);
    const z2 = (load<f64>(p, 16) - sumOfLanes(s2) - load<f64>(u2, 24) * z3) * load<f64>(inv, 16);
    const z1 =
      (load<f64>(p, 8) - sumOfLanes(s1) - load<f64>(u1, 16) * z2 - load<f64>(u1, 24) * z3) *
      load<f64>(inv, 8);
    const z0 =
      (load<f64>(p) -
        sumOfLanes(s0) -
        load<f64>(u0, 8) * z1 -
        load<f64>(u0, 16) * z2 -
        load<f64>(u0, 24) * z3) *
      load<f64>(inv);
    store<f64>(p, z0);
    store<f64>(p, z1, 8);
    store<f64>(p, z2, 16);
    store<f64>(p, z3, 24);
  }
}
