/** @file Functions of one variable, entry by entry, two at a time. Which one is a number that `contracts/arrays.ts` names. */
import {exp, expm1, log, log1p, sigmoid, sine, softplus, tanh} from './elementary';

const F64: usize = 8;

/** out = f(x). */
export function unary(which: i32, count: i32, x: usize, out: usize): void {
  switch (which) {
    case 0:
      return negOf(count, x, out);
    case 1:
      return absOf(count, x, out);
    case 2:
      return sqrtOf(count, x, out);
    case 3:
      return squareOf(count, x, out);
    case 4:
      return reluOf(count, x, out);
    case 5:
      return expOf(count, x, out);
    case 6:
      return expm1Of(count, x, out);
    case 7:
      return logOf(count, x, out);
    case 8:
      return log1pOf(count, x, out);
    case 9:
      return tanhOf(count, x, out);
    case 10:
      return sigmoidOf(count, x, out);
    case 11:
      return softplusOf(count, x, out);
    case 12:
      return sinOf(count, x, out);
    case 13:
      return cosOf(count, x, out);
    case 14:
      return eluOf(count, x, out);
    case 15:
      return floorOf(count, x, out);
    case 16:
      return ceilOf(count, x, out);
    case 17:
      return reciprocalOf(count, x, out);
    case 18:
      return isFiniteOf(count, x, out);
    case 19:
      return isNanOf(count, x, out);
    case 20:
      return notOf(count, x, out);
    case 21:
      return signOf(count, x, out);
    default:
      return roundOf(count, x, out);
  }
}

// A function for each: engines compile a function with many local variables slowly, and to slow code at first.

function negOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(0, count, x, out);
}

function absOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(1, count, x, out);
}

function sqrtOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(2, count, x, out);
}

function squareOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(3, count, x, out);
}

function reluOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(4, count, x, out);
}

function expOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(5, count, x, out);
}

function expm1Of(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(6, count, x, out);
}

function logOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(7, count, x, out);
}

function log1pOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(8, count, x, out);
}

function tanhOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(9, count, x, out);
}

function sigmoidOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(10, count, x, out);
}

function softplusOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(11, count, x, out);
}

function sinOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(12, count, x, out);
}

function cosOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(13, count, x, out);
}

function eluOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(14, count, x, out);
}

function floorOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(15, count, x, out);
}

function ceilOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(16, count, x, out);
}

function reciprocalOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(17, count, x, out);
}

function isFiniteOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(18, count, x, out);
}

function isNanOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(19, count, x, out);
}

function notOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(20, count, x, out);
}

function signOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(21, count, x, out);
}

function roundOf(count: i32, x: usize, out: usize): void {
  Inlined.unaryOf(22, count, x, out);
}

/** Inlined where they are called, with constants that leave a loop without a choice in it. (Only methods may be decorated.) */
class Inlined {
  @inline
  static of1(which: i32, x: v128): v128 {
    if (which == 0) return f64x2.neg(x);
    if (which == 1) return f64x2.abs(x);
    if (which == 2) return f64x2.sqrt(x);
    if (which == 3) return f64x2.mul(x, x);
    const zero = f64x2.splat(0);
    if (which == 4) return v128.andnot(x, f64x2.le(x, zero));
    if (which == 5) return exp(x);
    if (which == 6) return expm1(x);
    if (which == 7) return log(x);
    if (which == 8) return log1p(x);
    if (which == 9) return tanh(x);
    if (which == 10) return sigmoid(x);
    if (which == 11) return softplus(x);
    if (which == 12) return v128.bitselect(x, sine(x, 0), f64x2.eq(x, zero));
    if (which == 13) return sine(x, 1);
    if (which == 14) return v128.bitselect(x, expm1(x), f64x2.ge(x, zero));
    if (which == 15) return f64x2.floor(x);
    if (which == 16) return f64x2.ceil(x);
    const one = f64x2.splat(1);
    if (which == 17) return f64x2.div(one, x);
    if (which == 18) return v128.and(one, f64x2.lt(f64x2.abs(x), f64x2.splat(Infinity)));
    if (which == 19) return v128.and(one, f64x2.ne(x, x));
    if (which == 20) return v128.and(one, f64x2.eq(x, zero));
    // Halves to even integers, and −½ to 0 instead of −0, as tfjs does on its backend cpu.
    if (which == 22) return v128.andnot(f64x2.nearest(x), f64x2.eq(x, f64x2.splat(-0.5)));
    // −1, 0 or 1.
    return f64x2.sub(v128.and(one, f64x2.gt(x, zero)), v128.and(one, f64x2.lt(x, zero)));
  }

  @inline
  static unaryOf(which: i32, count: i32, x: usize, out: usize): void {
    const end = out + ((count & ~1) as usize) * F64;
    while (out < end) {
      v128.store(out, Inlined.of1(which, v128.load(x)));
      x += 16;
      out += 16;
    }
    if (count & 1) v128.store64_lane(out, Inlined.of1(which, v128.load64_zero(x)), 0);
  }
}
