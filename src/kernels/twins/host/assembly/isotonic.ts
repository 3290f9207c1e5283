/** @file Isotonic regression of float32 rows by pool-adjacent-violators; sums in f64. */

const F32: usize = 4;
const F64: usize = 8;

/**
 * y = argmin ‖y − x‖² with y falling (or rising) along one row of n floats.
 *
 * A stack of blocks: an entry that is out of order with the block before it joins that block, until the means are in order.
 * NaN is never in order, so it takes the whole row.
 *
 * @param block Receives n floats: for each entry the index of the first of its block.
 * @param sums Room for n doubles, a block each; `means` likewise.
 */
export function isotonic(
  x: usize,
  n: i32,
  increasing: bool,
  y: usize,
  block: usize,
  sums: usize,
  means: usize,
): void {
  const sign: f64 = increasing ? -1 : 1;
  let top = 0;
  for (let i = 0; i < n; i++) {
    let sum = sign * (load<f32>(x + (i as usize) * F32) as f64);
    let mean = sum;
    let start = i;
    while (top > 0 && !(load<f64>(means + ((top - 1) as usize) * F64) >= mean)) {
      top--;
      sum += load<f64>(sums + (top as usize) * F64);
      start = load<f32>(block + (top as usize) * F32) as i32;
      mean = sum / ((i + 1 - start) as f64);
    }
    store<f64>(sums + (top as usize) * F64, sum);
    store<f64>(means + (top as usize) * F64, mean);
    store<f32>(block + (top as usize) * F32, start as f32);
    top++;
  }
  // From the end: block `top` starts at an entry not before `top`, so what is overwritten has been read.
  let i = n - 1;
  while (top > 0) {
    top--;
    const start = load<f32>(block + (top as usize) * F32);
    const value = (sign * load<f64>(means + (top as usize) * F64)) as f32;
    for (const first = start as i32; i >= first; i--) {
      store<f32>(y + (i as usize) * F32, value);
      store<f32>(block + (i as usize) * F32, start);
    }
  }
}

/** The Jacobian, which is symmetric, times dy, for one row: the mean of dy over each block. */
export function isotonicGradient(dy: usize, block: usize, n: i32, out: usize): void {
  let i = 0;
  while (i < n) {
    const start = load<f32>(block + (i as usize) * F32);
    let sum: f64 = 0;
    let end = i;
    for (; end < n && load<f32>(block + (end as usize) * F32) == start; end++) {
      sum += load<f32>(dy + (end as usize) * F32) as f64;
    }
    const mean = (sum / ((end - i) as f64)) as f32;
    for (; i < end; i++) store<f32>(out + (i as usize) * F32, mean);
  }
}
