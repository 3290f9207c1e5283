/** @file A sum of two outer products of float32 vectors. */

const F32: usize = 4;

/** out = a bᵀ + c dᵀ, row-major [rows, columns]. There is room for three entries behind `b`, `d` and `out`. */
export function outers(a: usize, b: usize, c: usize, d: usize, rows: i32, columns: i32, out: usize): void {
  const width = (columns as usize) * F32;
  for (let i = 0; i < rows; i++) {
    const left = v128.load32_splat(a);
    const other = v128.load32_splat(c);
    // The last vector of a row reaches into the next row, which is written after it.
    for (let at: usize = 0; at < width; at += 16) {
      const sum = f32x4.add(f32x4.mul(left, v128.load(b + at)), f32x4.mul(other, v128.load(d + at)));
      v128.store(out + at, sum);
    }
    a += F32;
    c += F32;
    out += width;
  }
}
