/**
 * @file WGSL: eigenvalues of symmetric matrices, and least squares of least norm, with Jacobi rotations in doubles and one thread per
 * matrix.
 *
 * @see Golub & Van Loan, Matrix Computations, sections 8.5 and 8.6.3 (Hestenes 1958).
 */
import type {Area, Routine} from './run-problems.js';

const SWEEPS = 30;
/** Two vectors count as orthogonal if the cosine of their angle is below this. */
const ORTHOGONAL = 1e-14;

const ROTATION = `

struct Rotation { cosine: D, sine: D, tangent: D }
fn rotation_of(a: D, b: D, g: D) -> Rotation {
  let zeta = div(sub(b, a), g * 2);
  // The square of a large zeta would leave the range of f32; adding 1 to it would change nothing.
  let large = abs(zeta.x) > 1e9;
  let z = select(zeta, D(1, 0), large);
  let length = select(root(add(D(1, 0), mul(z, z))), size(zeta), large);
  let t = div(select(D(1, 0), D(-1, 0), zeta.x < 0), add(size(zeta), length));
  let c = div(D(1, 0), root(add(D(1, 0), mul(t, t))));
  return Rotation(c, mul(c, t), t);
}
fn turn(area: i32, p: i32, q: i32, r: Rotation) {
  let a = rdd(area, p);
  let b = rdd(area, q);
  wrd(area, p, sub(mul(r.cosine, a), mul(r.sine, b)));
  wrd(area, q, add(mul(r.sine, a), mul(r.cosine, b)));
}
`;

export function eighAreas(n: number): Record<string, Area> {
  return {
    M: {size: n * n, double: true},
    V: {size: n * n, double: true},
    order: {size: n},
    values: {size: n},
    vectors: {size: n * n},
    gaps: {size: n * n},
  };
}

/** Only the lower triangle is read. */
export const eighRoutine: Routine = {
  name: 'eigh',
  code: () => `${ROTATION}
fn solve() {
  var bad = false;
  for (var e = 0; e < $n * $n; e++) {
    let i = e / $n;
    let j = e % $n;
    let a = given_a(max(i, j) * $n + min(i, j));
    if (!finite(a)) { bad = true; }
    wrd($M, e, wide(a));
    wrd($V, e, select(D(0, 0), D(1, 0), i == j));
  }
  for (var sweep = 0; sweep < ${SWEEPS}; sweep++) {
    var turned = false;
    for (var p = 0; p < $n - 1; p++) {
      for (var q = p + 1; q < $n; q++) {
        let g = rdd($M, p * $n + q);
        let a = rdd($M, p * $n + p);
        let b = rdd($M, q * $n + q);
        let tiny = abs(g.x) <= 1e-15 * (abs(a.x) + abs(b.x));
        if (abs(g.x) < 1e-37 || (tiny && sweep > 3)) { continue; }
        turned = true;
        let r = rotation_of(a, b, g);
        for (var k = 0; k < $n; k++) { turn($M, k * $n + p, k * $n + q, r); }
        for (var k = 0; k < $n; k++) { turn($M, p * $n + k, q * $n + k, r); }
        for (var k = 0; k < $n; k++) { turn($V, k * $n + p, k * $n + q, r); }
        wrd($M, p * $n + q, D(0, 0));
        wrd($M, q * $n + p, D(0, 0));
      }
    }
    if (!turned) { break; }
  }
  var largest = 0f;
  for (var i = 0; i < $n; i++) {
    wr($order, i, f32(i));
    largest = max(largest, abs(rdd($M, i * $n + i).x));
  }
  for (var i = 1; i < $n; i++) {
    let moved = i32(rd($order, i));
    let value = rdd($M, moved * $n + moved);
    var k = i - 1;
    loop {
      if (k < 0) { break; }
      let other = i32(rd($order, k));
      if (!less(value, rdd($M, other * $n + other))) { break; }
      wr($order, k + 1, f32(other));
      k--;
    }
    wr($order, k + 1, f32(moved));
  }
  for (var j = 0; j < $n; j++) {
    let from_j = i32(rd($order, j));
    let value = rdd($M, from_j * $n + from_j);
    wr($values, j, select(value.x, uniforms.NAN, bad));
    for (var i = 0; i < $n; i++) {
      let from_i = i32(rd($order, i));
      wr($vectors, i * $n + j, select(rdd($V, i * $n + from_j).x, uniforms.NAN, bad));
      let gap = sub(value, rdd($M, from_i * $n + from_i));
      let apart = abs(gap.x) > f32($n) * 1.1920929e-7 * largest;
      wr($gaps, i * $n + j, select(0, 1 / gap.x, apart));
    }
  }
}
`,
};

export function lstsqAreas(m: number, n: number, columns: number, adjoint: boolean): Record<string, Area> {
  return {
    W: {size: m * n, double: true},
    V: {size: Math.min(m, n) ** 2, double: true},
    along: {size: Math.min(m, n), double: true},
    x: {size: (adjoint ? m : n) * columns},
    residual: {size: (adjoint ? n : m) * columns},
    exact: {size: (adjoint ? m : n) * columns, double: true},
  };
}

/**
 * M = `a` [m, n] or its transpose. W is whichever of the two has no more columns than rows. Its columns are rotated until they are
 * orthogonal: W V = U Σ.
 */
export const lstsqRoutine: Routine = {
  name: 'lstsq',
  code: () => `${ROTATION}
fn entry(i: i32, j: i32) -> i32 { return i * min($m, $n) + j; }
fn solve() {
  let wide_matrix = $m < $n;
  let rows = max($m, $n);
  let count = min($m, $n);
  let x_rows = select($n, $m, $adjoint > 0);
  let b_rows = select($m, $n, $adjoint > 0);
  for (var e = 0; e < x_rows * $columns; e++) {
    wrd($exact, e, D(0, 0));
    wr($x, e, 0);
  }
  for (var e = 0; e < b_rows * $columns; e++) { wr($residual, e, 0); }
  if (given_only(0) == 0) { return; }
  var bad = false;
  for (var i = 0; i < rows; i++) {
    for (var j = 0; j < count; j++) {
      let a = given_a(select(i * $n + j, j * $n + i, wide_matrix));
      if (!finite(a)) { bad = true; }
      wrd($W, entry(i, j), wide(a));
    }
  }
  for (var e = 0; e < count * count; e++) { wrd($V, e, select(D(0, 0), D(1, 0), e / count == e % count)); }
  for (var sweep = 0; sweep < ${SWEEPS}; sweep++) {
    var turned = false;
    for (var p = 0; p < count - 1; p++) {
      for (var q = p + 1; q < count; q++) {
        var a = D(0, 0);
        var b = D(0, 0);
        var g = D(0, 0);
        for (var k = 0; k < rows; k++) {
          let u = rdd($W, entry(k, p));
          let v = rdd($W, entry(k, q));
          a = add(a, mul(u, u));
          b = add(b, mul(v, v));
          g = add(g, mul(u, v));
        }
        if (abs(g.x) <= ${ORTHOGONAL} * sqrt(a.x) * sqrt(b.x)) { continue; }
        turned = true;
        let r = rotation_of(a, b, g);
        for (var k = 0; k < rows; k++) { turn($W, entry(k, p), entry(k, q), r); }
        for (var k = 0; k < count; k++) { turn($V, k * count + p, k * count + q, r); }
      }
    }
    if (!turned) { break; }
  }
  var largest = 0f;
  for (var j = 0; j < count; j++) {
    var s = D(0, 0);
    for (var k = 0; k < rows; k++) {
      let u = rdd($W, entry(k, j));
      s = add(s, mul(u, u));
    }
    wrd($along, j, s);
    largest = max(largest, sqrt(s.x));
  }
  // M is W as often as it is the transpose of W.
  let straight = wide_matrix == ($adjoint > 0);
  for (var j = 0; j < count; j++) {
    let square = rdd($along, j);
    if (!(sqrt(square.x) > $rcond * largest)) { continue; }
    for (var c = 0; c < $columns; c++) {
      var s = D(0, 0);
      for (var k = 0; k < b_rows; k++) {
        let u = rdd(select($V, $W, straight), select(k * count + j, entry(k, j), straight));
        s = add(s, scale(u, given_b(k * $columns + c)));
      }
      s = div(s, square);
      for (var k = 0; k < x_rows; k++) {
        let v = rdd(select($W, $V, straight), select(entry(k, j), k * count + j, straight));
        let at = k * $columns + c;
        wrd($exact, at, add(rdd($exact, at), mul(s, v)));
      }
    }
  }
  for (var c = 0; c < $columns; c++) {
    for (var i = 0; i < b_rows; i++) {
      var s = wide(given_b(i * $columns + c));
      for (var j = 0; j < x_rows; j++) {
        let a = given_a(select(i * $n + j, j * $n + i, $adjoint > 0));
        s = sub(s, scale(rdd($exact, j * $columns + c), a));
      }
      wr($residual, i * $columns + c, select(s.x, uniforms.NAN, bad));
    }
    for (var i = 0; i < x_rows; i++) {
      wr($x, i * $columns + c, select(rdd($exact, i * $columns + c).x, uniforms.NAN, bad));
    }
  }
}
`,
};
