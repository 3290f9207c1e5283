/** @file How the sparse kernels read their arrays. */

export function at32(array: usize, i: i32): i32 {
  return load<i32>(array + ((i as usize) << 2));
}

/** As in contracts/sparse.ts. */
export function strideOf(own: i32, others: i32): i32 {
  return ((own + 3) & ~3) + ((others + 3) & ~3);
}
