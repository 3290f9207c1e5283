/** @file WGSL: the memory of a problem, and the operations that its threads perform together. */

/** @param lanes The number of threads that share a problem. They form a workgroup, unless there is only one. */
export function lanesCode(lanes: number): string {
  return `
const LANES = ${lanes};
var<private> problem: i32;
var<private> lane: i32;
var<private> base: i32;
var<private> stride: i32;
fn rd(area: i32, i: i32) -> f32 { return result[base + (area + i) * stride]; }
fn wr(area: i32, i: i32, value: f32) { result[base + (area + i) * stride] = value; }
fn rdd(area: i32, i: i32) -> D {
  let at = base + (area + 2 * i) * stride;
  return D(result[at], result[at + stride]);
}
fn wrd(area: i32, i: i32, value: D) {
  let at = base + (area + 2 * i) * stride;
  result[at] = value.x;
  result[at + stride] = value.y;
}
${lanes === 1 ? ALONE : TOGETHER}`;
}

const ALONE = `
fn sync() {}
fn agree(condition: bool) -> bool { return condition; }
fn share(value: i32) -> i32 { return value; }
fn most(value: f32) -> f32 { return value; }
fn total(value: D) -> D { return value; }
fn main(index: i32) {
  if (index >= $count) { return; }
  nothing = $nothing;
  problem = index;
  base = index / $tile * $tile * $words + index % $tile;
  stride = $tile;
  solve();
}`;

const TOGETHER = `
var<workgroup> agreed: i32;
var<workgroup> shared_values: array<D, LANES>;
fn sync() { storageBarrier(); }
fn agree(condition: bool) -> bool { return share(i32(condition)) != 0; }
fn share(value: i32) -> i32 {
  if (lane == 0) { agreed = value; }
  return workgroupUniformLoad(&agreed);
}
fn most(value: f32) -> f32 {
  shared_values[lane] = D(value, 0);
  workgroupBarrier();
  if (lane == 0) {
    for (var i = 1; i < LANES; i++) { shared_values[0].x = max(shared_values[0].x, shared_values[i].x); }
  }
  return workgroupUniformLoad(&shared_values[0]).x;
}
fn total(value: D) -> D {
  shared_values[lane] = value;
  workgroupBarrier();
  if (lane == 0) {
    for (var i = 1; i < LANES; i++) { shared_values[0] = add(shared_values[0], shared_values[i]); }
  }
  return workgroupUniformLoad(&shared_values[0]);
}
fn main(index: i32) {
  nothing = $nothing;
  problem = index / LANES;
  lane = index % LANES;
  base = problem * $words;
  stride = 1;
  solve();
}`;
