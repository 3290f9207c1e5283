/** @file Exponentials, logarithms, sines and their relatives of two doubles at a time, to one or two units in the last place. */

const LOG2E: f64 = 1.4426950408889634;
/** ln 2 and π/2 in parts: the product of the first parts with a whole number is exact. */
const LN2_HIGH: f64 = 6.9314718036912381649e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
const HALF_PI_1: f64 = 1.57079632673412561417;
const HALF_PI_2: f64 = 6.0771005063039659766e-11;
const HALF_PI_3: f64 = 2.0222662487111664558e-21;
/** A whole number added to this stands in the low bits of the sum. */
const MAGIC: f64 = 6755399441055744;
const MAGIC_BITS: i64 = 0x4338000000000000;
const SIGN_BIT: i64 = 0x8000000000000000;
/** The bits of √½, without the last ones. */
const ROOT_HALF: i64 = 0x3fe6a09e00000000;
const EXPONENT: i64 = 0xfff0000000000000;
const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;
/** tanh is 1 in doubles from here on. */
const TANH_ONE: f64 = 20;

/** Only methods may be decorated. */
class Inlined {
  /** One step of Horner's rule. */
  @inline
  static step(sum: v128, x: v128, coefficient: f64): v128 {
    return f64x2.add(f64x2.mul(sum, x), f64x2.splat(coefficient));
  }
}

/** 2ⁿ for whole n from −1022 to 1023. */
function powerOf2(n: v128): v128 {
  const bits = f64x2.add(n, f64x2.splat(MAGIC));
  return i64x2.shl(i64x2.add(bits, i64x2.splat(1023)), 52);
}

/** x between the limits beyond which exp is 0 and infinite. NaN stays. */
function limited(x: v128): v128 {
  return f64x2.min(f64x2.max(x, f64x2.splat(-746)), f64x2.splat(710));
}

function wholeOf(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, f64x2.splat(LOG2E)));
}

/** exp(x − n ln 2) − 1. */
function smallExpm1(x: v128, n: v128): v128 {
  const high = f64x2.sub(x, f64x2.mul(n, f64x2.splat(LN2_HIGH)));
  const r = f64x2.sub(high, f64x2.mul(n, f64x2.splat(LN2_LOW)));
  let sum = f64x2.splat(1.0 / 6227020800.0);
  sum = Inlined.step(sum, r, 1.0 / 479001600.0);
  sum = Inlined.step(sum, r, 1.0 / 39916800.0);
  sum = Inlined.step(sum, r, 1.0 / 3628800.0);
  sum = Inlined.step(sum, r, 1.0 / 362880.0);
  sum = Inlined.step(sum, r, 1.0 / 40320.0);
  sum = Inlined.step(sum, r, 1.0 / 5040.0);
  sum = Inlined.step(sum, r, 1.0 / 720.0);
  sum = Inlined.step(sum, r, 1.0 / 120.0);
  sum = Inlined.step(sum, r, 1.0 / 24.0);
  sum = Inlined.step(sum, r, 1.0 / 6.0);
  sum = Inlined.step(sum, r, 0.5);
  return f64x2.add(r, f64x2.mul(f64x2.mul(r, r), sum));
}

export function exp(x: v128): v128 {
  const within = limited(x);
  const n = wholeOf(within);
  // In two factors, since 2ⁿ itself may be too large or too small.
  const half = f64x2.nearest(f64x2.mul(n, f64x2.splat(0.5)));
  const sum = f64x2.add(f64x2.splat(1), smallExpm1(within, n));
  return f64x2.mul(f64x2.mul(sum, powerOf2(half)), powerOf2(f64x2.sub(n, half)));
}

export function expm1(x: v128): v128 {
  const within = limited(x);
  const n = wholeOf(within);
  const half = f64x2.nearest(f64x2.mul(n, f64x2.splat(0.5)));
  const other = f64x2.sub(n, half);
  const scale = powerOf2(half);
  const one = powerOf2(f64x2.neg(other));
  const sum = f64x2.add(f64x2.mul(smallExpm1(within, n), scale), f64x2.sub(scale, one));
  // −0 stays.
  return v128.bitselect(x, f64x2.mul(sum, powerOf2(other)), f64x2.eq(x, f64x2.splat(0)));
}

/** As in fdlibm (Sun Microsystems 1993), e_log.c. */
export function log(x: v128): v128 {
  const subnormal = f64x2.lt(x, f64x2.splat(SMALLEST_NORMAL));
  const normal = v128.bitselect(f64x2.mul(x, f64x2.splat(18014398509481984)), x, subnormal);
  const shifted = i64x2.sub(normal, i64x2.splat(ROOT_HALF));
  const k = i64x2.shr_s(shifted, 52);
  const m = i64x2.sub(normal, v128.and(shifted, i64x2.splat(EXPONENT)));
  const whole = f64x2.sub(i64x2.add(k, i64x2.splat(MAGIC_BITS)), f64x2.splat(MAGIC));
  const power = f64x2.sub(whole, v128.and(subnormal, f64x2.splat(54)));
  const f = f64x2.sub(m, f64x2.splat(1));
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  const z = f64x2.mul(s, s);
  let sum = f64x2.splat(1.479819860511658591e-1);
  sum = Inlined.step(sum, z, 1.531383769920937332e-1);
  sum = Inlined.step(sum, z, 1.818357216161805012e-1);
  sum = Inlined.step(sum, z, 2.222219843214978396e-1);
  sum = Inlined.step(sum, z, 2.857142874366239149e-1);
  sum = Inlined.step(sum, z, 3.999999999940941908e-1);
  sum = Inlined.step(sum, z, 6.66666666666673513e-1);
  sum = f64x2.mul(sum, z);
  const square = f64x2.mul(f64x2.splat(0.5), f64x2.mul(f, f));
  const low = f64x2.mul(power, f64x2.splat(LN2_LOW));
  const inner = f64x2.add(f64x2.mul(s, f64x2.add(square, sum)), low);
  const all = f64x2.sub(f64x2.sub(square, inner), f);
  let result = f64x2.sub(f64x2.mul(power, f64x2.splat(LN2_HIGH)), all);
  result = v128.bitselect(x, result, f64x2.eq(x, f64x2.splat(Infinity)));
  result = v128.bitselect(f64x2.splat(-Infinity), result, f64x2.eq(x, f64x2.splat(0)));
  return v128.bitselect(result, f64x2.splat(NaN), f64x2.ge(x, f64x2.splat(0)));
}

/** log u + (x − (u − 1))/u with u = 1 + x, which corrects the rounding of that sum. */
export function log1p(x: v128): v128 {
  const one = f64x2.splat(1);
  const u = f64x2.add(one, x);
  const rest = f64x2.div(f64x2.sub(x, f64x2.sub(u, one)), u);
  // At −1 and at infinity the correction is NaN.
  const isFine = v128.and(f64x2.gt(u, f64x2.splat(0)), f64x2.lt(u, f64x2.splat(Infinity)));
  const sum = f64x2.add(log(u), v128.and(rest, isFine));
  return v128.bitselect(x, sum, f64x2.eq(u, one));
}

export function tanh(x: v128): v128 {
  const size = f64x2.min(f64x2.abs(x), f64x2.splat(TANH_ONE));
  const e = expm1(f64x2.add(size, size));
  const result = f64x2.div(e, f64x2.add(e, f64x2.splat(2)));
  return v128.or(result, v128.and(x, i64x2.splat(SIGN_BIT)));
}

export function sigmoid(x: v128): v128 {
  const one = f64x2.splat(1);
  return f64x2.div(one, f64x2.add(one, exp(f64x2.neg(x))));
}

export function softplus(x: v128): v128 {
  const tail = log1p(exp(f64x2.neg(f64x2.abs(x))));
  return f64x2.add(f64x2.max(x, f64x2.splat(0)), tail);
}

/** sin(x + `quarters`·π/2) for |x| up to a million. */
export function sine(x: v128, quarters: i64): v128 {
  const n = f64x2.nearest(f64x2.mul(x, f64x2.splat(0.6366197723675814)));
  let r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(HALF_PI_1)));
  r = f64x2.sub(r, f64x2.mul(n, f64x2.splat(HALF_PI_2)));
  r = f64x2.sub(r, f64x2.mul(n, f64x2.splat(HALF_PI_3)));
  const z = f64x2.mul(r, r);
  let odd = f64x2.splat(1.58969099521155010221e-10);
  odd = Inlined.step(odd, z, -2.50507602534068634195e-8);
  odd = Inlined.step(odd, z, 2.75573137070700676789e-6);
  odd = Inlined.step(odd, z, -1.98412698298579493134e-4);
  odd = Inlined.step(odd, z, 8.33333333332248946124e-3);
  odd = Inlined.step(odd, z, -1.66666666666666324348e-1);
  odd = f64x2.add(r, f64x2.mul(f64x2.mul(r, z), odd));
  let even = f64x2.splat(-1.13596475577881948265e-11);
  even = Inlined.step(even, z, 2.0875723212981748279e-9);
  even = Inlined.step(even, z, -2.75573143513906633035e-7);
  even = Inlined.step(even, z, 2.48015872894767294178e-5);
  even = Inlined.step(even, z, -1.38888888888741095749e-3);
  even = Inlined.step(even, z, 4.16666666666666019037e-2);
  even = f64x2.add(Inlined.step(z, f64x2.splat(-0.5), 1), f64x2.mul(f64x2.mul(z, z), even));
  const quarter = i64x2.add(f64x2.add(n, f64x2.splat(MAGIC)), i64x2.splat(quarters));
  const turned = i64x2.eq(v128.and(quarter, i64x2.splat(1)), i64x2.splat(1));
  const negative = i64x2.shl(v128.and(quarter, i64x2.splat(2)), 62);
  return v128.xor(v128.bitselect(even, odd, turned), negative);
}
